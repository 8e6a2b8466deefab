"""The table checks against tables counted out point by point.

The reader here has its own evaluator: three truth values, the hit policies as the language says
them, and validity as rejects and required attributes. What is found must be real, and what is real
must be found.
"""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from matchrules.analysis.checks.columns import read
from matchrules.analysis.checks.findings import FOUND, examine
from matchrules.analysis.checks.scene import World
from matchrules.dependencies import dependencies
from matchrules.ir import (
    TRUE,
    And,
    Attribute,
    AttributeDeclaration,
    Compare,
    Constant,
    Define,
    FactDeclaration,
    In,
    InRange,
    IsKnown,
    Not,
    ParameterDeclaration,
    ParameterRow,
    ParameterValue,
    Reject,
    Row,
    RuleBase,
    Ruleset,
    Table,
    Template,
)
from matchrules.types import Date, Enum, Number, SetOf, Text, YesNo

DAY = date(2026, 1, 1)
COLOUR = Enum("colour", ("red", "green", "blue"))
LEVEL = Enum("level", ("low", "middle", "high"), ordered=True)
VALUES = {
    YesNo(): (True, False),
    COLOUR: COLOUR.members,
    LEVEL: LEVEL.members,
    Number(0, 0, 5): tuple(range(6)),
    Number(1, Fraction(0), Fraction(1, 2)): tuple(Fraction(n, 10) for n in range(6)),
    Date(): tuple(DAY + timedelta(days=n) for n in range(4)),
    Text(): ("a", "b", "something else"),
    SetOf(Enum("letter", ("x", "y"))): tuple(map(frozenset, ((), "x", "y", "xy"))),
}
ORDERED = (LEVEL, Number(0, 0, 5), Number(1, Fraction(0), Fraction(1, 2)), Date())
# Dates and texts have more values than these; outside of them every test is as at one of these.
BEYOND = {
    Date(): (DAY - timedelta(days=9), DAY + timedelta(days=99)),
    Text(): ("neither of them",),
}
OUTPUT = Number(0, 0, 9)


@st.composite
def tables(draw):
    """A rule base with one table `f.out` over one to three attributes, perhaps with rejects and a
    parameter that changes or starts while the rule base is in force."""
    types = draw(st.lists(st.sampled_from([*VALUES]), min_size=1, max_size=3))
    required = draw(st.integers(-1, len(types) - 1))
    heads = [Attribute("f", f"a{n}", type_) for n, type_ in enumerate(types)]
    parameters = {}
    if draw(st.booleans()):
        of = draw(st.sampled_from(types))
        values = draw(st.lists(st.sampled_from(VALUES[of]), min_size=1, max_size=3))
        starts = [None, DAY + timedelta(days=2), DAY + timedelta(days=5)]
        late = draw(st.booleans())
        parameters["p"] = ParameterDeclaration(
            "p",
            of,
            tuple(
                ParameterRow(v, start=s)
                for v, s in zip(values, starts[late:] if len(values) < 3 else starts, strict=False)
            ),
        )

    def operand(type_):
        if "p" in parameters and parameters["p"].type == type_ and draw(st.booleans()):
            return ParameterValue("p", type_)
        return Constant(draw(st.sampled_from(VALUES[type_])), type_)

    def cell(head):
        kinds = ["any", "any", "unknown", "values", "values"]
        kinds += ["compare", "range"] if head.type in ORDERED else []
        kind = draw(st.sampled_from(kinds))
        if kind == "any":
            return TRUE
        if kind == "unknown":
            return Not(IsKnown(head))
        if kind == "values":
            several = draw(st.integers(1, 3))
            if several == 1:
                return Compare("==", head, operand(head.type))
            return In(head, tuple(operand(head.type) for _ in range(several)))
        if kind == "compare":
            op = draw(st.sampled_from(["<", "<=", ">", ">="]))
            return Compare(op, head, operand(head.type))
        return InRange(head, operand(head.type), operand(head.type))

    rows = [
        Row(tuple(cell(head) for head in heads), Constant(n % 10, OUTPUT))
        for n in range(draw(st.integers(1, 6)))
    ]
    hit = draw(st.sampled_from(["unique", "first", "collect"]))
    rejects = []
    for n in range(draw(st.integers(0, 2))):
        parts = [cell(head) for head in heads]
        rejects.append(Reject(f"r{n}", Template(()), And((*parts, TRUE))))
    fact = FactDeclaration(
        "f",
        {h.name: AttributeDeclaration(h.name, h.type, optional=n != required)
         for n, h in enumerate(heads)},
    )  # fmt: skip
    define = Define("f.out", OUTPUT, Table(hit, tuple(heads), tuple(rows)))
    base = RuleBase(
        DAY, DAY + timedelta(days=8), {"t": Ruleset("t", "1", DAY)}, {}, {}, {"f": fact},
        parameters, {}, {"f.out": define}, {}, tuple(rejects),
    )  # fmt: skip
    return base


