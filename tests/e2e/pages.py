"""Pages of the documentation as blocks that can be run.

What the info string of a fence means:

- `python`: run, all blocks of a page in order and in one namespace; what it prints must stand in a
  `text` block directly after it, where there is one.
- `rules`: a rule file, or more of the file that the block before it began. All files of a page are
  loaded together; a block that begins a ruleset that is there already begins another book.
- `rules fault`: files of their own with a fault; the `text` block after it shows the diagnostics.
- `rules write PATH`, `yaml write PATH`: puts the file there. `rules append PATH` adds to it.
- `console`: commands after `$ `, and what they print.
- anything else is only shown.

A block that holds a fence stands between longer ones.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^ *(```+)([^\n`]*)\n(.*?)^ *\1$", re.MULTILINE | re.DOTALL)


@frozen
class Block:
    """A fenced block: what is behind the fence, the text, and where it is."""

    kind: str
    arguments: tuple[str, ...]
    text: str
    start: int  # of the text, in the page
    end: int
    line: int


def pages() -> list[Path]:
    """Every page of the documentation."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return list(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    for match in _FENCE.finditer(text):
        words = match[2].split()
        yield Block(
            words[0] if words else "",
            tuple(words[1:]),
            match[3],
            match.start(3),
            match.end(3),
            text.count("\n", 0, match.start()) + 1,
        )


def books(found: list[Block]) -> list[dict[str, str]]:
    """The rule files of a page, by a name that tells their line; one mapping for each book."""
    result: list[dict[str, str]] = []
    begun: set[str] = set()
    last = ""
    for block in found:
        if block.kind != "rules" or block.arguments:
            continue
        header = re.match(r"(?:\s|#[^\n]*\n)*ruleset\s+(\w+)", block.text)
        if header is None:
            assert result, f"line {block.line}: the first block of a page begins with `ruleset`"
            result[-1][last] += block.text
            continue
        if not result or header[1] in begun:
            result.append({})
            begun = set()
        begun.add(header[1])
        last = f"{header[1]}.rules"
        result[-1][last] = block.text
    return result


def matches(shown: str, printed: str) -> bool:
    """Whether the text is what was printed; a line `...` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"[ ]*\n"
        for line in shown.rstrip("\n").split("\n")
    )
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None
