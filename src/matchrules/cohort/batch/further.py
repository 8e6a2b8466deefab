"""Files of further facts: their rows belong to the case with their key."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from matchrules.cohort.batch.csv_cases import (
    check_cells,
    known_cells,
    missing_column,
    read_header,
)
from matchrules.cohort.batch.faults import damaged, reason_of
from matchrules.cohort.batch.output import format_of
from matchrules.cohort.batch.parquet import Rows
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from matchrules.cohort.batch.asked import Asked
    from matchrules.rulebook import Book


@frozen(eq=False)
class Further:
    """Frames that are not in memory, by fact."""

    frames: "Mapping[str, pl.LazyFrame]" = field(repr=False)
    paths: Mapping[str, Path]
    key: str

    def of(self, keys: "pl.Series") -> "dict[str, pl.DataFrame]":
        """The rows of the cases with those keys, in their order."""
        import polars as pl

        found = {}
        wanted = keys.drop_nulls().unique().implode()
        for fact, frame in self.frames.items():
            with _reading(self.paths[fact]):
                kind = frame.collect_schema()[self.key]
                if kind != keys.dtype:
                    raise CaseErrors([_other_kind(self.paths[fact], self.key, kind, keys.dtype)])
                found[fact] = frame.filter(pl.col(self.key).is_in(wanted)).collect()
        return found

    def check(self, frames: "Mapping[str, pl.DataFrame]", cases: Path) -> None:
        """Raise `CaseErrors` where the cases have such facts themselves."""
        faults = [
            Diagnostic("MR505", f"`{fact}` is given twice: in `{cases}`, and in `{path}`",
                       help="leave one of them out", path=fact)
            for fact, path in self.paths.items() if fact in frames
        ]  # fmt: skip
        if faults:
            raise CaseErrors(faults)

    def ownerless(self, fact: str, keys: "Sequence[Path]", name: str) -> "pl.DataFrame":
        """The keys in the file of a fact that no case has, null among them, with how many rows
        have them (`len`)."""
        import polars as pl

        cases = pl.scan_parquet([*keys], glob=False).select(pl.col(name).alias(self.key))
        with _reading(self.paths[fact]):
            rows = self.frames[fact].group_by(self.key).len()
            lost = rows.join(cases, on=self.key, how="anti")
            return lost.sort(self.key, nulls_last=True).collect(engine="streaming")


def open_further(book: "Book", asked: "Asked", key: str, counted: bool, texts: bool) -> Further:
    """The files of `asked.facts`, looked at so far as to know their columns. `counted`: cases have
    no keys; `texts`: keys are texts, also where they look like numbers."""
    import polars as pl

    frames: dict[str, pl.LazyFrame] = {}
    declared = {name: fact for base in book.bases for name, fact in base.facts.items()}
    for fact, path in asked.facts.items():
        if fact not in declared:
            near = did_you_mean(fact, declared)
            raise UsageError(f"the rules have no fact `{fact}`" + (f": {near}" if near else ""))
        if counted:
            raise UsageError(
                f"the rows of `{path}` belong to cases by a key, and cases have none: name its "
                "column with `--key`"
            )
        kind = format_of(path)
        if kind == ".parquet":
            names = list(Rows.open(path).schema)
            frames[fact] = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        elif kind == ".csv":
            header = read_header(path, 0)
            check_cells(header, path, 0)
            names = list(header.names)
            whole = pl.scan_csv(path, glob=False, infer_schema=False, new_columns=names)
            frames[fact] = whole.with_columns(known_cells())
        else:
            raise UsageError(f"`{path}`: further facts are .parquet or .csv")
        if key not in names:
            raise CaseErrors([missing_column(key, path, names)])
        if texts and frames[fact].collect_schema()[key].is_integer():
            frames[fact] = frames[fact].with_columns(pl.col(key).cast(pl.String))
    return Further(frames, dict(asked.facts), key)


def _other_kind(path: Path, key: str, kind: Any, wanted: Any) -> Diagnostic:
    return Diagnostic(
        "MR513", f"`{key}` is {kind} in `{path}`, and {wanted} in the cases, so that none is equal",
        help="write keys alike in all files",
    )  # fmt: skip


class _reading:
    """What cannot be read of a file, told in words."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, _: object) -> None:
        from polars.exceptions import PolarsError

        if isinstance(error, PolarsError | OSError):
            raise damaged(
                f"cannot read `{self._path}`: {reason_of(error)[1]}",
                "is the file cut off, or does a line have too many cells?",
            ) from None


__all__ = ["Further", "open_further"]
