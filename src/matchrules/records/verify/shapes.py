"""The rules in a record, read by a reader of its own: every node in its one shape, every name
declared, every operator given what it takes.

A node is an array of its name and its fields in this order. Types stand in a list, in order of
their first use, and are named by their place in it.
"""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import chain
from typing import Any, Final

from matchrules.records.verify.strict import Unfit, canonical, quoted, same
from matchrules.records.verify.values import Day, Node, a_day, fits, is_number, kind_of, promised

# Each field with what it is: `?` or null, `[…]` a list, `{…}` an object by name, `a|b` one of these
# words, with a capital a node. After the dot what kind of value an expression has: a letter is the
# same one throughout the node, `o` one with an order. A `stored` type is one of plain values.
_SHAPES: Final = {
    # types
    "YesNo": "", "Text": "", "Date": "", "AnyDayOfYear": "", "Unknown": "",
    "Number": "places:size? low:number? high:number? unit:text?",
    "Enum": "name:text members:[text] ordered:bool",
    "SetOf": "of:type",
    # expressions
    "Constant": "value:value type:type",
    "AsOf": "type:type.Date",
    "Attribute": "fact:text name:text type:type",
    "Derived": "name:text type:type fact:text?",
    "ParameterValue": "name:text type:type on:expr.Date? key:expr?",
    "Not": "operand:expr.YesNo type:type.YesNo",
    "And": "operands:[expr.YesNo] type:type.YesNo",
    "Or": "operands:[expr.YesNo] type:type.YesNo",
    "Shown": "operand:expr.YesNo type:type.YesNo",
    "IsKnown": "operand:expr type:type.YesNo",
    "Compare": "op:==|!=|<|<=|>|>= left:expr.a right:expr.a type:type.YesNo",
    "In": "value:expr.a items:[expr.a] type:type.YesNo",
    "InRange": "value:expr.o low:expr.o high:expr.o type:type.YesNo",
    "Has": "set:expr member:expr type:type.YesNo",
    "IsEmpty": "set:expr type:type.YesNo",
    "Arithmetic": "op:+|-|*|/ left:expr.Number right:expr.Number type:type.Number",
    "Round": "value:expr.Number mode:down|up|nearest places:size type:type.Number",
    "AddTime": "day:expr.Date amount:expr.Number unit:days|weeks|months|years sign:sign "
    "type:type.Date",
    "DaysBetween": "start:expr.Date end:expr.Date type:type.Number",
    "DayOf": "day:expr.AnyDayOfYear year:expr.Number type:type.Date",
    "Extreme": "op:min|max left:expr.o right:expr.o type:type.o",
    "If": "condition:expr.YesNo then:expr.a otherwise:expr.a type:type.a",
    "IfKnown": "value:expr.a otherwise:expr.a type:type.a",
    "Aggregate": "op:count|any|all|sum|min|max|union|last|last_but_one fact:text type:type "
    "value:expr? where:expr.YesNo? by:text? take:count? source:text",
    "Format": "value:expr type:type.Text",
    "Template": "parts:[part.Text]",
    "Segment": "parts:[piece.Text]",
    # declarations
    "RuleBase": "start:date end:date? rulesets:{Ruleset} sources:{text} enums:{EnumDeclaration} "
    "facts:{FactDeclaration} parameters:{ParameterDeclaration} advice:{AdviceDeclaration} "
    "defines:{Define} rules:{Rule} rejects:[Reject] chapters:[Chapter]",
    "Ruleset": "name:text version:text start:date title:text uses:[text] stale_after:whole? "
    "sha256:text",
    "EnumDeclaration": "type:type labels:{text} description:text ruleset:text",
    "AttributeDeclaration": "name:text type:stored.a optional:bool key:bool never_read:bool "
    "default:expr.a? unless:expr.YesNo? description:text change:free|fixed|up|down cost:whole "
    "private:bool",
    "FactDeclaration": "name:text attributes:{AttributeDeclaration} bound:whole? description:text "
    "ruleset:text change:free|fixed|up|down cost:whole",
    "ParameterRow": "value:value key:value start:date? cites:[Cite] checked:date? grade:text?",
    "ParameterDeclaration": "name:text type:type rows:[ParameterRow] key:type? description:text "
    "ruleset:text",
    "SubjectDeclaration": "name:text fields:{stored} unique:bool description:text",
    "AdviceDeclaration": "name:text subjects:{SubjectDeclaration} salience:whole description:text "
    "ruleset:text",
    "Chapter": "title:text entries:[entry] opening:text ruleset:text",
    "Cite": "source:text place:text?",
    "Row": "tests:[expr.YesNo] output:expr",
    "Table": "hit:unique|first|collect heads:[expr] rows:[Row]",
    "Define": "name:text type:stored body:body fact:text? provisional:expr.YesNo? cites:[Cite] "
    "description:text ruleset:text",
    "Then": "strength:must|must_not|should|should_not|may|need_not kind:text subject:text "
    "text:Template fields:{expr}",
    "Rule": "name:text ruleset:text thens:[Then] id:text? title:text section:text fact:text? "
    "guards:[expr.YesNo] when:expr.YesNo? unless:[expr.YesNo] provisional:expr.YesNo? "
    "overrides:[text] cites:[Cite] reasons:{expr}",
    "Reject": "name:text text:Template when:expr.YesNo fact:text? ruleset:text",
}  # fmt: skip
TYPES: Final = frozenset(list(_SHAPES)[:8])
EXPRESSIONS: Final = frozenset(list(_SHAPES)[8 : list(_SHAPES).index("Template")])
_KINDS: Final = {
    "expr": EXPRESSIONS, "body": EXPRESSIONS | {"Table"}, "piece": EXPRESSIONS,
    "part": EXPRESSIONS | {"Segment"},
}  # fmt: skip
_PLAIN: Final[dict[str, Callable[[Any], bool]]] = {
    "text": lambda raw: isinstance(raw, str),
    "bool": lambda raw: isinstance(raw, bool),
    "whole": lambda raw: type(raw) is int,
    "count": lambda raw: type(raw) is int and raw > 0,
    "size": lambda raw: type(raw) is int and 0 <= raw <= 100,
    "sign": lambda raw: type(raw) is int and raw in (1, -1),
    "entry": lambda raw: isinstance(raw, list) and len(raw) == 2 and isinstance(raw[0], str)
    and (raw[1] is None or isinstance(raw[1], str)),
}  # fmt: skip
_OF_VALUE: Final[dict[str, Callable[[Any], bool]]] = {
    "date": lambda value: isinstance(value, date), "number": is_number, "value": lambda _: True,
}  # fmt: skip
_RATIO: Final = re.compile(r"-?[0-9]{1,200}/[1-9][0-9]{0,199}")
_TAKES: Final = {"sum": "Number", "union": "SetOf"}
_GIVES: Final = {"count": "Number", "any": "YesNo", "all": "YesNo"}
# what code raises that works on rules which do not fit together
BROKEN: Final = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


