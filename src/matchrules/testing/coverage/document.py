"""Coverage as plain values, for JSON."""

from typing import Any

from matchrules.diagnostics.json import to_dict
from matchrules.testing.coverage.listing import WORDS
from matchrules.testing.coverage.measure import (
    ConditionItem,
    Coverage,
    Figures,
    Item,
    RowItem,
    RuleItem,
    Wanted,
)


def document(coverage: Coverage) -> dict[str, Any]:
    """The figures, what is missing, and what is excepted."""
    return {
        "format": 1,
        "examples": coverage.examples,
        "figures": _figures(coverage.figures()),
        "files": [
            {"file": name, "figures": _figures(coverage.figures(name))} for name in coverage.files
        ],
        "missing": [_item(coverage, item) for item in coverage.items if item.missing],
        "exceptions": [_item(coverage, item) for item in coverage.items if item.reason is not None],
        "faults": to_dict(coverage.faults, coverage.sources)["diagnostics"],
    }


def _figures(figures: dict[str, Figures]) -> dict[str, Any]:
    return {
        name: {
            "total": one.total,
            "covered": one.covered,
            "excepted": one.excepted,
            "percent": int(one.percent * 10) / 10,  # all but all is not all
        }
        for name, one in figures.items()
    }


def _item(coverage: Coverage, item: Item) -> dict[str, Any]:
    told: dict[str, Any] = {"place": coverage.place(item.span)}
    match item:
        case RuleItem():
            told |= {"what": "rule", "rule": item.name, "id": item.id}
        case RowItem():
            told |= {"what": "row", "table": item.table, "row": item.number, "text": item.text}
        case ConditionItem():
            told |= {
                "what": "condition",
                "in": item.decision.owner,
                "decision": item.decision.kind,
                "text": item.text,
                "words": item.words,
                "lacks": list(item.lacks),
                "wanted": [_wanted(coverage, item, one) for one in item.wanted],
            }
    if item.reason is not None:
        told["reason"] = item.reason
    return told


def _wanted(coverage: Coverage, item: ConditionItem, one: Wanted) -> dict[str, Any]:
    conditions = item.decision.conditions
    example = one.example
    return {
        "side": one.side,
        "values": [
            {"text": condition.text, "value": WORDS[value], "changed": n in one.changes}
            for n, (condition, value) in enumerate(zip(conditions, one.values, strict=True))
        ],
        "like": None if example is None else example.title or example.name,
        "like_place": None if example is None else coverage.place(example.span),
    }
