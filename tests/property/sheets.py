"""Cases as frames, and what is to come out of them by what `Book.decide` says of each alone."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

import polars as pl
from attrs import frozen

from matchrules.case.values import Written
from matchrules.cohort.shown import shown_dtype
from matchrules.diagnostics.model import CaseErrors
from matchrules.ir import RuleBase
from matchrules.rulebook import Book
from matchrules.types import Date, Enum, Number, SetOf, Text, Type, YesNo

JUNK = (
    "x",
    "unknown",
    "-1",
    "99999999",
    "1.2345678",
    "3 parsecs",
    "2026-02-30",
    "31 June",
    "a;a",
    "",
)
ERRORS = ["code", "path", "reason", "help"]
ADVICE = ["kind", "subject", "strength", "about", "rule", "rule_id", "fields", "provisional"]


@frozen
class Sheets:
    """Frames, and each case as a mapping that says the same."""

    frames: Any
    cases: Mapping[int, dict[str, Any]]


def sheets(base: RuleBase, cases: Sequence[dict[str, Any]], rng: Random, spoil: float) -> Sheets:
    """Some of the columns are texts, of which some are spoilt; rows are in any order."""
    said: dict[int, dict[str, Any]] = {n: {} for n in range(len(cases))}
    days = [case.get("as_of") for case in cases]
    facts = {}
    for fact in base.facts.values():
        rows = []
        for n, case in enumerate(cases):
            given = case.get(fact.name)
            if given is not None:
                rows += [(n, row) for row in (given if fact.many else [given])]
        if rng.random() < 0.5:
            rng.shuffle(rows)
        if not rows and rng.random() < 0.7:
            continue
        facts[fact.name] = _fact(fact.name, fact, rows, said, rng, spoil)
    single = {name: f for name, f in facts.items() if not base.facts[name].many}
    for n, day in enumerate(days):
        if day is not None:
            said[n]["as_of"] = day
    listing = pl.DataFrame({"case": range(len(cases)), "as_of": days},
                           schema={"case": pl.Int64, "as_of": pl.Date})  # fmt: skip
    if len(single) == len(facts) and rng.random() < 0.5:
        wide = listing
        for name, frame in single.items():
            named = {c: f"{name}.{c}" for c in frame.columns if c != "case"}
            wide = wide.join(frame.rename(named), on="case", how="left", maintain_order="left")
        for case in said.values():  # a fact of which nothing is known is not there
            for name in single:
                if not any(v is not None for v in case.get(name, {}).values()):
                    case.pop(name, None)
        return Sheets(wide.sort("case") if rng.random() < 0.5 else wide, said)
    return Sheets({"as_of": listing, **facts}, said)


def _fact(
    name: str, fact: Any, rows: list[Any], said: dict[int, dict[str, Any]], rng: Random,
    spoil: float,
) -> pl.DataFrame:  # fmt: skip
    columns = {"case": pl.Series([n for n, _ in rows], dtype=pl.Int64)}
    told: list[dict[str, Any]] = [{} for _ in rows]
    for attribute in fact.attributes.values():
        raw = [row.get(attribute.name) for _, row in rows]
        column, values = _column(raw, attribute.type, rng, spoil)
        columns[attribute.name] = column
        for row, value in zip(told, values, strict=True):
            if value is not None:
                row[attribute.name] = value
    for (n, _), row in zip(rows, told, strict=True):
        if fact.many:
            said[n].setdefault(name, []).append(row)
        else:
            said[n][name] = row
    return pl.DataFrame(columns)


def _column(raw: list[Any], type_: Type, rng: Random, spoil: float) -> tuple[pl.Series, list[Any]]:
    """A column, and what it says as values of a mapping."""
    dtype = shown_dtype([type_])
    if rng.random() < 0.4 or isinstance(type_, Text):
        texts = [None if value is None else _text(value) for value in raw]
        if not isinstance(type_, Text):
            texts = [
                rng.choice(JUNK) if t is not None and rng.random() < spoil else t for t in texts
            ]
        values = [None if t is None else _meant(t, type_) for t in texts]
        return pl.Series(texts, dtype=pl.String), values
    if isinstance(type_, Number) and type_.places and rng.random() < 0.6:
        floats = [None if value is None else float(value) for value in raw]
        return pl.Series(floats, dtype=pl.Float64), floats
    if isinstance(type_, SetOf):
        lists = [None if value is None else sorted(value) for value in raw]
        return pl.Series(lists, dtype=dtype), lists
    if isinstance(type_, Enum):
        kind = rng.choice([dtype, pl.String(), pl.Categorical()])
        return pl.Series(raw, dtype=pl.String).cast(kind), raw
    if isinstance(type_, YesNo | Date | Number):
        return pl.Series(raw, dtype=dtype), raw
    texts = [None if value is None else str(value) for value in raw]
    return pl.Series(texts, dtype=pl.String), texts


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset | set | list | tuple):
        return "; ".join(sorted(value)) or "()"
    return value.isoformat() if isinstance(value, date) else str(value)


def _meant(text: str, type_: Type) -> Any:
    if isinstance(type_, SetOf) and text:
        parts = [] if text == "()" else text.replace(";", ",").split(",")
        return [Written(part.strip(), bare=False) for part in parts]
    return Written(text, bare=False)


# What is to come out ------------------------------------------------------------------------------


def expected(
    book: Book, cases: Mapping[int, dict[str, Any]], engine: Any = "interpreter"
) -> tuple[list[Any], list[Any]]:
    """The rows of the advice and of the errors."""
    advice: list[Any] = []
    errors: list[Any] = []
    for n, case in cases.items():
        try:
            decision = book.decide(case, engine=engine).to_dict()
        except CaseErrors as found:
            errors += [
                (n, d.code, d.path, "\n".join((d.message, *d.notes)), d.help)
                for d in found.diagnostics
            ]
            continue
        for a in decision["advice"]:
            about = a["about"]
            shown = about if isinstance(about, str | None) else _json(about)
            advice.append((
                n, a["kind"], a["subject"], a["strength"], None if about == [] else shown,
                a["rule"], a["id"], _json(a["fields"]) if a["fields"] else None, a["provisional"],
            ))  # fmt: skip
    return advice, errors


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def came_out(decided: Any) -> tuple[list[Any], list[Any]]:
    return (
        decided.advice.select("case", *ADVICE).rows(),
        decided.errors.select("case", *ERRORS).rows(),
    )
