"""Why something is advised, as it is told: what is said and what is left out."""

import json
from datetime import date
from typing import Any

import pytest

import matchrules as mr
from matchrules.decision import Decision
from matchrules.diagnostics.model import UsageError
from matchrules.explain.why import Why

RULES = """
ruleset clinic
  version 3.1
  effective from 2026-01-01
  applies when visit.open

source law "The law"

enum color "A color"
  red   "bright red"
  green "green"
enum level "How urgent"
  low  "not urgent"
  high "urgent"

fact visit "A visit"
  open     : yes_no optional "The clinic is open"
  age      : integer 0..120 years optional "Age of the patient"
  mark     : color optional "Color of the mark"
  seen     : date optional "Day on which it was first seen"
  in_pain  : yes_no optional "In pain"
fact letter many up to 20 "A letter"
  from_doctor : yes_no "Written by a doctor"
  quality     : integer 0..9 optional "Its quality"
fact room many up to 4000 "A room"
  id   : text key
  beds : integer 0..9 optional "Beds in the room"

advice care "Care"
  rest "Rest"
  call (missing: integer 0..9 letters) "Call somebody"
  wait "Wait"
  look "Look at a room"
  sleep "Sleep"

parameter age_limit : integer 0..120 years "Age from which to take care"
  from 2020-01-01 is 60 years cite law "4"
  from 2026-03-01 is 65 years cite law "5"

# How urgent a visit is.
table visit.level : level "How urgent the visit is"
  hit first
  cite law
  | visit.mark | visit.age    | => visit.level |
  |------------|--------------|----------------|
  | red        | -            | high           |
  | green      | unknown      | low            |
  | green      | >= age_limit | high           |
  | -          | -            | low            |

define visit.letters : integer 0..20 letters "Letters by doctors"
  is count(letter where from_doctor and shown quality >= 5)

rule rest_now "Rest where it is urgent"
  id C-1
  cite law "7"
  when visit.level is high or visit.in_pain
  unless visit.age < 18 years
  then must care.rest "Rest, {visit.level}."

rule two_letters "Two letters"
  id C-2
  cite law
  when visit.letters < 2
  then should care.call(missing = 2 - visit.letters) "Get {missing} more."

rule enough_letters "Enough letters"
  id C-3
  cite law
  when visit.letters >= 2
  then may care.wait "Enough."

rule roomy "A large room"
  id C-4
  cite law
  for each room
  when room.beds >= 3
  then may care.look "Room {room.id}."

rule always "For everybody"
  id C-5
  cite law
  when visit.in_pain is unknown
  then may care.sleep "Sleep."
"""
OFFICE = """
ruleset office
  version 1
  effective from 2026-01-01
  uses clinic

rule not_here "Not in this office"
  id O-1
  cite law
  overrides C-2
  when visit.mark is red and visit.open
  then may care.wait "Elsewhere."
"""
DAY = date(2026, 4, 1)
LETTERS = [
    {"from_doctor": True, "quality": 5}, {"from_doctor": True, "quality": 9},
    {"from_doctor": False, "quality": 9}, {"from_doctor": True, "quality": 1},
]  # fmt: skip


def decided(*, office: bool = False, **facts: Any) -> Decision:
    texts = {"clinic.rules": RULES} | ({"office.rules": OFFICE} if office else {})
    visit = {"open": True, **facts.pop("visit", {})}
    return mr.load_text(texts).decide({"visit": visit, **facts}, as_of=DAY)


def why(subject: str, *, whole: bool = False, about: Any = None, **facts: Any) -> Why:
    return decided(**facts).why(subject, whole=whole, about=about)


def test_the_text_of_a_reason() -> None:
    found = why("care.rest", visit={"mark": "green", "age": 70, "seen": "2026-01-01"})
    assert str(found) == (
        "Must: Rest, urgent.\n"
        "  Rule “Rest where it is urgent” (C-1), clinic 3.1, clinic.rules:54; cites law 7\n"
        "  It speaks because:\n"
        "  - how urgent the visit is: “urgent”  [clinic.rules:41, law]\n"
        "    - row 3 of its table applies  [clinic.rules:48]\n"
        "      - color of the mark: “green”\n"
        "      - age of the patient: 70 years, which is at least age from which to take\n"
        "        care (age_limit)\n"
        "        - age from which to take care (age_limit): 65 years, since 2026-03-01\n"
        "          [clinic.rules:38, law 5]\n"
        "  It is for a case like this: the clinic is open: yes.\n"
        "  Nothing blocks it:\n"
        "  - age of the patient: 70 years, which is at least 18 years"
    )
    assert found.facts() == {"visit": {"open": True, "mark": "green", "age": 70}}


