"""Advice as it is put together for reading."""

import re
from datetime import date

import matchrules as mr
from matchrules.cli.advice_markdown import markdown
from matchrules.cli.advice_text import text
from matchrules.cli.items import Group, grouped
from matchrules.cli.unknowns import wanted

RULES = """
ruleset garden
  version 1
  effective from 2026-01-01
source book "The garden book"
fact bed many up to 9 "A bed"
  name : text key
  dry  : yes_no optional "has had no rain"
  roses : yes_no optional
fact gardener
  away : yes_no optional "is away"
advice work
  water
  cut
rule water "Dry beds"
  cite book Ch1
  cite book Ch2
  for each bed
  when bed.dry
  then should work.water
    "{bed.name}: it is *dry*. Water it in the evening. {WORDS}"
rule cut "Roses"
  cite book
  provisional when gardener.away is unknown
  when any(bed where roses) and not (shown gardener.away)
  then may work.cut "Cut the roses."
"""


def decided(facts: dict[str, object], words: str = "Twice.") -> tuple[mr.Decision, mr.Book]:
    book = mr.load_text({"garden.rules": RULES.replace("{WORDS}", words)})
    return book.decide(facts, as_of=date(2026, 6, 1), engine="interpreter"), book


def groups(facts: dict[str, object], words: str = "Twice.") -> tuple[Group, ...]:
    decision, book = decided(facts, words)
    return grouped(decision, book.bases[0])


def beds(*names: str, dry: bool = True) -> dict[str, object]:
    return {"bed": [{"name": name, "dry": dry} for name in names]}


def test_instances_of_one_rule_are_one_item_with_what_they_share_said_once() -> None:
    (group,) = groups(beds("A", "B"))
    (item,) = group.items
    assert group.title == "Work"  # the kind has no words of its own
    assert item.texts == ("A: it is *dry*.", "B: it is *dry*.")
    assert item.shared == "Water it in the evening. Twice."
    assert item.origin == "book Ch1, Ch2 (garden.water)"


def test_one_instance_keeps_its_whole_text() -> None:
    ((item,),) = (group.items for group in groups(beds("A")))
    assert item.texts == ("A: it is *dry*. Water it in the evening. Twice.",)
    assert item.shared == ""


def test_texts_that_do_not_tell_the_instance_get_its_key() -> None:
    plain = RULES.replace("{bed.name}: it", "It")
    book = mr.load_text({"garden.rules": plain.replace("{WORDS}", "")})
    decision = book.decide(beds("A", "B"), as_of=date(2026, 6, 1), engine="interpreter")
    ((item,),) = (group.items for group in grouped(decision, book.bases[0]))
    assert item.texts == ("It is *dry*. Water it in the evening.  (A, B)",)


def test_markdown_takes_nothing_for_markup() -> None:
    decision, book = decided(beds("A_1", "B"))
    shown = markdown(decision, book.bases[0], "my_case.yaml")
    assert "- *Water.* Water it in the evening. Twice.\n  - A\\_1: it is \\*dry\\*.\n" in shown


def test_what_is_wanted_goes_by_how_many_rules_it_decides_on() -> None:
    decision, book = decided({"bed": [{"name": "A"}]})
    found = [(item.name, item.decides, item.readers) for item in wanted(decision, book.bases[0])]
    # whether the gardener is away decides on nothing while no bed is known to have roses
    assert found == [("bed.dry", 1, 1), ("bed.roses", 1, 1), ("gardener.away", 0, 1)]


def test_provisional_advice_says_so_and_why() -> None:
    decision, book = decided({"bed": [{"name": "A", "roses": True}]})
    shown = text(decision, book.bases[0], "x", width=80, colour=False)
    assert "book (garden.cut), provisional" in shown
    assert "\nprovisional: rests on" in shown


def test_no_advice_says_so() -> None:
    decision, book = decided({})
    for shown in (
        text(decision, book.bases[0], "x", width=80, colour=False),
        markdown(decision, book.bases[0], "x"),
    ):
        assert "No advice: no rule applies" in shown


def test_a_name_cannot_write_over_what_stands_around_it() -> None:
    names = ["\x1b[2Jred\x1bc\x07", "\u202eevil\x9b1m", "fine\u200d\u00a0too"]
    decision, book = decided({"bed": [{"name": name, "dry": True} for name in names]})
    for colour in (False, True):
        shown = text(decision, book.bases[0], "my\x1b[1m.yaml", width=80, colour=colour)
        without = re.sub(r"\x1b\[[0-9;]*m", "", shown) if colour else shown
        assert "my\ufffd[1m.yaml" in without
        assert "\ufffd[2Jred\ufffdc\ufffd: it is" in without
        assert "\ufffdevil\ufffd1m: it is" in without
        assert "fine\u200d\u00a0too: it is" in without
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", without)


def test_advice_without_words_says_its_subject() -> None:
    rules = """
rule cut_some "Cutting"
  cite book
  then should work.cut "[{gardener.tool}]"
rule water_all "Watering"
  cite book
  for each bed
  then may work.water "[{bed.tool}]"
"""
    words = RULES[: RULES.index("rule water")]
    for fact in ("fact gardener", "  name : text key"):
        words = words.replace(fact, fact + "\n  tool : text optional")
    book = mr.load_text({"g.rules": words + rules})

    def shown(*beds: dict[str, str]) -> list[tuple[str, ...]]:
        decision = book.decide({"bed": list(beds)}, as_of=date(2026, 5, 1))
        lines = text(decision, book.bases[0], "x", width=80, colour=False).splitlines()
        assert "  Should      Cut" in lines
        (group,) = grouped(decision, book.bases[0])
        return [item.texts for item in group.items]

    assert shown({"name": "A"}) == [("Cut",), ("Water (A)",)]
    assert shown({"name": "A"}, {"name": "B", "tool": "a can"}) == [("Cut",), ("Water", "a can")]
