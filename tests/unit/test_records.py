"""The record of a decision: what is in it, what is kept out of it, and how one is read."""

import hashlib
import json
import pickle
from datetime import date
from typing import Any

import pytest

import matchrules as mr
from matchrules.records import Record

DESK = """
ruleset desk version 1 effective from 2026-01-01
source guide "A guide"
ordered enum size
  small large
fact visitor
  name   : text optional private
  born   : date optional private
  member : yes_no optional private
  fee    : integer 0..99 euros optional
  paid   : integer 0..99 euros default visitor.fee
fact ticket many up to 5
  number : integer 1..90 key private
  size   : size optional
define visitor.age : integer 0..99999 days
  is days between visitor.born and as_of
define visitor.grown : yes_no
  is visitor.age >= 6575 days
define visitor.who : text
  is visitor.name if known else "somebody"
table visitor.group : size
  hit first
  | visitor.age | => visitor.group |
  | < 6575 days | small            |
  | -           | large            |
define ticket.twice : integer 2..180
  for each ticket
  is ticket.number * 2
define desk.tickets : integer 0..5
  is count(ticket where number > 10)
reject "Nobody is born later" when visitor.born > as_of
advice visit
  greet
  pay (much: integer 0..99 euros, age: integer 0..99999 days)
  show
rule greeting "A greeting"
  cite guide
  when visitor.grown and not shown visitor.member
  then must visit.greet "Welcome, {visitor.who}."
  then may visit.pay(much = visitor.paid, age = visitor.age) "Pay {visitor.paid}."
rule showing
  cite guide "page 3"
  for each ticket
  when ticket.size is large
  then should visit.show "Show it."
rule nobody
  cite guide
  when visitor.fee > 50 euros
  overrides nothing_yet
  then may visit.greet "Hello."
""".replace("  overrides nothing_yet\n", "")
AS_OF = date(2026, 3, 1)
FACTS: dict[str, Any] = {
    "visitor": {"name": "Ada Secret", "born": "1990-05-06", "fee": 7},
    "ticket": [{"number": 81, "size": "large"}, {"number": 3}],
}
SALT = "pepper"


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load_text({"desk.rules": DESK})


@pytest.fixture(scope="module")
def record(book: mr.Book) -> Record:
    return book.decide(FACTS, AS_OF).record(salt=SALT)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def private(label: str, value: Any, salt: str | None = SALT) -> dict[str, str]:
    """The hash in the place of a value, as the reference says it."""
    return {"private": sha(json.dumps([salt, label, value], separators=(",", ":")))}


