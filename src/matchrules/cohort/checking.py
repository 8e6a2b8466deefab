"""The facts of a piece under one rule base, in the form in which they are decided; and which cases
are at fault.

What is at fault is what `case.validation` and `case.values` find, found for whole columns.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl
from attrs import field, frozen

from matchrules.cohort.columns import CODE, ROW, read_columns
from matchrules.cohort.pieces import Part, Piece
from matchrules.engine.columnar.columns import CASE, THERE, dtype_of
from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase
from matchrules.types import SetOf

PATH: Final = "path"
MARKS: Final = {CASE: pl.UInt32, CODE: pl.String, PATH: pl.String}


@frozen(eq=False)
class Checked:
    """Facts in inner form. `marks` has the cases at fault, with code and path; each may be there
    several times. `facts` is as `engine.columnar.Columns` has it, once those cases are left out."""

    facts: Mapping[str, pl.DataFrame] = field(repr=False)
    marks: pl.DataFrame = field(repr=False)


def check(base: RuleBase, piece: Piece) -> Checked:
    """The facts of a piece as that rule base reads them."""
    facts, marks = {}, [pl.DataFrame(schema=MARKS)]
    for name, declaration in base.facts.items():
        part = piece.parts.get(name)
        if part is None:
            facts[name] = _none(declaration, piece.cases)
            continue
        checking = _Fact(declaration, part, piece.cases, marks)
        facts[name] = checking.many() if declaration.many else checking.single()
    for part in piece.parts.values():
        if part.source.fact is not None:
            _unknown(base, part, marks)
    return Checked(facts, pl.concat(marks))


def without(facts: Mapping[str, pl.DataFrame], chosen: pl.Series) -> dict[str, pl.DataFrame]:
    """The facts of the cases for which `chosen` is true."""
    number = (chosen.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    found = {}
    for name, frame in facts.items():
        if CASE in frame.schema:
            frame = frame.filter(chosen.gather(frame[CASE]))
            found[name] = frame.with_columns(number.gather(frame[CASE]).alias(CASE))
        else:
            found[name] = frame.filter(chosen)
    return found


def _none(declaration: FactDeclaration, cases: int) -> pl.DataFrame:
    """No such fact in any case."""
    attributes = {n: dtype_of(a.type) for n, a in declaration.attributes.items()}
    if declaration.many:
        return pl.DataFrame(schema={CASE: pl.UInt32, **attributes})
    nothing = pl.select(
        pl.repeat(False, cases, dtype=pl.Boolean).alias(THERE),
        *(pl.repeat(None, cases, dtype=dtype).alias(n) for n, dtype in attributes.items()),
    )
    return nothing


def _unknown(base: RuleBase, part: Part, marks: list[pl.DataFrame]) -> None:
    """Facts and attributes of other eras."""
    fact = part.source.fact or ""
    declaration = base.facts.get(fact)
    known = {} if declaration is None else declaration.attributes
    for attribute, column in part.source.columns.items():
        if attribute not in known:
            rows = part.frame[column].is_not_null().arg_true()
            _mark(marks, part.cases_of(rows), "MR510", f"{fact}.{attribute}")
    if declaration is None and not part.source.wide:
        _mark(marks, part.every_case, "MR510", fact)


def _mark(marks: list[pl.DataFrame], cases: pl.Series, code: str | pl.Series, path: str) -> None:
    if len(cases):
        found = cases.rename(CASE).cast(pl.UInt32).to_frame()
        codes = code if isinstance(code, pl.Series) else pl.lit(code)
        marks.append(found.with_columns(codes.alias(CODE), pl.lit(path).alias(PATH)))


class _Fact:
    """One fact type of a piece."""

    def __init__(
        self, declaration: FactDeclaration, part: Part, cases: int, marks: list[pl.DataFrame]
    ) -> None:
        self.declaration = declaration
        self.part = part
        self.cases = cases
        self.marks = marks
        self.inner = self._read()

    def _read(self) -> pl.DataFrame:
        """Every attribute, in inner form, for each row; what is wrong is marked."""
        columns, frame = self.part.source.columns, self.part.frame
        attributes = self.declaration.attributes
        given = [name for name in attributes if name in columns]
        read = read_columns(frame, [(columns[name], attributes[name].type) for name in given])
        found = dict(zip(given, read, strict=True))
        for name, column in found.items():
            if column.wrong is not None:
                cases = self.part.cases_of(column.wrong[ROW])
                self._marked(cases, column.wrong[CODE], name)
        self.wrong = {n: c.wrong[ROW] for n, c in found.items() if c.wrong is not None}
        return pl.DataFrame([
            found[name].value.alias(name) if name in found
            else _nothing(attribute, frame.height)
            for name, attribute in attributes.items()
        ])  # fmt: skip

    def _marked(self, cases: pl.Series, code: str | pl.Series, attribute: str = "") -> None:
        path = f"{self.declaration.name}.{attribute}" if attribute else self.declaration.name
        _mark(self.marks, cases, code, path)

    def single(self) -> pl.DataFrame:
        """One row for each case."""
        there = self._there()
        self._check_required(there)
        if self.part.cases is None:
            return self.inner.with_columns(there.alias(THERE))
        found = self.inner.with_columns(self.part.cases.alias(CASE)).filter(there)
        if _repeated(found[CASE]):
            found = found.unique(maintain_order=True)
            again = found[CASE].is_duplicated()
            self._marked(found[CASE].filter(again).unique(), "MR521")
            found = found.unique(CASE, keep="first", maintain_order=True)
        every = pl.select(pl.int_range(self.cases, dtype=pl.UInt32).alias(CASE))
        found = found.with_columns(pl.lit(True).alias(THERE))
        whole = every.join(found, on=CASE, how="left", maintain_order="left")
        return whole.drop(CASE).with_columns(pl.col(THERE).fill_null(False))

    def _there(self) -> pl.Series:
        """Whether the fact is there: in a wide frame, where one of its columns has a value."""
        frame, columns = self.part.frame, [*self.part.source.columns.values()]
        full = any(frame[name].null_count() == 0 for name in columns)
        if full or not self.part.source.wide:
            return pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
        return frame.select(pl.any_horizontal(pl.col(columns).is_not_null())).to_series()

    def _check_required(self, there: pl.Series | None = None) -> None:
        for name, attribute in self.declaration.attributes.items():
            if not attribute.required or self.inner[name].null_count() == 0:
                continue
            missing = self.inner[name].is_null()
            if there is not None:
                missing = missing & there
            if name in self.wrong:  # said already
                missing = missing.scatter(self.wrong[name], False)
            self._marked(self.part.cases_of(missing.arg_true()), "MR520", name)

    def many(self) -> pl.DataFrame:
        """The instances of each case, in canonical order."""
        self._check_required()
        found = self.inner.select(self.part.every_case.alias(CASE), pl.all())
        keys = [CASE, *self.declaration.keys]
        if not _repeated(found[CASE]):
            return found
        if len(keys) > 1 and found.select(pl.struct(keys).is_duplicated().any()).item():
            found = found.unique(maintain_order=True)
            known = pl.all_horizontal(pl.col(keys).is_not_null())  # the others lack a key
            again = found.filter(pl.struct(keys).is_duplicated() & known)
            self._marked(again[CASE].unique(), "MR521")
            found = found.unique(keys, keep="first", maintain_order=True)
        self._check_bound(found)
        return self._canonical(found)

    def _check_bound(self, found: pl.DataFrame) -> None:
        bound = self.declaration.bound or 0
        runs = found[CASE].rle().struct.unnest()
        self._marked(runs.filter(pl.col("len") > bound)["value"], "MR522")

    def _canonical(self, found: pl.DataFrame) -> pl.DataFrame:
        attributes = sorted(self.declaration.attributes.values(), key=lambda a: a.never_read)
        by = [pl.col(CASE), *(order_of(a, found[a.name]) for a in attributes)]
        return found.sort(by, nulls_last=False, maintain_order=True)


def order_of(attribute: AttributeDeclaration, column: pl.Series) -> pl.Expr:
    """What sorts a column as the language does: unknown first, sets as sorted lists."""
    if not isinstance(attribute.type, SetOf):
        return pl.col(attribute.name)
    bits = column.unique().drop_nulls().to_list()
    in_order = sorted(bits, key=lambda b: [n for n in range(b.bit_length()) if b >> n & 1])
    return pl.col(attribute.name).replace_strict(
        in_order, range(len(in_order)), default=None, return_dtype=pl.UInt32
    )


def _nothing(attribute: AttributeDeclaration, height: int) -> pl.Series:
    dtype = dtype_of(attribute.type)
    return pl.repeat(None, height, dtype=dtype, eager=True).alias(attribute.name)


def _repeated(cases: pl.Series) -> bool:
    """Whether a case is there twice; `cases` are ascending."""
    return bool((cases.slice(1) == cases.slice(0, max(len(cases) - 1, 0))).any())


__all__ = ["MARKS", "PATH", "Checked", "check", "order_of", "without"]
