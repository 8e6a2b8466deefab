"""The proof in a record: each step worked out again from the steps before it."""

from collections import Counter
from typing import Any, Final

from matchrules.records.verify.facts import Instance
from matchrules.records.verify.findings import MISSING, Findings, Free, Masks
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.strict import Unfit, quoted, same
from matchrules.records.verify.values import (
    HIDDEN,
    Node,
    mask_of,
    promised,
    understood,
    written,
)
from matchrules.records.verify.working import ALONE, Scope, Working

Place = tuple[str, str, int | None]
_NOTHING: Final = Node("nothing", {}, ())
MOST_TOLD: Final = 5  # steps that are missing, or too many, named one by one


class Steps:
    """Works through the proof; afterwards `working.known` and `holds` have what the steps say."""

    def __init__(
        self, rules: Rules, working: Working, instances: dict[str, list[Instance]],
        raw_facts: Any, masks: Masks, found: Findings,
    ) -> None:  # fmt: skip
        self.rules, self.working, self.masks, self.found = rules, working, masks, found
        self.instances, self.raw_facts = instances, raw_facts
        self.holds: dict[tuple[str, int | None], bool] = {}
        self.numbers: dict[Place, int] = {}
        self.says: dict[Place, Any] = {}
        self.count = 0

    def check(self, proof: Any) -> None:
        """Every step there must be, and no other, in the one order."""
        self._read(proof)
        base = self.rules.base
        expected: list[tuple[Place, Any, Scope]] = []
        for what, name in self.rules.order:
            if what == "define":
                expected += self._places(what, name, base.defines[name], base.defines[name].fact)
            else:
                fact = base.facts[name.partition(".")[0]]
                declared = fact.attributes[name.partition(".")[2]]
                many = fact.name if fact.bound is not None else None
                expected += self._places(what, name, declared, many)
        for number, reject in enumerate(base.rejects):
            expected += self._places("reject", str(number), reject, reject.fact)
        for rule in base.rules.values():
            expected += self._places("rule", rule.name, rule, rule.fact)
        self._sequence([place for place, _, _ in expected])
        for place, node, scope in expected:
            try:
                getattr(self, f"_{place[0]}")(place, node, scope)
            except Unfit as fault:
                self.found.unfit("MR925", fault, self._named(place))
                if place[0] in ("attribute", "define"):
                    self.working.known[place[1:]] = None
                    self.working.mark(*place[1:], _NOTHING, ALONE)
                else:
                    self.holds[place[1:]] = False
        self.count = len(expected)

    def _places(
        self, what: str, name: str, node: Any, fact: str | None
    ) -> list[tuple[Place, Any, Scope]]:
        return [
            ((what, name, None if fact is None else scope[fact]), node, scope)
            for scope in self.working.scopes(fact)
        ]

    def _read(self, proof: Any) -> None:
        if not isinstance(proof, list):
            self.found.add("MR926", "proof", f"must be a list of steps, not {quoted(proof)}")
            return
        for number, step in enumerate(proof):
            right = isinstance(step, list) and len(step) == 4 and isinstance(step[0], str)
            if not right or not isinstance(step[1], str) or type(step[2]) not in (int, type(None)):
                self.found.add("MR926", f"proof[{number}]", f"is no step: {quoted(step)}",
                               "a step is what, name, index and value")  # fmt: skip
                continue
            place = (step[0], step[1], step[2])
            if place in self.says:
                message = f"says again what step {self.numbers[place]} says: {_told(place)}"
                self.found.add("MR926", f"proof[{number}]", message)
                continue
            self.numbers[place], self.says[place] = number, step[3]

    def _sequence(self, expected: list[Place]) -> None:
        """Tells of steps that are missing, too many, or not in order."""
        wanted = set(expected)
        missing = [place for place in expected if place not in self.says]
        extra = [place for place in self.says if place not in wanted]
        for places, message in ((missing, "is missing"), (extra, "is a step too many")):
            for place in places[:MOST_TOLD]:
                self.found.add("MR926", self._named(place), message)
            if len(places) > MOST_TOLD:
                rest = Counter(place[0] for place in places[MOST_TOLD:])
                told = ", ".join(f"{count} of {what}" for what, count in rest.items())
                self.found.add("MR926", "proof", f"{message.removeprefix('is ')}: {told} more")
        if not missing and not extra:
            for place, there in zip(expected, self.says, strict=True):
                if place != there:
                    self.found.add(
                        "MR926", self._named(there), f"stands where {_told(place)} must stand",
                        "a step stands after all that it is worked out from",
                    )  # fmt: skip
                    return

    def _named(self, place: Place) -> str:
        number = self.numbers.get(place)
        return f"proof{'' if number is None else f'[{number}]'}, {_told(place)}"

    # One step of each kind -----------------------------------------------------------------------

    def _attribute(self, place: Place, declared: Node, scope: Scope) -> None:
        fact, index = place[1].partition(".")[0], place[2] or 0
        there = index < len(self.instances[fact])
        asserted = self.instances[fact][index][declared.name] if there else None
        worked = asserted
        if declared.default is not None:
            bound = {fact: index} if there else ALONE
            default = self.working.value(declared.default, bound)
            self._promised(default, declared.type)
            if asserted is None:
                worked = default
            elif default is not None and asserted is not default:
                self._agree(place, declared, asserted, default, bound)
        if worked is HIDDEN and asserted is HIDDEN:
            raw = self.raw_facts[fact]
            raw = raw[index] if isinstance(raw, list) else raw
            self.masks.by_name[place[1:]] = raw[declared.name]["private"]
        self._settle(place, declared.type, worked)
        # a default of a single fact that is not there is worked out without an instance
        self.working.mark(*place[1:], declared, {fact: index} if there else ALONE)

    def _agree(
        self, place: Place, declared: Node, asserted: Any, default: Any, scope: Scope
    ) -> None:
        """An asserted value and its default must not differ, unless its `unless` is true."""
        stands = declared.unless is not None and self.working.value(declared.unless, scope)
        if stands is True or (asserted is not HIDDEN and asserted == default):
            return
        if HIDDEN in (asserted, default) or stands is HIDDEN:
            self.found.trusted.append(f"{_told(place)} is not in conflict with its default")
            return
        raise Unfit(
            f"is given as {quoted(written(asserted, declared.type))}, but its default is "
            f"{quoted(written(default, declared.type))}: there is no decision on such a case"
        )

    def _define(self, place: Place, define: Node, scope: Scope) -> None:
        table = define.body.what == "Table"
        work = self.working.table if table else self.working.value
        worked = work(define.body, scope)
        self._promised(worked, define.type)
        self._settle(place, define.type, worked)
        self.working.mark(*place[1:], define, scope)

    def _reject(self, place: Place, reject: Node, scope: Scope) -> None:
        worked = self.working.value(reject.when, scope)
        if worked is True:
            raise Unfit(f"rejects this case ({quoted(reject.name)}): there is no decision on it")
        self._verdict(place, HIDDEN if worked is HIDDEN else False, only=False)

    def _rule(self, place: Place, rule: Node, scope: Scope) -> None:
        self._verdict(place, self.working.holds(rule, scope))

    # What is written -----------------------------------------------------------------------------

    def _promised(self, value: Any, type_: Node) -> None:
        if value not in (None, HIDDEN) and not promised(value, type_):
            raise Unfit(f"comes out as {_shown(value)}, which is not in its range")

    def _settle(self, place: Place, type_: Node, worked: Any) -> None:
        """Compares what is written with what was worked out. What the step says is what later steps
        are worked out from, so that one fault is told once."""
        raw = self.says.get(place, MISSING)
        name, index = place[1:]
        shows = self.masks.hiding and self.rules.shows_name(name)
        if raw is not MISSING:
            must = self.masks.expected(worked, type_, name, shows, index, in_step=True)
            self.found.compare("MR925", self._named(place), raw, must)
            mask = mask_of(raw)
            if mask is not None and shows:
                self.masks.by_name[name, index] = mask
                if worked is None or (isinstance(must, dict) and not same(raw, must)):
                    worked = HIDDEN
            elif worked is HIDDEN or not isinstance(must, Free):
                worked = self._said(raw, type_, worked)
        self.working.known[name, index] = worked

    def _said(self, raw: Any, type_: Node, worked: Any) -> Any:
        try:
            value = understood(raw, type_)
        except Unfit:
            return worked  # told already
        return value

    def _verdict(self, place: Place, worked: Any, only: bool | None = None) -> None:
        raw = self.says.get(place, MISSING)
        must = Free(lambda raw: isinstance(raw, bool) and (only is None or raw is only)) \
            if worked is HIDDEN else worked  # fmt: skip
        if raw is not MISSING:
            self.found.compare("MR925", self._named(place), raw, must)
        self.holds[place[1:]] = raw if isinstance(raw, bool) else worked is True


def _told(place: Place) -> str:
    what, name, index = place
    return f"{what} {name}{'' if index is None else f'[{index}]'}"


def _shown(value: Any) -> str:
    return quoted(value if isinstance(value, bool | int | str) else str(value))
