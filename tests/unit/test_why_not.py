"""Why something is not advised, sentence by sentence."""

import json
import pickle
from collections.abc import Mapping
from datetime import date
from functools import cache
from textwrap import dedent
from typing import Any

import pytest

import matchrules as mr
from matchrules.explain.why_not import WhyNot

DAY = date(2026, 6, 1)
VOCABULARY = """
ruleset vocabulary
  version 1
  effective from 2020-01-01
source s "S"
enum state "How it stands"
  good "in good order"
  bad "in bad order"
ordered enum band
  low "low"
  middle "middling"
  high "high"
parameter full_age : integer 0..120 years "Full age" is 18 years cite s
parameter price by state : integer 0..9 "Price"
  for good is 3 cite s
fact person "The person"
  age : integer 0..120 years optional "Age"
  ok : yes_no optional "In order"
  nick : text optional "Nickname"
  tags : set of state optional "Tags"
  state : state optional "Where it stands"
fact item many up to 5000 "An item"
  id : text key
  size : integer 0..9999 optional "Size"
  state : state optional "State of the item"
fact seat many up to 9 "A seat"
  row : integer 1..9 key
  place : integer 1..9 key
  free : yes_no "Free"
fact note many up to 10 "A note"
  text : text optional "Text of the note"
  good : yes_no optional "A good note"
  day : date "Day of the note"
advice plan "Plan"
  go "Going"
  stay "Staying"
  take "Taking"
  sit "Sitting"
  rest "Resting"
"""
RULES = """
ruleset rules
  version 1
  effective from 2020-01-01
  title "All rules"
  uses vocabulary
  applies when person.age >= 10 years
define person.adult : yes_no "Of age"
  is person.age >= full_age
table person.band : band "How old"
  hit first
  | person.age | shown person.ok | => person.band |
  |------------|-----------------|----------------|
  | < 20 years | -               | low            |
  | < 40 years | yes             | middle         |
  | < 60 years | -               | middle         |
  | -          | -               | high           |
define person.way : state "The way"
  is bad if person.nick is unknown else good if person.nick is "Bob" else bad
define person.price : integer 0..9 "What it costs"
  is price for person.state
define person.untold : integer 0..9 "What nobody tells"
  is unknown if shown person.ok else unknown
define item.big : yes_no "A big item"
  for each item
  is item.size > 5000
rule always "Rest"
  id R-0
  cite s
  then may plan.rest "Rest."
section "Second part" applies when person.ok
rule go "Go"
  id R-1
  cite s
  when person.adult and (any(note where good) or person.tags has good or person.nick is "Bob")
  unless person.nick is "Al"
  unless person.age > 60 years or all(note where good)
  then must plan.go "Go."
rule stay "Stay"
  id R-2
  cite s
  when count(note where text is "x") >= 2
  then should_not plan.go "Stay."
rule take "Take"
  id R-3
  cite s
  for each item
  when item.big and item.state is good
  then may plan.take "{item.id}"
rule sit "Sit"
  cite s
  for each seat
  when seat.free
  then may plan.sit "Sit."
rule leave "Leave"
  id R-5
  cite s
  for each item
  when item.size < 9
  then should_not plan.take "Leave {item.id}."
rule old "Old"
  id R-4
  cite s
  when person.band is high and person.way is good and person.price < 2
  then may plan.stay "Stay."
"""
OFFICE = """
ruleset office
  version 1
  effective from 2020-01-01
  uses vocabulary, rules
rule better "Better"
  id O-1
  cite s
  overrides R-1
  when person.nick is known
  then may plan.rest "Rest."
rule silent "Silent"
  id O-2
  cite s
  overrides R-1
  when person.nick is "nobody"
  then may plan.rest "Rest."
"""
ADULT = {"age": 30, "ok": True}


@cache
def book(office: bool = False) -> mr.Book:
    texts = {"vocabulary.rules": VOCABULARY, "rules.rules": RULES}
    return mr.load_text({**texts, "office.rules": OFFICE} if office else texts)


def ask(subject: str, facts: Mapping[str, Any], about: Any = None, office: bool = False) -> WhyNot:
    return book(office).decide(facts, as_of=DAY).why_not(subject, about=about)


def told(subject: str, facts: Mapping[str, Any], about: Any = None, office: bool = False) -> str:
    return str(ask(subject, facts, about, office))


def says(expected: str, answer: str) -> None:
    assert answer == dedent(expected).strip("\n")


