"""Entering the declarations of an era into its scope."""

from collections.abc import Mapping

from matchrules.analysis.eras import incomplete, reachable
from matchrules.analysis.report import Report
from matchrules.analysis.scope import Declared, Scope, Subject, Value
from matchrules.analysis.units import units_of
from matchrules.syntax import ast
from matchrules.text import Source, Span
from matchrules.types import Enum, SetOf, Type, Unknown


def collect(
    files: tuple[ast.RuleFile, ...], sources: Mapping[str, Source], report: Report
) -> Scope:
    """Enter every declaration of an era's files: names first, then what they are."""
    report.incomplete = incomplete(files)
    scope = Scope(files, sources, report, reachable(files), units_of(files))
    for ruleset, statement in scope.owned():
        _enter(scope, ruleset, statement)
    for found in scope.names["enum"].values():
        scope.enums[found.name] = _enum(scope, found.node)
    for found in scope.names["fact"].values():
        _attributes(scope, found)
    for ruleset, statement in scope.owned():
        if isinstance(statement, ast.DefineStatement | ast.TableStatement):
            _derived(scope, ruleset, statement)
    for found in scope.names["parameter"].values():
        key = _key(scope, found)
        scope.parameters[found.name] = scope.type_of(found.node.type, found.ruleset), key
    for found in scope.names["advice"].values():
        scope.subjects[found.name] = _subjects(scope, found)
    return scope


def _enter(scope: Scope, ruleset: str, statement: ast.Statement) -> None:
    match statement:
        case ast.SourceStatement():
            scope.declare("source", statement.name, ruleset, statement)
        case ast.EnumStatement():
            scope.declare("enum", statement.name, ruleset, statement)
        case ast.FactStatement():
            scope.declare("fact", statement.name, ruleset, statement)
        case ast.ParameterStatement():
            scope.declare("parameter", statement.name, ruleset, statement)
        case ast.AdviceStatement():
            scope.declare("advice", statement.name, ruleset, statement)
        case ast.RuleStatement():
            scope.declare("rule", statement.name, ruleset, statement)
            if statement.id is not None:
                scope.declare_id(statement.id, ruleset, statement)
        case ast.PropertyStatement():
            scope.declare("property", statement.name, ruleset, statement)
            if statement.id is not None:
                scope.declare_id(statement.id, ruleset, statement)
        case ast.ExampleStatement() if statement.name is not None:
            scope.declare("example", statement.name, ruleset, statement)


def _enum(scope: Scope, node: ast.EnumStatement) -> Enum:
    first: dict[str, Span] = {}
    for member in node.members:
        if member.name.text in first:
            what = f"member `{member.name.text}` of enum `{node.name.text}`"
            scope.twice(what, member.name.span, first[member.name.text])
        else:
            first[member.name.text] = member.name.span
    return Enum(node.name.text, tuple(first), node.ordered)


def _attributes(scope: Scope, found: Declared) -> None:
    node: ast.FactStatement = found.node
    if node.many and node.bound is None:
        scope.report.error(
            "MR110", f"many-fact `{node.name.text}` needs a bound", node.name.span, "how many?",
            help="write `many up to 20`: proofs look at cases with up to that many",
        )  # fmt: skip
    for attribute in node.attributes:
        name = f"{node.name.text}.{attribute.name.text}"
        type_ = scope.type_of(attribute.type, found.ruleset)
        span = attribute.name.span
        scope.declare_value(
            Value(name, type_, found.ruleset, span, node.name.text, node.many, attribute)
        )


def _derived(scope: Scope, ruleset: str, node: ast.DefineStatement | ast.TableStatement) -> None:
    type_ = scope.type_of(node.type, ruleset)
    if isinstance(node, ast.TableStatement) and node.hit == "collect":
        type_ = _collected(scope, node, type_)
    fact = None
    if node.for_each is not None:
        fact = scope.each(node.for_each, ruleset, keyed=False)
    prefix = node.name.parts[0]
    if fact is not None and prefix != fact.name.text:
        scope.report.error(
            "MR113", f"`{node.name.text}` is said for each `{fact.name.text}`", node.name.span,
            "its name starts otherwise",
            help=f"name it `{fact.name.text}.{node.name.parts[-1]}`",
        )  # fmt: skip
    elif node.for_each is None and _is_many(scope, prefix):
        scope.report.error(
            "MR113", f"`{node.name.text}` has one value, but there are many of `{prefix}`",
            node.name.span, help=f"add `for each {prefix}`, or name it otherwise, such as "
            f"`{prefix}s.{node.name.parts[-1]}`",
        )  # fmt: skip
    bound = fact.name.text if fact else None
    scope.declare_value(
        Value(node.name.text, type_, ruleset, node.name.span, bound, fact is not None)
    )  # fmt: skip


def _is_many(scope: Scope, name: str) -> bool:
    found = scope.names["fact"].get(name)
    return found is not None and bool(found.node.many)


def _collected(scope: Scope, node: ast.TableStatement, type_: Type) -> Type:
    if isinstance(type_, SetOf | Unknown):
        return type_
    scope.report.error(
        "MR117", f"table `{node.name.text}` collects, so its value is a set", node.type.span,
        "no set", help="write `set of` and the enum of its outputs",
    )  # fmt: skip
    return Unknown()


def _key(scope: Scope, found: Declared) -> Type | None:
    node: ast.ParameterStatement = found.node
    if node.key is None:
        return None
    type_ = scope.type_of(node.key, found.ruleset)
    if not isinstance(type_, SetOf):
        return type_
    scope.report.error(
        "MR318", f"the key of parameter `{found.name}` is one value, not a set", node.key.span,
        "a set", help=f"write `by {type_.of.name}`",
    )  # fmt: skip
    return Unknown()


def _subjects(scope: Scope, found: Declared) -> dict[str, Subject]:
    subjects: dict[str, Subject] = {}
    spans: dict[str, Span] = {}
    for clause in found.node.subjects:
        name = clause.name.text
        if name in subjects:
            scope.twice(f"subject `{name}` of advice `{found.name}`", clause.name.span, spans[name])
            continue
        spans[name] = clause.name.span
        fields: dict[str, Type] = {}
        for one in clause.fields:
            if one.name.text in fields:
                scope.twice(f"field `{one.name.text}`", one.name.span, clause.name.span)
            fields[one.name.text] = scope.type_of(one.type, found.ruleset)
        subjects[name] = Subject(found.name, name, fields, clause.unique)
    return subjects
