"""A rule base made ready to run: the code of each statement is written when it is first needed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from matchrules.case.model import Case
from matchrules.ir import (
    AGAINST,
    Aggregate,
    Attribute,
    Derived,
    Expression,
    InCase,
    Rule,
    RuleBase,
    children,
)
from matchrules.lazy import cached_property
from matchrules.types import sort_key

from .layout import MISSING, Layout, layout_of
from .marks import Marks
from .parameters import Parameters
from .run import Run
from .statements import (
    write_default,
    write_define,
    write_firings,
    write_question,
    write_reject,
    write_rule,
)

if TYPE_CHECKING:
    from .index import Plan

Made = Callable[..., Any]
MOST_QUESTIONS = 5_000
MOST_PLANS = 8


@frozen
class Question:
    """An expression that was asked for, and the cells that it reads."""

    expression: Expression
    answer: Made
    needs: tuple[int, ...]


@frozen
class Loaded:
    """Where the asserted values of a fact go."""

    fact: str
    many: bool
    count: int
    cells: tuple[tuple[str, int], ...]


class Compiled:
    """The code of one rule base. With `like`, the code of another one that declares the same is
    taken over, as far as the statements are the very same objects: of a base in which one rule was
    changed, or the values of parameters, only that is made anew."""

    def __init__(self, base: RuleBase, like: "Compiled | None" = None) -> None:
        self.base = base
        layout = layout_of(base)
        if like is None or like.layout.declared != layout.declared:
            like = None
        self.layout: Layout = layout if like is None else like.layout
        self._made: dict[tuple[Any, ...], tuple[Any, Made]] = {} if like is None else like._made
        self._read: dict[int, tuple[Any, tuple[int, ...]]] = {} if like is None else like._read
        self._questions: dict[Any, Question] = {}
        self._needs: dict[str, tuple[int, ...]] = {}
        self.parameters = Parameters(base)
        self._blank: dict[int, list[Any]] = {}
        self._plans: dict[int, Plan] = {}
        self._firing: dict[str, tuple[Made, str | None, bool]] = {}
        self.units: list[Made | None] = [None] * self.layout.size
        self._statements = dict(self._statements_by_cell())
        graph = {cell: reads for cell, (_, _, reads) in self._statements.items()}
        self.plan: tuple[int, ...] = tuple(TopologicalSorter(graph).static_order())
        self._rank = {cell: place for place, cell in enumerate(self.plan)}

    def repeated(self, day: date) -> "Plan":
        """How to decide on one mapping after another on that day."""
        span = self.parameters.span(day)
        found = self._plans.get(span)
        if found is None:
            from .index import Plan  # it is for books that are decided on often

            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            found = self._plans[span] = Plan(self, day)
        return found

    def run(self, case: Case) -> Run:
        """A case, to be asked about."""
        return Run(self, case)

    # What there is to work out --------------------------------------------------------------------

    def _statements_by_cell(self) -> Iterable[tuple[int, tuple[tuple[Any, ...], Made, Any]]]:
        """For each cell that has to be worked out: a key, how its code is made, what it reads."""
        base, layout = self.base, self.layout
        for fact in base.facts.values():
            for name, a in fact.attributes.items():
                if a.default is not None:
                    texts = [e for e in (a.default, a.unless) if e is not None]
                    yield layout.attributes[fact.name, name], (
                        (a, fact.name),
                        lambda a=a, f=fact.name: write_default(base, layout, f, a),
                        self._reads(a, texts),
                    )  # fmt: skip
        for define in base.defines.values():
            yield layout.defines[define.name], (
                (define,), lambda d=define: write_define(base, layout, d),
                self._reads(define, define.expressions()),
            )  # fmt: skip
        for (name, by), cell in layout.orders.items():
            declared = base.facts[name].attributes
            ties = sorted(
                (n for n in declared if not declared[n].never_read), key=lambda n: n != by
            )
            columns = [(layout.attributes[name, n], declared[n].type) for n in ties]
            read = tuple(
                layout.attributes[name, n] for n in ties if declared[n].default is not None
            )
            count = layout.counts[name]
            yield cell, (
                (self.layout, name, by),
                lambda c=cell, n=count, k=columns: _order(c, n, k), read,
            )  # fmt: skip

    def _reads(self, owner: Any, expressions: Iterable[Expression]) -> tuple[int, ...]:
        """The cells to be worked out that the expressions of a statement name."""
        known = self._read.get(id(owner))
        if known is None:
            known = self._read[id(owner)] = (owner, self.reads(expressions))
        return known[1]

    def reads(self, expressions: Iterable[Expression]) -> tuple[int, ...]:
        """The cells to be worked out that the expressions name themselves."""
        layout = self.layout
        found: dict[int, None] = {}
        stack = list(expressions)
        while stack:
            node = stack.pop()
            if isinstance(node, Derived):
                found[layout.defines[node.name]] = None
            elif isinstance(node, Attribute):
                if (node.fact, node.name) in layout.asserted:
                    found[layout.attributes[node.fact, node.name]] = None
            elif not isinstance(node, InCase):
                if isinstance(node, Aggregate) and node.by is not None:
                    found[layout.orders[node.fact, node.by]] = None
                stack.extend(children(node))
        return tuple(found)

    def needs(self, expressions: Iterable[Expression]) -> tuple[int, ...]:
        """All cells that have to be filled for the expressions, in order."""
        found = set(self.reads(expressions))
        stack = list(found)
        while stack:
            for cell in self._statements[stack.pop()][2]:
                if cell not in found:
                    found.add(cell)
                    stack.append(cell)
        return self.in_turn(found)

    def read_by(self, cell: int) -> Sequence[int]:
        """The cells that the statement of a cell reads."""
        return self._statements[cell][2]  # type: ignore[no-any-return]  # numbers, in a tuple

    def in_turn(self, cells: Iterable[int]) -> tuple[int, ...]:
        """Those cells, each after what it reads."""
        return tuple(sorted(cells, key=self._rank.__getitem__))

    def needs_of_rule(self, rule: Rule) -> tuple[int, ...]:
        """The cells that its conditions need, in order."""
        if rule.name not in self._needs:
            when = () if rule.when is None else (rule.when,)
            self._needs[rule.name] = self.needs([*rule.guards, *when, *rule.unless])
        return self._needs[rule.name]

    @cached_property
    def everything(self) -> tuple[int, ...]:
        """Every define, table and default, and what else rules and rejects need, in order."""
        found = set(self.plan) - set(self.layout.orders.values())
        for cell in tuple(found):
            found.update(self._statements[cell][2])
        for rule in self.base.rules.values():
            found.update(self._reads(rule, rule.expressions()))
        for reject in self.base.rejects:
            found.update(self._reads(reject, (reject.when,)))
        return tuple(cell for cell in self.plan if cell in found)

    @cached_property
    def validity(self) -> tuple[int, ...]:
        """The cells that tell whether a case is valid: defaults, and what rejects read."""
        defaults = [self.layout.attributes[name] for name in self.layout.asserted]
        found = {*defaults, *self.needs(reject.when for reject in self.base.rejects)}
        for cell in defaults:
            attribute = self._statements[cell][0][0]
            found.update(self.needs(e for e in (attribute.default, attribute.unless) if e))
        return tuple(sorted(found, key=self._rank.__getitem__))

    # Code -----------------------------------------------------------------------------------------

    def unit(self, cell: int) -> Made:
        """What fills a cell: an attribute with a default, a define, an order, a rule."""
        made = self.units[cell]
        if made is None:
            key, make, _ = self._statements[cell]
            made = self.units[cell] = self._once(key, make)
        return made

    def _once(self, key: tuple[Any, ...], make: Made) -> Made:
        """The code of a statement, made once for the object that it is."""
        by = (id(key[0]), *key[1:])
        known = self._made.get(by)
        if known is None:
            known = self._made[by] = (key[0], make())
        return known[1]

    def unit_of_rule(self, rule: Rule) -> Made:
        """What tells whether the conditions of a rule hold."""
        cell = self.layout.rules[rule.name]
        made = self.units[cell]
        if made is None:
            made = self._once((rule, "holds"), lambda: write_rule(self.base, self.layout, rule))
            self.units[cell] = made
        return made

    @cached_property
    def rules(self) -> tuple[tuple[str, int, Made, bool], ...]:
        """Every rule in order: its name, its cell, what fills it, and whether nothing overrides
        it."""
        return tuple(
            (rule.name, self.layout.rules[rule.name], self.unit_of_rule(rule),
             rule.name not in self.base.overriders)
            for rule in self.base.rules.values()
        )  # fmt: skip

    @cached_property
    def rejecting(self) -> tuple[Made, ...]:
        """What tells which instances each reject rejects."""
        return tuple(
            self._once((reject,), lambda r=reject: write_reject(self.base, self.layout, r))
            for reject in self.base.rejects
        )

    def firing_of(self, name: str) -> tuple[Made, str | None, bool]:
        """What makes the firings of a rule, its `for each`, and whether they can be provisional."""
        found = self._firing.get(name)
        if found is None:
            rule = self.base.rules[name]
            make = self._once((rule, "fires"), lambda: write_firings(self.base, self.layout, rule))
            found = self._firing[name] = (make, rule.fact, self.marks.can_mark(rule))
        return found

    def question(self, expression: Expression, bound: Mapping[str, int]) -> Question:
        """The code of any expression."""
        key = (id(expression), *bound)
        found = self._questions.get(key)
        if found is None:
            if len(self._questions) > MOST_QUESTIONS:
                self._questions.clear()
            names = tuple(bound)
            answer = write_question(self.base, self.layout, expression, names)
            found = Question(expression, answer, self.needs([expression]))
            self._questions[key] = found
        return found

    # What is known of the rules -------------------------------------------------------------------

    @cached_property
    def marks(self) -> Marks:
        """What can be provisional."""
        return Marks(self)

    @cached_property
    def _thens(self) -> dict[tuple[str, str], list[tuple[str, int]]]:
        found: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for rule in self.base.rules.values():
            for place, then in enumerate(rule.thens):
                found.setdefault((then.kind, then.subject), []).append((rule.name, place))
        return found

    def advising(self, kind: str, subject: str) -> Sequence[tuple[str, int]]:
        """The rules, and their `then`s, that speak of a subject."""
        return self._thens.get((kind, subject), ())

    @cached_property
    def at_risk(self) -> frozenset[tuple[str, int]]:
        """The rules, and their `then`s, that another could contradict."""
        found: set[tuple[str, int]] = set()
        for (kind, subject), thens in self._thens.items():
            sides = {self.base.rules[n].thens[p].strength in AGAINST for n, p in thens}
            unique = self.base.advice[kind].subjects[subject].unique
            if len(sides) > 1 or (unique and len(thens) > 1):
                found.update(thens)
        return frozenset(found)

    @cached_property
    def read_cells(self) -> tuple[tuple[str, int, bool], ...]:
        """The attributes that something in force reads: name, cell, whether there are many."""
        return tuple(
            (f"{fact.name}.{name}", self.layout.attributes[fact.name, name], fact.many)
            for fact in self.base.facts.values()
            for name in fact.attributes
            if (fact.name, name) in self.base.attributes_read
        )

    @cached_property
    def shown(
        self,
    ) -> tuple[tuple[str, ...], tuple[int, ...], tuple[tuple[str, str, bool], ...]]:
        """Every define and its cell; and those said for each instance: the name, the fact, and
        whether that has a key."""
        defines, facts = self.base.defines, self.base.facts
        return tuple(defines), tuple(self.layout.defines.values()), tuple(
            (name, d.fact, bool(facts[d.fact].keys))
            for name, d in defines.items() if d.fact is not None
        )  # fmt: skip

    # The start of a run ---------------------------------------------------------------------------

    @cached_property
    def loading(self) -> tuple[Loaded, ...]:
        """Where asserted values go."""
        layout = self.layout
        return tuple(
            Loaded(fact.name, fact.many, layout.counts[fact.name], tuple(
                (name, layout.asserted.get((fact.name, name), layout.attributes[fact.name, name]))
                for name in fact.attributes
            ))
            for fact in self.base.facts.values()
        )  # fmt: skip

    def blank(self, day: date) -> list[Any]:
        """The cells of a run on that day before anything is asserted. Not to be changed."""
        span = self.parameters.span(day)
        found = self._blank.get(span)
        if found is None:
            found = self._blank[span] = self._new_blank(day)
        return found

    def _new_blank(self, day: date) -> list[Any]:
        cells: list[Any] = [MISSING] * self.layout.size
        for loaded in self.loading:
            cells[loaded.count] = 0
            for _, cell in loaded.cells:
                cells[cell] = () if loaded.many else None
        for name, value in self.parameters.on(day).items():
            cells[self.layout.now[name]] = value
            cells[self.layout.dated[name]] = self.parameters.dated[name]
        return cells


def _order(cell: int, count: int, columns: Sequence[tuple[int, Any]]) -> Made:
    """Fills a cell with the places of the instances in the order in which picks go (5)."""

    def fill(v: list[Any]) -> None:
        # Where nothing ties the other attributes need no look.
        deciding = columns[:1] if columns and len(set(v[columns[0][0]])) == v[count] else columns
        values = [(v[column], type_) for column, type_ in deciding]
        v[cell] = sorted(
            range(v[count]), key=lambda j: [sort_key(items[j], type_) for items, type_ in values]
        )

    return fill
