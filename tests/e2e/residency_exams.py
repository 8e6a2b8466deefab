"""Exam records for generated applicants: near every passing mark, cut, margin and date."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from residency_facts import day_in, step2_pass

CUTS = (200, 208, 219, 220, 226, 227, 233, 234, 235, 260)
TREND = (226, 227, 228, 231, 232, 233, 238, 239, 240, 243, 244, 246, 247, 248, 250, 251)
NUMBERS = (150, 190, 193, 194, 201, 202, 203, 204, 205, 229, 230, 231, 249, 268)
MARKS = (date(2013, 7, 1), date(2014, 7, 1), date(2022, 7, 1), date(2025, 7, 1))
PASSFAIL = date(2022, 1, 26)
MARGINS = (-30, -1, 0, 1, 4, 5, 6, 9, 10, 11, 15, 20, 20, 21, 30)
STEPS = (-11, -10, -6, -5, 0, 4)
SITTINGS: Sequence[Sequence[str]] = (
    ["pass"], ["pass"], ["fail"], ["incomplete"], ["fail", "pass"], ["pending"],
    ["fail", "pending"], ["fail", "incomplete", "pass"], ["fail", "fail"],
    ["fail", "incomplete", "fail"], ["fail", "fail", "fail", "pass"], ["fail"] * 4,
    ["fail"] * 5 + ["pass"],
)  # fmt: skip


def some(**values: Any) -> dict[str, Any]:
    """The values that are known."""
    return {name: value for name, value in values.items() if value is not None}


def one_in(rng: Random, count: int) -> bool:
    return rng.randrange(count) == 0


def subset(rng: Random, *members: str) -> list[str] | None:
    if one_in(rng, 3):
        return None
    return [member for member in members if rng.random() < 0.4]


def about(rng: Random, day: date) -> date:
    """That day, the day before, or the day after."""
    return day + timedelta(rng.choice((-1, 0, 0, 1)))


def past(rng: Random, as_of: date, points: Sequence[date]) -> date:
    """A day up to today, near one of some points if they are over."""
    over = [day for day in points if day <= as_of]
    if over and not one_in(rng, 4):
        return min(about(rng, rng.choice(over)), as_of)
    return as_of - timedelta(rng.choice((0, 1, 27, 28, 29, 30, 90, 400, rng.randrange(3000))))


def booked(rng: Random, as_of: date, points: Sequence[date]) -> date:
    ahead = [day for day in points if day >= as_of]
    if ahead and not one_in(rng, 6):
        return max(about(rng, rng.choice(ahead)), as_of)
    return as_of + timedelta(rng.choice((0, 1, 2, 27, 28, 29, 60, rng.randrange(500))))


def score_near(rng: Random, mark: int) -> int:
    low = (mark - 1, mark, mark + 1, mark + 3, 218, 219, 220, 221, 225, 226, 226, 227)
    return rng.choice((*low, *low, *CUTS, *TREND))


def step1(rng: Random, as_of: date) -> dict[str, Any]:
    status = rng.choice(
        ["passed"] * 10 + ["not_taken", "failed", "awaiting_result", None] + ["scheduled"] * 3
    )  # fmt: skip
    window = (day_in(as_of, -7) or as_of) + timedelta(rng.choice((0, 365, 365)))
    day = None
    if status == "scheduled":
        day = booked(rng, as_of, ())
    elif status in ("passed", "failed", "awaiting_result"):
        day = past(rng, as_of, (window, PASSFAIL, PASSFAIL))
    counts = {"not_taken": (0, None), "failed": (1, 1, 1, 2, 2, 3, 3, 4, 6, None)}.get(
        status or "", (0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 6, None, None)
    )
    number = None
    if status in ("passed", None) and (day is None or day < PASSFAIL or one_in(rng, 10)):
        number = rng.choice((*NUMBERS, *NUMBERS, *([None] * 10)))
    return some(
        status=status, exam_date=day if rng.random() < 0.75 else None,
        fail_count=rng.choice(counts), numeric_score=number,
    )  # fmt: skip


def step2ck(rng: Random, as_of: date, dates: Sequence[date]) -> dict[str, Any]:
    """`dates`: days of the application year that a booked or pending sitting may be near."""
    status = rng.choice(
        ["passed"] * 7 + ["not_taken"] * 3 + ["scheduled"] * 4 + ["awaiting_score"] * 2
        + ["failed", None]
    )  # fmt: skip
    day, score, released = None, None, None
    if status == "scheduled":
        day = booked(rng, as_of, dates)
    elif status in ("passed", "failed", "awaiting_score"):
        day = past(rng, as_of, MARKS if status != "awaiting_score" else dates)
    if day is not None and status != "scheduled" and one_in(rng, 3):
        released = min(as_of, day + timedelta(rng.choice((0, 14, 28, 49, 90))))
    if status in ("passed", "failed", None) and not one_in(rng, 8):
        score = score_near(rng, step2_pass(day or as_of) or 203)
    counts = {"not_taken": (0, None), "failed": (1, 1, 1, 2, 3, 3, 4, None)}.get(
        status or "", (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 5, None, None)
    )
    return some(
        status=status, exam_date=day if rng.random() < 0.8 else None, score=score,
        score_date=released, fail_count=rng.choice(counts),
    )  # fmt: skip


def sittings(rng: Random, exam: str, as_of: date) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Sittings of an exam instead of a summary; and what only a summary can say."""
    outcomes = rng.choice(SITTINGS)
    days = sorted(past(rng, as_of, (*MARKS, PASSFAIL)) for _ in outcomes)
    listed = []
    for number, (outcome, day) in enumerate(zip(outcomes, days, strict=True), 1):
        score = None
        if outcome in ("pass", "fail") and not one_in(rng, 4):
            score = rng.choice(NUMBERS) if exam == "step1" else score_near(rng, 214)
        listed.append(some(
            exam=exam, number=number, outcome=outcome, score=score,
            date=day if rng.random() < 0.8 else None,
        ))  # fmt: skip
    rng.shuffle(listed)
    said: dict[str, Any] = {}
    if outcomes[-1] in ("fail", "incomplete") and rng.random() < 0.6:
        said["status"] = rng.choice(("failed", "scheduled"))
        if said["status"] == "scheduled" and rng.random() < 0.7:
            said["exam_date"] = booked(rng, as_of, ())
    return listed, said


