"""A record decided anew: the same bytes, or what differs and because of which rule."""

import json
from datetime import date
from typing import Any

import pytest
from attrs import evolve

import matchrules as mr
from matchrules.records import Record, Replay, document, replay

WORDS = """
ruleset words version 1 effective from 2026-01-01
source guide "The guide"
enum mood "How it is"
  good bad
fact guest "Who comes"
  name  : text optional private never read
  born  : date optional private
  fee   : integer 0..99 euros optional "What was paid"
  mood  : mood optional
fact bag many up to 3
  weight : integer 0..50
advice visit "The visit"
  greet "Say hello"
  pay (much: integer 0..99 euros)
  weigh
"""
DESK = """
ruleset desk version 1.0 effective from 2026-01-01
  uses words
parameter fee_least : integer 0..99 euros "The least fee"
  is 10 euros cite guide
parameter heavy : integer 0..99
  is 20 cite guide
define guest.short : integer 0..99 euros "What is missing"
  is max(fee_least - guest.fee, 0 euros)
define desk.load : integer 0..150
  is sum(bag.weight)
rule paying "Pay the rest"
  id D-1
  cite guide
  when guest.short > 0 euros
  then must visit.pay(much = guest.short) "Pay {guest.short} more."
rule weighing "Heavy bags"
  cite guide "page 2"
  when any(bag where weight > heavy)
  then should visit.weigh "Weigh {desk.load} again."
rule greeting
  cite guide
  then may visit.greet "Hello, in {guest.mood} mood."
"""
AS_OF = date(2026, 5, 1)
FACTS: dict[str, Any] = {
    "guest": {"fee": 7, "mood": "good"}, "bag": [{"weight": 30}, {"weight": 4}],
}  # fmt: skip


def book(desk: str = DESK, words: str = WORDS) -> mr.Book:
    return mr.load_text({"desk.rules": desk, "words.rules": words})


@pytest.fixture(scope="module")
def record() -> Record:
    return book().decide(FACTS, AS_OF).record()


def told(found: Replay) -> str:
    """What a terminal prints, on one line."""
    return " ".join(str(found).split())


def kinds(found: Replay) -> list[tuple[str, str, str]]:
    return [(one.what, one.name, one.change) for one in found.statements]


def test_the_same_rules_give_the_same_bytes(record: Record) -> None:
    found = replay(record, book())
    assert found.same and found.decided
    assert str(found) == "The same, byte for byte: 3 pieces of advice for 2026-05-01."
    tree = found.to_dict()
    assert tree["same"] is True
    assert (tree["rulesets"], tree["statements"], tree["advice"]) == ([], [], [])


def test_a_comment_changes_no_rule(record: Record) -> None:
    found = replay(record, book(DESK + "# that is all\n"))
    assert not found.same
    assert [one.name for one in found.rulesets] == ["desk"]
    assert not (found.statements or found.advice or found.derived or found.other)
    assert (
        str(found)
        == """\
The same advice as in the record of 2026-05-01, but not byte for byte.

Rulesets:
  desk: version 1.0, but another text of it

No rule differs: only comments, layout, versions, examples or properties were changed."""
    )


def test_a_version_alone_changes_no_rule(record: Record) -> None:
    found = replay(record, book(DESK.replace("version 1.0", "version 1.1")))
    (ruleset,) = found.rulesets
    assert ruleset.then is not None and ruleset.now is not None
    assert (ruleset.then[0], ruleset.now[0]) == ("1.0", "1.1")
    assert "desk: version 1.0 then, 1.1 now No rule differs" in told(found)


def test_a_parameter_changes_advice_over_a_define(record: Record) -> None:
    found = replay(record, book(DESK.replace("is 10 euros", "is 12 euros")))
    assert kinds(found) == [("parameter", "fee_least", "changed")]
    (change,) = found.advice
    assert change.change == "changes"
    assert change.parts == ("text", "fields", "reasons")
    assert [(value.name, value.then, value.now) for value in found.derived] == [
        ("guest.short", 3, 5)
    ]
    assert change.because == found.derived[0].because == found.statements
    assert str(found).startswith("""\
Not the same as in the record of 2026-05-01: the advice differs.

Advice that is another one now:
  must: Pay 5 more. (D-1)
    before: must: Pay 3 more.
    because parameter `fee_least` (The least fee) was 10 then, and is 12 now

Derived facts with another value now:
  `guest.short`: 3 then, 5 now
    because parameter `fee_least` (The least fee) was 10 then, and is 12 now
""")


