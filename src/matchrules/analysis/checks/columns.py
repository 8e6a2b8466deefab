"""A table as boxes: its heads as columns of cells, its rows as where they hit and where they may.

What a cell compares with has its value in force on a day, so a table is read once for every run of
days on which no parameter that it names takes a new value.
"""

from collections.abc import Iterator
from datetime import timedelta

from attrs import evolve, frozen

from matchrules import ir
from matchrules.analysis.checks.scene import Days, Scene, World, grid
from matchrules.ir import Define, Expression, Table
from matchrules.regions import Axis, Box
from matchrules.regions.axis import axis as axis_of
from matchrules.regions.axis import shown
from matchrules.regions.possible import Possible, Range
from matchrules.types import Number, Value


@frozen
class ReadRow:
    """Where a row is known to hit (`sure`), where it may be (`maybe`), and where it may be known to
    hit or undecided (`open`). `left` are the columns of cells that depend on another fact; `closed`
    is `open` with such a cell taken to hit nothing."""

    sure: Box
    maybe: Box
    open: Box
    closed: Box
    left: tuple[int, ...]


@frozen
class Reading:
    """The rows with the parameter values in force on some days; `space` is every case then."""

    days: Days
    values: tuple[tuple[str, str], ...]  # the parameters that cells name, as they are written
    space: Box
    rows: tuple[ReadRow, ...]


@frozen
class Columns:
    """A table with one axis for each head that is not the same as one before it; `column_of` gives
    the axis of each head."""

    define: Define
    table: Table
    heads: tuple[Expression, ...]
    axes: tuple[Axis, ...]
    column_of: tuple[int, ...]
    readings: tuple[Reading, ...]


def read(world: World, define: Define, names: tuple[str, ...]) -> Columns:
    """The table of a define; `names` are words for its heads."""
    table = define.body
    assert isinstance(table, Table)
    heads = tuple(dict.fromkeys(table.heads))
    column_of = tuple(heads.index(head) for head in table.heads)
    cells = [test for row in table.rows for test in row.tests]
    elsewhere = _tests_of_rejects(world, heads)
    named = [operand for test in (*cells, *elsewhere) for operand in operands(test)]
    scenes = [world.scene(days) for days in _periods(world, named)]
    valued = [_values(named, scene) for scene in scenes]
    axes = tuple(
        _axis(
            world, define, head, names[table.heads.index(head)],
            {v for found in valued for v in _cuts(found, [
                *(test for row in table.rows
                  for test, column in zip(row.tests, column_of, strict=True) if column == number),
                *(test for test in elsewhere if _subject(test) == head),
            ])} | ({d for s in scenes for d in _ends(s)} if isinstance(head, ir.AsOf) else set()),
        )
        for number, head in enumerate(heads)
    )  # fmt: skip
    readings = []
    for scene, found in zip(scenes, valued, strict=True):
        rows = tuple(_row(row, table.heads, column_of, axes, found) for row in table.rows)
        days = _ends(scene)
        space = tuple(
            axis.mask(">=", days[0]) & axis.mask("<=", days[1]) if isinstance(head, ir.AsOf)
            else axis.whole
            for head, axis in zip(heads, axes, strict=True)
        )  # fmt: skip
        readings.append(Reading(days, _parameters(table, scene), space, rows))
    return Columns(define, table, heads, axes, column_of, tuple(readings))


def operands(test: Expression) -> tuple[Expression, ...]:
    """What a cell compares its head with."""
    match test:
        case ir.Compare(_, _, right):
            return (right,)
        case ir.In(_, items):
            return items
        case ir.InRange(_, low, high):
            return (low, high)
    return ()


def _subject(test: Expression) -> Expression | None:
    """What a test compares."""
    match test:
        case ir.Compare(_, left, _):
            return left
        case ir.In(value) | ir.InRange(value):
            return value
    return None


def _tests_of_rejects(world: World, heads: tuple[Expression, ...]) -> list[Expression]:
    """The comparisons of heads in rejects, directly or in what they read: values that such a test
    parts are parted in the columns too, so that a case is valid with a whole cell or not at all."""
    return [test for head in heads for test in world.rejects.tests.get(head, ())]


def _axis(world: World, define: Define, head: Expression, name: str, cuts: set[Value]) -> Axis:
    found = world.scene(present=define.fact).of(head)
    type_ = head.type
    if isinstance(type_, Number):
        type_ = evolve(type_, places=grid(head))
    if isinstance(found.known, Range):
        return axis_of(name, type_, cuts, found.unknown, found.known.low, found.known.high)
    if found.singles is not None:
        several = cuts | found.singles
        return axis_of(name, type_, several, found.unknown, only=found.singles)
    return axis_of(name, type_, cuts, found.unknown)


def _periods(world: World, named: list[Expression]) -> Iterator[Days]:
    """The days in force, parted where a parameter that is named takes a new value."""
    first, last = world.days
    starts = {first}
    for node in (n for operand in named for n in ir.walk(operand)):
        if isinstance(node, ir.ParameterValue) and node.on is None:
            rows = world.base.parameters[node.name].rows
            starts |= {r.start for r in rows if r.start is not None and first < r.start <= last}
    ordered = sorted(starts)
    for start, after in zip(ordered, [*ordered[1:], None], strict=True):
        yield start, last if after is None else after - timedelta(days=1)


