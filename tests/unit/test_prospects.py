"""What is certain, possible and worth asking: small books that one sees through, and the packs."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

import matchrules as mr
from matchrules.engine.interpreter import interpret
from matchrules.explain.prospects import Question

HEAD = """ruleset r
  version 1
  effective from 2020-01-01

source book "A book"

advice plan "Plans"
  go "Go"
  stay "Stay"
  count (n: integer 0..9)

fact one "One"
  a : yes_no optional "The first"
  b : yes_no optional "The second"
  n : integer 0..100 optional "How many; of them"
  s : integer 0..9 optional
  name : text optional "What it is called"

fact item many up to 5 "An item"
  id : text key
  ok : yes_no optional "It is in order"
"""
DAY = date(2026, 1, 1)
NOTHING: dict[str, Any] = {"one": {}}


def decided(rules: str, facts: Mapping[str, Any] = NOTHING) -> mr.Decision:
    book = mr.load_text({"r.rules": HEAD + rules})
    return book.decide(dict(facts), as_of=DAY)


def rule(name: str, when: str, then: str = 'then must plan.go "Go."') -> str:
    return f'\nrule {name} "{name}"\n  cite book\n  when {when}\n  {then}\n'


def paths(decision: mr.Decision) -> list[str]:
    return [question.path for question in decision.questions]


def named(found: Any) -> list[tuple[str, str]]:
    return [(one.strength, one.name) for one in found]


def test_what_decides_alone_is_asked_with_its_answers() -> None:
    decision = decided(rule("go", "one.n >= 10"))
    (question,) = decision.questions
    assert question.path == "one.n"
    assert question.title == "how many"
    assert question.alone
    assert [a.values for a in question.answers] == ["0 to 9", "10 to 100"]
    assert [len(a.adds) for a in question.answers] == [0, 1]
    assert question.decides == ("plan.go",)
    assert named(decision.possible) == [("must", "plan.go")]
    assert decision.certain == ()


def test_what_matters_only_together_says_with_what() -> None:
    decision = decided(rule("go", "one.a and one.n >= 10"))
    assert {q.path: q.together_with for q in decision.questions} == {
        "one.a": ("one.n",), "one.n": ("one.a",),
    }  # fmt: skip
    for question in decision.questions:
        assert question.witness is not None
        assert question.answers == ()
        given = [set(e.values) for e in question.witness]
        assert set.union(*given) == {"one.a", "one.n"}


def test_what_cannot_matter_is_not_asked() -> None:
    decision = decided(rule("go", "(one.a and not one.a) or (one.n >= 10 and one.n < 5) or one.b"))
    assert paths(decision) == ["one.b"]


def test_what_a_reject_forbids_cannot_matter() -> None:
    decision = decided(rule("go", "one.n >= 10") + '\nreject "no" when one.n >= 10\n')
    assert decision.questions == ()
    assert decision.possible == ()


def test_what_no_value_is_left_of_cannot_matter() -> None:
    decision = decided(rule("go", "one.n is known") + '\nreject "no" when one.n is known\n')
    assert decision.questions == ()


def test_a_contradiction_is_no_extension() -> None:
    decision = decided(
        rule("go", "one.a") + rule("gone", "one.b", 'then must_not plan.go "No."'),
        {"one": {"b": True}},
    )
    assert named(decision.certain) == [("must_not", "plan.go")]
    assert decision.questions == ()


def test_two_rules_can_make_advice_certain_together() -> None:
    decision = decided(
        rule("go", "one.a", 'then must plan.go "Go."')
        + rule("gone", "not one.a or one.a is unknown", 'then must plan.go "Go too."')
    )
    (certain,) = decision.certain
    assert certain.rules == ("r.go", "r.gone")
    assert certain.given
    assert paths(decision) == ["one.a"]  # another rule says it


def test_fields_count_as_advice() -> None:
    decision = decided(
        rule("go", "one.b", 'then must plan.count(n = one.s) "So many."'), {"one": {"b": True}}
    )
    (question,) = decision.questions
    assert (question.path, question.words) == ("one.s", False)
    (answer,) = question.answers
    assert [said.varies for said in answer.changes] == [True]


def test_words_alone_are_flagged_and_last() -> None:
    text = 'then must plan.go "Go, {one.name}."'
    decision = decided(rule("go", "one.b", text) + rule("stay", "one.a"), {"one": {"b": True}})
    assert [(q.path, q.words) for q in decision.questions] == [
        ("one.a", False), ("one.name", True),
    ]  # fmt: skip


def test_instances_are_asked_one_by_one() -> None:
    rules = (
        '\nrule every "Every one"\n  cite book\n  for each item\n  when item.ok\n'
        '  then may plan.stay "{item.id}."\n'
    )
    items = [{"id": "x"}, {"id": "y", "ok": True}, {"id": "z"}]
    decision = decided(rules, {"one": {}, "item": items})
    assert [(q.path, q.index, q.key) for q in decision.questions] == [
        ("item[x].ok", 0, "x"), ("item[z].ok", 2, "z"),
    ]  # fmt: skip
    assert [p.about for p in decision.certain] == ["y"]
    assert [p.about for p in decision.possible] == ["x", "z"]


def test_a_default_that_is_known_is_not_asked_for() -> None:
    rules = """
