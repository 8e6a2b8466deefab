"""A proof as steps that can be read: each a sentence, with its place in the rules."""

from collections.abc import Sequence
from typing import Any

from matchrules import ir
from matchrules.engine import faults
from matchrules.engine.interpreter import Bound
from matchrules.explain.names import joined, spoken
from matchrules.explain.why.model import Step, What
from matchrules.explain.why.node import Node
from matchrules.explain.why.places import Places
from matchrules.explain.why.reading import Reading
from matchrules.explain.wording import Wording
from matchrules.ir import Cite
from matchrules.text import Span
from matchrules.types import Type, YesNo, python_value

_ATOMS = ir.Compare | ir.In | ir.InRange | ir.Has | ir.IsEmpty


class Telling:
    """The steps of one proof. What rests on a define or default is told where it first comes."""

    def __init__(self, reading: Reading, wording: Wording, places: Places, whole: bool) -> None:
        self.reading = reading
        self.base = reading.base
        self.wording = wording
        self.names = wording.names
        self.places = places
        self.whole = whole
        self._told: set[int] = set()

    def say(self, value: Any, type_: Type, unit: str | None = None) -> str:
        return "not known" if value is None else self.names.literal(value, type_, unit)

    def step(
        self, what: What, sentence: str, value: Any, type_: Type, steps: Sequence[Step] = (),
        name: str = "", path: str = "", span: Span | None = None, ruleset: str = "",
        cites: Sequence[Cite] = (), again: bool = False,
    ) -> Step:  # fmt: skip
        text, place = ("", "") if span is None else self.places.of(span)
        return Step(
            what, sentence, python_value(value, type_), name, path, text, place,
            self.places.version(ruleset), tuple(map(str, cites)), tuple(once(steps)), again,
        )  # fmt: skip

    # Each kind of node ----------------------------------------------------------------------------

    def tell(self, node: Node) -> Any:
        """Work that returns the steps of a node: none for a constant, several for what joins."""
        match node.kind:
            case "constant":
                return []
            case "day":
                day = self.say(node.value, node.e.type)
                sentence = f"the day of the case: {day}"
                return [self.step("day", sentence, node.value, node.e.type)]
            case "fact" | "unknown" | "default":
                return self._attribute(node)
            case "derived":
                return self._derived(node)
            case "parameter":
                return self._parameter(node)
            case "count":
                return self._count(node)
            case "instance":
                return self._instance(node)
            case "table":
                return self._table(node)
            case "row":
                return self._row(node)
            case "atom" if isinstance(node.e, _ATOMS) and node.value is not None:
                return self._condition(node)
        return self.parts(node)

    def parts(self, node: Node) -> Any:
        found: list[Step] = []
        for part in node.parts:
            found += yield self.tell(part)
        return found

    def _attribute(self, node: Node) -> Any:
        e: ir.Attribute = node.e
        declared = self.base.facts[e.fact]
        attribute = declared.attributes[e.name]
        dotted = f"{e.fact}.{e.name}"
        path = f"{self.place(e.fact, node.bound) or e.fact}.{e.name}"
        sentence = f"{self.names.value(dotted)}: {self.say(node.value, e.type)}"
        what: What = "fact" if node.kind == "fact" else "unknown"
        if node.kind != "default":
            return [self.step(what, sentence, node.value, e.type, (), dotted, path)]
        again = id(node) in self._told
        self._told.add(id(node))
        steps = [] if again else (yield self.parts(node))
        return [
            self.step(
                "default", sentence, node.value, e.type, steps, dotted, path,
                attribute.span, declared.ruleset, (), again and bool(node.parts),
            )
        ]  # fmt: skip

    def _derived(self, node: Node) -> Any:
        define = self.base.defines[node.e.name]
        again = id(node) in self._told
        self._told.add(id(node))
        steps = [] if again else (yield self.parts(node))
        sentence = f"{self.names.value(define.name)}: {self.say(node.value, define.type)}"
        path = self.place(define.fact, node.bound)
        return [
            self.step(
                "derived", sentence, node.value, define.type, steps, define.name,
                path, define.span, define.ruleset, define.cites, again,
            )
        ]  # fmt: skip

    def _parameter(self, node: Node) -> Any:
        e: ir.ParameterValue = node.e
        steps = yield self.parts(node)
        declared = self.base.parameters[e.name]
        asked = [self.reading.value(x, node.bound) for x in (e.on, e.key) if x is not None]
        name = self.names.parameter(e.name)
        if e.key is not None and declared.key is not None and asked[-1] is not None:
            name = f"{name} for {self.say(asked[-1], declared.key)}"
        row = None
        if None not in asked:
            day = self.reading.case.as_of if e.on is None else asked[0]
            key = None if e.key is None else asked[-1]
            started = [
                r for r in declared.rows if r.key == key and (r.start is None or r.start <= day)
            ]
            row = started[-1] if started else None
        since = f", since {row.start.isoformat()}" if row is not None and row.start else ""
        sentence = f"{name}: {self.say(node.value, e.type)}{since}"
        if row is None and None not in asked:
            sentence = f"{name}: no value is listed"
        return [
            self.step(
                "parameter", sentence, node.value, e.type, steps, e.name, "",
                declared.span if row is None else row.span, declared.ruleset,
                () if row is None else row.cites,
            )
        ]  # fmt: skip

    # Conditions -----------------------------------------------------------------------------------

    def _condition(self, node: Node) -> Any:
        """A comparison: what is compared, and what it is beside. Where that says no more than the
        facts do, they are told alone."""
        steps = yield self.parts(node)
        e = node.e
        said = self.compared(e, node.value, node.bound)
        if said is None and steps and not self.whole:
            return steps
        sentence = said or self.wording.condition(e if node.value else ir.Not(e))
        return [self.step("condition", sentence, node.value, e.type, steps)]

    def compared(self, e: Any, holds: bool, bound: Bound) -> str | None:
        """What a comparison says of its subject, with the value that it has; None where it says
        that value only."""
        subject = e.set if isinstance(e, ir.Has | ir.IsEmpty) else (
            e.left if isinstance(e, ir.Compare) else e.value
        )  # fmt: skip
        other = e.right if isinstance(e, ir.Compare) else None
        if isinstance(e, ir.Compare) and isinstance(e.left, ir.Constant):
            subject, other = e.right, e.left
        if isinstance(subject.type, YesNo) or isinstance(e, ir.IsEmpty):
            return None
        value = self.reading.value(subject, bound)
        text = self.wording.condition(e if holds else ir.Not(e))
        name = self.wording.value(subject)
        said = self.say(value, subject.type, getattr(getattr(other, "type", None), "unit", None))
        for written in (name, f"({name})"):
            if text.startswith(f"{written}: "):
                predicate = text[len(written) + 2 :]
                if predicate == said or (isinstance(e, ir.In) and holds):
                    return None
                if isinstance(e, ir.Has):
                    return f"{written}: {said}, {predicate}"
                return f"{written}: {said}, which is {predicate}"
        return text

    # Tables ---------------------------------------------------------------------------------------

    def _table(self, node: Node) -> Any:
        """The rows that apply, after why those above do not."""
        missed: list[Step] = []
        found: list[Step] = []
        for part in node.parts:
            steps = yield self.tell(part)
            if part.value is False and not self.whole:
                missed += [inner for step in steps for inner in step.steps]
            else:
                found += steps
        if missed:
            sentence = "no row above it applies" if found else "no row applies"
            found.append(self.step("row", sentence, False, YesNo(), missed))
        return found

    def _row(self, node: Node) -> Any:
        number, row = node.e
        steps = yield self.parts(node)
        applies = {True: "applies", False: "does not apply", None: "may apply"}[node.value]
        sentence = f"row {number + 1} of its table {applies}"
        return [self.step("row", sentence, node.value, YesNo(), steps, "", "", row.span)]

    # Instances ------------------------------------------------------------------------------------

    def _count(self, node: Node) -> Any:
        e: ir.Aggregate = node.e
        steps = yield self.parts(node)
        said = self.say(node.value, e.type)
        if e.op in ("any", "all"):
            holds = node.value
            sentence = self.wording.condition(e if holds is not False else ir.Not(e))
            if holds is None:
                sentence += ": not known"
        else:
            sentence = f"{self.wording.value(e)}: {said}"
        listed, total = len(node.parts), len(self.reading.case.facts[e.fact])
        if not self.whole:
            closing = self._closing(node, listed, total)
            if closing:
                steps = [*steps, self.step("count", closing, None, YesNo())]
        return [self.step("count", sentence, node.value, e.type, steps)]

    def _closing(self, node: Node, listed: int, total: int) -> str:
        """That nothing else was counted, where that matters."""
        e: ir.Aggregate = node.e
        noun, many = spoken(e.fact), self.names.many(e.fact)
        if total == 0:
            return f"the case lists no {noun}"
        if e.op in ("any", "all"):
            if node.value is (e.op == "any") or node.value is None or listed:
                return ""
            if e.op == "any":
                return f"none of its {many} is one" if total > 1 else f"its one {noun} is none"
            return f"each of its {many} is one" if total > 1 else f"its one {noun} is one"
        if node.value is None and listed:
            return ""
        if e.op == "count" and isinstance(node.goal, tuple) and node.goal[0] == "ge":
            return "these are enough" if listed < node.value else ""
        if listed == 0 and e.op == "count" and node.value:
            return f"no more of the {total} {many} count" if total > node.value else ""
        if e.op in ("last", "last_but_one", "min", "max", "union") and listed:
            return ""
        if listed == total:
            return ""
        if listed == 0:
            return f"none of its {many} counts" if total > 1 else f"its one {noun} does not count"
        rest = total - listed
        return f"the other {noun} does not count" if rest == 1 else f"no other {noun} counts"

    def _instance(self, node: Node) -> Any:
        steps = once((yield self.parts(node)))
        fact = node.e if isinstance(node.e, str) else node.e.fact
        name = self.instance(fact, node.bound)
        plain = [s for s in steps if s.what in ("fact", "unknown") and not s.steps]
        inline = "; ".join(s.sentence for s in plain)
        sentence = f"{name} ({inline})" if inline else name
        return [
            self.step("instance", sentence, node.value, YesNo(), steps, fact,
                      self.place(fact, node.bound))
        ]  # fmt: skip

    def instance(self, fact: str, bound: Bound) -> str:
        """An instance by its key, where its fact has one."""
        declared = self.base.facts[fact]
        if not declared.many:
            return spoken(fact)
        instance = self.reading.case.facts[fact][bound[fact]]
        if not declared.keys:
            return self.names.one(fact)
        keys = [self.say(instance[k], declared.attributes[k].type) for k in declared.keys]
        return f"{spoken(fact)} {joined(keys, 'and')}"

    def place(self, fact: str | None, bound: Bound) -> str:
        if fact is None or fact not in bound:
            return ""
        instances = self.reading.case.facts[fact]
        return faults.place(self.base.facts[fact], instances[bound[fact]], bound[fact])


def once(steps: Sequence[Step]) -> list[Step]:
    """The steps, each once."""
    found: dict[tuple[str, str, str], Step] = {}
    for step in steps:
        found.setdefault((step.what, step.sentence, step.path), step)
    return list(found.values())
