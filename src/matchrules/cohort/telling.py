"""What stands in a cohort that was decided in columns, as frames.

Frames here have `@case`, the number of the case in its piece, where those of users have the key.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from matchrules.cohort.checking import order_of
from matchrules.cohort.result import Column, name_of
from matchrules.cohort.shown import plain, shown, texts
from matchrules.engine.columnar import Result, Said
from matchrules.engine.columnar.columns import CASE
from matchrules.ir import STRENGTHS, FactDeclaration, RuleBase

_CODE: Final = "@code"
_KEY: Final = "@key"
_ORDER: Final = "@order"
_FIRST: Final = pl.Series([0], dtype=pl.UInt32)
_NO_TEXT: Final = pl.Series([None], dtype=pl.String)
Place = tuple[str, int]  # a rule, and which `then` of it


class Telling:
    """The answer for some cases under one rule base. `cases` has their numbers in the piece, None
    where they are all of it."""

    def __init__(self, base: RuleBase, result: Result, cases: pl.Series | None) -> None:
        self.base = base
        self.result = result
        self.columns = result.columns
        self.cases = cases
        self._ranks: dict[str, pl.Series | None] = {}
        self._abouts: dict[str, pl.Series] = {}

    @property
    def faulty(self) -> pl.Series:
        """The cases that show a fault."""
        return self._numbered(self.result.faulty.arg_true())

    def _numbered(self, rows: pl.Series) -> pl.Series:
        found = rows if self.cases is None else self.cases.gather(rows)
        return found.cast(pl.UInt32).alias(CASE)

    # Long ---------------------------------------------------------------------------------------

    def long(self, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """A row for each piece of advice, in order."""
        places = self._in_order()
        code = {place: n for n, place in enumerate(places)}
        said = [(each, code[each.rule, each.place]) for each in self.result.advice()]
        found = self._rows([(each, n) for each, n in said if len(each.case)])
        if found is None:
            return pl.DataFrame(schema={CASE: pl.UInt32(), **schema})
        found = self._sorted(found, places)
        static = self._static(places, schema)[found[_CODE]]
        told = pl.DataFrame([
            self._numbered(found[CASE]), *(
                (static if name in static.columns else found)[name].cast(dtype)
                for name, dtype in schema.items()
            ),
        ])  # fmt: skip
        return told

    def _in_order(self) -> list[Place]:
        """Every `then`, in the order in which their advice is told (13)."""
        return sorted(
            ((rule.name, n) for rule in self.base.rules.values() for n in range(len(rule.thens))),
            key=lambda place: (*self._prefix(place), place[1]),
        )

    def _prefix(self, place: Place) -> tuple[object, ...]:
        """What orders advice before its key."""
        rule = self.base.rules[place[0]]
        then = rule.thens[place[1]]
        return (
            -self.base.advice[then.kind].salience, STRENGTHS.index(then.strength), then.kind,
            then.subject, rule.full_name,
        )  # fmt: skip

    def _static(self, places: Sequence[Place], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """What is the same wherever a `then` speaks."""
        rules = [self.base.rules[name] for name, _ in places]
        thens = [rule.thens[n] for rule, (_, n) in zip(rules, places, strict=True)]
        columns = {
            "kind": [then.kind for then in thens], "subject": [then.subject for then in thens],
            "strength": [then.strength for then in thens],
            "rule": [rule.full_name for rule in rules], "rule_id": [rule.id for rule in rules],
        }  # fmt: skip
        return pl.DataFrame(columns, schema_overrides={name: schema[name] for name in columns})

    def _rows(self, said: Sequence[tuple[Said, int]]) -> pl.DataFrame | None:
        """All that is said, each with the number of its `then`."""
        if not said:
            return None
        columns: dict[str, list[pl.Series]] = {
            CASE: [], _CODE: [], _KEY: [], "about": [], "fields": [], "provisional": [],
        }  # fmt: skip
        for each, code in said:
            count, fact = len(each.case), self.base.rules[each.rule].fact
            columns[CASE].append(each.case)
            columns[_CODE].append(pl.Series([code], dtype=pl.UInt32).new_from_index(0, count))
            if each.row is not None and fact is not None:
                ranks = self._rank(fact)
                rank = each.row if ranks is None else ranks.gather(each.row)
                columns[_KEY].append(rank.cast(pl.UInt32))
                columns["about"].append(self._about(fact).gather(each.row))
            else:
                columns[_KEY].append(_FIRST.new_from_index(0, count))
                columns["about"].append(_NO_TEXT.new_from_index(0, count))
            columns["fields"].append(self._fields(each))
            columns["provisional"].append(each.provisional)
        return pl.DataFrame([pl.concat(parts).alias(name) for name, parts in columns.items()])

    def _fields(self, said: Said) -> pl.Series:
        """The fields as JSON, None where the subject has none."""
        declared = self.base.advice[said.then.kind].subjects[said.then.subject].fields
        if not said.fields:
            return _NO_TEXT.new_from_index(0, len(said.case))
        columns = [plain(said.fields[n], declared[n]).alias(n) for n in sorted(said.fields)]
        frame = pl.DataFrame(columns)
        return frame.select(pl.struct(pl.all()).struct.json_encode().alias("fields")).to_series()

    def _sorted(self, found: pl.DataFrame, places: Sequence[Place]) -> pl.DataFrame:
        """By case, and in each as it is told: by what is before the key, the key, the place."""
        every = pl.col(CASE).cast(pl.UInt64) * len(places)
        if not any(self.base.rules[name].fact for name, _ in places):
            return found.sort(every + pl.col(_CODE))
        prefixes: dict[tuple[object, ...], int] = {}
        ranks = [prefixes.setdefault(self._prefix(place), len(prefixes)) for place in places]
        order = pl.Series(ranks, dtype=pl.UInt32).gather(found[_CODE]).alias(_ORDER)
        by = [every + pl.col(_ORDER), _KEY, _CODE]
        return found.with_columns(order).sort(by)

    def _rank(self, fact: str) -> pl.Series | None:
        """What orders the instances of a fact by their keys; None where their rows do."""
        if fact not in self._ranks:
            declaration, frame = self.base.facts[fact], self.columns.facts[fact]
            attributes = sorted(declaration.attributes.values(), key=lambda a: a.never_read)
            keys = [declaration.attributes[name] for name in declaration.keys]
            if attributes[: len(keys)] == keys:
                self._ranks[fact] = None
            else:
                by = [pl.col(CASE), *(order_of(key, frame[key.name]) for key in keys)]
                order = frame.select(pl.arg_sort_by(by)).to_series()
                place = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
                self._ranks[fact] = place.gather(order.arg_sort())
        return self._ranks[fact]

    def _about(self, fact: str) -> pl.Series:
        """The key of each instance as text."""
        if fact not in self._abouts:
            declaration, frame = self.base.facts[fact], self.columns.facts[fact]
            self._abouts[fact] = key_texts(declaration, frame)
        return self._abouts[fact]

    # Wide ---------------------------------------------------------------------------------------

    def wide(self, columns: Sequence[Column]) -> pl.DataFrame:
        """A row for each case, null where it is at fault."""
        known = {
            against: {(kind, subject) for kind, subject, side in self._sides if side is against}
            for against in (False, True)
        }
        found: dict[tuple[str, str, bool], pl.Series] = {}
        for against, subjects in known.items():
            asked = [(k, s) for k, s, side in columns if side is against and (k, s) in subjects]
            if asked:
                told = self.result.advised(asked, against)
                found |= {(*subject, against): told[subject] for subject in asked}
        count = self.columns.cases
        frame = pl.DataFrame([
            found[column].alias(name_of(column)) if column in found
            else pl.repeat(False, count, dtype=pl.Boolean, eager=True).alias(name_of(column))
            for column in columns
        ])  # fmt: skip
        faulty = self.result.faulty
        if faulty.any():
            frame = frame.select(pl.when(~faulty).then(pl.all()).name.keep())
        every = pl.int_range(count, dtype=pl.UInt32, eager=True)
        return pl.DataFrame([self._numbered(every), *frame.get_columns()])

    @property
    def _sides(self) -> Iterator[Column]:
        from matchrules.ir import AGAINST

        for rule in self.base.rules.values():
            for then in rule.thens:
                yield then.kind, then.subject, then.strength in AGAINST

    # Derived facts ------------------------------------------------------------------------------

    def derived(self, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """A row for each case without fault, a column for each define of it."""
        fine = ~self.result.faulty
        values = self.result.derivations([
            name for name in schema if name in self.base.defines
            and not self._of_many(self.base.defines[name].fact)  # in this era, not in the last one
        ])  # fmt: skip
        columns = [self._numbered(pl.int_range(len(fine), dtype=pl.UInt32, eager=True))]
        for name, dtype in schema.items():
            if name not in values:
                columns.append(pl.repeat(None, len(fine), dtype=dtype, eager=True).alias(name))
                continue
            define = self.base.defines[name]
            column = shown(values[name], define.type, dtype)
            if define.fact is not None:  # of a single fact: where it is there
                rows = self.result.rows(define.fact).cast(pl.Int64)
                empty = pl.repeat(None, len(fine), dtype=dtype, eager=True)
                column = column if len(rows) == len(fine) else _spread(empty, rows, column)
            columns.append(column.alias(name))
        return pl.DataFrame(columns).filter(fine)

    def instances(self, fact: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """A row for each instance in cases without fault, with its key and what is defined."""
        if not self._of_many(fact):
            return pl.DataFrame(schema={CASE: pl.UInt32(), **schema})
        frame, declaration = self.columns.facts[fact], self.base.facts[fact]
        keys = {f"{fact}.{name}": name for name in declaration.keys}
        defines = self.base.defines
        values = self.result.derivations([
            name for name in schema if name in defines and defines[name].fact == fact
        ])  # fmt: skip
        columns = [self._numbered(frame[CASE])]
        for name, dtype in schema.items():
            if name in values:
                column = shown(values[name], self.base.defines[name].type, dtype)
            elif name in keys:
                attribute = declaration.attributes[keys[name]]
                column = shown(frame[attribute.name], attribute.type, dtype)
            elif name == "place":
                column = frame.select(pl.int_range(1, pl.len() + 1).over(CASE)).to_series()
            else:
                column = pl.repeat(None, frame.height, dtype=dtype, eager=True)
            columns.append(column.cast(dtype).alias(name))
        return pl.DataFrame(columns).filter(~self.result.faulty.gather(frame[CASE]))

    def _of_many(self, fact: str | None) -> bool:
        declaration = None if fact is None else self.base.facts.get(fact)
        return declaration is not None and declaration.many


def _spread(empty: pl.Series, rows: pl.Series, values: pl.Series) -> pl.Series:
    """The values at those rows, null elsewhere."""
    places = pl.DataFrame({"row": rows}).with_row_index("place")
    every = pl.int_range(len(empty), dtype=pl.Int64, eager=True).alias("row").to_frame()
    return values.gather(every.join(places, on="row", how="left", maintain_order="left")["place"])


def key_texts(declaration: FactDeclaration, frame: pl.DataFrame) -> pl.Series:
    """The keys of instances: as a text where it is one attribute, else as a JSON list."""
    types = {name: declaration.attributes[name].type for name in declaration.keys}
    if len(types) == 1:
        return next(texts(frame[name], type_) for name, type_ in types.items())
    columns = [
        # the value out of `{"_":value}`
        pl.DataFrame({"_": plain(frame[name], type_)})
        .select(pl.struct("_").struct.json_encode().str.slice(5).str.head(-1).alias(name))
        .to_series()
        for name, type_ in types.items()
    ]  # fmt: skip
    parts = ",".join("{}" for _ in columns)
    return pl.DataFrame(columns).select(pl.format(f"[{parts}]", *types)).to_series()


__all__ = ["Telling", "key_texts"]
