"""What a cohort comes to: worked out when it is asked for, what is asked for together in one go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from matchrules.ir import Then

from .asked import Asked
from .columns import Columns
from .nodes import Node, Scope
from .work import Work


@frozen(eq=False)
class Said:
    """One `then` of a rule, wherever its advice stands.

    `case` holds the rows of the cases (UInt32), ascending; `row` the rows of the instances of the
    rule's `for each` in the columns of that many-fact, None where it has none (or is of a single
    fact); `fields` the values in inner form, by name; `provisional` a Boolean for each.
    """

    rule: str
    place: int
    then: Then
    case: pl.Series = field(repr=False)
    row: pl.Series | None = field(repr=False)
    fields: Mapping[str, pl.Series] = field(repr=False)
    provisional: pl.Series = field(repr=False)


class Result:
    """The answer for the cases of `columns`.

    What is said of a faulty case means nothing: leave it out (`advice` does), and decide it alone
    to learn its faults.
    """

    def __init__(self, asked: Asked, columns: Columns) -> None:
        self.columns = columns
        self._asked = asked
        self._work = Work(columns, asked.queries)

    @property
    def faulty(self) -> pl.Series:
        """For each case, whether it shows a fault (Boolean, no nulls)."""
        return self._one(self._asked.faulty, None).alias("faulty")

    def rows(self, fact: str | None) -> pl.Series:
        """The case (UInt32) of each row of what is said `for each` of a fact. A single fact has a
        row for each case that has it; None: one for each case."""
        return self._work.scopes.rows(self._scope(fact)).case

    def holds(self, rule: str) -> pl.Series:
        """Whether a rule's conditions hold (Boolean, no nulls), for each of `rows(rule.fact)`."""
        return self._one(self._asked.holds[rule], self._asked.base.rules[rule].fact)

    def standing(self, rule: str) -> pl.Series:
        """Whether a rule's advice stands (Boolean, no nulls), for each of `rows(rule.fact)`."""
        return self.standings([rule])[rule]

    def standings(self, rules: Iterable[str] | None = None) -> Mapping[str, pl.Series]:
        """`standing` of several rules (all, if not given), worked out together."""
        known = self._asked.base.rules
        names = list(known if rules is None else rules)
        nodes = [self._asked.standing[name] for name in names]
        return dict(zip(names, self._all(nodes, [known[n].fact for n in names]), strict=True))

    def advised(
        self, subjects: Sequence[tuple[str, str]] | None = None, against: bool | None = None
    ) -> Mapping[tuple[str, str], pl.Series]:
        """For each case whether a subject (kind, subject) is advised, of any instance (Boolean, no
        nulls): for it, `against` it, or (None) either. All subjects, if none are given."""
        if subjects is None:
            kinds = self._asked.base.advice
            subjects = [(kind, name) for kind in kinds for name in kinds[kind].subjects]
        nodes = [self._asked.advised(kind, subject, against) for kind, subject in subjects]
        return dict(zip(subjects, self._all(nodes, [None] * len(nodes)), strict=True))

    def derived(self, name: str) -> pl.Series:
        """A define's value in inner form, for each of `rows(define.fact)`."""
        return self.derivations([name])[name]

    def derivations(self, names: Iterable[str] | None = None) -> Mapping[str, pl.Series]:
        """`derived` of several (all, if not given), worked out together."""
        known = self._asked.base.defines
        names = list(known if names is None else names)
        nodes = [self._asked.derived[name] for name in names]
        return dict(zip(names, self._all(nodes, [known[n].fact for n in names]), strict=True))

    def unknown(self) -> Mapping[tuple[str, str], pl.Series]:
        """For each (fact, attribute) that something in force reads, for each case whether it is
        unknown, of any instance, after defaults (Boolean, no nulls)."""
        read = sorted(self._asked.base.attributes_read)
        nodes = [self._asked.unknown(*name) for name in read]
        return dict(zip(read, self._all(nodes, [None] * len(nodes)), strict=True))

    def advice(self, rules: Iterable[str] | None = None) -> Iterator[Said]:
        """What stands in cases without fault, by rule (all, if not given) and place."""
        asked, known = self._asked, self._asked.base.rules
        names = list(known if rules is None else rules)
        standings, faulty = self.standings(names), self.faulty
        said = [n for n in names if standings[n].any()]
        nodes = [asked.provisional[n] for n in said]
        nodes += [f for n in said for p in range(len(known[n].thens))
                  for f in asked.fields[n, p].values()]  # fmt: skip
        self._work.fill(nodes)
        sound: dict[str | None, pl.Series] | None = {None: ~faulty} if faulty.any() else None
        for name in said:
            rule = known[name]
            if sound is None:
                chosen = standings[name].arg_true()
            else:
                if rule.fact not in sound:
                    sound[rule.fact] = sound[None].gather(self.rows(rule.fact))
                chosen = (standings[name] & sound[rule.fact]).arg_true()
            cases = chosen if rule.fact is None else self.rows(rule.fact).gather(chosen)
            if not len(cases):
                continue
            many = rule.fact is not None and asked.base.facts[rule.fact].many
            marks = self._work.chosen(asked.provisional[name], chosen)
            for place, then in enumerate(rule.thens):
                fields = {
                    field: self._work.chosen(node, chosen).alias(field)
                    for field, node in asked.fields[name, place].items()
                }
                yield Said(name, place, then, cases, chosen if many else None, fields, marks)

    def _scope(self, fact: str | None) -> Scope:
        return self._asked.plan.scope(fact)

    def _one(self, node: Node, fact: str | None) -> pl.Series:
        return self._all([node], [fact])[0]

    def _all(self, nodes: Sequence[Node], facts: Sequence[str | None]) -> list[pl.Series]:
        self._work.fill(nodes)
        return [
            self._work.series(node, self._scope(fact))
            for node, fact in zip(nodes, facts, strict=True)
        ]


__all__ = ["Result", "Said"]