def test_lines_keep_to_a_width() -> None:
    found = why("care.rest", visit={"mark": "green", "age": 70})
    assert max(map(len, found.to_text(60).splitlines())) <= 60
    assert max(map(len, found.to_text(200).splitlines())) > 80


def test_of_an_or_what_lists_least_is_told() -> None:
    found = why("care.rest", visit={"mark": "red", "age": 70, "in_pain": True})
    assert found.facts() == {"visit": {"open": True, "mark": "red"}}
    assert "in pain" not in str(found)
    assert "in pain: yes" in str(
        why("care.rest", whole=True, visit={"mark": "red", "age": 70, "in_pain": True})
    )


def test_what_is_not_known_can_be_a_reason() -> None:
    found = why("care.sleep", visit={})
    assert found.facts() == {"visit": {"open": True}}
    assert "- in pain: not known" in str(found)


def test_of_a_count_as_many_as_are_enough() -> None:
    found = why("care.wait", letter=[*LETTERS, {"from_doctor": True, "quality": 7}])
    assert len(found.facts()["letter"]) == 2
    assert all(one["from_doctor"] and one["quality"] >= 5 for one in found.facts()["letter"])
    assert "letters by doctors: 3 letters, which is at least 2 letters" in str(found)
    assert "these are enough" in str(found)


def test_of_an_upper_bound_that_nothing_else_counts() -> None:
    found = why("care.call", letter=[LETTERS[0], *LETTERS[2:]])
    # The field says how many are missing: so the one that counts matters.
    assert found.facts()["letter"] == [{"from_doctor": True, "quality": 5}]
    assert "no other letter counts" in str(found)
    assert why("care.call").facts() == {"visit": {"open": True}}
    assert "the case lists no letter" in str(why("care.call"))


def test_what_could_have_withdrawn_it() -> None:
    found = why("care.call", office=True, visit={"mark": "green"})
    assert "Not withdrawn by rule “Not in this office” (O-1):" in str(found)
    assert "color of the mark: “green”, which is not “bright red”" in str(found)
    # It would stand if the mark were not known: nobody has to know it.
    assert found.facts() == {"visit": {"open": True}}


def test_each_instance_has_a_proof_and_one_can_be_asked_for() -> None:
    rooms = [{"id": "B", "beds": 4}, {"id": "A", "beds": 3}, {"id": "C", "beds": 1}]
    found = why("care.look", room=rooms)
    assert [proof.facts["room"] for proof in found.proofs] == [
        [{"id": "A", "beds": 3}], [{"id": "B", "beds": 4}]
    ]  # fmt: skip
    assert found.facts()["room"] == [{"id": "A", "beds": 3}, {"id": "B", "beds": 4}]
    [only] = why("care.look", room=rooms, about="B").proofs
    assert only == found.proofs[1]
    assert why("C-4", room=rooms, about="B").proofs == (only,)


def test_the_value_of_a_fact() -> None:
    found = why("visit.level", visit={"mark": "green"})
    assert str(found).splitlines()[:2] == [
        "How urgent the visit is: “not urgent”",
        "  - row 2 of its table applies  [clinic.rules:47]",
    ]
    assert why("visit.mark", visit={"mark": "red"}).facts() == {"visit": {"mark": "red"}}
    assert str(why("visit.mark")) == "Color of the mark: not known"


def test_steps_say_where_they_are_written() -> None:
    [proof] = why("care.rest", visit={"mark": "green", "age": 70}).proofs
    steps = {step.name: step for step in proof.root.walk() if step.name}
    assert proof.root.text.startswith('rule rest_now "Rest where it is urgent"\n  id C-1')
    assert proof.root.text.endswith('"Rest, {visit.level}."')
    assert (proof.root.version, proof.root.cites) == ("clinic 3.1", ("law 7",))
    table = steps["visit.level"]
    assert table.place == "clinic.rules:41"
    assert table.text.splitlines()[0].startswith("table visit.level")
    assert table.text.splitlines()[-1].startswith("  | -          | -")
    assert steps["age_limit"].text == 'from 2026-03-01 is 65 years cite law "5"'
    assert steps["visit.age"].path == "visit.age"
    assert steps["visit.age"].value == 70
    row = next(step for step in proof.root.walk() if step.what == "row")
    assert row.text == "| green      | >= age_limit | high           |"


