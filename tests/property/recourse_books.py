"""Small books in which much can be changed: a wish put together at random, over facts of which
every value can be tried."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any

from recourse_by_hand import marked

import matchrules as mr
from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.validation import assemble

DAY = date(2026, 3, 1)
FACTS = """
ruleset shop
  version 1
  effective from 2026-01-01
source s "S"
ordered enum size "Size"
  small "small"
  middle "middle"
  large "large"
fact one "The one"
  count : integer 0..2 optional
  size  : size optional
  share : decimal 0.0..0.2 optional
  new   : yes_no optional
  due   : date optional
fact part many up to 2 "A part"
  weight : integer 0..2
  ready  : yes_no
advice say "What is said"
  so "So"
rule wish
  cite s
  when {wish}
  then may say.so "So."
reject "not so"
  when {reject}
"""
SHARES = (0, Fraction(1, 10), Fraction(1, 5))
DAYS = (DAY - timedelta(1), DAY, DAY + timedelta(1))
ONE = {"count": (0, 1, 2), "size": ("small", "middle", "large"), "share": SHARES,
       "new": (False, True), "due": DAYS}  # fmt: skip


def book(rng: Random) -> ir.RuleBase:
    """A rule base with marks and a wish drawn at random."""
    wish, reject = _condition(rng, 3), _condition(rng, 2, "and")
    text = FACTS.format(wish=wish, reject=reject)
    return marked(mr.load_text({"shop.rules": text}).bases[-1], rng)


def start(base: ir.RuleBase, rng: Random) -> Case:
    """A case of which nearly everything is known."""
    one = {name: rng.choice(values) if rng.random() < 0.9 else None for name, values in ONE.items()}
    parts = [
        {"weight": rng.randint(0, 2), "ready": rng.random() < 0.5} for _ in range(rng.randint(0, 2))
    ]
    return assemble(base, DAY, {"one": [one], "part": parts})


def around(base: ir.RuleBase, case: Case) -> Iterator[Case]:
    """Every case in which as much is known of the one."""
    (one,) = case.facts["one"]
    choices = [ONE[name] if one[name] is not None else (None,) for name in ONE]
    parts: list[dict[str, Any]] = [
        {"weight": weight, "ready": ready} for weight in range(3) for ready in (False, True)
    ]
    bags = [bag for n in range(3) for bag in combinations_with_replacement(parts, n)]
    for values in product(*choices):
        for bag in bags:
            yield assemble(base, DAY, {"one": [dict(zip(ONE, values, strict=True))], "part": bag})


def _condition(rng: Random, atoms: int, word: str = "") -> str:
    """So many atoms, joined."""
    if atoms == 1:
        return _atom(rng)
    left = rng.randint(1, atoms - 1)
    joined = f" {word or rng.choice(('and', 'or'))} "
    return f"({joined.join((_condition(rng, left, word), _condition(rng, atoms - left, word)))})"


def _atom(rng: Random) -> str:
    number, size = rng.randint(0, 1), rng.choice(("small", "middle"))
    if rng.random() < 0.2:
        return rng.choice((
            "one.due > as_of", "one.due < as_of", "one.due <= as_of", "one.due is as_of",
            "one.due >= 2026-02-28", "one.due < 2026-03-02",
        ))  # fmt: skip
    return rng.choice((
        f"one.count > {number}", f"one.count <= {number}", f"one.count is {number + 1}",
        f"one.size > {size}", f"one.size <= {size}", "one.size is middle",
        "one.share >= 0.1", "one.share < 0.2", "one.new", "not one.new",
        f"count(part) > {number}", f"count(part where ready) is {number}",
        f"sum(part.weight) > {number + 1}", f"sum(part.weight) > one.count + {number}",
        f"any(part where ready and weight > {number})", "all(part where weight > 0)",
    ))  # fmt: skip