def test_advice_goes_with_its_rule_and_comes_with_another(record: Record) -> None:
    other = DESK.replace("rule weighing", "rule heaving")
    found = replay(record, book(other))
    assert kinds(found) == [("rule", "heaving", "added"), ("rule", "weighing", "removed")]
    assert [(one.change, [b.name for b in one.because]) for one in found.advice] == [
        ("goes", ["weighing"]), ("comes", ["heaving"]),
    ]  # fmt: skip
    assert "should: Weigh 34 again. (desk.weighing) because rule `weighing` (Heavy bags) is " in (
        told(found)
    )


@pytest.mark.parametrize(
    ("old", "new", "statement", "rules"),
    [
        ("any(bag where weight > heavy)", "any(bag where weight > 30)", ("rule", "weighing"),
         ["weighing"]),
        ("is 20 cite", "is 40 cite", ("parameter", "heavy"), ["weighing"]),
        ("is sum(bag.weight)", "is sum(bag.weight) + 1", ("define", "desk.load"), ["weighing"]),
        ('"page 2"', '"page 3"', ("rule", "weighing"), ["weighing"]),
        ("  good bad", '  good "fine" bad', ("enum", "mood"), ["greeting"]),
        ('advice visit "The visit"', "advice visit salience 3", ("advice", "visit"),
         ["greeting", "paying", "weighing"]),
        ("weight : integer 0..50", 'weight : integer 0..50 "Kilos"', ("attribute", "bag.weight"),
         []),
        ("many up to 3", "many up to 4", ("fact", "bag"), []),
        ("pay (much: integer 0..99 euros)", "pay (much: integer 0..99 euros) unique",
         ("subject", "visit.pay"), []),
    ],
)  # fmt: skip
def test_what_differs_is_told_with_what_it_rests_on(
    record: Record, old: str, new: str, statement: tuple[str, str], rules: list[str]
) -> None:
    assert old in DESK + WORDS
    found = replay(record, book(DESK.replace(old, new), WORDS.replace(old, new)))
    assert not found.same
    assert statement in [(one.what, one.name) for one in found.statements]
    changed = {
        change[part]["rule"].partition(".")[2]
        for change in found.to_dict()["advice"] for part in ("then", "now") if change[part]
    }  # fmt: skip
    assert sorted(changed) == rules
    for change in found.advice:
        assert statement in [(one.what, one.name) for one in change.because]
    if not rules:
        assert f"{statement[0]} `{statement[1]}`" in told(found)
        assert "without an effect on this case" in told(found)


SCALES = """
parameter fare by mood : integer 0..99 euros "The fare"
  for good from 2026-01-01 is 1 euro cite guide
  for good from 2027-01-01 is 2 euros cite guide
  for bad is 3 euros cite guide
table desk.weight : mood "How heavy it is"
  hit first
  | desk.load | => desk.weight |
  | < 10      | good           |
  | < 20      | good           |
  | -         | bad            |
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("for good from 2026-01-01 is 1 euro", "for good from 2026-01-01 is 4 euros",
         "parameter `fare` (The fare) is another one now (for good from 2026-01-01 on: 1 then, "
         "4 now)"),
        ("  for bad is 3 euros cite guide\n", "", "(for bad: 3 is gone)"),
        ("bad is 3 euros cite guide", 'bad is 3 euros cite guide "page 1"',
         "(for bad: 3 as before, with another source or grade)"),
        ("| -         | bad ", "| -         | good",
         "(How heavy it is) is another one now (row 3)"),
        ("  | < 20      | good           |\n", "", "is another one now (row 2 went)"),
        ("  | -         |", "  | < 30 | bad |\n  | -         |",
         "is another one now (row 3 came in)"),
        ("hit first", "hit first cite guide", "is another one now (its sources)"),
        ("when any(bag where weight > heavy)", "when any(bag)", "another one now (its `when`)"),
        ('"Weigh {desk.load} again."', '"Weigh again."', "another one now (what it says)"),
        ("is sum(bag.weight)", "is sum(bag.weight) + 1", "now (how it is worked out)"),
    ],
)  # fmt: skip
def test_what_differs_in_a_statement_is_told(old: str, new: str, says: str) -> None:
    before = DESK + SCALES
    assert old in before
    kept = book(before).decide(FACTS, AS_OF).record()
    assert says in told(replay(kept, book(before.replace(old, new))))


def test_a_ruleset_with_another_name_is_the_same_ruleset(record: Record) -> None:
    bureau = DESK.replace("ruleset desk", "ruleset bureau")
    found = replay(record, book(bureau))
    assert kinds(found) == [("ruleset", "desk", "renamed")]
    assert not found.same and not found.advice
    assert told(found).startswith("The same advice as in the record of 2026-05-01, but not byte")
    assert "ruleset `desk` is named `bureau` now" in told(found)
    also = replay(record, book(bureau.replace("is 10 euros", "is 12 euros")))
    assert kinds(also) == [("parameter", "fee_least", "changed"), ("ruleset", "desk", "renamed")]
    assert [(one.change, [b.name for b in one.because]) for one in also.advice] == [
        ("changes", ["fee_least"])
    ]


def test_a_cause_of_several_changes_is_told_once(record: Record) -> None:
    found = replay(record, book(words=WORDS.replace('visit "The visit"', "visit salience 3")))
    assert len(found.advice) == 3
    assert told(found).count("because advice `visit`") == 1
    assert "3 pieces because advice `visit` is another one now" in told(found)


def test_an_overrider_is_on_the_way(record: Record) -> None:
    office = """
