"""Errors that are found outside of the frames that are decided: of lines that are no cases, of keys
that tell no case apart, of further facts that belong to none."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from matchrules.diagnostics.model import Diagnostic

if TYPE_CHECKING:
    import polars as pl

PLACE: Final = "@place"  # of the case in its piece


def placed(errors: "pl.DataFrame", keys: "pl.Series") -> "pl.DataFrame":
    """The errors of a piece, with the places of their cases."""
    import polars as pl

    known = pl.DataFrame([keys]).with_row_index(PLACE).filter(pl.col(keys.name).is_not_null())
    known = known.unique(keys.name, keep="first")
    return errors.join(known, on=keys.name, how="left", maintain_order="left")


def add_faults(
    errors: "pl.DataFrame", keys: "pl.Series", faults: Mapping[int, tuple[Diagnostic, ...]]
) -> "pl.DataFrame":
    """The errors, which have places, with those faults among them in the order of the cases."""
    import polars as pl

    if not faults:
        return errors
    rows = [(place, each) for place in sorted(faults) for each in faults[place]]
    more = error_rows([each for _, each in rows], errors.schema)
    places = pl.Series(PLACE, [place for place, _ in rows], pl.UInt32)
    more = more.with_columns(keys.gather(places), places)
    whole = pl.concat([errors, more])
    return whole.sort(PLACE, maintain_order=True, nulls_last=True)


def error_rows(faults: list[Diagnostic], schema: "Mapping[str, pl.DataType]") -> "pl.DataFrame":
    """Faults as rows of such a frame, without keys."""
    import polars as pl

    told: dict[str, list[Any]] = {
        "code": [fault.code for fault in faults],
        "path": [fault.path for fault in faults],
        "reason": [_reason(fault) for fault in faults],
        "help": [fault.help for fault in faults],
    }
    count = len(faults)
    return pl.DataFrame(
        [pl.Series(name, told.get(name, [None] * count), dtype) for name, dtype in schema.items()]
    )


def _reason(fault: Diagnostic) -> str:
    return ": ".join([*fault.notes, fault.message]) if fault.notes else fault.message


def keyless_fault(key: str, why: str = "is missing") -> Diagnostic:
    """A case has no key."""
    return Diagnostic("MR536", f"the key `{key}` {why}", help="give every case a key of its own")


def repeated_fault(key: str) -> Diagnostic:
    """Several cases have one key."""
    return Diagnostic(
        "MR537", f"another case has the same `{key}`", help="give every case a key of its own"
    )


def ownerless_fault(fact: str, key: str, rows: int, owner: Any) -> Diagnostic:
    """Rows of further facts belong to no case; `owner` is their key, None where they have none."""
    said = "a row" if rows == 1 else f"{rows:,} rows"
    if owner is None:
        return Diagnostic(
            "MR524", f"`{fact}` has {said} without a key", path=fact,
            help=f"give every row the `{key}` of its case",
        )  # fmt: skip
    return Diagnostic(
        "MR524", f"`{fact}` has {said} of `{owner}`, which is no case", path=fact,
        help=f"correct the `{key}`, or add the case",
    )  # fmt: skip


__all__ = [
    "PLACE", "add_faults", "error_rows", "keyless_fault", "ownerless_fault", "placed",
    "repeated_fault",
]  # fmt: skip
