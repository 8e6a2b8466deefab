"""Cases as they are read, as the frames that `decide_frame` takes: one for each fact, and one named
`as_of` that lists the cases."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matchrules.cohort.asked import Asked as AskedOfFrames
from matchrules.cohort.batch.cells import column
from matchrules.cohort.naming import AS_OF, given
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.ir import FactDeclaration

if TYPE_CHECKING:
    import polars as pl

    from matchrules.cohort.batch.json_cases import Row
    from matchrules.rulebook import Book

Frames = "dict[str, pl.DataFrame]"


def from_rows(
    rows: "Sequence[Row | None]",
    keys: "pl.Series",
    declared: Mapping[str, FactDeclaration],
    days: bool,
) -> "dict[str, pl.DataFrame]":
    """The frames of cases in the shape of case files, those that are None left out. `days`: each
    says its own."""
    import polars as pl

    places = [place for place, row in enumerate(rows) if row is not None]
    there: list[Row] = [row for row in rows if row is not None]
    listing = [keys if len(places) == len(rows) else keys.gather(places)]
    if days:
        listing.append(pl.Series(AS_OF, [row.get(AS_OF) for row in there], pl.String))
    frames = {AS_OF: pl.DataFrame(listing)}
    for name, fact in declared.items():
        if fact.many:
            lists = [(place, row.get(name)) for place, row in zip(places, there, strict=True)]
            found = [(place, one) for place, some in lists for one in some or ()]
        else:
            pairs = ((place, row.get(name)) for place, row in zip(places, there, strict=True))
            found = [(place, one) for place, one in pairs if one is not None]
        if not found:
            continue
        owners = keys.gather([place for place, _ in found])
        frames[name] = pl.DataFrame([
            owners,
            *(
                column(f"{name}.{attribute}", [one.get(attribute) for _, one in found], each.type)
                for attribute, each in fact.attributes.items()
            ),
        ])  # fmt: skip
    return frames


def from_frame(
    book: "Book",
    frame: "pl.DataFrame",
    asked: AskedOfFrames,
    declared: Mapping[str, FactDeclaration],
) -> "dict[str, pl.DataFrame]":
    """The frames of a frame with a row for each case: columns such as `step1.status`, and columns
    that hold whole facts, as structures, or lists of them."""
    import polars as pl

    key = asked.key
    nested = {
        name: dtype for name, dtype in frame.schema.items()
        if name in declared and name != key and isinstance(dtype, pl.Struct | pl.List)
    }  # fmt: skip
    day = asked.as_of if isinstance(asked.as_of, str) else AS_OF
    listing = frame.select(key, *([day] if day in frame.columns and day != key else []))
    frames: dict[str, pl.DataFrame] = {}
    rest = frame.drop(nested)
    if len(rest.columns) > len(listing.columns):
        for source in given(book.bases, rest, asked).sources:
            if source.fact is None:
                continue
            # by name: an attribute may be called as the key is
            known = frame.select(
                pl.col(key),
                *(pl.col(c).alias(f"{source.fact}.{a}") for a, c in source.columns.items()),
            )  # fmt: skip
            some = pl.any_horizontal(pl.exclude(key).is_not_null())
            frames[source.fact] = known.filter(some)
    for name, dtype in nested.items():
        if name in frames:
            raise CaseErrors([
                Diagnostic("MR505", f"`{name}` is there twice: as a column, and as the columns "
                           f"`{name}.…`", help="leave one of them out", path=name)
            ])  # fmt: skip
        frames[name] = _whole_facts(frame, key, declared[name], dtype)
    return {AS_OF: listing, **frames}


def _whole_facts(
    frame: "pl.DataFrame", key: str, fact: FactDeclaration, dtype: Any
) -> "pl.DataFrame":
    """The rows of a column that holds facts whole."""
    import polars as pl

    name = fact.name
    found = frame.select(key, name)
    if fact.many and isinstance(dtype, pl.List):
        found = found.filter(pl.col(name).list.len() > 0).explode(name)
        dtype = dtype.inner
    elif fact.many != isinstance(dtype, pl.List):
        takes = "a list of structures" if fact.many else "a structure"
        raise CaseErrors(
            [Diagnostic("MR512", f"`{name}` must be {takes}, not a column of {dtype}", path=name)]
        )
    if not isinstance(dtype, pl.Struct):
        raise CaseErrors([
            Diagnostic("MR512", f"`{name}` must hold structures of its attributes, not {dtype}",
                       path=name)
        ])  # fmt: skip
    found = found.filter(pl.col(name).is_not_null())
    return found.select(
        pl.col(key),
        *(pl.col(name).struct.field(f.name).alias(f"{name}.{f.name}") for f in dtype.fields),
    )


__all__ = ["from_frame", "from_rows"]
