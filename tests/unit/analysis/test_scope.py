"""Who sees which name, and what a fault says of one out of sight."""

import pytest
from books import SOURCE, analysis_of, base_of, codes

VOCABULARY = """
source book "A book"
enum colour
  red green
fact f
  n : integer 0..5 optional
  c : colour optional
fact item many up to 3
  id : text key
  n : integer 0..5 optional
advice k
  a
  b (v: integer 0..9)
parameter p : integer 0..5
  is 3 cite book
rule first
  cite book
  when f.n > p
  then must k.a "x"
example base
  given f: n = 1
"""

READS = {
    "a fact": "define t.x : yes_no\n  is f.n > 1\n",
    "a parameter": "define t.x : yes_no\n  is 1 > p\n",
    "an enum": "define t.x : colour\n  is unknown\n",
    "a many-fact": "define t.x : integer 0..3\n  is count(item)\n",
    "a source": "define t.x : yes_no\n  cite book\n  is yes\n",
    "advice": SOURCE.replace("book", "own") + 'rule r\n  cite own\n  then must k.a "x"\n',
    "a rule": "property q\n  fires first\n",
    "a base case": "example other\n  given base\n",
    "a fact of each": "define item.x : yes_no\n  for each item\n  is yes\n",
}


@pytest.mark.parametrize("what", READS)
def test_a_name_of_a_ruleset_that_is_not_used_is_out_of_reach(what: str) -> None:
    found = analysis_of(v=VOCABULARY, r=READS[what])
    assert codes(found) == ["MR102"]
    assert found.diagnostics[0].help == "add `uses v` to the ruleset's header"


@pytest.mark.parametrize("what", READS)
def test_uses_reaches_through_others_and_in_circles(what: str) -> None:
    found = analysis_of(
        v=f"uses middle\n{VOCABULARY}", middle="uses v", r=f"uses middle\n{READS[what]}"
    )
    assert codes(found) == []


def test_one_name_in_two_rulesets_is_a_fault_that_shows_both() -> None:
    found = analysis_of(v=VOCABULARY, w="enum colour\n  blue\nfact f\n  n : text optional\n")
    assert codes(found) == ["MR103", "MR103"]
    assert {label.span.source for label in found.diagnostics[0].labels} == {"v", "w"}


def test_kinds_of_names_are_namespaces_of_their_own() -> None:
    base = base_of(
        v="""
source f "A book with the name of a fact"
enum e
  f p
fact f
  n : integer 0..5 optional
  e : e optional
advice f
  f
parameter p2 : integer 0..3
  is 1 cite f
rule f
  cite f
  when f.e is f
  then must f.f "x"
"""
    )
    assert list(base.rules) == ["f"] and list(base.facts) == ["f"]


def test_a_define_in_another_ruleset_may_extend_a_fact() -> None:
    base = base_of(v=VOCABULARY, r="uses v\ndefine f.big : yes_no\n  is f.n > 3\n")
    assert base.defines["f.big"].ruleset == "r"


def test_overrides_names_a_rule_of_another_ruleset() -> None:
    rule = 'rule mine\n  cite book\n  overrides {}\n  then may k.a "y"\n'
    for name in ("first", "v.first"):
        base = base_of(v=VOCABULARY, r=f"uses v\n{rule.format(name)}")
        assert base.rules["mine"].overrides == ("first",)


EACH = (
    VOCABULARY
    + """
rule every
  cite book
  for each item
  when item.n > 1
  then may k.a "{item.id}"
"""
)


def test_an_overrider_acts_for_the_same_instances_or_for_all() -> None:
    rule = 'uses v\nrule mine\n  cite book\n  overrides {}\n{}  then may k.b(v = 1) "y"\n'
    each = "  for each item\n"
    assert codes(analysis_of(v=EACH, r=rule.format("every", each))) == []
    assert codes(analysis_of(v=EACH, r=rule.format("every", ""))) == []
    assert codes(analysis_of(v=EACH, r=rule.format("first", each))) == ["MR114"]


def test_guards_of_the_ruleset_and_of_the_section_join_each_rule() -> None:
    rule = 'rule {}\n  cite book\n  then must k.a "x"\n'
    base = base_of(
        v=VOCABULARY,
        r="uses v\napplies when f.n > 0\n"
        + rule.format("one")
        + 'section "S" applies when f.n > 1\n'
        + rule.format("two")
        + 'section "T"\n'
        + rule.format("three"),
    )
    assert [len(base.rules[name].guards) for name in ("one", "two", "three")] == [1, 2, 1]
    assert [base.rules[name].section for name in ("one", "two", "three")] == ["", "S", "T"]
    assert base.rules["two"].reasons == {}


def test_a_fault_of_a_shared_guard_is_said_once() -> None:
    rule = 'rule {}\n  cite book\n  then must k.a "x"\n'
    found = analysis_of(
        v=VOCABULARY, r="uses v\napplies when f.m > 0\n" + rule.format("one") + rule.format("two")
    )
    assert codes(found) == ["MR101"]


def test_ten_faults_give_ten_diagnostics() -> None:
    lines = [f"define t.x{n} : yes_no\n  is f.m{n} > 3 and f.c is green\n" for n in range(10)]
    lines += ["define u.y : yes_no\n  is t.x1 or t.x2\n"]
    assert codes(analysis_of(v=VOCABULARY, r="uses v\n" + "".join(lines))) == ["MR101"] * 10


def test_faults_come_in_the_order_of_their_places() -> None:
    found = analysis_of(
        v=VOCABULARY + "define t.a : yes_no\n  is f.x\n", a="define u.x : nothing\n  is 3\n"
    )
    places = [(one.labels[0].span.source, one.labels[0].span.start) for one in found.diagnostics]
    assert places == sorted(places) and len(places) == 2


def test_names_missing_because_a_ruleset_is_are_not_told() -> None:
    reads = READS["a fact"] + "define t.y : coluor\n  is red\n"
    assert codes(analysis_of(v=VOCABULARY, r=f"uses w\n{reads}")) == ["MR105"]
    through = analysis_of(v=VOCABULARY, m="uses w", r=f"uses m\n{reads}")
    assert codes(through) == ["MR105"]


def test_an_unknown_fact_of_each_is_told_once() -> None:
    rule = 'rule r\n  cite book\n  for each itme\n  when itme.n > 3\n  then must k.a "{itme.id}"\n'
    assert codes(analysis_of(v=VOCABULARY + rule)) == ["MR101"]
