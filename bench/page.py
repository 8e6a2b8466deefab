"""Writes the tables of docs/explanation/performance.md; the text around them is written by hand.

A table stands between `<!-- bench: NAME -->` and `<!-- /bench -->`, and is made by the function of
that name here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import peers
import targets
from decisions import OURS
from joins import KINDS

PAGE: Final = Path(__file__).parents[1] / "docs" / "explanation" / "performance.md"
SLOT: Final = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- /bench -->)", re.DOTALL)
SIZES: Final = (30, 300, 3000)
LABELS: Final = {
    "matchrules": "**matchrules, compiled**",
    "matchrules_rete": "matchrules, on durable-rules",
    "matchrules_interpreter": "matchrules, the interpreter (the definition)",
    "polars": "hand-written Polars",
    "polars_when": "hand-written Polars, `when`/`then`",
    "duckdb": "DuckDB",
    "numpy_bits": "bit index in NumPy, a prototype",
    "matchrules_wide": "**matchrules, `decide_frame`, wide**",
    "matchrules_long": "matchrules, `decide_frame`, long",
}
Results = dict[str, Any]


def write(run: Results) -> None:
    """Put every table into the page, from the results of a run."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), run), encoding="utf-8")


def written(text: str, run: Results) -> str:
    """The text of the page with its tables made from the results of a run."""

    def filled(match: re.Match[str]) -> str:
        lines = SECTIONS[match[2]](run)
        return match[1] + "\n".join(["", *lines, "", ""]) + match[3]

    return SLOT.sub(filled, text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> list[str]:
    """A table of Markdown; the first `left` columns hold words, the others numbers."""
    rule = ["---"] * left + ["---:"] * (len(heads) - left)
    return ["| " + " | ".join(row) + " |" for row in (heads, rule, *rows)]


def number(value: float) -> str:
    """Three places that count."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1g}"


def told(found: Results | None, what: Callable[[Results], str]) -> str:
    """A cell: what was found, or why nothing was."""
    if found is None:
        return "·"
    return f"({found['error'].split(':')[0]})" if "error" in found else what(found)


def times(found: Results, part: str = "told", unit: float = 1) -> str:
    """A time and how many times the yardstick's it is."""
    one = found[part]
    return f"{number(one['us'] / unit)} ({number(one['ratio'])}×)"


def label(name: str) -> str:
    """What a way to decide is called."""
    return LABELS.get(name) or peers.label(name)


def decisions(run: Results) -> list[str]:
    results, rows = run["results"], []
    for name in (*OURS, *peers.DECIDING):
        found = [results.get(f"decide/{name}/{size}") for size in SIZES]
        if name in OURS:
            rows.append(
                [f"{label(name)}: made", *(told(f, lambda f: times(f, "made")) for f in found)]
            )
        said = f"{label(name)}{': and its advice read' if name in OURS else ''}"
        rows.append([said, *(told(f, times) for f in found)])
    return table(["one decision, µs", *(f"{size:,} rules" for size in SIZES)], rows)


def changes(run: Results) -> list[str]:
    results = run["results"]
    names = ("matchrules", "matchrules_rete", "bit_index", "clips_modify", "clips", "durable",
             "zen_expression")  # fmt: skip
    scratch = {"bit_index", "clips", "durable", "zen_expression"}
    rows = []
    for name in names:
        found = [results.get(f"change/{name}/{size}") for size in SIZES]
        said = label(name) + (", from scratch" if name in scratch else "")
        if name in OURS:
            made = [told(f, lambda f: times(f, "made")) for f in found]
            rows.append([f"{said}: made", *made])
            said = f"{said}: and its advice read"
        rows.append([said, *(told(f, times) for f in found)])
    return table(["one change and the new decision, µs", *(f"{s:,} rules" for s in SIZES)], rows)


def cohorts(run: Results) -> list[str]:
    results, rows = run["results"], []
    places = [(size, cases) for cases in (10_000, 1_000_000) for size in SIZES]

    def speed(found: Results) -> str:
        return f"{number(found['cases_per_second'] / 1e6)} ({number(1 / found['told']['ratio'])}×)"

    for name in ("matchrules_wide", "matchrules_long", "polars", "polars_when", "duckdb",
                 "numpy_bits"):  # fmt: skip
        found = [results.get(f"cohort/{name}/{size}/{cases}") for size, cases in places]
        rows.append([label(name), *(told(f, speed) for f in found)])
    heads = [f"{size:,} rules, {cases:,} cases" for size, cases in places]
    return table(["million cases a second", *heads], rows)


def joins(run: Results) -> list[str]:
    results, rows = run["results"], []
    ours = [name for name in KINDS if name.startswith("matchrules")]
    for name in (*ours, *(name for name in KINDS if name not in ours)):
        found = [results.get(f"join/{name}/{listed}") for listed in (200, 2000)]
        said = KINDS[name][1]
        if name in ours:
            cells = (told(f, lambda f: times(f, "made", 1000)) for f in found)
            rows.append([f"{said}: made", *cells])
            said = f"{said}: and its advice read"
        rows.append([said, *(told(f, lambda f: times(f, unit=1000)) for f in found)])
    return table(["one applicant, ms", "200 programs", "2,000 programs"], rows)


def twenty(run: Results) -> list[str]:
    found = run["results"].get("twenty")
    heads = ["twenty statements of the packs", "µs", "of the function"]
    if found is None or "error" in found:
        return table(heads, [["not measured", told(found, times), ""]])
    said = {
        "yardstick": "a Python function that says the same, by hand",
        "made": "matchrules, compiled: made",
        "told": "matchrules, compiled: and its advice read",
    }
    rows = [
        [text, number(found[name]["us"]), f"{number(found[name]['ratio'])}×"]
        for name, text in said.items()
    ]
    return table(heads, rows)


def packs(run: Results) -> list[str]:
    found = run["results"].get("packs")
    heads = ["one case of the packs", "µs", "of the interpreter"]
    if found is None or "error" in found:
        return table(heads, [["not measured", told(found, times), ""]])
    said = {
        "made": "compiled: made",
        "compiled": "compiled: and its advice read",
        "rete": "on durable-rules: and its advice read",
        "interpreter": "the interpreter: and its advice read",
    }
    rows = [
        [text, number(found[name]["us"]), f"{number(found[name]['ratio'])}×"]
        for name, text in said.items()
    ]
    lines = table(heads, rows)
    return [*lines, "", f"{found['compared']} cases, {found['advised']:.0f} pieces of advice each."]


def startup(run: Results) -> list[str]:
    found = run["results"].get("startup", {})
    rows = [
        [f"`{name}`" if name.startswith(("import", "matchrules")) and "," not in name else name,
         told(one, lambda one: number(one["ms"]))]
        for name, one in found.items() if isinstance(one, dict)
    ]  # fmt: skip
    return table(["what is waited for", "ms"], rows)


def growth(run: Results) -> list[str]:
    results = run["results"]

    def own(found: Results | None, what: Callable[[Results], str]) -> str:
        return told(found, what)

    rows = []
    for size in (30, 300, 3000, 10_000, 30_000):
        found = results.get(f"decide/matchrules/{size}")
        if found is not None:
            rows.append([
                f"{size:,}",
                own(found, lambda f: number(f["load_ms"])),
                own(found, lambda f: number(f["made"]["us"])),
                own(found, lambda f: number(f["told"]["us"])),
                own(results.get(f"decide/by_hand/{size}"), lambda f: number(f["told"]["us"])),
                own(found, lambda f: number(f["own_mb"])),
            ])  # fmt: skip
    heads = ["rules", "load and check, ms", "decision made, µs", "and its advice read, µs",
             "hand-written `if`, µs", "memory, MB"]  # fmt: skip
    lines = table(heads, rows, left=0)
    rows = []
    for cases in (1, 100, 10_000, 100_000, 1_000_000):
        found = results.get(f"cohort/matchrules_wide/300/{cases}")
        if found is not None:
            rows.append([
                "`decide_frame`, wide", f"{cases:,}",
                own(found, lambda f: number(f["told"]["us"] / 1e6)),
                own(found, lambda f: number(f["cases_per_second"])), "",
            ])  # fmt: skip
    for cases in (1_000_000, 10_000_000):
        found = results.get(f"batch/{cases}")
        if found is not None:
            rows.append([
                "`matchrules batch --wide`, Parquet", f"{cases:,}",
                own(found, lambda f: number(f["seconds"])),
                own(found, lambda f: number(f["cases_per_second"])),
                own(found, lambda f: number(f["peak_mb"])),
            ])  # fmt: skip
    heads = ["300 rules", "cases", "s", "cases a second", "most memory, MB"]
    lines += ["", *table(heads, rows)]
    rows = []
    for listed in (0, 20, 200, 2000):
        names = ("loop", "matchrules_session", "matchrules_decide", "matchrules_rete")
        found = [results.get(f"join/{name}/{listed}") for name in names]
        rows.append(
            [f"{listed:,}", *(told(f, lambda f: number(f["told"]["us"] / 1000)) for f in found)]
        )
    heads = ["programs", "plain Python loop, ms", "compiled session, ms", "one mapping, ms",
             "session on durable-rules, ms"]  # fmt: skip
    return [*lines, "", *table(heads, rows, left=0)]


def memory(run: Results) -> list[str]:
    results, rows = run["results"], []
    for name in (*OURS, *peers.DECIDING):
        found = [results.get(f"decide/{name}/{size}") for size in SIZES]
        cells = [told(f, lambda f: number(f["load_ms"])) for f in found]
        cells += [told(f, lambda f: number(f["own_mb"])) for f in found]
        rows.append([label(name), *cells])
    heads = ["", *(f"load, ms: {s:,}" for s in SIZES), *(f"memory, MB: {s:,}" for s in SIZES)]
    lines = table(heads, rows)
    rows = []
    for name in ("matchrules_wide", "matchrules_long", "polars", "numpy_bits"):
        found = results.get(f"memory/{name}")
        rows.append([
            label(name), told(found, lambda f: number(f["before_mb"])),
            told(found, lambda f: number(f["memory_mb"])),
        ])  # fmt: skip
    heads = [
        "a million cases, 300 rules, MB",
        "the cases are there",
        "the most until they are decided",
    ]
    return [*lines, "", *table(heads, rows)]


def reached(run: Results) -> list[str]:
    rows = [
        [said, number(value) + unit if value is not None else "·", limit,
         "·" if met is None else "yes" if met else "**no**"]
        for said, value, unit, limit, met in targets.of(run)
    ]  # fmt: skip
    return table(["figure", "came", "to reach", "met"], rows)


def machine(run: Results) -> list[str]:
    form = {"full": "the full form", "quick": "the quick form (`QUICK=1`)"}[run["form"]]
    if run["parts"]:
        form += ", not all of it in one go"
    rows = [*run["machine"].items(), ("measured", f"{run['date']}, {form}")]
    rows += [("took", f"{run['seconds'] / 60:.0f} minutes")]
    lines = table(["machine", ""], rows, left=2)
    versions = [f"{name} {number}" for name, number in run["versions"].items()]
    return [*lines, "", f"Versions: {', '.join(versions)}."]


def checked(run: Results) -> list[str]:
    found = [one for one in run["results"].values() if "compared" in one]
    compared = sum(one["compared"] for one in found)
    different = sum(one["different"] for one in found)
    failed = sum("error" in one for one in run["results"].values())
    return [
        f"{compared:,} answers of {len(found)} measurements were compared with the oracle before "
        f"anything was timed; {different or 'none'} of them differed. {failed or 'No'} "
        f"measurement{'s' if failed != 1 else ''} failed or came to no end."
    ]


SECTIONS: Final[dict[str, Callable[[Results], list[str]]]] = {
    made.__name__: made
    for made in (
        decisions, changes, cohorts, joins, twenty, packs, startup, growth, memory, reached,
        machine, checked,
    )
}  # fmt: skip