def practice_exams(rng: Random, as_of: date) -> list[dict[str, Any]]:
    forms: list[dict[str, Any]] = []
    for exam in ("step1", "step2ck"):
        margin = rng.choice(MARGINS)
        scale = rng.choice(("three_digit", "equated_percent"))
        for _ in range(rng.choice((0, 1, 2, 2, 2, 3, 4))):
            if not one_in(rng, 3):
                margin = max(-100, min(150, margin + rng.choice(STEPS)))
            else:
                margin = rng.choice(MARGINS)
            mark = step2_pass(as_of) or 203
            predicted = rng.choice(
                (
                    mark - 1,
                    mark + 7,
                    mark + 8,
                    mark + 9,
                    225,
                    226,
                    227,
                    228,
                    219,
                    220,
                    233,
                    234,
                    235,
                )
            )
            forms.append(some(
                exam=exam, source=rng.choice(["nbme_official"] * 5 + ["uwsa", "free120", "other"]),
                date=as_of - timedelta(rng.randrange(-2, 400)),
                scale=scale if rng.random() < 0.8 else rng.choice(("three_digit",
                                                                   "equated_percent")),
                margin_to_pass=margin if rng.random() < 0.9 else None,
                predicted=predicted if rng.random() < (0.8 if exam == "step2ck" else 0.1) else None,
            ))  # fmt: skip
    rng.shuffle(forms)
    return forms
