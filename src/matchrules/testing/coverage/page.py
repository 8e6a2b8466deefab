"""Coverage as a page: the text of the rules, coloured, in one file that loads nothing."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final, Literal

from matchrules.testing.coverage.listing import HEADS, hint, percent, what
from matchrules.testing.coverage.measure import ConditionItem, Coverage, Figures, Item
from matchrules.text import Source

State = Literal["covered", "partly", "not", "excepted"]
WORST: Final[Sequence[State]] = ("not", "partly", "excepted", "covered")

STYLE: Final = """\
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --faint: #6e7781; --line: #d8dee4;
  --covered: #dafbe1; --partly: #fff1b8; --not: #ffd7d5; --excepted: #ddeeff; --edge: #57606a; }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --text: #dfe5ec; --faint: #8b949e;
  --line: #30363d; --covered: #12361f; --partly: #4a3a05; --not: #5a1e1b; --excepted: #10304f;
  --edge: #adbac7; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 90rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
a { color: inherit; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .9rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
td.not { background: var(--not); } td.partly { background: var(--partly); }
td.covered { background: var(--covered); }
ol.text { list-style: none; margin: 0; padding: 0; font: 13px/1.55 ui-monospace, monospace;
  border: 1px solid var(--line); overflow-x: auto; }
ol.text > li { display: grid; grid-template-columns: 4.5em minmax(max-content, 1fr); }
ol.text > li:target { outline: 2px solid var(--edge); }
ol.text a.number { color: var(--faint); text-align: right; padding-right: 1em;
  text-decoration: none; user-select: none; }
ol.text code { white-space: pre; font: inherit; }
ol.text .note { grid-column: 2; white-space: normal; max-width: 60rem; margin: 0 0 .3rem;
  padding: .1rem .6rem; border-left: 3px solid var(--edge); font-family: system-ui, sans-serif; }
.covered { background: var(--covered); }
.partly { background: var(--partly); text-decoration: underline dashed var(--edge); }
.not { background: var(--not); text-decoration: underline solid var(--edge); }
.excepted { background: var(--excepted); text-decoration: underline dotted var(--edge); }
.note { text-decoration: none; }
.key span { padding: .1rem .4rem; margin-right: .6rem; }
"""


def write(coverage: Coverage, folder: Path) -> Path:
    """Write the page into a folder, which is made where there is none; the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page(coverage), encoding="utf-8", errors="replace")
    return path


def page(coverage: Coverage) -> str:
    """The whole page."""
    body = [
        "<h1>Coverage of rules</h1>",
        f"<p>By {coverage.examples} example{'' if coverage.examples == 1 else 's'}.</p>",
        *_table(coverage),
        '<p class="key"><span class="covered">covered</span><span class="partly">one of two values'
        ' shown</span><span class="not">not covered</span><span class="excepted">excepted, with a'
        " reason</span></p>",
        *_index(coverage),
        *(line for name in coverage.files for line in _file(coverage, name)),
    ]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
            "'unsafe-inline'\">",
            f"<title>Coverage of rules</title>\n<style>\n{STYLE}</style>\n</head>\n<body>",
            *body,
            "</body>\n</html>\n",
        ]
    )


def _table(coverage: Coverage) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    yield f'<table>\n<tr><th scope="col">file</th>{heads}</tr>'
    for number, name in enumerate((*coverage.files, None)):
        figures = coverage.figures(name)
        called = "in all" if name is None else f'<a href="#f{number}">{escape(name)}</a>'
        yield f"<tr><td>{called}</td>{''.join(_cell(figures[head]) for head in HEADS)}</tr>"
    yield "</table>"


def _cell(figures: Figures) -> str:
    if not figures.total:
        return "<td></td>"
    state = "covered" if not figures.missing else "partly" if figures.covered else "not"
    excepted = f", {figures.excepted} excepted" if figures.excepted else ""
    said = f"{figures.covered} of {figures.total}{excepted}: {percent(figures.percent)}"
    return f'<td class="{state}">{said}</td>'


