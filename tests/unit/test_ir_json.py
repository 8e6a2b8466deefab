"""Rules as JSON, and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import matchrules as mr
from matchrules.ir.json import from_json, to_json

RULES = Path(__file__).parents[2] / "rules"

SHOP = """
ruleset shop version 1 effective from 2026-01-01
source date "A source that is called as a mark of a day is"
source fraction "And one as a mark of a ratio"
enum set "An enum called set"
  type "A member called type"
fact visitor
  born   : date optional private
  length : decimal 0.50..2.50 metres optional
  age    : integer 0..120 years optional only up cost 3
  season : day_of_year optional
  things : set of set optional
fact ticket many up to 3 only down
  number : integer 1..9 key
  seat   : integer 1..9 optional fixed
parameter day by integer 2020..2030 : date
  for 2026 is 2026-09-03 cite date
parameter fair : day_of_year
  is 1 September
define shop.half : decimal 0.00..2.00 metres
  is visitor.length / 2 rounded nearest if known else 0.75
advice visit
  pay (date: integer 0..9)
  type (type: set)
rule adult "Pays"
  cite date
  when visitor.age >= 18 years and (shop.half < 1.25 or visitor.born < day for 2026)
  then must visit.pay(date = count(ticket)) "Pay. [{visitor.born} it is.]"
  then may visit.type(type = type) "Take it."
"""


@pytest.fixture(scope="module")
def base() -> Any:
    return mr.load_text({"shop.rules": SHOP}).bases[0]


def written(base: Any) -> Any:
    return json.loads(json.dumps(to_json(base)))


def test_a_base_comes_back_as_it_was(base: Any) -> None:
    back = from_json(written(base))
    assert back == base
    assert to_json(back) == to_json(base)


def test_the_packs_come_back() -> None:
    for base in mr.load(RULES).bases:
        assert from_json(written(base)) == evolve(base, properties={}, examples=())


def test_examples_properties_and_places_are_left_out(base: Any) -> None:
    told = mr.load_text({
        "elsewhere/shop.rules": "# a comment\n" + SHOP + """
property young "Nobody pays"
  when visitor.age < 18 years
  then not advised visit.pay
example "A child"
  given visitor: age = 7 years
  expect nothing else
