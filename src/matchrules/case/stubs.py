"""The fact classes of a rule base as the source of a typed Python module.

The module stands on its own: its classes are plain frozen attrs classes that carry the fact's name
and fingerprint, so that a book recognises them. Values are judged when a case is decided.
"""

import keyword
from textwrap import fill

from matchrules.case.classes import class_names, fingerprint, python_name
from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase
from matchrules.types import AnyDayOfYear, Date, Enum, Number, SetOf, Text, Type, YesNo

_WIDTH = 96


def stubs(base: RuleBase) -> str:
    """The module's source; the same vocabulary gives the same text."""
    classes = class_names(base)
    aliases = _aliases(base, set(classes.values()))
    head = [_head(base, classes)]
    head += [_alias(base, name, alias) for name, alias in aliases.items()]
    parts = ["\n\n".join(head)]
    parts += [_class(base.facts[fact], name, aliases) for fact, name in classes.items()]
    names = sorted([*aliases.values(), *classes.values()])
    listed = _filled([f'"{name}",' for name in names], "    ")
    parts.append(f"__all__ = [\n{listed}\n]" if names else "__all__: list[str] = []")
    return "\n\n\n".join(parts) + "\n"


def _head(base: RuleBase, classes: dict[str, str]) -> str:
    used = {type(a.type) for f in base.facts.values() for a in f.attributes.values()}
    decimals = any(
        isinstance(a.type, Number) and a.type.places
        for f in base.facts.values()
        for a in f.attributes.values()
    )
    groups = [["import typing as _typing"], [], []]
    if decimals:
        groups[0].insert(0, "import decimal as _decimal")
    if Date in used:
        groups[0].insert(0, "import datetime as _datetime")
    if classes:
        groups[1].append("import attrs as _attrs")
    if AnyDayOfYear in used:
        groups[2].append("import matchrules as _matchrules")
    imports = "\n\n".join("\n".join(group) for group in groups if group)
    return (
        '"""Fact types as Python classes, written by `matchrules stubs`: do not edit."""\n\n'
        f"# ruff: noqa: E501, RUF100\n# fmt: off\n{imports}"
    )


def _aliases(base: RuleBase, taken: set[str]) -> dict[str, str]:
    """A name for each enum that a fact uses, in code point order, none that a class has."""
    used: set[str] = set()
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            type_ = attribute.type.of if isinstance(attribute.type, SetOf) else attribute.type
            if isinstance(type_, Enum):
                used.add(type_.name)
    found: dict[str, str] = {}
    for name in sorted(used):
        alias = "".join(part.capitalize() for part in name.split("_")) or "Enum"
        while alias in taken or keyword.iskeyword(alias) or not alias.isidentifier():
            alias += "Value" if alias.isidentifier() else "_"
        taken.add(alias)
        found[name] = alias
    return found


def _alias(base: RuleBase, name: str, alias: str) -> str:
    type_ = base.enums[name].type
    assert isinstance(type_, Enum)
    members = _filled([f'"{member}",' for member in type_.members], "    ")
    described = base.enums[name].description
    comment = "".join(f"# {line}\n" for line in described.splitlines())
    start = f"{comment}{alias}: _typing.TypeAlias = _typing.Literal["
    if len(one := f"{start}{members.strip().rstrip(',')}]") - len(comment) <= _WIDTH:
        return one
    return f"{start}\n{members}\n]"


def _class(fact: FactDeclaration, name: str, aliases: dict[str, str]) -> str:
    lines = [
        "@_attrs.frozen(kw_only=True)",
        f"class {name}:",
        _docstring(fact.description or f"The fact `{fact.name}`."),
        "",
        "    __matchrules__: _typing.ClassVar[tuple[str, str]] = "
        f'("{fact.name}", "{fingerprint(fact)}")',
    ]
    for attribute in fact.attributes.values():
        lines.append(_attribute(attribute, aliases))
    return "\n".join(lines)


def _attribute(attribute: AttributeDeclaration, aliases: dict[str, str]) -> str:
    type_ = _annotation(attribute.type, aliases)
    said = " ".join(f"{_range(attribute.type)} {attribute.description}".split())
    comment = _filled(said.split(), "    # ")
    known = f": {type_}" if attribute.required else f": {type_} | None = None"
    line = f"    {python_name(attribute.name)}{known}"
    return f"{comment}\n{line}" if said else line


def _annotation(type_: Type, aliases: dict[str, str]) -> str:
    if isinstance(type_, Enum):
        return aliases[type_.name]
    if isinstance(type_, SetOf):
        # Any set will do; a list of members too, as in a case file.
        return f"frozenset[{aliases[type_.of.name]}]"
    if isinstance(type_, Number):
        return "int" if type_.places == 0 else "_decimal.Decimal"
    return {
        YesNo: "bool",
        Text: "str",
        Date: "_datetime.date",
        AnyDayOfYear: "_matchrules.DayOfYear",
    }[type(type_)]


def _range(type_: Type) -> str:
    if not isinstance(type_, Number):
        return ""
    low, high = ("" if bound is None else str(bound) for bound in (type_.low, type_.high))
    return f"{low}..{high}{' ' + type_.unit if type_.unit else ''}."


def _filled(words: list[str], indent: str) -> str:
    return fill(
        " ".join(words), _WIDTH, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _docstring(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'    """{" ".join(safe.split())}"""'
