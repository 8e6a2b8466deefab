"""Coverage by examples, on books small enough to be worked out by hand."""

from pathlib import Path

import pytest

import matchrules as mr
from matchrules.rulebook import read
from matchrules.syntax import ast
from matchrules.syntax.parser import parse
from matchrules.testing.coverage import Coverage, measure
from matchrules.testing.coverage.suggest import suggest
from matchrules.testing.examples import run_examples
from matchrules.text import Source

WORDS = """\
ruleset words
  version 1
  effective from 2020-01-01
source law "The law"
ordered enum size
  small middle large
fact walk
  coat   : yes_no optional
  hat    : yes_no optional
  wind   : integer 0..12 optional
  shoes  : size default large if walk.wind >= 9 else small unless walk.hat
fact dog many up to 5
  name : text key
  age  : integer 0..30
  tame : yes_no optional
advice go
  out
  far
  feed (dogs: integer 0..5)
reject "no hat without a coat" when walk.hat and walk.coat is no
"""
RULES = """\
ruleset walks
  version 1
  effective from 2020-01-01
  uses words
rule stroll
  id W-1
  cite law
  when walk.coat or walk.hat
  unless walk.wind > 8
  then may go.out "Go."
"""


def covered(rules: str, *examples: str, words: str = WORDS) -> Coverage:
    return measure(book_of(rules, *examples, words=words))


def book_of(rules: str, *examples: str, words: str = WORDS) -> mr.Book:
    written = "".join(
        f'\nexample "number {n}"\n  {given}\n  as of 2024-01-01\n  expect {expect}\n'
        for n, (given, _, expect) in enumerate(one.partition(" => ") for one in examples)
    )
    return mr.load_text({"words.rules": words, "walks.rules": rules + written})


def lacking(coverage: Coverage, where: str = "walks.rules") -> dict[str, tuple[str, ...]]:
    """The conditions of a file that are not covered, with the values that each lacks."""
    return {
        item.text: item.lacks for item in coverage.conditions
        if item.span.source == where and not item.covered
    }  # fmt: skip


BOTH = ("true", "not true")
NOTHING = "given walk: wind = 0 => no fires W-1"
COAT = "given walk: coat = yes, hat = no, wind = 0 => fires W-1"
HAT = "given walk: coat = unknown, hat = yes, wind = 0 => fires W-1"
WIND = "given walk: coat = yes, hat = no, wind = 9 => no fires W-1"
NEITHER = "given walk: coat = no, hat = no, wind = 0 => no fires W-1"


def test_no_examples() -> None:
    coverage = covered(RULES)
    assert coverage.examples == 0
    assert coverage.percent == 0
    assert [(item.name, item.covered) for item in coverage.rules] == [("walks.stroll", False)]
    assert lacking(coverage) == {"walk.coat": BOTH, "walk.hat": BOTH, "walk.wind > 8": BOTH}


@pytest.mark.parametrize(
    ("examples", "lacks", "fired"),
    [
        # the coat decides; a hat could not have changed anything, the wind could have
        ([COAT], {"walk.coat": ("not true",), "walk.hat": BOTH, "walk.wind > 8": ("true",)}, True),
        # without a coat, it is the coat or the hat that is missing: unknown is not true
        ([NOTHING], {"walk.coat": ("true",), "walk.hat": ("true",), "walk.wind > 8": BOTH}, False),
        ([COAT, NOTHING], {"walk.hat": ("true",), "walk.wind > 8": ("true",)}, True),
        ([COAT, NEITHER], {"walk.hat": ("true",), "walk.wind > 8": ("true",)}, True),
        ([COAT, HAT, NEITHER], {"walk.wind > 8": ("true",)}, True),
        ([COAT, HAT, NEITHER, WIND], {}, True),
        # wind is only known not to be over 8 where there is some
        ([WIND], {"walk.coat": BOTH, "walk.hat": BOTH, "walk.wind > 8": ("not true",)}, False),
    ],
)
def test_a_rule(examples: list[str], lacks: dict[str, tuple[str, ...]], fired: bool) -> None:
    coverage = covered(RULES, *examples)
    assert lacking(coverage) == lacks
    assert coverage.rules[0].covered is fired


