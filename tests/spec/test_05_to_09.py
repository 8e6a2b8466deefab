"""Statements 5 to 9 of the meaning: many-facts, for each, order, defaults, rules."""

from datetime import date

import pytest
from ground import (
    VOCABULARY,
    all_refuse,
    book_of,
    decide,
    derive,
    faults_of,
    fires,
    on_all,
    refuse,
    rule,
    truth,
)  # fmt: skip

D1, D2, D3 = date(2021, 1, 1), date(2021, 2, 1), date(2021, 3, 1)


def items(*values):
    """Items on following days, each with its x."""
    return [{"date": day, "x": x} for day, x in zip((D1, D2, D3), values, strict=False)]


# 5 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "expression", "expected"),
    [
        ("integer 0..5", "count(item)", 0),
        ("integer -100..100", "sum(item.x)", 0),
        ("yes_no", "any(item)", False),
        ("yes_no", "all(item where x > 1)", True),
        ("integer -100..100", "min(item.x)", None),
        ("integer -100..100", "max(item.x)", None),
        ("integer -100..100", "last(item.x by date)", None),
    ],
)
def test_5_none_asserted_means_none(type_, expression, expected):
    assert derive(type_, expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(item where x > 1)", 2),
        ("sum(item.x where x > 1)", 5),
        ("min(item.x)", 1),
        ("max(item.x)", 3),
        ("last(item.x by date)", 2),
        ("last but one(item.x by date)", 3),
        ("min(item.x last 2 by date)", 2),
        ("sum(item.x last 2 by date where x < 3)", 3),
    ],
)
def test_5_aggregates(expression, expected):
    assert derive("integer -100..100", expression, item=items(1, 3, 2)) == expected


def test_5_union():
    text = "\nfact bag many up to 3\n  s : set of colour optional\n"
    given = [{"s": ["red"]}, {"s": ["blue", "red"]}]
    text += "define t.v : set of colour\n  is union(bag.s)\n"
    assert decide(text, {"bag": given}).derived["t.v"] == {"red", "blue"}
    assert decide(text, {"bag": []}).derived["t.v"] == frozenset()
    assert decide(text, {"bag": [{}, *given]}).derived["t.v"] is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(item where x > 1)", None),
        ("sum(item.x)", None),
        ("max(item.x)", None),
        ("last(item.x by date)", 5),  # a pick: only the values of the instances picked
        ("last but one(item.x by date)", None),
        ("min(item.x last 2 by date)", None),
    ],
)
def test_5_unknown_selections_and_values(expression, expected):
    assert derive("integer -100..100", expression, item=items(1, None, 5)) == expected


def test_5_any_and_all_are_kleene():
    assert truth("any(item where x > 4)", item=items(None, 5)) is True
    assert truth("any(item where x > 4)", item=items(None, 1)) is None
    assert truth("all(item where x > 4)", item=items(None, 1)) is False
    assert truth("all(item where x > 4)", item=items(None, 5)) is None


def test_5_ties_go_by_the_other_attributes_unknown_first():
    same = [{"date": D1, "x": x} for x in (7, None, 3)]
    assert derive("integer -10..10", "last(item.x by date)", item=same) == 7
    assert derive("integer -10..10", "last but one(item.x by date)", item=same) == 3
    coloured = [{"date": D1, "x": 1, "c": c} for c in ("blue", "red", "green")]
    assert derive("colour", "last(item.c by date)", item=coloured) == "blue"  # as declared


def test_5_picks_of_too_few():
    one = items(4)
    assert derive("integer -10..10", "last but one(item.x by date)", item=one) is None
    assert derive("integer -10..10", "max(item.x last 2 by date)", item=one) == 4


def test_5_a_bare_name_that_could_be_two_is_an_error():
    parameter = "parameter x : integer 0..10\n  is 3\n"
    assert faults_of(parameter + "define t.v : yes_no\n  is any(item where x > 1)\n")


# 6 ------------------------------------------------------------------------------------------------


def test_6_for_each_on_a_rule_carries_the_key_as_about():
    text = rule("for each prog\n  when prog.x > 2")
    given = {"prog": [{"id": "b", "x": 5}, {"id": "a", "x": 3}, {"id": "c", "x": 1}]}
    assert [advice.about for advice in decide(text, given)] == ["a", "b"]


