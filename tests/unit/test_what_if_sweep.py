"""Many values of one fact: spans, what changes between them, and the chart."""

import re
import xml.etree.ElementTree as ET
from datetime import date
from functools import cache
from typing import Any

import pytest

import matchrules as mr
from matchrules.diagnostics.model import CaseErrors, UsageError
from matchrules.pictures.spans import Row, Strip, svg

RULES = """
ruleset pool
  version 1
  effective from 2026-01-01

source book "The book"

ordered enum level "How well"
  none "not at all"
  some "a little"
  well "well"

fact guest "Who comes"
  age   : integer 0..120 years optional "Age"
  swims : level optional "How well the guest swims"
  fee   : decimal 0.00..9.99 dollars optional "Money at hand"
  day   : date optional "Day of the visit"
  alone : yes_no optional "Comes alone"

fact child many up to 5 "A child"
  age : integer 0..17 years "Age of the child"

fact pass many up to 5 "A pass"
  number : text key "Number"
  uses   : integer 0..10 "Uses left"

advice pool "The pool"
  deep "The deep end"
  shallow "The shallow end"
  slide "The slide"
  discount (percent: integer 0..100 percent) "A discount"
  club <KEYS>
  gate "The gate"

rule deep
  id P-01
  cite book
  when guest.age >= 12 years and guest.swims is well
  then may pool.deep "At {guest.age} you may go deep."

rule shallow
  id P-02
  cite book
  when guest.age < 12 years or guest.swims < well
  then must pool.shallow "Stay where you can stand."

rule slide "The slide is open"
  id P-03
  cite book
  when guest.age >= 6 years and guest.age < 60 years
  then may pool.slide "The slide is yours."

rule discount
  id P-04
  cite book
  when guest.age >= 60 years
  then may pool.discount(percent = 50 percent if guest.age >= 80 years else 20 percent)
    "You pay less."

rule club
  id P-05
  cite book
  when any(child where age < 4 years)
  then may pool.club "There is a club."

rule gate
  id P-06
  cite book
  for each pass
  when pass.uses > 0
  then may pool.gate "Pass {pass.number} opens the gate."

reject "a child of {guest.age} does not come alone" when guest.alone and guest.age < 8 years
""".replace("club <KEYS>", 'club "The club"')

AS_OF = date(2026, 5, 1)
GUEST: dict[str, Any] = {"age": 30, "swims": "well"}


@cache
def book() -> mr.Book:
    return mr.load_text({"pool.rules": RULES})


def decided(**facts: Any) -> mr.Decision:
    return book().decide(facts, as_of=AS_OF)


def labels(found: Any) -> list[str]:
    return [span.label for span in found]


def ids(turns: Any) -> list[str]:
    return [turn.advice.id for turn in turns]


def test_spans_end_where_other_advice_begins() -> None:
    found = decided(guest=GUEST).sweep("guest.age", range(0, 121))
    assert labels(found) == ["0 to 5", "6 to 11", "12 to 59", "60 to 79", "80 to 120"]
    assert found.thresholds == (6, 12, 60, 80)
    changes = [span.difference for span in found][1:]
    assert [(ids(c.added), ids(c.withdrawn), ids(c.changed)) for c in changes if c] == [
        (["P-03"], [], []), (["P-01"], ["P-02"], []), (["P-04"], ["P-03"], []), ([], [], ["P-04"]),
    ]  # fmt: skip
    # at the threshold itself: from 59 to 60
    assert changes[2] is not None
    (reason,) = changes[2].added[0].reasons
    assert str(reason.shifts[0]) == "age: 59 years → 60 years"
    assert len(found) == 5 and found.now == "30" and found.place_of_now == 30


def test_a_text_that_prints_the_value_does_not_part_spans() -> None:
    found = decided(guest=GUEST).sweep("guest.age", [20, 21, 60, 61])
    assert labels(found) == ["20 to 21", "60 to 61"]
    assert found.spans[1].difference is not None
    assert found.spans[1].difference.changed == ()
    assert found.spans[0].advice[0].text == "At 20 you may go deep."


def test_values_that_give_no_case_are_a_span_with_the_reason() -> None:
    found = decided(guest={**GUEST, "alone": True}).sweep("guest.age", range(5, 14))
    assert labels(found) == ["5 to 7", "8 to 11", "12 to 13"]
    first, second, third = found
    assert [fault.message for fault in first.faults] == ["a child of 5 does not come alone"]
    assert first.advice == () and first.difference is None
    assert second.difference is None and third.difference is not None
    assert "5 to 7 (3 values): there can be no such case" in str(found)
    later = decided(guest=GUEST).sweep("guest.alone", [False, True, None])
    assert len(later) == 1


