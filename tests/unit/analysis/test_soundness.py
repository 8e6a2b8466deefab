"""What the analysis accepts, the interpreter can work out: a value of the type, or a diagnostic."""

import random
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from books import analysis_of
from hypothesis import given, settings
from hypothesis import strategies as st

from matchrules import ir
from matchrules.analysis import analyse
from matchrules.analysis.report import FAULTY
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation, interpret
from matchrules.syntax.parser import parse
from matchrules.text import Source
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    YesNo,
    round_to,
)

VOCABULARY = """
source book "A book"
ordered enum grade
  weak average strong
enum colour
  red green blue
fact f
  n    : integer 0..6 attempts optional
  m    : integer -5..5 optional
  d    : decimal 0.00..9.99 months optional
  gap  : integer 0..400 days optional
  g    : grade optional
  c    : colour optional
  s    : set of colour optional
  b    : yes_no optional
  day  : date optional
  year : day_of_year optional
  t    : text optional
fact item many up to 3
  id   : text key
  x    : integer 0..9 attempts
  day  : date
  g    : grade optional
  s    : set of colour optional
parameter p : integer 1..9
  is 3 cite book
parameter q by colour : decimal 0.5..9.5 months
  for red from 2020-01-01 is 3 months cite book
  for red from 2021-01-01 is 4.5 months cite book
  for green is 1 month cite book
"""
TYPES = {
    "yes_no": "b", "integer -9..99": "n", "decimal -99.0..99.0": "n",
    "integer -9..99 attempts": "n",
    "integer 0..999 days": "n", "decimal 0.00..99.99 months": "n", "grade": "g", "colour": "c",
    "set of colour": "s", "date": "day", "day_of_year": "year", "text": "t",
}  # fmt: skip
LEAVES = {
    "b": ["f.b", "yes", "no", "any(item where x > 2)", "all(item where g is weak)", "unknown"],
    "n": ["f.n", "f.m", "f.d", "f.gap", "p", "2", "1.25", "3 days", "2 months", "1 attempt", "-4",
          "count(item)", "sum(item.x)", "max(item.x last 2 by day)", "q for f.c",
          "q for red on f.day", "last(item.x by day)", "sum(item.x where g is known)", "unknown"],
    "g": ["f.g", "weak", "strong", "last(item.g by day)", "max(item.g)", "unknown"],
    "c": ["f.c", "red", "blue", "unknown"],
    "s": ["f.s", "(red, green)", "()", "(blue)", "union(item.s)", "unknown"],
    "day": ["f.day", "as_of", "2026-02-28", "last(item.day by day)", "f.year of 2024",
            "29 February of 2025", "unknown"],
    "year": ["f.year", "1 September", "29 February", "unknown"],
    "t": ["f.t", '"text"', "last(item.id by day)", "unknown"],
}  # fmt: skip
SHAPES = {
    "b": ["not {b}", "shown {b}", "({b} and {b})", "({b} or {b})", "({n} < {n})", "({n} is {n})",
          "({g} >= {g})", "({c} is not red)", "({c} in ({c}, {c}))", "({s} has {c})",
          "({s} is empty)", "({s} is {s})", "({day} <= {day})", "({n} in {n}..{n})", "({t} is {t})",
          "({g} in {g}..{g})", "({n} is known)", "({day} is unknown)", "({year} is {year})",
          "({n} in ({n}, {n}))", "any(item where x > {n} or g is {g})"],
    "n": ["({n} + {n})", "({n} - {n})", "({n} * 2)", "({n} / p)", "({n} rounded down)",
          "({n} / 2 rounded nearest)", "min({n}, {n})", "max({n}, {n})", "(-({n}))", "({n} / 3)",
          "(days between {day} and {day})", "count(item where x > {n})", "({n} / 7 days)"],
    "g": ["min({g}, {g})", "max({g}, {g})"],
    "c": [], "s": [], "year": [], "t": [],
    "day": ["({day} + {n})", "({day} - 1 month)", "({day} + 2 years)", "min({day}, {day})"],
}  # fmt: skip


def expression(pick: random.Random, kind: str, depth: int) -> str:
    """An expression of about that kind; units and names may not fit."""
    same = f"{{{kind}}}"
    shapes = [*SHAPES[kind], f"({same} if {{b}} else {same})", f"({same} if known else {same})"]
    if depth == 0 or pick.random() < 0.25:
        return pick.choice(LEAVES[kind])
    shape = pick.choice(shapes)
    while "{" in shape:
        inner = shape[shape.index("{") + 1 : shape.index("}")]
        shape = shape.replace("{" + inner + "}", expression(pick, inner, depth - 1), 1)
    return shape


RED, BOTH = frozenset({"red"}), frozenset({"red", "blue"})
EARLY, LATE = date(2019, 1, 1), date(2020, 1, 1)
CASES: list[dict[str, list[dict[str, object]]]] = [
    {},
    {"f": [{"n": 3, "m": -2, "d": Fraction(9, 4), "gap": 40, "g": "average", "c": "red", "s": RED,
            "b": True, "day": date(2020, 2, 29), "year": DayOfYear(2, 29), "t": "text"}]},
    {"f": [{"n": 0, "c": "blue", "day": date.max, "s": frozenset()}],
     "item": [{"id": "a", "x": 3, "day": LATE, "g": "weak"}]},
    {"f": [{"m": 5, "c": "green", "b": False}],
     "item": [{"id": "a", "x": 3, "day": LATE, "g": "weak", "s": RED},
              {"id": "b", "x": 9, "day": LATE, "s": BOTH},
              {"id": "c", "x": 0, "day": EARLY, "g": "strong"}]},
]  # fmt: skip


