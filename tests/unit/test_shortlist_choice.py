"""Choosing a list, worked out by hand."""

import pytest

from matchrules.residency.choice import (
    Candidate,
    Category,
    Choice,
    Place,
    choose,
    cost,
    quotas,
    signals,
)

TIERS = {
    0: {"reach": 25, "target": 50, "safety": 25},
    2: {"reach": 15, "target": 45, "safety": 40},
    4: {"reach": 5, "target": 35, "safety": 60},
}


def some(category: Category, count: int, first: int = 0, **more: bool) -> list[Candidate]:
    return [
        Candidate(f"{category}-{n}", category, (n, f"{category}-{n}"), **more)
        for n in range(first, first + count)
    ]


def made(
    candidates: list[Candidate], size: int, tier: int, cap: int | None = None, fills: bool = True
) -> Choice:
    return choose(
        candidates, size, TIERS[tier], most_of_university=size if cap is None else cap,
        reach_fills=fills,
    )  # fmt: skip


def listed(choice: Choice) -> list[tuple[str, str]]:
    return [(place.candidate.id, place.fills) for place in choice.places]


@pytest.mark.parametrize(
    ("size", "tier", "wanted"),
    [
        (40, 0, (10, 20, 10)),
        (41, 0, (10, 21, 10)),  # 10.25 20.5 10.25
        (1, 0, (0, 1, 0)),
        (2, 0, (0, 1, 1)),  # 0.5 1 0.5: of equal remainders the easier one's
        (3, 0, (1, 1, 1)),  # 0.75 1.5 0.75
        (7, 4, (0, 3, 4)),  # 0.35 2.45 4.2: the largest remainder is the target's
        (60, 2, (9, 27, 24)),
    ],
)
def test_quotas_by_largest_remainder(size: int, tier: int, wanted: tuple[int, ...]) -> None:
    assert tuple(quotas(size, TIERS[tier]).values()) == wanted


def test_each_quota_takes_the_first_of_its_category() -> None:
    choice = made(some("safety", 3) + some("target", 9) + some("reach", 9), 8, 0)
    assert listed(choice) == [
        ("reach-0", "reach"), ("reach-1", "reach"),
        ("target-0", "target"), ("target-1", "target"), ("target-2", "target"),
        ("target-3", "target"), ("safety-0", "safety"), ("safety-1", "safety"),
    ]  # fmt: skip
    assert not any(choice.missing.values())


def test_a_short_category_is_filled_from_the_next_easier_one() -> None:
    choice = made(some("reach", 1) + some("target", 5) + some("safety", 5), 8, 0)
    assert ("target-4", "reach") in listed(choice)
    assert [name for name, fills in listed(choice) if fills == "reach"] == ["reach-0", "target-4"]


def test_then_from_the_one_after_that() -> None:
    choice = made(some("target", 4) + some("safety", 9), 8, 0)
    assert [name for name, fills in listed(choice) if fills == "reach"] == ["safety-2", "safety-3"]


def test_the_easiest_category_is_filled_from_the_next_harder_one() -> None:
    choice = made(some("reach", 9) + some("target", 5), 8, 0)
    assert [pair for pair in listed(choice) if pair[1] == "safety"] == [
        ("reach-2", "safety"), ("target-4", "safety"),
    ]  # fmt: skip


def test_from_reach_only_where_the_tier_allows() -> None:
    programs = some("reach", 9) + some("target", 2)
    assert len(made(programs, 8, 4).places) == 8
    choice = made(programs, 8, 4, fills=False)
    assert listed(choice) == [("target-0", "target"), ("target-1", "target")]
    assert choice.missing == {"reach": 0, "target": 1, "safety": 5}


def test_more_places_than_programs_is_a_shortfall() -> None:
    choice = made(some("reach", 1) + some("target", 1), 8, 0)
    assert len(choice.places) == 2
    assert sum(choice.missing.values()) == 6


def test_university_kinds_make_room_the_last_ones_first() -> None:
    programs = [*some("target", 3, of_university=True), *some("target", 9, first=3)]
    choice = made(programs, 4, 0, cap=2)
    assert [name for name, _ in listed(choice)] == ["target-0", "target-1", "target-3", "target-4"]
    assert choice.dropped == ("target-2",)


def test_where_they_make_room_some_are_kept_first() -> None:
    programs = [
        *some("target", 2, of_university=True),
        *some("target", 1, first=2, of_university=True, kept_first=True),
        *some("target", 3, first=3),
    ]
    assert [name for name, _ in listed(made(programs, 2, 0, cap=1))] == ["target-2", "target-3"]
    choice = made(programs, 4, 0, cap=1)
    assert [name for name, _ in listed(choice)] == ["target-2", "target-3", "target-4", "target-5"]
    assert choice.dropped == ("target-0", "target-1")


def test_the_cap_leaves_places_empty_rather_than_break() -> None:
    choice = made(some("target", 6, of_university=True), 4, 0, cap=2)
    assert len(choice.places) == 2
    assert sum(choice.missing.values()) == 2


def test_signals_go_to_targets_then_reaches_never_to_safety() -> None:
    programs = some("reach", 2) + some("target", 2) + some("safety", 2)
    places = [Place(candidate, candidate.category) for candidate in programs]
    accepting = {candidate.id for candidate in programs} - {"target-0"}
    assert signals(places, accepting, 5) == ("target-1", "reach-0", "reach-1")
    assert signals(places, accepting, 2) == ("target-1", "reach-0")
    assert signals(places, accepting, 0) == ()


@pytest.mark.parametrize(("count", "total"), [(0, 0), (1, 11), (30, 330), (31, 360), (80, 1830)])
def test_cost(count: int, total: int) -> None:
    assert cost(count, 30, 11, 30) == total