def test_after_values_that_give_no_case_what_was_before_is_compared() -> None:
    found = decided(guest={"alone": True, "swims": "well"}).sweep("guest.age", [60, 3, 60, 3, 12])
    assert labels(found) == ["60", "3", "60", "3", "12"]
    assert [span.difference is None for span in found] == [True, True, False, True, False]
    assert found.spans[2].difference is not None and not found.spans[2].difference.turns
    assert "60: the same as before that" in str(found)


def test_every_type_can_be_swept() -> None:
    start = decided(guest=GUEST, child=[{"age": 3}, {"age": 9}], **{"pass": [
        {"number": "A", "uses": 1}, {"number": "B", "uses": 0},
    ]})  # fmt: skip
    assert labels(start.sweep("guest.swims", ["none", "some", "well"])) == [
        "“not at all” to “a little”", "“well”",
    ]  # fmt: skip
    assert labels(start.sweep("guest.swims", [None, "well", None])) == [
        "not known", "“well”", "not known",
    ]  # fmt: skip
    assert labels(start.sweep("guest.fee", ["0.00", "9.99"])) == ["0.00 to 9.99"]
    assert labels(start.sweep("guest.day", [date(2026, 1, 1), "2026-02-01"])) == [
        "2026-01-01 to 2026-02-01"
    ]
    assert labels(start.sweep("guest.alone", [True, False])) == ["yes, no"]
    # the facts as the decision lists them
    assert start.facts["child"] == [{"age": 3}, {"age": 9}]
    assert labels(start.sweep("child[1].age", range(18))) == ["0 to 3", "4 to 17"]
    assert labels(start.sweep("child[2].age", range(18))) == ["0 to 17"]
    gate = start.sweep("pass[B].uses", range(3))
    assert labels(gate) == ["0", "1 to 2"]
    assert gate.title == "uses left, of pass “B”"
    assert [lane.title for lane in gate.lanes] == ["The gate, pass “B”"]


def test_a_fact_that_is_not_there_is_made() -> None:
    found = decided().sweep("guest.age", [5, 60])
    assert [ids_of(span.advice) for span in found] == [["P-02"], ["P-04"]]
    assert found.now == "not known" and found.place_of_now is None
    assert "In this case: not known, which is none of them." in str(found).replace("\n  ", " ")


def ids_of(advice: Any) -> list[str]:
    return [one.id for one in advice]


def test_what_cannot_be_swept_is_refused() -> None:
    start = decided(guest=GUEST, child=[{"age": 3}])

    def refused(name: str, values: Any = (1,)) -> str:
        with pytest.raises(UsageError) as error:
            start.sweep(name, values)
        return str(error.value)

    assert refused("guest.ag") == "`guest` has no attribute `ag`: did you mean `guest.age`?"
    assert refused("gest.age") == "there is no fact `gest`: did you mean `guest.age`?"
    assert refused("guest") == "`guest` is a fact: name an attribute, such as `guest.age`"
    assert "say which is meant, as in `child[1].age`" in refused("child.age")
    assert "say which is meant, as in `pass[KEY].uses`" in refused("pass.uses")
    assert refused("child[2].age") == "there is no `child[2]`: there is one `child`: `child[1]`"
    assert refused("child[0].age").startswith("there is no `child[0]`")
    assert refused("pass[A].uses").startswith("there is no `pass[A]` in this case")
    assert "leave out `[1]`" in refused("guest[1].age")
    assert "is no place in a case" in refused("guest age")
    assert refused("guest.age", []) == "there are no values of `guest.age` to look at"
    assert "are several, such as" in refused("guest.age", 7)
    assert "more than 20,000 values" in refused("guest.age", (1 for _ in range(10**9)))
    with pytest.raises(CaseErrors) as error:
        start.sweep("guest.age", [1, 300])
    assert [(f.code, f.path) for f in error.value.diagnostics] == [("MR515", "guest.age")]


# As text, table and picture -----------------------------------------------------------------------


def example() -> Any:
    return decided(guest=GUEST).sweep("guest.age", range(0, 121))


