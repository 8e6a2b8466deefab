"""Fact types as attrs classes, built from the vocabulary of a rule base.

The class of a fact follows from its declaration alone: two rule bases that declare a fact alike
share its class, so that facts made with one book can be given to its copy in another process.
"""

import hashlib
import keyword
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from inspect import Parameter, Signature
from typing import Any, Final, Literal
from weakref import WeakValueDictionary

import attrs

from matchrules.case.findings import Enough, Findings
from matchrules.case.values import Misread, read_value
from matchrules.diagnostics.suggest import closest, did_you_mean
from matchrules.ir import NOWHERE, FactDeclaration, RuleBase
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Value,
    YesNo,
    python_value,
)

MARK: Final = "__matchrules__"  # of a fact class: the name of the fact, and its fingerprint


class Fact:
    """What every fact class of a book is.

    Attributes are given by name; what is not known is left out, or None. Raises `CaseErrors` for
    values that the vocabulary does not allow. Facts are frozen, and compare by content.
    """

    __slots__ = ()
    __matchrules__: tuple[str, str]
    _declaration: FactDeclaration

    def __init__(self, /, **values: Any) -> None:
        for name, value in read_attributes(self._declaration, values).items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        known = ((a.name, getattr(self, a.name)) for a in attrs.fields(type(self)))  # type: ignore[arg-type]
        inside = ", ".join(f"{name}={value!r}" for name, value in known if value is not None)
        return f"{type(self).__name__}({inside})"

    def __reduce__(self) -> tuple[object, ...]:
        names = (a.name for a in attrs.fields(type(self)))  # type: ignore[arg-type]
        values = {name: getattr(self, name) for name in names}
        return (_restore, (self._declaration, type(self).__name__, values))


