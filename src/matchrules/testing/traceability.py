"""Which examples show a rule firing, which show it silent, and which two of them differ in one
attribute only: the evidence that a rule's condition is what its author meant.

Every example is decided; what came counts, and what an example expects only says which outcomes its
author had in mind.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from attrs import field, frozen

from matchrules import ir
from matchrules.case.model import Case, Instance
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.ir import Example, FactDeclaration, Rule
from matchrules.types import Value

if TYPE_CHECKING:
    from matchrules.rulebook import Book


@frozen
class Change:
    """One attribute that two cases do not share, given in the one as `before` and in the other as
    `after`, None where left out. `about` is the key of its instance; () where there is none."""

    fact: str
    attribute: str
    before: Value | None
    after: Value | None
    about: tuple[Value | None, ...] = ()


@frozen
class OneSided:
    """A whole instance of a many-fact that only one of two cases has: the second, if `added`."""

    fact: str
    added: bool
    about: tuple[Value | None, ...] = ()


Difference = Change | OneSided


@frozen
class Pair:
    """Two examples on one day, one that expects a rule to fire and one that expects it not to, and
    all that their given cases do not share."""

    firing: Example
    silent: Example
    differences: tuple[Difference, ...]

    @property
    def near(self) -> bool:
        """They differ in exactly one attribute."""
        return len(self.differences) == 1 and isinstance(self.differences[0], Change)


@frozen
class Trace:
    """A rule and its examples, as they are written: those in which it `fires`, and those in which
    it is `silent`. `closest` is the pair that differs least, of those that say `expect fires` and
    `expect no fires` of the rule and are right; of several the one in which the fewest other rules
    change; None where there is no such pair."""

    rule: Rule
    fires: tuple[Example, ...] = field(repr=False)
    silent: tuple[Example, ...] = field(repr=False)
    closest: Pair | None

    @property
    def near_miss(self) -> Pair | None:
        """Two examples that differ in one attribute, and the rule with it."""
        return self.closest if self.closest is not None and self.closest.near else None

    @property
    def expected_to_fire(self) -> tuple[Example, ...]:
        """The examples that say so, and in which it does."""
        return tuple(e for e in self.fires if _expects(e, self.rule.name, fires=True))

    @property
    def expected_silent(self) -> tuple[Example, ...]:
        """The examples that say `expect no fires` of it, and in which it does not fire."""
        return tuple(e for e in self.silent if _expects(e, self.rule.name, fires=False))


def traces(book: "Book") -> tuple[Trace, ...]:
    """Every rule of a book with its examples, in the order in which the rules are written."""
    decided = list(_decided(book))
    rules = {_place(rule): rule for base in book.bases for rule in base.rules.values()}
    return tuple(
        _trace(rules[place], [one for one in decided if place in one.places])
        for place in sorted(rules)
    )


def differences(facts: Mapping[str, FactDeclaration], one: Case, two: Case) -> list[Difference]:
    """All that the facts given in two cases do not share.

    Instances of keyed facts are matched by their key; of others, equal instances belong together,
    then those that differ least.
    """
    found: list[Difference] = []
    for name, declaration in facts.items():
        before, after = one.facts[name], two.facts[name]
        if before != after:
            match = _single if not declaration.many else _keyed if declaration.keys else _bag
            found += match(declaration, before, after)
    return found


@frozen
class _Decided:
    """An example that has a decision, and the names of the rules that fire in it."""

    example: Example
    facts: Mapping[str, FactDeclaration]
    case: Case
    fired: frozenset[str]
    places: frozenset[tuple[str, int]]  # of the rules that were in force


def _decided(book: "Book") -> Iterator[_Decided]:
    in_force: dict[date, frozenset[tuple[str, int]]] = {
        base.start: frozenset(map(_place, base.rules.values())) for base in book.bases
    }
    for example in book.examples:
        if example.as_of is None:
            continue
        try:
            base = book.base_on(example.as_of)
            case = assemble(base, example.as_of, example.facts)
            fired = frozenset(firing.rule for firing in interpret(base, case).firings)
        except CaseErrors:
            continue  # a case that is rejected shows nothing of any rule
        yield _Decided(example, base.facts, case, fired, in_force[base.start])


def _place(rule: Rule) -> tuple[str, int]:
    """Where a rule is written: of each version of a ruleset, the same in every era."""
    return rule.span.source, rule.span.start


def _trace(rule: Rule, decided: Sequence[_Decided]) -> Trace:
    fires = [one for one in decided if rule.name in one.fired]
    silent = [one for one in decided if rule.name not in one.fired]
    said = [one for one in fires if _expects(one.example, rule.name, fires=True)]
    denied = [one for one in silent if _expects(one.example, rule.name, fires=False)]
    pairs = (
        (_pair(one, two), len(one.fired ^ two.fired))
        for one in said for two in denied if one.case.as_of == two.case.as_of
    )  # fmt: skip
    closest = min(pairs, key=lambda found: (_distance(found[0]), found[1]), default=None)
    return Trace(
        rule, tuple(one.example for one in fires), tuple(one.example for one in silent),
        None if closest is None else closest[0],
    )  # fmt: skip


def _pair(one: _Decided, two: _Decided) -> Pair:
    apart = differences(one.facts, one.case, two.case)
    return Pair(one.example, two.example, tuple(apart))


def _expects(example: Example, rule: str, fires: bool) -> bool:
    return any(
        isinstance(e, ir.ExpectFires) and e.rule == rule and e.negated is not fires
        for e in example.expects
    )


def _distance(pair: Pair) -> int:
    """How far two cases are apart; a whole instance never counts as one attribute."""
    return sum(1 if isinstance(d, Change) else 2 for d in pair.differences)


def _single(
    declaration: FactDeclaration, before: Sequence[Instance], after: Sequence[Instance]
) -> list[Difference]:
    nothing: Instance = {}
    return _changes(declaration, before[0] if before else nothing, after[0] if after else nothing)


def _keyed(
    declaration: FactDeclaration, before: Sequence[Instance], after: Sequence[Instance]
) -> list[Difference]:
    one, two = (
        {tuple(instance[name] for name in declaration.keys): instance for instance in side}
        for side in (before, after)
    )
    found: list[Difference] = []
    for key in {**one, **two}:
        if key in one and key in two:
            found += _changes(declaration, one[key], two[key], key)
        else:
            found.append(OneSided(declaration.name, key in two, key))
    return found


def _bag(
    declaration: FactDeclaration, before: Sequence[Instance], after: Sequence[Instance]
) -> list[Difference]:
    one, two = (Counter(tuple(instance.items()) for instance in side) for side in (before, after))
    left = [dict(content) for content in (one - two).elements()]
    right = [dict(content) for content in (two - one).elements()]
    found: list[Difference] = []
    while left and right:
        _, i, j = min(
            (len(_changes(declaration, a, b)), i, j)
            for i, a in enumerate(left) for j, b in enumerate(right)
        )  # fmt: skip
        found += _changes(declaration, left.pop(i), right.pop(j))
    found += [OneSided(declaration.name, added=False) for _ in left]
    found += [OneSided(declaration.name, added=True) for _ in right]
    return found


def _changes(
    declaration: FactDeclaration, before: Instance, after: Instance,
    about: tuple[Value | None, ...] = (),
) -> list[Difference]:  # fmt: skip
    return [
        Change(declaration.name, name, before.get(name), after.get(name), about)
        for name in declaration.attributes if before.get(name) != after.get(name)
    ]  # fmt: skip


__all__ = [
    "Change", "Difference", "OneSided", "Pair", "Trace", "differences", "traces",
]  # fmt: skip
