"""The derived facts of the residency packs a second time, in plain Python, unknown as None.

Written from the specification and not from the rule files, so that the tests can hold one against
the other. `derive(facts, as_of)` takes a case as plain values.
"""

import operator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from residency_case import PRACTICE, Case, Facts, among, both, by, compare, either

STEP2_PASS = [(date(2013, 7, 1), 203), (date(2014, 7, 1), 209), (date(2022, 7, 1), 214),
              (date(2025, 7, 1), 218)]  # fmt: skip
PASSFAIL = date(2022, 1, 26)
BREADTH = {0: (40, 50), 1: (50, 60), 2: (60, 70), 3: (70, 80), 4: (80, None)}
BALANCE = {0: (25, 50, 25), 1: (20, 50, 30), 2: (15, 45, 40), 3: (10, 40, 50), 4: (5, 35, 60)}
SAFE = {"equated_percent": 5, "three_digit": 10}
GOOD = ("competitive", "viable")


def step2_pass(day: date | None) -> int | None:
    marks = [mark for start, mark in STEP2_PASS if day is not None and start <= day]
    return marks[-1] if marks else None


def attempt_limit(as_of: date) -> int:
    return 4 if as_of >= date(2021, 7, 1) else 6


def day_in(day: date, years: int) -> date | None:
    """The same day years later; the last of February where there is no 29th, unknown after 9999."""
    if day.year + years > date.max.year:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def days_later(day: date, days: int) -> date | None:
    return day + timedelta(days) if day <= date.max - timedelta(days) else None


def derive(facts: Facts, as_of: date) -> dict[str, Any]:
    """Every derived fact that the specification names, by name."""
    case, out = Case(facts), dict[str, Any]()
    get = case.get

    def known(name: str, other: Any = 0) -> Any:
        value = get(name)
        return other if value is None else value

    _exams(case, out, as_of, get, known)
    _practice(case, out, as_of, get)
    _risk(out, get, known)
    _timing(out, as_of, get)
    return out


def _exams(case: Case, out: dict[str, Any], as_of: date, get: Any, known: Any) -> None:
    status1, status2 = get("step1.status"), get("step2ck.status")
    fails1, number = get("step1.fail_count"), get("step1.numeric_score")
    day1, day2, score = get("step1.exam_date"), get("step2ck.exam_date"), get("step2ck.score")
    limit = attempt_limit(as_of)
    out["applicant.needs_visa"] = compare(get("applicant.citizenship"), operator.eq, "other")
    out["eligibility.attempt_limit_reached"] = either(
        both(compare(status1, operator.ne, "passed"), known("step1.fail_count") >= limit),
        both(compare(status2, operator.ne, "passed"), known("step2ck.fail_count") >= limit),
    )
    school, target = get("applicant.school_class"), get("applicant.target_specialty")
    if get("applicant.citizenship") is None or school is None:
        scope = "undetermined"
    elif (out["applicant.needs_visa"] or school in ("us_md", "us_do")
          or "pediatrics" not in target):  # fmt: skip
        scope = "out_of_scope"
    else:
        barred = out["eligibility.attempt_limit_reached"] is True
        scope = "ineligible" if barred else "in_scope"
    out["scope.status"] = scope
    out["step1.to_sit"] = among(status1, "not_taken", "scheduled", "failed")
    out["step2ck.to_sit"] = among(status2, "not_taken", "scheduled", "failed")
    out["step1.never_attempted"] = both(
        among(status1, "not_taken", "scheduled"), known("step1.fail_count") == 0
    )
    if status1 is None or (status1 == "passed" and fails1 is None):
        history = None
    elif status1 == "passed":
        history = "passed_first_attempt" if fails1 == 0 else "failed_then_passed"
    elif status1 == "failed" or (fails1 or 0) >= 1:
        history = "failed_not_passed"
    else:
        history = "pending" if status1 == "awaiting_result" else "never_taken"
    out["step1.history"] = history
    out["step1.multiple_failures"] = compare(fails1, operator.ge, 2)
    mark1 = 196 if day1 is not None and day1 >= PASSFAIL else 194
    out["step1.barely_passed"] = history == "passed_first_attempt" and (
        number - mark1 <= 8 if number is not None else get("step1.pass_margin") == "borderline"
    )
    out["step1.strong"] = both(
        compare(history, operator.eq, "passed_first_attempt"), number is not None,
        compare(number, operator.ge, 230),
    )  # fmt: skip
    out["step1.weak"] = out["step1.barely_passed"] or (fails1 or 0) >= 1
    mark = step2_pass(day2 if day2 is not None else as_of)
    if status2 != "passed":
        waiting = ("not_taken", "scheduled", "awaiting_score")
        band = "failed" if status2 == "failed" else "unscored" if status2 in waiting else None
    else:
        band = "unreported" if score is None else band_of(score, mark)
    out["step2ck.band"] = band
    z = None
    if number is not None and score is not None:
        late = (day2 if day2 is not None else as_of) >= date(2022, 7, 1)
        mean, sd = (247, 15) if late else (243, 16)
        z = Fraction(score - mean, sd) - Fraction(number - 230, 19)
    quarter = Fraction(1, 4)
    out["trend.change"] = (
        None if z is None else "rise" if z >= quarter else "flat" if z > -quarter
        else "modest_drop" if z > -1 else "large_drop"
    )  # fmt: skip
    out["data.conflict_step1_numeric"] = both(
        number is not None, compare(day1, operator.ge, PASSFAIL)
    )
    out["data.conflict_step2ck"] = either(
        both(compare(status2, operator.eq, "passed"),
             compare(score, operator.lt, step2_pass(day2))),
        both(compare(status2, operator.eq, "failed"),
             compare(score, operator.ge, step2_pass(day2))),
    )  # fmt: skip
    out["stage.clinical"] = among(
        get("applicant.training_stage"), "clinical_rotations", "final_year", "graduated"
    )
    out["stage.step2_prep"] = both(
        out["step2ck.to_sit"], among(status1, "passed", "awaiting_result")
    )
    out["stage.application_phase"] = compare(status1, operator.eq, "passed")
    out["stage.list_open"] = both(
        out["stage.application_phase"], get("application.submitted") is not True
    )


