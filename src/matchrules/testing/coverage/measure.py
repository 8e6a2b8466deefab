"""How much of a book its examples cover."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, field, frozen

from matchrules import ir
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.explain.wording import Wording
from matchrules.ir import Example, RuleBase
from matchrules.testing.coverage.exceptions import Exceptions
from matchrules.testing.coverage.places import Texts
from matchrules.testing.coverage.plan import Condition, Decision, Plan, plan
from matchrules.testing.coverage.trees import Shown, Side, Values, shown, wanted
from matchrules.testing.coverage.watch import Seen, key, watch
from matchrules.text import Source, Span

if TYPE_CHECKING:
    from matchrules.rulebook import Book


@frozen
class Item:
    """Something to cover. `reason` says why it is not, where the rule file excepts it."""

    span: Span
    line: int
    covered: bool
    reason: str | None

    @property
    def missing(self) -> bool:
        return not self.covered and self.reason is None

    @property
    def lacking(self) -> int:
        """How many things are to be shown yet."""
        return int(not self.covered)


_Item = TypeVar("_Item", bound=Item)


@frozen
class RuleItem(Item):
    """A rule: covered where it fires in an example."""

    name: str
    id: str | None
    rule: ir.Rule = field(repr=False)


@frozen
class RowItem(Item):
    """A row of a table: covered where it alone decides the value in an example."""

    table: str
    number: int
    text: str
    defined: ir.Define = field(repr=False)


@frozen
class ConditionItem(Item):
    """A condition of a decision: covered where both of its values are shown to decide it.

    `words` say what is so where it is true, `opposite` where it is false. `lacks` are the values
    that are not shown; `wanted` are, for each of these, what the conditions of the
    decision may be to show it, and those of them that differ from an evaluation there is.
    """

    condition: Condition = field(repr=False)
    decision: Decision = field(repr=False)
    place: int
    words: str
    opposite: str
    lacks: tuple[Side, ...]
    wanted: "tuple[Wanted, ...]" = field(repr=False)

    @property
    def text(self) -> str:
        return self.condition.text

    @property
    def lacking(self) -> int:
        return len(self.lacks)


@frozen
class Wanted:
    """An evaluation that would show a condition on one `side`: the values of all conditions of its
    decision, and the evaluation seen that is nearest to it, with the example it is of."""

    side: Side
    values: Values
    nearest: Values | None
    example: Example | None

    @property
    def changes(self) -> tuple[int, ...]:
        """The places of the conditions that have to change."""
        if self.nearest is None:
            return tuple(range(len(self.values)))
        pairs = zip(self.values, self.nearest, strict=True)
        return tuple(n for n, (a, b) in enumerate(pairs) if a is not b)


@frozen
class Figures:
    """How many there are, are covered, and are excepted with a reason."""

    total: int
    covered: int
    excepted: int

    @property
    def percent(self) -> float:
        """Of what is not excepted; of nothing, all."""
        counted = self.total - self.excepted
        return 100.0 * self.covered / counted if counted else 100.0

    @property
    def missing(self) -> int:
        return self.total - self.covered - self.excepted


@frozen
class Coverage:
    """What the examples of a book cover, in the order of the texts. `faults` are exceptions written
    down that except nothing or give no reason; `examples` counts those that were measured."""

    rules: tuple[RuleItem, ...]
    rows: tuple[RowItem, ...]
    conditions: tuple[ConditionItem, ...]
    examples: int
    faults: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False)
    seen: Seen = field(repr=False)

    @property
    def items(self) -> Iterator[Item]:
        yield from self.rules
        yield from self.rows
        yield from self.conditions

    def figures(self, source: str | None = None) -> dict[str, Figures]:
        """Rules, rows and conditions, of one file or of all."""
        return {
            "rules": _figures(self.rules, source),
            "rows": _figures(self.rows, source),
            "conditions": _figures(self.conditions, source),
        }

    @property
    def files(self) -> tuple[str, ...]:
        """The files in which there is something to cover."""
        return tuple(sorted({item.span.source for item in self.items}))

    @property
    def percent(self) -> float:
        """The least of the three figures."""
        return min(figures.percent for figures in self.figures().values())

    def within(self, files: Iterable[str]) -> "Coverage":
        """What is in those files only."""
        wanted = set(files)

        def mine(items: Iterable[_Item]) -> tuple[_Item, ...]:
            return tuple(item for item in items if item.span.source in wanted)

        return evolve(
            self,
            rules=mine(self.rules),
            rows=mine(self.rows),
            conditions=mine(self.conditions),
            faults=tuple(f for f in self.faults if f.labels[0].span.source in wanted),
        )

    def place(self, span: Span) -> str:
        """The file and line of something."""
        return f"{span.source}:{self.sources[span.source].position(span.start).line}"


def _figures(items: Iterable[Item], source: str | None) -> Figures:
    mine = [item for item in items if source is None or item.span.source == source]
    covered = sum(item.covered for item in mine)
    excepted = sum(not item.covered and item.reason is not None for item in mine)
    return Figures(len(mine), covered, excepted)


def measure(book: "Book") -> Coverage:
    """What the examples of a book cover.

    An example counts for the era of its day. One whose case is rejected counts for what leads to
    the rejection; one whose case cannot be read at all counts for nothing.
    """
    texts = Texts(book.sources)
    plans = [plan(base, texts) for base in book.bases]
    seen = Seen()
    count = 0
    for example in book.examples:
        if not example.expects or example.as_of is None:
            continue
        count += 1
        try:
            base = book.base_on(example.as_of)
            case = assemble(base, example.as_of, example.facts)
        except CaseErrors:
            continue
        mine = next(one for one in plans if one.base is base)
        watch(mine, case, seen, example)
    return _Telling(texts, plans, seen).coverage(count)


class _Telling:
    """Puts together what was seen."""

    def __init__(self, texts: Texts, plans: list[Plan], seen: Seen) -> None:
        self.texts = texts
        self.plans = plans
        self.seen = seen
        self.exceptions = Exceptions(texts)
        self.wordings: dict[int, Wording] = {}

    def coverage(self, examples: int) -> Coverage:
        rules: dict[Span, RuleItem] = {}
        rows: dict[Span, RowItem] = {}
        conditions: dict[tuple[object, ...], list[ConditionItem]] = {}
        for one in self.plans:
            for rule in one.base.rules.values():
                rules.setdefault(rule.span, self._rule(rule))
            for defined, number, row in one.rows:
                rows.setdefault(row.span, self._row(defined, row, number))
            for decision in one.decisions():
                if key(decision) not in conditions:
                    conditions[key(decision)] = self._conditions(decision)
        flat = [item for items in conditions.values() for item in items]
        return Coverage(
            rules=_in_order(rules.values()),
            rows=_in_order(rows.values()),
            conditions=_in_order(flat),
            examples=examples,
            faults=tuple(self.exceptions.faults()),
            sources=self.texts.sources,
            plans=tuple(self.plans),
            seen=self.seen,
        )

    def _item(self, span: Span, covered: bool) -> tuple[Span, int, bool, str | None]:
        reason = None if covered else self.exceptions.reason(span)
        return span, self.texts.line(span), covered, reason

    def _rule(self, rule: ir.Rule) -> RuleItem:
        covered = rule.span in self.seen.fired
        return RuleItem(*self._item(rule.span, covered), rule.full_name, rule.id, rule)

    def _row(self, defined: ir.Define, row: ir.Row, number: int) -> RowItem:
        covered = row.span in self.seen.hit
        text = self.texts.written(row.span)
        return RowItem(*self._item(row.span, covered), defined.name, number, text, defined)

    def _conditions(self, decision: Decision) -> list[ConditionItem]:
        found = self.seen.decided.get(key(decision), {})
        return [
            self._condition(decision, place, found) for place in range(len(decision.conditions))
        ]

    def _condition(
        self, decision: Decision, place: int, found: Mapping[Values, Example | None]
    ) -> ConditionItem:
        condition = decision.conditions[place]
        known = shown(decision.tree, place, found)
        return ConditionItem(
            *self._item(condition.span, known.covered),
            condition,
            decision,
            place,
            self._words(decision.base, condition.expression),
            self._words(decision.base, ir.Not(condition.expression)),
            known.missing,
            tuple(_wanted(decision, place, found, known)),
        )

    def _words(self, base: RuleBase, condition: ir.Expression) -> str:
        if id(base) not in self.wordings:
            self.wordings[id(base)] = Wording(base)
        return self.wordings[id(base)].condition(condition)


def _wanted(
    decision: Decision, place: int, found: Mapping[Values, Example | None], known: Shown
) -> Iterator[Wanted]:
    for side in known.missing:
        one = wanted(decision.tree, place, side, list(found), known)
        if one is not None:
            values, nearest = one
            yield Wanted(side, values, nearest, None if nearest is None else found[nearest])


def _in_order(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(sorted(items, key=lambda item: (item.span.source, item.span.start)))
