"""Works out expressions from the values of earlier steps: the meaning of the language, once more
and in its own way.

Three answers are no value: None, unknown; `HIDDEN`, what rests on a value that the record keeps to
itself and is not verdict enough without it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, Final

from matchrules.records.verify.rules import Rules
from matchrules.records.verify.strict import Unfit
from matchrules.records.verify.values import (
    HIDDEN,
    Node,
    later,
    on_day,
    printed,
    rank,
    sorting,
    whole,
)

MOST_WORK: Final = 100_000_000  # expressions looked at for one record
Scope = Mapping[str, int]  # the instance that is at hand, of each fact of which one is


class Working:
    """Expressions of some rules, on a day, over the values that `known` has for each attribute and
    define, by name and index; `marks` says which of them are provisional."""

    def __init__(self, rules: Rules, day: date, sizes: Mapping[str, int]) -> None:
        self.rules, self.day, self.sizes = rules, day, sizes
        self.known: dict[tuple[str, int | None], Any] = {}
        self.marks: dict[tuple[str, int | None], Any] = {}
        self._work = 0

    def scopes(self, fact: str | None, scope: Scope) -> list[Scope]:
        """The scope for each instance of the fact; as it is where there is no fact."""
        if fact is None:
            return [scope]
        return [{**scope, fact: index} for index in range(self.sizes[fact])]

    def place(self, node: Node, scope: Scope) -> tuple[str, int | None]:
        """Where the value of an attribute or define is kept."""
        if node.what == "Derived":
            return node.name, None if node.fact is None else scope[node.fact]
        many = self.rules.base.facts[node.fact].bound is not None
        return f"{node.fact}.{node.name}", scope[node.fact] if many else None

    def all_of(self, nodes: Iterable[Node], scope: Scope) -> list[Any]:
        return [self.value(node, scope) for node in nodes]

    def value(self, node: Node, scope: Scope) -> Any:
        self.spend()
        match node.what:
            case "Constant":
                return node.value
            case "AsOf":
                return self.day
            case "Attribute" | "Derived":
                return self.known[self.place(node, scope)]
            case "Aggregate":
                return self._aggregate(node, scope)
        values = self.all_of(node.inside, scope)
        look = _LOOKS.get(node.what)
        if look is not None:
            return look(node, *values)
        if None in values or HIDDEN in values:
            return None if None in values else HIDDEN
        if node.what == "Format":
            return printed(values[0], node.value.type, self.rules.labels)
        if node.what == "ParameterValue":
            return self._parameter(node, values)
        return _OPERATORS[node.what](node, *values)

    def spend(self, work: int = 1) -> None:
        self._work += work
        if self._work > MOST_WORK:
            raise Unfit("takes more work than can be spent on it")

    def _parameter(self, node: Node, asked: list[Any]) -> Any:
        day = self.day if node.on is None else asked[0]
        key = None if node.key is None else asked[-1]
        found = None
        for row in self.rules.base.parameters[node.name].rows:
            if row.key == key and (row.start is None or row.start <= day):
                found = row.value
        return found

    # Many-facts ----------------------------------------------------------------------------------

    def _aggregate(self, node: Node, scope: Scope) -> Any:
        each = self.scopes(node.fact, scope)
        test = node.op in ("any", "all")
        picked = self._picked(node, each) if test and node.take is not None else each
        if picked is None:
            return HIDDEN
        chosen = [True if node.where is None else self.value(node.where, one) for one in picked]
        if test:
            return some(chosen) if node.op == "any" else every(chosen)
        if None in chosen or HIDDEN in chosen:
            return None if None in chosen else HIDDEN
        each = [one for one, true in zip(each, chosen, strict=True) if true]
        picked = self._picked(node, each) if node.by is not None else each
        if picked is None:
            return HIDDEN
        if node.op == "count":
            return len(picked)
        values = [self.value(node.value, one) for one in picked]
        if None in values or HIDDEN in values:
            return None if None in values else HIDDEN
        if node.op == "sum":
            return whole(sum(values))
        if node.op == "union":
            return frozenset(member for value in values for member in value)
        if node.op in ("min", "max"):
            values.sort(key=lambda value: rank(value, node.type), reverse=node.op == "min")
        return values[-1] if values else None

    def _picked(self, node: Node, each: list[Scope]) -> list[Scope] | None:
        """Those picked, in the order of the pick; None where a hidden value could decide it."""
        declared = [a for a in self.rules.base.facts[node.fact].attributes.values()
                    if not a.never_read]  # fmt: skip
        declared.sort(key=lambda attribute: attribute.name != node.by)
        ranks: list[tuple[list[Any], Scope]] = []
        for one in each if len(each) > 1 else ():
            values = [self.known[f"{node.fact}.{a.name}", one[node.fact]] for a in declared]
            if HIDDEN in values:
                return None
            pairs = zip(values, declared, strict=True)
            ranks.append(([sorting(value, a.type) for value, a in pairs], one))
        if ranks:
            each = [one for _, one in sorted(ranks, key=lambda pair: pair[0])]
        if node.op == "last_but_one":
            return each[-2:-1]
        return each[-(node.take or 1) :]

    # Tables, rules -------------------------------------------------------------------------------

    def table(self, table: Node, scope: Scope) -> Any:
        """The value of a table; raises `Unfit` for a gap or an overlap."""
        hits = [(every(self.all_of(row.tests, scope)), row) for row in table.rows]
        certain = [row for hit, row in hits if hit is True]
        if any(hit is HIDDEN for hit, _ in hits):
            return HIDDEN
        if table.hit == "collect":
            outputs = [self.value(row.output, scope) for row in certain]
            if None in outputs or HIDDEN in outputs:
                return None if None in outputs else HIDDEN
            return frozenset(outputs)
        if table.hit == "first" and certain:
            hits = hits[: hits.index((True, certain[0])) + 1]
        elif len(certain) > 1:
            raise Unfit("two rows of the table hit")
        elif certain:
            hits = [(True, certain[0])]
        outputs = [self.value(row.output, scope) for hit, row in hits if hit is not False]
        if not outputs:
            raise Unfit("no row of the table hits")
        if HIDDEN in outputs and len(outputs) > 1:
            return HIDDEN
        return outputs[0] if all(output == outputs[0] for output in outputs) else None

    def holds(self, rule: Node, scope: Scope) -> Any:
        """Whether the rule's own conditions hold; hidden where that cannot be told."""
        needed = self.all_of([*rule.guards, *([] if rule.when is None else [rule.when])], scope)
        against = self.all_of(rule.unless, scope)
        if any(truth is not True and truth is not HIDDEN for truth in needed) or True in against:
            return False
        return HIDDEN if HIDDEN in needed or HIDDEN in against else True

    # Provisional ---------------------------------------------------------------------------------

    def marked(self, reader: Node, name: str, scope: Scope) -> Any:
        """Whether a rule, a define, or an attribute by its default is provisional, or something
        that it reads is."""
        if name not in self.rules.marking:
            return False
        own = reader.__dict__.get("provisional")
        said = None if own is None else self.value(own, scope)
        reads = [self._provisional(node, scope) for node in self.rules.reads(reader)]
        return some([False if said is None else said, *reads])

    def _provisional(self, node: Node, scope: Scope) -> Any:
        self.spend()
        if node.what in ("Attribute", "Derived"):
            return self.marks[self.place(node, scope)]
        each = self.scopes(node.fact if node.what == "Aggregate" else None, scope)
        return some([self._provisional(part, one) for one in each for part in node.inside])

    # Texts ---------------------------------------------------------------------------------------

    def text(self, template: Node, scope: Scope) -> Any:
        """The text with its holes filled; hidden where one is."""
        said: list[Any] = []
        for part in template.parts:
            if isinstance(part, Node) and part.what == "Segment":
                values = [p if isinstance(p, str) else self.value(p, scope) for p in part.parts]
                said += [] if None in values else values
            else:
                value = part if isinstance(part, str) else self.value(part, scope)
                said.append("not known" if value is None else value)
        return HIDDEN if HIDDEN in said else "".join(said)


