"""Verdicts as diagnostics: where it is written, what is wrong, in which case, how to mend it."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve

from matchrules.case.writing import write_case
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label, Severity
from matchrules.engine.interpreter import Interpretation
from matchrules.explain import Wording
from matchrules.ir import AGAINST, Property, Rule, RuleBase, Table, Then
from matchrules.prove.questions import conditions_of
from matchrules.prove.saving import literal
from matchrules.prove.verdicts import Question, Verdict
from matchrules.prove.whatever import with_parameters
from matchrules.text import Source, Span

# What asks for a case that there has to be: that there is none can be shown for some number of
# instances only, or for any.
_ASK_FOR_A_CASE: Final = ("row", "fires", "condition", "unless", "same")
_RUN_TIME: Final = {"gap": "MR602", "overlap": "MR603", "range": "MR604"}


def weighed(verdict: Verdict) -> Verdict:
    """The verdict, undecided where it says no more than that no case with up to so many instances
    does something: one with more may."""
    missing = verdict.answer == "vacuous" or (
        verdict.answer == "refuted" and verdict.question.kind in _ASK_FOR_A_CASE
    )
    if not missing or verdict.bound is None or verdict.cases:
        return verdict
    reason = f"no case with up to {verdict.bound} of each many-fact does it, one with more may"
    return evolve(verdict, answer="undecided", reason=reason)


def described(base: RuleBase, question: Question) -> str:
    """A question in a few words: `property P-24`, `table step2ck.band, row 3`."""
    name, part = question.name, question.part
    match question.kind:
        case "property":
            return f"property {base.properties[name].id or name}"
        case "gap" | "overlap":
            return f"table {name}, {question.kind}s"
        case "row":
            return f"table {name}, row {part}"
        case "range" if name in base.rules:
            return f"rule {_id(base.rules[name])}, range of {part.partition('.')[2]}"
        case "range":
            return f"{'default of ' if part else ''}{name}, range"
        case "contradiction" | "same":
            both = f"{_id(base.rules[name])} and {_id(base.rules[part])}"
            return f"rules {both}, {question.kind}"
        case "unless" | "condition":
            return f"{_said(base, name)}, {question.kind} {part}"
    return f"rule {_id(base.rules[name])}"


def finding(
    base: RuleBase, verdict: Verdict, sources: Mapping[str, Source] | None = None
) -> Diagnostic | None:
    """What a verdict finds wrong, or leaves open; None where something is proved."""
    if verdict.answer == "proved":
        return None
    return _Finding(base, verdict, sources or {}).diagnostic()


def findings(
    bases: Iterable[RuleBase], verdicts: Iterable[Verdict], sources: Mapping[str, Source]
) -> tuple[Diagnostic, ...]:
    """What verdicts on the eras of a book find: worst first, then by place; what several eras show
    alike stands there once."""
    by_start = {base.start: base for base in bases}
    found: dict[tuple[object, ...], Diagnostic] = {}
    for verdict in verdicts:
        one = finding(by_start[verdict.start], verdict, sources)
        if one is not None:
            found.setdefault((_place(one), one.code, one.message), one)
    return tuple(sorted(found.values(), key=lambda one: (_RANK[one.severity], _place(one))))


_RANK: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "note": 2}


def _place(diagnostic: Diagnostic) -> tuple[str, int]:
    span = diagnostic.labels[0].span if diagnostic.labels else Span("", 0, 0)
    return span.source, span.start


def parameters_of(base: RuleBase, verdict: Verdict) -> tuple[str, ...]:
    """`pass_mark = 12 points`: the values of parameters that a property says `whatever` of."""
    return tuple(
        f"{name} = {literal(value, base.parameters[name].type)}"
        for name, value in verdict.parameters
        if value is not None
    )


class _Finding:
    """One verdict that is no proof."""

    def __init__(self, base: RuleBase, verdict: Verdict, sources: Mapping[str, Source]) -> None:
        self.base = base
        self.verdict = verdict
        self.question = verdict.question
        self.sources = sources

    def diagnostic(self) -> Diagnostic:
        question, name, part = self.question, self.question.name, self.question.part
        if self.verdict.answer == "undecided":
            return self._said(
                "MR730", f"{described(self.base, question)}: not decided", self.verdict.reason,
                "give it more time with `--time`, or ask less at once", "note",
            )  # fmt: skip
        match question.kind:
            case "property":
                return self._property(self.base.properties[name])
            case "gap":
                return self._said(
                    "MR203", f"table `{name}` has a gap", "no row takes the case below",
                    "add a row for it" + (
                        ", or a last row with `-` in every column"
                        if self._table(name).hit == "first" else ""
                    ),
                )  # fmt: skip
            case "overlap":
                return self._said(
                    "MR204", f"rows of table `{name}` overlap", "two rows take the case below",
                    "let only one of them hit, or say `hit first` so that the upper one decides",
                )  # fmt: skip
            case "row":
                return self._row(self._table(name), int(part))
            case "range":
                return self._range()
            case "contradiction":
                return self._contradiction(self.base.rules[name], self.base.rules[part])
            case "fires":
                return self._said(
                    "MR732", f"rule `{name}` fires in no case", "",
                    "mend its conditions, or those of what overrides it, or remove the rule",
                    "warning",
                )  # fmt: skip
            case "unless":
                several = len(self.base.rules[name].unless) > 1
                which = f"`unless` {part}" if several else "the `unless`"
                return self._said(
                    "MR734", f"{which} of rule `{name}` never blocks",
                    "where it is true the rule would not fire anyway", "remove it, or mend it",
                    "warning",
                )  # fmt: skip
            case "condition":
                return self._condition()
        return self._same(self.base.rules[name], self.base.rules[part])

    # One for each kind ----------------------------------------------------------------------------

    def _property(self, said: Property) -> Diagnostic:
        name = f"`{said.id or said.name}`"
        if self.verdict.answer == "vacuous":
            return self._said(
                "MR731", f"property {name} says nothing: no case meets its `when`", "said here",
                "mend its `when`; as it stands, it holds whatever the rules are", "warning",
            )  # fmt: skip
        return self._said(
            "MR711", f"property {name} does not hold: {self._came(said)}", "said here",
            "correct the rules, or say in its `when` which cases are meant",
        )  # fmt: skip

    def _came(self, said: Property) -> str:
        """What the property comes to in its case."""
        base = with_parameters(self.base, dict(self.verdict.parameters))
        runs = {name: Interpretation(base, case) for name, case in self.verdict.cases}
        for run in runs.values():
            run.cases = runs
        for run in list(runs.values())[:1]:
            for bound in run.each(said.fact):
                value = run.value(said.then, bound)
                if value is not True and (said.when is None or run.value(said.when, bound) is True):
                    about = "" if said.fact is None else f" for {said.fact} {bound[said.fact] + 1}"
                    return f"what it says is {'unknown' if value is None else 'no'}{about}"
        return self.verdict.reason or "a case refutes it"

    def _row(self, table: Table, number: int) -> Diagnostic:
        above = table.hit == "first" and number > 1
        return self._said(
            "MR205", f"row {number} of table `{self.question.name}` never decides",
            "no case that rows above it leave comes to it" if above else "no case comes to it",
            "mend it, move it up, or remove it" if above else "mend it, or remove the row",
            "warning",
        )  # fmt: skip

    def _range(self) -> Diagnostic:
        name, _, field = self.question.part.partition(".")
        if field:
            what = f"field `{field}` of rule `{self.question.name}`"
        else:
            what = f"{'the default of ' if name else ''}`{self.question.name}`"
        return self._said(
            "MR737", f"{what} can leave its range", "in the case below",
            "mend how it is worked out, or widen the range",
        )  # fmt: skip

    def _contradiction(self, one: Rule, two: Rule) -> Diagnostic:
        pairs = [(a, b) for a in one.thens for b in two.thens if _subject(a) == _subject(b)]
        opposed = [(a, b) for a, b in pairs if (a.strength in AGAINST) != (b.strength in AGAINST)]
        first, second = (opposed or pairs)[0]
        subject = f"`{first.kind}.{first.subject}`"
        about = f"both for and against {subject}" if opposed else f"two values of {subject}"
        found = self._said(
            "MR736", f"rules `{one.name}` and `{two.name}` can contradict each other: {about}", "",
            "let their conditions exclude each other, or let one override the other",
        )  # fmt: skip
        labels = [
            Label(self._first_line(then.span), f"`{rule.name}` says this")
            for rule, then in ((one, first), (two, second))
        ]
        return evolve(found, labels=tuple(label for label in labels if label.span.source))

    def _condition(self) -> Diagnostic:
        name = self.question.name
        said = self.base.rules.get(name) or self.base.defines[name]
        condition = conditions_of(said)[int(self.question.part) - 1]
        word = "always" if self.verdict.reason.startswith("always") else "never"
        return self._said(
            "MR733", f"a condition of `{name}` is {word} true", "one of its conditions",
            "leave it out" if word == "always" else "mend it: what hangs on it never comes",
            "warning",
            (f"the condition: {Wording(self.base).condition(condition)}",),
        )  # fmt: skip

    def _same(self, one: Rule, two: Rule) -> Diagnostic:
        found = self._said(
            "MR735", f"rules `{one.name}` and `{two.name}` say the same in the same cases", "",
            "remove one of them, or mend what tells them apart", "warning",
        )  # fmt: skip
        labels = [Label(self._first_line(rule.span)) for rule in (two, one)]
        return evolve(found, labels=tuple(label for label in labels if label.span.source))

    # What is common -------------------------------------------------------------------------------

    def _table(self, name: str) -> Table:
        body = self.base.defines[name].body
        assert isinstance(body, Table)
        return body

    def _said(
        self, code: str, message: str, label: str, help: str, severity: Severity = "error",
        notes: tuple[str, ...] = (),
    ) -> Diagnostic:  # fmt: skip
        span = self._first_line(self.question.span)
        return Diagnostic(
            code, message, (Label(span, label),) if span.source else (), help,
            self._path(), (*notes, *self._shown()), severity,
        )  # fmt: skip

    def _path(self) -> str:
        rule = self.base.rules.get(self.question.name)
        is_rule = self.question.kind not in ("property", "gap", "overlap", "row")
        return rule.full_name if is_rule and rule is not None else self.question.name

    def _first_line(self, span: Span) -> Span:
        """Where a statement starts: all of it would be too much to show."""
        source = self.sources.get(span.source)
        end = -1 if source is None else source.text.find("\n", span.start, span.end)
        return span if end < 0 else Span(span.source, span.start, end)

    def _shown(self) -> tuple[str, ...]:
        """What the case shows at run time, and the case as a file."""
        return (
            *(f"in the case below, {told}" for told in self._told()),
            *(f"with parameter {value}" for value in parameters_of(self.base, self.verdict)),
            *(
                f"{f'case {name}' if name else 'a case'}:\n{write_case(self.base, case).rstrip()}"
                for name, case in self.verdict.cases
            ),
        )

    def _told(self) -> tuple[str, ...]:
        code = _RUN_TIME.get(self.question.kind)
        for _, case in self.verdict.cases if code else ():
            try:
                Interpretation(self.base, case).outcome()
            except CaseErrors as error:
                return tuple(f.message for f in error.diagnostics if f.code == code)[:1]
        return ()


def _subject(then: Then) -> tuple[str, str]:
    return then.kind, then.subject


def _said(base: RuleBase, name: str) -> str:
    rule = base.rules.get(name)
    return name if rule is None else f"rule {_id(rule)}"


def _id(rule: Rule) -> str:
    return rule.id or rule.name


__all__ = ["described", "finding", "findings", "parameters_of", "weighed"]
