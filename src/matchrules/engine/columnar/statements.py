"""Statements as columns: attributes with defaults, defines, tables, rejects, rules."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl

from matchrules import ir
from matchrules.dependencies import dependencies, order
from matchrules.ir import AGAINST, Define, Expression, Rule, RuleBase, Table
from matchrules.types import Number, Type

from . import comparing, logic, numbers
from .columns import dtype_of
from .expressions import Expressions, as_days
from .forms import BITS, DAY, TRUTH, ObstacleError, Plain, Scaled, form_of
from .nodes import CASES, Constant, Node
from .tables import hit


class Plan(Expressions):
    """Everything that a rule base says, on the days of one span. Nothing is worked out here."""

    def __init__(self, base: RuleBase, today: date) -> None:
        super().__init__(base, today)
        self._attributes: dict[tuple[str, str], Node] = {}
        self._defines: dict[str, Node] = {}
        self._holding: dict[str, Node] = {}
        self._marks: dict[object, Node] = {}
        self._said: list[Node] = []  # for each case, whether it shows a fault
        names = {(f"{f.name}.{a}"): (f.name, a) for f in base.facts.values() for a in f.attributes}
        first = order(dependencies(base))  # so that nothing here goes deep
        for name in (*first, *names, *base.defines):
            if name in base.defines:
                self.derived(name)
            else:
                self.attribute(*names[name])
        for reject in base.rejects:
            self.fault(reject.fact, self.value(reject.when))

    def fault(self, fact: str | None, node: Node) -> None:
        """Where it is true, for an instance of the fact or the case, the case is at fault."""
        found = logic.shown(self.graph, node)
        if found is self.graph.false:
            return
        if fact is not None:
            found = self.graph.gathered("any", fact, found, None, TRUTH, sure=True)
        self._said.append(found)

    # Facts ---------------------------------------------------------------------------------------

    def scope(self, fact: str | None) -> frozenset[str]:
        """The rows of what is said `for each` of a fact."""
        return CASES if fact is None else frozenset({fact})

    def attribute(self, fact: str, name: str) -> Node:
        found = self._attributes.get((fact, name))
        if found is None:
            found = self._attributes[fact, name] = self._attribute(fact, name)
        return found

    def _attribute(self, fact: str, name: str) -> Node:
        graph, declared = self.graph, self.base.facts[fact].attributes[name]
        many = self.base.facts[fact].many
        scope = self.scope(fact) if many else CASES
        held = dtype_of(declared.type)
        form = form_of(declared.type)
        if declared.never_read and isinstance(form, Scaled):
            form = Scaled(form.den, form.low, form.high, held)
        sure = many and declared.required
        if form == DAY:
            asserted = as_days(graph, graph.given(scope, fact, name, Plain("date", held), sure))
        elif isinstance(form, Scaled):
            wide = Scaled(form.den, form.low, form.high, whole_of(held))
            asserted = numbers.narrow(graph, graph.given(scope, fact, name, wide, sure))
        elif form.kind.startswith("enum"):
            given = graph.given(scope, fact, name, Plain(form.kind, pl.Int16), sure)
            dtype = form.dtype
            asserted = graph.step(("member",), lambda e: e.cast(dtype), [given], form)
        else:
            asserted = graph.given(scope, fact, name, form, sure)
        if declared.default is None:
            return asserted
        default = self.in_range(self.value(declared.default), declared.type, self.place(fact))
        one, two = comparing.alike(graph, [asserted, default])
        differ = comparing.compare(graph, "!=", one, two)
        if declared.unless is not None:
            kept = logic.shown(graph, self.value(declared.unless))
            differ = logic.both(graph, [differ, logic.negated(graph, kept)])
        self.fault(self.place(fact), differ)
        return logic.or_else(graph, one, two)

    def place(self, fact: str) -> str | None:
        """What attributes of a fact are said of: each instance, or (None) the case."""
        return fact if self.base.facts[fact].many else None

    def in_range(self, node: Node, type_: Type, fact: str | None) -> Node:
        """The value, or unknown and a fault where it breaks the promise of its range."""
        if isinstance(node, Constant) and node.value is None:
            return self.constant(None, type_)
        if not isinstance(type_, Number):
            return node
        outside = self.outside(node, type_)
        self.fault(fact, outside)
        found = logic.where(self.graph, logic.negated(self.graph, outside), node)
        if found is node:
            return node
        form = numbers.shape(found)
        low = max(form.low, int((type_.low or 0) * form.den)) if type_.low is not None else form.low
        high = (
            min(form.high, int((type_.high or 0) * form.den)) if type_.high is not None
            else form.high
        )  # fmt: skip
        if low > high:
            return self.graph.constant(None, form)
        kept = numbers.bounded(self.graph, found, Scaled(form.den, low, high, form.dtype))
        return numbers.narrow(self.graph, kept)

    def outside(self, node: Node, type_: Number) -> Node:
        """Where a number is outside the range of its type."""
        if isinstance(node, Constant) and node.value is None:
            return self.graph.false
        form = numbers.shape(node)
        beyond = []
        if type_.low is not None and form.low < type_.low * form.den:
            beyond.append(comparing.compare(self.graph, "<", node, self.constant(type_.low, type_)))
        if type_.high is not None and form.high > type_.high * form.den:
            beyond.append(
                comparing.compare(self.graph, ">", node, self.constant(type_.high, type_))
            )
        return logic.shown(self.graph, logic.either(self.graph, beyond))

    # Derived facts -------------------------------------------------------------------------------

    def derived(self, name: str) -> Node:
        found = self._defines.get(name)
        if found is None:
            found = self._defines[name] = self._derived(self.base.defines[name])
        return found

    def _derived(self, define: Define) -> Node:
        if isinstance(define.body, Table):
            value = self._table(define, define.body)
        else:
            value = self.value(define.body)
        return self.in_range(value, define.type, define.fact)

    def _table(self, define: Define, table: Table) -> Node:
        hits = [logic.both(self.graph, map(self.value, row.tests)) for row in table.rows]
        outputs = [self.value(row.output) for row in table.rows]
        if table.hit == "collect":
            outputs = [
                self.graph.constant(None, BITS) if isinstance(o, Constant) and o.value is None
                else comparing.one_of(self.graph, o)
                for o in outputs
            ]  # fmt: skip
        else:
            unknown = self.constant(None, define.type)
            outputs = comparing.alike(self.graph, [*outputs, unknown])[:-1]
        value, fault = hit(self.graph, table.hit, hits, outputs)
        self.fault(define.fact, fault)
        return value

    # Rules ---------------------------------------------------------------------------------------

    def holds(self, rule: Rule) -> Node:
        """Guards and `when` are true, and no `unless` is."""
        found = self._holding.get(rule.name)
        if found is None:
            graph = self.graph
            needed = [*rule.guards] if rule.when is None else [*rule.guards, rule.when]
            met = logic.shown(graph, logic.both(graph, map(self.value, needed)))
            blocked = logic.shown(graph, logic.either(graph, map(self.value, rule.unless)))
            found = logic.both(graph, [met, logic.negated(graph, blocked)])
            self._holding[rule.name] = found
        return found

    def stands(self, rule: Rule) -> Node:
        """The rule's conditions hold and no overrider's do, overridden or not."""
        graph = self.graph
        others = self.base.overriders.get(rule.name, ())
        withdrawn = logic.either(graph, [self.holds(other) for other in others])
        found = logic.both(graph, [self.holds(rule), logic.negated(graph, withdrawn)])
        return graph.spread(found, self.scope(rule.fact))

    def field(self, expression: Expression, type_: Type) -> Node:
        """A field's value, in the form in which it comes out."""
        return self.outward(self.value(expression), type_)

    def outward(self, node: Node, type_: Type) -> Node:
        """A value in the form in which it comes out."""
        dtype = dtype_of(type_)
        if isinstance(node, Constant) and node.value is None:
            return self.graph.constant(None, Plain("out", dtype))
        if isinstance(type_, Number):
            den = 10 ** (type_.places or 0)
            if den % numbers.shape(node).den:
                raise ObstacleError("a number in it is kept with more places than its type has")
            return numbers.cast(self.graph, numbers.over(self.graph, node, den), whole_of(dtype))
        if node.form.dtype == dtype:
            return node
        return self.graph.step(
            ("out", str(dtype)), lambda e: e.cast(dtype), [node], Plain("out", dtype)
        )

    # Faults --------------------------------------------------------------------------------------

    def faulty(self) -> Node:
        """For each case whether it shows any fault."""
        graph = self.graph
        said = len(self._said)
        for rule in self.base.rules.values():
            for then in rule.thens:
                declared = self.base.advice[then.kind].subjects[then.subject].fields
                for name, expression in then.fields.items():
                    type_, node = declared[name], self.value(expression)
                    if isinstance(type_, Number) and isinstance(node.form, Scaled):
                        outside = self.outside(node, type_)
                        self.fault(rule.fact, logic.both(graph, [self.stands(rule), outside]))
        for fact, node in self._contradictions():
            self.fault(fact, node)
        found = logic.either(graph, self._said)
        del self._said[said:]
        return found

    def _contradictions(self) -> Iterator[tuple[str | None, Node]]:
        """A subject both for and against, or two known values of a unique one, per instance."""
        said: dict[tuple[str, str, str | None], list[tuple[Rule, ir.Then]]] = {}
        for rule in self.base.rules.values():
            for then in rule.thens:
                said.setdefault((then.kind, then.subject, rule.fact), []).append((rule, then))
        graph = self.graph
        for (kind, subject, fact), thens in said.items():
            sides = [
                logic.either(graph, [
                    self.stands(rule) for rule, then in thens if (then.strength in AGAINST) is side
                ])
                for side in (True, False)
            ]  # fmt: skip
            yield fact, logic.both(graph, sides)
            declared = self.base.advice[kind].subjects[subject]
            if declared.unique and len(thens) > 1:
                for name in declared.fields:
                    yield fact, self._differing(
                        [(self.stands(r), self.value(t.fields[name])) for r, t in thens
                         if name in t.fields]
                    )  # fmt: skip

    def _differing(self, said: Sequence[tuple[Node, Node]]) -> Node:
        """Where two of the values that are said are known and differ."""
        graph = self.graph
        values = comparing.alike(graph, [value for _, value in said])
        kept = [
            logic.where(graph, stands, value)
            for (stands, _), value in zip(said, values, strict=True)
            if not (isinstance(value, Constant) and value.value is None)
        ]
        if len({v.number for v in values}) < 2 or len(kept) < 2:
            return graph.false
        most = graph.step(("most",), pl.max_horizontal, kept, kept[0].form, sure=False,
                          strict=False)  # fmt: skip
        least = graph.step(("least",), pl.min_horizontal, kept, kept[0].form, sure=False,
                           strict=False)  # fmt: skip
        return comparing.compare(graph, "!=", most, least)

    # What is provisional -------------------------------------------------------------------------

    def marked(self, reader: Define | Rule) -> Node:
        """Marked where its own condition is true, or by something that it names."""
        key = (isinstance(reader, Rule), reader.name)
        found = self._marks.get(key)
        if found is None:
            marks = [self.provisional(e) for e in reader.expressions()]
            if reader.provisional is not None:
                marks.append(logic.shown(self.graph, self.value(reader.provisional)))
            found = self._marks[key] = logic.either(self.graph, marks)
        return found

    def provisional(self, expression: Expression) -> Node:
        """Something that the expression names, branch taken or not, is provisional."""
        graph = self.graph
        match expression:
            case ir.Derived(name):
                return self.marked(self.base.defines[name])
            case ir.Attribute(fact, name):
                if (fact, name) not in self._marks:
                    declared = self.base.facts[fact].attributes[name]
                    parts = [e for e in (declared.default, declared.unless) if e is not None]
                    self._marks[fact, name] = logic.either(graph, map(self.provisional, parts))
                return self._marks[fact, name]
            case ir.Aggregate():
                inside = [e for e in (expression.where, expression.value) if e is not None]
                found = logic.either(graph, map(self.provisional, inside))
                if found is graph.false:
                    return found
                return graph.gathered("any", expression.fact, found, None, TRUTH, sure=True)
        return logic.either(graph, map(self.provisional, ir.children(expression)))


def whole_of(dtype: Any) -> Any:
    """The class of a number's dtype."""
    return pl.Int128 if dtype == pl.Int128 else pl.Int64


__all__ = ["Plan"]
