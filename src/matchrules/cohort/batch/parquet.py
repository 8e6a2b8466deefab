"""A Parquet file of cases, some rows at a time."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from matchrules.cohort.batch.faults import damaged, reason_of, unopened

if TYPE_CHECKING:
    import polars as pl


@frozen
class Rows:
    """The rows of a Parquet file."""

    path: Path
    schema: "Mapping[str, pl.DataType]"
    rows: int

    @classmethod
    def open(cls, path: Path) -> "Rows":
        import polars as pl
        from polars.exceptions import PolarsError

        try:
            with path.open("rb") as opened:
                start = opened.read(4)
        except OSError as error:
            raise unopened(path, error) from None
        if start != b"PAR1":
            raise damaged(
                f"`{path}` is no Parquet file" if start else f"`{path}` is empty",
                "name it after what it holds: .parquet, .csv or .ndjson", "MR501",
            )  # fmt: skip
        try:
            scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
            schema = dict(scan.collect_schema())
            return cls(path, schema, scan.select(pl.len()).collect().item())
        except OSError as error:
            raise unopened(path, error) from None
        except PolarsError as error:
            raise damaged(
                f"`{path}` is not whole: where a Parquet file ends, it says what is in it, and "
                f"that cannot be read ({reason_of(error)[1]})",
                "is the file cut off? get the whole file",
            ) from None  # fmt: skip

    def take(self, at: int, most: int) -> "pl.DataFrame":
        """The rows from there on, at most so many."""
        import polars as pl
        from polars.exceptions import PolarsError

        scan = pl.scan_parquet(self.path, glob=False, hive_partitioning=False)
        try:
            return scan.slice(at, most).collect()
        except OSError as error:
            raise unopened(self.path, error) from None
        except PolarsError as error:
            end = min(at + most, self.rows)
            raise damaged(
                f"`{self.path}` is damaged between the rows {at + 1:,} and {end:,}: "
                f"{reason_of(error)[1]}", "get the file anew",
            ) from None  # fmt: skip


__all__ = ["Rows"]
