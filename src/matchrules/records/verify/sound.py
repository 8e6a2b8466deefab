"""Whether the rules of a record can be rules at all: every name is declared, every operator is
given what it takes, every value is one of its type.

What decides loads rules that were checked before; a record can hold any.
"""

from typing import Any, Final

from matchrules.records.verify.shapes import EXPRESSIONS, holes
from matchrules.records.verify.strict import Unfit, quoted
from matchrules.records.verify.values import Node, fits, in_range, kind_of

_ORDERED: Final = ("YesNo", "Number", "Text", "Date", "AnyDayOfYear", "Enum")
_COUNTS: Final = ("count", "any", "all")
Scope = frozenset[str]  # the facts of which an instance is at hand


class Soundness:
    """Looks through one rule base; raises `Unfit` where something in it cannot be."""

    def __init__(self, base: Node) -> None:
        self.base = base
        self.enums: dict[str, Node] = {name: enum.type for name, enum in base.enums.items()}
        self._check()

    def _check(self) -> None:
        self._enums()
        self._parameters()
        self._facts()
        self._defines()
        self._advice()
        for name, rule in self.base.rules.items():
            self._rule(name, rule)
        for number, reject in enumerate(self.base.rejects):
            scope = self._scope(reject.fact, "reject", number)
            self._expression(reject.when, "YesNo", scope, "reject", number)
            for hole in holes(reject.text):
                self._expression(hole, "Text", scope, "reject", number)

    def _enums(self) -> None:
        for name, enum in self.base.enums.items():
            if enum.type.what != "Enum" or enum.type.name != name:
                raise _at(Unfit("is no enum of that name"), "enum", name)
            if set(enum.labels) != set(enum.type.members) or not _once(enum.type.members):
                raise _at(Unfit("needs one label for each member"), "enum", name)

    def _parameters(self) -> None:
        for name, parameter in self.base.parameters.items():
            for row in parameter.rows:
                self._is_value(row.value, parameter.type, "parameter", name)
                if (row.key is None) is not (parameter.key is None):
                    raise _at(Unfit("has a key where it takes none, or none"), "parameter", name)
                if parameter.key is not None:
                    self._is_value(row.key, parameter.key, "parameter", name)
            if parameter.ruleset not in self.base.rulesets:
                raise _at(Unfit(f"there is no ruleset {quoted(parameter.ruleset)}"), name)

    def _facts(self) -> None:
        for name, fact in self.base.facts.items():
            for attribute in fact.attributes.values():
                self._expression(attribute.default, attribute.type, {name}, name, attribute.name)
                self._expression(attribute.unless, "YesNo", {name}, name, attribute.name)
                self._stored(attribute.type, name, attribute.name)

    def _defines(self) -> None:
        for name, define in self.base.defines.items():
            scope = self._scope(define.fact, name)
            self._stored(define.type, name)
            self._expression(define.provisional, "YesNo", scope, name)
            if define.body.what != "Table":
                self._expression(define.body, define.type, scope, name)
                continue
            for head in define.body.heads:
                self._expression(head, head.type, scope, name)
            output = define.type
            if define.body.hit == "collect":
                if define.type.what != "SetOf":
                    raise _at(Unfit("collects, but not into a set"), name)
                output = define.type.of
            for row in define.body.rows:
                if len(row.tests) != len(define.body.heads):
                    raise _at(Unfit("has a row that does not fit its columns"), name)
                for test in row.tests:
                    self._expression(test, "YesNo", scope, name)
                self._expression(row.output, output, scope, name)

    def _advice(self) -> None:
        for name, kind in self.base.advice.items():
            for subject in kind.subjects.values():
                for type_ in subject.fields.values():
                    self._stored(type_, name, subject.name)

    def _rule(self, name: str, rule: Node) -> None:
        scope = self._scope(rule.fact, name)
        fact = None if rule.fact is None else self.base.facts[rule.fact]
        if (
            fact is not None
            and fact.bound is not None
            and not any(a.key for a in fact.attributes.values())
        ):
            raise _at(Unfit(f"speaks for each `{rule.fact}`, which has no key"), name)
        for condition in (*rule.guards, *rule.unless, rule.when, rule.provisional):
            self._expression(condition, "YesNo", scope, name)
        for reason in rule.reasons.values():
            self._expression(reason, reason.type, scope, name)
        for then in rule.thens:
            kind = self.base.advice.get(then.kind)
            subject = kind.subjects.get(then.subject) if kind is not None else None
            if subject is None or set(then.fields) != set(subject.fields):
                raise _at(Unfit(f"`{then.kind}.{then.subject}` is no subject with those fields"),
                          name)  # fmt: skip
            for field, value in then.fields.items():
                self._expression(value, subject.fields[field], scope, name, field)
            for hole in holes(then.text):
                self._expression(hole, "Text", scope, name)
        for other in rule.overrides:
            if other not in self.base.rules:
                raise _at(Unfit(f"there is no rule {quoted(other)} to override"), name)
            if rule.fact not in (None, self.base.rules[other].fact):
                raise _at(Unfit(f"cannot override {quoted(other)} instance by instance"), name)

    def _scope(self, fact: str | None, *where: object) -> Scope:
        if fact is not None and fact not in self.base.facts:
            raise _at(Unfit(f"there is no fact {quoted(fact)}"), *where)
        return frozenset() if fact is None else frozenset((fact,))

    def _stored(self, type_: Node, *where: object) -> None:
        if self._kind(type_) == "Unknown" or (type_.what == "Number" and type_.places is None):
            raise _at(Unfit("has a type of which nothing can be stored"), *where)

    def _is_value(self, value: Any, type_: Node, *where: object) -> None:
        self._kind(type_)
        if value is None or not fits(value, type_) or not in_range(value, type_):
            raise _at(Unfit(f"the value {value} is none of its type"), *where)

    def _expression(self, node: Any, wanted: Any, scope: Any, *where: object) -> None:
        if node is None:
            return
        try:
            self._judge(node, frozenset(scope))
            meets(self._kind(node.type), wanted if isinstance(wanted, str) else self._kind(wanted))
        except Unfit as fault:
            raise _at(fault, *where) from None

    def _kind(self, type_: Node) -> str:
        enum = type_.of if type_.what == "SetOf" else type_
        if enum.what == "Enum" and self.enums.get(enum.name) is not enum:
            raise Unfit(f"there is no such enum {quoted(enum.name)}")
        return kind_of(type_)

    def _judge(self, node: Node, scope: Scope) -> None:
        """Raises `Unfit` where an expression names what is not there, or fits not together."""
        base, kind, fact = self.base, self._kind(node.type), node.__dict__.get("fact")
        if fact is not None and fact not in base.facts:
            raise Unfit(f"there is no fact {quoted(fact)}")
        if kind == "Unknown" and node.what not in ("Constant", "If", "IfKnown"):
            raise Unfit("a value of no type")
        if node.what == "Aggregate":
            scope = scope | {str(fact)}
        elif (
            fact is not None
            and fact not in scope
            and (node.what == "Derived" or base.facts[fact].bound is not None)
        ):
            raise Unfit(f"no instance of {quoted(fact)} is at hand")
        for part in node.inside:
            self._judge(part, scope)
        of = {name: self._kind(part.type) for name, part in node.__dict__.items()
              if isinstance(part, Node) and part.what in EXPRESSIONS}  # fmt: skip
        match node.what:
            case "Attribute":
                declared = base.facts[fact].attributes.get(node.name)
            case "Derived":
                declared = base.defines.get(node.name)
                if declared is not None and declared.fact != fact:
                    raise Unfit(f"`{node.name}` is not said for each {fact}")
            case "ParameterValue":
                declared = base.parameters.get(node.name)
                meets(of.get("on", "Date"), "Date")
                if declared is not None and (declared.key is None) is not (node.key is None):
                    raise Unfit(f"parameter `{node.name}` takes a key, or takes none")
                if node.key is not None and declared is not None:
                    meets(of["key"], self._kind(declared.key))
            case _:
                _KINDS[node.what](node, kind, of)
                if node.what == "Aggregate":
                    self._aggregate(node)
                return
        if declared is None or declared.type is not node.type:
            raise Unfit(f"there is no {quoted(node.name)} of that type")

    def _aggregate(self, node: Node) -> None:
        fact = self.base.facts[node.fact]
        if fact.bound is None or (node.by is not None and node.by not in fact.attributes):
            raise Unfit(f"`{node.fact}` cannot be counted or picked so")
        picks = node.op in ("last", "last_but_one") or node.take is not None
        if (node.by is not None) is not picks or (node.value is None) is not (node.op in _COUNTS):
            raise Unfit(f"an aggregate `{node.op}` is not made so")