def every(truths: Sequence[Any]) -> Any:
    """Kleene's and."""
    for decisive in (False, HIDDEN, None):
        if decisive in truths:
            return decisive
    return True


def some(truths: Sequence[Any]) -> Any:
    """Kleene's or."""
    for decisive in (True, HIDDEN, None):
        if decisive in truths:
            return decisive
    return False


def _is_known(node: Node, value: Any) -> Any:
    # an operator may be unknown all the same: a date past the calendar
    unsure = value is HIDDEN and node.operand.what not in ("Attribute", "Derived")
    return HIDDEN if unsure else value is not None


def _if(node: Node, test: Any, one: Any, two: Any) -> Any:
    if test is True or test is False:
        return one if test else two
    if one is HIDDEN or two is HIDDEN:
        return HIDDEN
    return one if one == two else test  # unknown, or hidden, as the condition is


# Operators that look at an unknown
_LOOKS: Final[dict[str, Callable[..., Any]]] = {
    "And": lambda node, *truths: every(truths),
    "Or": lambda node, *truths: some(truths),
    "Not": lambda node, truth: not truth if truth is True or truth is False else truth,
    "Shown": lambda node, value: HIDDEN if value is HIDDEN else value is True,
    "IsKnown": _is_known,
    "If": _if,
    "IfKnown": lambda node, value, other: other if value is None else value,
}


# Operators on known values ------------------------------------------------------------------------


def _compare(node: Node, one: Any, two: Any) -> bool:
    if node.op in ("==", "!="):
        return bool(one == two) is (node.op == "==")
    one, two = rank(one, node.left.type), rank(two, node.right.type)
    if one == two:
        return bool("=" in node.op)
    return bool(one < two) is ("<" in node.op)


def _in_range(node: Node, value: Any, low: Any, high: Any) -> bool:
    keys = [rank(v, n.type) for v, n in zip((value, low, high), node.inside, strict=True)]
    return bool(keys[1] <= keys[0] and keys[0] <= keys[2])


def _arithmetic(node: Node, one: Any, two: Any) -> Any:
    if node.op == "/":
        return whole(Fraction(one) / two)
    return whole(one + two if node.op == "+" else one - two if node.op == "-" else one * two)


def _round(node: Node, value: Any) -> Any:
    scale = 10**node.places
    scaled = Fraction(value) * scale
    down = floor(scaled)
    rest = scaled - down
    up = {"down": False, "up": rest > 0}.get(node.mode)
    if up is None:  # a half goes away from zero
        up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and scaled > 0)
    return whole(Fraction(down + up, scale))


def _extreme(node: Node, one: Any, two: Any) -> Any:
    first, second = rank(one, node.left.type), rank(two, node.left.type)
    return one if (first <= second) is (node.op == "min") else two


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "Compare": _compare,
    "InRange": _in_range,
    "In": lambda node, value, *items: any(value == item for item in items),
    "Has": lambda node, members, member: member in members,
    "IsEmpty": lambda node, members: len(members) == 0,
    "Arithmetic": _arithmetic,
    "Round": _round,
    "AddTime": lambda node, day, amount: later(day, node.sign * amount, node.unit),
    "DaysBetween": lambda node, start, end: end.toordinal() - start.toordinal(),
    "DayOf": lambda node, day, year: on_day(year, day.month, day.day),
    "Extreme": _extreme,
}  # fmt: skip
