"""What a case may not say: each input error of the specification is refused, by both evaluators,
and the facts at fault are named; what is allowed right beside it is not refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from test_packs_by_hand import PACKS, with_facts

import matchrules as mr

TODAY, TOMORROW, YESTERDAY = date(2026, 3, 1), date(2026, 3, 2), date(2026, 2, 28)
FAILED = {"exam": "step1", "number": 1, "outcome": "fail"}
FAILED2 = {"exam": "step2ck", "number": 1, "outcome": "fail"}
LETTER = {"author_role": "us_board_certified_pediatrician", "state": "received"}


def refusal(facts: dict[str, Any]) -> str:
    said = set()
    for engine in ("rete", "interpreter"):
        with pytest.raises(mr.CaseErrors) as error:
            PACKS.decide(facts, TODAY, engine=engine)  # type: ignore[arg-type]
        said.add(str(error.value))
    (text,) = said
    return text


REFUSED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"step1": {"status": "not_taken", "fail_count": 1}}, ("Step 1", "`fail_count`", "status")),
    ({"step2ck": {"status": "not_taken", "fail_count": 1}},
     ("Step 2 CK", "`fail_count`", "status")),
    ({"step1": {"status": "failed", "fail_count": 0}}, ("Step 1", "`fail_count`", "failed")),
    ({"step2ck": {"status": "failed", "fail_count": 0}}, ("Step 2 CK", "`fail_count`", "failed")),
    *(({"step1": {"status": status, "numeric_score": 230}}, ("`numeric_score`", "status"))
      for status in ("not_taken", "scheduled", "awaiting_result")),
    *(({"step2ck": {"status": status, "score": 230}}, ("`score`", "status"))
      for status in ("not_taken", "scheduled", "awaiting_score")),
    *(({"step1": {"status": status, "exam_date": TOMORROW}}, ("Step 1", "`exam_date`", "status"))
      for status in ("passed", "failed", "awaiting_result")),
    *(({"step2ck": {"status": status, "exam_date": TOMORROW}},
       ("Step 2 CK", "`exam_date`", "status"))
      for status in ("passed", "failed", "awaiting_score")),
    ({"step1": {"status": "scheduled", "exam_date": YESTERDAY}}, ("Step 1", "`exam_date`")),
    ({"step2ck": {"status": "scheduled", "exam_date": YESTERDAY}}, ("Step 2 CK", "`exam_date`")),
    ({"step2ck": {"score_date": TOMORROW}}, ("Step 2 CK", "`score_date`")),
    ({"step2ck": {"exam_date": YESTERDAY, "score_date": date(2026, 2, 27)}},
     ("`score_date`", "`exam_date`")),
    ({"letters": {"us_peds_count": 1, "us_peds_strong_count": 2}},
     ("`us_peds_strong_count`", "`us_peds_count`")),
    ({"usce": {"peds_months": Decimal("2.01"), "total_months": 2}},
     ("`peds_months`", "`total_months`")),
    # a summary beside what it sums up
    ({"step1": {"fail_count": 0}, "attempt": [FAILED]}, ("step1.fail_count",)),
    ({"step1": {"status": "passed"}, "attempt": [FAILED]}, ("last Step 1 sitting", "status")),
    ({"step2ck": {"status": "passed"}, "attempt": [FAILED2]},
     ("last Step 2 CK sitting", "status")),
    ({"step1": {"status": "failed"}, "attempt": [FAILED | {"outcome": "pass"}]},
     ("step1.status",)),
    ({"step2ck": {"score": 230},
      "attempt": [FAILED2 | {"outcome": "pass", "score": 231}]}, ("step2ck.score",)),
    ({"usce": {"peds_months": 2},
      "rotation": [{"country_class": "us", "specialty": "pediatrics", "kind": "core",
                    "weeks": 4}]}, ("usce.peds_months",)),
    ({"letters": {"home_count": 1}, "letter": [{"author_role": "other", "state": "received"}]},
     ("letters.home_count",)),
    ({"letters": {"us_peds_strong_count": 0},
      "letter": [LETTER | {"quality": "strong"}, LETTER]}, ("`us_peds_strong_count`",)),
    ({"letters": {"us_peds_strong_count": 2},
      "letter": [LETTER | {"quality": "strong"}, LETTER | {"quality": "weak"}]},
     ("letters.us_peds_strong_count",)),
    # outside of a range or an enum, or missing
    ({"context": {"application_year": 2041}}, ("context.application_year",)),
    ({"step2ck": {"score": 301}}, ("step2ck.score",)),
    ({"step1": {"fail_count": 7}}, ("step1.fail_count",)),
    ({"step1": {"status": "taken"}}, ("step1.status",)),
    ({"applicant": {"budget_usd": -1}}, ("applicant.budget_usd",)),
    ({"applicant": {"target_specialty": ["surgery"]}}, ("applicant.target_specialty",)),
    ({"applicant": {"target_specialty": None}}, ("applicant.target_specialty",)),
    ({"attempt": [{"exam": "step1", "number": 7, "outcome": "pass"}]}, ("number",)),
    ({"attempt": [{"exam": "step1", "outcome": "pass"}]}, ("number",)),
    ({"practice_exam": [{"exam": "step1", "source": "nbme_official", "date": TODAY}]}, ("scale",)),
    ({"letter": [{"author_role": "other"}]}, ("state",)),
    ({"rotation": [{"country_class": "us", "specialty": "other", "kind": "core"}]}, ("weeks",)),
    ({"program": [{"region": "south", "kind": "community"}]}, ("id",)),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "named"), REFUSED)
def test_what_a_case_may_not_say(facts: dict[str, Any], named: tuple[str, ...]) -> None:
    said = refusal(with_facts(**facts))
    assert [word for word in named if word not in said] == []


ALLOWED: list[dict[str, Any]] = [
    # today is no future and no past
    *({"step1": {"status": status, "exam_date": TODAY}}
      for status in ("scheduled", "passed", "failed", "awaiting_result")),
    *({"step2ck": {"status": status, "exam_date": TODAY, "score_date": TODAY}}
      for status in ("passed", "failed")),
    {"step1": {"status": "scheduled", "fail_count": 3}},
    {"step1": {"status": "not_taken", "fail_count": 0}},
    {"step2ck": {"status": "failed", "score": 200}},
    {"letters": {"us_peds_count": 2, "us_peds_strong_count": 2}},
    {"usce": {"peds_months": 2, "total_months": 2}},
    {"step1": {"status": "scheduled", "exam_date": TOMORROW}, "attempt": [FAILED]},
    {"step1": {"status": "failed", "fail_count": 1}, "attempt": [FAILED]},
    # a letter of which not everything is told may hold more
    {"letters": {"us_peds_strong_count": 2}, "letter": [LETTER | {"quality": "strong"}, LETTER]},
    {"letters": {"attributes_covered": ["clinical_reasoning"]}, "letter": [LETTER]},
    # two papers that applicants really hold: reported as advice
    {"step1": {"status": "passed", "numeric_score": 230, "exam_date": date(2022, 1, 26)}},
    {"step2ck": {"status": "passed", "score": 217, "exam_date": date(2025, 7, 1)}},
    {"step2ck": {"status": "failed", "score": 218, "exam_date": date(2025, 7, 1)}},
]  # fmt: skip


@pytest.mark.parametrize("facts", ALLOWED)
def test_what_a_case_may_say(facts: dict[str, Any]) -> None:
    PACKS.decide(with_facts(**facts), TODAY, "interpreter")


@pytest.mark.parametrize(
    ("facts", "id"),
    [
        ({"step1": {"status": "passed", "numeric_score": 230, "exam_date": date(2022, 1, 26)}},
         "EX-15"),
        ({"step2ck": {"status": "passed", "score": 217, "exam_date": date(2025, 7, 1)}}, "EX-07"),
        ({"step2ck": {"status": "failed", "score": 218, "exam_date": date(2025, 7, 1)}}, "EX-07"),
    ],
)  # fmt: skip
def test_papers_that_applicants_really_hold_are_reported(facts: dict[str, Any], id: str) -> None:
    assert id in {advice.id for advice in PACKS.decide(with_facts(**facts), TODAY, "interpreter")}
