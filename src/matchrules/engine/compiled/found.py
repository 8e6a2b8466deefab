"""What a run finds wrong. The code of a statement calls these where it comes to it."""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from matchrules.engine import faults
from matchrules.ir import AGAINST, AttributeDeclaration, Define, Reject, Rule, Table, Then

if TYPE_CHECKING:
    from matchrules.decision import Firing
    from matchrules.diagnostics.model import Diagnostic

    from .run import Run


def place(run: "Run", fact: str | None, index: int) -> str:
    """How the instance is named; nothing where there is none."""
    if fact is None or index >= len(run.case.facts[fact]):
        return ""
    return faults.place(run.base.facts[fact], run.case.facts[fact][index], index)


def default_out_of_range(
    run: "Run", declaration: AttributeDeclaration, fact: str, index: int, value: Any
) -> None:
    path = f"{place(run, fact, index) or fact}.{declaration.name}"
    run.faults.append(
        faults.out_of_range(path, value, declaration.type, declaration.span, run.base)
    )


def default_conflict(
    run: "Run", declaration: AttributeDeclaration, fact: str, index: int,
    asserted: Any, default: Any,
) -> None:  # fmt: skip
    where = place(run, fact, index) or fact
    run.faults.append(faults.default_conflict(where, declaration, asserted, default, run.base))


def out_of_range(run: "Run", define: Define, index: int, value: Any) -> None:
    where = place(run, define.fact, index)
    path = f"{where}.{define.name.partition('.')[2]}" if where else define.name
    run.faults.append(faults.out_of_range(path, value, define.type, define.span, run.base))


def gap(run: "Run", define: Define, index: int) -> None:
    where = place(run, define.fact, index)
    run.faults.append(faults.gap(define, where, _heads(run, define, index), run.base))


def overlap(run: "Run", define: Define, index: int, hits: Sequence[bool | None]) -> None:
    rows = [row for row, hit in enumerate(hits) if hit is True]
    where, heads = place(run, define.fact, index), _heads(run, define, index)
    run.faults.append(faults.overlap(define, where, rows, heads, run.base))


def _heads(run: "Run", define: Define, index: int) -> list[tuple[str, Any, Any]]:
    assert isinstance(define.body, Table)
    bound = {} if define.fact is None else {define.fact: index}
    return [(faults.describe(e), run.value(e, bound), e.type) for e in define.body.heads]


def field_out_of_range(run: "Run", rule: Rule, then: Then, name: str, value: Any) -> None:
    declared = run.base.advice[then.kind].subjects[then.subject].fields[name]
    path = f"{rule.full_name}.{name}"
    run.faults.append(faults.out_of_range(path, value, declared, then.span, run.base))


def rejected(run: "Run", reject: Reject, index: int) -> "Diagnostic":
    bound = {} if reject.fact is None else {reject.fact: index}
    return faults.rejected(reject, run.text(reject.text, bound), place(run, reject.fact, index))


def contradictions(run: "Run", firings: "Sequence[Firing]") -> "list[Diagnostic]":
    """One subject and instance both advised and advised against; a unique one with two values."""
    rules, found = run.base.rules, []
    at_risk = run.compiled.at_risk
    groups: dict[Any, list[Firing]] = {}
    for firing in firings:
        if (firing.rule, firing.place) in at_risk:
            rule = rules[firing.rule]
            then, instance = rule.thens[firing.place], (rule.fact, firing.about)
            groups.setdefault((then.kind, then.subject, instance), []).append(firing)
    for (kind, subject, _), said in groups.items():
        unique = run.base.advice[kind].subjects[subject].unique
        said.sort(key=lambda firing: (rules[firing.rule].full_name, firing.place))
        for one, two in combinations(said, 2):
            for name in _disagreement(run, one, two, unique):
                found.append(faults.contradiction(run.base, one, two, name))
    return found


def _disagreement(run: "Run", one: "Firing", two: "Firing", unique: bool) -> list[str | None]:
    against = [
        run.base.rules[firing.rule].thens[firing.place].strength in AGAINST
        for firing in (one, two)
    ]  # fmt: skip
    if against[0] is not against[1]:
        return [None]
    if not unique:
        return []
    return [
        name for name, value in one.fields.items()
        if value is not None and two.fields[name] is not None and value != two.fields[name]
    ]  # fmt: skip
