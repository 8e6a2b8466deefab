"""Lists as the packs make them, against a reading of the specification that shares no code with
them."""

from datetime import timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from catalogues import DAY, Row, applicants, without_score
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shortlist_second_reading import (
    BALANCE,
    Applicant,
    category,
    choose,
    difficulties,
    order,
    quotas,
    reasons,
)

import matchrules as mr
from matchrules.residency import Shortlist, shortlist
from matchrules.residency.choice import CATEGORIES, Candidate, Choice, signals
from matchrules.residency.choice import choose as choose_places
from matchrules.residency.choice import quotas as quotas_of_the_list

COLUMN_OF = {
    "takes_no_imgs": "img_policy",
    "score_below_cutoff": "min_step2ck",
    "too_many_failures": "max_failed_attempts",
    "failures_not_told": "max_failed_attempts",
    "too_little_usce": "usce_months_required",
    "not_certified": "certified_at_application",
    "graduated_too_long": "max_years_since_graduation",
}


@cache
def book() -> mr.Book:
    return mr.load(cache=True)


def read(case: Any, tier: int) -> Applicant:
    """What the second reading needs of a case. The tier of the risk is read elsewhere."""
    one, step1, step2 = case["applicant"], case["step1"], case["step2ck"]
    failed = step1["fail_count"] or 0
    months = case["usce"]["total_months"]
    exams = case.get("practice_exam") or ()
    return Applicant(
        as_of=DAY, season=case["context"]["application_year"], tier=tier,
        score=step2["score"], unscored=step2["status"] == "not_taken",
        predicted=next((exam["predicted"] for exam in exams), None),
        failures=failed + (step2["fail_count"] or 0), step1_failures=failed,
        usce_months=None if months is None else Fraction(months),
        certified=one["ecfmg_certified"], graduation=one["expected_graduation"],
        school=one["school_name"], preferred=one["preferred_regions"],
        step1_weak=failed >= 1
        or (step1["fail_count"] == 0 and step1["pass_margin"] == "borderline"),
    )  # fmt: skip


# Of each column what turns on it, None more or less often; drawn by a seed, since catalogues are to
# be long enough for places to move.
CELLS: dict[str, list[Any]] = {
    "name": ["Synthetic"], "city": ["Alderford"], "state": ["ME"], "source_url": ["example.org"],
    "region": ["midwest", "south", "northeast", "west"],
    "kind": ["university", "community", "community_university_affiliated", "childrens_hospital"],
    "academic_tier": ["top", "mid", "mid", "other", None],
    "img_policy": ["welcomes", "silent", "silent", None],
    "pct_img": [0, 14, 15, 39, 40, 100, None],
    "schools_of_residents": ["Alder Medical School;Cedar", " birch UNIVERSITY ", None, None, None],
    "min_step2ck": [200, 208, 216, 217, 218, 224, 230, *[None] * 7],
    "avg_step2ck": [215, 227, 228, 237, 238, 244, 260, None, None],
    "saturation": ["low", "medium", "high", None],
    "accepts_signals": [True, True, False, None],
    "source_date": [DAY - timedelta(days) for days in (0, 40, 41, 400, 401)],
}  # fmt: skip
SHARE = settings.default.max_examples if settings.default is not None else 60
SHUTS: dict[str, list[Any]] = {
    "img_policy": ["welcomes", "excludes"],
    "max_failed_attempts": [0, 1, 2, None],
    "usce_months_required": [1, 2, 3],
    "certified_at_application": [True, False],
    "max_years_since_graduation": [2, 5, 11],
}


def catalogue(seed: int) -> list[Row]:
    """Up to 30 programs, of which many, some or nearly none shut out applicants."""
    random = Random(seed)
    strict = random.choice([0.03, 0.1, 0.3])
    leaning = {name: random.choice(cells) for name, cells in CELLS.items()}
    lean = {name: random.choice([0.0, 0.0, 0.0, 0.8]) for name in CELLS}
    rows = []
    for number in range(random.randint(1, 30)):
        row = {
            name: leaning[name] if random.random() < lean[name] else random.choice(cells)
            for name, cells in CELLS.items()
        }
        row |= {"program_id": f"X-{number:02}", "max_failed_attempts": 6}
        row |= dict.fromkeys(SHUTS.keys() - row.keys())
        row |= {
            name: random.choice(cells) for name, cells in SHUTS.items() if random.random() < strict
        }
        rows.append(row)
    random.shuffle(rows)
    return rows


