"""The tokens that a parser looks at: blanks and comments left out, the first on a line told.

Where the lexer would find no fault, which is nearly always, one pattern cuts all of a text, and no
step of Python is made for each token. The pattern takes a part of what the lexer takes, and cuts it
at the same places; where it leaves out one character, the lexer is asked instead, and says what is
wrong with it.
"""

import re
from collections.abc import Iterable
from functools import partial
from itertools import accumulate, chain, repeat
from typing import Any, Final, NamedTuple

from matchrules.syntax.lexer import CONTROL
from matchrules.syntax.tokens import FILE_LIMIT, LINE_LIMIT, TRIVIA, Kind, Token


class Scanned(NamedTuple):
    """Significant tokens and an end token. `fresh[i]` says that token i is the first on its line,
    `spoilt[i]` that characters before it were reported and left out."""

    tokens: list[Token]
    fresh: list[bool]
    spoilt: list[bool]


# Blanks, line ends and comments, then a token. Nothing is tried twice (`++`, `*+`), and where no
# token fits, the rest is taken as a whole: so no text takes long.
_PIECE: Final = re.compile(
    r"""
    ( (?: [ \t]++ | \r?\n | \#[^\r\n]*+ )*+ )
    (?:
      ( [a-z_][a-z0-9_]*+ (?!\w)
      | [,()+*/] | \.\.?+ (?!\.) | : (?!=) | \| (?!\|)
      | "(?!"") (?: [^"\\{}\r\n]++ | \\[^\r\n] | \{\{ | \}\}
                  | \{(?!\{) (?: [^"}\r\n]++ | "[^"\\{}\r\n]*+" )*+ \} )*+ "
      | => | = (?![=<]) | <=?+ (?!>) | >=?+
      | [0-9]{3,}-[0-9]+-[0-9]+ | [0-9]++ (?: \.[0-9]+ )*+
      | [A-Z][A-Za-z0-9_]*+ (?: -[A-Za-z0-9_]++ )*+ (?!\w)
      | - (?![->]) | --++
      | "{3} (?: [^"\\{}]++ | "(?!"") | \\[^\r\n] | \{\{ | \}\}
               | \{(?!\{) (?: [^"}]++ | "[^"\\{}\r\n]*+" )*+ \} )*+ "{3}
      | \Z )
    | .++ )
    """,
    re.VERBOSE | re.DOTALL,
)
_LONG_LINE: Final = re.compile(rf"[^\n]{{{LINE_LIMIT + 1}}}")
# A token of its parts; `Token(…)` would call a Python function for each.
_TOKEN: Final[Any] = partial(tuple.__new__, Token)


def scan(text: str) -> Scanned | None:
    """The tokens of a file, or None where the lexer must be asked."""
    if len(text) > FILE_LIMIT or (len(text) > LINE_LIMIT and _LONG_LINE.search(text)):
        return None
    # Control characters are faults in texts and comments too; what can be printed holds none.
    lines = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    if not lines.isprintable() and CONTROL.search(text):
        return None
    return scan_part(text, 0, len(text))


def scan_part(text: str, start: int, end: int) -> Scanned | None:
    """The tokens of a part that holds no control characters, or None."""
    found: list[tuple[str, str]] = _PIECE.findall(text, start, end)
    offsets = list(accumulate(map(len, chain.from_iterable(found)), initial=start))
    if offsets[-1] != end:
        return None
    while len(found) > 1 and not found[-2][1]:  # behind blanks the end is found once more
        found.pop()
    fresh = ["\n" in blanks for blanks, _ in found]
    fresh[0] = True
    pieces = [piece for _, piece in found]
    pieces.pop()
    # Most pieces come often: each is looked at once, and kept once.
    known = {piece: (_kind(piece), piece) for piece in set(pieces)}
    kinds, texts = zip(*map(known.__getitem__, pieces), strict=True) if pieces else ((), ())
    parts = zip(kinds, texts, offsets[1::2], offsets[2::2], texts, repeat(False))
    tokens: list[Token] = [*map(_TOKEN, parts), Token("end", "", end, end, "")]
    return Scanned(tokens, fresh, [False] * len(tokens))


def _kind(piece: str) -> Kind:
    """What a piece of the pattern is, by how it starts."""
    first = piece[0]
    if first.islower() or first == "_":
        return "name"
    if first == '"':
        return "longtext" if piece.startswith('"""') else "text"
    if first.isdigit():
        return "date" if "-" in piece else "number"
    if first.isupper():
        return "word"
    return "ruler" if piece.startswith("--") else "operator"


def significant(tokens: Iterable[Token], end: int) -> Scanned:
    """The same of what the lexer found."""
    found = Scanned([], [], [])
    fresh, spoilt = True, False
    for token in tokens:
        kind = token.kind
        if kind in TRIVIA:
            if kind == "newline":
                fresh = True
            elif kind == "bad":
                spoilt = True
            continue
        found.tokens.append(token)
        found.fresh.append(fresh)
        found.spoilt.append(spoilt)
        fresh = spoilt = False
    found.tokens.append(Token("end", "", end, end, ""))
    found.fresh.append(fresh)
    found.spoilt.append(spoilt)
    return found
