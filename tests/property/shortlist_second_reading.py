"""The program list, read a second time: plain Python, nothing of the packs nor of the engine.

Where the specification can be read in more than one way, the reading is a field of `Reading`. What
stands there is what the decisions 0030 and 0034 chose.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

BALANCE = {0: (25, 50, 25), 1: (20, 50, 30), 2: (15, 45, 40), 3: (10, 40, 50), 4: (5, 35, 60)}
BREADTH = {0: 40, 1: 50, 2: 60, 3: 70, 4: 80}
EASIEST_LAST = ("reach", "target", "safety")
Row = dict[str, Any]
POLICIES = ("welcomes", "silent", None)


@dataclass(frozen=True)
class Reading:
    """What the text leaves open."""

    university_kinds: tuple[str, ...] = ("university", "childrens_hospital")
    saturations: tuple[str | None, ...] = ("low", "medium", "high", None)
    tie_goes_to: tuple[str, ...] = ("safety", "target", "reach")
    fills: tuple[tuple[str, str], ...] = (  # (who lends, whose place), in turn
        ("target", "reach"), ("safety", "target"), ("safety", "reach"),
        ("target", "safety"), ("reach", "target"), ("reach", "safety"),
    )  # fmt: skip
    years_to_the_day: bool = True  # False: only whole years count
    prediction_excludes: bool = False


@dataclass(frozen=True)
class Applicant:
    as_of: date
    season: int | None = None
    score: int | None = None
    unscored: bool = False
    predicted: int | None = None
    failures: int = 0
    step1_failures: int = 0
    usce_months: Fraction | None = None
    certified: bool | None = None
    graduation: date | None = None
    school: str | None = None
    preferred: tuple[str, ...] | None = None
    tier: int = 0
    step1_weak: bool = False


@dataclass
class Choice:
    """A list: what is on it in order, and what is told beside it."""

    quotas: dict[str, int]
    missing: int
    entries: list[tuple[str, str, str]] = field(default_factory=list)  # id, category, whose place
    signals: list[str] = field(default_factory=list)
    cost: int = 0


def years_between(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def like_background(row: Row, one: Applicant) -> bool | None:
    schools = row["schools_of_residents"]
    if schools is None or one.school is None:
        return None
    names = {school.strip().casefold() for school in schools.split(";")}
    return one.school.strip().casefold() in names


def reasons(row: Row, one: Applicant, how: Reading = Reading()) -> set[str]:
    """Why the program is out of question: the column of each reason."""
    score = one.score
    if score is None and one.unscored and how.prediction_excludes:
        score = one.predicted
    found = set()
    if row["img_policy"] == "excludes":
        found.add("img_policy")
    if row["min_step2ck"] is not None and score is not None and row["min_step2ck"] > score:
        found.add("min_step2ck")
    if row["max_failed_attempts"] is not None:
        if row["max_failed_attempts"] < one.failures:
            found.add("max_failed_attempts")
    elif one.step1_failures >= 2 and row["img_policy"] != "welcomes":
        found.add("max_failed_attempts")
    asked = row["usce_months_required"]
    if asked is not None and one.usce_months is not None and asked > one.usce_months:
        found.add("usce_months_required")
    if row["certified_at_application"] is True and one.certified is False:
        found.add("certified_at_application")
    limit = row["max_years_since_graduation"]
    if limit is not None and one.graduation is not None:
        years = years_between(one.graduation, one.as_of)
        on_the_day = (one.graduation.month, one.graduation.day) == (one.as_of.month, one.as_of.day)
        if years > limit or (how.years_to_the_day and years == limit and not on_the_day):
            found.add("max_years_since_graduation")
    return found


def difficulties(row: Row, one: Applicant) -> tuple[int, int]:
    share, like = row["pct_img"], like_background(row, one)
    if share is None:
        images = 1 if row["img_policy"] == "welcomes" or like else 2
    else:
        images = 0 if share >= 40 else 1 if share >= 15 else 2
    if like:
        images = max(images - 1, 0)
    score = one.score
    if score is None and one.unscored:
        score = one.predicted
    expected = row["min_step2ck"]
    if expected is None and row["avg_step2ck"] is not None:
        expected = row["avg_step2ck"] - 10
    if score is None or expected is None:
        return images, 1
    margin = score - expected
    return images, 0 if margin >= 10 else 1 if margin >= 0 else 2


def category(row: Row, one: Applicant, how: Reading = Reading()) -> str:
    if reasons(row, one, how):
        return "excluded"
    both = sum(difficulties(row, one))
    return "reach" if both >= 3 else "target" if both >= 1 else "safety"


def order(row: Row, one: Applicant, how: Reading = Reading()) -> tuple[Any, ...]:
    day = row["source_date"]
    cautious = one.tier >= 2
    return (
        like_background(row, one) is not True,
        POLICIES.index(row["img_policy"]),
        not (one.preferred is not None and row["region"] in one.preferred),
        cautious and row["kind"] in how.university_kinds,
        how.saturations.index(row["saturation"]) if cautious else 0,
        sum(difficulties(row, one)),
        -day.toordinal() if day is not None else 0,
        row["program_id"],
    )


def quotas(size: int, tier: int, how: Reading = Reading()) -> dict[str, int]:
    shares = dict(zip(EASIEST_LAST, BALANCE[tier], strict=True))
    exact = {name: Fraction(size * share, 100) for name, share in shares.items()}
    seats = {name: int(part) for name, part in exact.items()}
    by_remainder = sorted(
        shares, key=lambda name: (seats[name] - exact[name], how.tie_goes_to.index(name))
    )
    for name in by_remainder[: size - sum(seats.values())]:
        seats[name] += 1
    return seats


def _filled(
    pools: dict[str, list[Row]], seats: dict[str, int], tier: int, how: Reading
) -> list[tuple[Row, str, str]]:
    """Programs, each with the category that it is of and the one whose place it takes."""
    taken = [(row, name, name) for name in EASIEST_LAST for row in pools[name][: seats[name]]]
    spare = {name: pools[name][seats[name] :] for name in EASIEST_LAST}
    for lender, name in how.fills:
        if lender == "reach" and tier >= 3:
            continue
        short = seats[name] - sum(place == name for _, _, place in taken)
        taken += [(row, lender, name) for row in spare[lender][:short]]
        spare[lender] = spare[lender][short:]
    return taken


def choose(
    rows: list[Row], one: Applicant, size: int | None = None, how: Reading = Reading()
) -> Choice:
    size = BREADTH[one.tier] if size is None else size
    seats = quotas(size, one.tier, how)
    open_ = [row for row in rows if not reasons(row, one, how)]
    open_.sort(key=lambda row: order(row, one, how))
    pools = {
        name: [row for row in open_ if category(row, one, how) == name] for name in EASIEST_LAST
    }
    while True:
        taken = _filled(pools, seats, one.tier, how)
        university = [(row, of) for row, of, _ in taken if row["kind"] in how.university_kinds]
        if not one.step1_weak or len(university) <= size // 2:
            break
        # one too many: the last in the order makes room, one that is worth keeping after all others
        last, of = max(university, key=lambda pair: (not _kept(pair[0]), order(pair[0], one, how)))
        pools[of].remove(last)
    taken.sort(key=lambda place: (EASIEST_LAST.index(place[1]), order(place[0], one, how)))
    result = Choice(seats, missing=size - len(taken))
    result.entries = [(row["program_id"], of, place) for row, of, place in taken]
    open_to_signals = [
        row["program_id"]
        for wanted in ("target", "reach")
        for row, of, _ in taken
        if of == wanted and row["accepts_signals"]
    ]
    # five signals in the season that is labelled 2025: its applications go out in 2024
    result.signals = open_to_signals[:5] if one.season == 2024 else []
    result.cost = 11 * min(len(taken), 30) + 30 * max(len(taken) - 30, 0)
    return result


def _kept(row: Row) -> bool:
    return (
        row["kind"] == "university"
        and row["academic_tier"] == "mid"
        and row["img_policy"] == "welcomes"
    )