def test_only_what_failed_is_told_with_its_value_and_what_it_would_have_to_be() -> None:
    person = {"age": 17, "ok": True, "nick": "Bob"}
    says(
        """
        Not advised: going (plan.go), as of 2026-06-01.

        2 rules could have advised on it, the nearest first.

        “Go” (R-1) would speak for it (must).
          - Of age: no; it would have to be yes:
            - Age: 17 years; it would have to be at least 18 years (full_age).
            (s; rules.rules:32; rules 1)

        “Stay” (R-2) would speak against it (should not).
          - Number of notes with (text of the note: “x”): 0; it would have to be at
            least 2.
            (s; rules.rules:39; rules 1)
        """,
        told("plan.go", {"person": person, "note": [{"good": False, "day": DAY, "text": "y"}]}),
    )


def test_of_an_or_all_is_told_and_guards_once() -> None:
    says(
        """
        The rule “Go” (R-1) does not speak, as of 2026-06-01. It would advise on going
        (plan.go): must.

        No rule of “All rules” (rules) speaks in this case:
          - Age: 7 years; it would have to be at least 10 years.

        No rule of the section “Second part” (rules) speaks in this case:
          - In order: not known; it would have to be yes.

        What keeps it from that:
          - Held back with all rules of rules and of the section “Second part”, as said
            above.
          - Of age: no; it would have to be yes:
            - Age: 7 years; it would have to be at least 18 years (full_age).
          - One of these would have to be so:
            - There is no note with (a good note), of 1 note in all:
              - Note (a good note: no; day of the note: 2026-06-01):
                - A good note: no; it would have to be yes.
            - Tags: “in bad order”; it would have to include “in good order”.
            - Nickname: “Cy”; it would have to be “Bob”.
            (s; rules.rules:32; rules 1)
        """,
        told("R-1", {
            "person": {"age": 7, "nick": "Cy", "tags": ["bad"]},
            "note": [{"good": False, "day": DAY}],
        }),
    )  # fmt: skip


def test_guards_of_several_rules_are_told_once() -> None:
    answer = ask("plan.go", {"person": {"age": 7, "nick": "Al"}})
    assert [guard.name for guard in answer.guards] == ["rules", "the section “Second part”"]
    assert {guard.rules for guard in answer.guards} == {("rules.go", "rules.stay")}
    assert [rule.guards for rule in answer.rules] == [(0, 1), (0, 1)]
    assert str(answer).count("Age: 7 years; it would have to be at least 10 years") == 1


def test_every_exception_that_is_so_blocks_because_of_something() -> None:
    person = {"age": 70, "ok": True, "nick": "Al", "tags": ["good"]}
    notes = [{"good": True, "day": DAY, "text": "y"}]
    says(
        """
        The rule “Go” (R-1) does not speak, as of 2026-06-01. It would advise on going
        (plan.go): must.

        What keeps it from that:
          - Blocked by an exception, because:
            - Nickname: “Al”; it would have to be other than “Al”.
          - Blocked by an exception, because:
            - All of these would have to be otherwise:
              - Age: 70 years; it would have to be at most 60 years.
              - Every note is one with (a good note), of 1 note in all:
                - Note (text of the note: “y”; a good note: yes; day of the note:
                  2026-06-01):
                  - A good note: yes; it would have to be no.
            (s; rules.rules:32; rules 1)
        """,
        told("R-1", {"person": person, "note": notes}),
    )
    assert [e.condition for e in ask("R-1", {"person": person, "note": notes}).rules[0].exceptions]


def test_overriding_rules_whose_conditions_hold_withdraw() -> None:
    person = {"age": 30, "ok": True, "nick": "Bob"}
    facts = {"person": person, "note": [{"good": False, "day": DAY}]}
    assert book().decide(facts, as_of=DAY).why("R-1")
    answer = ask("R-1", facts, office=True)
    assert "Withdrawn by “Better” (O-1), whose conditions hold." in str(answer)
    (only,) = answer.rules
    assert [w.to_dict() for w in only.withdrawn] == [
        {"rule": "office.better", "id": "O-1", "title": "Better"}
    ]
    assert not (only.lacks or only.exceptions or only.guards) and only.missing == (1, 0)


def test_the_nearest_row_and_branch_and_a_parameter_without_a_value() -> None:
    person = {"age": 50, "ok": True, "nick": "Cy", "state": "bad"}
    says(
        """
        The rule “Old” (R-4) does not speak, as of 2026-06-01. It would advise on
        staying (plan.stay): may.

        What keeps it from that:
          - How old: “middling”; it would have to be “high”:
            - Age: 50 years; it would have to be at least 60 years.
          - The way: “in bad order”; it would have to be “in good order”:
            - Nickname: “Cy”; it would have to be “Bob”.
          - What it costs: not known; it would have to be under 2:
            - Price (price) for where it stands: not known; the rules give none.
            (s; rules.rules:61; rules 1)
        """,
        told("R-4", {"person": person}),
    )


