"""What of a book an example reaches: what stands in advice that is not given is not looked at."""

import pytest

import matchrules as mr
from matchrules.testing.coverage import Coverage, measure
from matchrules.testing.coverage.suggest import suggest
from matchrules.testing.examples import run_examples

SHOP = """\
ruleset shop
  version 1
  effective from 2020-01-01
source law "The law"
fact buyer
  vexed : yes_no optional
  calm  : yes_no optional
fact order many up to 3
  number : text key
  urgent : yes_no optional
advice desk
  call (orders: integer 0..3)
  wait
"""
CALL = "should desk.call(orders = count(order where urgent))"
ORDERS = ' order: number = "a", urgent = yes order: number = "b", urgent = no'
OVERRIDING = """
ruleset branch
  version 1
  effective from 2020-01-01
  uses shop
rule waits
  overrides shop.calls
  cite law
  when buyer.vexed
  then may desk.wait "Wait."
"""
BLOCKED = f'rule calls\n  cite law\n  unless buyer.vexed\n  then {CALL} "Call."\n'
OVERRIDDEN = f'rule calls\n  cite law\n  then {CALL} "Call."\n{OVERRIDING}'
BOTH = ("true", "not true")


def book_of(rules: str, *given: str, expect: str = "no fires S-9") -> mr.Book:
    written = "".join(
        f'\nexample "number {n}"\n  given {one}\n  as of 2024-01-01\n  expect {expect}\n'
        for n, one in enumerate(given)
    )
    shop, ruleset, branch = rules.partition("\nruleset branch")
    files = {"shop.rules": f"{SHOP}{shop}{NEVER}{written}"}
    return mr.load_text(files | ({"branch.rules": ruleset + branch} if branch else {}))


NEVER = """
rule never
  id S-9
  cite law
  when buyer.vexed and not buyer.vexed
  then may desk.wait "Never."
"""


def lacks(coverage: Coverage, text: str, kind: str) -> tuple[str, ...]:
    (found,) = (
        item for item in coverage.conditions if item.text == text and item.decision.kind == kind
    )
    return found.lacks


@pytest.mark.parametrize(
    ("rules", "fires", "silent"),
    [
        (
            f'rule calls\n  cite law\n  when buyer.calm\n  then {CALL} "Call."\n',
            "buyer: calm = yes", ("buyer: calm = no", "buyer: calm = unknown"),
        ),
        (BLOCKED, "buyer: vexed = unknown", ("buyer: vexed = yes",)),
        (OVERRIDDEN, "buyer: vexed = no", ("buyer: vexed = yes",)),
        (
            'section "Calm"\n  applies when buyer.calm\n'
            f'rule calls\n  cite law\n  then {CALL} "Call."\nsection "All"\n',
            "buyer: calm = yes", ("buyer: calm = no",),
        ),
    ],
    ids=["when", "unless", "overridden", "guard"],
)  # fmt: skip
def test_a_field_is_looked_at_where_its_advice_is_given(
    rules: str, fires: str, silent: tuple[str, ...]
) -> None:
    for given in silent:
        assert lacks(measure(book_of(rules, given + ORDERS)), "urgent", "selection") == BOTH
    assert lacks(measure(book_of(rules, fires + ORDERS)), "urgent", "selection") == ()


@pytest.mark.parametrize("rules", [BLOCKED, OVERRIDDEN], ids=["unless", "overridden"])
def test_what_is_proposed_for_a_field_lets_its_advice_be_given(rules: str) -> None:
    """No example has both: orders, and advice."""
    given = [f'buyer: vexed = yes order: number = "{n}", urgent = yes' for n in range(5)]
    book = book_of(rules, *given, "buyer: vexed = no")
    found = [one.text for one in suggest(book, measure(book))]
    sources = {name: source.text for name, source in book.sources.items()}
    sources["shop.rules"] += "\n" + "\n".join(found)
    again = mr.load_text(sources)
    assert [r.name for r in run_examples(again, "interpreter") if not r.passed] == []
    assert lacks(measure(again), "urgent", "selection") == ()


def test_a_guard_is_asked_in_every_case() -> None:
    """Also where nothing is there that a rule beneath it could be asked of."""
    rules = (
        'section "Calm"\n  applies when buyer.calm\n'
        'rule waits\n  cite law\n  for each order\n  then may desk.wait "Wait."\nsection "All"\n'
    )
    book = book_of(rules, "buyer: calm = yes", "buyer: calm = no")
    assert lacks(measure(book), "buyer.calm", "guard") == ()


def test_a_case_in_which_a_define_leaves_its_range_counts_for_no_rule() -> None:
    """It is refused, as by a reject: no rule says anything of it."""
    rules = (
        "define desk.load : integer 0..1\n  is count(order)\n"
        'rule waits\n  cite law\n  when buyer.calm\n  then may desk.wait "Wait."\n'
    )
    given = "buyer: calm = yes"
    refused = measure(book_of(rules, given + ORDERS, expect='rejected "outside of 0..1"'))
    assert not any(item.covered for item in refused.rules)
    assert lacks(refused, "buyer.calm", "rule") == BOTH
    assert lacks(measure(book_of(rules, given)), "buyer.calm", "rule") == ("not true",)
