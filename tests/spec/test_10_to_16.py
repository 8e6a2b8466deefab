"""Statements 10 to 16 of the meaning: versions, numbers, provisional, texts, validity, replay."""

from datetime import date
from decimal import Decimal

import pytest
from ground import (
    AS_OF,
    VOCABULARY,
    all_refuse,
    book_of,
    decide,
    derive,
    faults_of,
    fires,
    on_all,
    rule,
    truth,
)  # fmt: skip

import matchrules as mr

# 10 -----------------------------------------------------------------------------------------------

MARK = """
parameter mark : integer 1..300
  from 2020-06-01 is 200
  from 2021-06-01 is 210 cite book checked 2021-06-01
parameter opens by integer 2018..2040 : date
  for 2025 is 2025-09-03
  for 2026 from 2021-01-01 is 2026-09-02
"""


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2020, 5, 31), None), (date(2020, 6, 1), 200), (date(2021, 5, 31), 200),
     (date(2021, 6, 1), 210)],
)  # fmt: skip
def test_10_a_parameter_has_the_value_of_as_of_or_of_a_date(day, expected):
    assert derive("integer 1..300", "mark", as_of=day, extra=MARK) == expected
    assert derive("integer 1..300", "mark on f.day", extra=MARK, day=day) == expected


def test_10_a_key_not_listed_or_before_its_date_is_unknown():
    def opens(key, as_of=AS_OF):
        return derive("date", f"opens for {key}", as_of=as_of, extra=MARK)

    assert opens(2025) == date(2025, 9, 3)
    assert opens(2024) is None
    assert opens(2026, date(2020, 12, 31)) is None
    assert opens(2026) == date(2026, 9, 2)
    assert derive("date", "opens for f.n", extra=MARK.replace("2018", "0")) is None


def test_10_a_version_runs_until_its_successor_starts():
    later = VOCABULARY.replace("version 1", "version 2").replace("2020-01-01", "2022-01-01")
    text = "define t.v : integer 0..9\n  is {}\n"
    book = mr.load_text({"a.rules": VOCABULARY + text.format(1), "b.rules": later + text.format(2)})
    assert on_all(book, {}, date(2021, 12, 31)).derived["t.v"] == 1
    assert on_all(book, {}, date(2022, 1, 1)).derived["t.v"] == 2
    assert on_all(book, {}, date(2022, 1, 1)).rulesets[0].version == "2"


def test_10_as_of_outside_every_period_is_an_error():
    assert all_refuse(book_of(""), {}, date(2019, 12, 31))


def test_10_every_day_in_force_needs_one_version_of_everything_used():
    other = "ruleset o\n  version 1\n  effective from 2021-01-01\n"
    with pytest.raises(mr.RuleErrors):
        mr.load_text({"t.rules": VOCABULARY.replace("effective", "uses o\n  effective", 1),
                      "o.rules": other})  # fmt: skip
    with pytest.raises(mr.RuleErrors):
        mr.load_text({"a.rules": VOCABULARY, "b.rules": VOCABULARY.replace("n 1", "n 2", 1)})


# 11 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "expression", "expected"),
    [
        ("decimal 0.00..9.00", "f.n / 3", Decimal("0.67")),
        ("decimal -9.00..9.00", "(0 - f.n) / 8", Decimal("-0.25")),
        ("decimal -9.0..9.0", "(0 - f.n) / 8", Decimal("-0.3")),  # half away from zero
        ("yes_no", "f.n / 3 * 3 is f.n", True),  # quotients are fractions until stored
        ("integer -9..9", "f.n / 3 rounded down", 0),
        ("integer -9..9", "f.n / 3 rounded up", 1),
        ("integer -9..9", "(0 - f.n) / 3 rounded down", -1),
        ("integer -9..9", "(0 - f.n) / 3 rounded up", 0),
        ("integer -9..9", "f.n / 4 rounded nearest", 1),
        ("integer -9..9", "(0 - f.n) / 4 rounded nearest", -1),
        ("integer 0..9", "min(f.n, 1)", 1),
        ("integer 0..9", "max(f.n, 5)", 5),
    ],
)
def test_11_arithmetic_is_exact_and_stores_round(type_, expression, expected):
    assert derive(type_, expression, n=2) == expected


