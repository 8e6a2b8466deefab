"""The rules in a record, read by a reader of its own: every node in its one shape.

A node is an array of its name and its fields in this order. Types stand in a list, in order of
their first use, and are named by their place in it.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from math import gcd
from typing import Any, Final

from matchrules.records.verify.strict import Unfit, canonical, quoted
from matchrules.records.verify.values import Day, Node, a_day, day_of, fits

# `?` may be null, `[…]` a list, `{…}` an object by name, `a|b` one of these words.
_CITED = "cites:[Cite]"
_SHAPES: Final = {
    # types
    "YesNo": "", "Text": "", "Date": "", "AnyDayOfYear": "", "Unknown": "",
    "Number": "places:size? low:number? high:number? unit:text?",
    "Enum": "name:text members:[text] ordered:bool",
    "SetOf": "of:type",
    # expressions
    "Constant": "value:value type:type",
    "AsOf": "type:type",
    "Attribute": "fact:text name:text type:type",
    "Derived": "name:text type:type fact:text?",
    "ParameterValue": "name:text type:type on:expression? key:expression?",
    "Not": "operand:expression type:type",
    "And": "operands:[expression] type:type",
    "Or": "operands:[expression] type:type",
    "Shown": "operand:expression type:type",
    "IsKnown": "operand:expression type:type",
    "Compare": "op:==|!=|<|<=|>|>= left:expression right:expression type:type",
    "In": "value:expression items:[expression] type:type",
    "InRange": "value:expression low:expression high:expression type:type",
    "Has": "set:expression member:expression type:type",
    "IsEmpty": "set:expression type:type",
    "Arithmetic": "op:+|-|*|/ left:expression right:expression type:type",
    "Round": "value:expression mode:down|up|nearest places:size type:type",
    "AddTime": "day:expression amount:expression unit:days|weeks|months|years sign:sign type:type",
    "DaysBetween": "start:expression end:expression type:type",
    "DayOf": "day:expression year:expression type:type",
    "Extreme": "op:min|max left:expression right:expression type:type",
    "If": "condition:expression then:expression otherwise:expression type:type",
    "IfKnown": "value:expression otherwise:expression type:type",
    "Aggregate": "op:count|any|all|sum|min|max|union|last|last_but_one fact:text type:type "
    "value:expression? where:expression? by:text? take:count? source:text",
    "Format": "value:expression type:type",
    "Template": "parts:[part]",
    "Segment": "parts:[piece]",
    # declarations
    "RuleBase": "start:date end:date? rulesets:{Ruleset} sources:{text} enums:{EnumDeclaration} "
    "facts:{FactDeclaration} parameters:{ParameterDeclaration} advice:{AdviceDeclaration} "
    "defines:{Define} rules:{Rule} rejects:[Reject] chapters:[Chapter]",
    "Ruleset": "name:text version:text start:date title:text uses:[text] stale_after:whole? "
    "sha256:text",
    "EnumDeclaration": "type:type labels:{text} description:text ruleset:text",
    "AttributeDeclaration": "name:text type:type optional:bool key:bool never_read:bool "
    "default:expression? unless:expression? description:text change:free|fixed|up|down cost:whole "
    "private:bool",
    "FactDeclaration": "name:text attributes:{AttributeDeclaration} bound:whole? description:text "
    "ruleset:text change:free|fixed|up|down cost:whole",
    "ParameterRow": f"value:value key:value start:date? {_CITED} checked:date? grade:text?",
    "ParameterDeclaration": "name:text type:type rows:[ParameterRow] key:type? description:text "
    "ruleset:text",
    "SubjectDeclaration": "name:text fields:{type} unique:bool description:text",
    "AdviceDeclaration": "name:text subjects:{SubjectDeclaration} salience:whole description:text "
    "ruleset:text",
    "Chapter": "title:text entries:[entry] opening:text ruleset:text",
    "Cite": "source:text place:text?",
    "Row": "tests:[expression] output:expression",
    "Table": "hit:unique|first|collect heads:[expression] rows:[Row]",
    "Define": f"name:text type:type body:body fact:text? provisional:expression? {_CITED} "
    "description:text ruleset:text",
    "Then": "strength:must|must_not|should|should_not|may|need_not kind:text subject:text "
    "text:Template fields:{expression}",
    "Rule": "name:text ruleset:text thens:[Then] id:text? title:text section:text fact:text? "
    "guards:[expression] when:expression? unless:[expression] provisional:expression? "
    f"overrides:[text] {_CITED} reasons:{{expression}}",
    "Reject": "name:text text:Template when:expression fact:text? ruleset:text",
}  # fmt: skip
TYPES: Final = frozenset(list(_SHAPES)[:8])
EXPRESSIONS: Final = frozenset(name for name in _SHAPES if "type:type" in _SHAPES[name].split()
                               and name[-11:] != "Declaration" and name != "Define")  # fmt: skip
Reads = Callable[["_Reader", Any], Any]


def read_rules(tree: Any) -> Node:
    """The rule base in a record; raises `Unfit` where the tree is not in the one shape."""
    if not isinstance(tree, dict) or list(tree) != ["types", "base"]:
        raise Unfit('must be an object of "types" and "base"')
    reader = _Reader(tree["types"])
    try:
        base = reader.node("RuleBase", tree["base"])
    except Unfit as fault:
        raise fault.within("base") from None
    if reader.seen != len(reader.types):
        raise Unfit("holds types that nothing uses").within("types")
    assert isinstance(base, Node)
    return base


def holes(template: Node) -> Iterator[Node]:
    """The expressions of a text, those in its segments too."""
    for part in template.parts:
        for piece in part.parts if getattr(part, "what", "") == "Segment" else (part,):
            if isinstance(piece, Node):
                yield piece


class _Reader:
    def __init__(self, raw: Any) -> None:
        self.types: list[Node] = []
        self.seen = 0
        if not isinstance(raw, list):
            raise Unfit(f"must be a list, not {quoted(raw)}").within("types")
        if len(set(map(canonical, raw))) < len(raw):
            raise Unfit("holds a type twice").within("types")
        for number, one in enumerate(raw):
            self.seen = number  # of the list itself only what stands earlier may be named
            try:
                type_ = self.node(TYPES, one)
            except Unfit as fault:
                raise fault.within("types", number) from None
            if type_.what == "SetOf" and type_.of.what != "Enum":
                raise Unfit("must be a set of an enum").within("types", number)
            self.types.append(type_)
        self.seen = 0

    def node(self, wanted: str | frozenset[str], raw: Any) -> Node:
        what = raw[0] if isinstance(raw, list) and raw else None
        if not isinstance(what, str) or not (
            what in wanted if isinstance(wanted, frozenset) else what == wanted
        ):
            name = wanted if isinstance(wanted, str) else "node of that kind"
            raise Unfit(f"must be a {name}, not {quoted(raw)}")
        fields = _fields(what)
        if len(raw) != len(fields) + 1:
            raise Unfit(f"a {what} has {len(fields)} fields, not {len(raw) - 1}")
        found: dict[str, Any] = {}
        inside: list[Node] = []
        try:
            for (name, reads, nested), one in zip(fields, raw[1:], strict=True):
                value = found[name] = reads(self, one)
                if nested and value is not None:
                    inside += value if isinstance(value, list) else [value]
        except Unfit as fault:
            raise fault.within(f"{what}.{name}") from None
        value = found["value"] if what == "Constant" else None
        if value is not None and not fits(value, found["type"]):
            raise Unfit(f"the value {quoted(raw[1])} is none of its type")
        return Node(what, found, tuple(inside))

    def type(self, raw: Any) -> Node:
        place = raw.get("type") if isinstance(raw, dict) and len(raw) == 1 else None
        if type(place) is not int or not 0 <= place < len(self.types):
            raise Unfit(f"must name a type, not {quoted(raw)}")
        found = self.types[place]
        if place >= self.seen and found.what == "SetOf":
            self.type({"type": self.types.index(found.of)})
        if place > self.seen:
            raise Unfit("types must stand in the order of their first use")
        self.seen = max(self.seen, place + 1)
        return found


@cache
def _fields(what: str) -> tuple[tuple[str, Reads, bool], ...]:
    pairs = (field.split(":", 1) for field in _SHAPES[what].split())
    return tuple((name, _reads(kind), "expression" in kind) for name, kind in pairs)


@cache
def _reads(kind: str) -> Reads:
    """What reads a field of that kind."""
    if kind.endswith("?"):
        reads = _reads(kind[:-1])
        return lambda reader, raw: None if raw is None else reads(reader, raw)
    if kind[0] in "[{":
        inner, many = _reads(kind[1:-1]), _list if kind[0] == "[" else _object
        return lambda reader, raw: many(reader, raw, inner)
    if "|" in kind or kind in ("==", "+"):
        words = kind.split("|")
        return lambda reader, raw: _must(raw in words if isinstance(raw, str) else False, raw, kind)
    if kind[0].isupper():
        return lambda reader, raw: reader.node(kind, raw)
    return _PLAIN[kind]


def _list(reader: _Reader, raw: Any, inner: Reads) -> list[Any]:
    _must(isinstance(raw, list), raw, "a list")
    found: list[Any] = []
    try:
        for one in raw:
            found.append(inner(reader, one))
    except Unfit as fault:
        raise fault.within(len(found)) from None
    return found


def _object(reader: _Reader, raw: Any, inner: Reads) -> dict[str, Any]:
    _must(isinstance(raw, dict), raw, "an object")
    found: dict[str, Any] = {}
    for name, one in raw.items():
        try:
            found[name] = inner(reader, one)
        except Unfit as fault:
            raise fault.within(name) from None
        named = getattr(found[name], "__dict__", {})
        if "name" in named and named["what"] not in EXPRESSIONS | TYPES and named["name"] != name:
            raise Unfit(f"{quoted(named['name'])} stands under the name {quoted(name)}")
    return found


def _must(right: bool, raw: Any, wanted: str) -> Any:
    if not right:
        raise Unfit(f"must be {wanted}, not {quoted(raw)}")
    return raw


def _date(reader: _Reader, raw: Any) -> Any:
    day = day_of(raw["date"]) if isinstance(raw, dict) and list(raw) == ["date"] else None
    _must(day is not None, raw, "a date")
    return day


def _fraction(raw: Any) -> Fraction:
    text = raw["fraction"]
    top, _, bottom = text.partition("/") if isinstance(text, str) else ("", "", "")
    digits = top.removeprefix("-") + bottom
    if len(digits) <= 1000 and digits.isascii() and digits.isdecimal() and top and bottom:
        one, two = int(top), int(bottom)
        if two > 1 and gcd(one, two) == 1 and text == f"{one}/{two}":
            return Fraction(one, two)
    raise Unfit(f"must be a fraction in lowest terms, not {quoted(raw)}")


def _number(reader: _Reader, raw: Any) -> Any:
    if isinstance(raw, dict) and list(raw) == ["fraction"]:
        return _fraction(raw)
    return _must(type(raw) is int, raw, "a number")


def _value(reader: _Reader, raw: Any) -> Any:
    if isinstance(raw, dict) and len(raw) == 1:
        name, one = next(iter(raw.items()))
        if name == "date":
            return _date(reader, raw)
        if name == "fraction":
            return _fraction(raw)
        if name == "day" and isinstance(one, list) and [type(n) for n in one] == [int, int]:
            day: Day | None = a_day(*one)
            _must(day is not None, raw, "a day of the year")
            return day
        if name == "set" and isinstance(one, list) and all(isinstance(m, str) for m in one):
            _must(one == sorted(set(one)), raw, "a sorted set")
            return frozenset(one)
    return _must(raw is None or isinstance(raw, bool | int | str), raw, "a value")


def _entry(reader: _Reader, raw: Any) -> Any:
    right = isinstance(raw, list) and len(raw) == 2 and isinstance(raw[0], str)
    return _must(right and (raw[1] is None or isinstance(raw[1], str)), raw, "a kind and a subject")


_PLAIN: Final[dict[str, Reads]] = {
    "text": lambda _, raw: _must(isinstance(raw, str), raw, "a text"),
    "bool": lambda _, raw: _must(isinstance(raw, bool), raw, "true or false"),
    "whole": lambda _, raw: _must(type(raw) is int, raw, "a whole number"),
    "count": lambda _, raw: _must(type(raw) is int and raw > 0, raw, "a number above 0"),
    "size": lambda _, raw: _must(type(raw) is int and 0 <= raw <= 100, raw, "a number of places"),
    "sign": lambda _, raw: _must(type(raw) is int and raw in (1, -1), raw, "1 or -1"),
    "number": _number,
    "value": _value,
    "date": _date,
    "entry": _entry,
    "type": lambda reader, raw: reader.type(raw),
    "expression": lambda reader, raw: reader.node(EXPRESSIONS, raw),
    "body": lambda reader, raw: reader.node(EXPRESSIONS | {"Table"}, raw),
    "piece": lambda reader, raw: raw if isinstance(raw, str) else reader.node(EXPRESSIONS, raw),
    "part": lambda reader, raw: raw if isinstance(raw, str)
    else reader.node(EXPRESSIONS | {"Segment"}, raw),
}  # fmt: skip
