"""What is to be reached, as ratios within one run, and what came of it."""

from collections.abc import Iterator
from typing import Any, Final

import joins
import peers

SIZES: Final = (30, 300, 3000)
# what is said, what came, its unit, what is to be reached, whether it is
Target = tuple[str, float | None, str, str, bool | None]


def of(run: dict[str, Any]) -> Iterator[Target]:
    """Every target, in the order in which the page tells them."""
    results = run["results"]

    def at(key: str, *path: str) -> float | None:
        found: Any = results.get(key, {})
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def ratio(key: str, what: str = "told") -> float | None:
        return at(key, what, "ratio")

    def most(said: str, value: float | None, limit: float, unit: str = "×") -> Target:
        return said, value, unit, f"at most {limit:g}{unit}", _met(value, limit, below=True)

    def least(said: str, value: float | None, limit: float, unit: str = "×") -> Target:
        return said, value, unit, f"at least {limit:g}{unit}", _met(value, limit, below=False)

    def ahead(mine: str, others: list[str], what: str = "told") -> float | None:
        """How many times faster than the fastest of the others."""
        found = [value for value in map(ratio, others) if value is not None]
        own = ratio(mine, what)
        return None if own is None or not found else min(found) / own

    for size, limit in zip(SIZES, (5, 1, 0.5), strict=True):
        said = f"a decision, {size:,} rules, beside hand-written `if`s"
        mine = f"decide/matchrules/{size}"
        yield most(f"{said}: made", ratio(mine, "made"), limit)
        yield most(f"{said}: and its advice read", ratio(mine), limit)
    engines = [name for name in peers.DECIDING if name not in peers.BOUNDS]
    for size in SIZES:
        mine = f"decide/matchrules/{size}"
        others = [f"decide/{name}/{size}" for name in engines]
        chaining = [key for key in others if at(key, "chaining")]
        for what, how in (("made", "made"), ("told", "advice read")):
            said = f"faster than the fastest engine, {size:,} rules: {how}"
            yield least(said, ahead(mine, others, what), 1)
            said = f"faster than the fastest engine that chains, {size:,} rules: {how}"
            yield least(said, ahead(mine, chaining, what), 5)
    said = "twenty statements of the packs, beside a function by hand"
    yield most(f"{said}: made", ratio("twenty", "made"), 3)
    yield most(f"{said}: and their advice read", ratio("twenty"), 3)
    for size in SIZES:
        said = f"one change, compiled session, {size:,} rules, beside the bit index from scratch"
        yield most(f"{said}: made", ratio(f"change/matchrules/{size}", "made"), 3)
        yield most(f"{said}: and the advice read", ratio(f"change/matchrules/{size}"), 3)
    for size in SIZES:
        clips = ratio(f"change/clips_modify/{size}")
        said = f"one change, session on durable-rules, {size:,} rules, beside CLIPS"
        for what, how in (("made", "made"), ("told", "and the advice read")):
            rete = ratio(f"change/matchrules_rete/{size}", what)
            value = None if rete is None or clips is None else rete / clips
            if size == 300:
                yield most(f"{said}: {how}", value, 1)
            else:
                yield f"{said}: {how}", value, "×", "told", None
    cohort = ratio("cohort/matchrules_wide/300/1000000")
    speed = None if cohort is None else 1 / cohort
    yield least("a million cases, 300 rules, wide: speed of hand-written Polars", speed, 0.8)
    rate = at("cohort/packs", "cases_per_second")
    said = f"a million cases, {run['rules_of_the_packs']} rules as in the packs, wide"
    yield least(said, None if rate is None else rate / 1e6, 1, " million cases/s")
    mine = "join/matchrules_session/2000"
    said = "one applicant × 2,000 programs, session, beside a plain loop"
    yield most(f"{said}: decision made", at(mine, "made", "ratio"), 1)
    yield most(f"{said}: and its advice read", ratio(mine), 1)
    others = [f"join/{name}/2000" for name in joins.ENGINES]
    said = "one applicant × 2,000 programs, faster than the fastest engine"
    yield least(f"{said}: made", ahead(mine, others, "made"), 5)
    yield least(f"{said}: and its advice read", ahead(mine, others), 5)
    for name, limit in (
        ("import matchrules", 80),
        ("load and check the packs", 300),
        ("load the packs from the cache", 30),
        ("matchrules advise, the packs from the cache", 500),
        ("matchrules advise --no-cache", 500),
    ):
        yield most(name, at("startup", name, "ms"), limit, " ms")
    peak = at("batch/10000000", "peak_mb")
    yield most("memory for 10 million cases", None if peak is None else peak / 1024, 4, " GB")


def _met(value: float | None, limit: float, below: bool) -> bool | None:
    return None if value is None else value <= limit if below else value >= limit
