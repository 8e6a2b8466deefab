"""JSON Schema (2020-12) of a case: what editors and other programs need to write one."""

from fractions import Fraction
from typing import Any

from matchrules.case.values import singular
from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase
from matchrules.types import MONTHS, AnyDayOfYear, Date, Enum, Number, SetOf, Type, YesNo

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DATE = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def schema(base: RuleBase) -> dict[str, Any]:
    """The JSON Schema of a case file for those rules.

    Conflicts between facts and what the rules reject are beyond a schema; everything else that a
    case file may not hold, it does not allow.
    """
    facts = {name: _fact(fact) for name, fact in base.facts.items()}
    return {
        "$schema": DIALECT,
        "title": "A case",
        "type": "object",
        "properties": {
            "as_of": {**_DATE, "type": ["string", "null"], "description": "The day of the case"},
            **facts,
        },
        "additionalProperties": False,
    }


def _fact(fact: FactDeclaration) -> dict[str, Any]:
    required = [a.name for a in fact.attributes.values() if a.required]
    instance: dict[str, Any] = {
        "type": "object",
        "properties": {name: _attribute(a) for name, a in fact.attributes.items()},
        "additionalProperties": False,
    }
    if required:
        instance["required"] = required
    described = {"description": fact.description} if fact.description else {}
    if not fact.many:
        return {**described, **instance, "type": ["object", "null"]}
    listed: dict[str, Any] = {**described, "type": ["array", "null"], "items": instance}
    if not fact.keys:  # one with a key may be said twice
        listed["maxItems"] = fact.bound
    return listed


def _attribute(attribute: AttributeDeclaration) -> dict[str, Any]:
    typed = _type(attribute.type)
    if not attribute.required:
        typed = {"anyOf": [typed, {"type": "null"}]}
    return {"description": attribute.description, **typed} if attribute.description else typed


def _type(type_: Type) -> dict[str, Any]:
    if isinstance(type_, YesNo):
        return {"type": "boolean"}
    if isinstance(type_, Number):
        return _number(type_)
    if isinstance(type_, Enum):
        return {"enum": list(type_.members)}
    if isinstance(type_, SetOf):
        return {"type": "array", "items": {"enum": list(type_.of.members)}, "uniqueItems": True}
    if isinstance(type_, Date):
        return dict(_DATE)
    if isinstance(type_, AnyDayOfYear):
        return {"type": "string", "pattern": f"^[0-9]{{1,2}} +({'|'.join(MONTHS)})$"}
    return {"type": "string"}


def _number(type_: Number) -> dict[str, Any]:
    """A number, or a text: of a decimal always, of an integer with its unit."""
    bounds: dict[str, Any] = {}
    if type_.low is not None:
        bounds["minimum"] = _json(type_.low)
    if type_.high is not None:
        bounds["maximum"] = _json(type_.high)
    texts = []
    if type_.unit:
        texts.append(rf" +({'|'.join(sorted({type_.unit, singular(type_.unit) or ''}))})")
    if type_.places:
        unit = f"({texts[0]})?" if texts else ""
        pattern = rf"^[-+]?[0-9]+(\.[0-9]{{1,{type_.places}}}0*)?{unit}$"
        return {"anyOf": [{"type": "number", **bounds}, {"type": "string", "pattern": pattern}]}
    whole = {"type": "integer", **bounds}
    if not texts:
        return whole
    return {"anyOf": [whole, {"type": "string", "pattern": rf"^[-+]?[0-9]+{texts[0]}$"}]}


def _json(bound: int | Fraction) -> int | float:
    return bound if isinstance(bound, int) else float(bound)
