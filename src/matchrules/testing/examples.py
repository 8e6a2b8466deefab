"""The examples of a book, run as tests: what was expected, what came, where it is written."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from matchrules import ir
from matchrules.case.validation import assemble
from matchrules.decision import Firing, Outcome, plain_value, render_value
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label
from matchrules.engine.interpreter import Interpretation, interpret
from matchrules.ir import Example, Expectation, Rule, RuleBase, Then
from matchrules.text import Span
from matchrules.types import Value

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Engine = Literal["rete", "compiled", "interpreter"]


@frozen
class Check:
    """One expectation: as written, what came, and where it is written."""

    expected: str
    came: str
    holds: bool
    span: Span


@frozen
class ExampleResult:
    """How one example went. `faults` are those of a case that should have been decided; an example
    with any has no `checks`."""

    example: Example
    checks: tuple[Check, ...] = ()
    faults: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.faults and all(check.holds for check in self.checks)

    @property
    def name(self) -> str:
        """The title, or the name."""
        return self.example.title or self.example.name or "example"

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What failed, as faults of the rule file."""
        if self.faults:
            return (self._not_decided(),)
        return tuple(
            Diagnostic(
                "MR701", f"example `{self.name}` does not come out as expected",
                (Label(check.span, f"expected {check.expected}"),),
                help="correct the rules, or what the example expects",
                path=self.name, notes=(check.came,),
            )
            for check in self.checks if not check.holds
        )  # fmt: skip

    def _not_decided(self) -> Diagnostic:
        return Diagnostic(
            "MR702", f"example `{self.name}` has no decision: its case has faults",
            (Label(self.example.span, "this case"),),
            help='correct the case, or say `expect rejected "…"`', path=self.name,
            notes=tuple(f"{f.path}: {f.message}" if f.path else f.message for f in self.faults),
        )  # fmt: skip


def run_examples(book: "Book", engine: Engine = "rete") -> tuple[ExampleResult, ...]:
    """Every example of a book that expects something, decided by that engine, as written."""
    return tuple(
        run_example(book, example, engine) for example in book.examples if example.expects
    )


def run_example(book: "Book", example: Example, engine: Engine = "rete") -> ExampleResult:
    """One example of a book."""
    try:
        assert example.as_of is not None, "an example that expects something has a day"
        base = book.base_on(example.as_of)
        case = assemble(base, example.as_of, example.facts)
        if engine == "interpreter":
            outcome = interpret(base, case)
        elif engine == "compiled":
            from matchrules.engine.compiled import decide_compiled

            outcome = decide_compiled(base, case)
        else:
            from matchrules.engine.rete import decide_rete

            outcome = decide_rete(base, case)
    except CaseErrors as error:
        return _rejected(example, error.diagnostics)
    seen = Seen(base, Interpretation(base, case), outcome)
    return ExampleResult(example, tuple(seen.checks(example)))


def _rejected(example: Example, faults: tuple[Diagnostic, ...]) -> ExampleResult:
    """An example whose case has faults: right where each expectation is such a rejection."""
    said = "; ".join(f"{f.path}: {f.message}" if f.path else f.message for f in faults)
    if not any(isinstance(e, ir.ExpectRejected) for e in example.expects):
        return ExampleResult(example, faults=faults)
    checks = []
    for expect in example.expects:
        holds = isinstance(expect, ir.ExpectRejected) and any(
            expect.text in f.message for f in faults
        )
        checks.append(Check(expected(expect), f"the case is rejected: {said}", holds, expect.span))
    return ExampleResult(example, tuple(checks))


def expected(expect: Expectation) -> str:
    """An expectation as it is written after `expect`."""
    match expect:
        case ir.ExpectFires(rule, negated):
            return f"no fires {rule}" if negated else f"fires {rule}"
        case ir.ExpectAdvice(kind, subject, strength, given):
            fields = ", ".join(f"{n} = {_written(v)}" for n, v in given.items())
            said = f"{strength or 'no'} {kind}.{subject}"
            return f"{said} with {fields}" if fields else said
        case ir.ExpectCondition(source=source):
            return source
        case ir.ExpectRejected(text):
            return f'rejected "{text}"'
    return "nothing else"


