"""All pieces are done: what only all of them show, and the files that were asked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from matchrules.cohort.batch.asked import Asked
from matchrules.cohort.batch.faulty import (
    PLACE,
    add_faults,
    error_rows,
    ownerless_fault,
    repeated_fault,
)
from matchrules.cohort.batch.further import Further
from matchrules.cohort.batch.journal import Journal
from matchrules.cohort.batch.keys import repeated
from matchrules.cohort.batch.output import assemble, beside, format_of, put
from matchrules.cohort.result import derived_schemas

if TYPE_CHECKING:
    import polars as pl

    from matchrules.rulebook import Book

ADVICE: Final = "advice"
ERRORS: Final = "errors"
DERIVED: Final = "derived"
KEYS: Final = "keys"


def targets(book: "Book", asked: Asked) -> dict[str, Path]:
    """The files that are written, by what is in them."""
    found = {ADVICE: asked.out, ERRORS: asked.errors or beside(asked.out, ERRORS)}
    if asked.derived:
        _, instances = derived_schemas(book.bases)
        for what in (DERIVED, *(f"{DERIVED}.{fact}" for fact in instances)):
            found[what] = beside(asked.out, what)
    return found


def finish(
    book: "Book", asked: Asked, journal: Journal, further: Further, key: str
) -> dict[str, Any]:
    """Write the files, put them in their places, and take the work away. What came of it, counted.

    A run that was killed here does this again, with what is not in its place yet.
    """
    files = targets(book, asked)
    told = journal.placed()
    if told is None:
        told = _assemble(files, journal, further, key, asked.output == "wide")
        journal.place(told)
    parts = [(_part(journal, what, path), path) for what, path in files.items()]
    put(reversed(parts), asked.force, journal.folder)  # the advice comes last
    journal.remove()
    return told


def _part(journal: Journal, what: str, target: Path) -> Path:
    return journal.folder / f"whole.{what}{format_of(target)}"


def _assemble(
    files: dict[str, Path], journal: Journal, further: Further, key: str, wide: bool
) -> dict[str, int]:
    """Write all files whole, where the work is kept; what is in them, counted."""
    import polars as pl

    done = journal.done
    told = {
        "cases": sum(each.cases for each in done), "advice": sum(each.advice for each in done),
        "errors": sum(each.errors for each in done), "faulty": sum(each.faulty for each in done),
    }  # fmt: skip
    again = repeated(journal.paths(KEYS), key)
    errors = journal.paths(ERRORS)
    if again is not None:
        for piece, path in enumerate(journal.paths(KEYS)):
            errors[piece], rows, cases = _repeated(
                journal, piece, pl.read_parquet(path, glob=False)[key], again
            )
            told["errors"] += rows
            told["faulty"] += cases
    schema = pl.scan_parquet(errors[0], glob=False).collect_schema()
    for fact in further.frames:
        lost = further.ownerless(fact, journal.paths(KEYS), key)
        if lost.height:
            owners = lost.select("len", further.key).iter_rows()
            faults = [ownerless_fault(fact, further.key, count, owner) for count, owner in owners]
            more = error_rows(faults, schema).with_columns(lost[further.key].alias(key))
            errors.append(journal.write(f"{ERRORS}.{fact}", more))
            told["errors"] += lost.height
    for what, target in files.items():
        pieces = errors if what == ERRORS else journal.paths(what)
        left = assemble(
            pieces, _part(journal, what, target), journal.folder, key,
            again if what != ERRORS else None, wide and what == ADVICE,
        )  # fmt: skip
        if what == ADVICE and left is not None:
            told["advice"] = left
    return told


def _repeated(
    journal: Journal, piece: int, keys: "pl.Series", again: "pl.Series"
) -> tuple[Path, int, int]:
    """The errors of a piece with one for each case whose key others have too; how many rows and
    cases they are more."""
    import polars as pl

    path = journal.path(piece, ERRORS)
    places = keys.is_in(again.implode()).arg_true()
    if not len(places):
        return path, 0, 0
    errors = pl.read_parquet(path, glob=False)
    fresh = set(places) - set(errors[PLACE])
    rest = errors.filter(
        ~pl.col(keys.name).is_in(again.implode(), nulls_equal=False).fill_null(False)
    )
    fault = repeated_fault(keys.name)
    made = add_faults(rest, keys, dict.fromkeys(places, (fault,)))
    written = journal.write(f"{piece:07}.{ERRORS}.repeated", made)
    return written, made.height - errors.height, len(fresh)


__all__ = ["ADVICE", "DERIVED", "ERRORS", "KEYS", "finish", "targets"]
