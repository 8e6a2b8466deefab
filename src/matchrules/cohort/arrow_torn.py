"""Whole cases with nothing where an instance of a many-fact belongs, which frames of facts cannot
say: they are read one by one, as the mappings that they stand for."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from matchrules.cohort.arrow_schema import arrow
from matchrules.diagnostics.model import CaseErrors

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from matchrules.ir import FactDeclaration
    from matchrules.rulebook import Book


def torn_rows(
    table: "pa.Table", declared: "Mapping[str, FactDeclaration]", row: str
) -> "pl.DataFrame | None":
    """The rows with a null among the instances of a fact, and the first such fact of each; None
    where there are none, which is cheap to see."""
    import polars as pl

    found = []
    for name, column in zip(table.schema.names, table.columns, strict=True):
        if name not in declared or not declared[name].many or not _is_list(column.type):
            continue
        if sum(chunk.flatten().null_count for chunk in column.chunks):
            lists = pl.DataFrame({name: pl.Series(column)}).with_row_index(row)
            each = lists.filter(pl.col(name).list.len() > 0).explode(name)
            rows = each.filter(pl.col(name).is_null()).select(row).unique()
            found.append(rows.with_columns(pl.lit(name).alias("path")))
    if not found:
        return None
    return pl.concat(found).unique(row, keep="first", maintain_order=True).sort(row)


def torn_errors(
    book: "Book", table: "pa.Table", torn: "pl.DataFrame", as_of: "date | str | None", explain: int
) -> "pl.DataFrame":
    """What `decide` says of each of these cases, in the words of a mapping: of `explain` of them;
    of the others, where it is."""
    import polars as pl

    from matchrules.cohort.one_by_one import errors, unexplained
    from matchrules.engine.columnar.columns import CASE

    row = torn.columns[0]
    faults: list[tuple[int, CaseErrors]] = []
    for case in torn[row].head(max(explain, 0)):
        facts = _mapping(book, table.slice(case, 1).to_pylist()[0])
        day = as_of if isinstance(as_of, date) else table.column(as_of or "as_of")[case].as_py()
        try:
            book.decide(facts, day)
        except CaseErrors as fault:
            faults.append((case, fault))
    told = [case for case, _ in faults]
    rest = torn.filter(~pl.col(row).is_in(told)).rename({row: CASE})
    marks = rest.with_columns(pl.lit("MR512").alias("code"))
    return pl.concat([errors(faults), unexplained(marks)]).rename({CASE: row})


def _mapping(book: "Book", given: Mapping[str, Any]) -> dict[str, Any]:
    """The case that a row stands for."""
    known = {
        (name, attribute)
        for base in book.bases for name, fact in base.facts.items() for attribute in fact.attributes
    }  # fmt: skip
    names = {name for name, _ in known}

    def instance(name: str, one: Any) -> Any:
        if not isinstance(one, Mapping):
            return one
        return {a: v for a, v in one.items() if v is not None and (name, a) in known}

    facts: dict[str, Any] = {}
    for column, value in given.items():
        fact, _, attribute = column.partition(".")
        if value is None:
            continue
        if column in names:
            several = isinstance(value, list)
            facts[column] = (
                [instance(column, one) for one in value] if several else instance(column, value)
            )
        elif (fact, attribute) in known:
            facts.setdefault(fact, {})[attribute] = value
    return facts


def _is_list(type_: Any) -> bool:
    types = arrow().types
    return bool(
        types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_)
    )


__all__ = ["torn_errors", "torn_rows"]
