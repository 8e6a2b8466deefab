"""Works out expressions from the values of earlier steps: the meaning of the language, once more
and in its own way.

Three answers are no value: None, unknown; `HIDDEN`, what rests on a value that the record keeps to
itself and is not verdict enough without it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, Final

from matchrules.records.verify.rules import Rules
from matchrules.records.verify.strict import Unfit
from matchrules.records.verify.values import (
    HIDDEN,
    Day,
    Node,
    is_number,
    later,
    on_day,
    printed,
    rank,
    sorting,
    whole,
)

MOST_WORK: Final = 100_000_000  # expressions looked at for one record
Scope = Mapping[str, int]  # the instance that is at hand, of each fact of which one is
ALONE: Final[Scope] = {}


class Working:
    """Expressions of some rules, on a day, over the values that `known` has for each attribute and
    define, by name and index."""

    def __init__(self, rules: Rules, day: date, sizes: Mapping[str, int]) -> None:
        self.rules, self.day, self.sizes = rules, day, sizes
        self.known: dict[tuple[str, int | None], Any] = {}
        self._marks: dict[tuple[str, int | None], Any] = {}
        self._work = 0
        self._ways: dict[str, Callable[[Node, Scope], Any]] = {
            "Constant": lambda node, scope: node.value,
            "AsOf": lambda node, scope: day,
            "Attribute": self._attribute, "Derived": self._derived,
            "ParameterValue": self._parameter, "Aggregate": self._aggregate,
            "And": lambda node, scope: every(self.all_of(node.operands, scope)),
            "Or": lambda node, scope: some(self.all_of(node.operands, scope)),
            "Not": lambda node, scope: opposite(self.value(node.operand, scope)),
            "Shown": self._shown, "IsKnown": self._is_known, "If": self._if,
            "IfKnown": self._if_known,
        }  # fmt: skip

    def scopes(self, fact: str | None, scope: Scope = ALONE) -> list[Scope]:
        """The scope for each instance of the fact; as it is where there is no fact."""
        if fact is None:
            return [scope]
        return [{**scope, fact: index} for index in range(self.sizes[fact])]

    def all_of(self, nodes: list[Node], scope: Scope) -> list[Any]:
        return [self.value(node, scope) for node in nodes]

    def value(self, node: Node, scope: Scope) -> Any:
        self._count()
        way = self._ways.get(node.what)
        if way is not None:
            return way(node, scope)
        values = [self.value(part, scope) for part in node.inside]
        if None in values:
            return None
        if HIDDEN in values:
            return HIDDEN
        if node.what == "Format":
            return printed(values[0], node.value.type, self.rules.labels)
        return _OPERATORS[node.what](node, *values)

    def _count(self) -> None:
        self._work += 1
        if self._work > MOST_WORK:
            raise Unfit("takes more work than can be spent on it")

    # Names ---------------------------------------------------------------------------------------

    def _attribute(self, node: Node, scope: Scope) -> Any:
        many = self.rules.base.facts[node.fact].bound is not None
        return self.known[f"{node.fact}.{node.name}", scope[node.fact] if many else None]

    def _derived(self, node: Node, scope: Scope) -> Any:
        return self.known[node.name, None if node.fact is None else scope[node.fact]]

    def _parameter(self, node: Node, scope: Scope) -> Any:
        asked = [self.value(part, scope) for part in node.inside]
        if None in asked:
            return None
        if HIDDEN in asked:
            return HIDDEN
        day = self.day if node.on is None else asked[0]
        key = None if node.key is None else asked[-1]
        found = None
        for row in self.rules.base.parameters[node.name].rows:
            if row.key == key and (row.start is None or row.start <= day):
                found = row.value
        return found

    # What looks at an unknown --------------------------------------------------------------------

    def _shown(self, node: Node, scope: Scope) -> Any:
        found = self.value(node.operand, scope)
        return HIDDEN if found is HIDDEN else found is True

    def _is_known(self, node: Node, scope: Scope) -> Any:
        found = self.value(node.operand, scope)
        if found is HIDDEN and node.operand.what not in ("Attribute", "Derived"):
            return HIDDEN  # an operator may be unknown all the same: a date past the calendar
        return found is not None

    def _if(self, node: Node, scope: Scope) -> Any:
        test = self.value(node.condition, scope)
        one, two = self.value(node.then, scope), self.value(node.otherwise, scope)
        if test is True or test is False:
            return one if test else two
        if one is HIDDEN or two is HIDDEN:
            return HIDDEN
        return one if one == two else test  # unknown, or hidden, as the condition is

    def _if_known(self, node: Node, scope: Scope) -> Any:
        found, other = self.value(node.value, scope), self.value(node.otherwise, scope)
        return other if found is None else found

    # Many-facts ----------------------------------------------------------------------------------

    def _aggregate(self, node: Node, scope: Scope) -> Any:
        each = self.scopes(node.fact, scope)
        test = node.op in ("any", "all")
        if test and node.take is not None:
            ordered = self._picked(node, each)
            if ordered is None:
                return HIDDEN
            each = ordered[-node.take :]
        chosen = [True if node.where is None else self.value(node.where, one) for one in each]
        if test:
            return some(chosen) if node.op == "any" else every(chosen)
        if None in chosen or HIDDEN in chosen:
            return None if None in chosen else HIDDEN
        each = [one for one, picked in zip(each, chosen, strict=True) if picked]
        if node.by is not None:
            ordered = self._picked(node, each)
            if ordered is None:
                return HIDDEN
            each = ordered
            if node.op == "last_but_one":
                each = each[-2:-1]
            else:
                each = each[-(1 if node.op == "last" else node.take) :]
        if node.op == "count":
            return len(each)
        values = [self.value(node.value, one) for one in each]
        if None in values or HIDDEN in values:
            return None if None in values else HIDDEN
        if node.op == "sum":
            return whole(sum(values))
        if node.op == "union":
            return frozenset(member for value in values for member in value)
        if not values or node.op in ("last", "last_but_one"):
            return values[-1] if values else None
        values.sort(key=lambda value: rank(value, node.type))
        return values[0 if node.op == "min" else -1]

    def _picked(self, node: Node, each: list[Scope]) -> list[Scope] | None:
        """In the order of the pick; None where a hidden value could decide it."""
        declared = [a for a in self.rules.base.facts[node.fact].attributes.values()
                    if not a.never_read]  # fmt: skip
        declared.sort(key=lambda attribute: attribute.name != node.by)
        ranks: list[tuple[list[Any], Scope]] = []
        for one in each:
            values = [self.known[f"{node.fact}.{a.name}", one[node.fact]] for a in declared]
            if HIDDEN in values and len(each) > 1:
                return None
            pairs = zip(values, declared, strict=True)
            ranks.append(([sorting(v, a.type) for v, a in pairs] if len(each) > 1 else [], one))
        return [one for _, one in sorted(ranks, key=lambda pair: pair[0])]

    # Tables, rules -------------------------------------------------------------------------------

    def table(self, table: Node, scope: Scope) -> Any:
        """The value of a table; raises `Unfit` for a gap or an overlap."""
        hits = [every(self.all_of(row.tests, scope)) for row in table.rows]
        if HIDDEN in hits:
            return HIDDEN
        certain = [number for number, hit in enumerate(hits) if hit]
        perhaps = [number for number, hit in enumerate(hits) if hit is None]
        if table.hit == "collect":
            outputs = [self.value(table.rows[number].output, scope) for number in certain]
            if None in outputs or HIDDEN in outputs:
                return None if None in outputs else HIDDEN
            return frozenset(outputs)
        if table.hit == "first":
            perhaps = [number for number in perhaps if not certain or number < certain[0]]
            candidates = [*perhaps, *certain[:1]]
        elif len(certain) > 1:
            rows = " and ".join(str(number + 1) for number in certain)
            raise Unfit(f"rows {rows} of the table both hit")
        else:
            candidates = certain or perhaps
        if not candidates:
            raise Unfit("no row of the table hits")
        outputs = [self.value(table.rows[number].output, scope) for number in candidates]
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

    def marked(self, reader: Node, scope: Scope) -> Any:
        """Whether a rule or define is provisional, or something that it reads is."""
        if reader.what == "Rule" and f"rule {reader.name}" not in self.rules.marking:
            return False
        said = None if reader.provisional is None else self.value(reader.provisional, scope)
        rules = self.rules
        reads = rules.of_rule(reader) if reader.what == "Rule" else rules.of_define(reader)
        marks = [self._provisional(node, scope) for node in reads]
        return some([False if said is None else said, *marks])

    def mark(self, name: str, index: int | None, node: Node, scope: Scope) -> None:
        """Keeps whether a define, or an attribute by its default, is provisional."""
        if name not in self.rules.marking:
            self._marks[name, index] = False
        elif node.what == "Define":
            self._marks[name, index] = self.marked(node, scope)
        else:
            self._marks[name, index] = some([self._provisional(n, scope) for n in node.inside])

    def _provisional(self, node: Node, scope: Scope) -> Any:
        self._count()
        if node.what == "Derived":
            return self._marks[node.name, None if node.fact is None else scope[node.fact]]
        if node.what == "Attribute":
            many = self.rules.base.facts[node.fact].bound is not None
            return self._marks[f"{node.fact}.{node.name}", scope[node.fact] if many else None]
        if not node.inside:
            return False
        if node.what == "Aggregate":
            parts = [part for part in (node.where, node.value) if part is not None]
            each = self.scopes(node.fact, scope)
            return some([self._provisional(part, one) for one in each for part in parts])
        return some([self._provisional(part, scope) for part in node.inside])

    # Texts ---------------------------------------------------------------------------------------

    def text(self, template: Node, scope: Scope) -> Any:
        """The text with its holes filled; hidden where one is."""
        said: list[Any] = []
        for part in template.parts:
            if isinstance(part, str):
                said.append(part)
            elif part.what != "Segment":
                value = self.value(part, scope)
                said.append("not known" if value is None else value)
            else:
                inside = [
                    piece if isinstance(piece, str) else self.value(piece, scope)
                    for piece in part.parts
                ]
                said += [] if None in inside else inside
        return HIDDEN if HIDDEN in said else "".join(said)


def every(truths: list[Any]) -> Any:
    """Kleene's and."""
    for decisive in (False, HIDDEN, None):
        if decisive in truths:
            return decisive
    return True


def some(truths: list[Any]) -> Any:
    """Kleene's or."""
    for decisive in (True, HIDDEN, None):
        if decisive in truths:
            return decisive
    return False


def opposite(truth: Any) -> Any:
    return not truth if truth is True or truth is False else truth


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
        if two == 0:
            raise Unfit("divides by 0")
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


def _whole_number(value: Any) -> int:
    if not is_number(value) or not isinstance(value, int):
        raise Unfit("a date is worked out from what is no whole number")
    return value


def _day_of(node: Node, day: Day, year: Any) -> date | None:
    return on_day(_whole_number(year), day.month, day.day)


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "Compare": _compare,
    "InRange": _in_range,
    "In": lambda node, value, *items: any(value == item for item in items),
    "Has": lambda node, members, member: member in members,
    "IsEmpty": lambda node, members: len(members) == 0,
    "Arithmetic": _arithmetic,
    "Round": _round,
    "AddTime": lambda node, day, amount: later(day, node.sign * _whole_number(amount), node.unit),
    "DaysBetween": lambda node, start, end: end.toordinal() - start.toordinal(),
    "DayOf": _day_of,
    "Extreme": _extreme,
}  # fmt: skip