class FactClasses:
    """The fact classes of a book: `facts.Letter` by name of the class, `facts["letter"]` by name
    of the fact."""

    def __init__(self, base: RuleBase) -> None:
        self._base = base
        self._names = class_names(base)
        self._made: dict[str, type[Fact]] = {}

    def __getattr__(self, name: str) -> type[Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        fact = next((f for f, cls in self._names.items() if cls == name), None)
        if fact is None:
            near = did_you_mean(name, self._names.values())
            raise AttributeError(f"no fact class `{name}`" + (f": {near}" if near else ""))
        return self[fact]

    def __getitem__(self, fact: str) -> type[Any]:
        if fact not in self._names:
            near = did_you_mean(fact, self._names)
            raise KeyError(f"no fact `{fact}`" + (f": {near}" if near else ""))
        if fact not in self._made:
            made = fact_class(self._base.facts[fact], self._names[fact])
            return self._made.setdefault(fact, made)
        return self._made[fact]

    def __iter__(self) -> Iterator[type[Any]]:
        return (self[fact] for fact in self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._names.values()]


def class_names(base: RuleBase) -> dict[str, str]:
    """The class name of each fact: `practice_exam` is `PracticeExam`."""
    names: dict[str, str] = {}
    for fact in base.facts:
        name = "".join(part.capitalize() for part in fact.split("_")) or "Fact"
        if name in names.values() or keyword.iskeyword(name) or not name.isidentifier():
            name = "Fact_" + fact
        names[fact] = name
    return names


def python_name(attribute: str) -> str:
    """An attribute's name in Python: as declared, but for Python's own words (`class` is `class_`)
    and names that begin with an underscore (`_x` is `attr__x`)."""
    word = attribute.rstrip("_")
    if keyword.iskeyword(word) or word in ("bool", "frozenset", "int", "self", "str"):
        return attribute + "_"
    return f"attr_{attribute}" if attribute.startswith("_") else attribute


def fingerprint(declaration: FactDeclaration) -> str:
    """What two declarations share exactly if the same values fit both."""
    shape = [declaration.name, declaration.many]
    parts = [repr(shape)] + [
        repr((a.name, a.type, a.required, a.key)) for a in declaration.attributes.values()
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def mark_of(value: object) -> tuple[str, str] | None:
    """The fact and the fingerprint of a fact object, None for any other object."""
    mark = getattr(type(value), MARK, None)
    return mark if isinstance(mark, tuple) and len(mark) == 2 else None


def asserted(declaration: FactDeclaration, fact: object) -> dict[str, Any]:
    """The attributes of a fact object that are known, as declared."""
    values = {name: getattr(fact, python_name(name), None) for name in declaration.attributes}
    return {name: value for name, value in values.items() if value is not None}


def read_attributes(
    declaration: FactDeclaration, values: Mapping[str, Any]
) -> dict[str, Value | None]:
    """Every attribute as users see it in Python; raises `CaseErrors`."""
    findings = Findings()
    by_python_name = {python_name(name): a for name, a in declaration.attributes.items()}
    read: dict[str, Any] = {}
    try:
        for name in values:
            if name not in by_python_name:
                near = closest(name, by_python_name)
                help = None if near is None else f"did you mean `{near}`?"
                said = f"is no attribute of `{declaration.name}`"
                findings.add("MR510", (declaration.name, name), said, help)
                if near is not None:
                    findings.excuse((declaration.name, by_python_name[near].name))
        for name, attribute in by_python_name.items():
            path = (declaration.name, attribute.name)
            read[name] = None
            try:
                value = read_value(values.get(name), attribute.type)
                read[name] = python_value(value, attribute.type)
            except Misread as fault:
                findings.add(fault.code, path, fault.message, fault.help)
                continue
            if value is None and attribute.required and not findings.has(path):
                findings.add(
                    "MR520", path, "is missing", f"every `{declaration.name}` needs its `{name}`"
                )
    except Enough:
        pass
    findings.raise_if_any()
    return read


# Classes live as long as something uses them. A memo, not state: it follows from its keys.
_classes: WeakValueDictionary[tuple[str, str, str], type[Fact]] = WeakValueDictionary()


def fact_class(declaration: FactDeclaration, name: str) -> type[Fact]:
    """The class of a fact."""
    mark = (declaration.name, fingerprint(declaration))
    found = _classes.get((*mark, name))
    if found is None:
        # Two threads may both build it; the one that comes second is dropped.
        found = _classes.setdefault((*mark, name), _build(_skeleton(declaration), name, mark))
    return found


def _build(declaration: FactDeclaration, name: str, mark: tuple[str, str]) -> type[Fact]:
    fields: dict[str, Any] = {}
    parameters = [Parameter("self", Parameter.POSITIONAL_ONLY)]
    for attribute in declaration.attributes.values():
        type_: Any = python_type(attribute.type)
        named = python_name(attribute.name)
        default = attrs.NOTHING if attribute.required else None
        type_ = type_ if attribute.required else type_ | None
        fields[named] = attrs.field(default=default, type=type_, alias=named)
        missing = Parameter.empty if attribute.required else None
        parameters.append(
            Parameter(named, Parameter.KEYWORD_ONLY, default=missing, annotation=type_)
        )
    body = {
        "__doc__": declaration.description or f"The fact `{declaration.name}`.",
        "__module__": "matchrules.facts",
        "__signature__": Signature(parameters[1:]),
        "_declaration": declaration,
        MARK: mark,
    }
    made: type[Fact] = attrs.make_class(
        name, fields, (Fact,), body, frozen=True, kw_only=True, init=False, repr=False, slots=True,
        weakref_slot=False,
    )  # fmt: skip
    return made


def _skeleton(declaration: FactDeclaration) -> FactDeclaration:
    """What a class needs of a declaration: without defaults and places."""
    attributes = {
        name: attrs.evolve(
            a, optional=not a.required, default=None, unless=None, span=NOWHERE, description=""
        )
        for name, a in declaration.attributes.items()
    }
    return attrs.evolve(declaration, attributes=attributes, span=NOWHERE)


def _restore(declaration: FactDeclaration, name: str, values: Mapping[str, Any]) -> Fact:
    """A fact out of a pickle."""
    fact = object.__new__(fact_class(declaration, name))
    for attribute, value in values.items():
        object.__setattr__(fact, attribute, value)
    return fact


def python_type(type_: Type) -> Any:
    """The Python type of a type's values, enums as `Literal`."""
    if isinstance(type_, Enum):
        return Literal[type_.members]
    if isinstance(type_, SetOf):
        return frozenset[Literal[type_.of.members]]  # type: ignore[name-defined]
    if isinstance(type_, Number):
        return int if type_.places == 0 else Decimal
    return {YesNo: bool, Text: str, Date: date, AnyDayOfYear: DayOfYear}[type(type_)]
