"""Limits: what keeps every evaluator within bounded time, memory and depth."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from matchrules.dependencies import Graph, order
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.ir import Aggregate, Constant, Expression, RuleBase, Table, children
from matchrules.text import Span
from matchrules.types import Number, Type

NESTING: Final = 100
AGGREGATES: Final = 4  # within one another: each goes through the instances for each of the outer
PATH: Final = 300
ROWS: Final = 2_000
COLUMNS: Final = 30
LARGEST: Final = 10**15


def check(base: RuleBase, graph: Graph) -> Iterator[Diagnostic]:
    """Everything that is larger or deeper than a rule base may be."""
    yield from _tables(base)
    extents = _Extents()
    owners = [(what, name, span, extents.of(es)) for what, name, span, es in _owners(base)]
    yield from _nesting(owners)
    yield from _paths(base, graph, extents)
    yield from _numbers(base, owners)


class Extent(NamedTuple):
    """How much there is to an expression: how deep it is nested (a name or literal is 1), how many
    aggregates are within one another at most, and the size of its largest number."""

    depth: int = 0
    aggregates: int = 0
    number: int | Fraction = 0


def extent(expression: Expression) -> Extent:
    """The extent of an expression, in one walk."""
    deepest = aggregates = 0
    number: int | Fraction = 0
    level = [(expression, 0)]
    while level:
        deepest += 1
        inside = []
        for node, within in level:
            if type(node) is Constant:
                number = max(number, _number(node))
                continue
            if type(node) is Aggregate:
                within += 1
                aggregates = max(aggregates, within)
            for child in children(node):
                inside.append((child, within))
        level = inside
    return Extent(deepest, aggregates, number)


def depth(expression: Expression) -> int:
    """How deep an expression is nested; a name or literal is 1."""
    return extent(expression).depth


class _Extents:
    """The extents of the expressions of one rule base, each worked out once: guards are those of
    many rules, and `-` is in many rows."""

    def __init__(self) -> None:
        self._known: dict[int, Extent] = {}

    def of(self, expressions: Iterable[Expression | None]) -> Extent:
        """The largest of each."""
        depth = aggregates = 0
        number: int | Fraction = 0
        for one in expressions:
            if one is None:
                continue
            known = self._known.get(id(one))
            if known is None:
                known = self._known[id(one)] = extent(one)
            depth = max(depth, known.depth)
            aggregates = max(aggregates, known.aggregates)
            number = max(number, known.number)
        return Extent(depth, aggregates, number)


Owner = tuple[str, str, Span, Extent]  # what it is, its name, its place


def _tables(base: RuleBase) -> Iterator[Diagnostic]:
    for define in base.defines.values():
        if not isinstance(define.body, Table):
            continue
        for count, most, what in (
            (len(define.body.rows), ROWS, "rows"), (len(define.body.heads), COLUMNS, "columns"),
        ):  # fmt: skip
            if count > most:
                yield _fault(
                    "MR403", f"table `{define.name}` has {count} {what}, {most} are allowed",
                    define.span, define.name, "split it into several tables",
                )  # fmt: skip


def _nesting(owners: Iterable[Owner]) -> Iterator[Diagnostic]:
    for what, name, span, (deepest, within, _) in owners:
        if deepest > NESTING:
            yield _fault(
                "MR404", f"{what} `{name}` is nested {deepest} deep, {NESTING} are allowed",
                span, name, "give parts of it names of their own with `define`",
            )  # fmt: skip
        if within > AGGREGATES:
            yield _fault(
                "MR404", f"{what} `{name}` has {within} aggregates within one another, "
                f"{AGGREGATES} are allowed", span, name,
                "give the inner ones names of their own with `define … for each`",
            )  # fmt: skip


def _owners(base: RuleBase) -> Iterator[tuple[str, str, Span, list[Expression | None]]]:
    """Everything that is made of expressions: what it is, its name, its place."""
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            name = f"{fact.name}.{attribute.name}"
            yield "the default of", name, attribute.span, [attribute.default, attribute.unless]
    for define in base.defines.values():
        what = "table" if isinstance(define.body, Table) else "define"
        yield what, define.name, define.span, [*define.expressions(), define.provisional]
    for rule in base.rules.values():
        yield "rule", rule.name, rule.span, [*rule.expressions(), rule.provisional]
    for reject in base.rejects:
        yield "reject", reject.name, reject.span, [reject.when, *reject.text.holes]
    for prop in base.properties.values():
        yield "property", prop.name, prop.span, [prop.when, prop.then]


def _paths(base: RuleBase, graph: Graph, extents: _Extents) -> Iterator[Diagnostic]:
    """Nesting added up along the longest chain of names, reported where it first grows too deep."""
    total: dict[str, int] = {}
    through: dict[str, str] = {}
    for name in order(graph):
        deepest = max(graph[name], key=total.__getitem__, default=None)
        below = 0 if deepest is None else total[deepest]
        if deepest is not None:
            through[name] = deepest
        total[name] = below + extents.of(_own(base, name)).depth
        if total[name] > PATH >= below:
            chain = [name]
            while chain[-1] in through:
                chain.append(through[chain[-1]])
            yield _fault(
                "MR405",
                f"`{name}` is {total[name]} deep through the names that it depends on, "
                f"{PATH} are allowed",
                _span(base, name), name, "work it out from fewer steps, or count with an aggregate",
                (f"the longest chain has {len(chain)} names: {_chain(chain)}",),
            )  # fmt: skip


def _own(base: RuleBase, name: str) -> Iterable[Expression | None]:
    define = base.defines.get(name)
    if define is not None:
        return define.expressions()
    fact, _, attribute = name.partition(".")
    declared = base.facts[fact].attributes[attribute]
    return [declared.default, declared.unless]


def _span(base: RuleBase, name: str) -> Span:
    if name in base.defines:
        return base.defines[name].span
    fact, _, attribute = name.partition(".")
    return base.facts[fact].attributes[attribute].span


def _chain(names: list[str]) -> str:
    shown = names if len(names) <= 6 else [*names[:3], "…", *names[-2:]]
    return " -> ".join(name if name == "…" else f"`{name}`" for name in shown)


def _numbers(base: RuleBase, owners: Iterable[Owner]) -> Iterator[Diagnostic]:
    for name, type_, span in _types(base):
        if isinstance(type_, Number) and any(
            end is not None and _size(end, type_) > LARGEST for end in (type_.low, type_.high)
        ):
            yield _too_large(f"the range of `{name}`", span, name)
    for what, name, span, (_, _, largest) in owners:
        if largest > LARGEST:
            yield _too_large(f"a number in {what} `{name}`", span, name)


def _types(base: RuleBase) -> Iterator[tuple[str, Type, Span]]:
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            yield f"{fact.name}.{attribute.name}", attribute.type, attribute.span
    for define in base.defines.values():
        yield define.name, define.type, define.span
    for parameter in base.parameters.values():
        yield parameter.name, parameter.type, parameter.span
        if parameter.key is not None:
            yield parameter.name, parameter.key, parameter.span
    for kind in base.advice.values():
        for subject in kind.subjects.values():
            for name, type_ in subject.fields.items():
                yield f"{kind.name}.{subject.name}.{name}", type_, subject.span


def _number(node: Constant) -> int | Fraction:
    value = node.value
    # of a kind by itself: to ask whether something is a Fraction takes long
    if type(value) is int or type(value) is Fraction:
        return _size(value, node.type)
    return 0


def _size(value: int | Fraction, type_: Type) -> int | Fraction:
    """The size of a number in units of its last place."""
    places = type_.places if isinstance(type_, Number) and type_.places else 0
    scale: int = 10**places
    return max(value, -value) * scale


def _too_large(what: str, span: Span, path: str) -> Diagnostic:
    return _fault(
        "MR406", f"{what} is too large: numbers have at most 15 digits, decimal places counted in",
        span, path, "narrow it, or use a larger unit",
    )  # fmt: skip


def _fault(
    code: str, message: str, span: Span, path: str, help_: str, notes: tuple[str, ...] = ()
) -> Diagnostic:
    labels = (Label(span),) if span.source else ()
    return Diagnostic(code, message, labels, help_, path, notes)


__all__ = ["AGGREGATES", "COLUMNS", "LARGEST", "NESTING", "PATH", "ROWS", "check", "depth"]