ruleset office version 1 effective from 2026-01-01 uses desk, words
rule free "Guests of the house"
  cite guide
  overrides paying
  when guest.fee is known
  then need_not visit.pay(much = 0 euros) "It is free."
"""
    found = replay(
        record,
        mr.load_text({"desk.rules": DESK, "words.rules": WORDS, "office.rules": office}),
    )
    goes = next(one for one in found.advice if one.change == "goes")
    assert [one.name for one in goes.because] == ["free", "office"]
    assert [(r.name, r.then) for r in found.rulesets] == [("office", None)]
    assert "office: not there then" in told(found)


def test_rules_that_refuse_the_facts(record: Record) -> None:
    strict = DESK + 'reject "Too little was paid" when guest.fee < 9 euros\n'
    found = replay(record, book(strict))
    assert not found.decided and not found.same
    assert [fault.code for fault in found.refused] == ["MR605"]
    assert kinds(found) == [("reject", "Too little was paid", "added")]
    assert told(found).startswith(
        "The rules at hand refuse the facts of the record of 2026-05-01. MR605: Too little was paid"
    )
    gone = replay(record, book(words=WORDS.replace("integer 0..50", "integer 0..20")))
    assert gone.refused and ("attribute", "bag.weight", "changed") in kinds(gone)


def test_no_rules_on_the_day(record: Record) -> None:
    later = [text.replace("2026-01-01", "2026-09-01") for text in (DESK, WORDS)]
    with pytest.raises(mr.RecordErrors) as raised:
        replay(record, book(*later))
    (fault,) = raised.value.diagnostics
    assert fault.code == "MR905"
    assert fault.message == "no rules at hand are in force on 2026-05-01, the day of the record"
    assert fault.help == (
        "give those that it was made with, by `--rules`: desk (version 1.0), words (version 1); "
        "those at hand: in force from 2026-09-01 on"
    )


def test_a_record_that_lies_is_told(record: Record) -> None:
    tree = record.to_dict()
    tree["advice"][0]["text"] = "Pay nothing."
    found = replay(Record.read(document.sealed(tree)), book())
    (change,) = found.advice
    assert change.parts == ("text",) and change.because == ()
    assert "though the rules are the same: `matchrules verify` tells whether" in told(found)
    assert str(found).endswith("The rules are the same.")


def test_another_version_of_matchrules_is_told_and_counts_for_nothing(record: Record) -> None:
    tree = {**record.to_dict(), "matchrules": "0.0.1"}
    found = replay(Record.read(document.sealed(tree)), book())
    assert found.same
    assert "byte for byte but for the version" in told(found)
    assert f"made by matchrules 0.0.1, this is {mr.__version__}" in told(found)


# Private facts -----------------------------------------------------------------------------------

NAMED = {**FACTS, "guest": {**FACTS["guest"], "name": "Ada"}}
BORN = {**FACTS, "guest": {**FACTS["guest"], "born": "1990-01-01"}}
READING = (
    DESK
    + """
rule grown
  cite guide
  when guest.born < 2000-01-01
  then may visit.greet "Hello."
