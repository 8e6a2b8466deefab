"""Applicants whose list is open, and catalogues, drawn with every cell known or not."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

DAY = date(2026, 7, 20)
Row = dict[str, Any]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


SCORES = st.sampled_from([217, 218, 219, 220, 226, 227, 230, 233, 234, 240, 250, 265])
EXPECTED = st.sampled_from([200, 210, 217, 218, 220, 224, 227, 230, 231, 234, 240, 244, 250, 260])
SCHOOLS = ["Alder Medical School", " alder medical SCHOOL ", "Birch University", "Cedar"]

CELLS: dict[str, st.SearchStrategy[Any]] = {
    "academic_tier": st.sampled_from(["top", "mid", "other"]),
    "img_policy": st.sampled_from(["welcomes", "silent", "silent", "welcomes", "excludes"]),
    "pct_img": st.sampled_from([0, 14, 15, 16, 39, 40, 41, 100]),
    "us_img_last3": st.integers(0, 20),
    "schools_of_residents": st.lists(st.sampled_from(SCHOOLS), min_size=1).map(";".join),
    "img_friendly_affiliation": st.booleans(),
    "min_step2ck": EXPECTED,
    "avg_step2ck": EXPECTED,
    "max_failed_attempts": st.sampled_from([0, 1, 2, 3, 6]),
    "usce_months_required": st.integers(0, 4),
    "max_years_since_graduation": st.sampled_from([0, 2, 5, 10]),
    "certified_at_application": st.booleans(),
    "positions": st.integers(1, 40),
    "saturation": st.sampled_from(["low", "medium", "high"]),
    "accepts_signals": st.booleans(),
    "visa_sponsorship": st.just("J-1"),
}  # fmt: skip
FIXED: dict[str, st.SearchStrategy[Any]] = {
    "name": st.just("Synthetic"),
    "city": st.just("Alderford"),
    "state": st.just("ME"),
    "region": st.sampled_from(["midwest", "south", "northeast", "west"]),
    "kind": st.sampled_from(
        ["university", "community", "community_university_affiliated", "childrens_hospital"]
    ),
    "source_url": st.just("https://example.org"),
    "source_date": st.sampled_from(
        [date(2024, 1, 1), date(2025, 6, 14), date(2025, 6, 15), date(2025, 6, 16), DAY]
    ),
}


def rows(ids: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Row]:
    """One program; `max_failed_attempts` is known more often than not, since an unknown one
    excludes after several failures."""
    cells = {name: maybe(cell) for name, cell in CELLS.items()}
    named = st.just("X-0") if ids is None else ids
    return st.fixed_dictionaries({"program_id": named, **FIXED, **cells})


def catalogues(least: int = 1, most: int = 14) -> st.SearchStrategy[list[Row]]:
    """Programs with ids of their own."""

    def named(drawn: list[Row]) -> list[Row]:
        return [{**row, "program_id": f"X-{n:02}"} for n, row in enumerate(drawn)]

    return st.lists(rows(), min_size=least, max_size=most).map(named)


def applicants(**fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A case whose list is open. `fixed` stands in for the strategy of an attribute, written
    `fact__attribute`."""
    facts: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "context": {"application_year": maybe(st.sampled_from([2024, 2025, 2026]))},
        "applicant": {
            "citizenship": st.sampled_from(["us_citizen", "us_permanent_resident"]),
            "school_class": st.sampled_from(["international", "canadian"]),
            "target_specialty": st.just(["pediatrics"]),
            "expected_graduation": maybe(
                st.sampled_from([date(2015, 5, 31), date(2021, 7, 20), date(2024, 7, 19), DAY])
            ),
            "ecfmg_certified": maybe(st.booleans()),
            "preferred_regions": maybe(st.sampled_from([[], ["midwest"], ["south", "west"]])),
            "budget_usd": maybe(st.sampled_from([0, 330, 331, 5000])),
            "school_name": maybe(st.sampled_from(["ALDER Medical School", " Birch University"])),
            "clinical_evaluations": maybe(st.sampled_from(["strong", "weak"])),
            "peds_shelf": maybe(st.just("strong")),
            "leadership": maybe(st.just("strong")),
            "peds_research": maybe(st.just("strong")),
        },
        "step1": {
            "status": st.just("passed"),
            "fail_count": maybe(st.sampled_from([0, 0, 0, 1, 2, 3])),
            "pass_margin": maybe(st.sampled_from(["borderline", "comfortable"])),
        },
        "step2ck": {
            "status": st.just("passed"),
            "score": maybe(SCORES),
            "fail_count": maybe(st.sampled_from([0, 0, 0, 1, 2])),
            "exam_date": maybe(st.just(date(2026, 6, 9))),
        },
        "usce": {"total_months": maybe(st.sampled_from(["0.00", "1.75", "2.00", "6.00"]))},
    }  # fmt: skip
    for path, strategy in fixed.items():
        fact, _, name = path.partition("__")
        facts[fact][name] = strategy
    return st.fixed_dictionaries(
        {fact: st.fixed_dictionaries(attributes) for fact, attributes in facts.items()}
    )


def without_score() -> st.SearchStrategy[dict[str, Any]]:
    """Applicants who have no score yet, some with a prediction."""
    exams = maybe(st.sampled_from([215, 222, 229, 238])).map(
        lambda predicted: [{
            "exam": "step2ck", "source": "nbme_official", "date": date(2026, 7, 1),
            "scale": "three_digit", "predicted": predicted,
        }]
    )  # fmt: skip
    return st.builds(
        lambda case, practice: {**case, "practice_exam": practice},
        applicants(
            step2ck__status=st.just("not_taken"), step2ck__score=st.none(),
            step2ck__fail_count=st.none(), step2ck__exam_date=st.none(),
        ),
        exams,
    )  # fmt: skip