# Seeds do not shrink to anything that is easier to read.
QUICK = settings(
    max_examples=max(SHARE * 2 // 3, 10), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


@QUICK
@given(
    applicants() | without_score(),
    st.integers(0, 10**9).map(catalogue),
    st.none() | st.integers(1, 24),
)
def test_a_list_is_what_a_second_reading_makes(
    case: Any, rows: list[Row], size: int | None
) -> None:
    found = shortlist(case, rows, size=size, as_of=DAY, book=book())
    assert found.tier is not None
    compared(found, rows, read(case, found.tier), size)


def compared(found: Shortlist, rows: list[Row], one: Applicant, size: int | None) -> None:
    by_id = {row["program_id"]: row for row in rows}
    for entry in (*found.entries, *found.others):
        row = by_id.pop(entry.id)
        assert (entry.category, (entry.d_img, entry.d_score)) == (
            category(row, one), difficulties(row, one),
        )  # fmt: skip
    assert {name for name, row in by_id.items() if reasons(row, one)} == by_id.keys()
    assert {
        program.id: {COLUMN_OF[reason.reason] for reason in program.reasons}
        for program in found.excluded
    } == {name: reasons(row, one) for name, row in by_id.items()}
    read = choose(rows, one, size)
    assert dict(found.quotas) == read.quotas
    assert [(entry.id, entry.category, entry.fills) for entry in found.entries] == read.entries
    assert (found.shortfall, found.cost.total) == (read.missing, read.cost)
    assert list(found.signals.programs) == read.signals


@QUICK
@given(st.integers(0, 10**9))
def test_places_and_signals_are_those_of_a_second_reading(seed: int) -> None:
    """The choice alone, without the rules: more of it in less time."""
    for turn in range(8):
        random = Random(f"{seed} {turn}")
        rows = catalogue(random.randrange(10**9))
        one = Applicant(
            as_of=DAY, season=2024, score=random.choice([217, 228, 240]), tier=random.randint(0, 4),
            step1_weak=random.random() < 0.7, school=random.choice([None, "Cedar"]),
            preferred=random.choice([None, (), ("south", "west")]),
        )  # fmt: skip
        size = random.randint(1, 40)
        chosen = chosen_by_the_packs(rows, one, size)
        read = choose(rows, one, size)
        assert [(p.candidate.id, p.candidate.category, p.fills) for p in chosen.places] == (
            read.entries
        )
        accepting = {row["program_id"] for row in rows if row["accepts_signals"]}
        assert list(signals(chosen.places, accepting, 5)) == read.signals


def chosen_by_the_packs(rows: list[Row], one: Applicant, size: int) -> Choice:
    candidates = [
        Candidate(
            row["program_id"], category(row, one), order(row, one),  # type: ignore[arg-type]
            row["kind"] in ("university", "childrens_hospital"),
            (row["kind"], row["academic_tier"], row["img_policy"]) == (
                "university", "mid", "welcomes",
            ),
        )
        for row in rows if not reasons(row, one)
    ]  # fmt: skip
    shares = dict(zip(CATEGORIES, BALANCE[one.tier], strict=True))
    return choose_places(
        candidates, size, shares, most_of_university=size // 2 if one.step1_weak else size,
        reach_fills=one.tier < 3,
    )  # fmt: skip


@given(st.integers(0, 4), st.integers(1, 4000))
def test_quotas_are_those_of_a_second_reading(tier: int, size: int) -> None:
    shares = quotas(100, tier)
    assert quotas_of_the_list(size, shares) == quotas(size, tier)  # type: ignore[arg-type]