"""
)


def test_private_facts_that_nothing_reads_are_not_needed() -> None:
    record = book().decide(NAMED, AS_OF).record()
    assert record.private == ("guest.name",)
    assert replay(record, book()).same
    assert replay(record.without_salt(), book()).same
    alone = book().decide({"guest": {"name": "Ada"}}, AS_OF).record()
    assert replay(alone, book()).same


def test_private_facts_that_are_read_have_to_be_given() -> None:
    record = book(READING).decide(BORN, AS_OF).record(salt="s")
    found = replay(record, book(READING))
    assert not found.same and not found.decided
    assert found.private == ("guest.born",)
    assert "cannot be decided anew: it holds private facts as hashes only (`guest.born`)" in (
        told(found)
    )
    assert str(found).endswith("The rules are the same.")
    assert replay(record, book(READING), BORN).same
    assert replay(record, book(READING), BORN, "s").same
    bare = record.without_salt()
    assert replay(bare, book(READING), BORN, "s").same


def fault(record: Record, facts: Any, salt: str | None = None) -> tuple[str, str]:
    with pytest.raises(mr.RecordErrors) as raised:
        replay(record, book(READING), facts, salt)
    (found,) = raised.value.diagnostics
    return found.code, found.message


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"guest": {**BORN["guest"], "born": "1990-01-02"}}, "`guest.born` has another value"),
        ({"guest": FACTS["guest"]}, "`guest.born` has another value"),
        ({"guest": {**BORN["guest"], "fee": 8}}, "`guest.fee` has another value"),
        ({"bag": []}, "`bag[1]`, `bag[1].weight`, `bag[2]`, `bag[2].weight` have other values"),
    ],
)  # fmt: skip
def test_other_facts_than_those_of_the_record(changes: Any, paths: str) -> None:
    record = book(READING).decide(BORN, AS_OF).record(salt="s")
    assert fault(record, {**BORN, **changes}) == (
        "MR908", f"the facts given are not those of the record: {paths}",
    )  # fmt: skip


def test_salts() -> None:
    record = book(READING).decide(BORN, AS_OF).record(salt="s")
    assert fault(record, BORN, "x")[0] == "MR909"
    assert fault(record.without_salt(), BORN)[0] == "MR909"
    assert fault(record.without_salt(), BORN, "x")[0] == "MR908"


def test_a_case_of_another_day_than_the_record(record: Record) -> None:
    assert fault(record, {**FACTS, "as_of": "2027-03-02"}) == (
        "MR908", f"the case given is for another day than the record, which is for {AS_OF}",
    )  # fmt: skip


def test_facts_may_be_given_where_nothing_is_private(record: Record) -> None:
    assert replay(record, book(), FACTS).same
    assert fault(record, {**FACTS, "bag": []})[0] == "MR908"


def test_an_attribute_that_is_private_now(record: Record) -> None:
    words = WORDS.replace('optional "What was paid"', 'optional private "What was paid"')
    found = replay(record, book(words=words))
    assert not found.same
    assert ("attribute", "guest.fee", "changed") in kinds(found)
    assert "(its text is private)" in told(found)


def test_what_is_told_is_json(record: Record) -> None:
    changed = book(DESK.replace("is 10 euros", "is 12 euros"))
    tree = json.loads(json.dumps(replay(record, changed).to_dict()))
    assert tree["statements"] == [
        {"what": "parameter", "name": "fee_least", "change": "changed", "title": "The least fee",
         "then": 10, "now": 12, "detail": ""}
    ]  # fmt: skip
    assert tree["advice"][0]["then"]["text"] == "Pay 3 more."
    assert tree["matchrules"] == {"then": mr.__version__, "now": mr.__version__}


def test_rules_of_a_record_that_cannot_be_read() -> None:
    made = book().decide(FACTS, AS_OF).record().to_dict()
    made["rules"]["ir"]["types"] = []
    from matchrules.records.canonical import canonical, digest

    made["rules"]["sha256"] = digest(canonical(made["rules"]["ir"]))
    with pytest.raises(mr.RecordErrors, match="MR904"):
        replay(Record.read(document.sealed(made)), book())


def test_replay_of_a_changed_base_without_texts(record: Record) -> None:
    """A book needs no sources to decide a record anew."""
    base = book().bases[0]
    other = evolve(base, rules={n: r for n, r in base.rules.items() if n != "greeting"})
    found = replay(record, mr.Book((other,), {}))
    assert kinds(found) == [("rule", "greeting", "removed")]
