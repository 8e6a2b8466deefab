"""What the solver is told is what the interpreter says, in every case that a small base has.

Each case is put to the solver as it is; then everything that the base works out must come out in
the model as it does in the interpreter, unknown where that is unknown. With many-facts left open
more must be possible than there is, never less.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import z3
from books_and_cases import LONG
from brute_force import NOT_VALID
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import SmallBook, small_book

from matchrules import ir
from matchrules.case.model import Case
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Bound, Interpretation
from matchrules.prove.calendar import Calendar
from matchrules.prove.encoding import Encoding
from matchrules.prove.scene import Ground, Scene
from matchrules.prove.terms import LAST_DAY, Term, Truth, constant, equal
from matchrules.types import (
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Type,
    YesNo,
    add_time,
    exact,
    on_day,
)

FAULTS = {"MR602": "gap", "MR603": "overlap", "MR604": "range"}
MOST_CASES = 2000 if LONG else 500
CASES = 400 if LONG else 25  # of a base, spread over all of them
Said = tuple[str, ir.Expression, str | None]


def decoded(model: Any, value: Any, type_: Type) -> Any:
    """What a model makes of a value."""

    def true(formula: Any) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    if isinstance(value, Truth):
        yes, no = true(value.yes), true(value.no)
        assert not (yes and no)
        return yes if yes or no else None
    assert isinstance(value, Term)
    if not true(value.known):
        return None
    number = model.eval(value.term, model_completion=True).as_long()
    match type_:
        case Number():
            found = exact(Fraction(number, value.denominator))
            assert value.low is None or value.low <= found
            assert value.high is None or found <= value.high
            return found
        case Enum(members=members):
            return members[number]
        case SetOf(of=of):
            return frozenset(m for n, m in enumerate(of.members) if number >> n & 1)
    if str(type_) == "AnyDayOfYear()":
        return DayOfYear(number // 32, number % 32)
    return date.fromordinal(number)


def fixed(encoding: Encoding, case: Case) -> list[Any]:
    """That a case is this one."""
    scene, found = encoding.scene, [encoding.scene.as_of.term == case.as_of.toordinal()]
    texts = scene.ground.texts
    for fact in encoding.base.facts.values():
        for index in scene.indices(fact.name):
            there = index < len(case.facts[fact.name])
            present = scene.present(fact.name, index)
            found.append(present if there else z3.Not(present))
            for name, attribute in fact.attributes.items():
                value = case.facts[fact.name][index][name] if there else None
                asserted = scene.attribute(fact.name, name, index)
                found.append(asserted.known if value is not None else z3.Not(asserted.known))
                if value is not None:
                    found.append(equal(asserted, constant(value, attribute.type, texts)))
    return found


def said(base: ir.RuleBase) -> list[Said]:
    """Everything that can be asked of one case, and how many of three conditions hold."""
    found = [*_said(base)]
    conditions = [e for _, e, fact in found if fact is None and e.type == YesNo()]
    for start in range(0, len(conditions), 3):
        for op in ("exactly", "at_most"):
            operands = tuple(conditions[start : start + 3])
            found.append((f"{op} {start}", ir.HowMany(op, operands), None))
    return found


def _said(base: ir.RuleBase) -> Iterator[Said]:
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            node = ir.Attribute(fact.name, attribute.name, attribute.type)
            yield f"{fact.name}.{attribute.name}", node, fact.name if fact.many else None
    for define in base.defines.values():
        yield define.name, ir.Derived(define.name, define.type, define.fact), define.fact
    for rule in base.rules.values():
        yield f"{rule.name} for some", ir.Fires(rule.name), None
        for number, then in enumerate(rule.thens):
            for name, value in then.fields.items():
                yield f"{rule.name} {number} {name}", value, rule.fact
        if rule.fact is not None:
            yield rule.name, ir.Fires(rule.name), rule.fact
    for number, reject in enumerate(base.rejects):
        yield f"reject {number}", reject.when, reject.fact
    for claim in base.properties.values():
        if claim.cases or claim.whatever:
            continue
        if claim.when is not None:
            yield f"{claim.name} when", claim.when, claim.fact
        yield f"{claim.name} then", claim.then, claim.fact


def instances(run: Interpretation, fact: str | None) -> list[Bound]:
    return run.each(fact)


def spread(book: SmallBook) -> list[Case]:
    """Cases from all over a book, those in which most is there among them."""
    cases = list(book.cases())
    return cases[:: max(1, len(cases) // CASES)]


def shown_faults(base: ir.RuleBase, case: Case) -> tuple[set[str], Interpretation]:
    """The codes of what is wrong with a case; fields of advice that leave their range aside."""
    run = Interpretation(base, case)
    try:
        run.outcome()
    except CaseErrors as error:
        fields = [f"r.{rule}." for rule in base.rules]
        return {
            d.code
            for d in error.diagnostics
            if d.code != "MR604" or not any((d.path or "").startswith(f) for f in fields)
        }, run
    return set(), run


def check(book: SmallBook) -> None:
    """Every value of every case, with as many instances as there can be."""
    base = book.base
    encoding = Encoding(base, Scene(Ground(base, 2)))
    values = []
    for what, expression, fact in said(base):
        for index in [None] if fact is None else encoding.scene.indices(fact):
            bound = {} if fact is None or index is None else {fact: index}
            values.append((what, expression, bound, encoding.value(expression, bound)))
    valid = z3.And(*encoding.valid())
    cases = [(case, fixed(encoding, case)) for case in spread(book)]
    solver = z3.Solver()
    solver.add(*encoding.scene.ground.formulas, *encoding.scene.ground.calendar.facts)
    for case, is_it in cases:
        codes, run = shown_faults(base, case)
        solver.push()
        solver.add(*is_it)
        assert solver.check() == z3.sat, f"no such case: {case}"
        model = solver.model()
        assert z3.is_true(model.eval(valid, model_completion=True)) == (not codes & NOT_VALID), case
        for what, expression, bound, value in values:
            if any(index >= len(case.facts[fact]) for fact, index in bound.items()):
                continue
            right, mine = run.value(expression, bound), decoded(model, value, expression.type)
            assert mine == right, f"{what} {bound}: {mine}, not {right}\n{expression}\n{case}"
        showing = {
            kind
            for (kind, _), formula in encoding.faults.items()
            if z3.is_true(model.eval(formula, model_completion=True))
        }
        for code, kind in FAULTS.items():
            kinds = {kind, "default"} if kind == "range" else {kind}
            if code in codes or kinds & showing:
                assert (code in codes) == bool(kinds & showing), (code, showing, case)
        solver.pop()


def check_open(book: SmallBook) -> None:
    """What holds in a case is possible where many-facts are left open."""
    base = book.base
    many = [fact.name for fact in base.facts.values() if fact.many]
    encoding = Encoding(base, Scene(Ground(base, None)))
    texts = encoding.scene.ground.texts
    values = []
    for what, expression, fact in reversed(said(base)):  # what is within comes after
        if any(isinstance(node, ir.OfDecision) for node in ir.walk(expression)):
            continue
        bound = {} if fact is None else {fact: 0}
        values.append((what, expression, fact, encoding.value(expression, bound)))
    valid = encoding.valid()
    solver = z3.Solver()
    for case in spread(book)[:: 1 if LONG else 4]:
        codes, run = shown_faults(base, case)
        if codes & NOT_VALID:
            continue
        for index in range(max([1, *(len(case.facts[name]) for name in many)])):
            facts = [encoding.scene.as_of.term == case.as_of.toordinal()]
            for _, expression, fact, value in values:
                at = index if fact in many else 0
                if fact is not None and at >= len(case.facts[fact]):
                    continue
                right = run.value(expression, {} if fact is None else {fact: at})
                facts.append(value.known if right is not None else z3.Not(value.known))
                if right is not None:
                    facts.append(equal(value, constant(right, expression.type, texts)))
            solver.push()
            ground = encoding.scene.ground
            missing = [f for f in many if not case.facts[f]]
            solver.add(*ground.formulas, *ground.calendar.facts, *facts)
            if not missing:
                solver.add(*valid)
            assert solver.check() == z3.sat, f"left open, this is left out: {case}"
            solver.pop()


@settings(max_examples=400 if LONG else 8)
@given(st.integers(0, 10**9))
def test_values_are_those_of_the_interpreter(seed: int) -> None:
    check(small_book(seed, MOST_CASES))


@settings(max_examples=400 if LONG else 3)
@given(st.integers(0, 10**9))
def test_what_is_left_open_leaves_nothing_out(seed: int) -> None:
    check_open(small_book(seed, MOST_CASES))


NEAR = st.integers(-2, 2)
TURNS = (1, 4, 100, 400, 1600, 1700, 1900, 2000, 2024, 2100, 9996, 9999)  # years to look at
EDGES = st.sampled_from([date(y, m, d) for y in TURNS for m, d in ((1, 31), (2, 28), (3, 1))])
ALL_DAYS = st.dates() | EDGES.flatmap(
    lambda day: NEAR.map(lambda n: date.fromordinal(max(1, min(day.toordinal() + n, LAST_DAY))))
)


@settings(max_examples=5000 if LONG else 60)
@given(
    ALL_DAYS,
    st.integers(-40, 40) | st.integers(-120000, 120000),
    st.sampled_from(["days", "weeks", "months", "years"]),
    st.sampled_from([1, -1]),
)
def test_time_is_added_as_the_calendar_has_it(day: date, amount: int, unit: str, sign: int) -> None:
    """Where neither the day nor the amount is a constant."""
    calendar, (one, two) = Calendar(), (z3.Int("day"), z3.Int("amount"))
    moved = calendar.add(Term(one, z3.BoolVal(True)), Term(two, z3.BoolVal(True)), unit, sign)
    model = the_model([*calendar.facts, one == day.toordinal(), two == amount])
    assert decoded(model, moved, Date()) == add_time(day, sign * amount, unit)


@settings(max_examples=2000 if LONG else 40)
@given(
    st.dates(date(2024, 1, 1), date(2024, 12, 31)) | st.just(date(2024, 2, 29)),
    st.sampled_from(TURNS) | st.integers(-3, 10002),
    st.booleans(),
)
def test_a_day_of_a_year_is_that_of_the_calendar(day: date, year: int, fixed_day: bool) -> None:
    calendar, (one, two) = Calendar(), (z3.Int("day"), z3.Int("year"))
    number = 32 * day.month + day.day
    which = Term(z3.IntVal(number) if fixed_day else one, z3.BoolVal(True))
    found = calendar.on_day(which, Term(two, z3.BoolVal(True)))
    model = the_model([*calendar.facts, one == number, two == year])
    assert decoded(model, found, Date()) == on_day(year, day.month, day.day)


def the_model(facts: list[Any]) -> Any:
    solver = z3.Solver()
    solver.add(*facts)
    assert solver.check() == z3.sat
    return solver.model()
