"""Text in boxes: how wide it is about, and how it is broken into lines.

No font is at hand where a picture is written, so widths are those of a wide one: text may leave
some room, but does not stick out.
"""

import re
import unicodedata
from typing import Final

_NARROW: Final = dict.fromkeys("iljI.,:;|'!‘’ ", 0.34)
_SMALL: Final = dict.fromkeys('ftr()[]{}/\\-"“”`·', 0.46)
_BROAD: Final = dict.fromkeys("mwMW@%—…", 1.0)
_WIDTHS: Final = {**_NARROW, **_SMALL, **_BROAD}

# What XML cannot hold, or what acts on the text around it without being seen.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
MOST_LINES: Final = 14


def visible(text: str) -> str:
    """The text with a mark in place of each character that cannot be written or that acts unseen,
    and with plain line ends."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", plain)


def width_of(text: str, size: float) -> float:
    """About how wide a line is in a font of that size."""
    return size * sum(map(_width, text))


def lines_of(text: str, size: float, most: float) -> tuple[str, ...]:
    """The text in lines at most so wide: its own lines, broken between words, and within a word
    that alone is too wide. Of a text that is too long the end is left out."""
    found: list[str] = []
    for paragraph in visible(text).split("\n"):
        found += _broken(paragraph, size, most)
        if len(found) > MOST_LINES:
            break
    while found and not found[0]:
        del found[0]
    while found and not found[-1]:
        del found[-1]
    if len(found) > MOST_LINES:
        last = found[MOST_LINES - 1]
        while last and width_of(f"{last}…", size) > most:
            last = last[:-1]
        found[MOST_LINES - 1 :] = [f"{last}…"]
    return tuple(found)


def _broken(paragraph: str, size: float, most: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in paragraph.split():
        if not line or width_of(f"{line} {word}", size) <= most:
            line = f"{line} {word}".lstrip()
        else:
            lines.append(line)
            line = word
        while width_of(line, size) > most:
            first, line = _cut(line, size, most)
            lines.append(first)
            if len(lines) > MOST_LINES:
                return lines
    return [*lines, line]


def _cut(word: str, size: float, most: float) -> tuple[str, str]:
    """A line that is too wide in two, behind the last `.`, `_`, `-` or `/` of its last two
    thirds if there is one, and never before what stands on the character before it."""
    fits, wide = 0, 0.0
    for character in word:
        wide += _width(character) * size
        if wide > most:
            break
        fits += 1
    fits = max(fits, 1)
    seam = max(word.rfind(mark, fits // 3, fits) for mark in "._-/ ") + 1
    at = seam or fits
    while at < len(word) and _width(word[at]) == 0:
        at += 1
    return word[:at].rstrip(), word[at:].lstrip()


def _width(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if character.isascii():
        return 0.76 if character.isupper() else 0.64
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.1
    return 0.9


__all__ = ["lines_of", "visible", "width_of"]
