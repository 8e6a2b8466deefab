"""What the frames and their columns are called, and whether the rules know it.

Everything that is wrong with frames as such is found here, before a case is looked at.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from attrs import define, evolve, field, frozen

from matchrules.case.values import name_of_type
from matchrules.cohort.asked import Asked
from matchrules.cohort.columns import fits
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.types import Date, Type

Frame = pl.DataFrame | pl.LazyFrame
AS_OF = "as_of"  # the column, and the frame, that tells the day: as in a case file


@frozen(eq=False)
class Source:
    """Where the facts of one type are read.

    `columns` are the names of the columns in `frame` by attribute. `wide`: a fact is there where
    one of them has a value, else wherever there is a row. `fact` is None in a frame of days.
    """

    name: str
    frame: Frame = field(repr=False)
    columns: Mapping[str, str]
    fact: str | None
    many: bool = False
    wide: bool = False


@frozen(eq=False)
class Given:
    """The frames of a call. `day` is the name of the source whose column `day_column` has the
    days, None where the call has one for all."""

    sources: tuple[Source, ...]
    key: str
    key_type: pl.DataType
    day: str | None
    day_column: str

    @property
    def listing(self) -> tuple[Source, ...]:
        """The sources whose keys are the cases."""
        return tuple(source for source in self.sources if not source.many)


def given(bases: tuple[RuleBase, ...], frames: Any, asked: Asked) -> Given:
    """The frames of a call by what they hold.

    Raises `UsageError` where the call cannot be meant, and `CaseErrors` with everything in which
    the columns do not fit the rules.
    """
    return _Naming(bases, asked).given(frames)


@define
class _Naming:
    bases: tuple[RuleBase, ...]
    asked: Asked
    faults: list[Diagnostic] = field(factory=list)

    def given(self, frames: Any) -> Given:
        if isinstance(frames, Mapping):
            if not frames:
                raise UsageError("there are no frames: give one for each fact, or a wide one")
            whole = {_text(name): _frame(f"`{name}`", frame) for name, frame in frames.items()}
            sources = [s for n, f in whole.items() for s in self._of_fact(n, f)]
        else:
            whole = {"": _frame("what is given", frames)}
            sources = self._wide(whole[""])
        listing = [source for source in sources if not source.many]
        if not listing and not self.faults:
            raise UsageError(
                "there is no frame that lists the cases: give one of a fact that is there once, or "
                f"one named `{AS_OF}` with the keys and the days"
            )
        key_type = _key_type(self.asked.key, whole)
        day = self._day(listing)
        if self.faults:
            raise CaseErrors(sorted(self.faults, key=lambda f: (f.path or "", f.code, f.message)))
        named = self.asked.as_of if isinstance(self.asked.as_of, str) else AS_OF
        taken = {self.asked.key, *([named] if day is not None else [])}
        return Given(_narrowed(sources, taken), self.asked.key, key_type, day, named)

    # Names --------------------------------------------------------------------------------------

    def _declared(self, fact: str) -> FactDeclaration | None:
        """As the latest rules that have it declare it."""
        return next((b.facts[fact] for b in reversed(self.bases) if fact in b.facts), None)

    @property
    def _facts(self) -> dict[str, FactDeclaration]:
        """Of all eras."""
        return {name: fact for base in self.bases for name, fact in base.facts.items()}

    def _attributes(self, fact: str) -> dict[str, list[Type]]:
        """Of all eras, with their types."""
        found: dict[str, list[Type]] = {}
        for base in self.bases:
            if fact in base.facts:
                for name, attribute in base.facts[fact].attributes.items():
                    found.setdefault(name, []).append(attribute.type)
        return found

    def _of_fact(self, name: str, frame: Frame) -> list[Source]:
        """The source of a frame that is given under the name of a fact."""
        schema = frame.collect_schema()
        _need_key(self.asked.key, f"the frame `{name}`", schema)
        declaration = self._declared(name)
        if declaration is None:
            if name == AS_OF:
                return [Source(name, frame, {}, None)]
            if self.asked.extra != "ignore":
                self._unknown_fact(name)
            return []
        known = self._attributes(name)
        columns: dict[str, str] = {}
        for column in schema:
            if column == self.asked.key or (self._is_day(column) and column not in known):
                continue
            attribute = column.removeprefix(f"{name}.")
            if attribute in known:
                self._column(columns, name, attribute, column)
            elif self.asked.extra != "ignore":
                self._unknown_column(name, attribute, known)
        source = Source(name, frame, columns, name, declaration.many)
        self._check_types(source, schema, known)
        if not (isinstance(frame, pl.DataFrame) and frame.is_empty()):
            self._check_required(source)
        return [source]

    def _wide(self, frame: Frame) -> list[Source]:
        """The sources of one frame for all single facts."""
        schema = frame.collect_schema()
        _need_key(self.asked.key, "the frame", schema)
        single = {name: self._attributes(name) for name, f in self._facts.items() if not f.many}
        columns: dict[str, dict[str, str]] = {}
        for column in schema:
            if column == self.asked.key or self._is_day(column):
                continue
            fact, dot, attribute = column.partition(".")
            if not dot:
                owners = [name for name, known in single.items() if column in known]
                if len(owners) > 1:
                    choices = " or ".join(f"`{owner}.{column}`" for owner in sorted(owners))
                    self._fault("MR510", column, "could be an attribute of several facts",
                                f"name the column {choices}")  # fmt: skip
                    continue
                fact, attribute = (owners or [""])[0], column
            if attribute in single.get(fact, ()):
                self._column(columns.setdefault(fact, {}), fact, attribute, column)
            elif self.asked.extra != "ignore":
                self._unknown_wide(column, single)
        sources = [Source(n, frame, c, n, wide=True) for n, c in columns.items()]
        for source in sources:
            self._check_types(source, schema, single[source.name])
            self._check_required(source)
        return sources or [Source(AS_OF, frame, {}, None, wide=True)]

    def _column(self, columns: dict[str, str], fact: str, attribute: str, column: str) -> None:
        if attribute in columns:
            self._fault(
                "MR505", f"{fact}.{attribute}",
                f"is there twice: as the columns `{columns[attribute]}` and `{column}`",
                "leave one of them out",
            )  # fmt: skip
        columns[attribute] = column

    def _is_day(self, column: str) -> bool:
        return column == (self.asked.as_of if isinstance(self.asked.as_of, str) else AS_OF)

    # Faults -------------------------------------------------------------------------------------

    def _fault(self, code: str, path: str, message: str, help: str | None) -> None:
        self.faults.append(Diagnostic(code, f"`{path}` {message}", help=help, path=path))

    def _unknown_fact(self, name: str) -> None:
        help = did_you_mean(name, self._facts)
        if help is None:
            facts = ", ".join(f"`{fact}`" for fact in [*self._facts][:12])
            help = f'these are the facts: {facts}; or say `extra="ignore"`'
        self._fault("MR510", name, "is no fact that the rules know", help)

    def _unknown_column(self, fact: str, attribute: str, known: Iterable[str]) -> None:
        full = f"{fact}.{attribute}"
        if self._worked_out(full):
            return
        listed = ", ".join(f"`{name}`" for name in [*known][:12])
        help = did_you_mean(attribute, known) or (
            f'`{fact}` has {listed}; say `extra="ignore"` to pass over other columns'
        )
        self._fault("MR510", full, f"is no attribute of `{fact}`", help)

    def _unknown_wide(self, column: str, single: Mapping[str, Iterable[str]]) -> None:
        fact, dot, attribute = column.partition(".")
        declaration = self._declared(fact)
        if self._worked_out(column):
            return
        if dot and fact in single:
            self._unknown_column(fact, attribute, single[fact])
        elif dot and declaration is not None:
            self._fault(
                "MR512", column, f"is of a fact that may be there many times, as `{fact}` may",
                "give one frame for each fact, by name: this one has a row for each",
            )  # fmt: skip
        else:
            names = {f"{name}.{one}": one for name, known in single.items() for one in known}
            near = did_you_mean(column, names) or did_you_mean(column, names.values())
            self._fault(
                "MR510", column, "is no attribute that the rules know",
                near or 'name columns `fact.attribute`, or say `extra="ignore"`',
            )  # fmt: skip

    def _worked_out(self, name: str) -> bool:
        if not any(name in base.defines for base in self.bases):
            return False
        self._fault("MR511", name, "is worked out by the rules: it cannot be asserted",
                    'leave the column out, or say `extra="ignore"`')  # fmt: skip
        return True

    def _check_types(
        self, source: Source, schema: pl.Schema, known: Mapping[str, list[Type]]
    ) -> None:
        """A column whose values cannot be meant, unless it has none."""
        wrong = [
            (attribute, column)
            for attribute, column in source.columns.items()
            if not any(fits(schema[column], type_) for type_ in known[attribute])
        ]
        for attribute, column in wrong:
            if _has_values(source.frame, column):
                dtype = schema[column]
                self._fault(
                    "MR513", f"{source.name}.{attribute}",
                    f"must be {name_of_type(known[attribute][-1])}, not a column of {dtype}",
                    _cast(dtype, known[attribute][-1]),
                )  # fmt: skip

    def _check_required(self, source: Source) -> None:
        """A column without which every such fact would be at fault."""
        declared = [b.facts[source.name] for b in self.bases if source.name in b.facts]
        for name, attribute in declared[-1].attributes.items():
            needed = all(name in d.attributes and d.attributes[name].required for d in declared)
            if not needed or name in source.columns or any(
                fault.path and fault.path.startswith(f"{source.name}.") and fault.code == "MR510"
                and f"did you mean `{name}`?" == fault.help for fault in self.faults
            ):  # fmt: skip
                continue
            help = f"every `{source.name}` needs its `{attribute.name}`"
            if name == self.asked.key and not source.wide:
                help = (
                    f"the column `{name}` is the key of the case: name the attribute's "
                    f"`{source.name}.{name}`, or give `key` another name"
                )
            self._fault("MR520", f"{source.name}.{name}", "is missing: there is no such column",
                        help)  # fmt: skip

    # Days ---------------------------------------------------------------------------------------

    def _day(self, listing: list[Source]) -> str | None:
        """The source that tells the days."""
        named = self.asked.as_of if isinstance(self.asked.as_of, str) else AS_OF
        taken = {source.name: source.columns.values() for source in listing}
        found: dict[int, Source] = {}  # one for each frame
        for source in listing:
            if named in source.frame.collect_schema() and (
                named not in taken[source.name] or isinstance(self.asked.as_of, str)
            ):
                found.setdefault(id(source.frame), source)
        if len(found) > 1:
            names = " and ".join(f"`{source.name}`" for source in found.values())
            raise UsageError(f"the days are in one column: {names} both have `{named}`")
        if not found:
            if isinstance(self.asked.as_of, str):
                raise UsageError(
                    f"no frame that lists the cases has a column `{named}` for `as_of`"
                )
            if self.asked.as_of is None and listing:
                raise UsageError(
                    "`as_of` is missing, the day for which the cases are to be decided: give a "
                    f"day, or a column named `{AS_OF}`"
                )
            return None
        source = next(iter(found.values()))
        dtype = source.frame.collect_schema()[named]
        if not fits(dtype, Date()):
            self._fault("MR513", named, f"must be a date, not a column of {dtype}",
                        _cast(dtype, Date()))  # fmt: skip
        return source.name


def _narrowed(sources: list[Source], taken: set[str]) -> tuple[Source, ...]:
    """The same with no columns but those that are read: others cost time, and may be called as
    what is worked with."""
    read: dict[int, set[str]] = {}
    for source in sources:
        read.setdefault(id(source.frame), set(taken)).update(source.columns.values())
    frames = {id(source.frame): source.frame for source in sources}
    narrow = {
        name: frame.select([c for c in frame.collect_schema() if c in read[name]])
        for name, frame in frames.items()
    }
    return tuple(evolve(source, frame=narrow[id(source.frame)]) for source in sources)


def _text(name: Any) -> str:
    if not isinstance(name, str):
        raise UsageError(f"frames are given by the names of facts, not by {name!r}")
    return name


def _frame(name: str, frame: Any) -> Frame:
    if isinstance(frame, pl.DataFrame | pl.LazyFrame):
        return frame
    if hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        return pl.DataFrame(frame)
    raise UsageError(
        f"{name} must be a Polars DataFrame or LazyFrame, or a table that speaks the Arrow C "
        f"interface, not an object of type `{type(frame).__name__}`"
    )


def _need_key(key: str, where: str, schema: pl.Schema) -> None:
    if key in schema:
        return
    listed = ", ".join(f"`{name}`" for name in [*schema][:12]) or "none"
    near = did_you_mean(key, schema)
    raise UsageError(
        f"{where} has no column `{key}` with the keys of the cases; its columns are {listed}: say "
        f"which with `key=…`" + (f" ({near})" if near else "")
    )


def _key_type(key: str, frames: Mapping[str, Frame]) -> pl.DataType:
    """The type of the keys: the same in all frames, apart from the width of integers."""
    types = {name: frame.collect_schema()[key] for name, frame in frames.items()}
    for name, dtype in types.items():
        if not (dtype.is_integer() or dtype in (pl.String, pl.Date, pl.Categorical, pl.Enum)):
            where = f" in `{name}`" if name else ""
            raise UsageError(f"keys are integers, texts or dates: `{key}`{where} is {dtype}")
    plain = {
        pl.String() if dtype in (pl.Categorical, pl.Enum) else dtype for dtype in types.values()
    }
    if len(plain) == 1:
        return plain.pop()
    if all(dtype.is_integer() for dtype in plain):
        return pl.Int128() if pl.UInt64 in plain else pl.Int64()
    told = ", ".join(f"{dtype} in `{name}`" for name, dtype in types.items())
    raise UsageError(f"the keys are of different types: `{key}` is {told}")


def _has_values(frame: Frame, column: str) -> bool:
    found = frame.lazy().select(pl.col(column).is_not_null().any()).collect()
    return bool(found.item())


def _cast(dtype: pl.DataType, type_: Type) -> str:
    if isinstance(type_, Date) and isinstance(dtype, pl.Datetime):
        return "give the day without a time: `.dt.date()`"
    if dtype.is_float():
        return "give whole numbers: cast the column to Int64"
    return "cast the column, or give texts as in a case file"


__all__ = ["AS_OF", "Frame", "Given", "Source", "given"]
