"""Mutants of small books, each one known by hand: made, noticed, and not noticed."""

from datetime import date

import pytest

import matchrules as mr
from matchrules.diagnostics.model import RuleErrors, UsageError
from matchrules.rulebook import Book
from matchrules.testing.mutation import Fate, Report, mutants, mutate
from matchrules.testing.mutation.values import others
from matchrules.types import AnyDayOfYear, DayOfYear, Enum, Number, SetOf, YesNo

DAY = date(2026, 11, 1)

HEAD = """
ruleset inn
  version 1
  effective from 2026-01-01
  {guard}
source house "House rules"
enum drink "What is drunk"
  water tea wine
ordered enum size "How much"
  small middle large
fact guest "Who comes"
  age     : integer 0..120 years optional
  thirsty : yes_no optional
  tired   : yes_no optional
  likes   : drink optional
  size    : size optional
  arrival : date optional
  owes    : decimal 0.00..9.99 default 1.50 unless guest.tired
parameter grown_up : integer 0..120 years
  is 18 years cite house
parameter price by drink : integer 0..9
  for water, tea is 1 cite house
  for wine from 2026-03-01 is 5 cite house
advice serve "Serve"
  drink (cost: integer 0..99)
  bed
"""


def book(rules: str, guard: str = "") -> Book:
    return mr.load_text({"inn.rules": HEAD.format(guard=guard) + rules})


def rule(conditions: str, then: str = "should serve.bed", more: str = "") -> str:
    return f'rule bed\n  cite house\n  {conditions}\n  then {then} "Go to bed."\n{more}'


def changes(rules: str, statement: str, guard: str = "") -> list[tuple[str, str]]:
    """Kind and words of every mutant of a statement, strengths left out."""
    return [
        (mutant.kind, mutant.change)
        for mutant in mutants(book(rules, guard))
        if mutant.statement.startswith(statement) and mutant.kind != "strength"
    ]


# What is made ------------------------------------------------------------------------------------

WHEN = [("clause", "`when` made `unless`"), ("condition", "`when` dropped")]


@pytest.mark.parametrize(
    "conditions, made",
    [
        ("when guest.age >= 12 years", [
            ("comparison", "`>=` made `<`"),
            ("boundary", "`12 years` made `11 years`"), ("boundary", "`12 years` made `13 years`"),
            *WHEN,
        ]),
        # one step of a literal says the same as the neighbour of the comparison
        ("when guest.age > grown_up", [
            ("comparison", "`>` made `>=`"), ("comparison", "`>` made `<=`"), *WHEN,
        ]),
        # 0 is the lowest age: `>= -1` is no change
        ("when guest.age >= 0 years", [
            ("comparison", "`>=` made `<`"), ("boundary", "`0 years` made `1 year`"), *WHEN,
        ]),
        ("when guest.size >= middle", [
            ("comparison", "`>=` made `<`"), ("member", "`middle` made `small`"),
            ("member", "`middle` made `large`"), *WHEN,
        ]),
        ("when guest.likes is tea", [
            ("comparison", "`is` made `is not`"), ("member", "`tea` made `wine`"), *WHEN,
        ]),
        ("when guest.likes in (water, wine)", [
            ("condition", "`water` left out"), ("condition", "`wine` left out"),
            ("member", "`water` made `tea`"), *WHEN,
        ]),
        ("when guest.arrival < 2026-03-01", [
            ("comparison", "`<` made `>=`"), ("boundary", "`2026-03-01` made `2026-02-28`"),
            ("boundary", "`2026-03-01` made `2026-03-02`"), *WHEN,
        ]),
        # where it only counts what is true, `shown` changes nothing
        ("when shown guest.tired", WHEN),
        ("when not shown guest.tired", [
            ("condition", "`not` dropped"), ("shown", "`shown` dropped"), *WHEN,
        ]),
        ("when guest.tired is unknown", [
            ("comparison", "`is unknown` made `is known`"), *WHEN,
        ]),
        ("when guest.tired and guest.thirsty", [
            ("condition", "`guest.tired` dropped from an `and`"),
            ("condition", "`guest.thirsty` dropped from an `and`"), WHEN[0],
        ]),
        ("when guest.tired\n  unless guest.thirsty", [
            *WHEN, ("clause", "`unless` dropped"), ("clause", "`unless` made `when`"),
        ]),
    ],
)  # fmt: skip
def test_mutants_of_a_condition(conditions: str, made: list[tuple[str, str]]) -> None:
    found = changes(rule(conditions), "rule")
    assert sorted(found) == sorted(made)