def _index(coverage: Coverage) -> Iterator[str]:
    """What is missing, with the way there."""
    missing = [item for item in coverage.items if item.missing]
    if not missing:
        return
    missing.sort(key=lambda item: (item.span.source, item.span.start))
    yield f"<details>\n<summary>Not covered: {len(missing)}</summary>\n<ul>"
    for item in missing:
        place = f"f{coverage.files.index(item.span.source)}l{item.line}"
        told = f'<a href="#{place}">{escape(coverage.place(item.span))}</a>'
        yield f"<li>{told} {escape(what(item))}</li>"
    yield "</ul>\n</details>"


def _file(coverage: Coverage, name: str) -> Iterator[str]:
    number = coverage.files.index(name)
    source = coverage.sources[name]
    items = [item for item in coverage.items if item.span.source == name]
    painted = _painted(source, items)
    notes: dict[int, list[str]] = {}
    for item in sorted(items, key=lambda item: item.span.start):
        if not item.covered:
            notes.setdefault(item.line, []).append(_note(coverage, item))
    yield f'<h2 id="f{number}">{escape(name)}</h2>\n<ol class="text">'
    for line, start in enumerate(source.line_starts, 1):
        text = source.line(line)
        if line == len(source.line_starts) and not text:
            break
        place = f"f{number}l{line}"
        code = "".join(_run(*run) for run in _runs(text, start, painted))
        under = "".join(notes.get(line, ()))
        yield (
            f'<li id="{place}"><a class="number" href="#{place}">{line}</a>'
            f"<code>{code}</code>{under}</li>"
        )
    yield "</ol>"


def _painted(source: Source, items: Sequence[Item]) -> dict[int, list[Item]]:
    """For each place in the text the items that are innermost there."""
    by_span: dict[tuple[int, int], list[Item]] = {}
    for item in items:
        by_span.setdefault((item.span.start, item.span.end), []).append(item)
    found: dict[int, list[Item]] = {}
    for (start, end), here in sorted(by_span.items(), key=lambda one: one[0][0] - one[0][1]):
        found.update(dict.fromkeys(range(start, end), here))
    return found


def _runs(
    text: str, start: int, painted: dict[int, list[Item]]
) -> Iterator[tuple[str, list[Item]]]:
    """A line in pieces, each with what it belongs to."""
    at = 0
    while at < len(text):
        here = painted.get(start + at)
        end = at + 1
        while end < len(text) and painted.get(start + end) is here:
            end += 1
        yield text[at:end], here or []
        at = end


def _run(text: str, items: list[Item]) -> str:
    if not items or not text.strip():
        return escape(text)
    state = min((state_of(item) for item in items), key=WORST.index)
    title = "; ".join(dict.fromkeys(_told(item) for item in items))
    return f'<span class="{state}" title="{escape(title)}">{escape(text)}</span>'


def state_of(item: Item) -> State:
    """How far something is covered."""
    if item.covered:
        return "covered"
    if item.reason is not None:
        return "excepted"
    one_side = isinstance(item, ConditionItem) and len(item.lacks) == 1
    return "partly" if one_side else "not"


def _told(item: Item) -> str:
    if item.covered:
        words = item.words if isinstance(item, ConditionItem) else ""
        return f"covered: {words}" if words else "covered"
    return f"excepted: {item.reason}" if item.reason is not None else what(item)


def _note(coverage: Coverage, item: Item) -> str:
    said = what(item)
    if item.reason is not None:
        said += f" — because: {item.reason}"
    elif isinstance(item, ConditionItem):
        said += "".join(
            f"; to show it {one.side}: {hint(coverage, item, one)}" for one in item.wanted
        )
    return f'<span class="note {state_of(item)}">{escape(said)}</span>'
