"""What comes out of a cohort."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen

from matchrules.ir import AGAINST, STRENGTHS, RuleBase, Then

if TYPE_CHECKING:
    import polars as pl

    from matchrules.cohort.asked import Asked
    from matchrules.rulebook import Book


@frozen(eq=False)
class FrameDecision:
    """The advice on a cohort, or on a piece of it.

    `advice` is the long or the wide frame, `errors` has a row for each fault, `cases` is how many
    cases there were, those at fault included. `derived` and `instances` are there where asked for:
    a row for each case that was decided, a column for each define; and by many-fact, a row for
    each of its instances, with the defines said `for each`.
    """

    cases: int
    advice: "pl.DataFrame" = field(repr=False)
    errors: "pl.DataFrame" = field(repr=False)
    derived: "pl.DataFrame | None" = field(default=None, repr=False)
    instances: "Mapping[str, pl.DataFrame]" = field(factory=dict, repr=False)


@frozen(eq=False)
class Schemas:
    """The columns of each frame that comes out, the same for every piece of a cohort."""

    advice: "pl.Schema"
    errors: "pl.Schema"
    derived: "pl.Schema | None"
    instances: "Mapping[str, pl.Schema]"


Column = tuple[str, str, bool]  # of a wide frame: kind, subject, whether it tells what is against


def schemas(book: "Book", asked: "Asked", key_type: "pl.DataType") -> Schemas:
    """What comes out of that book for keys of that type: it depends on nothing else."""
    import polars as pl

    long = long_schema(book.bases, asked.texts)
    wide = {name_of(column): pl.Boolean() for column in wide_columns(book.bases)}
    advice = wide if asked.output == "wide" else long
    errors = dict.fromkeys(("code", "path", "reason", "help"), pl.String())
    derived, instances = derived_schemas(book.bases) if asked.derived else (None, {})

    def whole(columns: "Mapping[str, pl.DataType]") -> "pl.Schema":
        return pl.Schema({asked.key: key_type, **columns})

    return Schemas(
        whole(advice), whole(errors), None if derived is None else whole(derived),
        {name: whole(columns) for name, columns in instances.items()},
    )  # fmt: skip


def long_schema(bases: Sequence[RuleBase], texts: bool) -> "dict[str, pl.DataType]":
    """The columns of a long frame, but for the key."""
    import polars as pl

    rules = [rule for base in bases for rule in base.rules.values()]
    thens = [then for rule in rules for then in rule.thens]

    def names(found: Iterable[str]) -> pl.DataType:
        return pl.Enum(sorted(set(found)))

    return {
        "kind": names(then.kind for then in thens),
        "subject": names(then.subject for then in thens),
        "strength": pl.Enum(STRENGTHS), "about": pl.String(),
        "rule": names(rule.full_name for rule in rules),
        "rule_id": names(rule.id for rule in rules if rule.id is not None),
        "fields": pl.String(), "provisional": pl.Boolean(),
        **({"text": pl.String()} if texts else {}),
    }  # fmt: skip


def wide_columns(bases: Sequence[RuleBase]) -> list[Column]:
    """A column for each subject that a rule advises, and one for each that a rule advises
    against."""
    thens: Iterable[Then] = (t for b in bases for rule in b.rules.values() for t in rule.thens)
    return sorted({(then.kind, then.subject, then.strength in AGAINST) for then in thens})


def name_of(column: Column) -> str:
    """What a column of a wide frame is called."""
    kind, subject, against = column
    return f"against {kind}.{subject}" if against else f"{kind}.{subject}"


def derived_schemas(
    bases: Sequence[RuleBase],
) -> "tuple[dict[str, pl.DataType], dict[str, dict[str, pl.DataType]]]":
    """The columns of derived facts, but for the key: those of a case, and of instances by fact."""
    import polars as pl

    from matchrules.cohort.shown import shown_dtype

    cases: dict[str, pl.DataType] = {}
    instances: dict[str, dict[str, pl.DataType]] = {}
    for name in sorted({name for base in bases for name in base.defines}):
        defined = [(base, base.defines[name]) for base in bases if name in base.defines]
        dtype = shown_dtype(define.type for _, define in defined)
        fact = defined[-1][1].fact
        if fact is None or not defined[-1][0].facts[fact].many:
            cases[name] = dtype
            continue
        declared = [base.facts[fact] for base in bases if fact in base.facts]
        keys: dict[str, pl.DataType] = {}
        for key in declared[-1].keys:
            types = (d.attributes[key].type for d in declared if key in d.attributes)
            keys[f"{fact}.{key}"] = shown_dtype(types)
        keys = keys or {"place": pl.UInt32()}
        instances.setdefault(fact, keys)[name] = dtype
    return cases, instances


def together(parts: Sequence[FrameDecision], schemas: Schemas) -> FrameDecision:
    """The decisions on all the pieces, as one."""
    import polars as pl

    if len(parts) == 1:
        return parts[0]

    def whole(frames: Iterable[pl.DataFrame | None], schema: pl.Schema) -> pl.DataFrame:
        found = [frame for frame in frames if frame is not None and frame.height]
        return pl.concat(found) if found else pl.DataFrame(schema=schema)

    return FrameDecision(
        sum(part.cases for part in parts),
        whole((part.advice for part in parts), schemas.advice),
        whole((part.errors for part in parts), schemas.errors),
        None if schemas.derived is None
        else whole((part.derived for part in parts), schemas.derived),
        {
            name: whole((part.instances.get(name) for part in parts), schema)
            for name, schema in schemas.instances.items()
        },
    )  # fmt: skip
