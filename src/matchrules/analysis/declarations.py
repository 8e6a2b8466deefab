"""Statements that declare: enums, facts, advice, parameters."""

from datetime import date

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.lower import Lowering
from matchrules.analysis.marks import of_attribute, of_fact
from matchrules.analysis.scope import Declared
from matchrules.analysis.typenames import describe
from matchrules.analysis.written import plain
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import SetOf, Type, Value


def enum(lowering: Lowering, found: Declared) -> ir.EnumDeclaration:
    """An enum with the labels that texts print."""
    node: ast.EnumStatement = found.node
    labels: dict[str, str] = {}
    for member in node.members:
        label = plain(member.label)
        labels.setdefault(member.name.text, label or member.name.text.replace("_", " "))
    return ir.EnumDeclaration(
        lowering.scope.enums[found.name], labels,
        plain(node.description), found.ruleset, found.span,
    )  # fmt: skip


def fact(lowering: Lowering, found: Declared) -> ir.FactDeclaration:
    """A fact with its attributes, in order of declaration."""
    node: ast.FactStatement = found.node
    attributes: dict[str, ir.AttributeDeclaration] = {}
    for clause in node.attributes:
        if clause.name.text not in attributes:
            attributes[clause.name.text] = _attribute(lowering, found, clause)
    of_fact(lowering, node)
    return ir.FactDeclaration(
        found.name, attributes, (node.bound or 0) if node.many else None,
        plain(node.description), found.ruleset, found.span,
        node.marks.change or "free", node.marks.cost or 1,
    )  # fmt: skip


def _attribute(
    lowering: Lowering, found: Declared, clause: ast.AttributeClause
) -> ir.AttributeDeclaration:
    node: ast.FactStatement = found.node
    type_ = lowering.scope.values[f"{found.name}.{clause.name.text}"].type
    _check_clauses(lowering, node, clause, type_)
    of_attribute(lowering, node, clause, type_)
    env = Environment(found.ruleset, bound=frozenset({found.name}) if node.many else frozenset())
    default = None if clause.default is None else lowering.store(clause.default, type_, env)
    unless = None if clause.unless is None else lowering.condition(clause.unless, env)
    return ir.AttributeDeclaration(
        clause.name.text, type_, clause.optional, clause.key, clause.never_read, default, unless,
        plain(clause.description), clause.name.span,
        clause.marks.change or "free", clause.marks.cost or 1, clause.marks.private,
    )  # fmt: skip


def _check_clauses(
    lowering: Lowering, node: ast.FactStatement, clause: ast.AttributeClause, type_: Type
) -> None:
    name = f"{node.name.text}.{clause.name.text}"
    span = clause.name.span
    wrong = None
    if clause.optional and clause.default is not None:
        wrong = (
            "has a default and is `optional`",
            "take `optional` out: one with a default need not be given",
        )
    elif clause.key and (clause.optional or clause.default is not None):
        wrong = "is a key and may be left out", "take `optional` or `default` out"
    elif clause.key and clause.never_read:
        wrong = (
            "is a key and `never read`",
            "take `never read` out: a key comes out with the advice",
        )
    elif clause.key and not node.many:
        wrong = (
            "is the key of a single fact",
            f"take `key` out, or write `fact {node.name.text} many up to …`",
        )
    elif clause.key and isinstance(type_, SetOf):
        wrong = "is a key and a set", "use one value as a key"
    if wrong is not None:
        lowering.report.error("MR111", f"`{name}` {wrong[0]}", span, help=wrong[1])


def advice(lowering: Lowering, found: Declared) -> ir.AdviceDeclaration:
    """A kind of advice with its subjects."""
    node: ast.AdviceStatement = found.node
    clauses = {clause.name.text: clause for clause in reversed(node.subjects)}
    subjects = {
        subject.name: ir.SubjectDeclaration(
            subject.name, subject.fields, subject.unique,
            plain(clauses[subject.name].description),
            clauses[subject.name].name.span,
        )
        for subject in lowering.scope.subjects[found.name].values()
    }  # fmt: skip
    return ir.AdviceDeclaration(
        found.name, subjects, node.salience or 0,
        plain(node.description), found.ruleset, found.span,
    )  # fmt: skip


def cites(
    lowering: Lowering, clauses: tuple[ast.CiteClause, ...], ruleset: str
) -> tuple[ir.Cite, ...]:
    """The sources cited, as declared."""
    found = []
    for clause in clauses:
        if lowering.scope.find("source", clause.source, ruleset) is not None:
            found.append(ir.Cite(clause.source.text, clause.place))
    return tuple(found)


def parameter(lowering: Lowering, found: Declared) -> ir.ParameterDeclaration:
    """A parameter with its values by key and date."""
    node: ast.ParameterStatement = found.node
    type_, key_type = lowering.scope.parameters[found.name]
    env = Environment(found.ruleset)
    shared = cites(lowering, node.cites, found.ruleset)
    rows: list[ir.ParameterRow] = []
    first: dict[tuple[Value | None, date | None], Span] = {}
    for entry in node.entries:
        good, value = lowering.constant(entry.value, type_, env, "the value of a parameter")
        if good and value is None:
            lowering.report.error(
                "MR319", "a parameter's value is known", entry.value.span,
                help="leave the entry out: without one the value is unknown",
            )  # fmt: skip
        own = cites(lowering, entry.cites, found.ruleset)
        for key, span in _keys(lowering, node, entry, key_type, env):
            before = first.setdefault((key, entry.start), span)
            if before is not span:
                which = f" for `{key}`" if key is not None else ""
                when = f" from {entry.start}" if entry.start else ""
                lowering.report.error(
                    "MR118", f"parameter `{found.name}` has two values{which}{when}", span,
                    "the second one", help="take one of them out",
                    also=(Label(before, "the first one"),),
                )  # fmt: skip
            elif good and value is not None:
                rows.append(
                    ir.ParameterRow(
                        value, key, entry.start, own or shared, entry.checked,
                        entry.grade.text if entry.grade else None, entry.span,
                    )
                )  # fmt: skip
    rows.sort(key=lambda row: row.start or date.min)
    by_key: dict[Value | None, list[ir.ParameterRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    in_order = sorted(by_key.items(), key=lambda item: (str(type(item[0])), item[0]))
    return ir.ParameterDeclaration(
        found.name, type_, tuple(row for _, group in in_order for row in group), key_type,
        plain(node.description), found.ruleset, found.span,
    )  # fmt: skip


def _keys(
    lowering: Lowering, node: ast.ParameterStatement, entry: ast.ParameterEntry,
    type_: Type | None, env: Environment,
) -> list[tuple[Value | None, Span]]:  # fmt: skip
    if type_ is None:
        if entry.keys:
            lowering.report.error(
                "MR118", f"parameter `{node.name.text}` has no key", entry.keys[0].span,
                "not expected", help=f"write `parameter {node.name.text} by` and the key's type",
            )  # fmt: skip
            return []
        return [(None, entry.value.span)]
    if not entry.keys:
        lowering.report.error(
            "MR118", f"each value of parameter `{node.name.text}` is for a key", entry.value.span,
            "for which key?", help=f"write `for` and {describe(type_)} before `is`",
        )  # fmt: skip
    found = []
    for key in entry.keys:
        good, value = lowering.constant(key, type_, env, "the key of a parameter")
        if good and value is None:
            lowering.report.error("MR319", "a key is known", key.span)
        elif good:
            found.append((value, key.span))
    return found
