"""Two rule bases whose vocabularies differ, over the cases that both of them know.

What only one side declares no common case can assert: such an attribute is unknown (or what its
default makes it), such a fact is not there. The rest is declared alike on both sides, so that one
case fits both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, fields, frozen

from matchrules import ir
from matchrules.ir import (
    AttributeDeclaration,
    Define,
    Expression,
    FactDeclaration,
    Reject,
    Rule,
    RuleBase,
    Table,
    Template,
)
from matchrules.types import Enum, Number, SetOf, Type, YesNo


@frozen
class Shared:
    """Both sides over one vocabulary. `ground` declares the facts of the common cases, without
    defaults. `notes` tell in words what differs; `blocked` is why there is no such vocabulary."""

    old: RuleBase
    new: RuleBase
    ground: RuleBase
    notes: tuple[str, ...] = ()
    blocked: str = ""


def shared(old: RuleBase, new: RuleBase) -> Shared:
    """Both rule bases over the vocabulary that they share."""
    if _types_only(old) == _types_only(new):
        return Shared(old, new, _ground(new, _common(old, new, {})))
    notes: list[str] = []
    enums = dict(_merged_enums(old, new, notes))
    if None in enums.values():
        names = ", ".join(f"`{name}`" for name, found in enums.items() if found is None)
        why = f"the members of {names} stand in another order"
        return Shared(old, new, new, tuple(notes), why)
    merged = {name: enum for name, enum in enums.items() if enum is not None}
    facts = _common(old, new, merged, notes)
    rebuilt = [_Rebuilding(base, facts, merged).base() for base in (old, new)]
    partial = _partial(old, new, facts, merged)
    for number, base in enumerate(rebuilt):
        rebuilt[number] = evolve(base, rejects=(*base.rejects, *partial))
    return Shared(rebuilt[0], rebuilt[1], _ground(rebuilt[1], facts), tuple(notes))


def _types_only(base: RuleBase) -> Any:
    """What decides which cases can be written at all."""
    return (
        {name: enum.type for name, enum in base.enums.items()},
        {fact.name: (fact.bound, fact.keys,
                     [(a.name, a.type, a.required) for a in fact.attributes.values()])
         for fact in base.facts.values()},
    )  # fmt: skip


def _ground(base: RuleBase, facts: Mapping[str, FactDeclaration]) -> RuleBase:
    return evolve(base, facts=facts)


# Enums ----------------------------------------------------------------------------------------


def _merged_enums(
    old: RuleBase, new: RuleBase, notes: list[str]
) -> Iterator[tuple[str, Enum | None]]:
    """Each enum that differs, with the members of both; None where they cannot be put in a row."""
    for name in sorted(old.enums.keys() & new.enums.keys()):
        one, two = old.enums[name].type, new.enums[name].type
        assert isinstance(one, Enum) and isinstance(two, Enum)
        if one == two:
            continue
        for word, these, those in (("removed", one, two), ("added", two, one)):
            alone = [m for m in these.members if m not in those.members]
            if alone:
                shown = ", ".join(f"`{m}`" for m in alone)
                notes.append(f"{shown} {word} in enum `{name}`: cases that say so are not compared")
        row = _in_a_row(one.members, two.members)
        yield name, None if row is None else Enum(name, row, one.ordered and two.ordered)


def _in_a_row(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[str, ...] | None:
    both = [member for member in one if member in two]
    if both != [member for member in two if member in one]:
        return None
    found: list[str] = []
    rest = list(two)
    for member in one:
        if member in two:
            while rest[0] != member:
                found.append(rest.pop(0))
            rest.pop(0)
        found.append(member)
    return (*found, *rest)


# Facts ----------------------------------------------------------------------------------------


def _common(
    old: RuleBase, new: RuleBase, enums: Mapping[str, Enum], notes: list[str] | None = None
) -> dict[str, FactDeclaration]:
    """The facts and attributes that a case of both sides can assert."""
    notes = [] if notes is None else notes
    for name in sorted(old.facts.keys() ^ new.facts.keys()):
        side = "old" if name in old.facts else "new"
        notes.append(f"fact `{name}` is in the {side} rules only: cases with it are not compared")
    found = {}
    for name in sorted(old.facts.keys() & new.facts.keys()):
        one, two = old.facts[name], new.facts[name]
        if one.many != two.many or set(one.keys) != set(two.keys):
            notes.append(f"fact `{name}` is keyed otherwise, or many on one side only: cases with "
                         "it are not compared")  # fmt: skip
            continue
        attributes = {
            a.name: joined for a in two.attributes.values()
            if (joined := _joined(one.attributes.get(a.name), a, enums)) is not None
        }  # fmt: skip
        alone = [
            (fact, a) for fact in (one, two) for a in fact.attributes.values()
            if a.name not in attributes
        ]  # fmt: skip
        for dotted in sorted({f"{name}.{a.name}" for _, a in alone}):
            notes.append(f"`{dotted}` is not declared alike: cases that give it are not compared")
        if any(a.required for _, a in alone):
            notes.append(f"so no case with `{name}` is one of both sides")
            continue
        if one.bound != two.bound:
            notes.append(
                f"`{name}` may be there {one.bound} times in the old rules and {two.bound} times "
                "in the new: the smaller number is compared"
            )
        bound = None if one.bound is None or two.bound is None else min(one.bound, two.bound)
        found[name] = evolve(two, attributes=attributes, bound=bound)
    return {name: found[name] for name in sorted(found)}


def _joined(
    one: AttributeDeclaration | None, two: AttributeDeclaration, enums: Mapping[str, Enum]
) -> AttributeDeclaration | None:
    """The attribute as both sides know it, without defaults; None where they do not."""
    type_ = None if one is None else _meeting(with_enums(one.type, enums),
                                              with_enums(two.type, enums))  # fmt: skip
    if one is None or type_ is None:
        return None
    optional = not (one.required or two.required)
    return evolve(two, type=type_, optional=optional, default=None, unless=None)


def _meeting(one: Type, two: Type) -> Type | None:
    """The type of the values that both types have."""
    if isinstance(one, Number) and isinstance(two, Number) and one.unit == two.unit:
        if None in (one.low, one.high, two.low, two.high):
            return one if one == two else None
        low, high = max(one.low or 0, two.low or 0), min(one.high or 0, two.high or 0)
        places = min(one.places or 0, two.places or 0)
        return Number(places, low, high, one.unit) if low <= high else None
    return one if one == two else None


def with_enums(type_: Type, enums: Mapping[str, Enum]) -> Type:
    """The type with the members of both sides."""
    if isinstance(type_, Enum):
        return enums.get(type_.name, type_)
    if isinstance(type_, SetOf):
        return SetOf(enums.get(type_.of.name, type_.of))
    return type_


def _partial(
    old: RuleBase, new: RuleBase, facts: Mapping[str, FactDeclaration], enums: Mapping[str, Enum]
) -> Iterable[Reject]:
    """Rejects of the cases that say what one side has no word for."""
    for fact in facts.values():
        for a in fact.attributes.values():
            enum = a.type.of if isinstance(a.type, SetOf) else a.type
            if not isinstance(enum, Enum) or enum.name not in enums:
                continue
            # the type of a declared enum is one
            sides = [base.enums[enum.name].type.members for base in (old, new)]  # type: ignore[union-attr]
            value = ir.Attribute(fact.name, a.name, a.type)
            for member in enum.members:
                if all(member in side for side in sides):
                    continue
                constant = ir.Constant(member, enum)
                when: Expression = (
                    ir.Has(value, constant) if isinstance(a.type, SetOf)
                    else ir.Compare("==", value, constant)
                )  # fmt: skip
                name = f"{fact.name}.{a.name} {member}"
                yield Reject(name, Template((name,)), when, fact.name if fact.many else None)


# Statements -----------------------------------------------------------------------------------


class _Rebuilding:
    """One side, written anew over the common facts."""

    def __init__(
        self, base: RuleBase, facts: Mapping[str, FactDeclaration], enums: Mapping[str, Enum]
    ) -> None:
        self._base, self._facts, self._enums = base, facts, enums
        self._defaults: dict[tuple[str, str], Expression] = {}

    def base(self) -> RuleBase:
        base = self._base
        return evolve(
            base,
            facts={name: self._fact(base.facts[name], joined)
                   for name, joined in self._facts.items()},
            enums={name: evolve(enum, type=with_enums(enum.type, self._enums))
                   for name, enum in base.enums.items()},
            parameters={name: evolve(p, type=with_enums(p.type, self._enums))
                        for name, p in base.parameters.items()},
            advice={name: evolve(a, subjects={
                s.name: evolve(s, fields={f: with_enums(t, self._enums)
                                          for f, t in s.fields.items()})
                for s in a.subjects.values()}) for name, a in base.advice.items()},
            defines={name: self._define(d) for name, d in base.defines.items()
                     if self._there(d.fact)},
            rules={name: self._rule(r) for name, r in base.rules.items() if self._there(r.fact)},
            rejects=tuple(evolve(r, when=self.written(r.when), text=Template(()))
                          for r in base.rejects if self._there(r.fact)),
            properties={}, examples=(),
        )  # fmt: skip

    def _there(self, fact: str | None) -> bool:
        return fact is None or fact in self._facts

    def _fact(self, mine: FactDeclaration, joined: FactDeclaration) -> FactDeclaration:
        """My defaults and my order, their types and bounds."""
        attributes = {}
        for a in mine.attributes.values():
            if a.name in joined.attributes:
                common = joined.attributes[a.name]
                attributes[a.name] = evolve(
                    a, type=common.type, optional=a.optional and common.optional,
                    default=None if a.default is None else self.written(a.default),
                    unless=None if a.unless is None else self.written(a.unless),
                )  # fmt: skip
        return evolve(mine, attributes=attributes, bound=joined.bound)

    def _define(self, define: Define) -> Define:
        type_ = with_enums(define.type, self._enums)
        if not isinstance(define.body, Table):
            return evolve(define, type=type_, body=self.written(define.body), provisional=None)
        rows = tuple(
            evolve(row, tests=self._each(row.tests), output=self.written(row.output))
            for row in define.body.rows
        )
        table = evolve(define.body, heads=self._each(define.body.heads), rows=rows)
        return evolve(define, type=type_, body=table, provisional=None)

    def _rule(self, rule: Rule) -> Rule:
        thens = tuple(
            evolve(then, text=Template(()),
                   fields={name: self.written(e) for name, e in then.fields.items()})
            for then in rule.thens
        )  # fmt: skip
        when = None if rule.when is None else self.written(rule.when)
        return evolve(
            rule, thens=thens, guards=self._each(rule.guards), when=when,
            unless=self._each(rule.unless), provisional=None, reasons={},
        )  # fmt: skip

    def _each(self, several: Iterable[Expression]) -> tuple[Expression, ...]:
        return tuple(map(self.written, several))

    def written(self, e: Expression) -> Expression:
        """The expression over the common facts."""
        return rewritten(e, self._step)

    def _step(self, e: Expression) -> Expression:
        if isinstance(e, ir.Aggregate) and e.fact not in self._facts:
            return _of_none(e)
        if isinstance(e, ir.Attribute):
            joined = self._facts.get(e.fact)
            if joined is None or e.name not in joined.attributes:
                return self._unasserted(e.fact, e.name)
            return evolve(e, type=joined.attributes[e.name].type)
        type_ = with_enums(e.type, self._enums)
        return e if type_ is e.type else evolve(e, type=type_)

    def _unasserted(self, fact: str, name: str) -> Expression:
        """What the attribute is where nobody can assert it."""
        declared = self._base.facts[fact].attributes[name]
        if declared.default is None:
            return ir.Constant(None, with_enums(declared.type, self._enums))
        if (fact, name) not in self._defaults:
            self._defaults[fact, name] = self.written(declared.default)
        return self._defaults[fact, name]


def _of_none(e: ir.Aggregate) -> Expression:
    """An aggregate over no instance (language.md 2.5)."""
    nothing: dict[str, Any] = {
        "count": 0, "sum": 0, "any": False, "all": True, "union": frozenset(),
    }  # fmt: skip
    return ir.Constant(nothing.get(e.op), YesNo() if e.op in ("any", "all") else e.type)


def rewritten(e: Expression, step: Callable[[Expression], Expression]) -> Expression:
    """The expression with every part replaced by what `step` makes of it, innermost first."""
    kind: Any = type(e)
    changes: dict[str, Any] = {}
    for name in (a.name for a in fields(kind) if "Expression" in str(a.type)):
        value = getattr(e, name)
        if isinstance(value, tuple):
            parts = tuple(rewritten(part, step) for part in value)
            if any(one is not two for one, two in zip(parts, value, strict=True)):
                changes[name] = parts
        elif value is not None:
            part = rewritten(value, step)
            if part is not value:
                changes[name] = part
    return step(evolve(e, **changes) if changes else e)


__all__ = ["Shared", "rewritten", "shared", "with_enums"]