"""
    }).bases[0]  # fmt: skip
    other = evolve(told, rulesets=base.rulesets)  # the hash of the text is another one
    assert to_json(other) == to_json(base)


def test_types_are_listed_once_and_what_is_in_one_comes_first(base: Any) -> None:
    types = to_json(base)["types"]
    assert len({json.dumps(one) for one in types}) == len(types)
    (set_of,) = (one for one in types if one[0] == "SetOf")
    inner = set_of[1]["type"]
    assert types[inner] == ["Enum", "set", ["type"], False]
    assert inner < types.index(set_of)


def test_a_node_is_the_name_of_its_class_and_its_fields(base: Any) -> None:
    tree = to_json(base)
    facts = tree["base"][6]
    digit = {"type": tree["types"].index(["Number", 0, 1, 9, None])}
    assert facts["ticket"] == [
        "FactDeclaration", "ticket",
        {
            "number": ["AttributeDeclaration", "number", digit, False, True, False, None, None,
                       "", "free", 1, False],
            "seat": ["AttributeDeclaration", "seat", digit, True, False, False, None, None,
                     "", "fixed", 1, False],
        },
        3, "", "shop", "down", 1,
    ]  # fmt: skip
    assert ["Number", 2, {"fraction": "1/2"}, {"fraction": "5/2"}, "metres"] in tree["types"]
    assert tree["base"][4] == {
        "date": "A source that is called as a mark of a day is",
        "fraction": "And one as a mark of a ratio",
    }
    assert {"date": "2026-09-03"} in tree["base"][7]["day"][3][0]
    assert {"day": [9, 1]} in tree["base"][7]["fair"][3][0]


# Not what it should be ---------------------------------------------------------------------------


def put(tree: Any, way: list[Any], value: Any) -> Any:
    if not way:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[way[0]] = put(copy[way[0]], way[1:], value)
    return copy


@pytest.mark.parametrize(
    ("way", "value", "says"),
    [
        ([], [], "rules are an object with `types` and `base`"),
        ([], {"types": []}, "rules are an object with `types` and `base`"),
        (["types"], {}, "`types` is no list"),
        (["types", 0], ["Colour", 1], "`types` cannot be `Colour`"),
        (["types", 0], {"type": 7}, "`types` holds no node"),
        (["base"], None, "`base` holds no node"),
        (["base"], ["RuleBase"], "a RuleBase has 12 fields, not 0"),
        (["base", 1], {"date": "2026-02-30"}, "`RuleBase.start` cannot be an object"),
        (["base", 1], "2026-01-01", "`RuleBase.start` cannot be `2026-01-01`"),
        (["base", 5], [], "`RuleBase.enums` holds no node"),
        (["base", 6, "ticket"], 3, "`RuleBase.facts` cannot be `3`"),
        (["base", 6, "ticket", 3], True, "`FactDeclaration.bound` cannot be `True`"),
        (["base", 6, "ticket", 6], "sideways", "`FactDeclaration.change` cannot be `sideways`"),
        (["base", 6, "visitor", 2, "born", 2], {"type": 99},
         "`AttributeDeclaration.type` cannot be an object"),
        (["base", 6, "visitor", 2, "born", 2], {"type": True},
         "`AttributeDeclaration.type` cannot be an object"),
        (["base", 10, "adult", 9], ["Attribute", "x", "y"], "a Attribute has 3 fields, not 2"),
        (["base", 10, "adult", 9], ["Then"], "`Rule.when` cannot be `Then`"),
    ],
)  # fmt: skip
def test_what_is_no_rule_base_is_told(base: Any, way: list[Any], value: Any, says: str) -> None:
    with pytest.raises(mr.RecordErrors) as raised:
        from_json(put(written(base), way, value))
    (fault,) = raised.value.diagnostics
    assert fault.code == "MR904"
    assert fault.message == f"cannot read the rules of a record: {says}"


@pytest.mark.parametrize(
    ("way", "value", "name"),
    [
        (["base", 6, "visitor", 1], "guest", "visitor"),
        (["base", 6, "visitor", 2, "age", 1], "years", "age"),
        (["base", 5, "set", 2], {"other": "An other"}, "set"),
        (["base", 9, "shop.half", 3], None, None),
        (["base", 9, "shop.half", 4], "guest", "guest"),
        (["base", 10, "adult", 2], "stall", "stall"),
        (["base", 10, "adult", 12], ["child"], "child"),
        (["base", 10, "adult", 3, 0, 3], "leave", "visit.leave"),
        (["base", 10, "adult", 9], ["Attribute", "visitor", "height", {"type": 0}],
         "visitor.height"),
        (["base", 10, "adult", 9], ["Derived", "shop.third", {"type": 0}, None], "shop.third"),
        (["base", 10, "adult", 9], ["ParameterValue", "night", {"type": 0}, None, None], "night"),
    ],
)  # fmt: skip
def test_names_that_stand_for_nothing_are_told(
    base: Any, way: list[Any], value: Any, name: str | None
) -> None:
    with pytest.raises(mr.RecordErrors) as raised:
        from_json(put(written(base), way, value))
    (fault,) = raised.value.diagnostics
    told = f"`{name}` is not declared in them" if name else "`Define.body` cannot be `None`"
    assert fault.message == f"cannot read the rules of a record: {told}"


def test_rules_that_nest_too_deep_are_told(base: Any) -> None:
    deep: Any = ["AsOf", {"type": 0}]
    for _ in range(100_000):
        deep = ["Not", deep, {"type": 0}]
    with pytest.raises(mr.RecordErrors, match="nest too deep"):
        from_json(put(written(base), ["base", 10, "adult", 9], deep))