def examined(base):
    world = World(base, dependencies(base))
    columns = read(world, base.defines["f.out"], tuple("abc"))
    return columns, examine(world, columns)


# The other reader --------------------------------------------------------------------------------


def value(base, node, point, day):
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Attribute):
        return point[int(node.name[1:])]
    rows = [r for r in base.parameters[node.name].rows if r.start is None or r.start <= day]
    return rows[-1].value if rows else None


def truth(base, test, point, day):
    if test == TRUE:
        return True
    if isinstance(test, Not):
        return value(base, test.operand.operand, point, day) is None
    if isinstance(test, And):
        found = [truth(base, one, point, day) for one in test.operands]
        return False if False in found else None if None in found else True
    if isinstance(test, Compare):
        pair = [value(base, one, point, day) for one in (test.left, test.right)]
        if None in pair:
            return None
        one, two = [rank(v, test.left.type) for v in pair] if test.op != "==" else pair
        return {"==": one == two, "<": one < two, "<=": one <= two, ">": one > two,
                ">=": one >= two}[test.op] if test.op != "==" else one == two  # fmt: skip
    if isinstance(test, In):
        held, *items = [value(base, one, point, day) for one in (test.value, *test.items)]
        return None if held is None or None in items else held in items
    ends = [value(base, one, point, day) for one in (test.low, test.value, test.high)]
    if None in ends:
        return None
    low, held, high = [rank(v, test.value.type) for v in ends]
    return low <= held <= high


def rank(one, type_):
    return type_.members.index(one) if isinstance(type_, Enum) else one


def every_point(base):
    heads = base.defines["f.out"].body.heads
    yield from product(*[(None, *VALUES[h.type], *BEYOND.get(h.type, ())) for h in heads])


def is_valid(base, point, day):
    for attribute, held in zip(base.facts["f"].attributes.values(), point, strict=True):
        if attribute.required and held is None and any(v is not None for v in point):
            return False
    return all(truth(base, reject.when, point, day) is not True for reject in base.rejects)


def hits(base, point, day):
    return [truth(base, And(row.tests), point, day) for row in base.defines["f.out"].body.rows]


def days(base):
    return [DAY + timedelta(days=n) for n in (1, 2, 4, 5)]  # about where parameters change


def in_box(columns, box, point):
    for axis, mask, held in zip(columns.axes, box, point, strict=True):
        if held is None:
            if not mask & axis.unknown:
                return False
        elif axis.type == Text() and held not in axis.constants:
            if not mask >> (len(axis.cells) - 1) & 1:
                return False
        elif not any(
            contains(axis, cell, held) for n, cell in enumerate(axis.cells) if mask >> n & 1
        ):
            return False
    return True


def contains(axis, cell, held):
    if isinstance(axis.type, Text | SetOf):
        known = held in axis.constants
        return cell.low == (axis.constants.index(held) if known else len(axis.constants))
    key = (
        held.toordinal() if isinstance(held, date)
        else axis.type.members.index(held) if isinstance(axis.type, Enum)
        else held * 10**axis.type.places if isinstance(axis.type, Number) else int(held)
    )  # fmt: skip
    return (cell.low is None or cell.low <= key) and (cell.high is None or key <= cell.high)


@given(tables())
def test_gaps_are_exactly_the_valid_cases_that_no_row_takes(base):
    columns, found = examined(base)
    if base.defines["f.out"].body.hit == "collect":
        assert not found.gaps
        return
    for day in days(base):
        boxes = [
            gap.box for gap in found.gaps
            if any(r.days[0] <= day <= r.days[1] for r in gap.readings)
        ]  # fmt: skip
        for point in every_point(base):
            real = is_valid(base, point, day) and not any(
                hit is not False for hit in hits(base, point, day)
            )
            said = any(in_box(columns, box, point) for box in boxes)
            assert said == real or (real and len(found.gaps) == FOUND), (point, day)
    assert not found.undecided and not found.left


@given(tables())
def test_overlaps_are_exactly_the_pairs_that_hit_in_one_valid_case(base):
    _, found = examined(base)
    expected = set()
    if base.defines["f.out"].body.hit == "unique":
        for day in days(base):
            for point in every_point(base):
                if is_valid(base, point, day):
                    known = [n for n, hit in enumerate(hits(base, point, day)) if hit]
                    expected |= {(a, b) for a in known for b in known if a < b}
    assert {(o.earlier, o.later) for o in found.overlaps} == expected


@given(tables())
def test_hidden_rows_are_exactly_those_that_never_decide(base):
    _, found = examined(base)
    table = base.defines["f.out"].body
    seen = set()
    for day in days(base):
        for point in every_point(base):
            known = [n for n, hit in enumerate(hits(base, point, day)) if hit]
            seen |= set(known[:1] if table.hit == "first" else known)
    assert {hidden.row for hidden in found.hidden} == set(range(len(table.rows))) - seen
