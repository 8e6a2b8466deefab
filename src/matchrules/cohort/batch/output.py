"""The frames of all pieces as the files that were asked for.

Each is written whole where the work is kept, and only then put in its place: a file that is there
is a whole one.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from matchrules.cohort.batch.faults import not_written, writing
from matchrules.cohort.batch.faulty import PLACE
from matchrules.cohort.batch.journal import sync
from matchrules.diagnostics.model import UsageError

if TYPE_CHECKING:
    import polars as pl

FORMATS: Final = (".parquet", ".csv", ".ndjson")


def format_of(path: Path) -> str:
    """What to write there, by its name."""
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return ".ndjson"
    if suffix not in FORMATS:
        raise UsageError(f"cannot tell the format of `{path}`: name it .parquet, .csv or .ndjson")
    return suffix


def beside(out: Path, what: str) -> Path:
    """`ADVICE.parquet` -> `ADVICE.errors.parquet`."""
    return out.with_name(f"{out.stem}.{what}{out.suffix}")


def check_target(path: Path, force: bool) -> None:
    """Refuse what cannot be written in the end, before there is any work to lose."""
    if path.is_dir():
        raise UsageError(f"`{path}` is a folder: name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder `{path.parent}`: make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write in the folder `{path.parent}`: permission denied")
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise UsageError(f"`{path}` is no regular file")
    if path.exists() and not force:
        raise taken(path)


def taken(path: Path) -> UsageError:
    """The file is there already."""
    return UsageError(f"`{path}` is there already: name another file, or say `--force`")


def assemble(
    pieces: Sequence[Path],
    part: Path,
    kept: Path,
    key: str,
    without: "pl.Series | None",
    wide: bool = False,
) -> int | None:
    """Write the frames of all pieces, in their order, as one file, on disk when this returns.

    `without`: keys of which nothing is to be told. How many rows are left is counted then.
    """
    import polars as pl

    whole = pl.scan_parquet([*pieces], glob=False, hive_partitioning=False)
    whole = whole.drop(PLACE, strict=False)
    rows = None
    if without is not None:
        told = ~pl.col(key).is_in(without.implode()).fill_null(False)
        if wide:
            whole = whole.with_columns(pl.when(told).then(pl.exclude(key)))
        else:
            whole = whole.filter(told)
        rows = int(whole.select(pl.len()).collect().item())
    with writing(part, kept):
        if part.suffix == ".parquet":
            whole.sink_parquet(part)
        elif part.suffix == ".csv":
            whole.with_columns(_flat(whole.collect_schema())).sink_csv(part)
        else:
            whole.sink_ndjson(part)
        sync(part)
    return rows


def _flat(schema: "Mapping[str, pl.DataType]") -> "list[pl.Expr]":
    """What CSV has no cells for: lists parted by `;`, structures as JSON."""
    import polars as pl

    made = []
    for name, dtype in schema.items():
        if isinstance(dtype, pl.List):
            made.append(pl.col(name).cast(pl.List(pl.String)).list.join(";"))
        elif isinstance(dtype, pl.Struct):
            made.append(pl.col(name).struct.json_encode())
    return made


def put(parts: Iterable[tuple[Path, Path]], force: bool, kept: Path) -> None:
    """Put each whole file in its place."""
    for part, target in parts:
        if not part.exists():
            continue  # a run that was killed put it there
        if target.exists() and not force:
            raise taken(target)
        try:
            _move(part, Path(os.path.realpath(target)))  # a link stays one
        except OSError as error:
            raise not_written(target, error, kept) from None
        sync(target.absolute().parent)


def _move(part: Path, target: Path) -> None:
    """Put a file in its place in one step, also where that is on another disk."""
    try:
        os.replace(part, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside_it = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(part, beside_it)
            sync(beside_it)
            os.replace(beside_it, target)
        except BaseException:
            with suppress(OSError):
                beside_it.unlink()
            raise
        part.unlink()


__all__ = ["FORMATS", "assemble", "beside", "check_target", "format_of", "put", "taken"]
