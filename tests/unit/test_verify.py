"""What the checker of records says of what is no record, or a wrong one."""

import ast
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import matchrules as mr
from matchrules.ir.json import to_json
from matchrules.records.verify import Verification, verify
from matchrules.records.verify.strict import canonical, sha256

RULES = """
ruleset shop
  version 1
  effective from 2026-01-01
  title "Advice for a shop"
  stale after 30 days

source book "The shop book"
enum mood "How a customer is"
  calm "calm" cross "cross"
fact customer "Who comes"
  name : text optional never read private
  age : integer 0..120 years optional
  mood : mood optional
  regular : yes_no default customer.age >= limit
fact visit many up to 5 "A visit"
  day : date
  spent : decimal 0.00..99.99
parameter limit : integer 0..120 years "From what age"
  from 2026-01-01 is 60 years cite book checked 2026-01-02
advice serve "How to serve"
  kindly (visits: integer 0..5)
define customer.spent : decimal 0.00..499.95 "What was spent"
  is sum(visit.spent)
rule kind
  id S-1
  cite book
  when customer.regular or customer.mood is cross
  unless count(visit) >= 5
  then must serve.kindly(visits = count(visit))
    "Be kind: {customer.spent} spent, {customer.mood}."
"""
FACTS = {
    "customer": {"name": "Ann", "age": 71},
    "visit": [{"day": "2026-02-01", "spent": "1.50"}, {"day": "2026-02-03", "spent": "2.00"}],
}
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load_text({"shop.rules": RULES})


@pytest.fixture(scope="module")
def record(book: mr.Book) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(book.decide(FACTS, DAY).record(salt="salt").to_json())
    return found