def test_the_whole_has_every_row_and_the_rules() -> None:
    told = str(why("care.rest", whole=True, visit={"mark": "green", "age": 70}))
    assert "row 1 of its table does not apply" in told
    assert "| rule rest_now" in told
    assert "Its text names:" in told
    assert "It is for a case like this:\n  - the clinic is open: yes\n" in told


def test_json_and_markdown_and_a_picture() -> None:
    found = why("care.rest", visit={"mark": "green", "age": 70})
    tree = json.loads(json.dumps(found.to_dict()))
    assert tree["proofs"][0]["advice"]["id"] == "C-1"
    assert tree["proofs"][0]["facts"] == found.facts()
    assert [step["what"] for step in tree["proofs"][0]["proof"]["steps"]] == [
        "when", "guard", "unless"
    ]  # fmt: skip
    marked = found.to_markdown()
    assert marked.startswith("**Must: Rest, urgent.**\n")
    assert "```text\nrule rest_now" in marked
    assert "age\\_limit" in marked
    drawn = found.diagram()
    shapes = {node.label: node.shape for node in drawn.nodes}
    assert shapes["Must: Rest, urgent."] == "advice"
    assert shapes["color of the mark: “green”"] == "fact"
    assert {edge.start for edge in drawn.edges} | {edge.end for edge in drawn.edges} == {
        node.id for node in drawn.nodes
    }
    assert any(edge.dashed for edge in drawn.edges)  # the age could have blocked it


@pytest.mark.parametrize(
    ("subject", "about", "told"),
    [
        ("care.rest", None, "nothing is advised on `care.rest` here: `why_not` tells why"),
        ("C-1", None, "rule `C-1` does not advise anything here: `why_not` tells why"),
        (
            "care.rset",
            None,
            "there is no advice, rule or fact `care.rset`: did you mean `care.rest`",
        ),
        ("care.look", "Z", "there is no room `Z` in the case"),
        ("care.look", object(), "the key of a room must be"),
        (
            "care.wait",
            "A",
            "this is said of the whole case, not of one instance: leave `about` out",
        ),
        (
            "visit.age",
            "A",
            "this is said of the whole case, not of one instance: leave `about` out",
        ),
        ("letter.quality", None, "the case has no `letter`, so there is no `letter.quality`"),
    ],
)
def test_what_cannot_be_asked(subject: str, about: Any, told: str) -> None:
    decision = decided(visit={"in_pain": False}, room=[{"id": "A", "beds": 5}])
    if subject == "care.wait":
        decision = decided(letter=LETTERS)
    with pytest.raises(UsageError, match=told.replace("`", ".")):
        decision.why(subject, about=about)


def test_one_proof_tells_a_thing_once() -> None:
    found = str(why("care.call", letter=LETTERS[:1], whole=True))
    assert found.count("number of letters with") == 1
    assert "letters by doctors: 1 letter (as above)" in found


def test_a_decision_without_its_rules_cannot_be_asked() -> None:
    from attrs import evolve

    with pytest.raises(UsageError, match="without what explains it"):
        evolve(decided(), reaching=None).why("care.call")


def test_a_long_chain_and_a_large_case() -> None:
    head = 'ruleset r\n  version 1\n  effective from 2026-01-01\nsource s "S"\nadvice k\n  y\n'
    chain = "".join(f"define d.v{n} : yes_no\n  is d.v{n - 1}\n" for n in range(1, 290))
    rules = (
        f"{head}fact f\n  b : yes_no optional\ndefine d.v0 : yes_no\n  is f.b\n{chain}"
        'rule one "One"\n  cite s\n  when d.v289\n  then must k.y "Y"\n'
    )
    decision = mr.load_text({"r.rules": rules}).decide({"f": {"b": True}}, as_of=DAY)
    for whole in (False, True):
        found = decision.why("k.y", whole=whole)
        assert found.facts() == {"f": {"b": True}}
        assert len(str(found).splitlines()) > 290
        assert len(json.dumps(found.to_dict())) > 290
        assert len(found.diagram().nodes) == 293
    rooms = [{"id": f"R{n}", "beds": n % 5} for n in range(4000)]
    [proof] = why("care.look", room=rooms, about="R3999").proofs
    assert proof.facts["room"] == [{"id": "R3999", "beds": 4}]
