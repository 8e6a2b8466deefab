"""Conditions and values in words: what each kind of expression reads like."""

import pytest

import matchrules as mr
from matchrules import ir
from matchrules.explain import Wording
from matchrules.types import Number

VOCABULARY = """
ruleset words
  version 1
  effective from 2020-01-01

source law "The law"
enum colour "A colour"
  red  "red, or nearly so"
  blue "blue"
  grey
enum pale "A pale colour"
  white "pale"
  beige "pale"
ordered enum size "A size"
  small big
fact walk "A walk that Ada takes"
  start    : date optional "Day of the walk; not its hour"
  coat     : colour optional "Coat worn"
  shoes    : set of colour optional "Shoes in the cupboard"
  shade    : pale optional "Shade"
  length   : size optional "Its length"
  distance : integer 0..90 miles optional "Miles walked"
  ada      : yes_no optional "Ada comes along"
  wet      : yes_no optional "Wet, and cold"
  untold   : yes_no optional
fact dog many up to 9 "A dog"
  age    : integer 0..30 years "Age"
  bitten : date "Day of its last bite"
  tame   : yes_no optional "Tame"
fact day many up to 9
  hot : yes_no optional "Hot"
fact other "Another walk"
  start : date optional "Start"
  end   : date optional "Start"
parameter least : integer 0..90 miles "Fewest miles"
  is 3 cite law
parameter most by colour : integer 0..90 miles "Most miles"
  for red is 3 cite law
parameter fee : integer 0..90 "Fee"
  from 2021-01-01 is 3 cite law
parameter spring : day_of_year "First day of spring"
  is 21 March cite law
define walk.far : yes_no "Ada says that it is far"
  is walk.distance > least
advice go "Go"
  out "Out of the house"
"""


