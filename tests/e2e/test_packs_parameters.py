"""Every number of the specification that may change is a parameter, with its dates and its value;
and no rule holds such a number."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from test_packs_by_hand import PACKS

from matchrules.ir import Constant, walk
from matchrules.types import Number, python_value

BASE = PACKS.bases[-1]
NUMERIC_ERA, PASSFAIL = None, date(2022, 1, 26)
FIRST_FEES = date(2025, 6, 4)

# name: {(key or None, in force from or None): value}
VALUES: dict[str, dict[tuple[Any, date | None], Any]] = {
    "step2ck_pass": {(None, date(2013, 7, 1)): 203, (None, date(2014, 7, 1)): 209,
                     (None, date(2022, 7, 1)): 214, (None, date(2025, 7, 1)): 218},
    "step1_pass": {(None, NUMERIC_ERA): 194, (None, PASSFAIL): 196},
    "step1_passfail_from": {(None, None): PASSFAIL},
    "competitive_min": {(None, None): 234},
    "viable_min": {(None, None): 227},
    "low_min": {(None, None): 220},
    "score_lag_days": {(None, None): 28},
    "step2_ideal_latest": {(None, None): (7, 10)},
    "eras_season_opens": {(2025, None): date(2025, 6, 4)},
    "eras_submit_opens": {(2025, None): date(2025, 9, 3)},
    "eras_review_opens": {(2025, None): date(2025, 9, 24)},
    "eras_season_fallback": {(None, None): (6, 1)},
    "eras_submit_fallback": {(None, None): (9, 1)},
    "eras_review_fallback": {(None, None): (9, 22)},
    "match_day": {(2025, None): date(2026, 3, 20)},
    "usce_good_min": {(None, None): Decimal(2)},
    "letters_us_peds_min": {(None, None): 2},
    "letters_home": {(None, None): 1},
    "step1_nbme_min": {(None, None): 2},
    "step1_safe_margin": {("equated_percent", None): 5, ("three_digit", None): 10},
    "step1_stability": {("equated_percent", None): 5, ("three_digit", None): 10},
    "step1_barely_margin": {(None, None): 8},
    "step1_strong_min": {(None, None): 230},
    "step2_safe_margin": {(None, None): 8},
    "mean1": {(None, None): 230},
    "sd1": {(None, None): 19},
    "mean2": {(None, None): 243, (None, date(2022, 7, 1)): 247},
    "sd2": {(None, None): 16, (None, date(2022, 7, 1)): 15},
    "nbme_step2_min": {(None, None): 2},
    "nbme_step2_aim": {(None, None): 3},
    "clinical_day_questions_min": {(None, None): 20},
    "clinical_day_questions_max": {(None, None): 40},
    "dedicated_day_questions_min": {(None, None): 60},
    "dedicated_day_questions_max": {(None, None): 80},
    "breadth_min": {(tier, None): 40 + 10 * tier for tier in range(5)},
    "breadth_max": {(tier, None): 50 + 10 * tier for tier in range(4)},
    "balance_reach": {(t, None): v for t, v in enumerate((25, 20, 15, 10, 5))},
    "balance_target": {(t, None): v for t, v in enumerate((50, 50, 45, 40, 35))},
    "balance_safety": {(t, None): v for t, v in enumerate((25, 30, 40, 50, 60))},
    "fee_first_count": {(None, None): 30, (None, FIRST_FEES): 30},
    "fee_first": {(None, None): 11, (None, FIRST_FEES): 11},
    "fee_further": {(None, None): 30, (None, FIRST_FEES): 30},
    "peds_signals": {(2024, None): 5},
    "attempt_limit": {(None, None): 6, (None, date(2021, 7, 1)): 4},
    "retake_sittings_per_year": {(None, None): 3},
    "retake_months_from_first": {(None, None): 12},
    "retake_months_from_last": {(None, None): 6},
    "ecfmg_window_years": {(None, None): 7},
    "seven_year_warning_days": {(None, None): 365},
    "community_tier": {(None, None): 2},
    "staleness_days": {(None, None): 400},
    # of section 7.3
    "img_many_min": {(None, None): 40},
    "img_some_min": {(None, None): 15},
    "score_margin_easy": {(None, None): 10},
    "expectation_below_average": {(None, None): 10},
}  # fmt: skip


def plain(type: Any, value: Any) -> Any:
    said = python_value(value, type)
    return (said.month, said.day) if hasattr(said, "month") and not hasattr(said, "year") else said


@pytest.mark.parametrize("name", VALUES)
def test_a_parameter_has_its_values_on_their_dates(name: str) -> None:
    declared = BASE.parameters[name]
    rows = {
        (None if row.key is None else plain(declared.key, row.key), row.start): plain(
            declared.type, row.value
        )
        for row in declared.rows
    }
    assert rows == VALUES[name]


def test_every_value_says_where_it_is_from_and_how_far_it_can_be_trusted() -> None:
    grades = {"official", "secondary", "article", "assumption"}
    for name, declared in BASE.parameters.items():
        for row in declared.rows:
            assert row.cites and row.grade in grades, name
            # what was looked up says when; what was picked, or taken from the article, cannot age
            assert (row.checked is not None) is (row.grade in ("official", "secondary")), name


def test_no_rule_holds_a_number() -> None:
    """Only how often an exam was failed, once or several times, is meant literally."""
    held = {
        (rule.id, constant.value)
        for rule in BASE.rules.values()
        for fields in (then.fields for then in rule.thens)
        for part in filter(None, (rule.when, *rule.unless, *fields.values()))
        for constant in walk(part)
        if isinstance(constant, Constant) and isinstance(constant.type, Number)
        if constant.value not in (None, 0)
    }
    once = {"S1-02", "S1-09", "S1-46", "S1-50", "S1-51", "S1-52", "S1-53", "S1-55", "S2-34"}
    counted = once | {f"S1-{n}" for n in (41, 42, 43, 44, 45, 47, 48, 49)} | {"AP-15"}
    assert held == {(id, 1) for id in counted}