def test_what_is_known_to_be_otherwise_counts_before_what_is_not_known() -> None:
    answer = ask("plan.go", {"person": ADULT})
    assert [(rule.id, rule.missing) for rule in answer.rules] == sorted(
        [(rule.id, rule.missing) for rule in answer.rules], key=lambda pair: pair[1]
    )
    nothing = ask("plan.go", {})
    assert all(known == 1 for known, _ in [r.missing for r in nothing.rules if r.id == "R-2"])
    lack = nothing.guards[0].lack
    assert (lack.known, lack.values) == (False, {"person.age": None})
    assert "not known" in lack.text


def test_advice_that_stands_is_no_question() -> None:
    with pytest.raises(mr.UsageError, match=r"`plan.rest` is advised \(R-0\): `why` tells why"):
        ask("plan.rest", {"person": ADULT})
    with pytest.raises(mr.UsageError, match="the rule `R-0` speaks: `why` tells why"):
        ask("always", {"person": ADULT})


def test_advice_against_is_told_beside_what_could_have_been_said_for_it() -> None:
    notes = [{"text": "x", "day": DAY, "good": False}] * 2
    answer = ask("plan.go", {"person": ADULT, "note": notes})
    assert answer.instead == ("should_not (R-2)",)
    assert [rule.id for rule in answer.rules] == ["R-1"]
    assert "There is advice against it: should not (R-2)." in str(answer)


def test_advice_against_one_instance_is_told_for_that_instance() -> None:
    answer = ask("plan.take", {"person": ADULT, "item": [{"id": "a", "size": 3}]}, "a")
    assert answer.instead == ("should_not (R-5)",)
    assert [rule.id for rule in answer.rules] == ["R-3"]


def test_of_many_instances_the_nearest_are_told_and_the_rest_counted() -> None:
    items = [{"id": f"i{n:04}", "size": n * 2, "state": "bad"} for n in range(4000)]
    items[1234]["state"] = "good"
    answer = ask("plan.take", {"person": ADULT, "item": items})
    told = [rule.about for rule in answer.rules if rule.id == "R-3"]
    assert told == ["i1234", "i2501", "i2502"]
    # of the first five the other rule speaks
    assert answer.left_out == {"rules.take": 3997, "rules.leave": 3992}
    assert answer.instead == ("should_not (R-5)",)
    assert len(str(answer)) < 3000 and len(json.dumps(answer.to_dict())) < 9000
    one = ask("R-3", {"person": ADULT, "item": items}, "i0007")
    assert [rule.about for rule in one.rules] == ["i0007"] and not one.left_out
    assert "does not speak of item “i0007”" in str(one)
    assert "Size: 14; it would have to be over 5000." in str(one)


def test_an_instance_that_is_advised_is_no_question() -> None:
    items = [{"id": "a", "size": 6000, "state": "good"}, {"id": "b", "size": 1, "state": "good"}]
    facts = {"person": ADULT, "item": items}
    with pytest.raises(mr.UsageError, match=r"`plan.take` is advised .* on 1 item: .*another item"):
        ask("plan.take", facts)
    with pytest.raises(mr.UsageError, match=r"`plan.take` is advised .* on `a`: `why` tells why"):
        ask("plan.take", facts, "a")
    assert [rule.about for rule in ask("plan.take", facts, "b").rules] == ["b"]


@pytest.mark.parametrize(
    ("subject", "about", "message"),
    [
        ("plan.take", "ab", "there is no item `ab` in the case: did you mean `abc`?"),
        ("plan.take", 7, "the key of an item must be a text, not `7`"),
        ("plan.take", ("a", "b"), "an item is told by `id`"),
        ("plan.take", object(), "must be a text, not an object of type `object`"),
        ("plan.sit", 3, "a seat is told by `row`, `place`"),
        ("plan.sit", (3, 7), "there is no seat `3, 7` in the case"),
        ("plan.sit", (3, 77), "the key of a seat is `77`, outside of 1..9"),
        ("plan.go", "x", "leave `about` out"),
        ("person.adult", "x", "leave `about` out"),
        ("plan.tak", None, "did you mean `plan.take`?"),
    ],
)
def test_an_about_that_is_none(subject: str, about: Any, message: str) -> None:
    facts = {
        "person": ADULT, "item": [{"id": "abc", "size": 1}],
        "seat": [{"row": 3, "place": 1, "free": False}],
    }  # fmt: skip
    with pytest.raises(mr.UsageError) as caught:
        ask(subject, facts, about)
    assert message in str(caught.value)


def test_keys_of_several_values() -> None:
    seats = [{"row": 3, "place": n, "free": n == 2} for n in (1, 2)]
    facts = {"person": ADULT, "seat": seats}
    assert ask("sit", facts, (3, 1)).rules[0].about == (3, 1)
    assert "of seat 3, 1" in told("sit", facts, [3, 1])


