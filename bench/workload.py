"""The neutral workload: rules and applicants from a fixed seed, in a form of their own and as a
book, with an oracle that says what fires.

A rule is two to four comparisons over 25 attributes; a tenth of the rules derive a fact that other
rules test; about a tenth fire. A comparison with an unknown never holds.

    from workload import applicants, book_text, book_facts, fires, frame, reference, rules_of

    rules = rules_of(300)                        # neutral rules; 30, 300, 3000, any number
    people = applicants(10_000)                  # plain mappings, attribute -> value or None
    book = mr.load_text({"workload.rules": book_text(rules)})
    decision = book.decide(book_facts(people[0]), AS_OF)
    {a.subject for a in decision} == reference(rules, people[0])      # the same, for every engine
    wide = frame(people)                         # a Polars frame: `id`, and a column an attribute

Rule `rN` advises `finding.rN` where it fires. The numbers of applicants are integers and floats.

`join.py` holds one applicant joined with many programs, in the same way.
Nothing but the standard library is imported, except Polars in `frame`.
"""

import operator
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import polars as pl

SEED: Final = 20240917
AS_OF: Final = date(2026, 1, 1)
OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
ENUMS: Final = {
    "degree": ["md", "do", "mbbs", "mbchb"],
    "school_region": ["us", "caribbean", "south_asia", "mena", "africa", "europe"],
    "visa_type": ["none", "j1", "h1b", "ead"],
    "specialty": ["im", "fm", "peds", "psych", "surg", "neuro", "path", "em"],
}
INTEGERS: Final = {
    "step2": (190, 285), "attempts": (1, 4), "yog": (0, 30), "pubs": (0, 40),
    "presentations": (0, 25), "lors": (0, 6), "usce_months": (0, 36),
    "volunteer_hours": (0, 2000), "work_months": (0, 120), "languages": (1, 5),
    "programs_applied": (0, 300),
}  # fmt: skip
FLAGS: Final = [
    "needs_visa", "step3_passed", "us_citizen", "couples", "gap", "prior_residency",
    "research_year",
]  # fmt: skip
DECIMALS: Final = {"gpa": (0, 4, 2), "class_pct": (0, 100, 1), "oet": (300, 500, 1)}
ATTRIBUTES: Final = [*INTEGERS, *FLAGS, *ENUMS, *DECIMALS]

Applicant = dict[str, Any]


class Comparison(NamedTuple):
    """An attribute compared with a constant."""

    attribute: str
    op: str
    value: Any


class Rule(NamedTuple):
    """A rule fires where every comparison holds, and `needs`, a derived fact, too. A rule with
    `derive` makes that fact true. `level` 2 are the rules that need one."""

    name: str
    level: int
    when: tuple[Comparison, ...]
    needs: str | None
    derive: str | None


def applicant_of(rng: random.Random) -> Applicant:
    """One more applicant. The order of the draws is part of the workload."""

    def clip(value: int, low: int, high: int) -> int:
        return max(low, min(high, value))

    return {
        "step2": clip(round(rng.gauss(235, 18)), *INTEGERS["step2"]),
        "attempts": rng.choices([1, 2, 3, 4], [70, 20, 7, 3])[0],
        "yog": clip(int(rng.expovariate(1 / 5)), 0, 30),
        "pubs": clip(int(rng.expovariate(1 / 4)), 0, 40),
        "presentations": clip(int(rng.expovariate(1 / 3)), 0, 25),
        "lors": rng.randint(0, 6),
        "usce_months": clip(int(rng.expovariate(1 / 5)), 0, 36),
        "volunteer_hours": rng.randint(0, 2000),
        "work_months": rng.randint(0, 120),
        "languages": rng.randint(1, 5),
        "programs_applied": rng.randint(0, 300),
        "needs_visa": rng.random() < 0.5,
        "step3_passed": rng.random() < 0.3,
        "us_citizen": rng.random() < 0.3,
        "couples": rng.random() < 0.2,
        "gap": rng.random() < 0.4,
        "prior_residency": rng.random() < 0.15,
        "research_year": rng.random() < 0.35,
        **{name: rng.choice(members) for name, members in ENUMS.items()},
        "gpa": None if rng.random() < 0.2 else round(rng.uniform(2, 4), 2),
        "class_pct": None if rng.random() < 0.3 else round(rng.uniform(0, 100), 1),
        "oet": None if rng.random() < 0.25 else round(rng.uniform(300, 500), 1),
    }


