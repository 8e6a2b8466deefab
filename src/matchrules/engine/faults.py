"""Faults that only a case can show, worded once, so that every evaluator reports the same.

An evaluator finds them; here they get their text, place and order.
"""

from collections.abc import Iterable, Sequence

from matchrules.case.model import Instance
from matchrules.decision import Firing, Key, about_of, plain_value, render_value
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.ir import (
    Attribute,
    AttributeDeclaration,
    Define,
    FactDeclaration,
    Reject,
    RuleBase,
    Table,
)
from matchrules.text import Span
from matchrules.types import Number, Type, Value


def in_order(faults: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Faults as they are reported: by what they are about, each once."""
    unique = {(f.path or "", f.code, f.message): f for f in faults}
    return tuple(unique[key] for key in sorted(unique))


def place(declaration: FactDeclaration | None, instance: Instance | None, index: int | None) -> str:
    """How an instance is named: `letter[2]` by place, `program[P1]` by key, `step1` alone."""
    if declaration is None:
        return ""
    if not declaration.many or instance is None or index is None:
        return declaration.name
    if declaration.keys:
        shown = ", ".join(str(plain_value(instance[k], None)) for k in declaration.keys)
        return f"{declaration.name}[{shown}]"
    return f"{declaration.name}[{index + 1}]"


def default_conflict(
    where: str, declaration: AttributeDeclaration, asserted: Value, default: Value, base: RuleBase
) -> Diagnostic:
    """An asserted value and the default are both known and differ (language.md 2.8)."""
    path = f"{where}.{declaration.name}"
    given = render_value(asserted, declaration.type, base)
    derived = render_value(default, declaration.type, base)
    return Diagnostic(
        "MR601",
        f"`{path}` is given as {given}, but the other facts of the case make it {derived}",
        _labels((declaration.span, "what it follows from is written here")),
        help=f"correct `{path}` or the facts that it follows from, or leave `{path}` out",
        path=path,
    )


def gap(define: Define, where: str, heads: Sequence[tuple[str, Value | None, Type]],
        base: RuleBase) -> Diagnostic:
    """No row of a table applies. `heads` are the columns: description, value, type."""
    path = _instance_name(define.name, where)
    return Diagnostic(
        "MR602", f"no row of table `{path}` fits this case",
        _labels((define.span, "this table has a gap")),
        help="add a row for such a case", path=path, notes=(_heads(heads, base),),
    )  # fmt: skip


def overlap(define: Define, where: str, rows: Sequence[int],
            heads: Sequence[tuple[str, Value | None, Type]], base: RuleBase) -> Diagnostic:
    """Several rows of a `hit unique` table apply; `rows` are their indexes."""
    assert isinstance(define.body, Table)
    path = _instance_name(define.name, where)
    numbers = " and ".join(str(row + 1) for row in rows)
    return Diagnostic(
        "MR603", f"rows {numbers} of table `{path}` both fit this case",
        _labels(*((define.body.rows[row].span, f"row {row + 1}") for row in rows)),
        help="make the rows differ, or say `hit first`", path=path, notes=(_heads(heads, base),),
    )  # fmt: skip


def out_of_range(path: str, value: Value, type_: Type, span: Span, base: RuleBase) -> Diagnostic:
    """A value is outside the range that was promised for it."""
    assert isinstance(type_, Number)
    shown = render_value(value, type_, base)
    low, high = (render_value(bound, type_, base) for bound in (type_.low, type_.high))
    return Diagnostic(
        "MR604", f"`{path}` comes out as {shown}, outside of {low}..{high}",
        _labels((span, "the range is promised here")),
        help="widen the range, or bound the value with `min` and `max`", path=path,
    )  # fmt: skip


def rejected(reject: Reject, text: str, where: str) -> Diagnostic:
    """A `reject` holds: the case cannot be as it is given."""
    return Diagnostic(
        "MR605", text, _labels((reject.span, "rejected by this")),
        help="correct the facts that this names", path=where or None,
    )  # fmt: skip


def contradiction(
    base: RuleBase, first: Firing, second: Firing, name: str | None
) -> Diagnostic:
    """Two firings on one subject and instance disagree: one is for it and one against (`name`
    None), or it is unique and their fields `name` are known and differ.

    `first` comes before `second` in the order of (full name of the rule, place of the `then`).
    """
    one, two = base.rules[first.rule], base.rules[second.rule]
    then, other = one.thens[first.place], two.thens[second.place]
    subject = f"{then.kind}.{then.subject}{_about(first.about)}"
    if name is None:
        code = "MR606"
        message = (
            f"rule `{one.full_name}` says {then.strength} and rule `{two.full_name}` "
            f"says {other.strength} of `{subject}`"
        )
    else:
        code = "MR607"
        type_ = base.advice[then.kind].subjects[then.subject].fields[name]
        shown = [render_value(f.fields[name], type_, base) for f in (first, second)]
        message = (
            f"rule `{one.full_name}` gives {shown[0]} and rule `{two.full_name}` gives {shown[1]} "
            f"as `{name}` of `{subject}`, which is unique"
        )
    return Diagnostic(
        code, message,
        _labels((then.span, f"{then.strength} here"), (other.span, f"{other.strength} here")),
        help="make the conditions of the rules exclude each other, or let one override the other",
        path=subject, notes=(_reasons(base, first), _reasons(base, second)),
    )  # fmt: skip


def _reasons(base: RuleBase, firing: Firing) -> str:
    rule = base.rules[firing.rule]
    facts = ", ".join(
        f"{name} = {_or_unknown(value, rule.reasons[name].type, base)}"
        for name, value in sorted(firing.reasons.items())
    )
    return f"`{rule.full_name}` rests on {facts or 'no fact'}"


def _heads(heads: Sequence[tuple[str, Value | None, Type]], base: RuleBase) -> str:
    return "here " + ", ".join(f"{n} = {_or_unknown(v, t, base)}" for n, v, t in heads)


def describe(expression: object) -> str:
    """A short name for the head of a column."""
    if isinstance(expression, Attribute):
        return f"{expression.fact}.{expression.name}"
    name = getattr(expression, "name", None) or getattr(expression, "source", None)
    return str(name) if name else "a condition"


def _or_unknown(value: Value | None, type_: Type, base: RuleBase) -> str:
    if isinstance(value, str) and not isinstance(type_, Number):
        return value
    shown = render_value(value, type_, base)
    return "unknown" if shown is None else shown


def _instance_name(name: str, where: str) -> str:
    return f"{where}.{name.partition('.')[2]}" if where else name


def _about(key: Key | None) -> str:
    return "" if not key else f" for {plain_value(about_of(key), None)}"


def _labels(*places: tuple[Span, str]) -> tuple[Label, ...]:
    return tuple(Label(span, message) for span, message in places if span.source)


def checked_range(value: Value | None, type_: Type) -> bool:
    """Whether a value keeps the range of its type (an unknown does)."""
    if not isinstance(type_, Number) or value is None:
        return True
    assert not isinstance(value, str | frozenset)
    low_ok = type_.low is None or value >= type_.low  # type: ignore[operator]
    return low_ok and (type_.high is None or value <= type_.high)  # type: ignore[operator]


__all__ = [
    "checked_range", "contradiction", "default_conflict", "describe", "gap", "in_order",
    "out_of_range", "overlap", "place", "rejected",
]