def band_of(score: int, mark: int | None) -> str:
    if mark is not None and score < mark:
        return "failed"
    if score < 220:
        return "very_low"
    return "low" if score < 227 else "viable" if score < 234 else "competitive"


def _practice(case: Case, out: dict[str, Any], as_of: date, get: Any) -> None:
    forms = sorted(case.many("practice_exam", exam="step1", source="nbme_official"),
                   key=by("date", PRACTICE))  # fmt: skip
    out["practice.step1_nbme_count"] = len(forms)
    level = "insufficient_data"
    if len(forms) >= 2:
        (m1, s1), (m2, s2) = [(f.get("margin_to_pass"), f["scale"]) for f in forms[-2:]]
        level = "borderline"
        if m1 is not None and m2 is not None:
            if min(m1, m2) < 0:
                level = "below"
            elif m1 >= SAFE[s1] and m2 >= SAFE[s2] and m2 >= m1 - SAFE[s2]:
                level = "safe"
    out["practice.step1_readiness"] = level
    forms = sorted(case.many("practice_exam", exam="step2ck", source="nbme_official"),
                   key=by("date", PRACTICE))  # fmt: skip
    out["practice.step2ck_nbme_count"] = len(forms)
    predictions = [f["predicted"] for f in forms if f.get("predicted") is not None]
    predicted = min(predictions[-2:], default=None)
    out["practice.step2ck_predicted"] = predicted
    day = get("step2ck.exam_date")
    mark = step2_pass(day if day is not None and day >= as_of else as_of)
    safe = None if mark is None else mark + 8
    out["practice.step2ck_safe"] = compare(predicted, operator.ge, safe)
    target = None if safe is None else max(227, safe)
    out["practice.step2ck_in_target"] = compare(predicted, operator.ge, target)
    mark = step2_pass(day if day is not None else as_of)
    out["_predicted_band"] = None if predicted is None else band_of(predicted, mark)