def _named_parameters(table: Table) -> Iterator[ir.ParameterValue]:
    for row in table.rows:
        for test in row.tests:
            for operand in operands(test):
                yield from (n for n in ir.walk(operand) if isinstance(n, ir.ParameterValue))


def _parameters(table: Table, scene: Scene) -> tuple[tuple[str, str], ...]:
    """The parameters that cells name, with their values where there is one."""
    found = {}
    for node in _named_parameters(table):
        value = scene.of(node).exact
        if value is not None and node.key is None:
            found[node.name] = "unknown" if value[0] is None else shown(value[0], node.type)
    return tuple(sorted(found.items()))


Values = dict[Expression, tuple[Value | None] | None]


def _values(named: list[Expression], scene: Scene) -> Values:
    """Every operand's one value as a tuple, None where it depends on a fact."""
    return {operand: scene.of(operand).exact for operand in dict.fromkeys(named)}


def _cuts(values: Values, tests: list[Expression]) -> Iterator[Value]:
    for test in tests:
        for operand in operands(test):
            value = values[operand]
            if value is not None and value[0] is not None:
                yield value[0]


def _ends(scene: Scene) -> Days:
    days = scene.days.known
    assert isinstance(days, Range)
    return days.low, days.high


def _row(
    row: ir.Row, heads: tuple[Expression, ...], column_of: tuple[int, ...],
    axes: tuple[Axis, ...], values: Values,
) -> ReadRow:  # fmt: skip
    masks = [[axis.whole] * 4 for axis in axes]
    left = []
    for number, (test, head) in enumerate(zip(row.tests, heads, strict=True)):
        column = column_of[number]
        cell = _cell(test, head, axes[column], values)
        if cell[0] != cell[1]:
            left.append(number)
        masks[column] = [a & b for a, b in zip(masks[column], cell, strict=True)]
    sure, maybe, open_, closed = (tuple(mask[kind] for mask in masks) for kind in range(4))
    return ReadRow(sure, maybe, open_, closed, tuple(left))


def _cell(
    test: Expression, head: Expression, axis: Axis, values: Values
) -> tuple[int, int, int, int]:
    """The masks of `ReadRow` for one cell."""
    if test == ir.TRUE:
        return (axis.whole,) * 4
    if test == ir.Not(ir.IsKnown(head)):
        return (axis.unknown,) * 4
    mask: int | None = None
    found = [values[operand] for operand in operands(test)]
    subject = test.value if isinstance(test, ir.In | ir.InRange) else getattr(test, "left", None)
    if test in (head, ir.Not(head)):
        mask = axis.mask("==", test == head)
    elif subject == head and None not in found:
        known = [value[0] for value in found if value is not None]
        if None in known:  # undecided everywhere
            return (0, 0, axis.whole, axis.whole)
        mask = _mask(test, axis, [v for v in known if v is not None])
    if mask is None:
        closed = axis.unknown if subject == head else 0
        return (0, axis.known if subject == head else axis.whole, axis.whole, closed)
    return (mask, mask, mask | axis.unknown, mask | axis.unknown)


def _mask(test: Expression, axis: Axis, values: list[Value]) -> int | None:
    match test:
        case ir.Compare(op):
            ordered = axis.ranged or getattr(axis.type, "ordered", False)
            return axis.mask(op, values[0]) if ordered or op in ("==", "!=") else None
        case ir.In():
            mask = 0
            for value in values:
                mask |= axis.mask("==", value)
            return mask
        case ir.InRange() if axis.ranged or getattr(axis.type, "ordered", False):
            return axis.mask(">=", values[0]) & axis.mask("<=", values[1])
    return None


def fixed(columns: Columns, box: Box) -> dict[Expression, Possible]:
    """What a box holds the heads to."""
    return {
        head: _held(axis, mask)
        for head, axis, mask in zip(columns.heads, columns.axes, box, strict=True)
    }


def _held(axis: Axis, mask: int) -> Possible:
    known = mask & axis.known
    unknown = bool(mask & axis.unknown)
    if not known:
        return Possible(frozenset(), unknown)
    if not axis.ranged:
        return Possible(axis.members(known), unknown)
    low, high = axis.span(known)
    single = low is not None and low == high
    return Possible(frozenset({low}) if single else Range(low, high), unknown)  # type: ignore[arg-type]


def choices(world: World, attribute: ir.Attribute, scene: Scene) -> list[Possible]:
    """What an attribute may be held to so that rejects are told apart: known at all, then one cell
    after another."""
    tests = _tests_of_rejects(world, (attribute,))
    found = _values([o for test in tests for o in operands(test)], scene)
    cuts = set(_cuts(found, [test for test in tests if _subject(test) == attribute]))
    axis = axis_of(attribute.name, attribute.type, cuts, unknown=False)
    return [_held(axis, mask) for mask in (axis.known, *(1 << n for n in range(len(axis.cells))))]
