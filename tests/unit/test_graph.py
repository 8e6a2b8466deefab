"""Which boxes and arrows the picture of a neighbourhood has."""

import pytest

from matchrules.diagnostics.model import UsageError
from matchrules.explain.graph import graph, named
from matchrules.explain.neighbourhood import MOST, neighbourhood
from matchrules.explain.overview import kind, ruleset
from matchrules.explain.web import Thing, Web
from matchrules.ir import RuleBase
from matchrules.pictures import Diagram
from matchrules.pictures.layers import checked
from matchrules.rulebook import load, load_text

SHOP = """ruleset shop
  version 1
  effective from 2026-01-01
  uses prices
source law "The law"
fact buyer "Who buys"
  age    : integer 0..150 years optional "Age in years"
  member : yes_no optional "Member of the club; since when does not matter"
  phone  : text optional never read
fact item many up to 9 "A thing in the basket"
  price : integer 0..999 "Price"
  day   : date
advice offer "What to offer"
  rebate "A rebate"
  wine   "A glass of wine"
  talk
define buyer.grown_up : yes_no "Of age"
  is buyer.age >= age_min
define basket.size : integer 0..9 "Things in the basket"
  is count(item)
define basket.last : integer 0..999
  is last(item.price by day)
define buyer.welcome : yes_no "Welcome at the bar"
  is shown buyer.grown_up and basket.size > 0
rule wine "Wine for grown-ups"
  id W-1
  cite law
  when buyer.welcome
  unless basket.last > 100
  then may offer.wine "Have a glass."
rule rebate
  id R-1
  cite law
  when buyer.member and basket.size >= 2
  then must offer.rebate "{basket.size} things: less to pay."
section "Bar" applies when buyer.grown_up
rule talk
  cite law
  then should offer.talk "Talk."
  then should_not offer.rebate "No rebate at the bar."
"""
PRICES = """ruleset prices
  version 1
  effective from 2026-01-01
  title "Numbers"
parameter age_min : integer 0..150 years "Age from which one is grown up"
  is 18 years cite law
source law_again "The law"
"""
HOUSE = """ruleset house
  version 1
  effective from 2026-01-01
  uses shop
rule no_wine "No wine in this house"
  id H-1
  cite law
  overrides wine
  when buyer.member
  then must_not offer.wine "No wine here."
"""


@pytest.fixture(scope="module")
def shop() -> RuleBase:
    prices = PRICES.replace("cite law", "cite law_again")
    book = load_text({"shop.rules": SHOP, "prices.rules": prices, "house.rules": HOUSE})
    return book.bases[-1]


def boxes(diagram: Diagram) -> dict[str, str]:
    return {node.id: node.label for node in diagram.nodes}


def arrows(diagram: Diagram) -> set[tuple[str, str]]:
    return {(edge.start, edge.end) for edge in diagram.edges}


def test_advice_with_the_rules_that_speak_and_what_they_rest_on(shop: RuleBase) -> None:
    found = graph(shop, "offer.wine")
    assert found.title == "A glass of wine (offer.wine)"
    assert boxes(found) == {
        "advice offer.wine": "A glass of wine",
        "rule wine": "Wine for grown-ups",
        "rule no_wine": "No wine in this house",
        "value buyer.welcome": "Welcome at the bar",
        "value basket.last": "Basket last",
        "value buyer.member": "Member of the club",
        "value buyer.grown_up": "Of age",
        "value basket.size": "Things in the basket",
        "value item.day": "Day of item",
        "value item.price": "Price",
        "before value buyer.grown_up": "+1 more",
        "before value basket.size": "+1 more",
    }
    said = {(edge.start, edge.end): (edge.label, edge.dashed) for edge in found.edges}
    assert said["value basket.last", "rule wine"] == ("unless", True)
    assert said["value buyer.welcome", "rule wine"] == ("", False)
    assert said["rule wine", "advice offer.wine"] == ("may", False)
    assert said["rule no_wine", "advice offer.wine"] == ("must not", False)
    assert said["rule no_wine", "rule wine"] == ("overrides", True)
    strong = [node.id for node in found.nodes if node.strong]
    assert strong == ["advice offer.wine"]


def test_depth_says_how_far(shop: RuleBase) -> None:
    assert set(boxes(graph(shop, "offer.wine", 0))) == {
        "advice offer.wine", "rule wine", "rule no_wine", "before rule wine", "before rule no_wine"
    }  # fmt: skip
    all_of_it = boxes(graph(shop, "offer.wine", 9))
    assert "value buyer.age" in all_of_it
    assert not any(label.startswith("+") for label in all_of_it.values())


def test_a_value_with_what_follows_from_it(shop: RuleBase) -> None:
    found = graph(shop, "buyer.grown_up", 1)
    assert arrows(found) == {
        ("value buyer.age", "value buyer.grown_up"),
        ("value buyer.grown_up", "value buyer.welcome"),
        ("value buyer.grown_up", "rule talk"),
        ("rule talk", "advice offer.talk"),
        ("rule talk", "advice offer.rebate"),
        ("value buyer.welcome", "after value buyer.welcome"),
    }
    notes = {node.id: node.note for node in found.nodes}
    assert notes["value buyer.grown_up"] == "buyer.grown_up\nby age_min"
    assert notes["after value buyer.welcome"] == "1 rule"
    labels = {(edge.start, edge.end): edge.label for edge in found.edges}
    assert labels["value buyer.grown_up", "rule talk"] == "applies when"
    assert labels["rule talk", "advice offer.rebate"] == "should not"


