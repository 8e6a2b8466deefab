"""The rule packs: clean, complete, and saying what the specification says.

`residency_facts` and `residency_statements` are a second reading of the specification; the packs
have to agree with it on every applicant that Hypothesis draws, and on those worked out by hand
below.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, reject, settings
from residency_applicants import applicants
from residency_statements import statements

import matchrules as mr
from matchrules.ir import ExpectFires
from matchrules.testing import cases
from matchrules.testing.properties import check_property

STATEMENTS = {
    *(f"EX-{n:02}" for n in (1, 2, 3, 14)),
    *(f"GN-{n:02}" for n in range(1, 14)),
    *(f"S1-{n}" for n in (*range(10, 18), *range(40, 50))),
    *(f"S2-{n:02}" for n in range(1, 7)),
    *(f"LR-{n:02}" for n in range(1, 10)),
    *(f"AP-{n}" for n in (*range(10, 15), 20, 21)),
}
FRAMED = ["GN-01", "GN-02", "GN-03", "GN-04", "GN-05", "GN-09", "GN-10"]
PACKS = mr.load()
TYPICAL: dict[str, Any] = {
    "applicant": {"citizenship": "us_citizen", "school_class": "international",
                  "target_specialty": ["pediatrics"], "training_stage": "clinical_rotations"},
    "context": {"application_year": 2026},
}  # fmt: skip
LETTERS = ["LR-01", "LR-05", "LR-06", "LR-07", "LR-08"]


@pytest.fixture
def book() -> mr.Book:
    return PACKS


def ids(decision: mr.Decision) -> list[str]:
    return sorted(str(advice.id) for advice in decision)


def with_facts(**facts: Any) -> dict[str, Any]:
    merged = {name: dict(value) for name, value in TYPICAL.items()}
    for name, value in facts.items():
        is_single = isinstance(value, Mapping)
        merged[name] = {**merged.get(name, {}), **value} if is_single else value
    return merged


def test_check_has_nothing_to_say() -> None:
    assert [f"{d.code}: {d.message}" for d in mr.check()] == []


def test_the_statements_are_these_and_no_others(book: mr.Book) -> None:
    assert {rule.id for base in book.bases for rule in base.rules.values()} == STATEMENTS


def test_every_rule_says_where_it_comes_from(book: mr.Book) -> None:
    for base in book.bases:
        for rule in base.rules.values():
            assert rule.cites, rule.full_name
            sources = {cite.source for cite in rule.cites}
            assert ("article" in sources) is not str(rule.id).startswith("EX-"), rule.full_name


def test_every_rule_has_an_example_that_it_fires_in(book: mr.Book) -> None:
    fired = {
        expect.rule for example in book.examples for expect in example.expects
        if isinstance(expect, ExpectFires) and not expect.negated
    }  # fmt: skip
    assert fired == {name for base in book.bases for name in base.rules}


def test_protected_facts_are_never_read(book: mr.Book) -> None:
    protected = ("name", "gender", "race_ethnicity", "age", "religion", "marital_status",
                 "school_name")  # fmt: skip
    for base in book.bases:
        attributes = base.facts["applicant"].attributes
        assert all(attributes[name].never_read for name in protected)


def test_no_text_promises_anything(book: mr.Book) -> None:
    text = "\n".join(source.text for source in book.sources.values()).lower()
    for word in ("guarantee", "maximiz", "optimiz", "probability", "guesswork"):
        assert word not in text


BY_HAND: dict[str, tuple[date, dict[str, Any], list[str]]] = {
    "nothing at all": (date(2026, 3, 1), {}, ["EX-02"]),
    "a US school": (date(2026, 3, 1), with_facts(applicant={"school_class": "us_do"}), ["EX-01"]),
    "four failures of Step 2 CK": (
        date(2026, 3, 1),
        with_facts(step1={"status": "passed", "fail_count": 0},
                   step2ck={"status": "failed", "fail_count": 4}),
        ["EX-03"],
    ),
    "both exams ahead": (
        date(2026, 3, 1),
        with_facts(step1={"status": "not_taken"}, step2ck={"status": "not_taken"}),
        [*FRAMED, *LETTERS, "GN-06", "GN-13", "S1-10", "S1-11", "S1-12", "S1-14", "S1-16"],
    ),
    "Step 1 failed, retake booked, below the line": (
        date(2026, 3, 1),
        with_facts(
            step1={"status": "scheduled", "fail_count": 1, "exam_date": date(2026, 4, 1),
                   "failure_root_causes": ["content_mastery"],
                   "improvements_documented": ["new_study_system", "schedule_or_health"]},
            step2ck={"status": "not_taken"},
            practice_exam=[
                {"exam": "step1", "source": "nbme_official", "date": date(2026, 2, d),
                 "scale": "equated_percent", "margin_to_pass": m}
                for d, m in ((1, 7), (20, -1))
            ],
        ),
        [*FRAMED, *LETTERS, "GN-06", "GN-07", "GN-12", "GN-13", "S1-12", "S1-16", "S1-17", "S1-42",
         "S1-46", "S1-49"],
    ),
    "a low score and an open list": (
        date(2026, 7, 1),
        with_facts(step1={"status": "passed", "fail_count": 1},
                   step2ck={"status": "passed", "score": 222, "exam_date": date(2025, 8, 1)},
                   letters={"us_peds_count": 2, "us_peds_strong_count": 1,
                            "attributes_covered": []}),
        [*FRAMED, "AP-13", "AP-14", "AP-20", "AP-21", "GN-11", "GN-12", "LR-02", "LR-05", "LR-06",
         "LR-07", "LR-08", "LR-09", "S1-40", "S1-41", "S1-46", "S1-47", "S1-48", "S1-49", "S2-05",
         "S2-06"],
    ),
    "a competitive score, application sent": (
        date(2026, 10, 1),
        with_facts(step1={"status": "passed", "fail_count": 0},
                   step2ck={"status": "passed", "score": 234, "exam_date": date(2026, 6, 20)},
                   applicant={"training_stage": "preclinical"},
                   application={"submitted": True}),
        [*FRAMED, "GN-11", "S2-01"],
    ),
    "how often Step 1 was failed is not said": (
        date(2026, 3, 1),
        with_facts(step1={"status": "passed"},
                   step2ck={"status": "passed", "score": 229, "exam_date": date(2025, 8, 1)},
                   letters={"home_faculty_knows_well": False}),
        [*FRAMED, *LETTERS, "AP-13", "AP-20", "AP-21", "EX-14", "GN-11", "LR-04", "S2-02", "S2-03",
         "S2-04"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["rete", "interpreter"])
@pytest.mark.parametrize("name", BY_HAND)
def test_applicants_worked_out_by_hand(book: mr.Book, name: str, engine: Any) -> None:
    as_of, facts, expected = BY_HAND[name]
    assert ids(book.decide(facts, as_of, engine=engine)) == sorted(expected)


@pytest.mark.parametrize(
    ("day", "score", "band"),
    [
        (date(2025, 8, 1), 217, "failed"), (date(2025, 8, 1), 218, "very_low"),
        (date(2025, 8, 1), 219, "very_low"), (date(2025, 8, 1), 220, "low"),
        (date(2025, 8, 1), 226, "low"), (date(2025, 8, 1), 227, "viable"),
        (date(2025, 8, 1), 233, "viable"), (date(2025, 8, 1), 234, "competitive"),
        (date(2025, 7, 1), 217, "failed"), (date(2025, 6, 30), 217, "very_low"),
        (date(2025, 6, 30), 213, "failed"), (date(2025, 6, 30), 214, "very_low"),
        (date(2022, 7, 1), 213, "failed"), (date(2022, 6, 30), 213, "very_low"),
        (date(2022, 6, 30), 209, "very_low"), (date(2022, 6, 30), 208, "failed"),
        (date(2014, 7, 1), 208, "failed"), (date(2014, 6, 30), 208, "very_low"),
        (date(2013, 7, 1), 203, "very_low"), (date(2013, 7, 1), 202, "failed"),
        (date(2012, 7, 1), 150, "very_low"), (date(2012, 7, 1), 250, "competitive"),
    ],
)  # fmt: skip
def test_the_band_goes_by_the_day_of_the_exam(
    book: mr.Book, day: date, score: int, band: str
) -> None:
    facts = with_facts(step2ck={"status": "passed", "score": score, "exam_date": day})
    for as_of in (date(2025, 8, 2), date(2026, 11, 1)):
        assert book.decide(facts, as_of, "interpreter").derived["step2ck.band"] == band


@pytest.mark.parametrize(
    ("as_of", "status"), [(date(2021, 6, 30), "in_scope"), (date(2021, 7, 1), "ineligible")]
)
def test_the_attempt_limit_goes_by_today(book: mr.Book, as_of: date, status: str) -> None:
    facts = with_facts(step1={"status": "failed", "fail_count": 4})
    assert book.decide(facts, as_of, "interpreter").derived["scope.status"] == status


@pytest.mark.parametrize(
    ("as_of", "name", "value"),
    [
        (date(2025, 7, 10), "timing.ideal_feasible", True),
        (date(2025, 7, 11), "timing.ideal_feasible", False),
        (date(2025, 8, 6), "timing.on_time_feasible", True),
        (date(2025, 8, 7), "timing.on_time_feasible", False),
        (date(2025, 9, 2), "timing.list_adjustable", True),
        (date(2025, 9, 3), "timing.list_adjustable", False),
    ],
)
def test_the_calendar_to_the_day(book: mr.Book, as_of: date, name: str, value: bool) -> None:
    facts = with_facts(context={"application_year": 2025})
    assert book.decide(facts, as_of, "interpreter").derived[name] is value


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"step1": {"status": "not_taken", "fail_count": 1}}, "not to be taken yet"),
        ({"step2ck": {"status": "failed", "fail_count": 0}}, "no failed sitting"),
        ({"step2ck": {"status": "scheduled", "score": 230}}, "no result is out"),
        ({"step1": {"status": "passed", "exam_date": date(2026, 3, 2)}}, "still to come"),
        ({"step1": {"status": "scheduled", "exam_date": date(2026, 2, 28)}}, "already past"),
        ({"step2ck": {"score_date": date(2026, 3, 2)}}, "still to come"),
        ({"step2ck": {"exam_date": date(2026, 2, 2), "score_date": date(2026, 2, 1)}},
         "before the exam"),
        ({"letters": {"us_peds_count": 1, "us_peds_strong_count": 2}}, "letters"),
        ({"usce": {"peds_months": 3, "total_months": 2}}, "months"),
        ({"step1": {"status": "passed"},
          "attempt": [{"exam": "step1", "number": 1, "outcome": "fail"}]}, "last Step 1 sitting"),
        ({"step1": {"fail_count": 0},
          "attempt": [{"exam": "step1", "number": 1, "outcome": "fail"}]}, "fail_count"),
    ],
)  # fmt: skip
def test_what_a_case_may_not_say(book: mr.Book, facts: dict[str, Any], word: str) -> None:
    for engine in ("rete", "interpreter"):
        with pytest.raises(mr.CaseErrors) as error:
            book.decide(with_facts(**facts), date(2026, 3, 1), engine=engine)  # type: ignore[arg-type]
        assert word in str(error.value)


def test_today_is_no_future(book: mr.Book) -> None:
    for status in ("scheduled", "passed", "failed", "awaiting_result"):
        facts = with_facts(step1={"status": status, "exam_date": date(2026, 3, 1)})
        book.decide(facts, date(2026, 3, 1), "interpreter")


def agree(facts: Any, as_of: date | None) -> None:
    """The packs say of a case what the second reading of the specification says."""
    decision = PACKS.decide(facts, as_of, engine="interpreter")
    plain = {fact: value for fact, value in decision.facts.items() if fact != "as_of"}
    derived, said = statements(revived(plain), decision.as_of)
    for name, value in derived.items():
        if not name.startswith("_"):
            assert decision.derived[name] == value, name
    assert sorted(((str(a.id), a.about) for a in decision), key=str) == said
    for text in (advice.text for advice in decision):
        assert "not known" not in text.replace("are IMGs is not known", ""), text
        assert "  " not in text and " ." not in text and ".." not in text, text


@given(cases(PACKS))
def test_a_second_reading_agrees_on_any_case(case: Any) -> None:
    agree(case, None)


@given(applicants())
def test_a_second_reading_agrees_on_applicants(drawn: tuple[date, dict[str, Any]]) -> None:
    as_of, facts = drawn
    try:
        agree(facts, as_of)
    except mr.CaseErrors as error:
        # A few applicants contradict themselves; nothing else may be wrong with one.
        assert {fault.code for fault in error.diagnostics} <= {"MR601", "MR605"}
        reject()


@pytest.mark.parametrize("name", [said.name for said in PACKS.properties])
def test_what_the_packs_say_of_every_applicant_holds(name: str) -> None:
    verdict = check_property(PACKS, name, max_examples=settings().max_examples // 5)
    assert verdict.answer != "refuted", str(verdict)


def test_the_properties_of_the_specification_stand_in_the_packs() -> None:
    said = {str(p.id)[:4] for p in PACKS.properties if p.id is not None}
    assert said == {"P-04", "P-05", "P-06", "P-10", "P-11", "P-17", "P-24", "P-25"}


def test_what_rests_on_a_missing_score_is_provisional(book: mr.Book) -> None:
    facts = with_facts(step1={"status": "passed", "fail_count": 0}, step2ck={"status": "scheduled"})
    provisional = {a.id for a in book.decide(facts, date(2026, 3, 1)) if a.provisional}
    assert provisional == {"AP-13", "AP-20", "AP-21"}


def revived(value: Any, name: str = "") -> Any:
    """Plain values with dates, decimals and sets as Python has them."""
    if isinstance(value, Mapping):
        return {key: revived(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [revived(item, name) for item in value]
    if isinstance(value, str) and (name.endswith("date") or name == "expected_graduation"):
        return date.fromisoformat(value)
    if name.endswith("_months") and value is not None:
        return Decimal(value)
    return value