def test_only_a_false_condition_is_told_apart_under_not() -> None:
    """`not x` is true only where x is false: an unknown x does not decide against a true one."""
    rules = RULES.replace(
        "when walk.coat or walk.hat\n  unless walk.wind > 8", "when not walk.coat"
    )
    unknown = "given walk: wind = 0 => no fires W-1"
    worn = "given walk: coat = yes => no fires W-1"
    assert lacking(covered(rules, unknown, worn)) == {"walk.coat": ("not true",)}
    assert lacking(covered(rules, "given walk: coat = no => fires W-1", worn)) == {}
    shown = rules.replace("not walk.coat", "not shown walk.coat")
    assert lacking(covered(shown, "given walk: wind = 0 => fires W-1", worn)) == {}


def test_guards_are_decisions_of_their_own() -> None:
    """Where the guard of its ruleset is not true, a rule is not looked at."""
    rules = RULES.replace("uses words", "uses words\n  applies when walk.wind is known")
    rules = rules.replace("  unless walk.wind > 8\n", "") + (
        'rule again\n  cite law\n  when walk.coat\n  then may go.far "On."\n'
    )
    calm = "given walk: coat = no, hat = no, wind = 0 => no fires W-1"
    dark = "given walk: coat = yes => no fires W-1"
    assert lacking(covered(rules, calm, dark)) == {
        "walk.coat": ("true",),
        "walk.hat": ("true",),
    } | {"walk.coat": ("true",)}
    assert lacking(covered(rules, calm)) == {
        "walk.wind is known": ("not true",), "walk.coat": ("true",), "walk.hat": ("true",)
    }  # fmt: skip
    coverage = covered(rules, calm, dark)
    assert [i.text for i in coverage.conditions].count("walk.wind is known") == 1
    assert {i.decision.owner for i in coverage.conditions if i.decision.kind == "guard"} == {
        "ruleset walks"
    }


def test_a_condition_is_asked_where_its_branch_is_taken() -> None:
    rules = RULES + (
        "define walk.way : size\n  is large if walk.wind >= 9 else middle if walk.hat else small\n"
    )
    stormy = "given walk: hat = yes, coat = yes, wind = 9 => walk.way is large"
    lacks = lacking(covered(rules, stormy))
    assert lacks["walk.wind >= 9"] == ("not true",)
    text = [i for i in covered(rules, stormy).conditions if i.decision.kind == "choice"]
    assert [(i.text, i.lacks) for i in text if i.span.source == "walks.rules"] == [
        ("walk.wind >= 9", ("not true",)), ("walk.hat", BOTH)
    ]  # fmt: skip
    # where the first is unknown, both branches count
    unknown = "given walk: hat = yes, coat = yes => walk.way is unknown"
    found = covered(rules, unknown).conditions
    assert ("walk.hat", ("not true",)) in [
        (i.text, i.lacks) for i in found if i.decision.kind == "choice"
    ]


TABLE = (
    RULES
    + """
table walk.pace : size
  hit first
  | walk.wind | walk.hat | => walk.pace |
  | < 4       | -        | large        |
  | < 9       | yes      | middle       |
  | -         | -        | small        |
"""
)


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ("given walk: wind = 3 => walk.pace is large", [1]),
        ("given walk: wind = 4, hat = yes => walk.pace is middle", [2]),
        # the second row is undecided: two candidates, so that no row alone decides
        ("given walk: wind = 4 => walk.pace is unknown", []),
        ("given walk: wind = 9 => walk.pace is small", [3]),
        ("given walk: coat = no => walk.pace is unknown", []),
    ],
)
def test_a_row_is_covered_where_it_alone_decides(given: str, rows: list[int]) -> None:
    coverage = covered(TABLE, given)
    assert [item.number for item in coverage.rows if item.covered] == rows


def test_rows_of_unique_and_collecting_tables() -> None:
    rules = (
        RULES
        + """
table walk.unique : size
  | walk.wind | walk.hat | => walk.unique |
  | < 4       | -        | large          |
  | >= 4      | yes      | middle         |
  | >= 4      | no       | small          |
  | unknown   | -        | small          |
  | >= 4      | unknown  | small          |
table walk.all : set of size
  hit collect
  | walk.wind | => walk.all |
  | < 4       | large       |
  | < 9       | middle      |
"""
    )
    coverage = covered(rules, "given walk: wind = 3 => walk.unique is large")
    assert [(i.table, i.number) for i in coverage.rows if i.covered] == [
        ("walk.unique", 1), ("walk.all", 1), ("walk.all", 2)
    ]  # fmt: skip


