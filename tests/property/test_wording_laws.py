"""Every expression has words, always the same ones; and what has the same words means the same."""

from collections.abc import Iterator
from random import Random
from typing import Any

from attrs import evolve, fields
from books_and_cases import examples, loaded, packs
from hypothesis import given
from hypothesis import strategies as st
from random_bases import Builder, random_base
from random_expressions import COLOUR, DAY, TYPES, value_of

from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.explain import Wording
from matchrules.ir import Expression, RuleBase
from matchrules.testing import books
from matchrules.types import SetOf, YesNo

OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


def everything(base: RuleBase) -> Iterator[Expression]:
    """Every expression of a base, properties too, and everything inside."""
    tops = list(base.expressions())
    for law in base.properties.values():
        tops += [e for e in (law.when, law.then) if e is not None]
    for top in tops:
        yield from ir.walk(top)


def all_have_words(base: RuleBase) -> None:
    wording, again = Wording(base), Wording(base)
    for expression in everything(base):
        said = wording.value(expression)
        assert said and said == again.value(expression)
        assert said.count("(") == said.count(")") and "  " not in said
        if isinstance(expression.type, YesNo):
            condition = wording.condition(expression)
            assert condition and condition == again.condition(expression)


@given(st.integers(0, 2**32))
@examples(40)
def test_all_of_random_bases_has_words(seed: int) -> None:
    all_have_words(random_base(seed))


@given(books())
@examples(15)
def test_all_of_random_books_has_words(texts: dict[str, str]) -> None:
    for base in loaded(texts).bases:
        all_have_words(base)


def test_all_of_the_packs_has_words() -> None:
    for base in packs().bases:
        all_have_words(base)


def changed(e: Expression) -> Iterator[Expression]:
    """The expression with one thing in it said otherwise."""
    if isinstance(e.type, YesNo):
        yield from (ir.Not(e), ir.Shown(e), ir.Not(ir.Shown(ir.Not(e))), ir.Not(ir.Not(e)))
    match e:
        case ir.Not(operand) | ir.Shown(operand):
            yield operand
        case ir.And(operands) | ir.Or(operands):
            other: Any = ir.Or if isinstance(e, ir.And) else ir.And
            yield other(operands)
            yield type(e)(operands[::-1])
            yield other((type(e)(operands[:-1]), operands[-1]))
            yield type(e)((type(e)(operands[:-1]), operands[-1]))
            last = operands[-1]
            if isinstance(last, other):  # `a and (b or c)`, and `(a and b) or c`
                yield other((type(e)((*operands[:-1], last.operands[0])), *last.operands[1:]))
        case ir.Compare(op, left, right):
            yield from (ir.Compare(o, left, right) for o in OPERATORS[: 6 if op[0] in "<>" else 2])  # type: ignore[arg-type]
            yield ir.Compare(op, right, left)
            yield ir.In(left, (right,))
        case ir.In(value, items):
            yield ir.In(value, items[:1])
        case ir.If(condition, then, otherwise, type_):
            yield ir.If(condition, otherwise, then, type_)
            yield ir.IfKnown(then, otherwise, type_)
        case ir.IfKnown(value, otherwise, type_):
            yield ir.IfKnown(otherwise, value, type_)
        case ir.Arithmetic(op, left, right, type_):
            if op in ("+", "-"):
                yield ir.Arithmetic("-" if op == "+" else "+", left, right, type_)
                yield ir.Arithmetic(op, right, left, type_)
            if isinstance(left, ir.Arithmetic) and op in "+-" and left.op in "+-":
                inner = ir.Arithmetic(op, left.right, right, type_)
                yield ir.Arithmetic(left.op, left.left, inner, type_)
        case ir.Round(value, _, places, type_):
            yield from (ir.Round(value, m, places, type_) for m in ("down", "up", "nearest"))  # type: ignore[arg-type]
        case ir.AddTime(sign=sign):
            yield evolve(e, sign=-sign)
            yield from (evolve(e, unit=u) for u in ("days", "weeks", "months", "years"))
        case ir.Extreme(op, left, right):
            yield evolve(e, op="max" if op == "min" else "min")
            yield evolve(e, left=right, right=left)
        case ir.Aggregate(op=op, where=where):
            twin = {"any": "all", "all": "any", "min": "max", "max": "min"}.get(op)
            twin = {"last": "last_but_one", "last_but_one": "last"}.get(op, twin)
            if twin is not None:
                yield evolve(e, op=twin)
            if where is not None:
                yield evolve(e, where=None)
            if op not in ("last", "last_but_one"):
                yield evolve(e, by="when", take=1 if e.take != 1 else 2)
        case ir.Constant(_, type_) if not isinstance(type_, SetOf):
            yield from (ir.Constant(value_of(Random(n), type_), type_) for n in range(3))
        case ir.ParameterValue(on=on) if on is not None:
            yield evolve(e, on=None)
    for part in fields(type(e)):
        inside = getattr(e, part.name)
        if isinstance(inside, tuple) and inside and not isinstance(inside[0], str):
            for n, one in enumerate(inside):
                for new in changed(one):
                    yield evolve(e, **{part.name: (*inside[:n], new, *inside[n + 1 :])})
        elif isinstance(inside, ir.Expression):
            yield from (evolve(e, **{part.name: new}) for new in changed(inside))


def random_case(rng: Random, base: RuleBase) -> Case | None:
    facts = {
        name: [
            {
                a.name: value_of(rng, a.type)
                for a in declaration.attributes.values()
                if a.key or a.required or rng.random() < 0.7
            }
            for _ in range(rng.randint(0, 3) if declaration.many else 1)
        ]
        for name, declaration in base.facts.items()
    }
    try:
        return assemble(base, DAY, facts)
    except CaseErrors:
        return None  # two of one key


@given(st.integers(0, 2**32))
@examples(40)
def test_what_has_the_same_words_means_the_same(seed: int) -> None:
    rng, builder = Random(seed), Builder(seed)
    base = builder.base()
    wording = Wording(base)
    run = [
        Interpretation(base, case) for case in (random_case(rng, base) for _ in range(5)) if case
    ]
    for type_ in (YesNo(), rng.choice(TYPES)):
        one = builder.expression(type_, None, 3)
        words = wording.value(one)
        once = list(changed(one))
        for _ in range(30 if once else 0):
            other = rng.choice(once)
            other = rng.choice([other, other, *changed(other)])
            if wording.value(other) == words:
                assert all(it.value(one) == it.value(other) for it in run), words


def test_labels_that_two_members_share_are_told_apart() -> None:
    base = random_base(0)
    enums = {**base.enums, "colour": ir.EnumDeclaration(COLOUR, dict.fromkeys(COLOUR.members, "x"))}
    wording = Wording(evolve(base, enums=enums))
    words = {wording.value(ir.Constant(member, COLOUR)) for member in COLOUR.members}
    assert len(words) == len(COLOUR.members)