def applicants(count: int) -> list[Applicant]:
    """The first so many applicants; some do not know their grades."""
    rng = random.Random(SEED)
    return [applicant_of(rng) for _ in range(count)]


def holds(comparison: Comparison, applicant: Applicant) -> bool:
    """Whether a comparison holds; with an unknown it does not."""
    value = applicant[comparison.attribute]
    return value is not None and OPERATORS[comparison.op](value, comparison.value)


class _Population:
    """1,500 people on whom candidate rules are tried: a set of people is the bits of a number."""

    def __init__(self) -> None:
        rng = random.Random(SEED + 1)
        self.people = [applicant_of(rng) for _ in range(1500)]
        self.everyone = (1 << len(self.people)) - 1
        self.seen = {
            name: sorted(p[name] for p in self.people if p[name] is not None)
            for name in (*INTEGERS, *DECIMALS)
        }
        self._meets: dict[Comparison, int] = {}

    def meeting(self, comparison: Comparison) -> int:
        if comparison not in self._meets:
            bits = (1 << n for n, p in enumerate(self.people) if holds(comparison, p))
            self._meets[comparison] = sum(bits)
        return self._meets[comparison]


def _comparison(rng: random.Random, name: str, share: float, population: _Population) -> Comparison:
    """A comparison that about that share of the people meet."""
    if name in ENUMS:
        return Comparison(name, "!=" if share > 0.45 else "==", rng.choice(ENUMS[name]))
    if name in FLAGS:
        return Comparison(name, "==", rng.random() < 0.5)
    values = population.seen[name]
    op = rng.choice(["<", "<=", ">", ">="])
    if name in ("attempts", "lors", "languages") and rng.random() < 0.3:
        return Comparison(name, "!=" if share > 0.5 else "==", rng.choice(values))
    share = min(0.97, max(0.05, share + rng.uniform(-0.15, 0.15)))
    place = int(len(values) * (share if op in ("<", "<=") else 1 - share))
    return Comparison(name, op, values[place])


