"""A model of the solver as a case, and what the interpreter says of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import z3

from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import AttributeDeclaration, RuleBase
from matchrules.prove.scene import Scene
from matchrules.prove.terms import Encoded, Texts, Truth
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Type,
    Value,
    YesNo,
    exact,
)

CONFLICT, REJECTED = "MR601", "MR605"
INVALID: Final = frozenset({CONFLICT, REJECTED})  # faults of the case itself


Facts = dict[str, list[dict[str, Value | None]]]


def facts_of(model: Any, scene: Scene) -> Facts:
    """The facts that a model describes. What the formulas do not speak of is left out, or where it
    cannot be, some value of its type."""
    base, texts = scene.base, scene.ground.texts
    facts: Facts = {}
    for name, declared in base.facts.items():
        instances = []
        for index in scene.indices(name) if not (declared.many and scene.open) else ():
            values: dict[str, Value | None] = {}
            for attribute in declared.attributes.values():
                found = scene.value_made(name, attribute.name, index)
                if found is not None:
                    value = value_of(model, found, attribute.type, texts)
                    if value is not None:
                        values[attribute.name] = value
            there = scene.presence_made(name, index)
            if values or (there is not None and _holds(model, there)):
                for attribute in declared.attributes.values():
                    if attribute.required and attribute.name not in values:
                        values[attribute.name] = _some_value(attribute, index)
                instances.append(values)
        if instances:
            facts[name] = instances
    return facts


def day_of(model: Any, scene: Scene) -> date:
    """The day of the case that a model describes."""
    return date.fromordinal(model.eval(scene.as_of.term, model_completion=True).as_long())


def case_of(model: Any, scene: Scene) -> Case | None:
    """The case that a model describes. None where the facts are no case."""
    return assembled(scene.base, day_of(model, scene), facts_of(model, scene))


def assembled(base: RuleBase, day: date, facts: Facts) -> Case | None:
    """The case of those facts; None where they are none."""
    try:
        return assemble(base, day, facts)
    except CaseErrors:
        return None


def value_of(model: Any, value: Encoded, type_: Type, texts: Texts) -> Value | None:
    """A value of a model; None where it is unknown there."""
    if isinstance(value, Truth):
        if _holds(model, value.yes):
            return True
        return False if _holds(model, value.no) else None
    if not _holds(model, value.known):
        return None
    number: int = model.eval(value.term, model_completion=True).as_long()
    match type_:
        case Number():
            return exact(Fraction(number, value.denominator))
        case Date():
            return date.fromordinal(number)
        case AnyDayOfYear():
            return DayOfYear(number // 32, number % 32)
        case Enum(members=members):
            return members[number]
        case SetOf(of=of):
            return frozenset(m for rank, m in enumerate(of.members) if number >> rank & 1)
    return texts.text_of(number)


def _holds(model: Any, formula: Any) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def _some_value(attribute: AttributeDeclaration, index: int) -> Value:
    """A value of the type; another one for each instance where it is a key."""
    step = index if attribute.key else 0
    match attribute.type:
        case YesNo():
            return bool(step)
        case Number(low=low):
            return (low or 0) + step
        case Date():
            return date(2020, 1, 1) + timedelta(days=step)
        case AnyDayOfYear():
            return DayOfYear(1, 1 + step)
        case Enum(members=members):
            return members[step % len(members)]
        case SetOf():
            return frozenset()
    return f"text {step + 1}"


def interpreted(base: RuleBase, cases: Mapping[str, Case]) -> dict[str, Interpretation] | None:
    """What the interpreter makes of the cases; None where one is not valid."""
    runs = {name: Interpretation(base, case) for name, case in cases.items()}
    for run in runs.values():
        run.cases = runs
        if not is_valid(run):
            return None
    return runs


def is_valid(run: Interpretation) -> bool:
    """Whether the case is free of rejects and conflicts; any other fault is one of the rules."""
    for fact in run.base.facts.values():
        for name, attribute in fact.attributes.items():
            if attribute.default is not None:
                for bound in run.each(fact.name) if fact.many else [{}]:
                    run.attribute(fact.name, name, bound)
    if any(fault.code == CONFLICT for fault in run.faults):
        return False
    return not any(
        run.value(reject.when, bound) is True
        for reject in run.base.rejects
        for bound in run.each(reject.fact)
    )
