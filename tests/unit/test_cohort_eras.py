"""A cohort over several days: what a fact, a value or a define is may differ between eras."""

from datetime import date
from typing import Any

import polars as pl

import matchrules as mr
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.columnar import columnar
from matchrules.rulebook import Book

OLD, NEW = date(2026, 4, 2), date(2026, 10, 2)

HEAD = """
ruleset yard
  version {version}
  effective from {start}
source handbook "The handbook"
advice care
  go "Go"
  stay "Stay"
"""


def book(old: str, new: str) -> Book:
    return mr.load_text({
        "old.rules": HEAD.format(version=1, start="2026-01-01") + old,
        "new.rules": HEAD.format(version=2, start="2026-09-01") + new,
    })  # fmt: skip


def both(of: Book, frames: Any) -> Any:
    """The decisions in columns, which are those case by case."""
    found = of.decide_frame(frames, derived=True)
    alone = of.decide_frame(frames, derived=True, engine="compiled")
    assert found.advice.equals(alone.advice) and found.errors.equals(alone.errors)
    assert found.derived is not None and found.derived.equals(alone.derived)
    for fact, frame in found.instances.items():
        assert frame.equals(alone.instances[fact])
    return found


SET = """
enum colour
  red green
fact box
  paint : {type} optional
define box.shade : {type}
  is box.paint
rule go
  cite handbook
  when box.paint is known
  then must care.go "Go."
"""


def test_a_text_is_read_by_the_type_that_its_era_declares() -> None:
    boxes = book(SET.format(type="set of colour"), SET.format(type="colour"))
    frame = pl.DataFrame({
        "id": [1, 2, 3, 4], "paint": ["red; green", "()", "red; green", "red"],
        "as_of": [OLD, OLD, NEW, NEW],
    })  # fmt: skip
    found = both(boxes, frame)
    assert found.advice["id"].to_list() == [1, 2, 4]
    assert found.errors.select("id", "code").rows() == [(3, "MR514")]
    assert found.derived.rows() == [(1, "green, red"), (2, ""), (4, "red")]


YARD = """
fact horse many up to 3
  name : integer 1..9 key
  tall : yes_no
rule stay
  cite handbook
  when count(horse) > 1
  then must care.stay "Stay."
"""
LOOKED_AT = """
define horse.fine : yes_no
  for each horse
  is horse.tall
rule go
  cite handbook
  when any(horse where horse.fine)
  then must care.go "Go."
"""


def test_instances_are_listed_also_in_an_era_that_defines_nothing_for_them() -> None:
    frames = {
        "as_of": pl.DataFrame({"id": [1, 2], "as_of": [OLD, NEW]}),
        "horse": pl.DataFrame({"id": [2, 1, 1], "name": [3, 2, 1], "tall": [True, True, False]}),
    }
    found = both(book(YARD, YARD + LOOKED_AT), frames)
    assert found.instances["horse"].rows() == [(1, 1, None), (1, 2, None), (2, 3, True)]


def test_a_fact_may_be_there_once_in_one_era_and_many_times_in_another() -> None:
    one = YARD.replace("horse many up to 3", "horse").replace(" key", "")
    one = one.replace("count(horse) > 1", "horse.tall")
    once = LOOKED_AT.replace("  for each horse\n", "").replace(
        "any(horse where horse.fine)", "horse.fine"
    )
    horses = {"name": [1, 2], "tall": [True, True]}
    for of in (book(YARD + LOOKED_AT, one + once), book(one + once, YARD + LOOKED_AT)):
        frames = {
            "as_of": pl.DataFrame({"id": [1, 2], "as_of": [OLD, NEW]}),
            "horse": pl.DataFrame({"id": [1, 2], **horses}),
        }
        found = both(of, frames)
        assert {*found.advice["id"]} == {1, 2} and found.errors.is_empty()


LARGE = """
fact box
  weight : integer 0..9
parameter by : integer 1..999999937
  from 2026-01-01 is 1 cite handbook
  from 2026-06-01 is 999999937 cite handbook
define box.part : decimal 0.00..9.00
  is {part}
rule go
  cite handbook
  when box.part > 0.0
  then must care.go "Go."
"""


def test_later_days_whose_parameters_need_longer_numbers_are_decided_one_by_one() -> None:
    boxes = mr.load_text({
        "large.rules": HEAD.format(version=1, start="2026-01-01")
        + LARGE.format(part="box.weight" + " / by" * 5)
    })  # fmt: skip
    (base,) = boxes.bases
    program = columnar(base)
    assert program.obstacle_on(OLD) is None and program.obstacle_on(NEW) is not None
    days = [OLD, NEW, OLD, NEW]
    frame = pl.DataFrame({"id": range(4), "weight": [1, 1, 0, 10], "as_of": days})
    found = both(boxes, frame)
    assert found.advice["id"].to_list() == [0]
    assert found.derived["id"].to_list() == [0, 1, 2]
    assert found.errors.select("id", "code").rows() == [(3, "MR515")]


def test_the_code_alone_is_that_of_the_whole_words() -> None:
    keyless = {
        "as_of": pl.DataFrame({"id": [1], "as_of": [OLD]}),
        "horse": pl.DataFrame({"id": [1, 1], "name": [None, None], "tall": [True, False]}),
    }
    of = book(YARD, YARD)
    codes = [
        {*of.decide_frame(keyless, explain=explain).errors["code"].to_list()} for explain in (0, 1)
    ]
    assert codes == [{"MR520"}, {"MR520"}]
    try:
        of.decide({"as_of": OLD, "horse": [{"tall": True}, {"tall": False}]})
    except CaseErrors as faults:
        assert {fault.code for fault in faults.diagnostics} == {"MR520"}
