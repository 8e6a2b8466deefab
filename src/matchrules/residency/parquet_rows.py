"""The rows of a Parquet file, read with Polars where it is installed."""

import io
import math
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final

from matchrules.residency.csv_rows import Record
from matchrules.residency.faults import Faults

MOST_ROWS: Final = 100_000  # are read: enough to say that there are too many


def parquet(content: bytes, faults: Faults) -> tuple[list[str], Iterator[Record]] | None:
    """The columns and the rows of a Parquet file, the first row being row 1; or a fault."""
    try:
        import polars
    except ImportError:
        faults.add(faults.fault(
            "MR809", f"`{faults.name}` is Parquet, which needs Polars",
            'install it with `pip install "matchrules[frames]"`, or give the catalogue as CSV',
        ))  # fmt: skip
        return None
    try:
        frame = polars.read_parquet(io.BytesIO(content), n_rows=MOST_ROWS)
        cells = frame.rows()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # a broken file can make Polars panic, which is no `Exception`
        message = f"`{faults.name}` is no Parquet file that Polars can read"
        faults.add(faults.fault("MR801", message, "write it anew, or give the catalogue as CSV"))
        return None
    rows = (Record(number, tuple(map(_plain, row))) for number, row in enumerate(cells, 1))
    return list(frame.columns), rows


def _plain(cell: Any) -> Any:
    """A cell without what only its way into the file has put there: whole numbers that became
    floats or decimals, gaps that became NaN, days that became midnights."""
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, Decimal) and cell.is_finite() and cell == cell.to_integral_value():
        return int(cell)
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date()
    return cell