def meets(one: str, two: str) -> None:
    if one != two and "Unknown" not in (one, two):
        raise Unfit(f"{one} and {two} do not meet")


def _all(wanted: str, result: str) -> Any:
    """Operands of one kind, and the kind of the result; `=` that they are alike."""

    def judge(node: Node, kind: str, of: dict[str, str]) -> None:
        kinds = [kind_of(part.type) for part in node.inside]
        for one in kinds:
            meets(one, kinds[0] if wanted == "=" else wanted)
        meets(kind, kinds[0] if result == "=" else result)

    return judge


def _compare(node: Node, kind: str, of: dict[str, str]) -> None:
    _all("=", "YesNo")(node, kind, of)
    if node.what != "Compare" or node.op not in ("==", "!="):
        for part in node.inside:
            if part.type.what not in (*_ORDERED, "Unknown"):
                raise Unfit("sets have no order")


def _extreme(node: Node, kind: str, of: dict[str, str]) -> None:
    _compare(node, "YesNo", of)
    meets(kind, of["left"])


def _has(node: Node, kind: str, of: dict[str, str]) -> None:
    meets(kind, "YesNo")
    if of["set"] != "Unknown" and node.set.type.what != "SetOf":
        raise Unfit("only a set has members")
    if node.what == "Has" and "Unknown" not in of.values():
        meets(of["set"], f"set of {node.member.type.__dict__.get('name')}")


