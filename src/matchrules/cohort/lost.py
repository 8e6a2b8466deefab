"""Rows of frames that belong to no case: nothing that was given is left out in silence."""

from collections.abc import Iterable

import polars as pl

from matchrules.cohort.pieces import Lost


def errors_of_lost(lost: Iterable[Lost], schema: pl.Schema) -> pl.DataFrame:
    """A row for each row without a key, and for each key of a many-fact that no case has."""
    key, key_type = next(iter(schema.items()))
    found = [pl.DataFrame(schema=schema)]
    for each in lost:
        named = f"`{each.source}` " if each.source else ""
        path = pl.lit(each.source or None, pl.String)
        without = each.without_key.cast(pl.Int64).alias("row").to_frame()
        found.append(without.select(
            pl.lit(None, key_type).alias(key), pl.lit("MR524").alias("code"), path.alias("path"),
            pl.format(f"{named}has no key in row {{}}", "row").alias("reason"),
            pl.lit(f"give every row its `{key}`").alias("help"),
        ))  # fmt: skip
        keys = each.without_case.get_column("@key")
        owned = each.without_case.select(
            keys.cast(key_type).alias(key), pl.lit("MR524").alias("code"), path.alias("path"),
            pl.when(pl.col("len") == 1)
            .then(pl.format(f"{named}has a row of `{{}}`, which is no case", keys.cast(pl.String)))
            .otherwise(
                pl.format(f"{named}has {{}} rows of `{{}}`, which is no case", "len",
                          keys.cast(pl.String))
            ).alias("reason"),
            pl.lit("give the case a row in a frame of a fact that is there once, or in one named "
                   "`as_of`").alias("help"),
        )  # fmt: skip
        found.append(owned)
    return pl.concat(found)


__all__ = ["errors_of_lost"]