def test_11_an_integer_takes_a_fraction_only_rounded():
    assert faults_of("define t.v : integer 0..9\n  is f.n / 3\n")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("f.day + 1 month", date(2024, 2, 29)),
        ("f.day + 13 months", date(2025, 2, 28)),
        ("f.day + 28 days", date(2024, 2, 28)),
        ("f.day - 2 weeks", date(2024, 1, 17)),
        ("f.day + 1 year", date(2025, 1, 31)),
        ("29 February of 2025", date(2025, 2, 28)),
        ("29 February of 2024", date(2024, 2, 29)),
        ("f.day + 9000 years", None),
    ],
)
def test_11_months_and_years_clamp_and_the_calendar_ends(expression, expected):
    assert derive("date", expression, day=date(2024, 1, 31)) == expected


def test_11_days_between_is_positive_where_the_second_is_later():
    facts = {"day": date(2024, 1, 31), "other": date(2024, 3, 1)}
    assert derive("integer -99..99 days", "days between f.day and f.other", **facts) == 30
    assert derive("integer -99..99 days", "days between f.other and f.day", **facts) == -30
    assert truth("days between f.day and f.other + 1 day > 30 days", **facts) is True


# 12 -----------------------------------------------------------------------------------------------


def test_12_advice_is_provisional_if_anything_it_names_is():
    text = "define t.e : integer 0..10\n  provisional when f.b\n  is f.n\n"
    text += "define t.g : integer 0..20\n  is 1 if f.p else t.e + 1\n"
    text += rule("when t.g > 0")
    for facts, expected in (({"p": True, "b": True}, True), ({"p": True, "b": False}, False),
                            ({"p": True}, False)):  # fmt: skip
        assert [a.provisional for a in decide(text, {"f": facts})] == [expected]


def test_12_a_rule_and_a_default_can_make_it_so():
    said = decide(rule("provisional when f.b"), {"f": {"b": True}})
    assert [advice.provisional for advice in said] == [True]
    text = "fact g\n  n : integer 0..10 default t.e\ndefine t.e : integer 0..10\n"
    text += "  provisional when f.b\n  is f.n\n" + rule("when g.n > 1")
    assert [a.provisional for a in decide(text, {"f": {"b": True, "n": 2}})] == [True]


def test_12_reasons_are_the_facts_that_the_rule_itself_names():
    text = 'section "S" applies when f.p\n'
    text += rule("when f.b and t.e > mark\n  unless f.c is red",
                 then='may k.b(v = f.n) "Since {f.day}, {v}."')  # fmt: skip
    text += "define t.e : integer 0..300\n  is 250 if f.l is low else 250\n" + MARK
    (advice,) = decide(text, {"f": {"b": True, "p": True, "n": 3}})
    assert advice.reasons == {"f.b": True, "f.c": None, "f.day": None, "f.n": 3, "t.e": 250}


def test_12_a_value_checked_too_long_ago_gives_a_warning():
    vocabulary = VOCABULARY.replace("effective", "stale after 400 days\n  effective", 1)
    book = mr.load_text({"t.rules": vocabulary + MARK})
    assert on_all(book, {}, date(2022, 7, 6)).warnings == ()
    (warning,) = on_all(book, {}, date(2022, 7, 7)).warnings
    assert "mark" in warning and "2021-06-01" in warning


# 13 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hole", "facts", "expected"),
    [
        ("f.c", {"c": "red"}, "Red"),
        ("f.s", {"s": ["red", "green", "blue"]}, "Red, Green and Blue"),
        ("f.s", {"s": ["green"]}, "Green"),
        ("f.day", {"day": date(2021, 2, 3)}, "2021-02-03"),
        ("f.c", {}, "not known"),
        ('f.c if known else "list it"', {}, "list it"),
        ('f.c if known else "list it"', {"c": "blue"}, "Blue"),
        ("f.d", {"d": Decimal("1.5")}, "1.50"),
        ("f.n", {"n": 7}, "7"),
    ],
)
def test_13_texts(hole, facts, expected):
    (advice,) = decide(rule("", then=f'may k.a "<{{{hole}}}>"'), {"f": facts})
    assert advice.text == f"<{expected}>"


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("n[ of {f.n}]!", {"n": 7}, "n of 7!"),
        ("n[ of {f.n}]!", {}, "n!"),
        ("[{f.n} and {f.m}, ]{f.c}", {"n": 1, "m": 2}, "1 and 2, not known"),
        ("[{f.n} and {f.m}, ]{f.c}", {"n": 1, "c": "red"}, "Red"),  # one unknown is enough
        ("[{f.n}][{f.m}]", {"m": 2}, "2"),
        ('[a{"" if f.b else "b"}c]', {"b": True}, "ac"),  # an empty text is known
        ('[a{"" if f.b else "b"}c]', {}, ""),
        ('[a{"[b]" if f.b else "c"}]', {"b": True}, "a[b]"),  # in a hole a bracket is one
        ("[{f.n if known else f.m}]", {"m": 2}, "2"),
        ("[[{f.n}]] [[[{f.m}]]]", {"n": 1, "m": 2}, "[1] [2]"),
        ("[[{f.n}]] [[[{f.m}]]]", {"n": 1}, "[1] ["),
    ],
)
def test_13_a_segment_is_left_out_where_a_hole_in_it_is_unknown(text, facts, expected):
    (advice,) = decide(rule("", then=f'may k.a "<{text}>"'), {"f": facts})
    assert advice.text == f"<{expected}>"


