"""What properties and examples ask: of a decision, or of the other case of a `compare`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matchrules.ir import (
    AGAINST,
    Advised,
    AdvisedField,
    Expression,
    Fires,
    InCase,
    NoneFire,
    SameAdvice,
)

if TYPE_CHECKING:
    from .run import Run


def ask(run: "Run", expression: Expression, bound: Mapping[str, int]) -> Any:
    """The value of an expression that is no operator on facts (2)."""
    match expression:
        case Fires(fired):
            return _fires(run, fired, bound)
        case NoneFire(besides):
            return not any(name not in besides for name, _ in run.standing)
        case Advised(kind, subject, against):
            return any(
                _fires(run, name, bound)
                for name, place in run.compiled.advising(kind, subject)
                if (run.base.rules[name].thens[place].strength in AGAINST) is against
            )
        case AdvisedField(kind, subject, field):
            values = set()
            for name, place in run.compiled.advising(kind, subject):
                rule = run.base.rules[name]
                for index in _standing(run, name, bound):
                    here = {} if rule.fact is None else {rule.fact: index}
                    values.add(run.value(rule.thens[place].fields[field], here))
            return next(iter(values)) if len(values) == 1 else None
        case InCase(case, operand):
            return run.cases[case].value(operand, bound)
        case SameAdvice(besides):
            one, two = (other.advice_bag(besides) for other in run.cases.values())
            return one == two
    raise AssertionError(f"reads no decision: {expression!r}")


def _standing(run: "Run", name: str, bound: Mapping[str, int]) -> Sequence[int]:
    """The instances for which the rule's advice stands, of those that are meant."""
    fact = run.base.rules[name].fact
    found = run.standing_of(name)
    if fact is None or fact not in bound:
        return found
    return [index for index in found if index == bound[fact]]


def _fires(run: "Run", name: str, bound: Mapping[str, int]) -> bool:
    return bool(_standing(run, name, bound))


def exactly_one(truths: Sequence[bool | None]) -> bool | None:
    """Unknown where an unknown could decide."""
    found = sum(truth is True for truth in truths)
    if found > 1 or None not in truths:
        return found == 1
    return None


def at_most_one(truths: Sequence[bool | None]) -> bool | None:
    """Unknown where an unknown could decide."""
    found = sum(truth is True for truth in truths)
    unknown = sum(truth is None for truth in truths)
    if found + unknown <= 1:
        return True
    return False if found > 1 else None
