"""Statements 1 to 4 of the meaning: cases, unknowns, conditionals, tables."""

from datetime import date

import pytest
from ground import book_of, decide, derive, fires, on_all, refuse, rule, truth

import matchrules as mr

DAY = date(2021, 6, 1)


# 1 ------------------------------------------------------------------------------------------------


def test_1_the_same_case_gives_the_same_bytes():
    book = book_of(rule("when f.n > 1"))
    one = book.decide({"f": {"n": 2}}, as_of=DAY).to_json()
    assert one == book.decide({"f": {"n": 2}}, as_of=DAY).to_json()


def test_1_as_of_is_the_only_clock():
    text = "define t.v : date\n  is as_of + 1 days\n".replace("1 days", "1 day")
    assert decide(text, {}, date(2030, 1, 31)).derived["t.v"] == date(2030, 2, 1)


def test_1_a_bag_keeps_equal_facts_and_a_keyed_fact_has_one_per_key():
    item = {"date": DAY, "x": 1}
    assert derive("integer 0..5", "count(item)", item=[item, item]) == 2
    assert derive("integer 0..3", "count(prog)", prog=[{"id": "a"}, {"id": "a"}]) == 1


# 2 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    ["f.n is f.n", "0 * f.n is 0", "f.m in (1, f.n)", "f.n < 3", "f.s has red", "f.s is empty",
     "f.m in 1..f.n", "f.n is unknown and f.n > 1", "not f.b"],
)  # fmt: skip
def test_2_an_operator_on_an_unknown_gives_unknown(expression):
    assert truth(expression, m=1) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("f.b and f.p", False), ("f.b or f.p", None), ("f.b or not f.p", True), ("f.b and f.b", None)],
)
def test_2_kleene(expression, expected):
    assert truth(expression, p=False) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("shown f.b", False), ("not shown f.b", True), ("f.b is known", False),
     ("f.b is unknown", True), ("shown (f.b or f.p is unknown)", True)],
)  # fmt: skip
def test_2_shown_and_is_known_are_two_valued(expression, expected):
    assert truth(expression) is expected


def test_2_a_rule_fires_only_when_true():
    assert fires(rule("when f.b"), {"f": {"b": True}}) == ["t.r"]
    assert fires(rule("when f.b"), {"f": {"b": False}}) == []
    assert fires(rule("when f.b")) == []


def test_2_a_rule_without_when_fires():
    assert fires(rule("")) == ["t.r"]


def test_2_unless_blocks_only_when_true_and_any_of_several_does():
    text = rule("unless f.b\n  unless f.p")
    assert fires(text) == ["t.r"]
    assert fires(text, {"f": {"b": False}}) == ["t.r"]
    assert fires(text, {"f": {"p": True}}) == []


# 3 ------------------------------------------------------------------------------------------------


def test_3_a_conditional_on_an_unknown_is_unknown_unless_both_branches_agree():
    assert derive("integer 0..10", "1 if f.b else 2") is None
    assert derive("integer 0..10", "f.n if f.b else 4", n=4) == 4
    assert derive("integer 0..10", "f.n if f.b else f.n") is None


def test_3_a_decided_conditional_does_not_look_at_the_other_branch():
    assert derive("integer 0..10", "1 if f.b else f.n", b=True) == 1
    assert derive("integer 0..10", "f.n if f.b else 1", b=True) is None


def test_3_cases_are_read_from_the_top():
    chain = "1 if f.n < 3 else 2 if f.n < 6 else 3"
    assert [derive("integer 0..10", chain, n=n) for n in (2, 5, 9)] == [1, 2, 3]


def test_3_if_known_takes_all_to_its_left():
    assert derive("integer 0..20", "f.n + f.m if known else 7", n=1) == 7
    assert derive("integer 0..20", "f.n + f.m if known else 7", n=1, m=2) == 3


# 4 ------------------------------------------------------------------------------------------------

FIRST = """
table t.v : colour
  hit first
  | f.n     | f.c       | => t.v |
  |---------|-----------|--------|
  | unknown | -         | blue   |
  | < f.m   | -         | red    |
  | 5..6    | red, blue | green  |
  | -       | -         | blue   |
"""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "blue"),  # `unknown` matches only unknown
        ({"n": 1, "m": 2}, "red"),  # a name in a cell
        ({"n": 5, "m": 2, "c": "red"}, "green"),  # both ends in, a value of several
        ({"n": 7, "m": 2}, "blue"),  # `-` matches anything, unknown too
        ({"n": 5, "m": 2}, None),  # green and blue are candidates
        ({"n": 7}, None),  # undecided where a name in the cell is unknown
    ],
)
def test_4_first(facts, expected):
    assert decide(FIRST, {"f": facts}).derived["t.v"] == expected


UNIQUE = """
table t.v : integer 0..10
  | f.b | f.p | => t.v |
  | yes | -   | 1      |
  | no  | yes | 1      |
  | no  | no  | f.n    |
"""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"b": True}, 1),
        ({"p": True}, 1),  # two undecided rows, the same output
        ({"p": False}, None),  # 1 or unknown
        ({"p": False, "n": 1}, 1),
        ({"b": False, "p": False, "n": 7}, 7),
    ],
)
def test_4_unique_takes_the_row_known_to_hit_else_every_undecided_one(facts, expected):
    assert decide(UNIQUE, {"f": facts}).derived["t.v"] == expected


COLLECT = """
table t.v : set of colour
  hit collect
  | f.n  | => t.v |
  | > 1  | red    |
  | > 2  | f.c    |
  | > 20 | green  |
""".replace("> 20", "> 9 ")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, frozenset()),
        ({"n": 2}, frozenset({"red"})),
        ({"n": 3, "c": "blue"}, frozenset({"red", "blue"})),
        ({"n": 3}, None),
    ],
)
def test_4_collect(facts, expected):
    assert decide(COLLECT, {"f": facts}).derived["t.v"] == expected


def test_4_a_gap_and_an_overlap_are_errors_that_show_the_case():
    gap = "table t.v : colour\n  | f.n   | => t.v |\n  | < f.m | red    |\n"
    (fault,) = refuse(gap, {"f": {"n": 4, "m": 3}})
    assert fault.code == "MR602" and "f.n = 4" in fault.notes[0]
    overlap = gap + "  | < 5   | blue   |\n  | > 4   | blue   |\n"
    (fault,) = refuse(overlap, {"f": {"n": 4, "m": 5}})
    assert fault.code == "MR603" and "f.n = 4" in fault.notes[0]


def test_4_heads_and_outputs_are_expressions():
    text = "table t.v : integer 0..20\n  | f.n + 1 | => t.v    |\n"
    text += "  | < 5     | f.n * 2 |\n  | -       | 0       |\n"
    text = text.replace("\n  | f.n", "\n  hit first\n  | f.n", 1)
    assert decide(text, {"f": {"n": 3}}).derived["t.v"] == 6


def test_4_the_interpreter_and_the_session_are_asked_both():
    assert on_all(book_of(""), {}).derived == {}
    with pytest.raises(mr.UsageError):
        book_of("").decide({}, as_of=DAY, engine="guess")