@pytest.mark.parametrize(
    "strength, made",
    [
        ("must", ["should", "must_not"]),
        ("should", ["must", "may", "should_not"]),
        ("need_not", ["should_not", "may"]),
    ],
)
def test_mutants_of_a_strength(strength: str, made: list[str]) -> None:
    found = mutants(book(rule("when guest.tired", f"{strength} serve.bed")))
    said = [m.change for m in found if m.kind == "strength"]
    assert said == [f"`{strength}` made `{other}`" for other in made]


def test_mutants_of_a_table() -> None:
    table = """
table guest.cost : integer 0..9
  hit first
  | guest.likes | guest.age  | => guest.cost |
  | wine        | < grown_up | 0             |
  | unknown     | -          | 2             |
  | -           | -          | 9             |
"""
    assert changes(table, "table") == [
        ("cell", "`wine` made `-`"), ("cell", "`wine` made `water`"),
        ("cell", "`< grown_up` made `-`"), ("cell", "`<` made `<=`"), ("cell", "`<` made `>=`"),
        ("cell", "output `0` made `1`"),
        ("cell", "`unknown` made `-`"), ("cell", "output `2` made `1`"),
        ("cell", "output `2` made `3`"), ("cell", "output `9` made `8`"),
    ]  # fmt: skip


def test_mutants_of_a_head_change_the_whole_column() -> None:
    table = """
table guest.cost : integer 0..9
  | shown guest.tired | => guest.cost |
  | yes               | 0             |
  | no                | 9             |
"""
    made = next(m for m in mutants(book(table)) if m.kind == "shown")
    changed = made.of(book(table))
    case = {"guest": {"age": 3}}
    assert book(table).decide(case, DAY).derived["guest.cost"] == 9
    assert changed.decide(case, DAY, "interpreter").derived["guest.cost"] is None


def test_mutants_of_a_parameter_only_where_more_than_a_text_reads_it() -> None:
    text = 'rule bed\n  cite house\n  then may serve.bed "From {grown_up} on."\n'
    assert changes(text, "parameter") == []
    read = "define guest.dear : yes_no\n  is (price for guest.likes) > 2\n"
    assert changes(read, "parameter") == [
        ("parameter", "`1` made `0`"), ("parameter", "`1` made `2`"),
        ("parameter", "`from 2026-03-01` made `from 2026-02-28`"),
        ("parameter", "`from 2026-03-01` made `from 2026-03-02`"),
        ("parameter", "`5` made `4`"), ("parameter", "`5` made `6`"),
    ]  # fmt: skip


def test_an_entry_for_several_keys_is_changed_for_all_of_them() -> None:
    read = "define guest.dear : yes_no\n  is (price for guest.likes) > 2\n"
    made = next(m for m in mutants(book(read)) if m.change == "`1` made `2`")
    rows = made.of(book(read)).bases[0].parameters["price"].rows
    assert [(row.key, row.value) for row in rows] == [("tea", 2), ("water", 2), ("wine", 5)]


def test_mutants_of_a_default() -> None:
    assert changes("", "attribute") == [
        ("boundary", "`1.50` made `1.49`"), ("boundary", "`1.50` made `1.51`"),
        ("clause", "`unless` dropped"),
    ]  # fmt: skip


def test_mutants_of_a_guard_are_of_all_that_it_guards() -> None:
    two = rule("when guest.tired") + rule("when guest.thirsty").replace("rule bed", "rule drink")
    section = f'section "At night" applies when guest.age < 9 years\n{two}'
    all_ = mutants(book(section, "applies when guest.likes is tea"))
    dropped = [m for m in all_ if m.change == "`applies when` dropped"]
    assert [m.statement for m in dropped] == ["ruleset `inn`", "section `At night`"]
    for mutant in dropped:
        rules = mutant.of(book(section, "applies when guest.likes is tea")).bases[0].rules
        assert [len(rules[name].guards) for name in ("bed", "drink")] == [1, 1]
    assert ("boundary", "`9 years` made `8 years`") in changes(section, "section")


