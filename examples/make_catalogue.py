"""Write `catalogue_synthetic.csv`: 250 made-up programs in the columns of a catalogue.

None of these programs exists, and none of the figures belongs to a real one: names begin with
"Synthetic", ids with "SYN-", and every address is on example.org. The file is the same each time;
a catalogue of your own has real rows, each with its source and the day on which you looked.

    python make_catalogue.py            # writes catalogue_synthetic.csv where you are
    python make_catalogue.py OTHER.csv
"""

import csv
import io
import random
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

PROGRAMS = 250
SEED = 2026
LOOKED_UP_LAST = date(2026, 7, 1)

STATES = {
    "midwest": ["IL", "IN", "IA", "KS", "MI", "MN", "MO", "NE", "OH", "WI"],
    "south": ["AL", "AR", "FL", "GA", "KY", "LA", "NC", "SC", "TN", "TX", "VA"],
    "northeast": ["CT", "MA", "ME", "NH", "NJ", "NY", "PA", "RI"],
    "west": ["AZ", "CA", "CO", "NM", "NV", "OR", "UT", "WA"],
}
PLACES = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Juniper", "Larch",
          "Maple", "Oak", "Pine", "Rowan", "Spruce", "Willow"]  # fmt: skip
ENDINGS = ["bridge", "field", "ford", "haven", "mere", "port", "ton", "view"]
KINDS = {
    "university": ("University", 0.34),
    "community": ("Community", 0.28),
    "community_university_affiliated": ("Regional", 0.24),
    "childrens_hospital": ("Children's", 0.14),
}
SCHOOLS = [f"Synthetic School of Medicine {letter}" for letter in "ABCDEFGHIJKL"]
Item = TypeVar("Item")


class Draw:
    """Draws that depend on nothing but the seed."""

    def __init__(self, seed: int) -> None:
        self.next = random.Random(seed).random

    def one(self, items: Sequence[Item]) -> Item:
        return items[int(self.next() * len(items))]

    def weighted(self, weights: dict[str, float]) -> str:
        left = self.next() * sum(weights.values())
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return name

    def around(self, middle: float, spread: float) -> int:
        """A whole number, most often near the middle."""
        return round(middle + spread * (self.next() + self.next() + self.next() - 1.5))

    def known(self, chance: float, value: object) -> str:
        """The value as a cell, or an empty cell; a draw is made either way."""
        kept = self.next() < chance
        if isinstance(value, bool):
            value = "true" if value else "false"
        return str(value) if kept else ""


def program(number: int, draw: Draw) -> dict[str, str]:
    """One row. What is easier on the paper is a little easier in all columns, as in life."""
    kind = draw.weighted({name: weight for name, (_, weight) in KINDS.items()})
    academic = kind in ("university", "childrens_hospital")
    region = draw.weighted({"midwest": 0.29, "south": 0.31, "northeast": 0.25, "west": 0.15})
    tier = draw.weighted({"top": 0.25, "mid": 0.45, "other": 0.3})
    share = draw.around(18 if academic else 42, 45) - (15 if tier == "top" and academic else 0)
    share = min(max(share, 0), 95)
    average = draw.around(246 if academic else 236, 16) + (6 if tier == "top" and academic else 0)
    policy = draw.weighted(
        {"welcomes": 0.15 + share / 100, "silent": 0.6, "excludes": 0.12 if share < 8 else 0}
    )
    positions = max(4, draw.around(18 if academic else 9, 16))
    img_in_three = min(round(3 * positions * share / 100), 3 * positions)
    count = 2 + int(draw.next() * 4)
    first = int(draw.next() * len(SCHOOLS))
    schools = [SCHOOLS[(first + 5 * step) % len(SCHOOLS)] for step in range(count)]
    crowded = {"midwest": 0.2, "south": 0.3, "northeast": 0.6, "west": 0.5}[region]
    place = draw.one(PLACES) + draw.one(ENDINGS)
    days = int(draw.next() ** 2 * 330) + (420 if draw.next() < 0.06 else 0)
    return {
        "program_id": f"SYN-{number:03}",
        "name": f"Synthetic {place} {KINDS[kind][0]}",
        "city": place,
        "state": draw.one(STATES[region]),
        "region": region,
        "kind": kind,
        "academic_tier": draw.known(0.9 if academic else 0.1, tier),
        "img_policy": draw.known(0.75, policy),
        "pct_img": draw.known(0.7, share),
        "us_img_last3": draw.known(0.4, round(img_in_three * 0.4)),
        "schools_of_residents": draw.known(0.45 if share else 0, ";".join(schools)),
        "img_friendly_affiliation": draw.known(
            0.7 if kind == "childrens_hospital" else 0, draw.next() < 0.5
        ),
        "min_step2ck": draw.known(0.35, 5 * round((average - draw.around(20, 14)) / 5)),
        "avg_step2ck": draw.known(0.45, average),
        "max_failed_attempts": draw.known(0.45, int(draw.weighted({"0": 4, "1": 4, "2": 2}))),
        "usce_months_required": draw.known(0.3, draw.one([0, 1, 1, 2, 3])),
        "max_years_since_graduation": draw.known(0.35, draw.one([2, 3, 5, 5, 10])),
        "certified_at_application": draw.known(0.5, draw.next() < 0.15),
        "positions": draw.known(0.95, positions),
        "saturation": draw.known(
            0.8, draw.weighted({"low": 0.7 - crowded, "medium": 0.3, "high": crowded})
        ),
        "accepts_signals": draw.known(0.85, draw.next() < 0.8),
        "visa_sponsorship": draw.known(0.5, draw.one(["none", "J-1", "J-1 and H-1B"])),
        "source_url": f"https://example.org/synthetic/{number:03}",
        "source_date": (LOOKED_UP_LAST - timedelta(days=days)).isoformat(),
    }


def catalogue() -> str:
    """The file as text."""
    draw = Draw(SEED)
    rows = [program(number, draw) for number in range(1, PROGRAMS + 1)]
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    given = sys.argv[1:] or ["catalogue_synthetic.csv"]
    if len(given) > 1 or given[0].startswith("-"):
        sys.exit("usage: python make_catalogue.py [FILE.csv]")
    target = Path(given[0])
    target.write_text(catalogue(), encoding="utf-8")
    print(f"wrote {PROGRAMS} made-up programs to {target.name}")
