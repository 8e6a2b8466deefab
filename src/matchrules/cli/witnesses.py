"""Cases that refute something, written as examples: to be pasted into a rule file, where they fail
until the rules are mended."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from attrs import fields, has

from matchrules import ir
from matchrules.analysis.written import uncommented
from matchrules.cli.proofs import Proofs
from matchrules.diagnostics.model import RuleErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Property, RuleBase
from matchrules.prove.findings import described, finding, parameters_of
from matchrules.prove.running import Asked
from matchrules.prove.saving import example, literal
from matchrules.prove.verdicts import Verdict
from matchrules.rulebook import Book, load_text
from matchrules.syntax import ast
from matchrules.syntax.parser import parse
from matchrules.testing.examples import run_example
from matchrules.text import Span

SUFFIX: Final = ".example"
LONGEST: Final = 100  # letters of a file's name; file systems take some 250 bytes


def save(proofs: Proofs, folder: Path) -> list[str]:
    """Write an example for each case that refutes something; the paths written, those that were
    there already with the same text too. No file that is there is written over."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write(folder, _slug(asked, proofs.book)[:LONGEST], block(proofs.book, asked, verdict))
        for asked, verdict in proofs.answered
        if verdict.answer == "refuted" and verdict.cases
    ]


def _write(folder: Path, name: str, text: str) -> str:
    for number in count(1):
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}{SUFFIX}"
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            break
        except FileExistsError:
            if path.read_bytes() == text.encode():
                break
    return str(path)


def _slug(asked: Asked, book: Book) -> str:
    base, question = book.bases[asked.era], asked.question
    if question.kind == "property":
        said = base.properties[question.name]
        return said.id or said.name
    since = f"-{base.start}" if len(book.bases) > 1 else ""
    part = f"-{question.part}" if question.part else ""
    return re.sub(r"[^\w.-]", "_", f"{question.name}-{question.kind}{part}{since}")


def block(book: Book, asked: Asked, verdict: Verdict) -> str:
    """The example, or those of a `compare`, with what was found above it as a comment.

    It says what the rules promise as far as that can be said of one case. What can be said is
    tried out: the block goes into the rules as it is, and fails there.
    """
    base = book.bases[asked.era]
    found = finding(base, verdict, book.sources)
    assert found is not None
    title = f"{described(base, asked.question)}: a case against it"
    ruleset = _ruleset(base, asked, verdict)
    head = [f"# {found.message}", f"# goes into ruleset {ruleset}"]
    head += [f"# with parameter {value}" for value in parameters_of(base, verdict)]
    *others, (name, last) = verdict.cases
    above = [
        example(base, case, f"{title}, case {other}" if other else title) for other, case in others
    ]
    title = f"{title}, case {name}" if name else title
    for claim in _claims(book, base, verdict):
        text = example(base, last, title, [claim])
        if _fails(book, base, ruleset, above, text):
            return "\n".join(["\n".join(head), *above, text])
    head.append("# what was promised cannot be said of one case by itself")
    return "\n".join(["\n".join(head), *above, example(base, last, title)])


def _ruleset(base: RuleBase, asked: Asked, verdict: Verdict) -> str:
    """Where the example goes: the ruleset of what it refutes, if that sees all its facts."""
    question = asked.question
    declared = (
        base.properties if question.kind == "property"
        else base.rules if question.name in base.rules else base.defines
    )  # fmt: skip
    own = declared[question.name].ruleset if question.name in declared else ""
    needed = {
        base.facts[fact].ruleset
        for _, case in verdict.cases
        for fact, instances in case.facts.items()
        if instances
    }
    if question.name not in declared:  # a default
        own = base.facts[question.name.partition(".")[0]].ruleset
    for name in (own, *base.rulesets):
        if needed <= _seen_from(base, name) and own in _seen_from(base, name):
            return name
    return own


def _seen_from(base: RuleBase, name: str) -> set[str]:
    seen, ahead = {name}, [name]
    while ahead:
        for used in base.rulesets[ahead.pop()].uses:
            if used not in seen:
                seen.add(used)
                ahead.append(used)
    return seen