def conforms(value: object, type_: Type) -> bool:
    """Whether it is unknown or a value of the type, with no more places than it has."""
    if value is None:
        return True
    match type_:
        case YesNo():
            return isinstance(value, bool)
        case Number():
            assert isinstance(value, int | Fraction) and not isinstance(value, bool)
            assert type_.places is not None
            return round_to(value, type_.places) == value
        case Enum():
            return value in type_.members
        case SetOf():
            return isinstance(value, frozenset) and value <= set(type_.of.members)
        case Date():
            return isinstance(value, date)
        case AnyDayOfYear():
            return isinstance(value, DayOfYear)
        case Text():
            return isinstance(value, str)
    return False


def outside_aggregates(node: ir.Expression) -> Iterator[ir.Expression]:
    """The expression and what it is made of, but for what is said of each instance."""
    yield node
    if not isinstance(node, ir.Aggregate):
        for child in ir.children(node):
            yield from outside_aggregates(child)


def in_range(value: object, type_: Type) -> bool:
    """Whether a number lies in the range that was inferred."""
    if not isinstance(type_, Number) or not isinstance(value, int | Fraction):
        return True
    return (type_.low is None or type_.low <= value) and (type_.high is None or value <= type_.high)


def check(seed: int) -> bool:
    """Whether a random define is accepted; then it must run."""
    pick = random.Random(seed)
    type_, kind = pick.choice(sorted(TYPES.items()))
    text = expression(pick, kind, pick.randint(1, 4))
    analysis = analysis_of(v=f"{VOCABULARY}define t.x : {type_}\n  is {text}\n")
    if not analysis.bases:
        assert analysis.diagnostics
        return False
    base = analysis.bases[0]
    for facts in CASES:
        case = assemble(base, date(2026, 3, 31), facts)
        try:
            outcome = interpret(base, case)
        except CaseErrors as errors:
            assert all(one.code.startswith("MR6") for one in errors.diagnostics), text
            continue
        assert conforms(outcome.derived["t.x"], base.defines["t.x"].type), text
        body = base.defines["t.x"].body
        assert not isinstance(body, ir.Table)
        assert not any(part is FAULTY for part in ir.walk(body)), text
        for part in outside_aggregates(body):
            value = Interpretation(base, case).value(part, {})
            assert in_range(value, part.type), (text, part)
    return True


CELLS = {
    "b": ["yes", "no", "f.b"], "n": ["1", "4", "p", "f.m", "count(item)"],
    "g": ["weak", "strong", "f.g"], "c": ["red", "blue", "f.c"],
}  # fmt: skip
HEADS = {
    "b": ["f.b", "any(item where x > 2)", "f.s has red"], "n": ["f.m", "count(item)", "f.m + p"],
    "g": ["f.g", "last(item.g by day)"], "c": ["f.c", "(f.c if known else red)"],
}  # fmt: skip


def table(seed: int) -> str:
    """A random table that is read from the top, for each item or for the case."""
    pick = random.Random(seed)
    each = pick.random() < 0.4
    name = "item.y" if each else "t.x"
    kinds = [pick.choice("bngc") for _ in range(pick.randint(1, 3))]
    heads = [pick.choice(HEADS[kind]) for kind in kinds]
    if each:
        heads[0], kinds[0] = pick.choice([("item.x", "n"), ("item.g", "g")])
    rows = []
    for _ in range(pick.randint(1, 4)):
        cells = []
        for kind in kinds:
            one, other = pick.choice(CELLS[kind]), pick.choice(CELLS[kind])
            shapes = ["-", "unknown", one, f"{one}, {other}"]
            if kind in "ng":
                shapes += [f"< {one}", f">= {one}", f"{one}..{other}"]
            cells.append(pick.choice(shapes))
        rows.append(f"  | {' | '.join(cells)} | {pick.choice(['1', 'f.m / 3', '0.25', 'p'])} |\n")
    rows.append(f"  | {'- | ' * len(kinds)} 0 |\n")
    head = f"  | {' | '.join(heads)} | => {name} |\n"
    clause = "  for each item\n" if each else ""
    return f"table {name} : decimal -99.0..99.0\n{clause}  hit first\n{head}{''.join(rows)}"


def check_table(seed: int) -> bool:
    """Whether a random table is accepted; then it must run."""
    text = table(seed)
    source = Source("v", f"ruleset v\n{VOCABULARY}{text}")
    tree, faults = parse(source)
    analysis = analyse([tree], {"v": source})
    if faults or not analysis.bases:
        return False
    for facts in CASES:
        case = assemble(analysis.bases[0], date(2026, 3, 31), facts)
        try:
            outcome = interpret(analysis.bases[0], case)
        except CaseErrors as errors:
            assert all(one.code.startswith("MR6") for one in errors.diagnostics), text
            continue
        (found,) = outcome.derived.values()
        values = found.values() if isinstance(found, dict) else [found]
        assert all(conforms(value, Number(1)) for value in values), text
    return True


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_what_is_accepted_runs(seed: int) -> None:
    check(seed)


def test_enough_is_accepted_for_that_to_mean_something() -> None:
    accepted = sum(check(seed) for seed in range(60))
    assert accepted > 15


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_a_table_that_is_accepted_runs(seed: int) -> None:
    check_table(seed)


def test_enough_tables_are_accepted() -> None:
    assert sum(check_table(seed) for seed in range(100)) > 10
