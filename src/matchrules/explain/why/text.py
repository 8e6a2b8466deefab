"""An answer to "why?" as text, for a terminal and as Markdown."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from attrs import frozen

from matchrules.explain.why.model import Proof, Step, Why
from matchrules.explain.writing import escaped, filled

_PARTS: Final = ("when", "guard", "unless", "overrider", "field", "text")
DEEPEST: Final = 12  # levels that are set in, of a terminal's lines


@frozen
class _Line:
    """A line of a list: how deep, what it says, and where that is written; or a line of the rules
    as it stands there."""

    level: int
    sentence: str
    where: str = ""
    quoted: bool = False


def text(answer: Why, width: int) -> str:
    """The proofs as lines of at most that width, as far as words and rules allow."""
    return "\n\n".join("\n".join(_terminal(proof, width, answer.whole)) for proof in answer.proofs)


def _terminal(proof: Proof, width: int, whole: bool) -> Iterator[str]:
    yield from filled(proof.title, width, rest="  ")
    if proof.advice is not None:
        yield from filled(_rule(proof.root), width, "  ", "  ")
    for line in _lines(proof, whole):
        indent = "  " * max(min(line.level, DEEPEST), 1)
        if line.quoted:
            yield f"{indent}| {line.sentence}"
        else:
            said = f"{line.sentence}  [{line.where}]" if line.where else line.sentence
            mark = "- " if line.level else ""
            rest = "  " if line.level else ""
            yield from filled(said, width, indent + mark, indent + rest)


def markdown(answer: Why) -> str:
    """The proofs as headed, nested lists, the rules as they are written among them."""
    return "\n\n".join("\n".join(_listed(proof, answer.whole)) for proof in answer.proofs)


def _listed(proof: Proof, whole: bool) -> Iterator[str]:
    yield f"**{escaped(proof.title)}**"
    yield ""
    if proof.advice is not None:
        yield escaped(_rule(proof.root))
        yield ""
    if proof.root.text:
        # Rules may hold a fence themselves.
        longest = max([2, *(len(found) for found in re.findall("`+", proof.root.text))])
        fence = "`" * (longest + 1)
        yield from (f"{fence}text", proof.root.text, fence, "")
    for line in _lines(proof, whole):
        indent = "  " * line.level
        if not line.quoted:
            where = f" *({escaped(line.where)})*" if line.where else ""
            yield f"{indent}- {escaped(line.sentence)}{where}"


def _rule(step: Step) -> str:
    """Which rule it was, of which version, where it is written, and what it cites."""
    said = [step.sentence[:1].upper() + step.sentence[1:], step.version, _short(step.place)]
    cites = f"; cites {', '.join(step.cites)}" if step.cites else ""
    return ", ".join(filter(None, said)) + cites


def _short(place: str) -> str:
    return re.split(r"[/\\]", place)[-1]


def _lines(proof: Proof, whole: bool) -> Iterator[_Line]:
    root = proof.root
    if whole:
        yield from (_Line(0, line, quoted=True) for line in root.text.splitlines())
    if proof.advice is None:
        yield from _below(root.steps, 1, whole)
        return
    if not root.steps:
        yield _Line(0, "It needs no fact of the case.")
    told = {inner.sentence for step in root.steps if step.what != "field" for inner in step.walk()}
    parts = {
        (inner.sentence, inner.path) for step in root.steps if step.what in _PARTS
        for inner in step.walk()
    }  # fmt: skip
    for group in _grouped(root.steps):
        if group[0].what == "field" and not whole:
            group = [step for step in group if not _told(step, told)]
        elif group[0].what not in _PARTS and not whole:
            alike = {_words(step): step for step in reversed(group)}
            group = [s for s in group if alike[_words(s)] is s and not _all_told(s, parts)]
        if group:
            yield from _group(group, whole)


def _grouped(steps: Sequence[Step]) -> list[list[Step]]:
    """The parts of a proof, those of a kind together."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        alike = step.what in _PARTS and step.what != "overrider"
        key = step.what if alike else f"{step.what} {step.sentence}" if (
            step.what == "overrider"
        ) else "about"  # fmt: skip
        found.setdefault(key, []).append(step)
    return list(found.values())