def _risk(out: dict[str, Any], get: Any, known: Any) -> None:
    elements = [
        compare(get("usce.peds_months"), operator.ge, 2),
        compare(get("letters.us_peds_strong_count"), operator.ge, 2),
        either(*(compare(get(f"applicant.{name}"), operator.eq, "strong")
                 for name in ("peds_research", "peds_advocacy"))),
        *(compare(get(f"applicant.{name}"), operator.eq, "strong")
          for name in ("clinical_evaluations", "peds_shelf", "leadership")),
    ]  # fmt: skip
    count, band = elements.count(True), out["step2ck.band"]
    strength = "strong" if count >= 4 else "weak" if count <= 1 else "average"
    total = known("step1.fail_count") + known("step2ck.fail_count")
    rated = band
    if band in ("unscored", "unreported") and out["_predicted_band"] is not None:
        rated = out["_predicted_band"]
    points = {"competitive": 0, "viable": 1, "very_low": 3, "failed": 3}.get(rated, 2)
    points += (0, 1, 3)[min(total, 2)]
    points += int(out["step1.barely_passed"] and get("step1.numeric_score") is not None)
    if strength == "weak":
        points += 1
    elif strength == "strong" and total == 0 and band in GOOD:
        points -= 1
    tier = max(0, min(4, points))
    out.update({
        "risk.total_failures": total, "profile.strength_count": count,
        "profile.strength": strength, "risk.points": points, "risk.tier": tier,
        "breadth.min": BREADTH[tier][0], "breadth.max": BREADTH[tier][1],
        "balance.reach": BALANCE[tier][0], "balance.target": BALANCE[tier][1],
        "balance.safety": BALANCE[tier][2],
        "breadth.provisional": either(among(band, "unscored", "unreported"),
                                      elements.count(None) >= 3),
        "narrative.step2_evidence": both(out["step1.weak"], among(band, *GOOD)),
        "narrative.other_evidence": get("applicant.clinical_evaluations") == "strong"
        or get("applicant.clinical_eval_trend") == "improving"
        or get("applicant.peds_shelf") == "strong",
        "narrative.needed": either(
            total >= 1, among(band, "low", "very_low", "failed"),
            both(out["step1.barely_passed"],
                 either(get("step1.numeric_score") is not None, among(band, *GOOD)))),
        "interview.framing": "challenge" if total >= 1 or band in ("low", "very_low", "failed")
        else "solid" if band in GOOD else "pending",
    })  # fmt: skip


def _timing(out: dict[str, Any], as_of: date, get: Any) -> None:
    year, day, status = (get("context.application_year"), get("step2ck.exam_date"),
                         get("step2ck.status"))  # fmt: skip
    names = ("calendar_estimated", "ideal_feasible", "last_on_time_exam_date", "on_time_feasible",
             "expected_score_date", "step2ck_class", "list_adjustable")  # fmt: skip
    out.update({f"timing.{name}": None for name in names})
    if year is not None:
        submit, review = ((date(2025, 9, 3), date(2025, 9, 24)) if year == 2025
                          else (date(year, 9, 1), date(year, 9, 22)))  # fmt: skip
        on_time, ideal = submit - timedelta(days=28), date(year, 7, 10)
        score_day = get("step2ck.score_date")
        expected = score_day or (days_later(day, 28) if day is not None else None)
        kind = None
        if status in ("not_taken", "failed"):
            kind = "unscheduled"
        elif status in ("scheduled", "awaiting_score") and day and expected:
            kind = ("ideal" if day <= ideal else "on_time" if expected <= submit
                    else "at_risk" if expected <= review else "late")  # fmt: skip
        values = (year != 2025, as_of <= ideal, on_time, as_of <= on_time, expected,
                  kind, as_of < submit)  # fmt: skip
        out.update({f"timing.{n}": v for n, v in zip(names, values, strict=True)})
    passed1, day1 = compare(get("step1.status"), operator.eq, "passed"), get("step1.exam_date")
    open2 = compare(status, operator.ne, "passed")
    left = None
    if both(passed1, open2) and day1 is not None:
        lapses = day_in(day1, 7)
        left = (lapses - as_of).days if lapses is not None else None
    out["eligibility.seven_year_days_left"] = left
