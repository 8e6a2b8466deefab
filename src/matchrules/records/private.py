"""What of a decision is kept out of its record: private facts, and what shows them.

In place of a hidden value stands its hash with a salt: whoever has the value and the salt can check
that it is the one. Verdicts on a private fact (whether it is below a limit) and what is chosen by
one are not hidden: they are the advice.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from matchrules import ir
from matchrules.ir import Expression, Rule, RuleBase, Then, children
from matchrules.lazy import cached_property
from matchrules.records.canonical import canonical, digest, parse
from matchrules.types import Enum, Text

_VERDICTS = (
    ir.Not, ir.And, ir.Or, ir.Shown, ir.IsKnown, ir.Compare, ir.In, ir.InRange, ir.Has, ir.IsEmpty,
)  # fmt: skip


def hashed(salt: str | None, label: str, value: Any) -> dict[str, str]:
    """What stands in place of a hidden value."""
    return {"private": digest(canonical([salt, label, value]))}


def is_hidden(value: Any) -> bool:
    """Whether a value of a record is a hash in the place of one."""
    return isinstance(value, Mapping) and set(value) == {"private"}


@frozen(slots=False, eq=False)
class Shows:
    """Which expressions of a rule base show a private fact: their value is one, or is worked out
    from one by more than a verdict."""

    base: RuleBase
    _known: dict[str, bool] = field(factory=dict, init=False)

    def attribute(self, fact: str, name: str) -> bool:
        declaration = self.base.facts[fact].attributes[name]
        default = declaration.default
        return declaration.private or (
            default is not None and self._once(f"{fact}.{name}", (default,))
        )

    def define(self, name: str) -> bool:
        body = self.base.defines[name].body
        rows = (row.output for row in body.rows) if isinstance(body, ir.Table) else (body,)
        return self._once(name, tuple(rows))

    def about(self, fact: str | None) -> bool:
        """Whether the key of an instance does."""
        keys = self.base.facts[fact].keys if fact is not None else ()
        return any(self.attribute(str(fact), key) for key in keys)

    def text(self, then: Then) -> bool:
        return any(map(self.expression, then.text.holes))

    def expression(self, expression: Expression) -> bool:
        match expression:
            case ir.Attribute(fact, name):
                return self.attribute(fact, name)
            case ir.Derived(name):
                return self.define(name)
            case ir.If(_, then, otherwise):
                return self.expression(then) or self.expression(otherwise)
            case ir.Aggregate(value=value):
                return value is not None and self.expression(value)
            case _ if isinstance(expression, _VERDICTS):
                return False
        return any(map(self.expression, children(expression)))

    def _once(self, name: str, expressions: tuple[Expression, ...]) -> bool:
        if name not in self._known:
            self._known[name] = any(map(self.expression, expressions))
        return self._known[name]


@frozen(slots=False, eq=False)
class Hiding:
    """Puts hashes in the place of what a record of one case must not show; with no salt, nothing
    is hidden."""

    base: RuleBase
    salt: str | None

    @cached_property
    def _shows(self) -> Shows:
        return Shows(self.base)

    def attribute(self, fact: str, name: str, value: Any) -> Any:
        if value is None or self.salt is None or not self._shows.attribute(fact, name):
            return value
        return hashed(self.salt, f"{fact}.{name}", value)

    def define(self, name: str, value: Any) -> Any:
        if value is None or self.salt is None or not self._shows.define(name):
            return value
        return hashed(self.salt, name, value)

    def facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a case, in the shape of a case file."""
        return {
            name: [self._instance(name, instance) for instance in given]
            if isinstance(given, list)
            else self._instance(name, given)
            for name, given in facts.items()
        }

    def _instance(self, fact: str, instance: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.attribute(fact, name, value) for name, value in instance.items()}

    def derived(self, derived: Mapping[str, Any]) -> dict[str, Any]:
        """The derived facts, as a decision has them."""
        if self.salt is None:
            return dict(derived)
        return {name: self._derived(name, value) for name, value in derived.items()}

    def _derived(self, name: str, value: Any) -> Any:
        fact = self.base.defines[name].fact
        if fact is None or not isinstance(value, Mapping | list):
            return self.define(name, value)
        if isinstance(value, list):
            return [self.define(name, item) for item in value]
        return {self._key(fact, key): self.define(name, item) for key, item in value.items()}

    def _key(self, fact: str, key: str) -> str:
        if not self._shows.about(fact):
            return key
        declaration = self.base.facts[fact]
        types = [declaration.attributes[name].type for name in declaration.keys]
        bare = len(types) == 1 and isinstance(types[0], Text | Enum)
        return hashed(self.salt, "about", key if bare else parse(key))["private"]

    def advice(self, advice: Mapping[str, Any], rule: Rule, then: Then) -> dict[str, Any]:
        """One piece of advice, as a decision has it, of that `then` of that rule."""
        told = dict(advice)
        if self.salt is None:
            return told
        shows = self._shows
        if shows.text(then):
            told["text"] = hashed(self.salt, "text", told["text"])
        if shows.about(rule.fact):
            told["about"] = hashed(self.salt, "about", told["about"])
        for part, expressions in (("fields", then.fields), ("reasons", rule.reasons)):
            told[part] = {
                name: hashed(self.salt, name, value)
                if value is not None and shows.expression(expressions[name])
                else value
                for name, value in told[part].items()
            }
        return told


__all__ = ["Hiding", "Shows", "hashed", "is_hidden"]
