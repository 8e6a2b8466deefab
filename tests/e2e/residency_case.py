"""A case of the residency packs in plain Python: Kleene's logic, unknown as None, and the summaries
worked out from the many-facts where they are not asserted. Written from the specification and not
from the rule files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

Facts = Mapping[str, Any]


def both(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def either(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def compare(left: Any, how: Callable[[Any, Any], Any], right: Any) -> bool | None:
    return None if left is None or right is None else bool(how(left, right))


def among(value: Any, *members: Any) -> bool | None:
    return None if value is None else value in members


class Value:
    """A value, or None where it is unknown, so that a condition reads as it is written."""

    __slots__ = ("it",)
    # `==` gives a truth that may be unknown, not a bool; so there is no hash that fits it
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, it: Any) -> None:
        self.it = it

    def __eq__(self, other: Any) -> "Value":  # type: ignore[override]
        return self._beside(other, lambda a, b: a == b)

    def __ge__(self, other: Any) -> "Value":
        return self._beside(other, lambda a, b: a >= b)

    def __lt__(self, other: Any) -> "Value":
        return self._beside(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> "Value":
        return self._beside(other, lambda a, b: a <= b)

    def _beside(self, other: Any, how: Callable[[Any, Any], Any]) -> "Value":
        return Value(compare(self.it, how, other.it if isinstance(other, Value) else other))

    def among(self, *members: Any) -> "Value":
        return Value(among(self.it, *members))

    def contains(self, member: str) -> "Value":
        return Value(None if self.it is None else member in self.it)

    def __and__(self, other: "Value") -> "Value":
        return Value(both(self.it, other.it))

    def __or__(self, other: "Value") -> "Value":
        return Value(either(self.it, other.it))

    def __invert__(self) -> "Value":
        return Value(negated(self.it))


def known(value: Value) -> Value:
    return Value(value.it is not None)


def unknown(value: Value) -> Value:
    return Value(value.it is None)


def not_shown(value: Value) -> Value:
    """True when the condition is false or unknown."""
    return Value(value.it is not True)


class Entity:
    """The facts of one entity: `Entity(get, "step1").status` is the `Value` of `step1.status`."""

    def __init__(self, get: Callable[[str], Any], name: str) -> None:
        self._get, self._name = get, name

    def __getattr__(self, attribute: str) -> Value:
        return Value(self._get(f"{self._name}.{attribute}"))


class Case:
    """The facts, with summaries worked out from the many-facts where they are not asserted."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def many(self, fact: str, **where: Any) -> list[Facts]:
        return [
            f for f in self.facts.get(fact) or ()
            if all(f.get(name) == value for name, value in where.items())
        ]  # fmt: skip

    def get(self, name: str) -> Any:
        fact, attribute = name.split(".")
        asserted = (self.facts.get(fact) or {}).get(attribute)
        if asserted is not None:
            return asserted
        summary = getattr(self, name.replace(".", "_"), None)
        return summary() if summary is not None else None

    def _sittings(self, exam: str) -> list[Facts]:
        return sorted(self.many("attempt", exam=exam), key=by("number", ATTEMPT))

    def _status(self, exam: str, pending: str) -> str | None:
        sittings = self._sittings(exam)
        if not sittings:
            return None
        return {"pass": "passed", "pending": pending}.get(sittings[-1]["outcome"], "failed")

    def _failed(self, exam: str) -> int | None:
        sittings = self._sittings(exam)
        failed = [s for s in sittings if s["outcome"] in ("fail", "incomplete")]
        return min(len(failed), 6) if sittings else None

    def step1_status(self) -> str | None:
        return self._status("step1", "awaiting_result")

    def step2ck_status(self) -> str | None:
        return self._status("step2ck", "awaiting_score")

    def step1_fail_count(self) -> int | None:
        return self._failed("step1")

    def step2ck_fail_count(self) -> int | None:
        return self._failed("step2ck")

    def step1_exam_date(self) -> date | None:
        return _last([s for s in self._sittings("step1") if s["outcome"] in ("pass", "pending")],
                     "date")  # fmt: skip

    def step1_numeric_score(self) -> int | None:
        return _last([s for s in self._sittings("step1") if s["outcome"] == "pass"], "score")

    def step2ck_exam_date(self) -> date | None:
        booked = self.get("step2ck.status") == "scheduled"
        return None if booked else _last(self._sittings("step2ck"), "date")

    def step2ck_score(self) -> int | None:
        out = self.get("step2ck.status") in ("passed", "failed")
        return _last(self._sittings("step2ck"), "score") if out else None

    def _hands_on(self, **where: Any) -> list[Facts]:
        return [
            r for r in self.many("rotation", country_class="us", **where)
            if r["kind"] != "observership"
        ]  # fmt: skip

    def _months(self, most: int, **where: Any) -> Fraction | None:
        if not self.many("rotation"):
            return None
        weeks = [r["weeks"] for r in self._hands_on(**where)]
        return min(Fraction(sum(weeks), 4), Fraction(most))

    def usce_peds_months(self) -> Fraction | None:
        return self._months(24, specialty="pediatrics")

    def usce_total_months(self) -> Fraction | None:
        return self._months(48)

    def usce_has_outpatient_peds(self) -> bool | None:
        if not self.many("rotation"):
            return None
        return either(*(r.get("outpatient") for r in self._hands_on(specialty="pediatrics")))

    def _letters(self, **where: Any) -> list[Facts]:
        return [x for x in self.many("letter", **where) if x["state"] in ("requested", "received")]

    def letters_us_peds_count(self) -> int | None:
        found = self._letters(author_role="us_board_certified_pediatrician")
        return min(len(found), 10) if self.many("letter") else None

    def letters_us_peds_strong_count(self) -> int | None:
        found = self._letters(author_role="us_board_certified_pediatrician", quality="strong")
        return min(len(found), 10) if self.many("letter") else None

    def letters_home_count(self) -> int | None:
        found = self._letters(author_role="home_faculty")
        return min(len(found), 5) if self.many("letter") else None

    def letters_attributes_covered(self) -> frozenset[str] | None:
        found = self._letters()
        told = frozenset(topic for letter in found for topic in letter.get("covers") or ())
        return told if self.many("letter") else None


# Ties are broken by the remaining attributes, in order of declaration, unknown first.
ATTEMPT = {"exam": ("step1", "step2ck"), "date": None,
           "outcome": ("pass", "fail", "pending", "incomplete"), "score": None}  # fmt: skip
PRACTICE = {"exam": ("step1", "step2ck"),
            "source": ("nbme_official", "uwsa", "free120", "other"),
            "scale": ("three_digit", "equated_percent"), "margin_to_pass": None,
            "predicted": None}  # fmt: skip


def by(first: str, rest: Mapping[str, Sequence[str] | None]) -> Callable[[Facts], Any]:
    def rank(value: Any, members: Sequence[str] | None) -> tuple[Any, ...]:
        if value is None:
            return (0,)
        return (1, value if members is None else members.index(value))

    return lambda fact: (fact[first], *(rank(fact.get(n), m) for n, m in rest.items()))


def _last(facts: Sequence[Facts], attribute: str) -> Any:
    return facts[-1].get(attribute) if facts else None