def test_the_text_of_a_sweep() -> None:
    lines = str(example()).splitlines()
    assert lines[:3] == [
        "What is advised, by age: from 0 to 120 years, 121 values.",
        "5 spans, within each of which the same is advised. In this case: 30.",
        "",
    ]
    assert "60 to 79 (20 values): 1 piece of advice comes and 1 goes" in lines
    at = lines.index("80 to 120 (41 values): 1 piece of advice changes")
    assert lines[at + 1 : at + 5] == [
        "  Changes",
        "    because age: 79 years → 80 years",
        "      may: A discount (P-04)",
        "        percent: 20 → 50",
    ]
    start = lines.index("Where each of these is given")
    assert lines[start + 1 : start + 4] == [
        "                      0  6  12                     60        80",
        "                      |  |  |                      |         |",
        "                                     v this case",
    ]
    bars = {line.split()[0]: line.split()[-1] for line in lines[start:] if line.startswith("P-")}
    assert list(bars) == ["P-02", "P-03", "P-01", "P-04"]
    assert all(len(bar) == len(bars["P-02"]) for bar in bars.values())
    # adjoining bars with other details are told apart
    assert re.fullmatch("·+█+▓+", bars["P-04"]) and "▓ given with other details" in lines
    assert re.fullmatch("·+█+", bars["P-01"]) and re.fullmatch("·+█+·+", bars["P-03"])
    assert re.fullmatch("█+·+", bars["P-02"])
    for width in (40, 60, 200):
        assert all(len(line) <= width for line in example().to_text(width).splitlines())


def test_every_span_is_seen_in_a_narrow_chart() -> None:
    wide = decided(guest=GUEST).sweep("guest.fee", [f"{n / 100:.2f}" for n in range(900)])
    assert wide.lanes == () and "Where each" not in str(wide)
    assert "The same is advised for all of them." in str(wide)
    one = decided(guest=GUEST).sweep("guest.age", [*range(20, 59), 5, *range(20, 59)] * 2)
    lines = one.to_text(70).splitlines()
    bar = next(line for line in lines if line.startswith("P-02"))
    assert bar.count("█") == 2


def test_a_chart_with_more_spans_than_columns_says_so_in_parts() -> None:
    found = decided(guest=GUEST).sweep("guest.age", [5, 30] * 100)
    assert len(found) == 200
    bar = next(line for line in found.to_text(60).splitlines() if line.startswith("P-02"))
    assert "▒" in bar


def test_the_markdown_of_a_sweep_is_a_table() -> None:
    said = example().to_markdown().splitlines()
    assert "| values | comes | goes | changes |" in said
    row = next(line for line in said if line.startswith("| 60 to 79 |"))
    assert row == "| 60 to 79 | may: A discount (P-04) | may: The slide (P-03) |  |"
    assert "## 60 to 79" in said


def test_a_sweep_as_plain_values() -> None:
    plain = example().to_dict()
    assert (plain["attribute"], plain["unit"], plain["values"]) == ("guest.age", "years", 121)
    assert [(s["first"], s["last"], s["values"]) for s in plain["spans"]][:2] == [
        (0, 5, 6), (6, 11, 6),
    ]  # fmt: skip
    assert "advice" in plain["spans"][0] and "added" in plain["spans"][1]
    off = decided(guest={**GUEST, "alone": True}).sweep("guest.age", [5]).to_dict()
    assert off["spans"][0]["faults"][0]["message"] == "a child of 5 does not come alone"


SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_shows_each_lane() -> None:
    drawn = example().to_svg()
    assert drawn == example().to_svg()
    root = ET.fromstring(drawn)
    texts = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    for said in ("The deep end", "may · P-01", "0", "12", "60", "this case: 30"):
        assert said in texts
    told = root.find(f"{SVG}desc")
    assert told is not None and told.text is not None
    assert "The slide: from 6 to 59." in told.text
    assert "A discount: from 60 to 79; from 80 to 120, with other details." in told.text
    bars = [node for node in root.iter(f"{SVG}rect") if node.get("class") == "ms-bar"]
    assert len(bars) == 5
    assert all(int(bar.get("width") or 0) > 0 for bar in bars)
    right = int(root.get("width") or 0)
    assert all(int(b.get("x") or 0) + int(b.get("width") or 0) <= right for b in bars)


def test_the_picture_shows_where_no_case_can_be() -> None:
    drawn = decided(guest={**GUEST, "alone": True}).sweep("guest.age", range(5, 14)).to_svg()
    root = ET.fromstring(drawn)
    off = [node for node in root.iter(f"{SVG}rect") if node.get("class") == "ms-off"]
    assert len(off) == 1 and "does not come alone" in "".join(off[0].itertext())


def test_whatever_is_in_a_text_the_picture_stands() -> None:
    risky = "<script>&\"'\x00\x1b\u202e]]> " + "w" * 400
    strip = Strip(
        title=risky, axis=risky, count=3, marks=((0, risky), (1, risky), (2, risky)),
        now=(1, risky), blank=((2, 3, risky),), rows=(Row(risky, risky, ((0, 2),), (risky,)),),
    )  # fmt: skip
    root = ET.fromstring(svg(strip))
    assert root.find(f"{SVG}script") is None and "\x1b" not in svg(strip)
    empty = svg(Strip("", "", 1, (), None, (), ()))
    assert "Nothing comes, goes or changes." in "".join(ET.fromstring(empty).itertext())