def canonical(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


# What is in it -----------------------------------------------------------------------------------


def test_the_parts_of_a_record(record: Record, book: mr.Book) -> None:
    tree = record.to_dict()
    assert list(tree) == [
        "format", "matchrules", "as_of", "rulesets", "rules", "facts", "salt", "advice", "derived",
        "unknown", "warnings", "proof", "sha256",
    ]  # fmt: skip
    decision = book.decide(FACTS, AS_OF).to_dict()
    for part in ("as_of", "rulesets", "unknown", "warnings"):
        assert tree[part] == decision[part]
    assert tree["format"] == 1
    assert tree["matchrules"] == mr.__version__
    assert tree["rules"]["sha256"] == sha(canonical(tree["rules"]["ir"]))
    assert (record.as_of, record.salt, record.sha256) == (AS_OF, SALT, tree["sha256"])


def test_the_hash_is_of_all_the_rest(record: Record) -> None:
    tree = record.to_dict()
    said = tree.pop("sha256")
    assert said == sha(canonical(tree))


def test_without_private_facts_it_is_the_decision_and_a_proof(book: mr.Book) -> None:
    facts = {"visitor": {"fee": 60}}
    decision = book.decide(facts, AS_OF)
    record = decision.record()
    tree, made = record.to_dict(), decision.to_dict()
    assert {part: tree[part] for part in ("advice", "derived")} == {
        part: made[part] for part in ("advice", "derived")
    }
    assert tree["facts"] == decision.facts == facts
    assert tree["salt"] is None and record.private == ()
    assert decision.record(salt="x") == record == record.without_salt()
    assert tree["proof"][-2:] == [["rule", "greeting", None, False], ["rule", "nobody", None, True]]
    assert ["attribute", "visitor.paid", None, 60] in tree["proof"]
    assert ["define", "desk.tickets", None, 0] in tree["proof"]
    assert ["reject", "0", None, False] in tree["proof"]


def test_each_step_comes_after_what_it_is_worked_out_from(record: Record) -> None:
    names = [name for _, name, _, _ in record.to_dict()["proof"]]
    for before, after in (
        ("visitor.born", "visitor.age"), ("visitor.age", "visitor.grown"),
        ("visitor.age", "visitor.group"), ("visitor.fee", "visitor.paid"),
        ("ticket.number", "ticket.twice"), ("ticket.twice", "greeting"),
    ):  # fmt: skip
        assert names.index(before) < names.index(after)


def test_instances_are_told_by_number(record: Record) -> None:
    steps = record.to_dict()["proof"]
    assert [s for s in steps if s[1] == "ticket.size"] == [
        ["attribute", "ticket.size", 0, None],
        ["attribute", "ticket.size", 1, "large"],
    ]
    assert [s for s in steps if s[1] == "showing"] == [
        ["rule", "showing", 0, False], ["rule", "showing", 1, True],
    ]  # fmt: skip


def test_a_record_of_a_session_is_the_same(book: mr.Book, record: Record) -> None:
    with book.session(AS_OF) as session:
        for ticket in reversed(FACTS["ticket"]):
            session.assert_fact("ticket", **ticket)
        session.assert_fact("visitor", **FACTS["visitor"])
        assert session.decision.record(salt=SALT) == record


# What is kept out of it ---------------------------------------------------------------------------


def test_private_facts_are_hashes(record: Record) -> None:
    tree = record.to_dict()
    assert tree["facts"] == {
        "ticket": [
            {"number": private("ticket.number", 3)},
            {"number": private("ticket.number", 81), "size": "large"},
        ],
        "visitor": {
            "name": private("visitor.name", "Ada Secret"),
            "born": private("visitor.born", "1990-05-06"),
            "fee": 7,
        },
    }
    assert record.private == (
        "ticket[1].number", "ticket[2].number", "visitor.name", "visitor.born",
    )  # fmt: skip
    assert "Ada" not in record.to_json() and "1990" not in record.to_json()


def test_what_is_worked_out_from_private_facts_is_hidden_and_verdicts_are_not(
    record: Record,
) -> None:
    tree = record.to_dict()
    three, more = (private("about", number)["private"] for number in (3, 81))
    assert tree["derived"] == {
        "desk.tickets": 1,
        "ticket.twice": {three: private("ticket.twice", 6), more: private("ticket.twice", 162)},
        "visitor.age": private("visitor.age", 13083),
        "visitor.group": "large",
        "visitor.grown": True,
        "visitor.who": private("visitor.who", "Ada Secret"),
    }
    steps = tree["proof"]
    assert ["define", "visitor.age", None, private("visitor.age", 13083)] in steps
    assert ["attribute", "visitor.born", None, private("visitor.born", "1990-05-06")] in steps
    assert ["attribute", "visitor.member", None, None] in steps
    assert ["define", "visitor.grown", None, True] in steps


def test_advice_that_shows_private_facts_is_hidden_where_it_does(record: Record) -> None:
    greet, show, pay = record.to_dict()["advice"]
    assert greet["text"] == private("text", "Welcome, Ada Secret.")
    assert greet["reasons"] == {
        "visitor.age": private("visitor.age", 13083),
        "visitor.grown": True,
        "visitor.member": None,
        "visitor.paid": 7,
        "visitor.who": private("visitor.who", "Ada Secret"),
    }
    assert show["text"] == "Show it."
    assert show["about"] == private("about", 81)
    assert pay["text"] == "Pay 7."
    assert pay["fields"] == {"age": private("age", 13083), "much": 7}


def test_a_salt_is_drawn_where_none_is_given(book: mr.Book) -> None:
    decision = book.decide(FACTS, AS_OF)
    one, other = decision.record(), decision.record()
    assert one.salt != other.salt and one != other
    assert one.salt is not None and len(one.salt) == 32
    assert decision.record(salt=one.salt) == one


def test_the_salt_can_be_kept_elsewhere(record: Record) -> None:
    bare = record.without_salt()
    assert bare.salt is None
    assert SALT not in bare.to_json()
    assert Record.read(bare.to_json()) == bare
    assert {**bare.to_dict(), "salt": SALT, "sha256": record.sha256} == record.to_dict()


@pytest.mark.parametrize("salt", ["", "  ", 7])
def test_a_salt_is_a_text(book: mr.Book, salt: Any) -> None:
    with pytest.raises(mr.UsageError, match="a salt is a text that is not empty"):
        book.decide(FACTS, AS_OF).record(salt=salt)


# Reading -----------------------------------------------------------------------------------------


def test_a_record_reads_back_however_it_is_laid_out(record: Record) -> None:
    text = record.to_json()
    assert Record.read(text) == Record.read(text.encode()) == record
    assert Record.read(json.dumps(record.to_dict(), indent=2) + "\n").to_json() == text
    assert hash(Record.read(text)) == hash(record)
    assert pickle.loads(pickle.dumps(record)) == record
    assert str(record) == text
    assert repr(record) == f"<Record of 2026-03-01, sha256 {record.sha256[:12]}…>"


def test_a_record_holds_its_rules(record: Record, book: mr.Book) -> None:
    assert record.rules.rules == book.bases[0].rules
    assert record.rules.facts == book.bases[0].facts


def refusal(text: str | bytes) -> tuple[str, str, str | None]:
    with pytest.raises(mr.RecordErrors) as raised:
        Record.read(text)
    (fault,) = raised.value.diagnostics
    return fault.code, fault.message, fault.help


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is no record: there is nothing in it"),
        ("advice", "this is no record: it is not JSON"),
        ("[]", "this is no record: it is no JSON object"),
        ("{}", "this is no record: it says no format and holds no rules; is it a case?"),
        ('{"a": NaN}', "this is no record: it is not JSON"),
        ('{"a": 1, "a": 1}', "this is no record: `a` is written twice in one object"),
        ('{"a": "\\ud800"}', "this is no record: it is no text in UTF-8"),
        (b'{"a": "\xff"}', "this is no record: it is no text in UTF-8"),
        ("[" * 200_000, "this is no record: it nests too deep"),
        ('{"a": ' + "1" * 5000 + "}", "this is no record: it is not JSON"),
        ('{"line":3,"previous":"x","what":"decision"}',
         "this is a log of decisions, or a line of one, not a record"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_what_is_no_record_is_told(text: str | bytes, message: str) -> None:
    assert refusal(text)[:2] == ("MR901", message)


def test_a_decision_is_no_record(book: mr.Book) -> None:
    code, message, help = refusal(book.decide(FACTS, AS_OF).to_json())
    assert (code, message) == (
        "MR901", "this is a decision, not a record: it has no rules and no proof",
    )  # fmt: skip
    assert help == "write a record with `matchrules advise CASE --record FILE`"


def test_every_cut_is_told(record: Record) -> None:
    text = record.to_json()
    for at in (*range(1, 40), *range(40, len(text), 997), len(text) - 1):
        code, message, _ = refusal(text[:at])
        assert code == "MR901"
        assert message in (
            f"the record is cut off: it ends after {at:,} characters, in the middle",
            "this is no record: it is not JSON",
        )
    assert "cut off" in refusal(text[: len(text) // 2])[1]
    assert "cut off" in refusal(text[:-1])[1]


def put(tree: Any, way: list[Any], value: Any) -> Any:
    if not way:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[way[0]] = put(copy[way[0]], way[1:], value)
    return copy


def sealed(tree: dict[str, Any]) -> str:
    """The record with a hash that fits, as who edits with care would make it."""
    rest = {name: value for name, value in tree.items() if name != "sha256"}
    return canonical({**rest, "sha256": sha(canonical(rest))})


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (["as_of"], "2026-03-02"), (["facts", "visitor", "fee"], 8), (["salt"], "x"),
        (["advice", 1, "text"], "Do."), (["proof", 0, 3], 1), (["warnings"], ["old"]),
        (["sha256"], "0" * 64), (["rules", "ir", "types", 0, 0], "Text"),
    ],
)  # fmt: skip
def test_an_edited_record_is_told(record: Record, way: list[Any], value: Any) -> None:
    code, message, _ = refusal(canonical(put(record.to_dict(), way, value)))
    assert code == "MR903"
    assert message.startswith("the record was changed after it was made")


def test_other_rules_are_told_even_where_the_record_is_sealed_anew(record: Record) -> None:
    code, message, _ = refusal(sealed(put(record.to_dict(), ["rules", "ir", "types"], [])))
    assert (code, message) == ("MR903", "the rules in the record do not have the hash that it says")


@pytest.mark.parametrize(("number", "age"), [(0, "an older"), (2, "a newer")])
def test_a_record_of_another_format_is_told(record: Record, number: int, age: str) -> None:
    code, message, help = refusal(sealed({**record.to_dict(), "format": number}))
    assert code == "MR902"
    assert message == (
        f"the record is of format {number}, {age} one: this version of matchrules reads format 1"
    )
    assert help == f"read it with the version of matchrules that made it, `{mr.__version__}`"


@pytest.mark.parametrize(
    ("way", "value", "message"),
    [
        (["format"], "1", "`format` holds a text"),
        (["format"], True, "`format` holds `true`"),
        (["as_of"], "yesterday", "its `as_of` is no day"),
        (["rulesets"], {}, "`rulesets` is no list"),
        (["rulesets", 0], "desk", "`rulesets[0]` is no object"),
        (["rulesets", 0], {"name": "desk", "version": "1"}, "`rulesets[0]` lacks `sha256`"),
        (["advice", 1, "kind"], None, "`advice[1].kind` holds `null`"),
        (["advice", 1], {}, "`advice[1]` lacks `kind`"),
        (["rules", "ir"], [], "`rules.ir` holds a list"),
        (["facts"], None, "`facts` holds `null`"),
        (["proof", 2], "x", "`proof[2]` holds a text"),
    ],
)  # fmt: skip
def test_a_record_of_another_shape_is_told(
    record: Record, way: list[Any], value: Any, message: str
) -> None:
    text = sealed(put(record.to_dict(), way, value))
    assert refusal(text)[:2] == ("MR901", f"this is no record: {message}")


def test_a_part_that_a_record_does_not_have_is_told(record: Record) -> None:
    assert refusal(sealed({**record.to_dict(), "note": 1}))[1] == "this is no record: it has `note`"


def test_a_large_file_is_told() -> None:
    code, message, _ = refusal(" " * (64 * 1024 * 1024 + 1))
    assert (code, message) == ("MR901", "this is larger than a record can be: 64 MiB")