def test_6_for_each_on_a_define_and_its_use():
    text = "define prog.good : yes_no\n  for each prog\n  is prog.x > 2\n"
    text += "define t.v : integer 0..3\n  is count(prog where good)\n"
    given = {"prog": [{"id": "a", "x": 5}, {"id": "b", "x": 3}, {"id": "c", "x": 1}]}
    derived = decide(text, given).derived
    assert derived == {"prog.good": {"a": True, "b": True, "c": False}, "t.v": 2}


def test_6_for_each_on_a_table():
    text = "table prog.size : level\n  for each prog\n  | prog.x | => prog.size |\n"
    text += "  | < 4    | low          |\n  | 4..10  | high         |\n"
    given = {"prog": [{"id": "a", "x": 5}, {"id": "b"}]}
    assert decide(text, given).derived["prog.size"] == {"a": "high", "b": None}


def test_6_unique_and_contradictions_hold_per_instance():
    text = rule("for each prog", then='may k.u(v = prog.x) "{prog.id}"')
    assert len(decide(text, {"prog": [{"id": "a", "x": 1}, {"id": "b", "x": 2}]})) == 2


def test_6_equal_keys_of_two_facts_are_two_instances():
    text = "fact case many up to 3\n  id : text key\n"
    text += rule("for each prog", then='may k.u(v = prog.x) "{prog.id}"', name="r1")
    text += rule("for each case", then='must_not k.u(v = 9) "{case.id}"', name="r2")
    given = {"prog": [{"id": "a", "x": 1}], "case": [{"id": "a"}]}
    assert len(decide(text, given)) == 2


def test_6_same_key_other_values_is_a_conflict():
    book = book_of("")
    assert on_all(book, {"prog": [{"id": "a", "x": 1}, {"id": "a", "x": 1}]}).advice == ()
    assert all_refuse(book, {"prog": [{"id": "a", "x": 1}, {"id": "a", "x": 2}]})


# 7 ------------------------------------------------------------------------------------------------


def test_7_a_cycle_is_an_error_that_prints_it():
    text = "define t.a : yes_no\n  is t.b\ndefine t.b : yes_no\n  is not t.a\n"
    assert len(faults_of(text)) == 1


def test_7_overriding_in_a_circle_is_an_error():
    other = "ruleset o\n  version 1\n  effective from 2020-01-01\n  uses t\n"
    first = VOCABULARY.replace("effective", "uses o\n  effective", 1)
    import matchrules as mr

    with pytest.raises(mr.RuleErrors):
        mr.load_text({
            "t.rules": first + rule("overrides s"), "o.rules": other + rule("overrides r", "s"),
        })  # fmt: skip


def test_7_the_order_of_facts_rules_and_files_does_not_matter():
    one, two = rule("when f.n > 1", "one"), rule("when f.n > 2", "two")
    facts = {"f": {"n": 5}, "item": items(1, 2)}
    turned = {"item": items(1, 2)[::-1], "f": {"n": 5}}
    first, second = decide(one + two, facts), decide(two + one, turned)
    assert first.advice == second.advice and first.derived == second.derived


# 8 ------------------------------------------------------------------------------------------------

DEFAULT = """
fact g
  n : integer 0..10 default f.n + 1 unless f.b
"""


def test_8_a_default_stands_where_nothing_is_asserted_even_without_its_fact():
    text = DEFAULT + "define t.v : integer 0..10\n  is g.n\n"
    assert decide(text, {"f": {"n": 2}}).derived["t.v"] == 3
    assert decide(text, {}).derived["t.v"] is None
    assert decide(text, {"g": {"n": 7}}).derived["t.v"] == 7


def test_8_an_asserted_value_that_differs_is_a_conflict_unless_told():
    (fault,) = refuse(DEFAULT, {"f": {"n": 2}, "g": {"n": 7}})
    assert fault.code == "MR601" and "7" in fault.message and "3" in fault.message
    text = DEFAULT + "define t.v : integer 0..10\n  is g.n\n"
    assert decide(text, {"f": {"n": 2, "b": True}, "g": {"n": 7}}).derived["t.v"] == 7


def test_8_a_single_fact_not_asserted_has_its_attributes_unknown_required_ones_too():
    text = "\nfact g\n  n : integer 0..10\ndefine t.v : yes_no\n  is g.n is unknown\n"
    assert decide(text, {}).derived["t.v"] is True
    assert refuse(text, {"g": {}})


