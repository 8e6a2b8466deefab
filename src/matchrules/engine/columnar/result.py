"""What a cohort comes to: worked out when it is asked for, what is asked for together in one go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from matchrules.ir import Then

from .columns import Columns


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

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    @property
    def faulty(self) -> pl.Series:
        """For each case, whether it shows a fault (Boolean, no nulls)."""
        raise NotImplementedError

    def rows(self, fact: str | None) -> pl.Series:
        """The case (UInt32) of each row of what is said `for each` of a fact. A single fact has a
        row for each case that has it; None: one for each case."""
        raise NotImplementedError

    def holds(self, rule: str) -> pl.Series:
        """Whether a rule's conditions hold (Boolean, no nulls), for each of `rows(rule.fact)`."""
        raise NotImplementedError

    def standing(self, rule: str) -> pl.Series:
        """Whether a rule's advice stands (Boolean, no nulls), for each of `rows(rule.fact)`."""
        raise NotImplementedError

    def standings(self, rules: Iterable[str] | None = None) -> Mapping[str, pl.Series]:
        """`standing` of several rules (all, if not given), worked out together."""
        raise NotImplementedError

    def advised(
        self, subjects: Sequence[tuple[str, str]] | None = None, against: bool | None = None
    ) -> Mapping[tuple[str, str], pl.Series]:
        """For each case whether a subject (kind, subject) is advised, of any instance (Boolean, no
        nulls): for it, `against` it, or (None) either. All subjects, if none are given."""
        raise NotImplementedError

    def derived(self, name: str) -> pl.Series:
        """A define's value in inner form, for each of `rows(define.fact)`."""
        raise NotImplementedError

    def derivations(self, names: Iterable[str] | None = None) -> Mapping[str, pl.Series]:
        """`derived` of several (all, if not given), worked out together."""
        raise NotImplementedError

    def unknown(self) -> Mapping[tuple[str, str], pl.Series]:
        """For each (fact, attribute) that something in force reads, for each case whether it is
        unknown, of any instance, after defaults (Boolean, no nulls)."""
        raise NotImplementedError

    def advice(self, rules: Iterable[str] | None = None) -> Iterator[Said]:
        """What stands in cases without fault, by rule (all, if not given) and place."""
        raise NotImplementedError


__all__ = ["Result", "Said"]
