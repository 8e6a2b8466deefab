"""What there is to cover: rules, rows of tables, and decisions with their conditions.

A decision is the `when` of a rule with its `unless`, a guard of a ruleset or section, a define that
is yes or no, the condition of an `if … else` that chooses a value, the `where` of an aggregate, the
`when` of a reject, and the `unless` of a default. Texts are not looked into: no example can expect
anything of one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from attrs import Factory, define, field, frozen

from matchrules import ir
from matchrules.ir import (
    AttributeDeclaration,
    Define,
    Expression,
    FactDeclaration,
    Reject,
    Row,
    Rule,
    RuleBase,
)
from matchrules.syntax import ast
from matchrules.testing.coverage.places import Pair, Texts, of_cell, spans
from matchrules.testing.coverage.trees import Fixed, Node, Tree
from matchrules.text import Span
from matchrules.types import YesNo

Kind = Literal["rule", "guard", "define", "choice", "selection", "reject", "default"]


Asked = tuple[Expression, int]


@frozen
class Condition:
    """A part of a decision that is true or not, and is not made up of others."""

    expression: Expression = field(repr=False)
    span: Span
    text: str


@frozen
class Home:
    """The statement that a decision stands in, and what it is called. `fact` is what it is said for
    each of, of a default the many-fact that it belongs to."""

    name: str
    statement: Rule | Define | Reject | AttributeDeclaration = field(repr=False)
    fact: str | None


@frozen
class Decision:
    """`span` is where the decision is written, of a rule, define or reject as a whole the place of
    its name. `facts` are those of which an instance is looked at, outermost first; `reach` is what
    has to be true before it is decided at all, each with how many of these instances it is asked
    of. `base` is the first in which it is in force."""

    kind: Kind
    home: Home
    span: Span
    tree: Tree = field(repr=False)
    conditions: tuple[Condition, ...]
    facts: tuple[str, ...]
    reach: tuple[Asked, ...] = field(repr=False)
    base: RuleBase = field(repr=False, eq=False)

    @property
    def owner(self) -> str:
        return self.home.name


@define
class Plan:
    """The decisions of one rule base. `at` finds one by the expression that it decides by (of a
    rule by its place in `rules`); `holding` are the expressions that hold an `if` or `where`."""

    base: RuleBase
    at: dict[int, Decision] = Factory(dict)
    rules: dict[str, Decision] = Factory(dict)
    guards: dict[int, Decision] = Factory(dict)
    rows: list[tuple[Define, int, Row]] = Factory(list)
    holding: set[int] = Factory(set)
    behind: frozenset[str] = frozenset()  # the defines that lead to a reject or a default

    def decisions(self) -> Iterator[Decision]:
        """All of them."""
        yield from self.rules.values()
        yield from self.guards.values()
        yield from self.at.values()


def plan(base: RuleBase, texts: Texts) -> Plan:
    """What there is to cover."""
    planner = _Planner(base, texts)
    for rule in base.rules.values():
        planner.rule(rule)
    for defined in base.defines.values():
        planner.define(defined)
    for reject in base.rejects:
        node = texts.statements[reject.span]
        assert isinstance(node, ast.RejectStatement)
        home = Home(f'reject "{reject.name}"', reject, reject.fact)
        _Place(planner, home, spans([(node.when, reject.when)])).whole(
            "reject", reject.span, reject.when
        )
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            planner.default(fact, attribute)
    planner.plan.behind = _behind(base)
    return planner.plan


def standing(base: RuleBase, rule: Rule) -> tuple[Expression, ...]:
    """What has to be true for the advice of a rule to be given: its own conditions, and that none
    of what overrides it holds."""
    others = base.overriders.get(rule.name, ())
    return (*_holding(rule), *(_not_true(ir.And(_holding(other))) for other in others))


def _holding(rule: Rule) -> tuple[Expression, ...]:
    when = () if rule.when is None else (rule.when,)
    return (*rule.guards, *when, *map(_not_true, rule.unless))


def _not_true(condition: Expression) -> Expression:
    return ir.Not(ir.Shown(condition))


class _Planner:
    """Goes through the statements."""

    def __init__(self, base: RuleBase, texts: Texts) -> None:
        self.texts = texts
        self.plan = Plan(base)

    def rule(self, rule: Rule) -> None:
        node = self.texts.statements[rule.span]
        assert isinstance(node, ast.RuleStatement)
        self._guards(rule)
        home = Home(f"rule {rule.full_name}", rule, rule.fact)
        pairs: list[Pair] = list(zip(node.unless, rule.unless, strict=True))
        if node.when is not None and rule.when is not None:
            pairs.append((node.when, rule.when))
        if pairs:
            place = _Place(self, home, spans(pairs), rule.guards)
            self.plan.rules[rule.name] = place.decision("rule", rule.span, rule.when, rule.unless)
        needed = standing(self.plan.base, rule)
        for written, then in zip(node.thens, rule.thens, strict=True):
            given = {one.name.text: one.value for one in written.fields}
            for name, value in then.fields.items():
                self._value(home, given[name], value, needed)

    def _guards(self, rule: Rule) -> None:
        clauses = self.texts.guards[rule.span]
        above: tuple[Expression, ...] = ()
        for clause, guard in zip(clauses, rule.guards, strict=True):
            if id(guard) not in self.plan.guards:
                of_file = clause is clauses[0] and rule.span.source in self.texts.guarded
                called = f"ruleset {rule.ruleset}" if of_file else f'section "{rule.section}"'
                place = _Place(self, Home(called, rule, None), spans([(clause, guard)]), above)
                self.plan.guards[id(guard)] = place.decision("guard", clause.span, guard)
            above = (*above, guard)

    def define(self, defined: Define) -> None:
        node = self.texts.statements[defined.span]
        if isinstance(defined.body, ir.Table):
            assert isinstance(node, ast.TableStatement)
            self._table(defined, node, defined.body)
            return
        assert isinstance(node, ast.DefineStatement)
        home = Home(f"define {defined.name}", defined, defined.fact)
        if isinstance(defined.type, YesNo):
            place = _Place(self, home, spans([(node.body, defined.body)]))
            place.whole("define", defined.span, defined.body)
        else:
            self._value(home, node.body, defined.body)

    def _table(self, defined: Define, node: ast.TableStatement, table: ir.Table) -> None:
        home = Home(f"table {defined.name}", defined, defined.fact)
        for head, expression in zip(node.heads, table.heads, strict=True):
            self._value(home, head, expression)
        for number, (written, row) in enumerate(zip(node.rows, table.rows, strict=True), 1):
            self.plan.rows.append((defined, number, row))
            for cell, test in zip(written.cells, row.tests, strict=True):
                for operand, expression in of_cell(cell, test):
                    self._value(home, operand, expression)
            self._value(home, written.output, row.output, row.tests)

    def default(self, fact: FactDeclaration, attribute: AttributeDeclaration) -> None:
        if attribute.default is None:
            return
        node = self.texts.attributes[attribute.span]
        called = f"default of {fact.name}.{attribute.name}"
        home = Home(called, attribute, fact.name if fact.many else None)
        assert node.default is not None
        self._value(home, node.default, attribute.default)
        if attribute.unless is not None and node.unless is not None:
            asserted = ir.Attribute(fact.name, attribute.name, attribute.type)
            differs = ir.Compare("!=", asserted, attribute.default)
            places = spans([(node.unless, attribute.unless)])
            place = _Place(self, home, places, (differs,))
            place.whole("default", node.unless.span, attribute.unless)

    def _value(
        self, home: Home, node: ast.Expr, value: Expression, reach: tuple[Expression, ...] = ()
    ) -> None:
        _Place(self, home, spans([(node, value)]), reach).look(value, node.span)


class _Place:
    """Where expressions stand: in which statement, beneath which conditions and aggregates."""

    def __init__(
        self, planner: _Planner, home: Home, spans: Mapping[int, Span],
        reach: tuple[Expression, ...] = (),
    ) -> None:  # fmt: skip
        self.planner = planner
        self.home = home
        self.spans = spans
        self.facts: tuple[str, ...] = (home.fact,) if home.fact else ()
        self.reach: tuple[Asked, ...] = tuple((one, len(self.facts)) for one in reach)

    def whole(self, kind: Kind, span: Span, expression: Expression) -> None:
        """A decision that is one expression."""
        self.planner.plan.at[id(expression)] = self.decision(kind, span, expression)

    def decision(
        self, kind: Kind, span: Span, when: Expression | None, unless: Iterable[Expression] = ()
    ) -> Decision:
        """The decision, and all decisions inside of it."""
        found: list[Condition] = []
        parts = [] if when is None else [self._tree(when, span, found)]
        for one in unless:
            blocked = Node("shown", (self._tree(one, span, found),))
            parts.append(Node("not", (blocked,)))
        tree = parts[0] if len(parts) == 1 else Node("and", tuple(parts))
        for condition in found:
            self.look(condition.expression, span)
        return Decision(
            kind, self.home, span, tree, tuple(found), self.facts, self.reach,
            self.planner.plan.base,
        )  # fmt: skip

    def _tree(self, e: Expression, near: Span, found: list[Condition]) -> Tree:
        """A condition taken apart; `found` takes the parts that cannot be."""

        def inside(*parts: Expression) -> tuple[Tree, ...]:
            return tuple(self._tree(part, near, found) for part in parts)

        match e:
            case ir.Constant(value):
                return Fixed(value if isinstance(value, bool) else None)
            case ir.And(operands):
                return Node("and", inside(*operands))
            case ir.Or(operands):
                return Node("or", inside(*operands))
            case ir.Not(ir.IsKnown() as asked) if self._one_test(e, asked):
                pass  # `is unknown`
            case ir.Not(operand):
                return Node("not", inside(operand))
            case ir.Shown(operand):
                return Node("shown", inside(operand))
            case ir.IsKnown(ir.And() | ir.Or() | ir.Not() as operand):
                return Node("known", inside(operand))
            case ir.If(condition, then, otherwise):
                return Node("if", inside(condition, then, otherwise))
            case ir.IfKnown(value, otherwise):
                return Node("if_known", inside(value, otherwise))
        span = self.spans.get(id(e), near)
        found.append(Condition(e, span, self.planner.texts.written(span)))
        return len(found) - 1

    def _one_test(self, outer: Expression, inner: Expression) -> bool:
        return self.spans.get(id(outer)) == self.spans.get(id(inner))

    def look(self, e: Expression, near: Span) -> bool:
        """Find the decisions inside of a value; whether there are any."""
        match e:
            case ir.If(condition, then, otherwise):
                self._inside("choice", condition, near)
                self._beneath(condition).look(then, near)
                self._beneath(_not_true(condition)).look(otherwise, near)
            case ir.Aggregate(fact=fact, where=where):
                if where is None:
                    return False
                self._deeper(self.reach, (*self.facts, fact))._inside("selection", where, near)
            case ir.IfKnown(value, otherwise):
                unknown = self._beneath(ir.Not(ir.IsKnown(value)))
                found = [self.look(value, near), unknown.look(otherwise, near)]
                if not any(found):
                    return False
            case _:
                found = [self.look(child, near) for child in ir.children(e)]  # every one
                if not any(found):
                    return False
        self.planner.plan.holding.add(id(e))
        return True

    def _inside(self, kind: Kind, expression: Expression, near: Span) -> None:
        self.whole(kind, self.spans.get(id(expression), near), expression)

    def _beneath(self, condition: Expression) -> "_Place":
        return self._deeper((*self.reach, (condition, len(self.facts))), self.facts)

    def _deeper(self, reach: tuple[Asked, ...], facts: tuple[str, ...]) -> "_Place":
        place = _Place(self.planner, self.home, self.spans)
        place.reach, place.facts = reach, facts
        return place


def _behind(base: RuleBase) -> frozenset[str]:
    """The defines that a reject or a default depends on, by way of others too."""
    open_ = [reject.when for reject in base.rejects]
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            open_ += [e for e in (attribute.default, attribute.unless) if e is not None]
    found: set[str] = set()
    while open_:
        for node in ir.walk(open_.pop()):
            if isinstance(node, ir.Derived) and node.name not in found:
                found.add(node.name)
                open_.extend(base.defines[node.name].expressions())
    return frozenset(found)
