"""The properties of a book, tried on generated cases.

This refutes, with a case; it does not prove. A property that no case refutes is said to stand, with
the number of cases in which its premise was true.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from attrs import define, field, frozen

from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.writing import write_case
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label, UsageError
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Expression, ParameterDeclaration, Property, RuleBase
from matchrules.prove.whatever import with_parameters
from matchrules.regions.cutpoints import Place
from matchrules.testing.aiming import Aim
from matchrules.testing.ground import Ground, prepare
from matchrules.testing.mending import rules_behind
from matchrules.testing.runs import Run, runs_of
from matchrules.testing.twins import Difference
from matchrules.types import Number

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Answer = Literal["stands", "refuted", "vacuous"]

MOST_FOCUS = 30


@frozen
class Verdict:
    """What came of one property, `said`.

    `tried` are the valid cases (or pairs), `met` those in which the premise was true. `cases` are
    the cases that refute it, as case files, by name; `reason` says what is wrong with them.
    """

    said: Property
    answer: Answer
    tried: int
    met: int
    cases: tuple[tuple[str, str], ...] = ()
    reason: str = ""

    @property
    def stands(self) -> bool:
        return self.answer == "stands"

    @property
    def diagnostic(self) -> Diagnostic | None:
        """What is wrong, as a fault of the rule file; None where the property stands."""
        name = f"`{self.said.id or self.said.name}`"
        where = (Label(self.said.span, "said here"),)
        if self.answer == "refuted":
            shown = tuple(f"case {n}:\n{text}" if n else text for n, text in self.cases)
            return Diagnostic(
                "MR711", f"property {name} does not hold: {self.reason}", where,
                help="correct the rules, or say in its `when` which cases are meant",
                path=self.said.name, notes=shown,
            )  # fmt: skip
        if self.answer == "vacuous":
            return Diagnostic(
                "MR712", f"property {name} was never put to the test: its `when` was true in none "
                f"of {self.tried} cases", where, help="check that its `when` can be true at all",
                path=self.said.name, severity="warning",
            )  # fmt: skip
        return None

    def __str__(self) -> str:
        found = self.diagnostic
        if found is None:
            return f"stands in {self.met} of {self.tried} cases"
        return "\n".join([found.message, *found.notes])


class _Drawn:
    """What a property is tried on. Hypothesis writes out what fails, attrs classes with all that
    they hold; a rule base is too large for that, so this is none."""

    def __init__(self, base: RuleBase, cases: dict[str, Case]) -> None:
        self.base, self.cases = base, cases


class _Refuted(Exception):
    """A case against a property, on its way out of Hypothesis."""

    def __init__(self, base: RuleBase, cases: dict[str, Case], reason: str) -> None:
        super().__init__(reason)
        self.base, self.cases, self.reason = base, cases, reason


def check_property(book: "Book", name: str, max_examples: int = 200) -> Verdict:
    """Try a property, by its name or id, on so many generated cases of every era that has it.

    A fault that a valid case shows (a gap, an overlap, a value out of range, a contradiction)
    refutes it too: with it there is no decision.
    """
    found = [
        (base, said)
        for base in book.bases
        for said in base.properties.values()
        if name in (said.name, said.id)
    ]
    if not found:
        raise UsageError(f"the book has no property `{name}`")
    tried = met = 0
    for base, said in found:
        trial = _Trial(base, said)
        refuted = trial.run(max_examples)
        tried, met = tried + trial.tried, met + trial.met
        if refuted is not None:
            texts = tuple((n, write_case(refuted.base, c)) for n, c in refuted.cases.items())
            return Verdict(said, "refuted", tried, met, texts, refuted.reason)
    return Verdict(found[-1][1], "stands" if met else "vacuous", tried, met)


def check_properties(book: "Book", max_examples: int = 200) -> tuple[Verdict, ...]:
    """`check_property` for every property of a book."""
    return tuple(check_property(book, said.name, max_examples) for said in book.properties)


@define
class _Trial:
    """One property in one era."""

    base: RuleBase
    said: Property
    tried: int = 0
    met: int = 0

    def run(self, max_examples: int) -> _Refuted | None:
        """Look for a case against it."""
        from hypothesis import HealthCheck, Phase, given, settings

        said = self.said
        expressions = [e for e in (said.when, said.then) if e is not None]
        ground = prepare(self.base, expressions, _focus(self.base, said.when or said.then))
        if said.when is not None:
            aim = Aim(ground, said.when, said.fact, said.cases, _difference(said))
            ground = ground.aimed_at(aim.starts())

        # What is found stands in the verdict, so nothing is kept in a database or printed; the
        # same book gives the same verdict.
        @settings(
            max_examples=max_examples, database=None, deadline=None, derandomize=True,
            report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink), print_blob=False,
        )  # fmt: skip
        @given(self._drawn(ground))
        def look(drawn: _Drawn) -> None:
            self._look(drawn.base, drawn.cases)

        try:
            look()
        except _Refuted as refuted:
            return refuted
        return None

    def _drawn(self, ground: Ground) -> Any:
        """A strategy for a rule base (with `whatever` values) and its cases by name."""
        from hypothesis import strategies as st

        from matchrules.testing.strategies import drawn_case, drawn_pair

        said = self.said

        @st.composite
        def drawn(draw: Callable[[Any], Any]) -> _Drawn:
            base = ground.base
            if said.whatever:
                values = {name: draw(_any_value(base.parameters[name])) for name in said.whatever}
                base = with_parameters(base, values)
            if not said.cases:
                return _Drawn(base, {"": draw(drawn_case(ground, base=base))})
            pair = draw(drawn_pair(ground, _difference(said), base=base))
            return _Drawn(base, dict(zip(said.cases, pair, strict=True)))

        return drawn()

    def _look(self, base: RuleBase, cases: dict[str, Case]) -> None:
        self.tried += 1
        met, wrong = self._asked(dict(zip(cases, runs_of(base, *cases.values()), strict=True)))
        self.met += met
        if wrong is not None:
            # Found by compiled rules, perhaps: what is wrong is for the interpreter to say.
            runs: dict[str, Run] = {name: Interpretation(base, c) for name, c in cases.items()}
            _, wrong = self._asked(runs)
            if wrong is not None:
                raise wrong

    def _asked(self, runs: dict[str, Run]) -> tuple[bool, _Refuted | None]:
        """Whether the premise is true of the cases, and what is wrong with them."""
        said, run = self.said, next(iter(runs.values()))
        run.cases = runs
        met = [
            bound
            for bound in run.each(said.fact)
            if said.when is None or run.value(said.when, bound) is True
        ]
        for one in runs.values() if met else ():
            try:
                one.outcome()
            except CaseErrors as error:
                faults = "; ".join(fault.message for fault in error.diagnostics)
                reason = f"a valid case has faults: {faults}"
                return True, _Refuted(run.base, {"": one.case}, reason)
        for bound in met:
            value = run.value(said.then, bound)
            if value is not True:
                came = "unknown" if value is None else "no"
                about = "" if said.fact is None else f" for {said.fact} {bound[said.fact] + 1}"
                cases = {name: one.case for name, one in runs.items()}
                return True, _Refuted(run.base, cases, f"what it says is {came}{about}")
        return bool(met), None


@define
class _Drawing(_Trial):
    """Keeps the cases, and asks nothing of them."""

    found: list[tuple[RuleBase, dict[str, Case]]] = field(factory=list)

    def _look(self, base: RuleBase, cases: dict[str, Case]) -> None:
        self.found.append((base, cases))


def cases_for(
    base: RuleBase, said: Property, max_examples: int
) -> list[tuple[RuleBase, dict[str, Case]]]:
    """The cases, by name, on which `check_property` tries a property of that rule base, each with
    the rules for it: with `whatever` values of its own."""
    drawing = _Drawing(base, said)
    drawing.run(max_examples)
    return drawing.found


def _difference(said: Property) -> Difference:
    places = said.differing_only_in
    return Difference(None if places is None else frozenset(places), said.adding)


def _focus(base: RuleBase, premise: Expression) -> frozenset[Place]:
    """The attributes that a premise names, itself or through one define or rule."""
    direct = set(_attributes([premise]))
    sources: list[Expression] = []
    for node in ir.walk(premise):
        if isinstance(node, ir.Derived):
            sources += base.defines[node.name].expressions()
        for rule in rules_behind(base, node):
            sources += [e for e in (rule.when, *rule.unless) if e is not None]
    further = direct | set(_attributes(sources))
    return frozenset(further if len(further) <= MOST_FOCUS else direct)


def _attributes(expressions: Iterable[Expression]) -> Iterator[Place]:
    for expression in expressions:
        for node in ir.walk(expression):
            if isinstance(node, ir.Attribute):
                yield node.fact, node.name


# `whatever` --------------------------------------------------------------------------------------


def _any_value(parameter: ParameterDeclaration) -> Any:
    """A strategy for one value of a parameter's type: its own values, those next to them, any."""
    from datetime import date

    from hypothesis import strategies as st

    from matchrules.regions.cutpoints import Cuts, pool

    own = [row.value for row in parameter.rows]
    if any(isinstance(value, date) for value in own):
        return st.sampled_from(own) | st.dates(date(2000, 1, 1), date(2060, 1, 1))
    near = st.sampled_from(pool(parameter.type, Cuts(set(own))))
    type_ = parameter.type
    if isinstance(type_, Number) and type_.places == 0:
        assert type_.low is not None and type_.high is not None
        return near | st.integers(int(type_.low), int(type_.high))
    return near
