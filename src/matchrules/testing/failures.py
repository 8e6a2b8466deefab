"""What a failing example or property tells: what came, the case, and the text of the rules."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from attrs import evolve

from matchrules import ir
from matchrules.case.validation import assemble
from matchrules.case.writing import write_case
from matchrules.diagnostics.model import CaseErrors
from matchrules.diagnostics.terminal import plain
from matchrules.ir import Example, Rule
from matchrules.rulebook import Book
from matchrules.testing.examples import ExampleResult
from matchrules.testing.properties import Verdict
from matchrules.text import Source, Span

MOST_RULES: Final = 3


def example_failure(book: Book, result: ExampleResult) -> str:
    """What was expected and what came, the case with its base cases worked in, the example, and
    the rules that it is about."""
    example = result.example
    return "\n\n".join(
        [
            plain(result.diagnostics, book.sources),
            *_case(book, example),
            _shown(book, "the example", example.span),
            *(_shown(book, "the rule", rule.span) for rule in _rules(book, result)),
        ]
    )


def property_failure(book: Book, verdict: Verdict) -> str:
    """What is wrong, the case or cases that refute the property, the property, and the rules that
    it names."""
    said, found = verdict.said, verdict.diagnostic
    assert found is not None, "a property that is refuted has a diagnostic"
    names = {
        node.rule
        for top in (said.when, said.then)
        if top is not None
        for node in ir.walk(top)
        if isinstance(node, ir.Fires)
    }
    return "\n\n".join(
        [
            plain([evolve(found, notes=())], book.sources),
            *(
                _block(f"the case `{name}`" if name else "a case in which it is false", text)
                for name, text in verdict.cases
            ),
            _shown(book, "the property", said.span),
            *(_shown(book, "the rule", rule.span) for rule in _named(book, names)),
        ]
    )


def _case(book: Book, example: Example) -> Iterator[str]:
    assert example.as_of is not None, "an example that expects something has a day"
    try:
        base = book.base_on(example.as_of)
        case = assemble(base, example.as_of, example.facts)
    except CaseErrors:
        return  # its faults are told already
    yield _block("the case", write_case(base, case))


def _rules(book: Book, result: ExampleResult) -> Iterable[Rule]:
    """The rules that what failed is about."""
    failed = {check.span for check in result.checks if not check.holds}
    expects = [expect for expect in result.example.expects if expect.span in failed]
    names = {expect.rule for expect in expects if isinstance(expect, ir.ExpectFires)}
    subjects = {(e.kind, e.subject) for e in expects if isinstance(e, ir.ExpectAdvice)}
    names |= {
        rule.name
        for base in book.bases
        for rule in base.rules.values()
        if subjects & {(then.kind, then.subject) for then in rule.thens}
    }
    return _named(book, names)


def _named(book: Book, names: set[str]) -> Iterable[Rule]:
    """The rules of these names, a few; the versions of one rule each."""
    rules = {
        (rule.span.source, rule.span.start): rule
        for base in book.bases
        for rule in base.rules.values()
        if rule.name in names
    }
    return islice((rules[key] for key in sorted(rules)), MOST_RULES)


def _shown(book: Book, what: str, span: Span) -> str:
    """A statement as it is written, with its place and the numbers of its lines."""
    source = book.sources[span.source]
    first, last = _lines(source, span)
    wide = len(str(last))
    return "\n".join(
        [
            f"{what}, {source.name}:{first}",
            *(f"  {n:>{wide}} | {source.line(n)}".rstrip() for n in range(first, last + 1)),
        ]
    )


def _lines(source: Source, span: Span) -> tuple[int, int]:
    """The first and the last line of the statement that this span is in."""
    from matchrules.syntax.parser import parse

    whole = next(
        (
            statement.span
            for statement in parse(source)[0].statements
            if statement.span.start <= span.start and span.end <= statement.span.end
        ),
        span,
    )
    end = max(whole.start, whole.end - 1)
    return source.position(whole.start).line, source.position(end).line


def _block(what: str, text: str) -> str:
    return "\n".join([f"{what}:", *(f"  {line}".rstrip() for line in text.splitlines())])
