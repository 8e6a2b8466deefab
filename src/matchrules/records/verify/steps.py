"""The proof in a record: each step worked out again from the steps before it."""

from contextlib import suppress
from typing import Any, Final

from matchrules.records.verify.facts import Instance
from matchrules.records.verify.findings import A_VERDICT, Findings, Free, Masks
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
from matchrules.records.verify.working import Scope, Working

Place = tuple[str, str, int | None]
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
        base, working = self.rules.base, self.working
        nodes: list[tuple[str, str, Node, str | None]] = []
        for name in self.rules.order:
            if name in base.defines:
                nodes.append(("define", name, base.defines[name], base.defines[name].fact))
            else:
                fact = base.facts[name.partition(".")[0]]
                of = fact.name if fact.bound is not None else None
                nodes.append(("attribute", name, self.rules.attributes[name], of))
        nodes += [("reject", str(n), one, one.fact) for n, one in enumerate(base.rejects)]
        nodes += [("rule", one.name, one, one.fact) for one in base.rules.values()]
        expected = [
            ((what, name, None if of is None else scope[of]), node, scope)
            for what, name, node, of in nodes
            for scope in working.scopes(of, {})
        ]
        self._sequence([place for place, _, _ in expected])
        for place, node, scope in expected:
            if place[0] in ("attribute", "define"):
                working.known[place[1:]], working.marks[place[1:]] = None, False
            else:
                self.holds[place[1:]] = False
            with self.found.telling("MR925", self._named(place)):
                getattr(self, f"_{place[0]}")(place, node, scope)
        self.count = len(expected)

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
                more = f"{len(places) - MOST_TOLD} more: each {message}"
                self.found.add("MR926", "proof", more)
        for place, there in zip(expected, self.says, strict=False):
            if place != there and not missing and not extra:
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
        scope = {fact: index} if there else {}  # a default may be that of a fact that is not there
        worked = asserted = self.instances[fact][index][declared.name] if there else None
        if declared.default is not None:
            default = self._promised(self.working.value(declared.default, scope), declared.type)
            if asserted is None:
                worked = default
            elif default is not None and asserted is not default:
                self._agree(place, declared, asserted, default, scope)
        if asserted is HIDDEN:
            raw = self.raw_facts[fact]
            raw = raw[index] if isinstance(raw, list) else raw
            self.masks.by_name[place[1:]] = raw[declared.name]["private"]
        self._settle(place, declared.type, worked)
        self.working.marks[place[1:]] = self.working.marked(declared, place[1], scope)

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
        work = self.working.table if define.body.what == "Table" else self.working.value
        self._settle(place, define.type, self._promised(work(define.body, scope), define.type))
        self.working.marks[place[1:]] = self.working.marked(define, place[1], scope)

    def _reject(self, place: Place, reject: Node, scope: Scope) -> None:
        worked = self.working.value(reject.when, scope)
        if worked is True:
            raise Unfit(f"rejects this case ({quoted(reject.name)}): there is no decision on it")
        self._verdict(place, Free(lambda raw: raw is False) if worked is HIDDEN else False)

    def _rule(self, place: Place, rule: Node, scope: Scope) -> None:
        worked = self.working.holds(rule, scope)
        self._verdict(place, A_VERDICT if worked is HIDDEN else worked)

    # What is written -----------------------------------------------------------------------------

    def _promised(self, value: Any, type_: Node) -> Any:
        if value not in (None, HIDDEN) and not promised(value, type_):
            raise Unfit(f"comes out as {quoted(str(value))}, which is not in its range")
        return value

    def _settle(self, place: Place, type_: Node, worked: Any) -> None:
        """Compares what is written with what was worked out. What the step says is what later steps
        are worked out from, so that one fault is told once."""
        name, index = place[1:]
        self.working.known[name, index] = worked
        if place not in self.says:
            return
        raw, shows = self.says[place], self.masks.hiding and self.rules.shows_name(name)
        must = self.masks.expected(worked, type_, name, shows, index, told=False)
        self.found.compare("MR925", self._named(place), raw, must)
        mask = mask_of(raw)
        if mask is not None and shows:
            self.masks.by_name[name, index] = mask
            if worked is None or (isinstance(must, dict) and not same(raw, must)):
                self.working.known[name, index] = HIDDEN
        elif worked is HIDDEN or not isinstance(must, Free):
            with suppress(Unfit):  # told already
                self.working.known[name, index] = understood(raw, type_)

    def _verdict(self, place: Place, must: Any) -> None:
        self.holds[place[1:]] = must is True
        if place in self.says:
            raw = self.says[place]
            self.found.compare("MR925", self._named(place), raw, must)
            self.holds[place[1:]] = raw is True


def _told(place: Place) -> str:
    what, name, index = place
    return f"{what} {name}{'' if index is None else f'[{index}]'}"