def expression(text: str, cases: bool = False) -> tuple[Wording, ir.Expression]:
    compare = "compare a, b\n" if cases else ""
    rule = 'rule stroll "Take a stroll"\n  id W-1\n  cite law\n  then may go.out "Go."\n'
    book = mr.load_text(
        {"words.rules": f"{VOCABULARY}\n{rule}\nproperty it\n{compare}  {text}\n"},
    )
    base = book.bases[-1]
    return Wording(base), base.properties["it"].then


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        # names
        ("walk.ada", "Ada comes along"),
        ("walk.far", "Ada says that it is far"),
        ("walk.wet", "“Wet, and cold”"),
        ("walk.untold", "untold of walk"),
        ("not walk.ada", "Ada comes along: no"),
        ("not (not walk.ada)", "Ada comes along"),
        ("walk.ada is yes", "Ada comes along"),
        ("walk.ada is no", "Ada comes along: no"),
        ("shown walk.ada", "Ada comes along: shown"),
        ("not (shown walk.ada)", "Ada comes along: not shown"),
        ("shown (not walk.ada)", "Ada comes along: shown to be no"),
        ("walk.ada is known", "Ada comes along: known"),
        ("walk.ada is unknown", "Ada comes along: unknown"),
        ("other.start is known", "start (other.start): known"),
        ("other.start > other.end", "start (other.start): after start (other.end)"),
        # comparisons
        ("walk.coat is red", "coat worn: “red, or nearly so”"),
        ("walk.coat is not grey", "coat worn: not “grey”"),
        ("walk.shade is beige", "shade: “pale” (beige)"),
        ("walk.coat in (red, blue)", "coat worn: “red, or nearly so” or “blue”"),
        ("not walk.coat in (red, blue)", "coat worn: neither “red, or nearly so” nor “blue”"),
        ("walk.distance < least", "miles walked: under 3 miles (least)"),
        ("not walk.distance < least", "miles walked: at least 3 miles (least)"),
        ("not (shown walk.distance <= 1 mile)", "miles walked: not shown to be at most 1 mile"),
        ("walk.distance > most for walk.coat",
         "miles walked: over (most miles (most) for coat worn)"),
        ("walk.distance in 2..4", "miles walked: from 2 miles to 4 miles"),
        ("not walk.distance in 2..4", "miles walked: not from 2 miles to 4 miles"),
        ("walk.length >= big", "its length: “big” or above"),
        ("walk.length < big", "its length: below “big”"),
        ("walk.start <= 2026-01-31", "day of the walk: on or before 2026-01-31"),
        ("as_of > walk.start", "the day of the case: after day of the walk"),
        ("2 < walk.distance", "miles walked: over 2 miles"),
        ("walk.shoes has blue", "shoes in the cupboard: including “blue”"),
        ("not walk.shoes has blue", "shoes in the cupboard: not including “blue”"),
        ("shown (not walk.shoes has blue)", "shoes in the cupboard: shown not to include “blue”"),
        ("walk.shoes is empty", "shoes in the cupboard: none"),
        ("walk.shoes is (red, blue)", "shoes in the cupboard: “red, or nearly so” and “blue”"),
        ("walk.ada is walk.far", "(Ada comes along) exactly where (Ada says that it is far)"),
        # together
        ("walk.ada and walk.far", "Ada comes along, and Ada says that it is far"),
        ("walk.ada and (walk.far or walk.untold)",
         "Ada comes along, and (Ada says that it is far, or untold of walk)"),
        ("not (walk.ada or walk.far)", "not (Ada comes along, or Ada says that it is far)"),
        ("shown (walk.ada or walk.far)",
         "it is shown that (Ada comes along, or Ada says that it is far)"),
        ("(walk.ada or walk.far) is unknown",
         "(whether Ada comes along, or Ada says that it is far): unknown"),
        ("walk.ada if walk.far else walk.untold",
         "Ada comes along if Ada says that it is far; otherwise untold of walk"),
        ("not (walk.ada if walk.far else walk.untold)",
         "not (Ada comes along if Ada says that it is far; otherwise untold of walk)"),
        ("walk.ada if walk.far else (walk.wet if walk.untold else no)",
         "Ada comes along if Ada says that it is far; “Wet, and cold” if untold of walk; "
         "otherwise never"),
        ("(walk.ada if walk.far else no) if (walk.far if known else no) "
         "else (walk.ada and walk.far)",
         "(Ada comes along if Ada says that it is far; otherwise never) if "
         "(Ada says that it is far if known; otherwise never); "
         "otherwise (Ada comes along, and Ada says that it is far)"),
        ("not (walk.ada is walk.far)",
         "not ((Ada comes along) exactly where (Ada says that it is far))"),
        ("shown (walk.ada is walk.far)",
         "it is shown that ((Ada comes along) exactly where (Ada says that it is far))"),
        # many
        ("any(dog)", "there is a dog"),
        ("any(dog where tame)", "there is a dog with (tame)"),
        ("not any(dog where tame)", "there is no dog with (tame)"),
        ("all(dog where tame)", "every dog is one with (tame)"),
        ("not (shown all(dog where tame))", "it is not shown that (every dog is one with (tame))"),
        ("any(dog last 2 by bitten where tame)",
         "there is a dog of the last 2 by day of its last bite with (tame)"),
        ("count(dog where tame) is 1", "(number of dogs with (tame)): 1"),
        ("sum(dog.age) > 3 years", "(age summed over dogs): over 3 years"),
        ("min(dog.bitten) is known", "(day of its last bite at the earliest among dogs): known"),
        ("max(dog.age last 2 by bitten) is known",
         "(age at the highest among the last 2, by day of its last bite, of dogs): known"),
        ("last but one(dog.age by bitten where tame) is known",
         "(age of the last but one, by day of its last bite, of dogs with (tame)): known"),
        ("count(day) is 0", "(number of days): 0"),
        # worked out
        ("walk.distance + 1 - least > 2",
         "(miles walked plus 1 mile minus 3 miles (least)): over 2 miles"),
        ("walk.distance - (least - 1) > 2",
         "(miles walked minus (3 miles (least) minus 1 mile)): over 2 miles"),
        ("walk.distance * 2 rounded down is 4",
         "((miles walked times 2) rounded down to a whole number): 4 miles"),
        ("(walk.distance if known else 0 miles) is 0",
         "(miles walked if known; otherwise 0 miles): 0 miles"),
        ("min(walk.distance, least) is 0",
         "(the lower of miles walked and 3 miles (least)): 0 miles"),
        ("walk.start + 28 days > as_of",
         "(28 days after day of the walk): after the day of the case"),
        ("days between as_of and walk.start > 1 day",
         "(days from the day of the case to day of the walk): over 1 day"),
        ("walk.start > spring of 2026", "day of the walk: after (21 March (spring) of 2026)"),
        ("fee on walk.start is known", "(fee (fee) on day of the walk): known"),
        # decisions
        ("fires W-1", "rule “Take a stroll” (W-1) fires"),
        ("not fires W-1", "rule “Take a stroll” (W-1) does not fire"),
        ("no rule fires except W-1", "no rule fires (except “Take a stroll” (W-1))"),
        ("advised go.out", "there is advice for out of the house (go.out)"),
        ("not advised against go.out", "there is no advice against out of the house (go.out)"),
        ("at most one of (walk.ada, walk.far)",
         "at most one of these (Ada comes along; Ada says that it is far)"),
    ],
)  # fmt: skip
def test_a_condition_in_words(condition: str, words: str) -> None:
    wording, found = expression(condition)
    assert wording.condition(found) == words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("a.walk.ada", "in case a: Ada comes along"),
        ("a.walk.distance < b.walk.distance",
         "miles walked in case a: under miles walked in case b"),
        ("same advice except W-1",
         "both cases get the same advice (leaving out “Take a stroll” (W-1))"),
    ],
)  # fmt: skip
def test_two_cases_in_words(condition: str, words: str) -> None:
    wording, found = expression(condition, cases=True)
    assert wording.condition(found) == words


def test_values_in_words() -> None:
    wording, found = expression("walk.distance + 2 > 3")
    assert isinstance(found, ir.Compare)
    assert wording.value(found.left) == "miles walked plus 2 miles"
    assert wording.value(found) == "whether (miles walked plus 2 miles): over 3 miles"
    assert wording.value(ir.Constant(1, Number(unit="miles"))) == "1 mile"


def test_a_capital_of_its_own_stays() -> None:
    """`Ada` is written with a capital within a sentence too; `Coat` only where one starts."""
    wording, _ = expression("walk.ada")
    assert wording.names.described("Ada sings") == "Ada sings"
    assert wording.names.described("USA: where it is") == "USA"
    assert wording.names.described("Coat worn.") == "coat worn"