DOGS = (
    RULES
    + """
define dog.old : yes_no for each dog
  is dog.age >= 10
rule feed_them
  id W-2
  cite law
  for each dog
  when dog.old and dog.tame
  then should go.feed(dogs = count(dog where age > 1 and tame)) "Feed."
"""
)


def test_instances_are_evaluations_of_their_own() -> None:
    one = 'given dog: name = "a", age = 12, tame = yes dog: name = "b", age = 2, tame = yes'
    coverage = covered(DOGS, f"{one} => fires W-2")
    assert {i.text: i.lacks for i in coverage.conditions if i.span.source == "walks.rules"} == {
        "walk.coat": ("true",), "walk.hat": ("true",), "walk.wind > 8": BOTH,
        "dog.age >= 10": (), "dog.old": (), "dog.tame": ("not true",),
        "age > 1": ("not true",), "tame": ("not true",),
    }  # fmt: skip


def test_the_where_of_the_last_two_is_asked_of_the_last_two() -> None:
    rules = RULES + ("define dogs.tamed : yes_no\n  is any(dog last 1 by age where tame)\n")
    two = 'given dog: name = "a", age = 1, tame = no dog: name = "b", age = 2, tame = yes'
    found = covered(rules, f"{two} => dogs.tamed")
    (inner,) = (i for i in found.conditions if i.decision.kind == "selection")
    assert (inner.text, inner.lacks) == ("tame", ("not true",))


def test_a_rejected_case_counts_for_what_rejects_it() -> None:
    hatless = 'given walk: hat = yes, coat = no, wind = 0 => rejected "no hat without a coat"'
    coverage = covered(RULES, hatless)
    assert not coverage.rules[0].covered
    assert lacking(coverage) == {"walk.coat": BOTH, "walk.hat": BOTH, "walk.wind > 8": BOTH}
    found = {i.text: i.lacks for i in coverage.conditions if i.decision.kind == "reject"}
    assert found == {"walk.hat": ("not true",), "walk.coat is no": ("not true",)}


def test_the_unless_of_a_default_counts_where_what_is_asserted_differs() -> None:
    agreeing = "given walk: wind = 9, shoes = large, hat = yes, coat = yes => not fires W-1"
    unless = [i for i in covered(RULES, agreeing).conditions if i.decision.kind == "default"]
    assert [(i.text, i.lacks) for i in unless] == [("walk.hat", BOTH)]
    other = "given walk: wind = 9, shoes = small, hat = yes, coat = yes => walk.shoes is small"
    conflict = 'given walk: wind = 9, shoes = small, hat = no => rejected "is given as small"'
    for examples, lacks in (([other], ("not true",)), ([other, conflict], ())):
        found = covered(RULES, *examples).conditions
        assert [i.lacks for i in found if i.decision.kind == "default"] == [lacks]


def test_a_case_that_cannot_be_read_counts_for_nothing() -> None:
    missing = 'given dog: name = "a" => rejected "is missing"'
    assert covered(RULES, missing).percent == 0


def test_a_failing_example_counts_all_the_same() -> None:
    wrong = "given walk: coat = yes, hat = no, wind = 0 => no fires W-1"
    assert covered(RULES, wrong).rules[0].covered


def test_a_base_case_that_expects_nothing_does_not_count() -> None:
    rules = RULES + (
        "\nexample usual\n  given walk: coat = yes, wind = 0, hat = no\n  as of 2024-01-01\n"
    )
    assert covered(rules).percent == 0


def test_eras_share_what_is_written_once() -> None:
    """A rule that stays as it is counts once, whichever day its examples are of."""
    later = RULES.replace("version 1", "version 2").replace("2020-01-01", "2025-01-01")
    later = later.replace("wind > 8", "wind > 6")
    example = (
        '\nexample "{0}"\n  given walk: coat = yes, hat = no, wind = 0\n'
        "  as of {1}\n  expect fires W-1\n"
    )
    book = mr.load_text({
        "words.rules": WORDS, "walks.rules": RULES + example.format("old", "2024-01-01"),
        "later.rules": later,
    })  # fmt: skip
    coverage = measure(book)
    assert [(i.span.source, i.covered) for i in coverage.rules] == [
        ("later.rules", False), ("walks.rules", True)
    ]  # fmt: skip
    rejects = [i for i in coverage.conditions if i.decision.kind == "reject"]
    assert [i.text for i in rejects] == ["walk.hat", "walk.coat is no"]


# Exceptions --------------------------------------------------------------------------------------


