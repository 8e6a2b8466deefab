"""Rule files in, a book out: read, check.

Nothing is half loaded: either every file is without fault, or `RuleErrors` tells all of them.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from matchrules.diagnostics.model import Diagnostic, RuleErrors
from matchrules.ir.collecting import collecting_later
from matchrules.rulebook.book import Book
from matchrules.rulebook.files import contents, decoded, packs, read
from matchrules.text import Source

if TYPE_CHECKING:
    from matchrules.analysis import Analysis


def load(*paths: str | Path, cache: bool | str | os.PathLike[str] = False) -> Book:
    """The book of those files and folders of `.rules` files, checked together; without any, of the
    packs that come with matchrules.

    With `cache`, files that were checked before are not checked again: their book is taken from
    the user's folder for caches (True; the environment variable `MATCHRULES_CACHE` names another
    one, or says `off`), or from a folder of that name. It is found by the contents of the files,
    and equal to the one that checking them gives.

    Raises `RuleErrors` with every fault.
    """
    found, faults = contents(*(paths or (packs(),)))
    where = None
    if cache is not False:
        from matchrules.rulebook.cache import folder, keep, kept

        where = folder(cache)
    if where is None or faults:
        return _book(decoded(found, faults))
    book = kept(where, found)
    if book is None:
        book = _book(decoded(found))
        keep(where, found, book)
    return book


def load_text(texts: Mapping[str, str]) -> Book:
    """The book of rule files given as texts by name. Raises `RuleErrors` with every fault."""
    return _book({name: Source(name, text) for name, text in texts.items()})


def load_sources(sources: Mapping[str, Source]) -> Book:
    """The book of texts that have been read. Raises `RuleErrors` with every fault."""
    return _book(sources)


def check(*paths: str | Path) -> tuple[Diagnostic, ...]:
    """Every fault and warning of those files, without loading them."""
    try:
        return check_sources(read(*(paths or (packs(),))))
    except RuleErrors as error:
        return error.diagnostics


def check_text(texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Every fault and warning of rule files given as texts by name."""
    return check_sources({name: Source(name, text) for name, text in texts.items()})


def check_sources(sources: Mapping[str, Source]) -> tuple[Diagnostic, ...]:
    """Every fault and warning of texts that have been read, and a note on what of their tables
    cannot be checked without a solver."""
    analysis = _analyse(sources)
    return _in_order([*analysis.diagnostics, *analysis.left])


def _book(sources: Mapping[str, Source]) -> Book:
    found = _analyse(sources)
    if not found.bases:
        raise RuleErrors(found.diagnostics, sources)
    warnings = tuple(d for d in found.diagnostics if d.severity == "warning")
    return Book(found.bases, sources, warnings)


@collecting_later()
def _analyse(sources: Mapping[str, Source]) -> "Analysis":
    """The eras, none if there is an error, and what was found, in the order of the texts."""
    from matchrules.analysis import Analysis, analyse
    from matchrules.syntax.parser import parse

    if not sources:
        none = Diagnostic("MR540", "there are no rules", help="name at least one file")
        return Analysis((), (none,))
    parsed = [parse(sources[name]) for name in sorted(sources)]
    found = [diagnostic for _, faults in parsed for diagnostic in faults]
    if any(diagnostic.severity == "error" for diagnostic in found):
        # What a statement that does not parse would have declared is missing everywhere else:
        # faults of meaning would mostly be echoes.
        return Analysis((), _in_order(found))
    analysis = analyse([file for file, _ in parsed], sources)
    everything = _in_order([*found, *analysis.diagnostics])
    return Analysis(analysis.bases, everything, analysis.left)


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    def place(diagnostic: Diagnostic) -> tuple[object, ...]:
        span = diagnostic.labels[0].span if diagnostic.labels else None
        where = ("", 0, 0) if span is None else (span.source, span.start, span.end)
        return (*where, diagnostic.code, diagnostic.message)

    unique = {place(diagnostic): diagnostic for diagnostic in diagnostics}
    return tuple(unique[key] for key in sorted(unique))
