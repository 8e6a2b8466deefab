"""From a condition that is not as it would have to be down to the facts that keep it so.

A reason stays with what failed: of an `and` what is not so, of an `or` all of it, of a derived fact
what it was made of, by the nearest of the ways in which it could be otherwise.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from attrs import evolve

from matchrules import ir
from matchrules.decision import plain_value
from matchrules.engine.interpreter import Bound, Interpretation
from matchrules.explain.names import joined, spoken
from matchrules.explain.why_not import ways
from matchrules.explain.why_not.model import Basis, Lack
from matchrules.explain.why_not.needs import (
    FLIPPED,
    NO,
    NOT_NO,
    NOT_YES,
    YES,
    Known,
    Need,
    Truth,
    Truths,
    like,
)
from matchrules.explain.wording import Wording
from matchrules.ir import Expression
from matchrules.types import Date, Number, Type, YesNo, python_value

Needs = Literal["all", "any", "nearest"]
Parts = tuple[Needs, tuple[Lack, ...]]
NONE: Final[Parts] = ("all", ())

_DEEPEST: Final = 40  # a reason that goes on below says no more to anybody
_MOST_PARTS: Final = 24
_MOST_INSTANCES: Final = 3
_MOST_SOURCES: Final = 3
_LONGEST: Final = 120  # of a value that is shown
_GROUPS: Final = {
    (ir.And, True): "All of these would have to be so",
    (ir.Or, True): "One of these would have to be so",
    (ir.And, False): "One of these would have to be otherwise",
    (ir.Or, False): "All of these would have to be otherwise",
}


class Descent:
    """Goes down from the conditions of one rule. What it has told of a derived fact once, it does
    not tell again."""

    def __init__(self, run: Interpretation, wording: Wording) -> None:
        self.run, self.base = run, run.base
        self.wording, self.names = wording, wording.names
        self._told: set[tuple[str, int | None]] = set()
        self._depth = 0

    def missing(self, e: Expression, bound: Bound, wanted: Truth = YES) -> tuple[Lack, ...]:
        """What keeps a condition from being as it is wanted, an `and` taken apart."""
        if isinstance(e, ir.And) and wanted == YES:
            return tuple(lack for part in e.operands for lack in self.missing(part, bound))
        if self.run.value(e, bound) in wanted:
            return ()
        return (evolve(self.lack(e, bound, wanted), condition=self._wanted(e, wanted)),)

    # Conditions ----------------------------------------------------------------------------------

    def lack(self, e: Expression, bound: Bound, wanted: Truth) -> Lack:
        """What a condition lacks that is not as it is wanted."""
        if self._depth >= _DEEPEST:
            return self._outright(e, bound, wanted)
        self._depth += 1
        try:
            return self._lack(e, bound, wanted)
        finally:
            self._depth -= 1

    def _lack(self, e: Expression, bound: Bound, wanted: Truth) -> Lack:
        match e:
            case ir.Not(operand):
                return self.lack(operand, bound, _opposite(wanted))
            case ir.Shown(operand) if wanted != {None}:
                return self.lack(operand, bound, YES if True in wanted else NOT_YES)
            case ir.And() | ir.Or():
                return self._group(e, bound, wanted)
            case ir.Compare(op, left, right) if isinstance(left.type, YesNo):
                for one, two in ((left, right), (right, left)):
                    if isinstance(two, ir.Constant) and isinstance(two.value, bool):
                        same = two.value is (op == "==")
                        return self.lack(one, bound, wanted if same else _opposite(wanted))
            case ir.Compare() | ir.In() | ir.InRange() | ir.Has() | ir.IsEmpty():
                return self._compared(e, bound, wanted)
            case ir.IsKnown(operand) if wanted != {None}:
                return self.about(operand, bound, Known(True in wanted))
            case ir.Aggregate(op="any" | "all"):
                return self._among(e, bound, wanted)
            case ir.Attribute() | ir.Derived() | ir.ParameterValue() | ir.Aggregate():
                return self.about(e, bound, Truths(wanted))
        return self._outright(e, bound, wanted)

    def parts(self, e: Expression, bound: Bound, wanted: Truth) -> Parts:
        """What a condition lacks that is the whole of a named one."""
        while isinstance(e, ir.Not | ir.Shown):
            if isinstance(e, ir.Not):
                e, wanted = e.operand, _opposite(wanted)
            else:
                e, wanted = e.operand, YES if True in wanted else NOT_YES
        if isinstance(e, ir.And | ir.Or):
            needs, parts = self._operands(e, bound, wanted)
            if parts:
                return needs, parts
        return "all", (self.lack(e, bound, wanted),)

    def _operands(self, e: ir.And | ir.Or, bound: Bound, wanted: Truth) -> Parts:
        """The operands that are not as they would have to be: all of them, or one."""
        if wanted not in (YES, NO, NOT_YES, NOT_NO):
            return ways.causes(self, e, bound)
        lacking = [
            self.lack(operand, bound, wanted) for operand in e.operands
            if not isinstance(operand, ir.Constant) and self.run.value(operand, bound) not in wanted
        ]  # fmt: skip
        return "all" if isinstance(e, ir.And) is (True in wanted) else "any", tuple(lacking)

    def _group(self, e: ir.And | ir.Or, bound: Bound, wanted: Truth) -> Lack:
        needs, parts = self._operands(e, bound, wanted)
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return self._outright(e, bound, wanted)
        text = _GROUPS[type(e), True in wanted]
        return self._made(e, bound, Truths(wanted), text, needs, parts)

    def _outright(self, e: Expression, bound: Bound, wanted: Truth) -> Lack:
        """A condition for which there is nothing to say but that it is not as it is wanted."""
        value = self.run.value(e, bound)
        words = self.wording.condition(e if value is not False else ir.Not(e))
        text = f"Not known: {words}" if value is None else f"It is so that {words}"
        return self._made(e, bound, Truths(wanted), text)

    def _compared(self, e: Expression, bound: Bound, wanted: Truth) -> Lack:
        if isinstance(e, ir.Compare) and isinstance(e.left, ir.Constant):
            e = ir.Compare(FLIPPED[e.op], e.right, e.left)  # type: ignore[arg-type]  # an operator
        subject, *rest = ir.children(e)
        others = tuple(self.run.value(other, bound) for other in rest)
        found = self.about(subject, bound, like(e, others, wanted, self.wording))
        if None in others:
            beside = [lack for other in rest for lack in ways.causes(self, other, bound)[1]]
            found = evolve(
                found, parts=(*found.parts, *beside), needs="all",
                known=found.known and self.run.value(subject, bound) is None,
            )  # fmt: skip
        return evolve(
            found, condition=self._wanted(e, wanted), known=self.run.value(e, bound) is not None,
            values={**found.values, **self._values(e, bound)},
        )  # fmt: skip

    # Values --------------------------------------------------------------------------------------

    def about(self, e: Expression, bound: Bound, need: Need) -> Lack:
        """What the value of an expression would have to be, and what keeps it from that."""
        value = self.run.value(e, bound)
        text = f"{_begun(self.wording.value(e))}: {self.said(value, e.type)}"
        needs, parts = NONE
        if isinstance(e, ir.Derived):
            key = (e.name, bound.get(e.fact) if e.fact is not None else None)
            if key in self._told:
                return self._made(e, bound, need, f"{text}, as told above")
            self._told.add(key)
            if self._depth < _DEEPEST:
                self._depth += 1
                needs, parts = ways.of_define(self, self.base.defines[e.name], bound, need)
                self._depth -= 1
            if not parts and value is not None:
                text += self._sources(self.base.defines[e.name], bound)
        elif isinstance(e, ir.Aggregate) and value is None:
            text += ways.unknown_among(self, e, bound)
        elif not isinstance(e, ir.Attribute):
            needs, parts = ways.inside(self, e, bound, need)
        if value is not None or need != Known():
            text += f"; it would have to {need.words}"
        return self._made(e, bound, need, text, needs, parts)

    def _sources(self, define: ir.Define, bound: Bound) -> str:
        """What a number or a day was worked out from, where that is not much."""
        if isinstance(define.body, ir.Table) or not isinstance(define.type, Number | Date):
            return ""
        if any(isinstance(node, ir.Aggregate) for node in ir.walk(define.body)):
            return ""
        named = [n for n in ir.walk(define.body) if isinstance(n, ir.Attribute | ir.Derived)]
        each = [
            f"{self.wording.value(node)}: {self.said(self.run.value(node, bound), node.type)}"
            for node in dict.fromkeys(named)
        ]
        return f", from {joined(each, 'and')}" if 0 < len(each) <= _MOST_SOURCES else ""

    def said(self, value: Any, type_: Type) -> str:
        """A value in words, on one line and of bounded length."""
        if value is None:
            return "not known"
        words = " ".join(self.names.literal(value, type_).split())
        return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"

    # Many-facts ----------------------------------------------------------------------------------

    def _among(self, e: ir.Aggregate, bound: Bound, wanted: Truth) -> Lack:
        """There is one, or there is none, for which something is so."""
        value = self.run.value(e, bound)
        if wanted not in (YES, NO, NOT_YES, NOT_NO) or e.where is None or e.take:
            return self._outright(e, bound, wanted)
        each = self.run.each(e.fact, bound)
        found = f"{len(each)} {spoken(e.fact) if len(each) == 1 else self.names.many(e.fact)}"
        words = self.wording.condition(ir.Not(e) if value is False else e)
        text = f"Not known: {words}" if value is None else _begun(words)
        text += f"; there is no {spoken(e.fact)} at all" if not each else f", of {found} in all"
        lacking = [b for b in each if self.run.value(e.where, b) not in wanted]
        parts = tuple(self._one(e, b, wanted) for b in lacking[:_MOST_INSTANCES])
        needs: Needs = "all" if (e.op == "all") is (True in wanted) else "any"
        more = len(lacking) - len(parts)
        return evolve(self._made(e, bound, Truths(wanted), text, needs, parts), more=more)

    def _one(self, e: ir.Aggregate, bound: Bound, wanted: Truth) -> Lack:
        """One instance: what it lacks."""
        assert e.where is not None
        needs, parts = self.parts(e.where, bound, wanted)
        name = _begun(self.instance(e.fact, bound[e.fact]))
        return self._made(e.where, bound, Truths(wanted), name, needs, parts)

    def instance(self, fact: str, index: int) -> str:
        """An instance by its key, or by what is known of it first."""
        declaration = self.base.facts[fact]
        instance = self.run.case.facts[fact][index]
        if declaration.keys:
            key = [self.said(instance[n], declaration.attributes[n].type) for n in declaration.keys]
            return f"{spoken(fact)} {', '.join(key)}"
        told = [
            f"{self.names.value(f'{fact}.{name}')}: {self.said(instance[name], a.type)}"
            for name, a in declaration.attributes.items() if instance[name] is not None
        ]  # fmt: skip
        return f"{spoken(fact)} ({'; '.join(told[:_MOST_INSTANCES])})" if told else spoken(fact)

    # What all of it shares -----------------------------------------------------------------------

    def made(self, e: Expression, bound: Bound, need: Need, text: str) -> Lack:
        """A lack with nothing below it."""
        return self._made(e, bound, need, text)

    def _made(
        self, e: Expression, bound: Bound, need: Need, text: str,
        needs: Needs = "all", parts: Sequence[Lack] = (),
    ) -> Lack:  # fmt: skip
        value = self.run.value(e, bound)
        if isinstance(need, Truths):
            condition = self._wanted(e, need.accepted)
        else:
            condition = f"{self.wording.value(e)}: {need.words.removeprefix('be ')}"
        return Lack(
            text, condition, value is not None, self._values(e, bound), needs,
            tuple(parts[:_MOST_PARTS]), max(0, len(parts) - _MOST_PARTS), Basis(e, bound, need),
        )  # fmt: skip

    def _wanted(self, e: Expression, wanted: Truth) -> str:
        """A condition in words, as it is wanted."""
        shown: Mapping[Truth, Expression] = {
            YES: e, NO: ir.Not(e), NOT_YES: ir.Not(ir.Shown(e)),
            NOT_NO: ir.Not(ir.Shown(ir.Not(e))), frozenset({None}): ir.Not(ir.IsKnown(e)),
        }  # fmt: skip
        return self.wording.condition(shown.get(wanted, ir.IsKnown(e)))

    def _values(self, e: Expression, bound: Bound) -> dict[str, Any]:
        """The facts that an expression names outside of what it counts, with their values."""
        named: dict[str, Any] = {}
        stack = [e]
        while stack:
            node = stack.pop()
            if isinstance(node, ir.Attribute | ir.Derived):
                value = self.run.value(node, bound)
                named[name_of(node)] = plain_value(python_value(value, node.type), None)
            elif not isinstance(node, ir.Aggregate):
                stack.extend(ir.children(node))
        return dict(sorted(named.items()))


def name_of(e: ir.Attribute | ir.Derived) -> str:
    """The dotted name of a fact."""
    return f"{e.fact}.{e.name}" if isinstance(e, ir.Attribute) else e.name


def _opposite(wanted: Truth) -> Truth:
    return frozenset(None if truth is None else not truth for truth in wanted)


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