def test_mutants_of_a_reject() -> None:
    rejects = 'reject "a child that pays" when guest.age < 9 years and guest.owes > 0.00\n'
    assert ("condition", "`guest.owes > 0.00` dropped from an `and`") in changes(rejects, "reject")


def test_a_mutant_stands_where_it_is_written() -> None:
    rules = rule("when guest.age >= 12 years and not guest.thirsty")
    text = book(rules).sources["inn.rules"].text
    said = {m.change: text[m.span.start : m.span.end] for m in mutants(book(rules))}
    assert said["`>=` made `<`"] == ">="
    assert said["`12 years` made `13 years`"] == "12 years"
    assert said["`not` dropped"] == "not"
    assert said["`should` made `must`"] == "serve.bed"


def test_values_beside_a_value() -> None:
    enum = Enum("size", ("small", "middle", "large"), ordered=True)
    assert list(others("small", enum, bounding=True)) == ["middle"]
    assert list(others("large", enum)) == ["small"]
    assert list(others("x", Enum("one", ("x",)))) == []
    assert list(others(frozenset({"small", "large"}), SetOf(enum))) == [{"small"}, {"large"}]
    assert list(others(True, YesNo())) == [False]
    assert list(others(5, Number(0))) == [4, 6]
    days = list(others(DayOfYear(2, 29), AnyDayOfYear()))
    assert days == [DayOfYear(2, 28), DayOfYear(3, 1)]


# Noticed, and not noticed ------------------------------------------------------------------------

EXAMPLE = """
example "{title}"
  given guest: {given}
  as of 2026-11-01
  expect {expect}
"""


def example(given: str, expect: str) -> str:
    return EXAMPLE.format(title=given, given=given, expect=expect)


def fates(report: Report) -> dict[str, Fate]:
    return {fate.mutant.change: fate for fate in report.fates}


def test_an_example_on_each_side_notices_a_boundary() -> None:
    rules = rule("when guest.age >= 12 years")
    firing = example("age = 12 years", "should serve.bed")
    silent = example("age = 11 years", "no fires bed")
    one = fates(mutate(book(rules + firing), seconds=0, processes=1))
    assert one["`12 years` made `13 years`"].answer == "killed"
    assert one["`12 years` made `11 years`"].answer == "survived"
    both = mutate(book(rules + firing + silent), seconds=0, processes=1, only=["bed"])
    assert {fate.answer for fate in both.fates} == {"killed"}
    assert both.score.percent == 100
    killer = fates(both)["`12 years` made `11 years`"].trial.killer
    assert killer is not None and (killer.by, killer.name) == ("example", "age = 11 years")


def test_a_survivor_tells_where_it_makes_a_difference() -> None:
    rules = rule(
        "when guest.age >= 12 years", more=rule("when guest.tired").replace("bed\n", "b\n")
    )
    silent = example("age = 11 years, tired = no", "no fires b")
    trial = fates(mutate(book(rules + silent), seconds=0, processes=1))[
        "`12 years` made `11 years`"
    ].trial
    assert (trial.examples, trial.reached) == (1, 1)
    assert [(one.example, one.rules) for one in trial.sightings] == [
        ("age = 11 years, tired = no", ("bed",))
    ]


def test_a_survivor_that_no_example_comes_to_is_given_a_case() -> None:
    rules = rule("when guest.age >= 12 years", more=example("age = 12 years", "should serve.bed"))
    found = fates(mutate(book(rules), seconds=0, processes=1))
    nearby = found["`12 years` made `11 years`"].nearby
    assert nearby is not None
    assert str(nearby) == "“age = 12 years” with guest: age = 11"
    assert nearby.what == ("bed",)
    assert found["`12 years` made `13 years`"].nearby is None  # it was noticed


def test_no_case_is_given_where_there_is_none() -> None:
    rules = rule("when guest.age >= 12 years and guest.age >= 5 years")
    both = rules + example("age = 12 years", "should serve.bed")
    found = fates(mutate(book(both), seconds=0, processes=1))
    assert found["`5 years` made `6 years`"].answer == "survived"
    assert found["`5 years` made `6 years`"].nearby is None


