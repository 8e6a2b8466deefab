"""A book on its way to other processes: small, with its hash, opened once in each of them."""

import zlib
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from matchrules.diagnostics.model import RuleErrors, UsageError

if TYPE_CHECKING:
    from matchrules.rulebook import Book

_KEPT: Final = 4  # books that a process keeps: what is worked out from one stays with it
_opened: "dict[str, Book]" = {}


@frozen
class Shipment:
    """What `Book.to_json` gives, compressed, and the hash of the book that is meant.

    It is a value of plain parts: it can be pickled, and sent by any means.
    """

    sha256: str
    content: bytes = field(repr=False)

    def book(self) -> "Book":
        """The book, the same object each time in one process.

        Raises `UsageError` where it is not the book that was sent, or cannot be one here, because
        another version of matchrules sent it.
        """
        book = _opened.get(self.sha256) or _opened.setdefault(self.sha256, self._open())
        while len(_opened) > _KEPT:
            _opened.pop(next(iter([*_opened])), None)
        return book

    def _open(self) -> "Book":
        from matchrules.rulebook import book_from_json

        try:
            text = zlib.decompress(self.content).decode("ascii")
            return book_from_json(text, self.sha256)
        except RuleErrors as fault:
            why = fault.diagnostics[0].message
        except (zlib.error, UnicodeDecodeError):
            why = "it is cut off, or was changed on the way"
        raise UsageError(
            f"the rules that arrived are not those that were sent, which have the hash "
            f"`{self.sha256[:12]}…`: {why}; the driver and every worker need the same version of "
            "matchrules, and a shipment is to be passed on as it is"
        )


def ship(book: "Book") -> Shipment:
    """The book as it is sent to other processes."""
    from matchrules.rulebook.stored import hash_in

    text = book.to_json()
    return Shipment(hash_in(text), zlib.compress(text.encode("ascii")))


__all__ = ["Shipment", "ship"]
