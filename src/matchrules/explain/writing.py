"""Words as lines of a terminal, and as Markdown."""

import re
from textwrap import wrap
from typing import Final

NARROWEST: Final = 40  # a text for a terminal that is narrower is made as if it were so wide
_ROOM: Final = 24  # for words, however far they are set in

# Of these each could begin markup, or end what it stands in.
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>#|~]|&(?=#?\w+;)")
# At the start of a line these would begin a list, or underline what stands above.
_START: Final = re.compile(r"^(?:([-+=])|(\d{1,9})([.)]))")


def filled(words: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """A paragraph in lines of that width, the first behind `first`, the others behind `rest`; no
    word is broken."""
    return wrap(
        words, max(width, len(rest) + _ROOM), initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def hung(words: str, width: int, indent: int) -> list[str]:
    """A paragraph, its first line further left than the others."""
    first = " " * indent
    return filled(words, width, first, first + "  ")


def escaped(words: str) -> str:
    """The text on one line, with nothing in it that Markdown would take for markup."""
    line = _MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(words.split()))
    return _START.sub(r"\2\\\1\3", line)


__all__ = ["NARROWEST", "escaped", "filled", "hung"]