def test_an_exception_is_taken_out_of_the_figures() -> None:
    rules = RULES.replace(
        "unless walk.wind > 8", "unless walk.wind > 8  # not covered: no wind here"
    )
    coverage = covered(rules, COAT, HAT, NEITHER)
    figures = coverage.within(["walks.rules"]).figures()["conditions"]
    assert (figures.total, figures.covered, figures.excepted, figures.missing) == (3, 2, 1, 0)
    assert figures.percent == 100
    assert [i.reason for i in coverage.conditions if i.reason] == ["no wind here"]
    assert coverage.faults == ()


def test_an_exception_may_stand_on_the_line_above() -> None:
    rules = RULES.replace(
        "  unless walk", "  # not covered: no wind here\n\n  # and none there\n  unless walk"
    )
    coverage = covered(rules, COAT, HAT, NEITHER)
    assert [i.reason for i in coverage.conditions if i.reason] == ["no wind here"]


@pytest.mark.parametrize(
    ("comment", "examples", "code"),
    [
        ("# not covered: it is", [COAT, HAT, NEITHER, WIND], "MR721"),
        ("# not covered", [COAT, HAT, NEITHER], "MR720"),
        ("# not covered:", [COAT, HAT, NEITHER], "MR720"),
        ("# not covered yet, says nobody", [COAT, HAT, NEITHER, WIND], None),
        ("# covered", [COAT], None),
    ],
)
def test_exceptions_that_are_faults(comment: str, examples: list[str], code: str | None) -> None:
    rules = RULES.replace("unless walk.wind > 8", f"unless walk.wind > 8 {comment}")
    found = covered(rules, *examples).faults
    assert [fault.code for fault in found] == ([] if code is None else [code])


def test_an_exception_of_a_rule_and_of_a_row() -> None:
    rules = TABLE.replace("rule stroll", "rule stroll  # not covered: too far")
    rules = rules.replace("| small        |", "| small        |  # not covered: never so windy")
    coverage = covered(rules)
    assert [i.reason for i in coverage.rules] == ["too far"]
    assert [i.reason for i in coverage.rows] == [None, None, "never so windy"]
    assert coverage.faults == ()


# Suggestions -------------------------------------------------------------------------------------


def test_what_is_suggested_holds_and_covers() -> None:
    rules = DOGS + TABLE.removeprefix(RULES)
    usual = "\nexample usual\n  given walk: coat = yes, wind = 0\n  as of 2024-01-01\n"
    book = book_of(rules + usual, "given usual => fires W-1")
    before = measure(book)
    added = "\n".join(found.text for found in suggest(book, before))
    assert "given usual with walk: " in added
    sources = {name: source.text for name, source in book.sources.items()}
    sources["walks.rules"] += "\n" + added
    again = mr.load_text(sources)
    assert [r.name for r in run_examples(again, "interpreter") if not r.passed] == []
    # all but what cannot be: a hat that differs from its default, under a reject
    assert lacking(measure(again)) == {}
    assert all(item.covered for item in (*measure(again).rules, *measure(again).rows))


def test_without_any_example_proposals_start_from_nothing() -> None:
    book = book_of(RULES)
    added = "\n".join(found.text for found in suggest(book, measure(book)))
    again = mr.load_text({"words.rules": WORDS, "walks.rules": f"{RULES}\n{added}"})
    assert [r.name for r in run_examples(again, "interpreter") if not r.passed] == []
    assert lacking(measure(again)) == {}


def without_examples(source: Source) -> str:
    """The text of a file without the examples that no other builds on."""
    file, text = parse(source)[0], source.text
    written = [one for one in file.statements if isinstance(one, ast.ExampleStatement)]
    for one in reversed(written):
        if one.name is None:
            text = text[: one.span.start] + text[one.span.end :]
    return text


def test_proposals_cover_a_whole_book() -> None:
    """Another field's rules, most of their examples taken away."""
    folder = Path(__file__).parents[2] / "examples" / "air_passengers"
    texts = {name: without_examples(source) for name, source in read(folder).items()}
    book = mr.load_text(texts)
    before = measure(book)
    assert before.percent < 60
    for found in suggest(book, before):
        texts[found.file] += f"\n{found.text}"
    again = mr.load_text(texts)
    assert [r.name for r in run_examples(again, "interpreter") if not r.passed] == []
    missing = sum(item.missing for item in measure(again).items)
    assert missing <= 2, "all but what is more than three changes away"
