"""Whether a key tells one case apart: over all pieces, without all keys in memory.

Each piece keeps its keys in a file. At the end their hashes are sorted; only keys whose hashes are
there twice are looked at themselves.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def repeated(paths: Sequence[Path], key: str) -> "pl.Series | None":
    """The keys that are there more than once in those files, None where there are none."""
    import polars as pl

    hashes = [_keys(path, key).hash() for path in paths]
    if not hashes:
        return None
    ordered = pl.concat(hashes, rechunk=True).sort()
    twice = ordered.filter(ordered == ordered.shift(1)).unique()
    del ordered
    if not len(twice):
        return None
    found = pl.concat([
        keys.filter(keys.hash().is_in(twice.implode()))
        for keys in (_keys(path, key) for path in paths)
    ])  # fmt: skip
    again = found.filter(found.is_duplicated()).unique(maintain_order=True)
    return again if len(again) else None


def _keys(path: Path, key: str) -> "pl.Series":
    import polars as pl

    return pl.read_parquet(path, columns=[key], glob=False)[key].drop_nulls()


__all__ = ["repeated"]