def _fails(book: Book, base: RuleBase, ruleset: str, above: Sequence[str], text: str) -> bool:
    """Whether the example loads where it is to go, and does not come out as expected."""
    source = base.rulesets[ruleset].source
    texts = {name: one.text for name, one in book.sources.items()}
    texts[source] = "\n\n".join([texts[source].rstrip(), *above, text])
    try:
        changed = load_text(texts)
    except RuleErrors:
        return False
    last = max(
        (one for one in changed.examples if one.span.source == source),
        key=lambda one: one.span.start,
    )
    return not run_example(changed, last, "interpreter").passed


# What is expected -----------------------------------------------------------------------------


def _claims(book: Book, base: RuleBase, verdict: Verdict) -> Iterator[str]:
    """Ways to say what was promised, best first."""
    question = verdict.question
    name = question.name
    match question.kind:
        case "property":
            yield from _of_property(book, base, base.properties[name], verdict)
        case "contradiction":
            yield f"at most one of (fires {name}, fires {question.part})"
        case "range" if name in base.rules:
            yield f"no fires {name}"
        case _:
            fact = name.partition(".")[0]
            define = base.defines.get(name)
            each = define.fact if define is not None else fact
            if each is not None and each in base.facts and base.facts[each].many:
                yield f"all({each} where {name.partition('.')[2]} is known)"
            yield f"{name} is known"


def _of_property(book: Book, base: RuleBase, said: Property, verdict: Verdict) -> Iterator[str]:
    written = _statement(book, said)
    if written is None or said.whatever:
        return
    text = book.sources[written.span.source].text
    if said.cases:
        claim = _of_last_case(base, said, written, verdict, text)
        if claim is not None:
            yield claim
            yield f"({claim})"
        return
    then = _slice(text, written.then.span)
    if said.fact is None:
        yield then
        yield f"({then})"
        return
    when = "" if written.when is None else f"not (shown ({_slice(text, written.when.span)})) or "
    yield f"all({said.fact} where {when}({then}))"


def _statement(book: Book, said: Property) -> ast.PropertyStatement | None:
    source = book.sources.get(said.span.source)
    if source is None:
        return None
    found, _ = parse(source)
    return next(
        (
            node for node in found.statements
            if isinstance(node, ast.PropertyStatement) and node.name.text == said.name
        ),
        None,
    )  # fmt: skip


def _slice(text: str, span: Span, changes: Mapping[Span, str] | None = None) -> str:
    """What is written at a place on one line, with other words at some places in it."""
    at, parts = span.start, []
    for place, words in sorted((changes or {}).items(), key=lambda item: item[0].start):
        parts += [text[at : place.start], words]
        at = place.end
    parts.append(text[at : span.end])
    return " ".join(" ".join(uncommented(line).split()) for line in "".join(parts).splitlines())


def _of_last_case(
    base: RuleBase, said: Property, written: ast.PropertyStatement, verdict: Verdict, text: str
) -> str | None:
    """What is said of two cases as said of the last one: what is so in the other, written out."""
    named = [*_of_cases(written.then, said.cases)]
    lowered = [node for node in ir.walk(said.then) if isinstance(node, ir.InCase)]
    if [case for _, case in named] != [node.case for node in lowered]:
        return None
    runs = {name: Interpretation(base, case) for name, case in verdict.cases}
    for run in runs.values():
        run.cases = runs
    changes: dict[Span, str] = {}
    for (node, case), inside in zip(named, lowered, strict=True):
        if case == said.cases[-1]:
            words = _slice(text, node.span)
            words = re.sub(rf"\s+in\s+{case}$", "", words)
            changes[node.span] = words.removeprefix(f"{case}.")
        else:
            value = runs[case].value(inside.operand)
            changes[node.span] = literal(value, inside.operand.type)
    return _slice(text, written.then.span, changes)


def _of_cases(node: Any, cases: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """The parts of an expression that speak of one of the cases, in the order of the text."""
    if isinstance(node, ast.NameExpr) and node.name.parts[0] in cases:
        yield node, node.name.parts[0]
        return
    if isinstance(node, ast.FiresExpr | ast.NoneFiresExpr | ast.AdvisedExpr) and node.case:
        yield node, node.case.text
        return
    if has(type(node)):
        for part in fields(type(node)):
            value = getattr(node, part.name)
            for one in value if isinstance(value, tuple) else (value,):
                if has(type(one)) and not isinstance(one, Span):
                    yield from _of_cases(one, cases)


__all__ = ["block", "save"]
