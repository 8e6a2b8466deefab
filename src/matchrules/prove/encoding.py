"""The meaning of a rule base as formulas: what the interpreter works out of one case, said of all.

Every method stands for the one of the same purpose in `engine.interpreter`; numbers in brackets are
those of the statements on the meaning. Aggregates, tables and what reads a decision are beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matchrules import ir
from matchrules.dependencies import names_in
from matchrules.ir import Define, Expression, Rule, RuleBase, children
from matchrules.prove.aggregates import aggregate
from matchrules.prove.decisions import of_decision, unchanged
from matchrules.prove.operators import operate
from matchrules.prove.parameters import parameter
from matchrules.prove.scene import Scene
from matchrules.prove.tables import table
from matchrules.prove.terms import (
    FALSE,
    TRUE,
    Encoded,
    Term,
    Truth,
    all_of,
    any_of,
    choose,
    common,
    constant,
    equal,
    in_bounds,
    neg,
    two_valued,
    unknown,
)
from matchrules.types import Number, Type

Bound = Mapping[str, int]
NOTHING: Bound = {}


class Encoding:
    """One rule base in one scene. `first` is the encoding of the first case of a `compare`, and
    `touched` the names that may differ from it (None: all); what is not touched is the first's."""

    def __init__(
        self, base: RuleBase, scene: Scene, whatever: Mapping[str, Encoded] | None = None,
        first: "Encoding | None" = None, touched: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        self.base = base
        self.scene = scene
        self.whatever = whatever or {}
        self.first = first
        self.touched = touched
        self.cases: Mapping[str, Encoding] = {}
        self.faults: dict[tuple[str, str], Any] = {}  # (kind, name): in which cases it shows
        self.aggregates: dict[Any, Encoded] = {}  # those left open
        self._known: dict[tuple[object, ...], Any] = {}
        self._kept: list[object] = []  # what is remembered by its identity has to stay

    # Facts (1, 6, 8) ----------------------------------------------------------------------------

    def attribute(self, fact: str, name: str, bound: Bound) -> Encoded:
        """The asserted value; where there is none, the default (8)."""
        index = bound[fact] if self.base.facts[fact].many else 0
        key = ("attribute", fact, name, index)
        if key not in self._known:
            self._known[key] = self._attribute(fact, name, index)
        found: Encoded = self._known[key]
        return found

    def _attribute(self, fact: str, name: str, index: int) -> Encoded:
        if self.is_firsts([f"{fact}.{name}"]):
            assert self.first is not None
            return self.first.attribute(fact, name, {fact: index})
        declared = self.base.facts[fact].attributes[name]
        asserted = self.scene.attribute(fact, name, index)
        if declared.default is None:
            return asserted
        default = self.in_range(
            self.value(declared.default, {fact: index}), declared.type, "default",
            f"{fact}.{name}", {fact: index},
        )  # fmt: skip
        return if_known(asserted, default)

    def conflict(self, fact: str, name: str, index: int) -> Any:
        """Whether asserted and default value are both known and differ (8)."""
        declared = self.base.facts[fact].attributes[name]
        assert declared.default is not None
        bound = {fact: index}
        asserted = self.scene.attribute(fact, name, index)
        default = self.value(declared.default, bound)
        default = self.in_range(default, declared.type, "default", f"{fact}.{name}", bound)
        both = [asserted.known, default.known, neg(equal(asserted, default))]
        if declared.unless is not None:
            both.append(neg(self.true(declared.unless, bound)))
        return all_of(both)

    # Validity (14) --------------------------------------------------------------------------------

    def valid(self) -> list[Any]:
        """That the case is free of rejects and conflicts. Where many-facts are left open only
        instances that were spoken of are looked at, which leaves more cases than are valid."""
        formulas = []
        for fact in self.base.facts.values():
            for name, attribute in fact.attributes.items():
                if attribute.default is None or self.is_firsts([f"{fact.name}.{name}"]):
                    continue
                for index in self._looked_at(fact.name):
                    present = self.scene.present(fact.name, index) if fact.many else TRUE
                    conflict = self.conflict(fact.name, name, index)
                    formulas.append(neg(all_of([present, conflict])))
        for reject in self.base.rejects:
            if self.is_firsts(names_in(self.base, [reject.when])):
                continue
            if reject.fact is None:
                formulas.append(neg(self.true(reject.when, NOTHING)))
                continue
            for index in self._looked_at(reject.fact):
                there = self.scene.present(reject.fact, index)
                rejected = self.true(reject.when, {reject.fact: index})
                formulas.append(neg(all_of([there, rejected])))
        return formulas

    def _looked_at(self, fact: str) -> Sequence[int]:
        if self.base.facts[fact].many and self.scene.open:
            return [index for name, index in self.scene.there if name == fact]
        return self.scene.indices(fact)

    def is_firsts(self, names: Sequence[str]) -> bool:
        """Whether what reads no more than these names is the same in the first case."""
        return (
            self.first is not None
            and self.touched is not None
            and not any(name in self.touched for name in names)
        )

    # Derived facts (4, 6, 8) --------------------------------------------------------------------

    def derived(self, define: Define, bound: Bound) -> Encoded:
        """The value of a define or table: unknown where it has a fault."""
        mine = {} if define.fact is None else {define.fact: bound[define.fact]}
        key = ("define", define.name, *mine.values())
        if key not in self._known:
            self._known[key] = self._derived(define, mine)
        found: Encoded = self._known[key]
        return found

    def _derived(self, define: Define, bound: Bound) -> Encoded:
        if self.is_firsts([define.name]):
            assert self.first is not None
            return self.first.derived(define, bound)
        if isinstance(define.body, ir.Table):
            found = table(self, define, define.body, bound)
        else:
            found = self.value(define.body, bound)
        return self.in_range(found, define.type, "range", define.name, bound)

    def in_range(
        self, value: Encoded, type_: Type, kind: str, name: str, bound: Bound = NOTHING
    ) -> Encoded:
        """The value, or unknown where it breaks the promise of its range (8)."""
        if not isinstance(type_, Number) or isinstance(value, Truth):
            return value
        kept = in_bounds(value, type_)
        lows = [low for low in (value.low, type_.low) if low is not None]
        highs = [high for high in (value.high, type_.high) if high is not None]
        low, high = max(lows, default=None), min(highs, default=None)
        self.fault(kind, name, all_of([value.known, neg(kept)]), bound)
        return Term(value.term, all_of([value.known, kept]), value.denominator, low, high)

    def fault(self, kind: str, name: str, formula: Any, bound: Bound = NOTHING) -> None:
        """Remember in which cases a fault shows."""
        there = [
            self.scene.present(fact, index)
            for fact, index in bound.items()
            if self.base.facts[fact].many or kind != "default"
        ]
        shows = all_of([formula, *there])
        self.faults[kind, name] = any_of([self.faults.get((kind, name), FALSE), shows])

    # Rules (2, 6, 9) ----------------------------------------------------------------------------

    def holds(self, rule: Rule, bound: Bound) -> Any:
        """Guards and `when` are true, and no `unless` is."""
        needed = [*rule.guards] if rule.when is None else [*rule.guards, rule.when]
        return all_of(
            [self.true(e, bound) for e in needed] + [neg(self.true(e, bound)) for e in rule.unless]
        )

    def stands(self, rule: Rule, bound: Bound) -> Any:
        """The rule's conditions hold and no overrider's do, overridden or not (9)."""
        key = ("stands", rule.name, bound[rule.fact] if rule.fact else None)
        if self.first is not None and unchanged(self, rule):
            return self.first.stands(rule, bound)
        if key not in self._known:
            others = self.base.overriders.get(rule.name, ())
            self._known[key] = all_of([
                self.holds(rule, bound),
                *(neg(self.holds(other, bound if other.fact else NOTHING)) for other in others),
                *([self.scene.present(rule.fact, bound[rule.fact])] if rule.fact else []),
            ])  # fmt: skip
        return self._known[key]

    def once(self, key: tuple[object, ...], work: Callable[..., Any], *arguments: Any) -> Any:
        """What `work` makes of this encoding and the arguments, which stay as long as it does."""
        if key not in self._known:
            self._kept.append(arguments)
            self._known[key] = work(self, *arguments)
        return self._known[key]

    # Expressions (2, 3, 5, 10, 11) --------------------------------------------------------------

    def true(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        """Where a condition is true."""
        found = self.value(expression, bound)
        assert isinstance(found, Truth)
        return found.yes

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Encoded:
        """The value of an expression, by its meaning in `Interpretation.value`."""
        key = (id(expression), *sorted(bound.items()))
        found: Encoded | None = self._known.get(key)
        if found is None:
            self._kept.append(expression)
            found = self._known[key] = self._value(expression, bound)
        return found

    def _value(self, expression: Expression, bound: Bound) -> Encoded:
        match expression:
            case ir.Constant(value, type_):
                return constant(value, type_, self.scene.ground.texts)
            case ir.Attribute(fact, name):
                return self.attribute(fact, name, bound)
            case ir.Derived(name):
                return self.derived(self.base.defines[name], bound)
            case ir.And(operands):
                return kleene_and([self.value(e, bound) for e in operands])
            case ir.Or(operands):
                return kleene_or([self.value(e, bound) for e in operands])
            case ir.Not(operand):
                inner = self.truth(operand, bound)
                return Truth(inner.no, inner.yes)
            case ir.Shown(operand):
                return two_valued(self.true(operand, bound))
            case ir.IsKnown(operand):
                return two_valued(self.value(operand, bound).known)
            case ir.If(condition, then, otherwise, type_):
                test = self.truth(condition, bound)
                one, two = self.value(then, bound), self.value(otherwise, bound)
                return conditional(test, *fitted(one, two, type_))
            case ir.IfKnown(operand, otherwise, type_):
                found, other = self.value(operand, bound), self.value(otherwise, bound)
                return if_known(*fitted(found, other, type_))
            case ir.Aggregate():
                return aggregate(self, expression, bound)
            case ir.AsOf():
                return self.scene.as_of
            case ir.InCase(case, operand):
                return self.cases[case].value(operand, bound)
            case ir.ParameterValue():
                return parameter(self, expression, bound)
            case _ if isinstance(expression, ir.OfDecision):
                return of_decision(self, expression, bound)
        return operate(self, expression, [self.value(e, bound) for e in children(expression)])

    def truth(self, expression: Expression, bound: Bound = NOTHING) -> Truth:
        """The value of a condition."""
        found = self.value(expression, bound)
        return found if isinstance(found, Truth) else Truth(FALSE, FALSE)


def kleene_and(truths: Sequence[Encoded]) -> Truth:
    """False where one is, true where all are."""
    found = [t for t in truths if isinstance(t, Truth)]
    return Truth(all_of([t.yes for t in found]), any_of([t.no for t in found]))


def kleene_or(truths: Sequence[Encoded]) -> Truth:
    """True where one is, false where all are."""
    found = [t for t in truths if isinstance(t, Truth)]
    return Truth(any_of([t.yes for t in found]), all_of([t.no for t in found]))


def fitted(one: Encoded, other: Encoded, type_: Type) -> tuple[Encoded, Encoded]:
    """Both of one sort: an `unknown` written out takes that of the other."""
    empty = unknown(type_)

    def fit(value: Encoded) -> Encoded:
        if isinstance(value, Truth) or isinstance(empty, Truth):
            return value if isinstance(value, Truth) and isinstance(empty, Truth) else empty
        return value if value.term.sort() == empty.term.sort() else empty

    return fit(one), fit(other)


def conditional(test: Truth, one: Encoded, two: Encoded) -> Encoded:
    """One or the other; where the test is unknown, what both are (3)."""
    if isinstance(one, Truth) or isinstance(two, Truth):
        assert isinstance(one, Truth)
        assert isinstance(two, Truth)
        return Truth(
            *(
                any_of([all_of([test.yes, a]), all_of([test.no, b]), all_of([test.unknown, a, b])])
                for a, b in ((one.yes, two.yes), (one.no, two.no))
            )
        )
    either = test.unknown
    same = all_of([either, one.known, two.known, equal(one, two)])
    known = any_of([all_of([test.yes, one.known]), all_of([test.no, two.known]), same])
    return pick(test.no, two, one, known)


def if_known(value: Encoded, otherwise: Encoded) -> Encoded:
    """The value; where it is unknown, the other one."""
    if isinstance(value, Truth):
        assert isinstance(otherwise, Truth)
        return Truth(
            any_of([value.yes, all_of([value.unknown, otherwise.yes])]),
            any_of([value.no, all_of([value.unknown, otherwise.no])]),
        )
    assert isinstance(otherwise, Term)
    return pick(value.known, value, otherwise, any_of([value.known, otherwise.known]))


def pick(condition: Any, then: Term, otherwise: Term, known: Any) -> Term:
    """One of two terms, with the bounds of both where both can be."""
    (one, two), denominator = common([then, otherwise])
    real = [v for v in (then, otherwise) if not _never(v)] or [then]
    lows, highs = [v.low for v in real], [v.high for v in real]
    low = None if None in lows else min(lows)  # type: ignore[type-var]  # none is None
    high = None if None in highs else max(highs)  # type: ignore[type-var]  # none is None
    if _never(then):
        return Term(two, known, denominator, low, high)
    if _never(otherwise):
        return Term(one, known, denominator, low, high)
    return Term(choose(condition, one, two), known, denominator, low, high)


def _never(value: Term) -> bool:
    """Whether the value is never known, so that its term does not matter."""
    return bool(value.known.eq(FALSE))