def rules_of(count: int) -> list[Rule]:
    """So many rules, always the same for one number."""
    rng = random.Random(SEED * 31 + count)
    population = _Population()
    deriving = max(1, count // 10)
    derived: dict[str, int] = {}
    rules: list[Rule] = []

    def draw(
        size: int, low: float, high: float, share: float, among: int
    ) -> tuple[tuple[Comparison, ...], int]:
        while True:
            names = rng.sample(ATTRIBUTES, size)
            when = tuple(_comparison(rng, n, share ** (1 / size), population) for n in names)
            meets = among
            for comparison in when:
                meets &= population.meeting(comparison)
            if low <= meets.bit_count() / len(population.people) <= high:
                return when, meets

    for number in range(deriving):
        when, meets = draw(rng.randint(2, 4), 0.2, 0.5, 0.35, population.everyone)
        derived[f"d{number}"] = meets
        rules.append(Rule(f"r{number}", 1, when, None, f"d{number}"))
    for number in range(deriving, count):
        if rng.random() < 0.3:
            needs = rng.choice(list(derived))
            when, _ = draw(rng.randint(1, 3), 0.01, 0.2, 0.3, derived[needs])
            rules.append(Rule(f"r{number}", 2, when, needs, None))
        else:
            when, _ = draw(rng.randint(2, 4), 0.01, 0.2, 0.08, population.everyone)
            rules.append(Rule(f"r{number}", 1, when, None, None))
    return rules


def reference(rules: Sequence[Rule], applicant: Applicant) -> set[str]:
    """The oracle: which rules fire, looked for again and again until nothing new is found."""
    derived: set[str] = set()
    fired: set[str] = set()
    while True:
        new = {
            rule.name for rule in rules
            if rule.name not in fired
            and (rule.needs is None or rule.needs in derived)
            and all(holds(comparison, applicant) for comparison in rule.when)
        }  # fmt: skip
        if not new:
            return fired
        fired |= new
        derived |= {rule.derive for rule in rules if rule.name in new and rule.derive}


# As a book.


def declared(names: Iterable[str], mark: str) -> list[str]:
    """The lines that declare those attributes of the applicant."""
    lines = []
    for name in names:
        if name in INTEGERS:
            low, high = INTEGERS[name]
            kind = f"integer {low}..{high}"
        elif name in DECIMALS:
            low, high, places = DECIMALS[name]
            kind = f"decimal {low:.{places}f}..{high:.{places}f}"
        else:
            kind = f"workload_{name}" if name in ENUMS else "yes_no"
        lines.append(f"  {name} : {kind}{mark}")
    return lines


def header(name: str) -> list[str]:
    """The lines with which a file begins: its name, its source and the enums."""
    lines = [f"ruleset {name}", "  version 1", "  effective from 2026-01-01", ""]
    lines += ['source made "written by a script"', ""]
    for enum, members in ENUMS.items():
        lines += [f"enum workload_{enum}", "  " + " ".join(members), ""]
    return lines


def _literal(name: str, value: Any) -> str:
    return f"{value:.{DECIMALS[name][2]}f}" if name in DECIMALS else str(value)


def _condition(comparison: Comparison) -> str:
    name, op, value = comparison
    if name in FLAGS:
        return f"applicant.{name}" if value == (op == "==") else f"not applicant.{name}"
    word = {"==": "is", "!=": "is not"}.get(op, op)
    return f"applicant.{name} {word} {_literal(name, value)}"


def book_text(rules: Sequence[Rule]) -> str:
    """The rules as one rule file: `define derived.dN` and `rule rN`, which advises `finding.rN`."""
    lines = header("workload")
    lines += ['fact applicant "an applicant"', *declared(ATTRIBUTES, " optional"), ""]
    lines += ['advice finding "which rules fire"', *(f"  {rule.name}" for rule in rules), ""]
    for rule in rules:
        said = [f"derived.{rule.needs}"] if rule.needs else []
        when = " and ".join([*said, *map(_condition, rule.when)])
        if rule.derive:
            lines += [f"define derived.{rule.derive} : yes_no", "  cite made"]
            lines += [f"  is shown ({when})", ""]
            when = f"derived.{rule.derive}"
        lines += [f"rule {rule.name}", "  cite made", f"  when {when}"]
        lines += [f'  then should finding.{rule.name} "Rule {rule.name} fires."', ""]
    return "\n".join(lines)


def book_facts(applicant: Applicant) -> dict[str, Any]:
    """The case of one applicant, as a book reads it."""
    return {"applicant": applicant}


def fires(decision: Iterable[Any]) -> set[str]:
    """The rules that fire, as a decision of the book says it."""
    return {advice.subject for advice in decision}


def frame(people: Sequence[Applicant], start: int = 0) -> "pl.DataFrame":
    """The applicants as one wide frame: `id`, counted from `start`, and their attributes."""
    import polars as pl

    types: dict[str, Any] = dict.fromkeys(INTEGERS, pl.Int64)
    types |= dict.fromkeys(FLAGS, pl.Boolean) | dict.fromkeys(DECIMALS, pl.Float64)
    types |= {name: pl.Enum(members) for name, members in ENUMS.items()}
    columns = {name: [p[name] for p in people] for name in ATTRIBUTES}
    wide = pl.DataFrame(columns, schema={name: types[name] for name in ATTRIBUTES})
    return wide.with_row_index("id", offset=start)