def test_a_rule_with_what_it_says_and_withdraws(shop: RuleBase) -> None:
    found = graph(shop, "H-1")
    assert found.title == "No wine in this house (H-1)"
    assert arrows(found) == {
        ("value buyer.member", "rule no_wine"),
        ("rule no_wine", "advice offer.wine"),
        ("rule no_wine", "rule wine"),
        ("rule wine", "advice offer.wine"),
    }


def test_a_fact_stands_for_its_attributes(shop: RuleBase) -> None:
    found = graph(shop, "buyer", 1)
    assert boxes(found)["fact buyer"] == "Who buys"
    assert {(e.start, e.end, e.label) for e in found.edges if e.start == "fact buyer"} == {
        ("fact buyer", "value buyer.grown_up", "age"),
        ("fact buyer", "rule rebate", "member"),
        ("fact buyer", "rule no_wine", "member"),
    }
    counted = graph(shop, "item", 1)
    assert ("fact item", "value basket.size") in arrows(counted)
    assert {node.id: node.note for node in counted.nodes}["fact item"] == "item: price, day"


def test_a_parameter_with_what_reads_it(shop: RuleBase) -> None:
    found = graph(shop, "age_min", 1)
    assert ("parameter age_min", "value buyer.grown_up") in arrows(found)


def test_the_overview_counts(shop: RuleBase) -> None:
    found = graph(shop)
    notes = {node.id: node.note for node in found.nodes}
    assert notes == {
        "ruleset shop": "shop: 2 facts, 4 derived facts, 1 kind of advice, 3 rules",
        "ruleset prices": "prices: 1 parameter",
        "ruleset house": "house: 1 rule",
    }
    assert {(e.start, e.end, e.label) for e in found.edges} == {
        ("ruleset prices", "ruleset shop", "1 name"),
        ("ruleset shop", "ruleset house", "3 names"),  # buyer.member, the rule wine, offer
    }


def test_a_ruleset_and_a_kind_of_advice(shop: RuleBase) -> None:
    one = graph(shop, "shop")
    assert arrows(one) == {
        ("ruleset prices", "ruleset shop"), ("ruleset shop", "user house"),
        ("ruleset shop", "kind offer"),
    }  # fmt: skip
    offers = graph(shop, "offer")
    labels = {(edge.start, edge.end): edge.label for edge in offers.edges}
    assert labels["ruleset shop", "advice offer.rebate"] == "2 rules"
    assert labels["advice offer.talk", "kind offer"] == ""


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("offer.wien", "did you mean `offer.wine`"),
        ("offer.nothing_of_the_kind", "name one as `kind.subject`"),
        ("rule buyer.age", "there is no rule `buyer.age`: ask for `buyer.age`"),
        ("define buyer.age", "there is no define `buyer.age`"),
        ("ruleset offer", "ask for `kind offer`"),
        ("attribute buyer.welcome", "there is no attribute"),
        ("", "there is no advice"),
        ("one two three", "there is no advice"),
    ],
)
def test_what_there_is_not(shop: RuleBase, subject: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        graph(shop, subject)
    assert said in str(refused.value)


def test_a_depth_below_nothing_is_refused(shop: RuleBase) -> None:
    with pytest.raises(UsageError, match="there is no depth of -1"):
        graph(shop, "offer.wine", -1)


def test_a_word_in_front_tells_which_is_meant(shop: RuleBase) -> None:
    assert [thing.id for thing in named(shop, "wine")] == ["rule wine"]
    assert [thing.id for thing in named(shop, "shop.wine")] == ["rule wine"]
    packs = load(cache=True).bases[-1]
    assert [thing.said for thing in named(packs, "step1")] == ["fact step1", "ruleset step1"]
    assert [thing.id for thing in named(packs, "ruleset step1")] == ["ruleset step1"]


def test_every_picture_of_the_packs_can_be_drawn_and_is_no_larger_than_can_be_read() -> None:
    base = load(cache=True).bases[-1]
    web = Web(base)
    things = [*web.before, *web.after, *web.readers_of_parameters]
    things += [Thing("fact", name) for name in base.facts]
    largest = 0
    for thing in sorted(set(things))[::3]:
        found = neighbourhood(web, thing, 2)
        checked(found)  # refuses circles and arrows to nowhere
        largest = max(largest, len(found.nodes))
        assert len({(edge.start, edge.end) for edge in found.edges}) == len(found.edges)
    assert 30 < largest <= MOST
    for name in base.rulesets:
        assert len(ruleset(web, name).nodes) <= MOST
    for name in base.advice:
        assert len(kind(web, name).nodes) <= MOST


def test_many_boxes_of_what_is_hidden_are_one() -> None:
    """Behind each of four values that follow at once lies another one."""
    chains = "".join(
        f"define buyer.near_{n} : yes_no is buyer.member\n"
        f"define buyer.far_{n} : yes_no is buyer.near_{n}\n"
        for n in range(4)
    )
    prices = PRICES.replace("cite law", "cite law_again")
    base = load_text({"shop.rules": SHOP + chains, "prices.rules": prices}).bases[-1]
    found = graph(base, "buyer.member", 1)
    hidden = [node for node in found.nodes if node.shape == "absent"]
    assert [(node.label, node.note) for node in hidden] == [("+4 more", "4 facts")]
    assert {start for start, end in arrows(found) if end == hidden[0].id} == {
        f"value buyer.near_{n}" for n in range(4)
    }
