"""What is asked of a rule base, and what came of it."""

from datetime import date
from typing import Literal

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.ir import NOWHERE
from matchrules.text import Span
from matchrules.types import Value

Answer = Literal["proved", "refuted", "undecided", "vacuous"]

Kind = Literal[
    "property",  # `name`: a property
    "gap",  # a table: no valid case without a candidate
    "overlap",  # a table: no valid case with two rows known to hit
    "row",  # a table and a row: some valid case is decided by it
    "range",  # a define, default or field: its value is within its promise
    "fires",  # a rule: it fires in some valid case
    "condition",  # a condition of a rule or define: true in some case, not true in another
    "unless",  # an `unless` of a rule: it blocks in some valid case
    "contradiction",  # two rules: never both for and against, or two values of a unique subject
    "same",  # two rules: they do not say the same in just the same cases
    "subject",  # of advice, kind and name: whom the change between two rule bases affects
]


@frozen
class Question:
    """One thing to decide about a rule base. `name` is that of the property, table or rule (bare),
    `part` tells which row (from 1), condition (from 1) or other rule is meant."""

    kind: Kind
    name: str
    part: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Verdict:
    """What came of a question in the era that starts on `start`.

    `proved` holds for every valid case: with any number of instances of every many-fact where
    `bound` is None, else with up to `bound` of each. `refuted` comes with `cases` by name (one
    without a name, or those of a `compare`), which show the fault in the interpreter. Where
    something should happen in some case and happens in none (a rule that never fires) there is
    no case to show, and `bound` says for how many instances that is so. `vacuous` is a property
    whose premise no valid case satisfies. `undecided` says why in `reason`.
    """

    question: Question
    answer: Answer
    start: date
    bound: int | None = None
    seconds: float = 0.0
    cases: tuple[tuple[str, Case], ...] = ()
    reason: str = ""
    parameters: tuple[tuple[str, Value | None], ...] = ()
