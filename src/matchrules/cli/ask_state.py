"""Where an interview stands: the case so far, what is advised, and what was said before."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from matchrules.case.model import Case, Instance
from matchrules.case.validation import canonical
from matchrules.case.writing import case_facts_plain
from matchrules.decision import Decision
from matchrules.ir import RuleBase
from matchrules.types import Value

if TYPE_CHECKING:
    from matchrules.explain.prospects import Question
    from matchrules.rulebook import Book

Mark = tuple[str, str, int | None]  # an attribute, of an instance that keeps its number


@frozen
class Stand:
    """A case at one moment. `numbers` has a number for each instance of each many-fact, in the
    order of the case: an instance keeps its number when an answer moves it. `skipped` are the
    questions that were passed over. `said` is what brought it here, in words."""

    case: Case
    decision: Decision = field(repr=False)
    numbers: Mapping[str, tuple[int, ...]]
    skipped: frozenset[Mark] = frozenset()
    said: str = ""

    def mark(self, question: "Question") -> Mark:
        unknown = question.unknown
        number = None if unknown.index is None else self.numbers[unknown.fact][unknown.index]
        return (unknown.fact, unknown.name, number)

    def open(self) -> "tuple[Question, ...]":
        """What is still worth asking, and was not passed over."""
        return tuple(q for q in self.decision.questions if self.mark(q) not in self.skipped)

    def left_out(self) -> "tuple[Question, ...]":
        """What was passed over and would still matter."""
        return tuple(q for q in self.decision.questions if self.mark(q) in self.skipped)


@define
class Interview:
    """The steps so far, the last being where it stands. Every answer is judged as a whole case."""

    book: "Book"
    base: RuleBase
    steps: list[Stand]

    @classmethod
    def of(cls, book: "Book", base: RuleBase, case: Case) -> "Interview":
        numbers = {name: tuple(range(len(found))) for name, found in case.facts.items()}
        return cls(book, base, [Stand(case, _decided(book, base, case), numbers)])

    @property
    def now(self) -> Stand:
        return self.steps[-1]

    def answer(
        self, fact: str, index: int | None, values: Mapping[str, Value], said: str
    ) -> Decision:
        """Take an answer, with what it needs beside it; what was advised before. Raises
        `CaseErrors`, and stands as before, where the case would not be valid."""
        before = self.now
        case, numbers = _with(self.base, before, fact, index, values)
        decision = _decided(self.book, self.base, case)
        self.steps.append(evolve(
            before, case=case, decision=decision, numbers=numbers, said=said
        ))  # fmt: skip
        return before.decision

    def skip(self, marks: frozenset[Mark], said: str) -> None:
        self.steps.append(evolve(self.now, skipped=self.now.skipped | marks, said=said))

    def back(self) -> str | None:
        """Take the last step back: what it was, None where there was none."""
        return self.steps.pop().said if len(self.steps) > 1 else None

    @property
    def answered(self) -> bool:
        return self.now.case != self.steps[0].case


def _decided(book: "Book", base: RuleBase, case: Case) -> Decision:
    facts: dict[str, Any] = case_facts_plain(base, case)
    return book.decide(facts, as_of=case.as_of, engine="compiled")


def _with(
    base: RuleBase, stand: Stand, fact: str, index: int | None, values: Mapping[str, Value]
) -> tuple[Case, Mapping[str, tuple[int, ...]]]:
    """The case with those attributes, and the numbers of its instances in their new order."""
    declaration = base.facts[fact]
    blank: Instance = dict.fromkeys(declaration.attributes)
    instances: list[Instance] = list(stand.case.facts[fact]) or [blank]
    at = index or 0
    instances[at] = {**instances[at], **values}
    numbers = stand.numbers.get(fact, ())
    if index is not None:
        moved = canonical(declaration, instances)
        number_of = {id(one): n for one, n in zip(instances, numbers, strict=True)}
        numbers = tuple(number_of[id(one)] for one in moved)
        instances = moved
    case = Case(stand.case.as_of, {**stand.case.facts, fact: tuple(instances)})
    return case, {**stand.numbers, fact: numbers}


__all__ = ["Interview", "Mark", "Stand"]
