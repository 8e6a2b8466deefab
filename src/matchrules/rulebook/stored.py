"""A book as one JSON text, sealed with a hash of it: what is shipped to another process, or kept.

The text is `{"sha256": "…", "book": {…}}` without blanks; the hash is that of the text of `book` as
it stands, so nothing has to be written again to check it. It tells that nothing was changed on the
way; it does not tell who wrote it.
"""

import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from matchrules.diagnostics.model import Diagnostic, Label, RuleErrors, UsageError
from matchrules.ir.columns import NoRuleBases, from_columns, shape, to_columns
from matchrules.text import Source, Span

if TYPE_CHECKING:
    from matchrules.rulebook.book import Book

FORMAT: Final = 1
_HEAD: Final = '{"sha256":"'
_NECK: Final = '","book":'
_DIGITS: Final = 64
_BODY: Final = len(_HEAD) + _DIGITS + len(_NECK)


class Unsealed(Exception):
    """Why a text is not what was sealed."""


def book_to_json(book: "Book") -> str:
    """The book as text: its rules, with their texts, and the warnings on them."""
    texts = {name: source.text for name, source in sorted(book.sources.items())}
    return sealed({"software": _software(), "texts": texts, **content_of(book)})


def book_from_json(text: str, sha256: str | None = None) -> "Book":
    """The book that `Book.to_json` made this of, equal to it in all that can be asked of it.

    Its hash is checked, against `sha256` too where that is given: that of the book which is meant.
    Raises `RuleErrors` where it is not what was written, or was written by another version of
    matchrules. The hash does not tell who wrote it: take books only from where you would take
    code.
    """
    from matchrules.rulebook.book import Book

    if not isinstance(text, str):
        raise UsageError(f"a stored book is a text, not a {type(text).__name__}")
    try:
        content = opened(text)
        if sha256 is not None and hash_in(text) != sha256:
            raise Unsealed(f"it is another one than the book with the hash `{str(sha256)[:12]}…`")
        if content.get("software") != _software():
            written = str(content.get("software"))[:20]
            raise Unsealed(f"matchrules {written} wrote it, and this is {_software()}")
        sources = {name: Source(name, said) for name, said in content["texts"].items()}
        bases, warnings = rules_of(content)
    except (Unsealed, AttributeError, KeyError) as fault:
        why = str(fault) if isinstance(fault, Unsealed) else "it is not whole"
        raise RuleErrors([
            Diagnostic("MR542", f"cannot read the stored book: {why}",
                       help="store it anew with `book.to_json()`, and ship the text as it is")
        ]) from None  # fmt: skip
    return Book(bases, sources, warnings)


def sealed(content: dict[str, Any]) -> str:
    """A mapping as text, with the hash of it; equal ones in equal order give the same text."""
    body = json.dumps(content, separators=(",", ":"))
    return f"{_HEAD}{_hash(body)}{_NECK}{body}}}"


def opened(text: str) -> dict[str, Any]:
    """The mapping that was sealed; raises `Unsealed` where it is not what it was."""
    text = text.rstrip("\n")
    if not (text.startswith(_HEAD) and text[_BODY - len(_NECK) : _BODY] == _NECK
            and text.endswith("}")):  # fmt: skip
        raise Unsealed("it does not start and end as one does")
    if _hash(text[_BODY:-1]) != hash_in(text):
        raise Unsealed("it was changed since it was written: its hash is another one")
    try:
        content = json.loads(text[_BODY:-1])
    except (RecursionError, ValueError):
        raise Unsealed("it is no JSON") from None
    if not isinstance(content, dict):
        raise Unsealed("it holds no book")
    if (content.get("format"), content.get("shape")) != (FORMAT, shape()):
        raise Unsealed("another version of matchrules wrote it")
    return content


def hash_in(text: str) -> str:
    """The hash that a sealed text says it has."""
    return text[len(_HEAD) : len(_HEAD) + _DIGITS]


def content_of(book: "Book") -> dict[str, Any]:
    """What of a book is stored beside its texts."""
    return {
        "format": FORMAT,
        "shape": shape(),
        "warnings": [_plain(warning) for warning in book.warnings],
        "rules": to_columns(book.bases),
    }


def rules_of(content: dict[str, Any]) -> tuple[Any, tuple[Diagnostic, ...]]:
    """The rule bases and warnings of what `content_of` gave; raises `Unsealed`."""
    try:
        warnings = tuple(map(_diagnostic, content["warnings"]))
        return from_columns(content["rules"]), warnings
    except (KeyError, NoRuleBases, TypeError, ValueError):
        raise Unsealed("it is not whole") from None


def _hash(body: str) -> str:
    return sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(warning: Diagnostic) -> list[Any]:
    labels = [[one.span.source, one.span.start, one.span.end, one.message]
              for one in warning.labels]  # fmt: skip
    return [
        warning.code, warning.message, labels, warning.help, warning.path, list(warning.notes),
        warning.severity,
    ]  # fmt: skip


def _diagnostic(plain: list[Any]) -> Diagnostic:
    code, message, labels, help_, path, notes, severity = plain
    places = tuple(
        Label(Span(source, start, end), said) for source, start, end, said in labels
    )  # fmt: skip
    return Diagnostic(code, message, places, help_, path, tuple(notes), severity)


@cache
def _software() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("matchrules")
    except PackageNotFoundError:  # run from a folder of sources
        return "0"


__all__ = [
    "Unsealed",
    "book_from_json",
    "book_to_json",
    "content_of",
    "hash_in",
    "opened",
    "rules_of",
    "sealed",
]
