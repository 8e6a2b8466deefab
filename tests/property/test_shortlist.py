"""What holds of every program list."""

from datetime import timedelta
from functools import cache
from typing import Any

from catalogues import CELLS, DAY, Row, applicants, catalogues, rows, without_score
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import matchrules as mr
from matchrules.cli.shortlist_text import text
from matchrules.residency import Entry, Shortlist, shortlist
from matchrules.residency.choice import CATEGORIES, Candidate, choose, quotas

EASY_TO_HARD = ["safety", "target", "reach", "excluded"]
SHARES = {
    0: (25, 50, 25), 1: (20, 50, 30), 2: (15, 45, 40), 3: (10, 40, 50), 4: (5, 35, 60),
}  # fmt: skip
SHARE = settings.default.max_examples if settings.default is not None else 60
FEW = settings(max_examples=max(SHARE // 4, 10))
ANYBODY = applicants() | without_score()


@cache
def book() -> mr.Book:
    return mr.load(cache=True)


def made(case: Any, programs: list[Row], size: int | None = None) -> Shortlist:
    return shortlist(case, programs, size=size, as_of=DAY, book=book())


def categories(found: Shortlist) -> dict[str, str]:
    open_ = {entry.id: entry.category for entry in (*found.entries, *found.others)}
    return open_ | {program.id: "excluded" for program in found.excluded}


def the_list(found: Shortlist) -> tuple[Any, ...]:
    """The list itself, without the report on what is not on it."""
    return (
        found.entries, found.size, found.quotas, found.counts, found.missing, found.shortfall,
        found.signals, found.cost, found.breadth, found.tier, found.provisional, found.made_room,
    )  # fmt: skip


# P-27 ---------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(SHARES)), st.integers(1, 400))
def test_p27_counts_sum_to_the_size(tier: int, size: int) -> None:
    shares = dict(zip(CATEGORIES, SHARES[tier], strict=True))
    counts = quotas(size, shares)
    assert sum(counts.values()) == size
    for name, count in counts.items():
        assert abs(count - size * shares[name] / 100) < 1


def test_p27_reaches_never_rise_with_the_tier_nor_does_safety_fall() -> None:
    base = book().base_on(DAY)
    found = {
        name: [row.value for row in base.parameters[f"balance_{name}"].rows] for name in CATEGORIES
    }
    assert [tuple(found[name][tier] for name in CATEGORIES) for tier in SHARES] == [
        *SHARES.values()
    ]
    assert found["reach"] == sorted(found["reach"], reverse=True)
    assert found["safety"] == sorted(found["safety"])
    assert {sum(shares) for shares in SHARES.values()} == {100}


# P-50 to P-52 -------------------------------------------------------------------------------------


@FEW
@given(ANYBODY, catalogues())
def test_p50_every_row_has_one_category_and_every_exclusion_a_reason(
    case: Any, programs: list[Row]
) -> None:
    found = made(case, programs)
    ids = [p.id for p in (*found.entries, *found.others, *found.excluded)]
    assert sorted(ids) == sorted(row["program_id"] for row in programs)
    assert all(entry.category in CATEGORIES for entry in (*found.entries, *found.others))
    for program in found.excluded:
        assert program.reasons and all(reason.text for reason in program.reasons)
        assert "{" not in "".join(reason.text for reason in program.reasons)


@FEW
@given(applicants(step2ck__score=st.just(218)), catalogues(), st.integers(219, 300))
def test_p51_a_higher_score_never_makes_a_program_harder(
    case: Any, programs: list[Row], higher: int
) -> None:
    before = categories(made(case, programs))
    after = categories(made({**case, "step2ck": {**case["step2ck"], "score": higher}}, programs))
    for name in before:
        assert EASY_TO_HARD.index(after[name]) <= EASY_TO_HARD.index(before[name])


@FEW
@given(ANYBODY, catalogues(), st.sampled_from(["step1", "step2ck"]))
def test_p52_a_failed_attempt_never_makes_a_program_easier(
    case: Any, programs: list[Row], step: str
) -> None:
    failed = (case[step]["fail_count"] or 0) + 1
    assume(case[step]["status"] == "passed")
    before = categories(made(case, programs))
    after = categories(made({**case, step: {**case[step], "fail_count": failed}}, programs))
    for name in before:
        assert EASY_TO_HARD.index(after[name]) >= EASY_TO_HARD.index(before[name])


# P-53 to P-55 -------------------------------------------------------------------------------------


@FEW
@given(ANYBODY, catalogues(4, 16), st.none() | st.integers(1, 20))
def test_p53_entries_and_shortfall_add_up_to_the_size(
    case: Any, programs: list[Row], size: int | None
) -> None:
    found = made(case, programs, size)
    ids = [entry.id for entry in found.entries]
    assert found.breadth is not None and found.tier is not None
    assert found.size == (found.breadth.min if size is None else size)
    assert len(ids) + found.shortfall == found.size == sum(found.quotas.values())
    assert len(ids) == len(set(ids)) <= found.size
    assert not set(ids) & {program.id for program in found.excluded}
    assert found.shortfall == sum(found.missing.values())
    for name in CATEGORIES:
        filled = sum(entry.fills == name for entry in found.entries)
        assert filled + found.missing[name] == found.quotas[name]
    # What stays off the list although places are empty has to stay off.
    if found.shortfall:
        weak = (case["step1"]["fail_count"] or 0) >= 1
        weak = weak or case["step1"]["pass_margin"] == "borderline"
        for entry in found.others:
            capped = weak and entry.facts["kind"] in ("university", "childrens_hospital")
            assert capped or (entry.category == "reach" and found.tier >= 3)


@FEW
@given(ANYBODY, catalogues(2, 12), rows(st.just("X-99")), st.randoms(use_true_random=False))
def test_p54_an_excluded_row_and_the_order_of_rows_change_nothing(
    case: Any, programs: list[Row], extra: Row, random: Any
) -> None:
    """The list itself; the report on what is excluded of course tells one more."""
    before = made(case, programs, 6)
    shuffled = list(programs)
    random.shuffle(shuffled)
    after = made(case, shuffled, 6)
    assert (the_list(after), after.others, after.excluded) == (
        the_list(before), before.others, before.excluded,
    )  # fmt: skip
    more = made(case, [{**extra, "img_policy": "excludes"}, *programs], 6)
    assert the_list(more) == the_list(before)
    assert more.others == before.others
    assert {p.id for p in more.excluded} == {p.id for p in before.excluded} | {"X-99"}


@FEW
@given(ANYBODY, catalogues(), st.integers(395, 405))
def test_p55_a_stale_row_is_never_listed_without_a_warning(
    case: Any, programs: list[Row], age: int
) -> None:
    programs[0]["source_date"] = DAY - timedelta(days=age)
    found = made(case, programs)
    old = {row["program_id"] for row in programs if (DAY - row["source_date"]).days > 400}
    assert {entry.id for entry in found.entries if entry.stale} == old & {
        entry.id for entry in found.entries
    }
    listed = sum(entry.stale for entry in found.entries)
    told = [note for note in found.notes if "Looked up too long ago" in note]
    assert len(told) == (listed > 0)
    assert all(f": {listed} listed program" in note for note in told)
    shown = text(found, "case", width=100, colour=False)
    assert shown.count("STALE") == listed


# The choice ---------------------------------------------------------------------------------------

CANDIDATES = st.lists(
    st.builds(
        Candidate, st.just(""), st.sampled_from(CATEGORIES), st.tuples(st.integers(0, 3)),
        st.booleans(), st.booleans(),
    ),
    max_size=30,
).map(lambda drawn: [
    Candidate(
        f"{n:02}", c.category, (*c.order, n), c.of_university, c.of_university and c.kept_first
    )
    for n, c in enumerate(drawn)
])  # fmt: skip


@given(CANDIDATES, st.integers(1, 20), st.sampled_from(sorted(SHARES)), st.booleans())
@example([], 1, 0, True)
def test_a_choice_is_filled_as_far_as_it_can_be(
    candidates: list[Candidate], size: int, tier: int, weak: bool
) -> None:
    shares = dict(zip(CATEGORIES, SHARES[tier], strict=True))
    cap = size // 2 if weak else size
    choice = choose(candidates, size, shares, most_of_university=cap, reach_fills=tier < 3)
    listed = [place.candidate for place in choice.places]
    assert sum(candidate.of_university for candidate in listed) <= cap
    rest = [candidate for candidate in candidates if candidate not in listed]
    full = sum(candidate.of_university for candidate in listed) == cap
    if sum(choice.missing.values()):
        assert all(
            (c.of_university and full) or (c.category == "reach" and tier >= 3) for c in rest
        )
    for place in choice.places:
        assert place.fills == place.candidate.category or tier < 3 or (
            place.candidate.category != "reach"
        )  # fmt: skip
    # Within a category nobody is passed over for one that comes later, but for the cap.
    for candidate in rest:
        later = [
            c for c in listed if c.category == candidate.category and c.order > candidate.order
        ]
        assert not later or candidate.of_university
    # A program that fills its own category comes before one that is moved.
    for place in choice.places:
        if place.fills != place.candidate.category:
            own = [p for p in choice.places if p.fills == p.candidate.category]
            mine = [p.candidate for p in own if p.candidate.category == place.candidate.category]
            assert len(mine) == choice.quotas[place.candidate.category]


@given(CANDIDATES, st.integers(1, 20))
def test_mid_tier_programs_that_welcome_imgs_keep_their_place(
    candidates: list[Candidate], size: int
) -> None:
    shares = dict(zip(CATEGORIES, SHARES[2], strict=True))
    choice = choose(candidates, size, shares, most_of_university=size // 2, reach_fills=True)
    by_id = {candidate.id: candidate for candidate in candidates}
    dropped = [by_id[name] for name in choice.dropped]
    listed = [place.candidate for place in choice.places if place.candidate.of_university]
    if any(candidate.kept_first for candidate in dropped):
        assert all(candidate.kept_first for candidate in listed)


# What to look up first ----------------------------------------------------------------------------

EVERY: dict[str, list[Any]] = {
    "img_policy": ["welcomes", "silent", "excludes"],
    "pct_img": list(range(101)),
    "schools_of_residents": ["Alder Medical School", "Elsewhere"],
    "min_step2ck": [*range(1, 301, 3), 218, 219, 220, 227, 228, 229, 230, 237, 300],
    "avg_step2ck": [*range(1, 301, 3), 218, 227, 228, 229, 230, 237, 238, 239, 240, 300],
    "max_failed_attempts": list(range(7)),
    "usce_months_required": list(range(25)),
    "max_years_since_graduation": list(range(31)),
    "certified_at_application": [True, False],
}


@settings(max_examples=max(SHARE // 12, 5))
@given(
    applicants(applicant__school_name=st.just("Alder Medical School"))
    | without_score().filter(lambda case: case["applicant"]["school_name"] is None),
    rows(st.just("X-0")),
)
def test_look_up_first_is_what_trying_every_value_finds(case: Any, row: Row) -> None:
    known_school = case["applicant"]["school_name"] is not None
    tried = [
        {**row, "program_id": f"{column}={n}", column: value}
        for column, values in EVERY.items()
        if row[column] is None and (column != "schools_of_residents" or known_school)
        for n, value in enumerate(values)
    ]
    found = made(case, [row, *tried])
    now = categories(found)
    could = {name.partition("=")[0] for name, is_ in now.items() if is_ != now["X-0"]} - {"X-0"}
    gaps = {gap.column for gap in found.look_up_first if gap.program == "X-0"}
    if not known_school:
        gaps -= {"schools_of_residents"}
    assert gaps == could
    assert set(EVERY) <= {*CELLS}


# Everything ---------------------------------------------------------------------------------------


@settings(max_examples=max(SHARE // 8, 5))
@given(ANYBODY, catalogues(3, 10))
def test_the_same_input_gives_the_same_bytes_and_statements_are_of_the_decision(
    case: Any, programs: list[Row]
) -> None:
    found = made(case, programs)
    again = made(case, programs)
    assert (found.to_json(), found.to_csv()) == (again.to_json(), again.to_csv())
    decision = book().decide(case, as_of=DAY)
    fired = {advice.id for advice in decision} | {"AP-10", "AP-11", "AP-12"}
    entry: Entry
    for entry in (*found.entries, *found.others):
        assert set(entry.statements) <= fired
        assert {"reach": "AP-10", "target": "AP-11", "safety": "AP-12"}[entry.category] in (
            entry.statements
        )
        assert ("AP-02" in entry.statements) == entry.facts["kind"].startswith("community")
