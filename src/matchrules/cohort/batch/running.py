"""A batch: a file of cases decided a piece at a time, from where an earlier run was broken off."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from matchrules.cohort.batch.asked import Asked, Summary, Told
from matchrules.cohort.batch.faults import damaged
from matchrules.cohort.batch.faulty import add_faults, placed
from matchrules.cohort.batch.finishing import ADVICE, DERIVED, ERRORS, KEYS, finish, targets
from matchrules.cohort.batch.further import Further, open_further
from matchrules.cohort.batch.identity import of_file, of_rules, unchanged
from matchrules.cohort.batch.journal import Done, Journal
from matchrules.cohort.batch.output import check_target, format_of
from matchrules.cohort.batch.pieces import Piece, Pieces, open_pieces
from matchrules.cohort.extra import polars
from matchrules.cohort.naming import AS_OF
from matchrules.diagnostics.model import CaseErrors, UsageError
from matchrules.records.document import software

if TYPE_CHECKING:
    import polars as pl

    from matchrules.rulebook import Book


def decide_file(book: "Book", asked: Asked, told: Told = lambda *_: None) -> Summary:
    """Decide every case of a file, and write what comes of it.

    The work is kept in a folder beside the output, `ADVICE.parquet.partial`, until all is done; the
    same call goes on with what is there. Nothing is put in its place before it is whole. Raises
    `CaseErrors` where a file cannot be read as cases, `UsageError` where the call cannot be meant,
    and `Stopped` where something stands in the way that may go away, such as a full disk.
    """
    polars()
    asked.check()
    files = targets(book, asked)
    _check_distinct(asked, files)
    if asked.restart or not Journal.places(asked.partial):
        for target in files.values():
            check_target(target, asked.force)
    pieces = open_pieces(book, asked)
    further = open_further(
        book, asked, pieces.key, pieces.counted, format_of(asked.cases) != ".parquet"
    )
    identity = of_file(asked.cases)
    manifest = {
        "matchrules": software(),
        "rules": of_rules(book),
        "cases": identity,
        "facts": {fact: of_file(path) for fact, path in sorted(asked.facts.items())},
        "options": asked.options(),
    }
    journal = Journal.open(asked.partial, manifest, asked.restart)
    try:
        before = sum(done.cases for done in journal.done)
        _Running(book, asked, pieces, further, journal, identity).run(told)
        counts = finish(book, asked, journal, further, pieces.key)
        return Summary(
            **counts,
            before=before,
            files=files,
            output=asked.output,
        )
    except BaseException as error:
        # there is nothing to go on with, or only once the file is another one
        if not journal.done or isinstance(error, CaseErrors):
            journal.remove()
        raise
    finally:
        journal.close()


def _check_distinct(asked: Asked, files: Mapping[str, Path]) -> None:
    """Refuse one file for two things."""
    found: dict[str, str] = {}
    given = {"the cases": asked.cases, **{f"`{fact}`": p for fact, p in asked.facts.items()}}
    for what, path in {**given, **{f"the {what}": path for what, path in files.items()}}.items():
        other = found.setdefault(os.path.realpath(path), what)
        if other != what:
            raise UsageError(f"`{path}` is given for {other} and for {what}: name another file")


@frozen(eq=False)
class _Running:
    book: "Book"
    asked: Asked
    pieces: Pieces
    further: Further
    journal: Journal
    identity: dict[str, Any]

    def run(self, told: Told) -> None:
        """Decide what is not done yet."""
        done = self.journal.done
        at = done[-1].next if done else None
        cases = sum(each.cases for each in done)
        told(done[-1].far if done else 0, self.pieces.whole, cases)
        for piece in self.pieces.read(at):
            if not unchanged(self.asked.cases, self.identity):
                raise damaged(
                    f"`{self.asked.cases}` was changed while it was read",
                    "leave it as it is, and begin anew",
                )
            self.journal.keep(*self._decided(piece))
            cases += len(piece.keys)
            told(piece.far, self.pieces.whole, cases)

    def _decided(self, piece: Piece) -> "tuple[Done, dict[str, pl.DataFrame]]":
        """What comes of one piece, as it is kept."""
        asked, key = self.asked, self.pieces.key
        explained = sum(each.faulty for each in self.journal.done)
        frames = piece.frames
        if self.further.frames:
            self.further.check(frames, asked.cases)
            mine = frames[AS_OF][key]
            frames = {**frames, **self.further.of(mine)}
        found = self.book.decide_frame(
            frames, key, as_of=asked.as_of, output=asked.output, derived=asked.derived,
            texts=asked.texts, explain=max(0, asked.explain - explained), extra=asked.extra,
        )  # fmt: skip
        errors = add_faults(placed(found.errors, piece.keys), piece.keys, piece.faults)
        advice, keys = found.advice, piece.keys.to_frame()
        if asked.output == "wide":  # a row for each case, at fault or not
            advice = keys.join(advice, on=key, how="left", maintain_order="left")
        kept = {ADVICE: advice, ERRORS: errors, KEYS: keys}
        if found.derived is not None:
            kept[DERIVED] = found.derived
            kept |= {f"{DERIVED}.{fact}": frame for fact, frame in found.instances.items()}
        faulty = found.errors[key].n_unique() + len(piece.faults)
        done = Done(
            len(self.journal.done), len(piece.keys), advice.height, errors.height, faulty,
            piece.far, dict(piece.next),
        )  # fmt: skip
        return done, kept


__all__ = ["decide_file"]
