"""Rule books as large as one likes: many rules, or one table of many rows."""

from collections.abc import Callable

HEAD = """
ruleset big version 1 effective from 2026-01-01
source made "written by a script"
enum colour "colour" red "red" green "green" blue "blue"
fact box "a box"
  size : integer 0..100000
  weight : integer 0..100000 optional
  colour : colour optional
  sealed : yes_no optional
advice care "care"
"""


def many_rules(count: int) -> str:
    """Rules with a subject each, a define for every five, half of them built on one before."""
    lines = [HEAD, *(f'  subject_{n} "subject {n}"' for n in range(count)), ""]
    for n in range(count // 5):
        before = f" or big.near_{n // 2}" if n % 2 else ""
        lines += [
            f'define big.near_{n} : yes_no "the size is near {n}"', "  cite made",
            f"  is box.size in {90 * n}..{90 * n + 50}{before}",
        ]  # fmt: skip
    for n in range(count):
        colour = ("red", "green", "blue")[n % 3]
        lines += [
            f'rule care_{n} "rule {n}"', f"  id R-{n}", "  cite made",
            f"  when big.near_{n // 5} and (box.weight >= {n} or box.colour is {colour})",
            "  unless box.sealed",
            f'  then should care.subject_{n} "See to subject {n}."',
        ]  # fmt: skip
    return "\n".join(lines)


def bands(rows: int) -> str:
    """One column of ranges, `hit unique`."""
    body = [f"  | {50 * n}..{50 * n + 49} | {n} |" for n in range(rows - 1)]
    body.append(f"  | {50 * (rows - 1)}..100000 | {rows - 1} |")
    return _table(rows, "unique", ["box.size"], body)


def grid(rows: int) -> str:
    """Four columns, unknown values told apart, `hit unique`: a row for each cell of a grid."""
    body = []
    steps = rows // 10
    for n in range(steps):
        size = f"{100 * n}..{100 * n + 99}" if n < steps - 1 else f"{100 * n}..100000"
        body.append(f"  | {size} | unknown | - | - | {10 * n} |")
        body += [
            f"  | {size} | {weight} | {colour} | {empty} | {10 * n + number} |"
            for number, (weight, colour, empty) in enumerate(
                [
                    ("< 50", "red", "yes"), ("< 50", "red", "no"), ("< 50", "red", "unknown"),
                    ("< 50", "green, blue", "-"), ("< 50", "unknown", "-"),
                    ("50..500", "-", "yes"), ("50..500", "-", "no"), ("50..500", "-", "unknown"),
                    ("> 500", "-", "-"),
                ], 1,
            )
        ]  # fmt: skip
    return _table(rows, "unique", ["box.size", "box.weight", "box.colour", "box.sealed"], body)


def ladder(rows: int) -> str:
    """Two columns, `hit first`: each row takes a corner that those above have left."""
    body = [f"  | < {40 * n + 1} | > {45 * (rows - n)} | {n} |" for n in range(rows - 1)]
    return _table(rows, "first", ["box.size", "box.weight"], [*body, f"  | - | - | {rows - 1} |"])


def _table(rows: int, hit: str, heads: list[str], body: list[str]) -> str:
    return "\n".join([
        HEAD, '  watched "watched"', "",
        f'table big.class : integer 0..{rows} "what a box is"', f"  hit {hit}", "  cite made",
        f"  | {' | '.join(heads)} | => big.class |", *body, "",
    ])  # fmt: skip


BOOKS: dict[str, tuple[Callable[[int], str], tuple[int, ...]]] = {
    "rules": (many_rules, (250, 500, 1000)),
    "table of bands": (bands, (250, 500, 1000, 2000)),
    "table of a grid": (grid, (250, 500, 1000, 2000)),
    "table as a ladder": (ladder, (250, 500, 1000, 2000)),
}