def test_where_there_is_no_instance_the_rule_has_nothing_to_speak_of() -> None:
    answer = ask("plan.take", {"person": ADULT})
    assert "It speaks of each item, and the case has none." in str(answer)


def test_a_value_that_is_not_known() -> None:
    says(
        """
        How old (person.band): not known, as of 2026-06-01.

        For it to be otherwise:
          - Age: not known.
        """,
        told("person.band", {}),
    )
    says(
        """
        Age (person.age): not known, as of 2026-06-01.

        The case does not say it.
        """,
        told("person.age", {}),
    )


def test_a_value_that_is_never_known() -> None:
    answer = ask("person.untold", {"person": ADULT})
    assert "What nobody tells (person.untold): not known" in str(answer)
    assert len(answer.value[0].parts) == 1


def test_a_yes_no_that_is_not_yes() -> None:
    says(
        """
        Of age (person.adult): no, as of 2026-06-01.

        For it to be otherwise:
          - Age: 7 years; it would have to be at least 18 years (full_age).
        """,
        told("person.adult", {"person": {"age": 7}}),
    )
    with pytest.raises(mr.UsageError, match=r"`person.adult` is known, it is yes: `why` tells why"):
        ask("person.adult", {"person": {"age": 20}})
    with pytest.raises(mr.UsageError, match="is known, it is “low”: `why` tells why"):
        ask("person.band", {"person": {"age": 7}})


def test_a_value_of_many_instances() -> None:
    items = [{"id": f"i{n}", "size": None if n % 2 else n} for n in range(9)]
    says(
        """
        Size (item.size), as of 2026-06-01:
          - Item “i1”: not known.
          - Item “i3”: not known.
          - Item “i5”: not known.
          - And 1 more.
        """,
        told("item.size", {"item": items}),
    )
    assert "Item “i2”: no; it would have to be yes:" in told("item.big", {"item": items}, "i2")
    with pytest.raises(mr.UsageError, match="there is no item in the case"):
        ask("item.size", {})
    with pytest.raises(mr.UsageError, match="is known of every item"):
        ask("item.id", {"item": items})


def test_texts_of_a_stranger_stay_on_their_line_and_short() -> None:
    nick = "A\n- fake `x` *b* <b>" + "y" * 3000
    answer = ask("R-1", {"person": {"age": 30, "ok": True, "nick": nick}})
    assert "\n- fake" not in str(answer) and "y" * 200 not in str(answer)
    assert "\\<b\\>" in answer.to_markdown() and "\n- fake" not in answer.to_markdown()


def test_markdown_is_the_same_as_a_list() -> None:
    says(
        """
        **The rule “Stay” (R-2) does not speak, as of 2026-06-01. It would advise on going (plan.go): should not.**

        What keeps it from that:

        - Number of notes with (text of the note: “x”): 0; it would have to be at least 2.

        (s; rules.rules:39; rules 1)
        """,  # noqa: E501  # a paragraph of Markdown is one line
        ask("R-2", {"person": ADULT}).to_markdown().rstrip("\n"),
    )


def test_json_is_complete() -> None:
    tree = ask("R-4", {"person": {"age": 50, "nick": "Bob", "state": "good"}}).to_dict()
    assert json.loads(json.dumps(tree)) == tree
    assert tree["what"] == "rule" and tree["subject"] == "old"
    (rule,) = tree["rules"]
    assert rule["missing"] == {"known": 2, "not_known": 1}
    age, price = rule["lacks"]
    assert age["known"] and age["values"] == {"person.band": "middle"}
    assert age["parts"][0]["values"] == {"person.age": 50}
    assert price["values"] == {"person.price": 3}


def test_an_answer_is_a_value() -> None:
    facts = {"person": {"age": 7}}
    one, two = ask("plan.go", facts), ask("plan.go", facts)
    assert one == two and str(one) == str(two)
    assert pickle.loads(pickle.dumps(one)) == one


def test_a_long_chain_of_definitions_is_cut_and_not_followed_for_ever() -> None:
    chain = "\n".join(
        f'define chain.d{n} : yes_no "Link {n}"\n'
        f"  is chain.d{n - 1} and (chain.d{n - 1} or person.ok)"
        for n in range(1, 99)
    )
    text = (
        RULES
        + 'define chain.d0 : yes_no "Link 0"\n  is person.ok\n'
        + chain
        + '\nrule last "Last"\n  cite s\n  when chain.d98\n  then may plan.sit "Sit."\n'
    )
    found = mr.load_text({"vocabulary.rules": VOCABULARY, "rules.rules": text})
    answer = found.decide({"person": {"age": 30}}, as_of=DAY).why_not("last")
    assert len(str(answer)) < 20_000
