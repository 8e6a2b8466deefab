"""Mutants of a book: each is the book with one thing changed."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

from matchrules.ir import RuleBase
from matchrules.testing.mutation.expressions import Kind
from matchrules.testing.mutation.written import Text
from matchrules.text import Span

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Part = Literal["defines", "rules", "parameters", "facts", "rejects"]


@frozen
class Edit:
    """What stands in a rule base in place of what was there, by part and name (a reject by its
    index)."""

    part: Part
    stated: Mapping[Any, Any] = field(repr=False)

    def of(self, base: RuleBase) -> RuleBase:
        """The rule base with the change."""
        if self.part == "rejects":
            rejects = (self.stated.get(n, reject) for n, reject in enumerate(base.rejects))
            return evolve(base, rejects=tuple(rejects))
        changed: Any = {self.part: {**getattr(base, self.part), **self.stated}}
        return evolve(base, **changed)


@frozen
class Mutant:
    """A book in which one thing is changed. `statement` says what stands around it (``rule
    `r` ``), `name` is its name, `change` what is changed, `edits` the same by the number of the
    era, wherever it is in force."""

    kind: Kind
    statement: str
    name: str
    change: str
    span: Span
    edits: Mapping[int, Edit] = field(repr=False)

    def of(self, book: "Book") -> "Book":
        """The book with the change. It is not checked again."""
        from matchrules.rulebook import Book

        bases = (
            self.edits[era].of(base) if era in self.edits else base
            for era, base in enumerate(book.bases)
        )
        return Book(tuple(bases), book.sources)


def mutants(book: "Book") -> tuple[Mutant, ...]:
    """Every mutant of a book, in the order in which they are written."""
    from matchrules.testing.mutation.statements import made

    found: dict[tuple[Any, ...], Mutant] = {}
    for era, base in enumerate(book.bases):
        count: dict[tuple[Any, ...], int] = {}
        for mutant in made(base, era, Text(book.sources, base)):
            said = (mutant.span, mutant.statement, mutant.kind, mutant.change)
            number = count[said] = count.get(said, 0) + 1
            # what is in force in several eras is changed in all of them
            known = found.get((*said, number))
            edits = {**known.edits, **mutant.edits} if known is not None else mutant.edits
            found[(*said, number)] = evolve(mutant, edits=edits)
    return tuple(sorted(found.values(), key=_place))


def named(all_: tuple[Mutant, ...], wanted: str) -> Iterator[Mutant]:
    """The mutants of the statement of that name, or of the rule with that id."""
    return (m for m in all_ if wanted == m.name or wanted in m.statement.split("`")[1::2])


def _place(mutant: Mutant) -> tuple[str, int, int]:
    return mutant.span.source, mutant.span.start, mutant.span.end