def test_13_a_long_text_has_segments_with_the_margin_taken_off():
    text = rule("", then='may k.a """\n    It is[\n      {f.n}\n    or {f.m}].\n    """')
    assert decide(text, {"f": {"n": 1, "m": 2}}).advice[0].text == "It is\n  1\nor 2."
    assert decide(text).advice[0].text == "It is."


def test_13_a_segment_prints_a_field_and_what_it_names_is_read():
    text = rule("", then='may k.b(v = f.n) "Do[ {v} of {f.m}]."')
    (advice,) = decide(text, {"f": {"n": 3, "m": 4}}).advice
    assert (advice.text, advice.reasons) == ("Do 3 of 4.", {"f.m": 4, "f.n": 3})
    assert decide(text, {"f": {"n": 3}}).unknown == ("f.m",)


def test_13_a_reject_says_a_segment_where_it_is_known():
    text = 'reject "too many[: {f.n}]" when f.b or f.n > 9\n'
    assert [d.message for d in all_refuse(book_of(text), {"f": {"n": 10}})] == ["too many: 10"]
    assert [d.message for d in all_refuse(book_of(text), {"f": {"b": True}})] == ["too many"]


def test_13_order_of_advice():
    text = "".join(
        rule("", name, f'{strength} {subject} "x"')
        for name, strength, subject in (
            ("a", "may", "k.a"), ("b", "must", "k.b(v = 1)"), ("z", "must", "k.a"),
            ("c", "should", "loud.a"), ("d", "must", "k.a"),
        )
    )  # fmt: skip
    assert fires(text) == ["t.c", "t.d", "t.z", "t.b", "t.a"]


def test_13_salience_never_changes_which_advice_is_given():
    text = rule("", "a") + rule("", "b", 'may loud.a "x"')
    quiet = mr.load_text({"t.rules": (VOCABULARY + text).replace("salience 10", "salience -10")})
    assert {a.rule for a in on_all(quiet, {})} == {a.rule for a in decide(text)}


# 14 -----------------------------------------------------------------------------------------------


def test_14_a_case_that_is_rejected_is_not_valid():
    text = 'reject "{f.n} is too many" when f.n > 5\n'
    (fault,) = all_refuse(book_of(text), {"f": {"n": 6}})
    assert fault.code == "MR605" and fault.message == "6 is too many"
    assert on_all(book_of(text), {"f": {}}).advice == ()


def test_14_more_than_the_bound_is_an_error():
    given = [{"date": AS_OF}] * 6
    assert all_refuse(book_of(""), {"item": given})
    assert derive("integer 0..5", "count(item)", item=given[:5]) == 5


# 15 -----------------------------------------------------------------------------------------------


def test_15_every_advice_cites_and_a_decision_can_be_replayed():
    decision = decide(rule("when f.n > 1\n  cite book Ch3"), {"f": {"n": 2}})
    assert [a.cites for a in decision] == [("book", "book Ch3")]
    (ruleset,) = decision.rulesets
    assert (ruleset.name, ruleset.version, len(ruleset.sha256)) == ("t", "1", 64)
    book = book_of(rule("when f.n > 1\n  cite book Ch3"))
    again = book.decide(decision.facts, as_of=decision.as_of)
    assert again.to_json() == decision.to_json()


def test_15_a_rule_that_cites_nothing_is_a_fault():
    assert faults_of('rule r\n  then must k.a "x"\n')


# 16 -----------------------------------------------------------------------------------------------


def test_16_loading_runs_no_code_and_opens_nothing():
    text = rule("", then="may k.a \"__import__('os').abort() {f.n}\"")
    (advice,) = decide(text, {"f": {"n": 1}})
    assert advice.text == "__import__('os').abort() 1"
