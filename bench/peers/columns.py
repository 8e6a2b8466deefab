"""Ways to decide a whole cohort: Polars by hand, DuckDB, and an index of bits in NumPy.

Each is made from rules, `prepare` brings the wide frame into its own form, `run` is what is
measured: one Boolean for each rule and applicant, held as the library holds it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from workload import DECIMALS, ENUMS, FLAGS, INTEGERS, Rule

from peers.plain import Bits

_POLARS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class PolarsByHand:
    """An expression for each rule; the derived facts are columns that later expressions name."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        first = [rule for rule in rules if rule.level == 1]
        second = [rule for rule in rules if rule.level == 2]
        self.names = [rule.name for rule in (*first, *second)]
        self.first = [self.expression(rule) for rule in first]
        self.derived = [pl.col(rule.name).alias(rule.derive) for rule in first if rule.derive]
        self.second = [self.expression(rule) for rule in second]
        self.kept = [rule.name for rule in first]

    def closed(self, condition: pl.Expr) -> pl.Expr:
        return condition.fill_null(False)

    def expression(self, rule: Rule) -> pl.Expr:
        tests = [pl.col(rule.needs)] if rule.needs else []
        for name, op, value in rule.when:
            if name in FLAGS:
                tests.append(pl.col(name) if value == (op == "==") else ~pl.col(name))
            else:
                tests.append(getattr(pl.col(name), _POLARS[op])(pl.lit(value)))
        condition = tests[0]
        for test in tests[1:]:
            condition = condition & test
        return self.closed(condition).alias(rule.name)

    def prepare(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame

    def run(self, given: pl.DataFrame) -> pl.DataFrame:
        lazy = given.lazy().with_columns(self.first).with_columns(self.derived)
        return lazy.select(*self.kept, *self.second).collect()

    def fired(self, found: pl.DataFrame, rows: int) -> Iterator[set[str]]:
        for row in found.head(rows).iter_rows(named=True):
            yield {name for name, fires in row.items() if fires}


class PolarsWhen(PolarsByHand):
    """The same with `when … then … otherwise`, which knows no unknown."""

    def closed(self, condition: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(pl.lit(True)).otherwise(pl.lit(False))


class DuckDB:
    """A query with a column for each rule, the result a table."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import duckdb

        self.database = duckdb.connect()
        self.database.execute("SET preserve_insertion_order = true")
        first = [rule for rule in rules if rule.level == 1]
        second = [rule for rule in rules if rule.level == 2]
        told = [f"{self.condition(rule)} AS {rule.name}" for rule in first]
        derived = [f"{rule.name} AS {rule.derive}" for rule in first if rule.derive]
        kept = [rule.name for rule in first]
        kept += [f"{self.condition(rule)} AS {rule.name}" for rule in second]
        self.query = (
            f"WITH a AS (SELECT *, {', '.join(told)} FROM cohort) "
            f"SELECT {', '.join(kept)} FROM (SELECT *, {', '.join(derived)} FROM a)"
        )

    @staticmethod
    def condition(rule: Rule) -> str:
        tests = [rule.needs] if rule.needs else []
        for name, op, value in rule.when:
            written = f"'{value}'" if name in ENUMS else str(value).upper()
            tests.append(f"{name} {({'==': '=', '!=': '<>'}).get(op, op)} {written}")
        return f"CASE WHEN {' AND '.join(tests)} THEN TRUE ELSE FALSE END"

    def prepare(self, frame: pl.DataFrame) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "cohort.parquet"
            frame.with_columns(pl.col(list(ENUMS)).cast(pl.String)).write_parquet(path)
            self.database.execute(f"CREATE TABLE cohort AS SELECT * FROM read_parquet('{path}')")
        for name, members in ENUMS.items():
            listed = ", ".join(f"'{member}'" for member in members)
            self.database.execute(f"CREATE TYPE kind_of_{name} AS ENUM ({listed})")
            self.database.execute(f"ALTER TABLE cohort ALTER {name} TYPE kind_of_{name}")

    def run(self, given: None) -> None:
        self.database.execute(f"CREATE OR REPLACE TEMP TABLE told AS {self.query}")

    def fired(self, found: None, rows: int) -> Iterator[set[str]]:
        told = self.database.execute(f"SELECT * FROM told LIMIT {rows}")
        names = [column[0] for column in told.description]
        for row in told.fetchall():
            yield {name for name, fires in zip(names, row, strict=True) if fires}


class NumpyBits:
    """For each attribute a row of packed bits for the slot of its value; all rows together; then
    what the derived facts open, a byte at a time."""

    block = 2048  # rows that fit in a cache

    def __init__(self, rules: Sequence[Rule]) -> None:
        import numpy as np

        bits = Bits(rules)
        self.names = bits.names
        self.words = -(-len(rules) // 64)
        self.numbers = []
        for name, points, masks, unknown in bits.numbers:
            cuts = np.array(points, dtype=float)
            table = None
            if name in INTEGERS:
                low, high = points[0] - 1, points[-1] + 1
                grid = np.arange(low, high + 1)
                table = (low, high, self.slots(cuts, grid))
            self.numbers.append((name, cuts, self.rows([*masks, unknown]), table, len(masks)))
        self.kinds = [
            (name, self.rows([table[value] for value in ENUMS.get(name, (False, True))]))
            for name, table in bits.words
        ]
        self.derived_bytes, self.deriving = -(-bits.deriving // 8), bits.deriving
        # the rules that need a derived fact have the highest bits
        lowest = (bits.second & -bits.second).bit_length() - 1 if bits.second else 64 * self.words
        self.start = lowest // 64
        self.first = self.rows([bits.full & ~bits.second])[0][self.start :]
        self.opens = [
            np.ascontiguousarray(
                self.rows([bits.opened_by(place, byte) for byte in range(256)])[:, self.start :]
            )
            for place in range(self.derived_bytes)
        ]

    @staticmethod
    def slots(cuts: Any, values: Any) -> Any:
        import numpy as np

        found = np.searchsorted(cuts, values, "left") + np.searchsorted(cuts, values, "right")
        return found.astype(np.int32)

    def rows(self, masks: Sequence[int]) -> Any:
        import numpy as np

        written = b"".join(mask.to_bytes(self.words * 8, "little") for mask in masks)
        return np.frombuffer(written, dtype=np.uint64).reshape(-1, self.words).copy()

    def prepare(self, frame: pl.DataFrame) -> dict[str, Any]:
        """Columns as arrays: members by their place, an unknown number as not a number."""
        import numpy as np

        found = {}
        for name in frame.columns:
            column = frame[name]
            if name in ENUMS:
                found[name] = column.to_physical().to_numpy().astype(np.int32)
            elif name in DECIMALS:
                found[name] = column.fill_null(float("nan")).to_numpy()
            else:
                found[name] = column.to_numpy()
        return found

    def run(self, given: dict[str, Any]) -> Any:
        import numpy as np

        chosen = []
        for name, cuts, rows, table, unknown in self.numbers:
            values = given[name]
            if table is not None:
                low, high, known = table
                slot = known[np.clip(values, low, high) - low]
            else:
                slot = self.slots(cuts, values)
                slot[np.isnan(values)] = unknown
            chosen.append((slot, rows))
        chosen += [(given[name].astype(np.int32), rows) for name, rows in self.kinds]
        count = len(chosen[0][0])
        out = np.empty((count, self.words), dtype=np.uint64)
        spare = np.empty((self.block, self.words), dtype=np.uint64)
        opened = np.empty((self.block, self.words - self.start), dtype=np.uint64)
        more = np.empty_like(opened)
        for begin in range(0, count, self.block):
            end = min(count, begin + self.block)
            part, size = out[begin:end], end - begin
            part[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
            for slot, rows in chosen:
                np.take(rows, slot[begin:end], axis=0, out=spare[:size], mode="clip")
                np.bitwise_and(part, spare[:size], out=part)
            self.open(part, opened[:size], more[:size])
        return out

    def open(self, part: Any, opened: Any, more: Any) -> None:
        import numpy as np

        octets = part.view(np.uint8)
        opened[:] = self.first
        for place, rows in enumerate(self.opens):
            octet = octets[:, place]
            if place == self.derived_bytes - 1 and self.deriving % 8:
                octet = octet & ((1 << self.deriving % 8) - 1)
            np.take(rows, octet, axis=0, out=more, mode="clip")
            np.bitwise_or(opened, more, out=opened)
        np.bitwise_and(part[:, self.start :], opened, out=part[:, self.start :])

    def fired(self, found: Any, rows: int) -> Iterator[set[str]]:
        import numpy as np

        for row in found[:rows]:
            flags = np.unpackbits(row.view(np.uint8), bitorder="little")
            yield {self.names[bit] for bit in np.nonzero(flags)[0] if bit < len(self.names)}