def _takes(**wanted: str) -> Any:
    def judge(node: Node, kind: str, of: dict[str, str]) -> None:
        meets(kind, wanted["type"])
        for name, one in wanted.items():
            if name != "type":
                meets(of[name], one)

    return judge


def _branches(node: Node, kind: str, of: dict[str, str]) -> None:
    meets(of.pop("condition", "YesNo"), "YesNo")
    for one in of.values():
        meets(one, kind)
        if kind == "Unknown" != one:
            raise Unfit("a value of no type")


def _collects(node: Node, kind: str, of: dict[str, str]) -> None:
    meets(of.get("where", "YesNo"), "YesNo")
    if node.op in _COUNTS:
        meets(kind, "Number" if node.op == "count" else "YesNo")
    else:
        meets(kind, of.get("value", ""))
    wanted = {"sum": ("Number",), "union": ("SetOf",), "min": _ORDERED, "max": _ORDERED}
    if node.type.what not in wanted.get(node.op, (node.type.what,)):
        raise Unfit(f"`{node.op}` does not take such values")


_KINDS: Final[dict[str, Any]] = {
    "Constant": lambda node, kind, of: None,
    "AsOf": _takes(type="Date"),
    "Not": _all("YesNo", "YesNo"), "And": _all("YesNo", "YesNo"), "Or": _all("YesNo", "YesNo"),
    "Shown": _all("YesNo", "YesNo"), "IsKnown": lambda node, kind, of: meets(kind, "YesNo"),
    "Compare": _compare, "In": _all("=", "YesNo"), "InRange": _compare,
    "Has": _has, "IsEmpty": _has,
    "Arithmetic": _all("Number", "Number"), "Round": _all("Number", "Number"),
    "AddTime": _takes(day="Date", amount="Number", type="Date"),
    "DaysBetween": _takes(start="Date", end="Date", type="Number"),
    "DayOf": _takes(day="AnyDayOfYear", year="Number", type="Date"),
    "Extreme": _extreme, "If": _branches, "IfKnown": _branches,
    "Aggregate": _collects, "Format": lambda node, kind, of: meets(kind, "Text"),
}  # fmt: skip


def _once(names: list[str]) -> bool:
    return len(set(names)) == len(names)


def _at(fault: Unfit, *where: object) -> Unfit:
    return fault.within(*where)
