"""What a value rests on, as one number: equal numbers, equal value in every case.

Both sides of a comparison number their expressions in one register, names replaced by what stands
behind them: so a define that was only renamed, or written in another file, has the number that it
had. What has its number on both sides needs no solver.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from attrs import fields

from matchrules import ir
from matchrules.dependencies import dependencies, order
from matchrules.ir import Define, Expression, Rule, RuleBase, children

Register = dict[Hashable, int]


class Cones:
    """The numbers of one rule base. `register` is shared by all that are to be compared."""

    def __init__(self, base: RuleBase, register: Register) -> None:
        self.base = base
        self.seen: set[int] = set()
        self._register = register
        # By identity; the node is kept, or its number could be that of another one.
        self._known: dict[int, tuple[Expression, int]] = {}
        self._parameters: dict[str, int] = {}
        self._names: dict[str, int] = {}
        # In the order of dependency, so that only expressions recurse, never chains of names.
        for name in order(dependencies(base)):
            self._names[name] = self._name(name)
        self.rules: Mapping[str, int] = {
            rule.name: self._conditions(rule) for rule in base.rules.values()
        }

    def name(self, dotted: str) -> int:
        """The number of a define, table or attribute."""
        return self._names[dotted]

    def parameter(self, name: str) -> int:
        """The number of a parameter: its values by day and key."""
        if name not in self._parameters:
            declared = self.base.parameters[name]
            rows = tuple((r.key, r.start, r.value) for r in declared.rows)
            self._parameters[name] = self._number(("parameter", rows, declared.type))
        return self._parameters[name]

    def stands(self, rule: Rule) -> int:
        """The number of when a rule's advice stands."""
        others = self.base.overriders.get(rule.name, ())
        each = sorted((other.fact is not None, self.rules[other.name]) for other in others)
        return self._number(("stands", self.rules[rule.name], tuple(each)))

    def says(self, rule: Rule) -> int:
        """The number of what a rule says, its texts left out."""
        thens = tuple(
            (then.strength, then.kind, then.subject, tuple(
                (name, self.expression(e)) for name, e in sorted(then.fields.items())
            )) for then in rule.thens
        )  # fmt: skip
        return self._number(("says", thens, self._key_of(rule.fact)))

    def expression(self, e: Expression) -> int:
        """The number of an expression."""
        found = self._known.get(id(e))
        if found is None:
            found = self._known[id(e)] = (e, self._number(self._shape(e)))
        return found[1]

    def expressions(self, several: Iterable[Expression | None]) -> tuple[int | None, ...]:
        """The numbers of several expressions."""
        return tuple(None if e is None else self.expression(e) for e in several)

    def _number(self, shape: Hashable) -> int:
        found = self._register.setdefault(shape, len(self._register))
        self.seen.add(found)
        return found

    def _shape(self, e: Expression) -> Hashable:
        match e:
            case ir.Attribute(fact, name):
                return self._names[f"{fact}.{name}"]
            case ir.Derived(name, _, fact):
                return ("derived", self._names[name], fact)
            case ir.ParameterValue(name, _, on, key):
                return ("parameter", self.parameter(name), *self.expressions((on, key)))
            case ir.Aggregate(op, fact, type_, value, where, by, take):
                ties = self._ties(fact, by) if by is not None else ()
                return ("aggregate", op, fact, type_, *self.expressions((value, where)), ties, take)
            case ir.Constant(value, type_):
                # 1 and yes are equal in Python
                return ("constant", type(value), value, type_)
        kind: Any = type(e)
        inside = {id(child) for child in children(e)}
        plain = tuple(
            value for value in (getattr(e, a.name) for a in fields(kind))
            if id(value) not in inside and not _holds_expressions(value)
        )  # fmt: skip
        return (kind, plain, *(self.expression(child) for child in children(e)))

    def _ties(self, fact: str, by: str) -> tuple[Hashable, ...]:
        """By what a pick orders instances."""
        attributes = self.base.facts[fact].attributes.values()
        return (by, *(self._names[f"{fact}.{a.name}"] for a in attributes if not a.never_read))

    def _name(self, dotted: str) -> int:
        define = self.base.defines.get(dotted)
        if define is not None:
            return self._number(("define", define.fact, define.type, self._body(define)))
        fact, _, name = dotted.partition(".")
        a = self.base.facts[fact].attributes[name]
        texts = self.expressions((a.default, a.unless))
        return self._number(("attribute", fact, name, a.type, texts))

    def _body(self, define: Define) -> Hashable:
        if not isinstance(define.body, ir.Table):
            return self.expression(define.body)
        rows = [(*self.expressions(row.tests), self.expression(row.output))
                for row in define.body.rows]  # fmt: skip
        return (define.body.hit, tuple(rows))

    def _conditions(self, rule: Rule) -> int:
        blocks = frozenset(self.expressions(rule.unless))
        needs = frozenset(self.expressions([*rule.guards, rule.when]))
        return self._number(("rule", self._key_of(rule.fact), needs, blocks))

    def _key_of(self, fact: str | None) -> Hashable:
        return None if fact is None else (fact, self.base.facts[fact].keys)


def _holds_expressions(value: Any) -> bool:
    return isinstance(value, tuple)


def read_by(base: RuleBase, tops: Iterable[Expression]) -> tuple[frozenset[str], frozenset[str]]:
    """The names (defines, tables, attributes) and the parameters that expressions rest on, directly
    or through others."""
    names: set[str] = set()
    parameters: set[str] = set()
    stack = list(tops)
    while stack:
        for node in ir.walk(stack.pop()):
            if isinstance(node, ir.ParameterValue):
                parameters.add(node.name)
            for name in _named(base, node):
                if name not in names:
                    names.add(name)
                    stack.extend(_behind(base, name))
    return frozenset(names), frozenset(parameters)


def _named(base: RuleBase, node: Expression) -> Iterator[str]:
    match node:
        case ir.Derived(name):
            yield name
        case ir.Attribute(fact, name):
            yield f"{fact}.{name}"
        case ir.Aggregate(fact=fact, by=by) if by is not None:
            for attribute in base.facts[fact].attributes.values():
                if not attribute.never_read:
                    yield f"{fact}.{attribute.name}"


def _behind(base: RuleBase, name: str) -> Iterator[Expression]:
    define = base.defines.get(name)
    if define is not None:
        yield from define.expressions()
        return
    fact, _, attribute = name.partition(".")
    declared = base.facts[fact].attributes[attribute]
    yield from (e for e in (declared.default, declared.unless) if e is not None)


__all__ = ["Cones", "Register", "read_by"]