fact two
  c : yes_no default one.a
""" + rule("go", "two.c")
    assert paths(decided(rules, {"one": {"a": True}})) == []
    # Unknown, it may be given itself; where the default says otherwise that is a conflict.
    assert sorted(paths(decided(rules))) == ["one.a", "two.c"]


def test_nothing_unknown_leaves_nothing_to_ask() -> None:
    whole = {"one": {"a": True, "b": True, "n": 1, "s": 2, "name": "x"}}
    decision = decided(rule("go", "one.a"), whole)
    assert decision.questions == ()
    assert decision.possible == ()
    assert named(decision.certain) == [("must", "plan.go")]


def test_most_worth_asking_comes_first() -> None:
    more = "".join(
        rule(f"n{n}", "one.n >= 10 and one.b", 'then may plan.stay "Stay."') for n in range(3)
    )
    decision = decided(rule("go", "one.a") + more)
    assert paths(decision) == ["one.a", "one.b", "one.n"]


def test_days_are_parted_where_answers_change() -> None:
    rules = """
fact sitting
  day : date optional "Its day"
""" + rule("go", "days between as_of and sitting.day > 30 days")
    (question,) = decided(rules).questions
    assert [a.values for a in question.answers] == [
        "on or before 2026-01-31", "on or after 2026-02-01",
    ]  # fmt: skip


def test_every_answer_is_ready_for_json() -> None:
    import json

    decision = decided(rule("go", "one.n >= 10"))
    for one in (*decision.questions, *decision.possible):
        assert json.loads(json.dumps(one.to_dict())) == one.to_dict()


# The packs ---------------------------------------------------------------------------------------

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SOME = ["nothing_taken.yaml", "retake_booked_too_soon.yaml", "below_the_mark.json"]


@pytest.fixture(scope="module", params=SOME)
def example(request: pytest.FixtureRequest) -> mr.Decision:
    return mr.load(cache=True).decide(EXAMPLES / request.param)


def bag(decision: mr.Decision, case: Any, words: bool) -> set[Any]:
    assert decision.reach is not None
    return {
        (f.rule, f.place, f.about, frozenset(f.fields.items()))
        + ((f.text, f.provisional) if words else ())
        for f in interpret(decision.reach.base, case).firings
    }  # fmt: skip


def test_every_witness_is_one_for_the_interpreter(example: mr.Decision) -> None:
    questions: tuple[Question, ...] = example.questions
    assert questions
    for question in questions:
        assert question.proved or question.words
        assert question.witness is not None
        one, two = question.witness
        assert bag(example, one.case, question.words) != bag(example, two.case, question.words)
        assert {p for p, _ in set(one.values.items()) ^ set(two.values.items())} == {question.path}


def test_what_is_certain_stays_and_what_is_possible_comes_and_goes(example: mr.Decision) -> None:
    assert example.reach is not None
    base = example.reach.base

    def said(case: Any) -> set[Any]:
        thens = [(f, base.rules[f.rule].thens[f.place]) for f in interpret(base, case).firings]
        return {(t.kind, t.subject, t.strength, f.about) for f, t in thens}

    cases = [e.case for q in example.questions if q.witness for e in q.witness]
    for case in Random(1).sample(cases, min(8, len(cases))):
        given = said(case)
        assert all((p.kind, p.subject, p.strength, p.about) in given for p in example.certain)
    for one in example.possible:
        assert one.proved
        assert one.extension is not None
        key = (one.kind, one.subject, one.strength, one.about)
        assert (key in said(one.extension.case)) is not one.given


def test_together_they_are_all_that_is_given_now(example: mr.Decision) -> None:
    given = {(p.name, p.strength) for p in (*example.certain, *example.possible) if p.given}
    assert given == {(f"{a.kind}.{a.subject}", a.strength) for a in example}


def test_what_nothing_reads_may_still_be_needed() -> None:
    head = HEAD.replace(
        "fact item many", 'fact two "Two"\n  kind : yes_no\n  b : yes_no optional\n\nfact item many'
    )
    book = mr.load_text({"r.rules": head + rule("go", "two.b")})
    decision = book.decide({}, as_of=DAY)
    assert paths(decision) == ["two.b"]
    assert named(decision.possible) == [("must", "plan.go")]


def test_days_of_the_year_are_told_from_to() -> None:
    head = HEAD.replace("  name : text", "  d : day_of_year optional\n  name : text")
    book = mr.load_text({"r.rules": head + rule("go", "one.d is 1 September")})
    (question,) = book.decide({"one": {}}, as_of=DAY).questions
    assert {a.values for a in question.answers} == {
        "1 September", "1 January to 31 August or 2 September to 31 December",
    }  # fmt: skip


def test_each_value_that_only_a_text_shows_is_told() -> None:
    (question,) = decided(
        rule("go", "one.a or not one.a or one.a is unknown", 'then must plan.go "{one.name}."')
    ).questions
    assert question.words
    assert [a.values for a in question.answers] == ["any other text"]
