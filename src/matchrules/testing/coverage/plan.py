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
from matchrules.ir import Define, Expression, Row, Rule, RuleBase
from matchrules.syntax import ast
from matchrules.testing.coverage.places import Pair, Texts, of_cell, spans
from matchrules.testing.coverage.trees import Fixed, Node, Tree
from matchrules.text import Span
from matchrules.types import YesNo

Kind = Literal["rule", "guard", "define", "choice", "selection", "reject", "default"]


@frozen
class Condition:
    """A part of a decision that is true or not, and is not made up of others."""

    expression: Expression = field(repr=False)
    span: Span
    text: str


@frozen
class Decision:
    """`owner` is the statement that it stands in; `span` where the decision is written, of a rule,
    define or reject as a whole the place of its name. `base` is the first in which it is in force.
    """

    kind: Kind
    owner: str
    span: Span
    tree: Tree = field(repr=False)
    conditions: tuple[Condition, ...]
    base: RuleBase = field(repr=False, eq=False)


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
        planner.whole("reject", f'reject "{reject.name}"', reject.span, node.when, reject.when)
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            planner.default(fact.name, attribute)
    planner.plan.behind = _behind(base)
    return planner.plan


class _Planner:
    def __init__(self, base: RuleBase, texts: Texts) -> None:
        self.base = base
        self.texts = texts
        self.plan = Plan(base)

    def rule(self, rule: Rule) -> None:
        node = self.texts.statements[rule.span]
        assert isinstance(node, ast.RuleStatement)
        owner = f"rule {rule.full_name}"
        written = self.texts.guards[rule.span]
        for guard, clause in zip(rule.guards, written, strict=True):
            if id(guard) not in self.plan.guards:
                section = clause is not written[0] or rule.span.source not in self.texts.guarded
                said = f'section "{rule.section}"' if section else f"ruleset {rule.ruleset}"
                places = spans([(clause, guard)])
                one = self._decision("guard", said, clause.span, places, guard)
                self.plan.guards[id(guard)] = one
        pairs: list[Pair] = []
        if node.when is not None and rule.when is not None:
            pairs.append((node.when, rule.when))
        pairs.extend(zip(node.unless, rule.unless, strict=True))
        if pairs:
            one = self._decision("rule", owner, rule.span, spans(pairs), rule.when, rule.unless)
            self.plan.rules[rule.name] = one
        for clause_, then in zip(node.thens, rule.thens, strict=True):
            given = {one.name.text: one.value for one in clause_.fields}
            for name, value in then.fields.items():
                self._value(owner, given[name], value)

    def define(self, defined: Define) -> None:
        node = self.texts.statements[defined.span]
        if isinstance(defined.body, ir.Table):
            assert isinstance(node, ast.TableStatement)
            self._table(defined, node, defined.body)
            return
        assert isinstance(node, ast.DefineStatement)
        owner = f"define {defined.name}"
        if isinstance(defined.type, YesNo):
            self.whole("define", owner, defined.span, node.body, defined.body)
        else:
            self._value(owner, node.body, defined.body)

    def _table(self, defined: Define, node: ast.TableStatement, table: ir.Table) -> None:
        owner = f"table {defined.name}"
        for head, expression in zip(node.heads, table.heads, strict=True):
            self._value(owner, head, expression)
        for number, (written, row) in enumerate(zip(node.rows, table.rows, strict=True), 1):
            self.plan.rows.append((defined, number, row))
            for cell, test in zip(written.cells, row.tests, strict=True):
                for operand, expression in of_cell(cell, test):
                    self._value(owner, operand, expression)
            self._value(owner, written.output, row.output)

    def default(self, fact: str, attribute: ir.AttributeDeclaration) -> None:
        if attribute.default is None:
            return
        node = self.texts.attributes[attribute.span]
        owner = f"default of {fact}.{attribute.name}"
        assert node.default is not None
        self._value(owner, node.default, attribute.default)
        if attribute.unless is not None and node.unless is not None:
            self.whole("default", owner, node.unless.span, node.unless, attribute.unless)

    def whole(
        self, kind: Kind, owner: str, span: Span, node: ast.Expr, expression: Expression
    ) -> None:
        """A decision that is one expression."""
        places = spans([(node, expression)])
        self.plan.at[id(expression)] = self._decision(kind, owner, span, places, expression)

    def _value(self, owner: str, node: ast.Expr, expression: Expression) -> None:
        self._look(owner, expression, spans([(node, expression)]), node.span)

    def _decision(
        self, kind: Kind, owner: str, span: Span, places: Mapping[int, Span],
        when: Expression | None, unless: Iterable[Expression] = (),
    ) -> Decision:  # fmt: skip
        found: list[Condition] = []
        parts = [] if when is None else [self._tree(when, places, span, found)]
        for one in unless:
            blocked = Node("shown", (self._tree(one, places, span, found),))
            parts.append(Node("not", (blocked,)))
        tree = parts[0] if len(parts) == 1 else Node("and", tuple(parts))
        for condition in found:
            self._look(owner, condition.expression, places, span)
        return Decision(kind, owner, span, tree, tuple(found), self.base)

    def _tree(
        self, e: Expression, places: Mapping[int, Span], near: Span, found: list[Condition]
    ) -> Tree:
        """A condition taken apart; `found` takes the parts that cannot be."""
        match e:
            case ir.Constant(value):
                return Fixed(value if isinstance(value, bool) else None)
            case ir.And(operands) | ir.Or(operands):
                inside = tuple(self._tree(one, places, near, found) for one in operands)
                return Node("and" if isinstance(e, ir.And) else "or", inside)
            case ir.Not(ir.IsKnown() as asked) if places.get(id(e)) == places.get(id(asked)):
                pass  # `is unknown` is one test
            case ir.Not(operand) | ir.Shown(operand):
                word: Literal["not", "shown"] = "not" if isinstance(e, ir.Not) else "shown"
                return Node(word, (self._tree(operand, places, near, found),))
            case ir.IsKnown(ir.And() | ir.Or() | ir.Not()):
                return Node("known", (self._tree(e.operand, places, near, found),))
            case ir.If():
                three = (e.condition, e.then, e.otherwise)
                return Node("if", tuple(self._tree(one, places, near, found) for one in three))
            case ir.IfKnown():
                two = (e.value, e.otherwise)
                return Node("if_known", tuple(self._tree(one, places, near, found) for one in two))
        span = places.get(id(e), near)
        found.append(Condition(e, span, self.texts.written(span)))
        return len(found) - 1

    def _look(self, owner: str, e: Expression, places: Mapping[int, Span], near: Span) -> bool:
        """The decisions inside of a value; whether there are any."""
        decided: Expression | None = None
        kind: Kind = "choice"
        inside: Iterable[Expression] = ir.children(e)
        if isinstance(e, ir.If):
            decided, inside = e.condition, (e.then, e.otherwise)
        elif isinstance(e, ir.Aggregate):
            decided, kind, inside = e.where, "selection", ()
        if decided is not None:
            span = places.get(id(decided), near)
            self.plan.at[id(decided)] = self._decision(kind, owner, span, places, decided)
        # all are looked into, so no `any`
        holds = [self._look(owner, one, places, near) for one in inside]
        if decided is None and not any(holds):
            return False
        self.plan.holding.add(id(e))
        return True


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