def _group(steps: list[Step], whole: bool) -> Iterator[_Line]:
    first = steps[0]
    if first.what == "guard" and not whole:
        yield _Line(0, f"{_sentence(first)}: {_brief(steps)}.")
        return
    if first.what == "field":
        for step in steps:
            yield _Line(0, f"{_sentence(step)}, because:")
            yield from _below(step.steps, 1, whole)
        return
    if first.what not in ("when", "guard", "unless", "overrider", "text"):
        about = first.what == "instance" and not first.steps
        yield _Line(0, "It is about:" if about else "Beside that:")
        yield from _below(steps, 1, whole)
        return
    yield _Line(0, f"{_sentence(first)}:", _where(first) if first.what == "overrider" else "")
    yield from _below([inner for step in steps for inner in step.steps], 1, whole)


def _told(field: Step, told: set[str]) -> bool:
    """Whether all that a field was made of has been told already."""
    return all(step.again or step.sentence in told for step in field.steps)


def _all_told(beside: Step, told: Set[tuple[str, str]]) -> bool:
    """Whether what a step says, and all below it, has been told of the same already."""
    return bool(beside.steps) and all(
        (step.sentence, step.path) in told for step in beside.walk()
    )  # fmt: skip


def _words(step: Step) -> tuple[str, ...]:
    """All that is told of a step: of several instances of which the same is told, once."""
    return tuple(inner.sentence for inner in step.walk())


def _sentence(step: Step) -> str:
    return step.sentence[:1].upper() + step.sentence[1:]


def _brief(steps: Sequence[Step]) -> str:
    """Conditions on a line, each with the facts that it rests on."""
    said = []
    for step in (inner for outer in steps for inner in outer.steps):
        leaves = [
            leaf.sentence for leaf in step.walk()
            if leaf.what == "fact" and leaf.needed and leaf is not step
        ]  # fmt: skip
        facts = "; ".join(dict.fromkeys(leaf for leaf in leaves if leaf != step.sentence))
        again = " (as above)" if step.again else ""
        said.append(f"{step.sentence}{again}" + (f" ({facts})" if facts else ""))
    return "; ".join(dict.fromkeys(said))


def _below(steps: Sequence[Step], level: int, whole: bool) -> Iterator[_Line]:
    stack = [(step, level) for step in reversed(steps)]
    while stack:
        step, level = stack.pop()
        inner, where = _merged(step)
        said = f"{step.sentence} (as above)" if step.again else step.sentence
        yield _Line(level, said, where)
        if whole and where:
            yield from (_Line(level + 1, line, quoted=True) for line in _text(step).splitlines())
        stack += [(part, level + 1) for part in reversed(inner)]


def _merged(step: Step) -> tuple[list[Step], str]:
    """The steps below, and where it is written: what only says again what the step says gives its
    place and its own steps to it."""
    inner: list[Step] = []
    where = _where(step)
    for part in step.steps:
        if _within(part, step):
            where = where or _where(part)
            inner += part.steps  # none of one that comes again
        else:
            inner.append(part)
    return inner, where


def _within(part: Step, step: Step) -> bool:
    """Whether the sentence of a step says all that the one below it does."""
    if step.what == "instance" and part.what in ("fact", "unknown"):
        return not part.steps
    if not step.sentence.startswith(part.sentence):
        return False
    return step.sentence[len(part.sentence) :][:1] in ("", ",")


def _text(step: Step) -> str:
    if step.text:
        return step.text
    return next((part.text for part in step.steps if _within(part, step) and part.text), "")


def _where(step: Step) -> str:
    if step.again:
        return ""
    return ", ".join(filter(None, [_short(step.place), *step.cites]))


__all__ = ["markdown", "text"]
