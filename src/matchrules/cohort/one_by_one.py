"""Decisions that were made case by case, as the frames that columns give."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from attrs import define, field

from matchrules.case.values import read_value
from matchrules.cohort.checking import MARKS
from matchrules.cohort.result import Column, name_of
from matchrules.cohort.shown import python_shown
from matchrules.decision import Advice, Decision, plain_value
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.engine.columnar.columns import CASE
from matchrules.ir import AGAINST, RuleBase
from matchrules.types import python_value

_ERRORS = ("code", "path", "reason", "help")


@define
class Decisions:
    """Decisions by the number of the case, in order."""

    made: list[tuple[int, Decision]] = field(factory=list)

    def long(self, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        rows = [
            (case, *_told(advice, schema)) for case, decision in self.made for advice in decision
        ]
        return _frame({CASE: pl.UInt32(), **schema}, rows)

    def wide(self, columns: Sequence[Column]) -> pl.DataFrame:
        rows = []
        for case, decision in self.made:
            said = {(a.kind, a.subject, a.strength in AGAINST) for a in decision}
            rows.append((case, *(column in said for column in columns)))
        names = [name_of(column) for column in columns]
        return _frame({CASE: pl.UInt32(), **dict.fromkeys(names, pl.Boolean())}, rows)

    def derived(self, base: RuleBase, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """Decisions under that rule base. What it says for each of many is no column of a case."""
        there = {
            name for name, define in base.defines.items()
            if define.fact is None or not base.facts[define.fact].many
        }  # fmt: skip
        rows = [
            (case, *(
                _derived(decision.derived[n], dtype) if n in there else None
                for n, dtype in schema.items()
            ))
            for case, decision in self.made
        ]  # fmt: skip
        return _frame({CASE: pl.UInt32(), **schema}, rows)

    def instances(
        self, base: RuleBase, fact: str, schema: Mapping[str, pl.DataType]
    ) -> pl.DataFrame:
        """A row for each instance of a fact, also where that rule base defines nothing for it."""
        rows: list[tuple[Any, ...]] = []
        declaration = base.facts.get(fact)
        if declaration is None or not declaration.many:
            return _frame({CASE: pl.UInt32(), **schema}, rows)
        types = {name: declaration.attributes[name].type for name in declaration.keys}
        defined = [n for n in schema if n in base.defines and base.defines[n].fact == fact]
        for case, decision in self.made:
            values = {n: _each(decision.derived[n]) for n in defined}
            for n, instance in enumerate(decision.facts.get(fact, ())):
                row: dict[str, Any] = {"place": n + 1}
                for name, type_ in types.items():
                    value = read_value(instance[name], type_)
                    row[f"{fact}.{name}"] = None if value is None else python_value(value, type_)
                row |= {name: each[n] for name, each in values.items()}
                rows.append(
                    (case, *(python_shown(row.get(n), dtype) for n, dtype in schema.items()))
                )
        return _frame({CASE: pl.UInt32(), **schema}, rows)


def errors(faults: Iterable[tuple[int, CaseErrors]]) -> pl.DataFrame:
    """A row for each fault."""
    rows = [
        (case, *row_of(diagnostic)) for case, found in faults for diagnostic in found.diagnostics
    ]
    return _frame({CASE: pl.UInt32(), **dict.fromkeys(_ERRORS, pl.String())}, rows)


def row_of(fault: Diagnostic) -> tuple[str | None, ...]:
    """A fault as a row of the errors: its notes follow the sentence, a line each."""
    reason = "\n".join((fault.message, *fault.notes))
    return fault.code, fault.path, reason, fault.help


def unexplained(marks: pl.DataFrame) -> pl.DataFrame:
    """What is known of cases that were not decided again: a row for each thing marked."""
    asked = pl.lit("decide it alone, or give `explain` a larger number")
    path = pl.col("path")
    return marks.unique(maintain_order=True).sort(CASE, maintain_order=True).select(
        pl.col(CASE), pl.col("code"), path,
        pl.when(path.is_null()).then(pl.lit("the case is at fault"))
        .otherwise(pl.format("`{}` is at fault", path)).alias("reason"),
        asked.alias("help"),
    )  # fmt: skip


def _told(advice: Advice, schema: Mapping[str, pl.DataType]) -> list[Any]:
    about = advice.about
    row = {
        "kind": advice.kind, "subject": advice.subject, "strength": advice.strength,
        "about": None if about is None or about == () else _about(about), "rule": advice.rule,
        "rule_id": advice.id, "fields": _json(advice.fields) if advice.fields else None,
        "provisional": advice.provisional, "text": advice.text,
    }  # fmt: skip
    return [row[name] for name in schema]


def _about(about: Any) -> str:
    found = plain_value(about, None)
    return found if isinstance(found, str) else _json(found)


def _json(value: Any) -> str:
    plain = plain_value(value, None)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _derived(value: Any, dtype: pl.DataType) -> Any:
    if isinstance(value, Mapping):  # of a single fact: it has one constant key, or is not there
        value = next(iter(value.values()), None)
    elif isinstance(value, tuple):
        value = value[0] if value else None
    return python_shown(value, dtype)


def _each(value: Any) -> Sequence[Any]:
    """What is said for each instance, in their order."""
    return [*value.values()] if isinstance(value, Mapping) else value


def _frame(schema: Mapping[str, pl.DataType], rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


__all__ = ["MARKS", "Decisions", "errors", "row_of", "unexplained"]