class Seen:
    """A decided case, against which expectations are held."""

    def __init__(self, base: RuleBase, run: Interpretation, outcome: Outcome) -> None:
        self.base = base
        self.run = run
        self.advice = [(f, base.rules[f.rule], _then(base, f)) for f in outcome.firings]

    def checks(self, example: Example) -> Iterator[Check]:
        for number, expect in enumerate(example.expects):
            holds, came = self.check(expect, example.expects[:number])
            yield Check(expected(expect), came, holds, expect.span)

    def check(self, expect: Expectation, above: Sequence[Expectation]) -> tuple[bool, str]:
        match expect:
            case ir.ExpectFires(name, negated):
                fired = any(firing.rule == name for firing, _, _ in self.advice)
                came = f"`{name}` fired" if fired else self._why_not(name)
                return fired is not negated, came
            case ir.ExpectAdvice():
                return self._advised(expect)
            case ir.ExpectCondition(condition):
                value = self.run.value(condition)
                return value is True, self._condition(condition, value)
            case ir.ExpectRejected():
                return False, "the case is accepted"
        return self._nothing_else(above)

    def _advised(self, expect: ir.ExpectAdvice) -> tuple[bool, str]:
        there = [
            item for item in self.advice
            if (item[2].kind, item[2].subject) == (expect.kind, expect.subject)
        ]  # fmt: skip
        came = "; ".join(self._said(*item) for item in there)
        subject = f"{expect.kind}.{expect.subject}"
        if expect.strength is None:
            return not there, came or f"no advice on `{subject}`"
        holds = any(_matches(expect, firing, then) for firing, _, then in there)
        return holds, came or f"no advice on `{subject}`"

    def _nothing_else(self, above: Sequence[Expectation]) -> tuple[bool, str]:
        rules = {e.rule for e in above if isinstance(e, ir.ExpectFires) and not e.negated}
        advice = [e for e in above if isinstance(e, ir.ExpectAdvice) and e.strength is not None]
        others = [
            item for item in self.advice
            if item[0].rule not in rules and not any(_matches(e, item[0], item[2]) for e in advice)
        ]  # fmt: skip
        return not others, "; ".join(self._said(*item) for item in others) or "nothing else"

    def _said(self, firing: Firing, rule: Rule, then: Then) -> str:
        fields = ", ".join(
            f"{name} = {_written(value)}" for name, value in sorted(firing.fields.items())
        )
        about = "" if firing.about is None else f" about {', '.join(map(_written, firing.about))}"
        said = f"{then.strength} {then.kind}.{then.subject}{about}"
        return f"{said}{' with ' + fields if fields else ''} by `{rule.full_name}`"

    def _why_not(self, name: str) -> str:
        """Why a rule did not fire, in a line."""
        rule, run = self.base.rules[name], self.run
        if rule.fact is not None:
            return f"`{name}` fired for no {rule.fact}"
        for what, conditions in (
            ("a guard of its ruleset or section", rule.guards),
            ("its `when`", () if rule.when is None else (rule.when,)),
        ):
            for condition in conditions:
                value = run.value(condition)
                if value is not True:
                    return f"`{name}` did not fire: {what} is {_written(value)}"
        if any(run.value(condition) is True for condition in rule.unless):
            return f"`{name}` did not fire: an `unless` of it is yes"
        return f"`{name}` did not fire: another rule overrides it"

    def _condition(self, condition: ir.Expression, value: Value | None) -> str:
        """The value of a condition; of a comparison, of what is compared."""
        came = f"it is {_written(value)}"
        # What an aggregate selects by has a value for each instance, not one.
        inside = () if isinstance(condition, ir.Aggregate) else ir.children(condition)
        tested = next(iter(inside), None)
        if isinstance(tested, ir.Attribute | ir.Derived) and not isinstance(condition, ir.IsKnown):
            fact = f"{tested.fact}." if isinstance(tested, ir.Attribute) else ""
            shown = self.run.value(tested)
            text = shown if isinstance(shown, str) else render_value(shown, tested.type, self.base)
            came += f": `{fact}{tested.name}` is {'not known' if text is None else text}"
        return came


def _matches(expect: ir.ExpectAdvice, firing: Firing, then: Then) -> bool:
    said, wanted = (then.kind, then.subject), (expect.kind, expect.subject)
    return (
        said == wanted
        and then.strength == expect.strength
        and all(firing.fields.get(name) == value for name, value in expect.fields.items())
    )


def _then(base: RuleBase, firing: Firing) -> Then:
    return base.rules[firing.rule].thens[firing.place]


def _written(value: Value | None) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return f"({', '.join(sorted(value))})"
    return str(plain_value(value, None))


__all__ = ["Check", "ExampleResult", "expected", "run_example", "run_examples"]
