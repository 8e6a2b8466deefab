"""What expressions become: types, units and rounding written out."""

from datetime import date
from fractions import Fraction

import pytest
from books import base_of

from matchrules import ir
from matchrules.types import DayOfYear, Enum, Number, SetOf

VOCABULARY = """
source book "A book"
ordered enum grade
  weak average strong
enum colour
  red green blue
fact f
  n : integer 0..6 attempts optional
  d : decimal 0.00..24.00 months optional
  gap : integer 0..400 days optional
  g : grade optional
  c : colour optional
  s : set of colour optional
  b : yes_no optional
  day : date optional
fact item many up to 5
  id : text key
  n : integer 0..9 attempts
  s : set of colour optional
  day : date
advice k
  a (v: decimal 0.00..9.00)
parameter p : integer 1..9
  is 3 cite book
parameter q by colour : integer 1..9
  for red is 3 cite book
"""
COLOUR = Enum("colour", ("red", "green", "blue"))
GRADE = Enum("grade", ("weak", "average", "strong"), ordered=True)
N = ir.Attribute("f", "n", Number(0, 0, 6, "attempts"))
D = ir.Attribute("f", "d", Number(2, 0, 24, "months"))


def body(type_: str, text: str) -> ir.Expression:
    base = base_of(v=f"{VOCABULARY}define t.x : {type_}\n  is {text}\n")
    found = base.defines["t.x"].body
    assert not isinstance(found, ir.Table)
    return found


def test_a_bare_number_takes_the_unit_of_its_place() -> None:
    found = body("yes_no", "f.n > 2")
    assert found == ir.Compare(">", N, ir.Constant(2, Number(0, 2, 2, "attempts")))


def test_the_side_that_is_known_leads_the_other() -> None:
    assert body("yes_no", "weak < f.g") == ir.Compare(
        "<", ir.Constant("weak", GRADE), ir.Attribute("f", "g", GRADE)
    )
    assert body("yes_no", "(red, green) is f.s") == ir.Compare(
        "==", ir.Constant(frozenset({"red", "green"}), SetOf(COLOUR)),
        ir.Attribute("f", "s", SetOf(COLOUR)),
    )  # fmt: skip


def test_a_set_of_one_is_written_in_parentheses() -> None:
    found = body("yes_no", "f.s is (red)")
    assert isinstance(found, ir.Compare)
    assert found.right == ir.Constant(frozenset({"red"}), SetOf(COLOUR))
    empty = body("yes_no", "f.s is ()")
    assert isinstance(empty, ir.Compare)
    assert empty.right == ir.Constant(frozenset(), SetOf(COLOUR))


def test_storing_into_fewer_places_is_written_out() -> None:
    target = Number(1, 0, 24, "months")
    assert body("decimal 0.0..24.0 months", "f.d") == ir.Round(D, "nearest", 1, target)
    assert body("decimal 0.00..24.00 months", "f.d") == D
    third = body("decimal 0.00..9.00 months", "f.d / 3")
    assert isinstance(third, ir.Round) and isinstance(third.value, ir.Arithmetic)
    assert third.value.type == Number(None, 0, 8, "months")


def test_the_whole_of_a_conditional_is_rounded() -> None:
    found = body("decimal 0.0..24.0 months", "f.d if f.b else 1.25 months")
    assert isinstance(found, ir.Round) and isinstance(found.value, ir.If)


def test_rounding_that_is_said_gives_an_integer() -> None:
    assert body("integer 0..24 months", "f.d rounded up") == ir.Round(
        D, "up", 0, Number(0, 0, 24, "months")
    )


def test_arithmetic_infers_ranges_and_units() -> None:
    doubled = body("integer 0..99 attempts", "f.n * 2 - 1 attempt")
    assert doubled.type == Number(0, -1, 11, "attempts")
    assert body("decimal 0.00..9.00", "f.gap / 7 days").type.unit is None  # type: ignore[union-attr]
    assert body("integer 0..60 weeks", "f.gap / 7 days rounded down").type == Number(0, 0, 58)
    assert body("integer 0..45 attempts", "sum(item.n)").type == Number(0, 0, 45, "attempts")
    last_two = body("integer 0..45 attempts", "sum(item.n last 2 by day)")
    assert last_two.type == Number(0, 0, 18, "attempts")
    assert body("integer -9..9", "-p").type == Number(0, -9, -1)


def test_dates() -> None:
    day = ir.Attribute("f", "day", ir.AsOf().type)
    assert body("date", "f.day - 2 weeks") == ir.AddTime(
        day, ir.Constant(2, Number(0, 2, 2, "weeks")), "weeks", -1
    )
    assert body("integer 0..9999 days", "days between f.day and as_of") == ir.DaysBetween(
        day, ir.AsOf()
    )
    found = body("date", "29 February of 2026")
    assert isinstance(found, ir.DayOf)
    assert found.day == ir.Constant(DayOfYear(2, 29), found.day.type)


def test_parameters_by_key_and_date() -> None:
    found = body("integer 1..9", "q for f.c on f.day if known else p")
    assert isinstance(found, ir.IfKnown)
    value = found.value
    assert isinstance(value, ir.ParameterValue)
    assert value.key == ir.Attribute("f", "c", COLOUR)
    assert value.on == ir.Attribute("f", "day", ir.AsOf().type)
    assert body("integer 1..9", "q on f.day for f.c if known else p") == found


def test_unknown_has_the_type_of_its_place() -> None:
    found = body("grade", "strong if f.b else unknown")
    assert isinstance(found, ir.If) and found.otherwise == ir.Constant(None, GRADE)


def test_literals_are_exact() -> None:
    assert body("decimal 0.00..9.00", "2.50") == ir.Constant(
        Fraction(5, 2), Number(2, Fraction(5, 2), Fraction(5, 2))
    )
    assert body("decimal 0.00..9.00", "2.00") == ir.Constant(2, Number(2, 2, 2))
    assert body("date", "2026-02-03") == ir.Constant(date(2026, 2, 3), ir.AsOf().type)


def test_aggregates_bind_their_fact() -> None:
    found = body("integer 0..5", "count(item  where n > 2\n  and s has red)")
    assert isinstance(found, ir.Aggregate)
    assert found.source == "count(item where n > 2 and s has red)"
    assert isinstance(found.where, ir.And)
    assert next(ir.children(found.where.operands[0])) == ir.Attribute(
        "item", "n", Number(0, 0, 9, "attempts")
    )
    pick = body("integer 0..9 attempts", "last but one(item.n by day where n > 2)")
    assert isinstance(pick, ir.Aggregate)
    assert (pick.op, pick.by, pick.take) == ("last_but_one", "day", None)


@pytest.mark.parametrize("value", ["f.n / 4 attempts", "2", "1.5"])
def test_a_field_prints_with_its_own_places(value: str) -> None:
    rule = f'rule r\n  cite book\n  then must k.a(v = {value}) "{{v}}"\n'
    then = base_of(v=VOCABULARY + rule).rules["r"].thens[0]
    hole = then.text.parts[0]
    assert isinstance(hole, ir.Format)
    assert isinstance(hole.value.type, Number) and hole.value.type.places == 2


def test_a_default_reads_the_other_attributes_of_its_instance() -> None:
    base = base_of(
        v=VOCABULARY + "fact job many up to 3\n  n : integer 0..9\n"
        "  m : integer 0..20 default job.n + 1 unless job.n > 5\n"
    )
    default = base.facts["job"].attributes["m"].default
    assert isinstance(default, ir.Arithmetic)
    assert default.left == ir.Attribute("job", "n", Number(0, 0, 9))