def sealed(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The record with changes, and its hashes worked out anew."""
    tree: dict[str, Any] = json.loads(json.dumps({**record, **changes}))
    tree["rules"]["sha256"] = sha256(canonical(tree["rules"]["ir"]))
    tree["sha256"] = sha256(canonical({n: one for n, one in tree.items() if n != "sha256"}))
    return tree


def told(found: Verification) -> list[tuple[str, str | None]]:
    assert not found.ok
    return [(fault.code, fault.path) for fault in found.faults]


def test_it_imports_nothing_of_what_it_checks() -> None:
    import matchrules.records.verify as room

    for path in Path(str(room.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            )  # fmt: skip
            for name in names:
                assert not name.startswith("matchrules") or name.startswith(
                    ("matchrules.records.verify.", "matchrules.diagnostics.model")
                ), f"{path.name} imports {name}"


# Records that hold --------------------------------------------------------------------------------


def test_a_record_holds(record: dict[str, Any]) -> None:
    found = verify(canonical(record))
    assert found.ok and found.faults == ()
    assert found.advice == 1 and found.steps == len(record["proof"])
    assert str(found) == (
        f"The record holds: {found.steps} steps worked out again, and 1 piece of advice follows "
        "from them.\n"
        "Taken on trust, because of private facts: 1 value (facts.customer.name).\n"
        "Its rules were not compared with any at hand: that is asked for with --rules."
    )
    assert verify(canonical(record).encode()).ok
    assert verify(record).ok
    assert verify(json.dumps(record, indent=2)).ok  # how it is laid out does not matter


def test_rules_at_hand(book: mr.Book, record: dict[str, Any]) -> None:
    found = verify(record, rules=[to_json(base) for base in book.bases])
    assert found.ok and found.compared
    assert str(found).endswith("Its rules are those at hand: shop (version 1).")
    for texts, said in (
        (RULES.replace("From what age", "The age"), "the text of `shop` `1` is another one"),
        (RULES.replace("version 1", "version 2"), "`shop` is version `1` in the record, `2` at"),
        (RULES.replace("ruleset shop", "ruleset shed"), "`shed` is only at hand; `shop` is only"),
    ):
        other = mr.load_text({"shop.rules": texts})
        found = verify(record, rules=[to_json(base) for base in other.bases])
        assert told(found) == [("MR929", "rules")]
        assert said in found.faults[0].message


def test_private_facts_that_are_given(record: dict[str, Any]) -> None:
    found = verify(record, facts=FACTS)
    assert found.ok and found.trusted == ()
    elsewhere = sealed(record, salt=None)
    assert verify(elsewhere, facts=FACTS, salt="salt").trusted == ()
    assert told(verify(elsewhere, facts=FACTS, salt="pepper")) == [("MR924", "facts.customer.name")]
    assert ("MR924", "salt") in told(verify(elsewhere, facts=FACTS))
    assert told(verify(record, salt="pepper")) == [("MR924", "salt")]
    other = {**FACTS, "customer": {"name": "Bob", "age": 71}}
    assert told(verify(record, facts=other)) == [("MR924", "facts.customer.name")]
    other = {**FACTS, "customer": {"name": "Ann", "age": 70}}
    assert told(verify(record, facts=other)) == [("MR924", "facts.customer.age")]


# What is no record --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        (b"\xff\xfe{}", "it is not UTF-8 (line 1)"),
        ("hello", "it is not JSON"),
        ('{"format":1,"matchr', "it is not JSON"),
        ("[]", "a record is an object, not `[]`"),
        ("{}", "it lacks `format`"),
        ('{"format": 1, "format": 1}', "the key `format` twice"),
        ('{"format": NaN}', "the number `NaN`"),
        ('{"format": 1.5}', "the number `1.5`"),
        ('{"format": 1e5}', "the number `1e5`"),
        ('{"format": -Infinity}', "the number `-Infinity`"),
        ('{"format": ' + "9" * 5000 + "}", "more than 1000 digits"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper than 400 levels"),
        ('{"a":' * 500 + "1" + "}" * 500, "nested deeper than 400 levels"),
        ('"\\ud800"', "half of a surrogate pair"),
        ('{"format": "' + "[" * 1000 + '"}', "has format"),
    ],
)
def test_what_is_no_record(text: str | bytes, says: str) -> None:
    found = verify(text)
    assert [f.code for f in found.faults] in (["MR920"], ["MR921"])
    assert says in found.faults[0].message


def test_it_is_bounded_in_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchrules.records.verify.strict.MOST_BYTES", 1024 * 1024)
    assert "larger than 1 MiB" in verify(" " * 1024 * 1024 + "{}").faults[0].message


def test_another_format(record: dict[str, Any]) -> None:
    found = verify({**record, "format": 2, "matchrules": "9.1.0"})
    assert told(found) == [("MR921", "format")]
    assert found.faults[0].help is not None and "`9.1.0`" in found.faults[0].help
    assert told(verify({**record, "format": True})) == [("MR921", "format")]


def test_keys_that_are_not_those_of_a_record(record: dict[str, Any]) -> None:
    assert "has `more`" in verify({**record, "more": 1}).faults[0].message
    reversed_ = dict(reversed(list(record.items())))
    assert "another order" in verify(reversed_).faults[0].message
    assert told(verify({**record, "x": {1, 2}})) == [("MR920", None)]  # a set is no JSON


# Edited, and sealed again -------------------------------------------------------------------------


def test_hashes(record: dict[str, Any]) -> None:
    assert told(verify({**record, "matchrules": "0.0.0"})) == [("MR922", "sha256")]
    rules = {**record["rules"], "sha256": "0" * 64}
    assert ("MR922", "rules.sha256") in told(verify({**record, "rules": rules}))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"as_of": "2026-02-30"}, ("MR920", "as_of")),
        ({"as_of": "2025-12-31"}, ("MR927", "as_of")),
        ({"rulesets": []}, ("MR927", "rulesets")),
        ({"salt": 1}, ("MR920", "salt")),
        ({"warnings": []}, ("MR927", "warnings")),
        ({"unknown": []}, ("MR927", "unknown")),
        ({"derived": {"customer.spent": "3.51"}}, ("MR927", "derived.customer.spent")),
        ({"facts": {}}, ("MR924", "salt")),
        ({"facts": []}, ("MR924", "facts")),
        ({"facts": {"customer": {"age": 121}}}, ("MR924", "facts.customer.age")),
        ({"facts": {"customer": {"age": True}}}, ("MR924", "facts.customer.age")),
        ({"facts": {"customer": {"age": "71"}}}, ("MR924", "facts.customer.age")),
        ({"facts": {"customer": {"mood": "glad"}}}, ("MR924", "facts.customer.mood")),
        ({"facts": {"customer": {"size": 1}}}, ("MR924", "facts.customer")),
        ({"facts": {"visit": []}}, ("MR924", "facts.visit")),
        ({"facts": {"visit": [{"day": "2026-02-01"}]}}, ("MR924", "facts.visit[0]")),
        ({"facts": {"visit": FACTS["visit"][::-1]}}, ("MR924", "facts.visit[1]")),  # type: ignore[index]
        ({"proof": []}, ("MR926", "proof, attribute customer.age")),
        ({"proof": {}}, ("MR926", "proof")),
        ({"proof": [["rule", "kind", None]]}, ("MR926", "proof[0]")),
        ({"advice": []}, ("MR927", "advice")),
        ({"advice": None}, ("MR927", "advice")),
    ],
)
def test_edited_and_sealed(
    record: dict[str, Any], changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in told(verify(sealed(record, **changes)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("text", "Be rude."), ("provisional", True), ("strength", "should"), ("id", "S-2"),
     ("fields", {"visits": 3}), ("salience", 1), ("cites", []), ("about", []), ("reasons", {})],
)  # fmt: skip
def test_advice_that_says_something_else(record: dict[str, Any], name: str, value: Any) -> None:
    advice = [{**record["advice"][0], name: value}]
    paths = [path for _, path in told(verify(sealed(record, advice=advice)))]
    assert any(path is not None and path.startswith("advice") for path in paths)


def test_each_wrong_step_is_told_with_what_it_must_say(record: dict[str, Any]) -> None:
    """One fault in a step is one fault, and those that rest on it."""
    number = next(n for n, step in enumerate(record["proof"]) if step[1] == "customer.spent")
    proof = json.loads(json.dumps(record["proof"]))
    assert proof[number] == ["define", "customer.spent", None, "3.50"]
    proof[number][3] = "4.50"
    found = verify(sealed(record, proof=proof))
    assert found.faults[0].code == "MR925"
    assert found.faults[0].path == f"proof[{number}], define customer.spent"
    assert found.faults[0].message == "says `4.50`, but must say `3.50`"
    assert {fault.path for fault in found.faults[1:]} == {
        "derived.customer.spent", "advice[0].text", "advice[0].reasons.customer.spent",
    }  # fmt: skip


def test_steps_that_are_missing_too_many_or_moved(record: dict[str, Any]) -> None:
    proof = record["proof"]
    assert told(verify(sealed(record, proof=proof[1:])))[0][0] == "MR926"
    assert told(verify(sealed(record, proof=[*proof, ["rule", "x", None, True]]))) == [
        ("MR926", f"proof[{len(proof)}], rule x")
    ]
    assert told(verify(sealed(record, proof=[*proof, proof[0]]))) == [
        ("MR926", f"proof[{len(proof)}]")
    ]
    moved = [proof[1], proof[0], *proof[2:]]
    assert [code for code, _ in told(verify(sealed(record, proof=moved)))] == ["MR926"]


def test_rules_that_can_be_no_rules(record: dict[str, Any]) -> None:
    text = json.dumps(record["rules"]["ir"])
    for old, new in (
        ('"Attribute", "customer", "age"', '"Attribute", "customer", "size"'),
        ('["Aggregate", "sum"', '["Aggregate", "median"'),
        ('"Aggregate", "sum", "visit"', '"Aggregate", "sum", "customer"'),
        ('"Compare", ">="', '"Compare", "has"'),
        ('"kindly"', '"rudely"'),
        ('["Or", [', '["Xor", ['),
        ('["Rule", "kind", "shop"', '["Rule", "kind", "shed"'),
    ):
        assert old in text, old
        tree = json.loads(text.replace(old, new, 1))
        found = verify(sealed(record, rules={"sha256": "", "ir": tree}))
        assert "MR923" in {code for code, _ in told(found)}, new


def test_a_case_that_the_rules_reject() -> None:
    texts = {"shop.rules": RULES + '\nreject "too old" when customer.age > 100 years\n'}
    record = json.loads(mr.load_text(texts).decide(FACTS, DAY).record(salt="x").to_json())
    tree = json.loads(json.dumps(record))
    tree["facts"]["customer"]["age"] = 101
    for step in tree["proof"]:
        if step[1] == "customer.age":
            step[3] = 101
    paths = told(verify(sealed(tree)))
    assert any(code == "MR925" and path and "reject 0" in path for code, path in paths)


def test_a_regular_default_that_is_in_conflict(record: dict[str, Any]) -> None:
    facts = {**record["facts"], "customer": {**record["facts"]["customer"], "regular": False}}
    proof = [
        step if step[1] != "customer.regular" else [*step[:3], False] for step in record["proof"]
    ]
    found = verify(sealed(record, facts=facts, proof=proof))
    assert "its default is `true`" in found.faults[0].message


def test_faults_are_bounded(record: dict[str, Any]) -> None:
    proof = [["rule", str(number), None, True] for number in range(5000)]
    assert len(verify(sealed(record, proof=proof)).faults) <= 100
    proof = [[number] for number in range(5000)]
    found = verify(sealed(record, proof=proof))
    assert len(found.faults) == 100
    assert "at least 100 faults" in str(found)


def test_as_plain_values(record: dict[str, Any]) -> None:
    found = verify(record).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert (found["ok"], found["what"], found["faults"]) == (True, "record", [])
    wrong = verify(sealed(record, warnings=[])).to_dict()
    assert wrong["ok"] is False
    assert set(wrong["faults"][0]) == {"code", "path", "message", "help"}


KEYED = """
ruleset post
  version 1
  effective from 2026-01-01
source book "The book"
fact letter many up to 5 "A letter"
  place : integer 1..9
  writer : text key private
  score : integer 0..9 points optional private
advice read "What to read"
  letter (weight: integer 1..2)
rule any_letter for each letter
  cite book
  then should read.letter(weight = 1 if letter.score >= 5 points else 2) "Read it."
"""


def test_the_order_of_advice_on_private_keys_is_taken_on_trust() -> None:
    """Which piece is on which instance nobody can tell; each must be on some."""
    letters = [
        {"place": 1, "writer": "Zoe", "score": 7},
        {"place": 2, "writer": "Ann"},
        {"place": 3, "writer": "Max", "score": 3},
    ]
    facts = {"letter": letters}
    made = mr.load_text({"post.rules": KEYED}).decide(facts, DAY).record(salt="salt")
    record = json.loads(made.to_json())
    assert [one["fields"]["weight"] for one in record["advice"]] == [None, 2, 1]
    found = verify(record)
    assert found.ok, str(found)
    assert verify(record, facts=facts).trusted == ()
    for weights in ([2, 2, 1], [None, 2, "2"]):
        advice = [
            {**one, "fields": {"weight": weight}}
            for one, weight in zip(record["advice"], weights, strict=True)
        ]
        assert not verify(sealed(record, advice=advice)).ok


def test_a_hidden_order_does_not_hide_what_else_is_wrong() -> None:
    """More faults in one piece than are told."""
    names = [f"mark{number}" for number in range(120)]
    rules = KEYED.replace("  writer :", "".join(f"  {n} : yes_no optional\n" for n in names)
                          + "  writer :").replace("  cite book\n", "  cite book\n  when "
                          + " or ".join(f"letter.{n}" for n in names) + "\n")  # fmt: skip
    letters = [{"mark0": True, "place": 1, "writer": "Zoe"}]
    record = json.loads(
        mr.load_text({"post.rules": rules}).decide({"letter": letters}, DAY).record().to_json()
    )
    assert verify(record).ok and len(record["advice"]) == 1
    [one] = record["advice"]
    reasons = dict.fromkeys(one["reasons"], False)
    assert len(reasons) > 100
    assert not verify(sealed(record, advice=[{**one, "reasons": reasons}])).ok


# Limits -------------------------------------------------------------------------------------------


def deep_rules(conditions: str, defines: str = "") -> str:
    return (
        RULES.replace("customer.regular or customer.mood is cross", conditions)
        .replace("rule kind", f"{defines}\nrule kind")
        .replace("unless count(visit) >= 5", "provisional when customer.regular")
    )


@pytest.mark.parametrize(
    "step",
    ["not ({})", "(customer.regular or ({}))", "(({}) is not customer.regular)",
     "(customer.regular if customer.age is 3 years else ({}))"],
)  # fmt: skip
def test_whatever_nests_as_deep_as_rules_can_is_checked(step: str) -> None:
    condition, book = "customer.regular", None
    for depth in range(200):
        condition = step.format(condition)
        if depth < 20:
            continue
        try:
            book = mr.load_text({"shop.rules": deep_rules(condition)})
        except mr.RuleErrors:
            break
    assert book is not None and depth < 199
    found = verify(book.decide(FACTS, DAY).record().to_json())
    assert found.ok, str(found)


def test_a_long_chain_of_defines_is_checked() -> None:
    defines = "define customer.d0 : yes_no\n  is customer.regular\n" + "".join(
        f"define customer.d{n} : yes_no\n  provisional when customer.d{n - 1}\n"
        f"  is customer.d{n - 1} or customer.regular\n"
        for n in range(1, 140)
    )
    book = mr.load_text({"shop.rules": deep_rules("customer.d139", defines)})
    record = json.loads(book.decide(FACTS, DAY).record().to_json())
    assert record["advice"][0]["provisional"] is True
    assert verify(record).ok


def test_a_text_without_an_end_takes_no_longer() -> None:
    """Each quote in it could be tried as the start of another one."""
    found = verify('"' + '\\"' * 2_000_000)
    assert told(found) == [("MR920", None)]


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch, record: dict[str, Any]) -> None:
    monkeypatch.setattr("matchrules.records.verify.working.MOST_WORK", 20)
    found = verify(record)
    assert "takes more work than can be spent on it" in found.faults[0].message


def test_numbers_are_bounded(record: dict[str, Any]) -> None:
    """Squares of squares."""
    text = json.dumps(record["rules"]["ir"])
    number = next(
        n for n, type_ in enumerate(record["rules"]["ir"]["types"])
        if type_[0] == "Number" and type_[1] == 2
    )  # fmt: skip
    node = f'["Constant", 9, {{"type": {number}}}]'
    for _ in range(12):
        node = f'["Arithmetic", "*", {node}, {node}, {{"type": {number}}}]'
    at = text.index('["Aggregate", "sum"')
    end = text.index("]", text.index('"sum(visit.spent)"')) + 1
    tree = json.loads(text[:at] + node + text[end:])
    found = verify(sealed(record, rules={"sha256": "", "ir": tree}))
    assert any("grows beyond" in fault.message for fault in found.faults), str(found)
