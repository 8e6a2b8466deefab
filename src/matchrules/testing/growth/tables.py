"""Decision tables of every hit policy, without gaps, overlaps and hidden rows."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from matchrules.testing.growth.conditions import Grower
from matchrules.testing.growth.numbers import bounds
from matchrules.testing.growth.soil import DAYS
from matchrules.testing.growth.world import COMPARE, Named, Piece
from matchrules.types import Date, Enum, Number, SetOf, Text, Type, YesNo

Head = tuple[str, Type]


def table_lines(grower: Grower, name: str) -> tuple[Type, list[str]]:
    """The type of a table and its lines from `hit` on."""
    draws = grower.draws
    colour, grade = grower.world.enums
    hit = draws.pick(("unique", "first", "collect"))
    outputs: tuple[Type, ...] = (grade, YesNo(), Number(0, 0, 99), colour, Text(), Date())
    output = colour if hit == "collect" else draws.pick(outputs)
    heads = list(dict(_head(grower) for _ in range(draws.between(1, 2))).items())
    if hit == "unique":
        rows = _partition(grower, heads)
    elif hit == "first":
        rows = _ladder(grower, heads)
    else:
        rows = [
            [draws.pick(["-", *_cells(grower, head)]) for head in heads]
            for _ in range(draws.between(1, 3))
        ]
    declared: Type = SetOf(colour) if hit == "collect" else output
    texts = [[head for head, _ in heads] + [f"=> {name}"]]
    texts += [[*row, _output(grower, output, hit)] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in texts]
    if draws.chance(2):
        lines.insert(1, "|" + "|".join("---" for _ in texts[0]) + "|")
    policy = [] if hit == "unique" and draws.chance(2) else [f"hit {hit}"]
    return declared, [*policy, *lines]


def _output(grower: Grower, type_: Type, hit: str) -> str:
    if grower.draws.chance(6) and hit != "collect":
        return "unknown"
    if grower.draws.chance(3):
        return grower.stored(type_, 0)
    return grower.literal(type_).text


def _head(grower: Grower) -> Head:
    """A name, or an expression, to be tested."""
    draws = grower.draws
    if draws.chance(6):
        day = grower.value(Date(), 0).text
        return f"days between {day} and {DAYS[3]}", Number(0, -9999, 9999, "days")
    names = grower.world.names(
        grower.bound, lambda t: isinstance(t, YesNo | Enum | Date) or _bounded(t)
    )
    if not names:
        return "as_of", Date()
    name: Named = draws.pick(names)
    return name.text, name.type


def _bounded(type_: Type) -> bool:
    return isinstance(type_, Number) and bounds(type_)[0] + 2 <= bounds(type_)[1]


def _cuts(grower: Grower, type_: Type, count: int) -> list[Piece]:
    """Ascending literals well inside a type's range."""
    if isinstance(type_, Date):
        first = grower.draws.between(0, len(DAYS) - count)
        return [Piece(str(day), type_) for day in DAYS[first : first + count]]
    assert isinstance(type_, Number)
    low, high = bounds(type_)
    grid = 10 ** (type_.places or 0)
    start = int(low * grid) + 1 + grower.draws.below(max(1, int((high - low) * grid) - count))
    values = [Fraction(start + n, grid) for n in range(count)]
    return [grower.written(v, type_) for v in values if v < high]


def _cells(grower: Grower, head: Head) -> list[str]:
    """Cells that part the known values of a head."""
    draws, type_ = grower.draws, head[1]
    if isinstance(type_, YesNo):
        return ["yes", "no"]
    if isinstance(type_, Enum):
        at = draws.between(1, len(type_.members) - 1)
        return [", ".join(type_.members[:at]), ", ".join(type_.members[at:])]
    cuts = _cuts(grower, type_, draws.between(1, 2))
    if len(cuts) == 1:
        return [f"< {cuts[0].text}", f">= {cuts[0].text}"]
    if len(cuts) == 0:
        return ["-"]
    return [f"< {cuts[0].text}", f"{cuts[0].text}..{cuts[1].text}", f"> {cuts[1].text}"]


def _partition(grower: Grower, heads: Sequence[Head]) -> list[list[str]]:
    """One row for each combination; the first column's last cell may stand for all others."""
    columns = [
        _cells(grower, head) + (["unknown"] if grower.draws.chance(4) else []) for head in heads
    ]
    rows = [list(row) for row in product(*columns)]
    if len(columns) == 2 and grower.draws.chance(2):
        last = columns[0][-1]
        rows = [row for row in rows if row[0] != last] + [[last, "-"]]
    return rows


def _ladder(grower: Grower, heads: Sequence[Head]) -> list[list[str]]:
    """Rows on one column from narrow to wide, the last one for everything."""
    draws, type_ = grower.draws, heads[0][1]
    rest = ["-"] * (len(heads) - 1)
    steps = ["unknown"] if draws.chance(2) else []
    if isinstance(type_, YesNo):
        steps.append("yes")
    elif isinstance(type_, Enum):
        steps += draws.some(type_.members, least=1)[: len(type_.members) - 1]
    elif draws.chance(3) and isinstance(type_, Number):
        other = grower.plain_number(type_.unit, 0)
        steps.append(f"{draws.pick(('<', '<=', '>', '>='))} {other.at(COMPARE + 1)}")
    else:
        steps += [f"< {cut.text}" for cut in _cuts(grower, type_, draws.between(1, 2))]
    rows = [[step, *rest] for step in steps]
    if len(heads) == 2:
        narrow = _cells(grower, heads[1])[0]
        if narrow != "-":
            rows = [row for step in rows for row in ([step[0], narrow], step)]
    return [*rows, ["-"] * len(heads)]