def read_rules(tree: Any) -> Node:
    """The rule base in a record; raises `Unfit` where the tree cannot be one."""
    reader = _Reader()
    try:
        return reader.rules(tree)
    except Unfit as fault:
        raise Unfit(fault.message, None, ".".join(reader.at)) from None
    except BROKEN:
        raise Unfit("does not fit together with the rest", None, ".".join(reader.at)) from None


@cache
def _fields(what: str) -> tuple[tuple[str, str, str, bool, str], ...]:
    """Of each field of a node its name, what it is, in which container, whether it may be null, and
    the kind of its value."""
    found = []
    for field in _SHAPES[what].split():
        name, kind = field.split(":", 1)
        inner = kind.removesuffix("?").strip("[]{}")
        inner, _, value = inner.partition(".")
        found.append((name, inner, kind[0] if kind[0] in "[{" else "", kind[-1] == "?", value))
    return tuple(found)


class _Reader:
    """Reads rules; `at` is where it is."""

    def __init__(self) -> None:
        self.types: list[Node] = []
        self.seen = 0
        self.at: list[str] = []

    def rules(self, tree: Any) -> Node:
        if list(tree) != ["types", "base"] or not isinstance(tree["types"], list):
            raise Unfit('must be an object of "types" and "base"')
        for one in tree["types"]:
            self.seen = len(self.types)  # of the list itself only what stands earlier may be named
            self.types.append(self._node(TYPES, one))
        if len(set(map(canonical, tree["types"]))) < len(self.types):
            raise Unfit("holds a type twice")
        self.seen = 0
        self.base = self._node({"RuleBase"}, tree["base"])
        if self.seen != len(self.types):
            raise Unfit("holds types that nothing uses")
        for type_ in self.types:
            enum = type_.of if type_.what == "SetOf" else type_
            _must(type_.what != "SetOf" or enum.what == "Enum")
            _must(enum.what != "Enum" or self.base.enums[enum.name].type is enum)
        self._sound(self.base, frozenset())
        return self.base

    # The shape of each node ----------------------------------------------------------------------

    def _node(self, wanted: Any, raw: Any) -> Node:
        what = raw[0] if isinstance(raw, list) and raw else None
        if not isinstance(what, str) or what not in wanted:
            raise Unfit(f"must be another kind of node, not {quoted(raw)}")
        fields = _fields(what)
        if len(raw) != len(fields) + 1:
            raise Unfit(f"a {what} has {len(fields)} fields, not {len(raw) - 1}")
        found: dict[str, Any] = {}
        parts: list[tuple[Node, str]] = []
        try:
            for (name, inner, many, optional, kind), one in zip(fields, raw[1:], strict=True):
                value = found[name] = self._field(inner, many, optional, one)
                if kind or inner in _KINDS or inner[0].isupper():
                    each = value.values() if many == "{" else value if many else (value,)
                    parts += [(part, kind) for part in each if isinstance(part, Node)]
        except (Unfit, *BROKEN):
            self.at[:0] = [what, name]
            raise
        within = [[part] if part.what in EXPRESSIONS else part.inside for part, _ in parts]
        return Node(what, found, parts, list(chain.from_iterable(within)))

    def _field(self, inner: str, many: str, optional: bool, raw: Any) -> Any:
        if raw is None and optional:
            return None
        if many == "[" and isinstance(raw, list):
            return [self._one(inner, item) for item in raw]
        if many == "{" and isinstance(raw, dict):
            found = {key: self._one(inner, item) for key, item in raw.items()}
            for key, item in found.items() if inner[0].isupper() else ():
                if getattr(item, "name", key) != key:
                    raise Unfit(f"{quoted(item.name)} stands under the name {quoted(key)}")
            return found
        if many:
            raise Unfit(f"must be a{' list' if many == '[' else 'n object'}, not {quoted(raw)}")
        return self._one(inner, raw)

    def _one(self, inner: str, raw: Any) -> Any:
        if inner in _PLAIN:
            if _PLAIN[inner](raw):
                return raw
        elif inner in ("type", "stored"):
            return self._type(raw, inner == "stored")
        elif inner in _KINDS:
            plain = isinstance(raw, str) and inner[0] == "p"
            return raw if plain else self._node(_KINDS[inner], raw)
        elif inner[0].isupper():
            return self._node((inner,), raw)
        elif inner in _OF_VALUE:
            value = _value(raw)
            if _OF_VALUE[inner](value):
                return value
        elif raw in inner.split("|"):
            return raw
        raise Unfit(f"must be a {inner}, not {quoted(raw)}")

    def _type(self, raw: Any, stored: bool) -> Node:
        place = raw["type"]
        if list(raw) != ["type"] or type(place) is not int or not 0 <= place < len(self.types):
            raise Unfit(f"must name a type, not {quoted(raw)}")
        found = self.types[place]
        if place >= self.seen and found.what == "SetOf":
            self._type({"type": self.types.index(found.of)}, True)
        if place > self.seen:
            raise Unfit("types must stand in the order of their first use")
        self.seen = max(self.seen, place + 1)
        if stored and (found.what == "Unknown" or found.__dict__.get("places", 0) is None):
            raise Unfit("has a type of which nothing can be stored")
        return found

    # Whether it fits together --------------------------------------------------------------------

    def _sound(self, node: Node, scope: frozenset[str]) -> None:
        """Each name is declared, each value of the kind that it must be. The scope is the facts of
        which an instance is at hand."""
        if node.what in ("Define", "Rule", "Reject", "Aggregate") and node.fact is not None:
            scope |= {self.base.facts[node.fact].name}
        elif node.what == "FactDeclaration":
            scope = frozenset((node.name,))
        kinds: dict[str, str] = {}
        for part, wanted in node.within:
            if part.what not in TYPES:
                try:
                    self._sound(part, scope)
                except (Unfit, *BROKEN):
                    self.at[:0] = [f"{part.what} {part.__dict__.get('name', '')}".strip()]
                    raise
            if wanted and part.what not in ("Segment", "Table"):
                _meets(part if part.what in TYPES else part.type, wanted, kinds)
        judge = getattr(self, f"_{node.what.lower()}", None)
        if judge is not None:
            judge(node, scope)
        elif node.what in EXPRESSIONS and node.type.what == "Unknown" and (
            node.what not in ("If", "IfKnown") or kinds
        ):  # fmt: skip
            raise Unfit("a value of no type")

    def _constant(self, node: Node, scope: frozenset[str]) -> None:
        _must(node.value is None or fits(node.value, node.type))

    def _attribute(self, node: Node, scope: frozenset[str]) -> None:
        fact = self.base.facts[node.fact]
        _must(fact.bound is None or node.fact in scope)
        _must(fact.attributes[node.name].type is node.type)

    def _derived(self, node: Node, scope: frozenset[str]) -> None:
        declared = self.base.defines[node.name]
        _must(node.fact is None or node.fact in scope)
        _must(declared.fact == node.fact and declared.type is node.type)

    def _parametervalue(self, node: Node, scope: frozenset[str]) -> None:
        declared = self.base.parameters[node.name]
        _must(declared.type is node.type and (declared.key is None) is (node.key is None))
        if node.key is not None:
            _meets(node.key.type, kind_of(declared.key))

    def _compare(self, node: Node, scope: frozenset[str]) -> None:
        _must(node.op in ("==", "!=") or "SetOf" not in (node.left.type.what, node.right.type.what))

    def _has(self, node: Node, scope: frozenset[str]) -> None:
        self._isempty(node, scope)
        if node.set.type.what == "SetOf":
            _meets(node.member.type, kind_of(node.set.type.of))

    def _isempty(self, node: Node, scope: frozenset[str]) -> None:
        _must(node.set.type.what in ("SetOf", "Unknown"))

    def _aggregate(self, node: Node, scope: frozenset[str]) -> None:
        fact = self.base.facts[node.fact]
        _must(fact.bound is not None and (node.by is None or node.by in fact.attributes))
        picks = node.op in ("last", "last_but_one") or node.take is not None
        _must((node.by is not None) is picks and (node.value is None) is (node.op in _GIVES))
        _meets(node.type if node.value is None else node.value.type,
               _GIVES.get(node.op) or kind_of(node.type))  # fmt: skip
        _must(node.type.what == _TAKES.get(node.op, node.type.what) != "Unknown")
        _must(node.op not in ("min", "max") or node.type.what != "SetOf")

    def _enumdeclaration(self, node: Node, scope: frozenset[str]) -> None:
        members = node.type.members
        _must(self.base.enums[node.type.name] is node and len(set(members)) == len(members))
        _must(set(node.labels) == set(members))

    def _parameterdeclaration(self, node: Node, scope: frozenset[str]) -> None:
        for row in node.rows:
            _must(promised(row.value, node.type) and (row.key is None) is (node.key is None))
            _must(row.key is None or promised(row.key, node.key))

    def _define(self, node: Node, scope: frozenset[str]) -> None:
        if node.body.what != "Table":
            _meets(node.body.type, kind_of(node.type))
        for row in node.body.rows if node.body.what == "Table" else ():
            output = node.type.of if node.body.hit == "collect" else node.type
            _meets(row.output.type, kind_of(output))
            _must(len(row.tests) == len(node.body.heads))

    def _rule(self, node: Node, scope: frozenset[str]) -> None:
        fact = None if node.fact is None else self.base.facts[node.fact]
        _must(fact is None or fact.bound is None or any(a.key for a in fact.attributes.values()))
        _must(node.ruleset in self.base.rulesets)
        for then in node.thens:
            fields = self.base.advice[then.kind].subjects[then.subject].fields
            _must(set(then.fields) == set(fields))
            for name, value in then.fields.items():
                _meets(value.type, kind_of(fields[name]))
        for other in node.overrides:
            _must(node.fact in (None, self.base.rules[other].fact))


