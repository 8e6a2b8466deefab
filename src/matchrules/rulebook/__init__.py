"""Rule files in, a book out, and everything that a user asks of it."""

from matchrules.rulebook.book import Book, Engine
from matchrules.rulebook.files import MOST_BYTES, packs, read
from matchrules.rulebook.loading import (
    check,
    check_sources,
    check_text,
    load,
    load_sources,
    load_text,
)
from matchrules.rulebook.stored import book_from_json

__all__ = [
    "MOST_BYTES",
    "Book",
    "Engine",
    "book_from_json",
    "check",
    "check_sources",
    "check_text",
    "load",
    "load_sources",
    "load_text",
    "packs",
    "read",
]
