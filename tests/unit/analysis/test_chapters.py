"""Chapters: their order, and that they change no decision."""

from datetime import date

import matchrules as mr

VOCABULARY = """
ruleset words
  version 1
  effective from 2020-01-01
source book "A book"
advice plan
  rest
  work
advice list
  long
advice other
  thing
"""
RULES = """
rule one
  cite book
  then may plan.rest "Rest."
  then may list.long "Make it long."
"""


def chapters(**files):
    base = mr.load_text({f"{name}.rules": text for name, text in files.items()}).bases[0]
    return [(found.title, found.opening, found.entries) for found in base.chapters]


def test_chapters_stand_in_order_of_declaration_and_of_rulesets():
    own = """
ruleset office
  version 1
  effective from 2020-01-01
  uses words
chapter "Zoology" "Ours." other
"""
    words = """
chapter "The plan" plan.work, list
chapter "After" "What is left." plan
"""
    expected = [
        ("The plan", "", (("plan", "work"), ("list", None))),
        ("After", "What is left.", (("plan", None),)),
        ("Zoology", "Ours.", (("other", None),)),
    ]
    assert chapters(words=VOCABULARY + words, office=own) == expected
    assert chapters(office=own, words=VOCABULARY + words) == expected


def test_a_ruleset_adds_to_a_chapter_of_one_that_it_uses():
    own = """
ruleset a_branch
  version 1
  effective from 2020-01-01
  uses words
advice local
  thing
chapter "A" local
"""
    words = 'chapter "Z" plan\nchapter "A" list\n'
    assert chapters(words=VOCABULARY + words, own=own) == [
        ("Z", "", (("plan", None),)),
        ("A", "", (("list", None), ("local", None))),
    ]


def test_chapters_of_one_title_are_one():
    text = """
chapter "A" plan
chapter "B" list
chapter "A" "The opening." other
"""
    assert chapters(words=VOCABULARY + text) == [
        ("A", "The opening.", (("plan", None), ("other", None))),
        ("B", "", (("list", None),)),
    ]


def test_a_decision_is_the_same_with_and_without_chapters():
    day = date(2021, 1, 1)
    plain = mr.load_text({"w.rules": VOCABULARY + RULES}).decide({}, as_of=day)
    text = VOCABULARY + RULES + 'chapter "A" plan, list\nchapter "B" other\n'
    parted = mr.load_text({"w.rules": text}).decide({}, as_of=day)
    assert [advice.to_dict() for advice in parted] == [advice.to_dict() for advice in plain]