def _must(right: bool) -> None:
    if not right:
        raise Unfit("does not fit together with the rest")


def _meets(type_: Node, wanted: str, kinds: dict[str, str] | None = None) -> None:
    """Whether values of the type are of the kind, or of that which the letter stands for."""
    kind = kind_of(type_)
    if kind == "Unknown":
        return
    if kinds is not None and wanted in ("a", "o"):
        _must(wanted == "a" or type_.what != "SetOf")
        wanted = kinds.setdefault(wanted, kind)
    if kind != wanted:
        raise Unfit(f"{kind} stands where {wanted} must stand")


def day_of(raw: Any) -> date | None:
    """The date that a text is, None if it is none."""
    try:
        day = date.fromisoformat(raw)
    except (TypeError, ValueError):
        return None
    return day if day.isoformat() == raw else None


def _value(raw: Any) -> Any:
    """A value: what JSON has no form for stands in an object that names its type."""
    if raw is None or isinstance(raw, bool | int | str):
        return raw
    [(tag, one)] = raw.items()
    value: Any
    again: Any
    if tag == "date":
        value, again = date.fromisoformat(one), date.fromisoformat(one).isoformat()
    elif tag == "fraction" and _RATIO.fullmatch(one):
        value, again = Fraction(one), str(Fraction(one))
    elif tag == "day":
        value, again = Day(*one), [int(part) for part in one]
        _must(a_day(*one))
    else:
        value, again = frozenset(one), sorted(one)
        _must(tag == "set" and len(value) == len(one))
    if not same(again, one):
        raise Unfit(f"must be written in the one way, not as {quoted(raw)}")
    return value