def test_a_property_notices_on_its_own_cases_and_on_those_of_examples() -> None:
    rules = rule("when guest.age >= 12 years", "must serve.bed")
    said = "property p\n  when guest.age is 11 years\n  then not fires bed\n"
    killer = fates(mutate(book(rules + said), seconds=0, processes=1))[
        "`12 years` made `11 years`"
    ].trial.killer
    assert killer is not None and (killer.by, killer.name) == ("property", "p")
    without = fates(mutate(book(rules + said), cases=0, seconds=0, processes=1))
    assert without["`12 years` made `11 years`"].answer == "survived"
    of_example = example("age = 11 years", "guest.owes is 1.50")
    killer = fates(mutate(book(rules + said + of_example), cases=1, seconds=0, processes=1))[
        "`12 years` made `11 years`"
    ].trial.killer
    assert killer is not None and killer.name == "p"


def test_a_case_that_becomes_invalid_refutes_no_property() -> None:
    rules = 'reject "too young" when guest.age < 3 years\n'
    said = "property p\n  when guest.age is known\n  then guest.age >= 3 years\n"
    answers = {
        c: f.answer for c, f in fates(mutate(book(rules + said), seconds=0, processes=1)).items()
    }
    assert answers["`3 years` made `4 years`"] == "survived"  # fewer cases are valid
    rejected = example("age = 2 years", 'rejected "too young"')
    answers = {
        c: f.answer
        for c, f in fates(mutate(book(rules + rejected), seconds=0, processes=1)).items()
    }
    assert answers["`3 years` made `2 years`"] == "killed"
    assert answers["`3 years` made `4 years`"] == "survived"


def test_what_a_check_refuses_is_not_counted() -> None:
    table = """
table guest.cost : integer 0..9
  | guest.tired | => guest.cost |
  | yes         | 0             |
  | no          | 5             |
  | unknown     | 5             |
"""
    report = mutate(book(table), seconds=0, processes=1, only=["guest.cost"])
    assert report.refused == 5  # each cell made `-`, or a yes made a no: an overlap
    assert report.score.made == 5  # the outputs


def test_rules_that_say_the_same_are_equivalent() -> None:
    pytest.importorskip("z3")
    rules = rule("when guest.age >= 12 years and guest.age >= 5 years")
    report = fates(mutate(book(rules), processes=1, only=["bed"]))
    assert report["`5 years` made `6 years`"].answer == "equivalent"
    assert report["`guest.age >= 5 years` dropped from an `and`"].answer == "equivalent"
    assert report["`12 years` made `13 years`"].answer == "survived"


# The run as a whole ------------------------------------------------------------------------------

WHOLE = rule("when guest.age >= 12 years and guest.tired") + example(
    "age = 12 years, tired = yes", "fires bed"
)


def told(report: Report) -> list[tuple[str, str, str, object]]:
    return [
        (fate.mutant.statement, fate.mutant.change, fate.answer, (fate.trial, fate.nearby))
        for fate in report.fates
    ]


def test_two_processes_say_what_one_says() -> None:
    one = mutate(book(WHOLE), seconds=0, processes=1)
    two = mutate(book(WHOLE), seconds=0, processes=2)
    assert told(one) == told(two)
    assert one.score == two.score and one.files[0].file == "inn.rules"
    assert one.score.made == one.score.killed + one.score.survived


def test_a_sample_is_the_same_each_time() -> None:
    some = [told(mutate(book(WHOLE), seconds=0, processes=1, sample=4, seed=s)) for s in (1, 1, 2)]
    assert some[0] == some[1] != some[2]
    assert len(some[0]) == 4


def test_only_takes_what_is_there() -> None:
    report = mutate(book(WHOLE), seconds=0, processes=1, only=["bed"])
    assert {fate.mutant.name for fate in report.fates} == {"bed"}
    with pytest.raises(
        UsageError, match="nothing that can be changed is called `bad`; did you mean `bed`"
    ):
        mutate(book(WHOLE), only=["bad"])


def test_rules_that_fail_their_own_examples_are_not_mutated() -> None:
    with pytest.raises(RuleErrors, match="does not come out as expected"):
        mutate(book(rule("when guest.tired") + example("tired = no", "fires bed")))


def test_an_interrupt_tells_what_is_known() -> None:
    def progress(what: str, done: int, of: int) -> None:
        if what == "properties":
            raise KeyboardInterrupt

    said = "property p\n  when guest.age is 11 years\n  then not fires bed\n"
    report = mutate(book(WHOLE + said), processes=1, progress=progress)
    assert report.interrupted
    assert report.score.killed > 0 and report.score.untried > 0 and report.score.survived == 0