def test_8_asserting_a_define_is_an_error():
    assert refuse("define f.v : yes_no\n  is f.n > 1\n", {"f": {"v": True}})


def test_8_a_value_outside_the_range_of_a_define_is_an_error():
    (fault,) = refuse("define t.v : integer 0..12\n  is f.n + f.m\n", {"f": {"n": 9, "m": 9}})
    assert fault.code == "MR604" and "18" in fault.message


def test_8_all_errors_are_reported_by_name_read_or_not():
    text = "define t.z : integer 0..12\n  is f.n + f.m\n"
    text += "define t.a : integer 0..11\n  is f.n + f.m\n"
    text += 'reject "n and m are both nine" when f.n is 9 and f.m is 9\n'
    found = refuse(text, {"f": {"n": 9, "m": 9}})
    assert [fault.code for fault in found] == ["MR605", "MR604", "MR604"]
    assert [fault.path for fault in found] == [None, "t.a", "t.z"]


# 9 ------------------------------------------------------------------------------------------------


def test_9_guards_of_ruleset_and_section_join_the_conditions():
    text = 'section "S" applies when f.b\n' + rule("when f.p")
    text += 'section "T"\n' + rule("when f.p", "q")
    assert fires(text, {"f": {"p": True}}) == ["t.q"]
    assert fires(text, {"f": {"p": True, "b": True}}) == ["t.q", "t.r"]
    import matchrules as mr

    guarded = VOCABULARY.replace("effective", "applies when f.b\n  effective", 1) + rule("")
    book = mr.load_text({"t.rules": guarded})
    assert len(on_all(book, {})) == 0 and len(on_all(book, {"f": {"b": True}})) == 1


OTHER = "ruleset o\n  version 1\n  effective from 2020-01-01\n  uses t\n"


def test_9_an_overrider_withdraws_wherever_its_own_conditions_hold():
    book = book_of(rule("when f.b"), **{"o.rules": OTHER + rule("overrides r\n  when f.p", "s")})
    assert [a.rule for a in on_all(book, {"f": {"b": True}})] == ["t.r"]
    assert [a.rule for a in on_all(book, {"f": {"b": True, "p": True}})] == ["o.s"]


def test_9_an_overridden_overrider_still_withdraws():
    third = OTHER.replace("ruleset o", "ruleset q").replace("uses t", "uses t, o")
    book = book_of(rule(""), **{
        "o.rules": OTHER + rule("overrides r", "s"), "q.rules": third + rule("overrides s", "u"),
    })  # fmt: skip
    assert [a.rule for a in on_all(book, {})] == ["q.u"]


def test_9_an_overrider_with_the_same_for_each_acts_per_instance():
    text = rule("for each prog\n  when prog.x > 0")
    over = OTHER + rule("overrides r\n  for each prog\n  when prog.x > 5", "s")
    book = book_of(text, **{"o.rules": over})
    given = {"prog": [{"id": "a", "x": 1}, {"id": "b", "x": 9}]}
    assert [(a.rule, a.about) for a in on_all(book, given)] == [("o.s", "b"), ("t.r", "a")]


def test_9_one_advice_for_each_then_never_merged():
    text = rule('\n  then may k.a "First."\n  then may k.a "Second."')
    assert len(decide(text)) == 3


def test_9_for_and_against_one_subject_is_a_contradiction_naming_both_rules():
    text = rule("when f.b", "one") + rule("when f.p", "two", 'should_not k.a "Do not."')
    (fault,) = refuse(text, {"f": {"b": True, "p": True}})
    assert fault.code == "MR606"
    assert "t.one" in fault.message and "t.two" in fault.message
    assert "f.b" in fault.notes[0] and "f.p" in fault.notes[1]


def test_9_two_known_values_of_a_unique_subject_are_a_contradiction():
    text = rule("", "one", 'may k.u(v = f.n) "{v}"') + rule("", "two", 'may k.u(v = f.m) "{v}"')
    assert len(decide(text, {"f": {"n": 2, "m": 2}})) == 2
    assert len(decide(text, {"f": {"n": 2}})) == 2
    (fault,) = refuse(text, {"f": {"n": 2, "m": 3}})
    assert fault.code == "MR607"
