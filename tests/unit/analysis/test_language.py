"""The examples of the language reference, lowered."""

from datetime import date
from pathlib import Path

import pytest

from matchrules import ir
from matchrules.analysis import analyse
from matchrules.ir import Attribute, Constant, Derived, Format, IfKnown, Round
from matchrules.syntax.parser import parse
from matchrules.text import Source
from matchrules.types import Number, SetOf

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def base() -> ir.RuleBase:
    paths = sorted(HERE.glob("*.rules"))
    sources = {p.name: Source(p.name, p.read_text("utf-8")) for p in paths}
    parsed = [parse(source) for source in sources.values()]
    assert [faults for _, faults in parsed if faults] == []
    analysis = analyse([tree for tree, _ in parsed], sources)
    errors = [one for one in analysis.diagnostics if one.severity == "error"]
    assert errors == []
    assert [one.start for one in analysis.bases] == [date(2026, 1, 1), date(2026, 6, 1)]
    assert analysis.bases[0].end == analysis.bases[1].start
    assert analysis.bases[0].rules == {}
    return analysis.bases[1]


def test_everything_is_there_by_name(base: ir.RuleBase) -> None:
    assert list(base.rulesets) == ["parameters", "step2ck", "vocabulary"]
    assert list(base.rules) == ["comeback_content_rebuild", "reach_program", "too_few_us_letters"]
    assert list(base.properties) == ["breadth_never_narrows", "step2_gate"]
    assert base.rulesets["parameters"].stale_after == 180
    assert base.enums["exam_status"].labels["not_taken"] == "not sat yet"
    assert base.enums["exam_status"].labels["awaiting_score"] == "awaiting score"
    assert base.facts["letter"].bound == 20 and base.facts["step1"].bound is None
    assert base.facts["program"].keys == ("id",)


def test_a_default_takes_the_unit_of_its_attribute(base: ir.RuleBase) -> None:
    attribute = base.facts["step1"].attributes["fail_count"]
    assert attribute.type == Number(0, 0, 6, "attempts")
    assert isinstance(attribute.default, ir.If)
    count = attribute.default.then
    assert isinstance(count, ir.Aggregate) and count.type == Number(0, 0, 12)
    assert isinstance(attribute.default.otherwise, Constant)
    assert attribute.default.otherwise.value is None
    assert attribute.unless == ir.Compare(
        "==",
        Attribute("step1", "status", base.enums["exam_status"].type),
        Constant("scheduled", base.enums["exam_status"].type),
    )


def test_cells_are_conditions_on_their_heads(base: ir.RuleBase) -> None:
    table = base.defines["step2ck.band"].body
    assert isinstance(table, ir.Table) and table.hit == "first"
    first, second, third, fourth, *_ = table.rows
    assert isinstance(first.tests[0], ir.Compare) and first.tests[1] == ir.TRUE
    assert isinstance(second.tests[0], ir.In) and len(second.tests[0].items) == 3
    assert third.tests[1] == ir.Not(ir.IsKnown(table.heads[1]))
    assert fourth.tests[1] == ir.Compare(
        "<", table.heads[1], Derived("step2ck.pass_mark", Number(0, 1, 300))
    )


def test_texts_print_each_branch_by_itself(base: ir.RuleBase) -> None:
    then = base.rules["comeback_content_rebuild"].thens[0]
    hole = then.text.parts[1]
    assert isinstance(hole, IfKnown) and isinstance(hole.value, Format)
    assert isinstance(hole.value.value.type, SetOf)
    assert isinstance(hole.otherwise, Constant) and hole.otherwise.value == "list them first"


def test_a_field_stands_in_the_text_as_its_expression(base: ir.RuleBase) -> None:
    then = base.rules["too_few_us_letters"].thens[0]
    missing = then.fields["missing"]
    assert isinstance(missing, ir.Arithmetic)
    assert then.text.parts[1] == Format(missing)


def test_reasons_are_the_facts_named(base: ir.RuleBase) -> None:
    assert list(base.rules["comeback_content_rebuild"].reasons) == [
        "stage.step2_prep",
        "step1.weak",
        "step1.weak_areas",
        "step2ck.status",
    ]
    assert list(base.rules["too_few_us_letters"].reasons) == ["letters.us_peds_count"]
    assert len(base.rules["reach_program"].guards) == 1


def test_parameters_are_sorted_by_date(base: ir.RuleBase) -> None:
    rows = base.parameters["step2ck_passing_score"].rows
    assert [row.value for row in rows] == [203, 209, 214, 218]
    assert rows[3].checked == date(2026, 10, 1) and str(rows[0].cites[0]) == "usmle"
    by_key = base.parameters["eras_submit_opens"]
    assert by_key.key == Number(0, 2018, 2040) and by_key.rows[0].key == 2025


def test_comparing_properties_say_which_case(base: ir.RuleBase) -> None:
    found = base.properties["breadth_never_narrows"]
    assert found.cases == ("a", "b")
    assert found.differing_only_in == (("step2ck", "score"),)
    assert isinstance(found.then, ir.Compare)
    assert isinstance(found.then.left, ir.InCase) and found.then.left.case == "a"


def test_examples_hold_values(base: ir.RuleBase) -> None:
    example = base.examples[0]
    assert example.facts["step1"] == ({"status": "passed", "fail_count": 1},)
    assert example.facts["applicant"][0]["target_specialty"] == frozenset({"pediatrics"})
    assert example.as_of == date(2026, 11, 1)
    assert example.expects[0] == ir.ExpectFires("comeback_content_rebuild")
    assert example.expects[1] == ir.ExpectAdvice("letters", "us_peds", "must", {"missing": 1})
    assert isinstance(example.expects[2], ir.ExpectCondition)
    assert example.expects[2].source == "step2ck.band is unscored"
    assert example.expects[3] == ir.ExpectAdvice("interview", "solid_framing", None)


def test_nothing_is_rounded_that_has_no_more_places(base: ir.RuleBase) -> None:
    for define in base.defines.values():
        if not isinstance(define.body, ir.Table):
            assert not any(isinstance(node, Round) for node in ir.walk(define.body))
