"""A proof as steps that can be read: each a sentence, with its place in the rules."""

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from matchrules import ir
from matchrules.engine import faults
from matchrules.engine.interpreter import Bound
from matchrules.explain.names import spoken
from matchrules.explain.why.model import Step, What
from matchrules.explain.why.node import IS, Node, Unit
from matchrules.explain.why.places import Places
from matchrules.explain.why.reading import Reading
from matchrules.explain.why.repeats import once, says
from matchrules.explain.wording import Wording
from matchrules.ir import Cite, Expression
from matchrules.text import Span
from matchrules.types import Type, YesNo, python_value

FEW_WORDS = 3  # with so many a name still stands before its value
MOST_IDLE = 3  # instances that are shown though none of them is needed
_ATOMS = ir.Compare | ir.In | ir.InRange | ir.Has | ir.IsEmpty


@frozen
class Said:
    """The steps of a node. `idle`: they name facts, but none that is needed; None where they name
    no facts."""

    steps: Sequence[Step] = ()
    idle: bool | None = None


class Telling:
    """The steps of one proof. What rests on a define or default is told where it first comes."""

    def __init__(
        self, reading: Reading, wording: Wording, places: Places, units: frozenset[Unit],
        whole: bool, told: dict[Any, Said],
    ) -> None:  # fmt: skip
        self.units = units
        self.reading = reading
        self.base = reading.base
        self.wording = wording
        self.names = wording.names
        self.places = places
        self.whole = whole
        self._told = told

    def say(self, value: Any, type_: Type, unit: str | None = None) -> str:
        return "not known" if value is None else self.names.literal(value, type_, unit)

    def step(
        self, what: What, sentence: str, value: Any, type_: Type, steps: Sequence[Step] = (),
        name: str = "", path: str = "", span: Span | None = None, ruleset: str = "",
        cites: Sequence[Cite] = (), needed: bool = True,
    ) -> Step:  # fmt: skip
        text, place = ("", "") if span is None else self.places.of(span)
        return Step(
            what, sentence, python_value(value, type_), name, path, text, place,
            self.places.version(ruleset), tuple(map(str, cites)), tuple(once(steps)),
            needed=needed,
        )  # fmt: skip

    def words(self, make: Callable[[Expression], str], e: Expression, holds: bool = True) -> str:
        """The words for an expression; they are kept."""
        key = (id(e), make.__name__, holds)
        found = self.places.said.get(key)
        if found is None:
            # The expression is kept too, so that its number stays its own.
            found = self.places.said[key] = (make(e if holds else ir.Not(e)), e)
        return str(found[0])

    # Each kind of node ----------------------------------------------------------------------------

    def tell(self, node: Node) -> Any:
        """What there is to say of a node, or the work that finds it: nothing of a constant,
        several steps of what joins."""
        match node.kind:
            case "constant":
                return Said()
            case "day":
                sentence = f"the day of the case: {self.say(node.value, node.e.type)}"
                return Said([self.step("day", sentence, node.value, node.e.type)])
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
        """The steps of all parts. A condition that rests on what is not needed is left out, unless
        it is one of several that have to hold, or the branch that was taken."""
        found: list[Step] = []
        left_out: list[Step] = []
        idle: set[bool | None] = set()
        every = node.goal == IS and isinstance(node.e, ir.And)
        for part in node.parts:
            said = self.tell(part)
            said = said if isinstance(said, Said) else (yield said)
            idle.add(said.idle)
            condition = isinstance(getattr(part.e, "type", None), YesNo)
            taken = every or (node.kind == "if" and part is node.parts[-1])
            if said.idle and condition and not taken and not self.whole:
                left_out += said.steps
            else:
                found += said.steps
        return Said(found or left_out, combined(idle))

    def _attribute(self, node: Node) -> Any:
        e: ir.Attribute = node.e
        dotted = f"{e.fact}.{e.name}"
        path = f"{self.place(e.fact, node.bound) or e.fact}.{e.name}"
        sentence = f"{self.names.value(dotted)}: {self.say(node.value, e.type)}"
        if node.kind == "default":
            return self._kept(node, "default", sentence, path)
        what: What = "fact" if node.kind == "fact" else "unknown"
        needed = self.whole or what == "unknown" or node.units <= self.units
        step = self.step(what, sentence, node.value, e.type, (), dotted, path, needed=needed)
        return Said([step], not needed)

    def _derived(self, node: Node) -> Any:
        define = self.base.defines[node.e.name]
        sentence = f"{self.names.value(define.name)}: {self.say(node.value, define.type)}"
        return self._kept(node, "derived", sentence, self.place(define.fact, node.bound))

    def _kept(self, node: Node, what: What, sentence: str, path: str) -> Any:
        """A default or define, the same step wherever it comes."""
        e = node.e
        # In another proof other facts of it may be needed.
        key = (what, e.name, e.fact, *node.bound.items(), node.units, node.units & self.units)
        said = self._told.get(key)
        if said is None:
            below = yield self.parts(node)
            define, idle = self.base.defines.get(e.name), below.idle
            name, cites = e.name, () if define is None else define.cites
            if what == "default" or define is None:
                fact = self.base.facts[e.fact]
                name, cites, idle = f"{e.fact}.{e.name}", (), bool(idle)
                span, ruleset = fact.attributes[e.name].span, fact.ruleset
            else:
                span, ruleset = define.span, define.ruleset
            step = self.step(
                what, sentence, node.value, e.type, below.steps, name, path, span, ruleset, cites,
                needed=idle is not True,
            )  # fmt: skip
            said = self._told[key] = Said([step], idle)
        return said

    def _parameter(self, node: Node) -> Any:
        e: ir.ParameterValue = node.e
        said = yield self.parts(node)
        declared = self.base.parameters[e.name]
        asked = [self.reading.value(x, node.bound) for x in (e.on, e.key) if x is not None]
        name = self.names.parameter(e.name)
        if e.key is not None and declared.key is not None and asked[-1] is not None:
            of = "" if isinstance(e.key, ir.Constant) else self.words(self.wording.value, e.key)
            of = f"{of} " if of and of.count(" ") < FEW_WORDS else ""
            name = f"{name} for {of}{self.say(asked[-1], declared.key)}"
        if e.on is not None and asked[0] is not None:
            name = f"{name} on {asked[0].isoformat()}"
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
        step = self.step(
            "parameter", sentence, node.value, e.type, said.steps, e.name, "",
            declared.span if row is None else row.span, declared.ruleset,
            () if row is None else row.cites, needed=said.idle is not True,
        )  # fmt: skip
        return Said([step], said.idle)

    # Conditions -----------------------------------------------------------------------------------

    def _condition(self, node: Node) -> Any:
        """A comparison: what is compared, and what it is beside. Where that says no more than the
        facts do, they are told alone."""
        below = yield self.parts(node)
        e = node.e
        said = self.compared(e, node.value, node.bound)
        if said is None and below.steps and not self.whole:
            return below
        sentence = said or self.words(self.wording.condition, e, bool(node.value))
        step = self.step(
            "condition", sentence, node.value, e.type, below.steps,
            needed=below.idle is not True,
        )  # fmt: skip
        return Said([step], below.idle)

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
        text = self.words(self.wording.condition, e, holds)
        name = self.words(self.wording.value, subject)
        said = self.say(value, subject.type, getattr(getattr(other, "type", None), "unit", None))
        for written in (name, f"({name})"):
            if text.startswith(f"{written}: "):
                predicate = text[len(written) + 2 :]
                if predicate == said or (isinstance(e, ir.In) and holds):
                    return None
                if isinstance(e, ir.Has) and holds and len(value) == 1:
                    return None
                if isinstance(e, ir.Has):
                    return f"{name}: {said}, {predicate}"
                return f"{name}: {said}, which is {predicate}"
        return text

    # Tables ---------------------------------------------------------------------------------------

    def _table(self, node: Node) -> Any:
        """The rows that apply, then why those above do not."""
        found: list[Step] = []
        missed: list[Step] = []
        known: list[str] = []  # what has been told
        idle: set[bool | None] = set()
        for part in sorted(node.parts, key=lambda part: part.value is False):
            said = self.tell(part)
            said = said if isinstance(said, Said) else (yield said)
            idle.add(said.idle)
            below = [inner for step in said.steps for inner in step.steps]
            if part.value is False and not self.whole:
                missed += below
                continue
            known += [step.sentence for step in below]
            # What leaves it open is told for all rows together.
            open_ = part.value is None and node.value is None and not self.whole
            found += below if open_ and below else said.steps
        missed = [
            step for step in missed
            if step.needed and not any(says(sentence, step.sentence) for sentence in known)
            and not any(other.sentence.startswith(f"{step.sentence}, ") for other in missed)
        ]  # fmt: skip
        if missed:
            sentence = "no row above it applies" if node.value is not None else "no row applies"
            if node.value is None and found:
                sentence = "the other rows do not apply"
            found.append(self.step("row", sentence, False, YesNo(), missed))
        return Said(found, combined(idle))

    def _row(self, node: Node) -> Any:
        number, row = node.e
        said = yield self.parts(node)
        applies = {True: "applies", False: "does not apply", None: "may apply"}[node.value]
        sentence = f"row {number + 1} of its table {applies}"
        step = self.step(
            "row", sentence, node.value, YesNo(), said.steps, "", "", row.span,
            needed=said.idle is not True,
        )  # fmt: skip
        return Said([step], said.idle)

    # Instances ------------------------------------------------------------------------------------

    def _count(self, node: Node) -> Any:
        e: ir.Aggregate = node.e
        if not self.reading.case.facts[e.fact] and not self.whole:
            none = f"the case lists no {spoken(e.fact)}"
            return Said([self.step("count", none, node.value, e.type)])
        below = yield self.parts(node)
        if e.op in ("any", "all"):
            sentence = self.words(self.wording.condition, e, node.value is not False)
            sentence += ": not known" if node.value is None else ""
        else:
            sentence = f"{self.words(self.wording.value, e)}: {self.say(node.value, e.type)}"
        steps = list(below.steps) if self.whole else self._shortened(below.steps, e)
        closing = "" if self.whole or len(steps) != len(below.steps) else self._closing(node)
        if closing:
            steps.append(self.step("count", closing, None, YesNo()))
        idle = below.idle is True
        step = self.step("count", sentence, node.value, e.type, steps, needed=not idle)
        return Said([step], idle)

    def _shortened(self, steps: Sequence[Step], e: ir.Aggregate) -> list[Step]:
        """The instances that are needed; of others the first few where there are none."""
        shown = [step for step in steps if step.what != "instance" or step.needed]
        shown = shown or list(steps[:MOST_IDLE])
        more = len(steps) - len(shown)
        if more:
            noun = spoken(e.fact) if more == 1 else self.names.many(e.fact)
            verb = "counts" if more == 1 else "count"
            shown.append(self.step("count", f"{more} more {noun} {verb} too", None, YesNo()))
        return shown

    def _closing(self, node: Node) -> str:
        """That nothing else was counted, where that matters."""
        e: ir.Aggregate = node.e
        listed, total = len(node.parts), len(self.reading.case.facts[e.fact])
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
            few = "these are" if listed > 1 else "this is"
            return f"{few} enough" if listed < node.value else ""
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
        below = yield self.parts(node)
        steps = once(below.steps)
        fact = node.e if isinstance(node.e, str) else node.e.fact
        plain = [s.sentence for s in steps if s.what in ("fact", "unknown") and not s.steps]
        name = self.instance(fact, node.bound)
        sentence = f"{name} ({'; '.join(plain)})" if plain else name
        needed = below.idle is False or (fact, node.bound.get(fact, 0), None) in self.units
        needed = needed or self.whole
        step = self.step(
            "instance", sentence, node.value, YesNo(), steps, fact, self.place(fact, node.bound),
            needed=needed,
        )  # fmt: skip
        return Said([step], not needed)

    def instance(self, fact: str, bound: Bound) -> str:
        """An instance by its key, where its fact has one."""
        declared = self.base.facts[fact]
        if not declared.many:
            return spoken(fact)
        instance = self.reading.case.facts[fact][bound[fact]]
        if not declared.keys:
            return self.names.one(fact)
        keys = [self.say(instance[k], declared.attributes[k].type) for k in declared.keys]
        return f"{spoken(fact)} {', '.join(keys)}"

    def place(self, fact: str | None, bound: Bound) -> str:
        if fact is None or fact not in bound:
            return ""
        instances = self.reading.case.facts[fact]
        return faults.place(self.base.facts[fact], instances[bound[fact]], bound[fact])


def combined(idle: set[bool | None]) -> bool | None:
    """Whether nothing that is needed is among them."""
    return False if False in idle else True if True in idle else None
