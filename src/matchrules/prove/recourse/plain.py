"""The answer as JSON-ready values."""

from collections.abc import Mapping
from typing import Any

from matchrules.case.values import plain as plain_value
from matchrules.prove.recourse.model import Instance, Recourse
from matchrules.types import Value


def plain(told: Recourse) -> dict[str, Any]:
    """What `Recourse.to_dict` gives."""

    def values(fact: str, known: Mapping[str, Value]) -> dict[str, Any]:
        return {name: plain_value(v, told.type_of(fact, name)) for name, v in known.items()}

    def which(one: Instance | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {"number": one.number, "key": values(one.fact, one.key) or None,
                "values": values(one.fact, one.values)}  # fmt: skip

    return {
        "format": 1,
        "subject": told.subject,
        "aim": told.aim,
        "answer": told.answer,
        "proved": told.proved,
        "cost": told.cost,
        "within": told.within,
        "changed": [
            {
                "fact": one.fact, "attribute": one.attribute, "instance": which(one.instance),
                "from": plain_value(one.before, told.type_of(one.fact, one.attribute)),
                "to": plain_value(one.after, told.type_of(one.fact, one.attribute)),
            }
            for one in told.changed
        ],
        "added": [{"fact": one.fact, "values": values(one.fact, one.values)} for one in told.added],
        "removed": [{"fact": one.fact, **(which(one) or {})} for one in told.removed],
        "obstacles": [
            {
                "why": one.why, "fact": one.fact, "attribute": one.attribute,
                "instance": which(one.instance), "number": one.number or None,
                "value": None if one.value is None or one.attribute is None
                else plain_value(one.value, told.type_of(one.fact, one.attribute)),
            }
            for one in told.obstacles
        ],
        "reason": told.reason or None,
        "difference": None if told.difference is None else told.difference.to_dict(),
        "decision": None if told.after is None else told.after.to_dict(),
    }  # fmt: skip


__all__ = ["plain"]
