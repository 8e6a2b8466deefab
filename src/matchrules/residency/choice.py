"""Choosing a balanced list: a pure function. What the rules say of each program goes in, places
come out; no random numbers, no clock."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from attrs import frozen

Category: TypeAlias = Literal["reach", "target", "safety"]
CATEGORIES: Final[tuple[Category, ...]] = ("reach", "target", "safety")  # hardest first

# Which category fills up which, in turn: first from the next easier one, then from the one after
# that; then from the next harder ones.
_EASIER: Final[tuple[tuple[Category, Category], ...]] = (
    ("reach", "target"), ("target", "safety"), ("reach", "safety"),
)  # fmt: skip
_HARDER: Final[tuple[tuple[Category, Category], ...]] = (
    ("safety", "target"), ("target", "reach"), ("safety", "reach"),
)  # fmt: skip


@frozen
class Candidate:
    """A program that is open to the applicant. `order` puts it among its category, lower first;
    `kept_first` speaks of a university kind that stays where others have to go."""

    id: str
    category: Category
    order: tuple[int | str, ...]
    of_university: bool = False
    kept_first: bool = False


@frozen
class Place:
    """A program on the list. `fills`: whose quota it counts against."""

    candidate: Candidate
    fills: Category


@frozen
class Choice:
    """A list: places by category and order, the quotas, and how many each category is short of.
    `dropped`: university kinds that would be on it but for the cap."""

    places: tuple[Place, ...]
    quotas: Mapping[Category, int]
    missing: Mapping[Category, int]
    dropped: tuple[str, ...]


def quotas(size: int, shares: Mapping[Category, int]) -> dict[Category, int]:
    """`size` in those shares by largest remainder; of equal remainders the easier category's goes
    first."""
    total = sum(shares.values())
    exact = {name: Fraction(size * shares[name], total) for name in CATEGORIES}
    counts = {name: exact[name].numerator // exact[name].denominator for name in CATEGORIES}
    by_remainder = sorted(
        CATEGORIES, key=lambda name: (counts[name] - exact[name], -CATEGORIES.index(name))
    )
    for name in by_remainder[: size - sum(counts.values())]:
        counts[name] += 1
    return counts


def choose(
    candidates: Collection[Candidate],
    size: int,
    shares: Mapping[Category, int],
    *,
    most_of_university: int,
    reach_fills: bool,
) -> Choice:
    """The list of `size` places.

    At most `most_of_university` of them are university kinds. Where there would be more, those that
    come last make room: those not `kept_first` before those that are.
    """
    wanted = quotas(size, shares)
    pool = list(candidates)
    dropped: list[str] = []
    while True:
        places, missing = _fill(pool, wanted, reach_fills)
        listed = sorted(
            (place.candidate for place in places if place.candidate.of_university),
            key=lambda candidate: (not candidate.kept_first, candidate.order),
        )
        over = {candidate.id for candidate in listed[max(most_of_university, 0) :]}
        if not over:
            break
        dropped += sorted(over)
        pool = [candidate for candidate in pool if candidate.id not in over]
    return Choice(tuple(places), wanted, missing, tuple(sorted(dropped)))


def _fill(
    pool: Sequence[Candidate], wanted: Mapping[Category, int], reach_fills: bool
) -> tuple[list[Place], dict[Category, int]]:
    """The places, and what is missing: each quota from its own category, then from the others."""
    places: list[Place] = []
    rest: dict[Category, Iterator[Candidate]] = {}
    missing = dict(wanted)

    def take(source: Category, fills: Category) -> None:
        while missing[fills]:
            candidate = next(rest[source], None)
            if candidate is None:
                return
            places.append(Place(candidate, fills))
            missing[fills] -= 1

    for name in CATEGORIES:
        rest[name] = iter(sorted((c for c in pool if c.category == name), key=lambda c: c.order))
        take(name, name)
    for fills, source in (*_EASIER, *_HARDER):
        if source != "reach" or reach_fills:
            take(source, fills)
    places.sort(key=lambda p: (CATEGORIES.index(p.candidate.category), p.candidate.order))
    return places, missing


def signals(places: Sequence[Place], accepting: Collection[str], most: int) -> tuple[str, ...]:
    """The programs to signal: of those on the list that accept signals at most `most`, targets
    first, then reaches; none that is safety-ish."""
    by_category = sorted(
        (place.candidate for place in places if place.candidate.category in ("target", "reach")),
        key=lambda c: (c.category != "target", c.order),
    )
    return tuple([c.id for c in by_category if c.id in accepting][:most])


def cost(count: int, first_count: int, first_fee: int, further_fee: int) -> int:
    """What `count` applications of one specialty cost."""
    return min(count, first_count) * first_fee + max(count - first_count, 0) * further_fee
