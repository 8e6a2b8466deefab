"""What `matchrules prove` tells: what was refuted, what was left open, and how much was proved."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
from attrs import frozen

from matchrules.cli.report import terminal_width
from matchrules.diagnostics.json import to_dict
from matchrules.diagnostics.model import Diagnostic
from matchrules.diagnostics.terminal import render
from matchrules.lazy import cached_property
from matchrules.prove.findings import described, findings, weighed
from matchrules.prove.questions import KINDS
from matchrules.prove.running import Asked, in_order
from matchrules.prove.verdicts import Answer, Verdict
from matchrules.rulebook import Book

ANSWERS: Final[tuple[Answer, ...]] = ("proved", "refuted", "vacuous", "undecided")
TITLES: Final = {
    "property": "properties",
    "gap": "tables without a gap",
    "overlap": "tables without an overlap",
    "row": "rows that decide",
    "range": "values within their range",
    "contradiction": "rules that do not contradict",
    "fires": "rules that fire",
    "unless": "`unless` that blocks",
    "condition": "conditions that matter",
    "same": "rules that differ",
}


@frozen(slots=False)
class Proofs:
    """What came of the questions about a book; `stopped`: the run was ended from outside."""

    book: Book
    asked: Sequence[Asked]
    came: Sequence[tuple[Asked, Verdict]]
    instances: int
    processes: int
    seconds: float
    stopped: bool = False

    @cached_property
    def answered(self) -> tuple[tuple[Asked, Verdict], ...]:
        """In the order of the questions."""
        return tuple((one, weighed(verdict)) for one, verdict in in_order(self.asked, self.came))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(verdict for _, verdict in self.answered)

    @property
    def complete(self) -> bool:
        return len(self.came) == len(self.asked)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found, worst first."""
        return findings(self.book.bases, self.verdicts, self.book.sources)

    @property
    def faulty(self) -> bool:
        """Whether something that has to hold does not."""
        return any(one.severity == "error" for one in self.diagnostics)

    @property
    def counts(self) -> Counter[str]:
        return Counter(verdict.answer for verdict in self.verdicts)

    def place(self, verdict: Verdict) -> str:
        """`rules/step1.rules:12`."""
        span = verdict.question.span
        source = self.book.sources.get(span.source)
        return "" if source is None else f"{span.source}:{source.position(span.start).line}"

    def words(self, asked: Asked) -> str:
        """A question in a few words; with the day from which on, where there are several eras."""
        base = self.book.bases[asked.era]
        since = f" from {base.start} on" if len(self.book.bases) > 1 else ""
        return described(base, asked.question) + since

    def plain(self) -> dict[str, Any]:
        """JSON-ready; the shape does not change within a `format`."""
        return {
            "format": 1,
            "complete": self.complete,
            "questions": len(self.asked),
            "instances": self.instances,
            "seconds": round(self.seconds, 3),
            "counts": {answer: self.counts[answer] for answer in ANSWERS},
            "verdicts": [self._plain(*one) for one in self.answered],
            "diagnostics": to_dict(self.diagnostics, self.book.sources)["diagnostics"],
        }

    def _plain(self, asked: Asked, verdict: Verdict) -> dict[str, Any]:
        from matchrules.case.values import plain
        from matchrules.case.writing import case_facts_plain

        base, question = self.book.bases[asked.era], asked.question
        return {
            "kind": question.kind,
            "name": question.name,
            "part": question.part or None,
            "place": self.place(verdict) or None,
            "from": base.start.isoformat(),
            "answer": verdict.answer,
            "bound": verdict.bound,
            "seconds": round(verdict.seconds, 3),
            "reason": verdict.reason or None,
            "parameters": {
                name: plain(value, base.parameters[name].type) for name, value in verdict.parameters
            },
            "cases": [
                {
                    "name": name or None,
                    "facts": {"as_of": case.as_of.isoformat(), **case_facts_plain(base, case)},
                }
                for name, case in verdict.cases
            ],
        }


def text(proofs: Proofs, colour: bool = False) -> Iterator[str]:
    """For a terminal: what is wrong, what is open, how much is proved."""
    told = [one for one in proofs.diagnostics if one.severity != "note"]
    if told:
        yield render(told, proofs.book.sources, color=colour, width=terminal_width())
        yield ""
    open_ = [(one, v) for one, v in proofs.answered if v.answer == "undecided"]
    if open_:
        yield click.style("undecided:", "cyan", bold=True)
        for one, verdict in open_:
            place = proofs.place(verdict)
            yield f"  {proofs.words(one)}{f' ({place})' if place else ''}: {verdict.reason}"
        yield ""
    if not proofs.asked:
        yield "nothing is asked of these rules: they have no properties, tables, ranges or rules"
        return
    if proofs.came:
        yield from _table(proofs)
        yield ""
    if not proofs.complete:
        word = "stopped" if proofs.stopped else "out of time"
        done = f"{len(proofs.came)} of {len(proofs.asked)}"
        yield f"{word}: {done} questions were answered, the others were not reached"
    yield _summary(proofs)
    processes = f"{proofs.processes} process{'es' if proofs.processes > 1 else ''}"
    yield f"in {proofs.seconds:.1f} s on {processes}"


def _table(proofs: Proofs) -> Iterator[str]:
    """How many of each kind have which answer."""
    counts = Counter((v.question.kind, v.answer) for v in proofs.verdicts)
    kinds = [kind for kind in KINDS if any((kind, answer) in counts for answer in ANSWERS)]
    answers = [a for a in ANSWERS if a == "proved" or proofs.counts[a]]
    wide = max((len(TITLES[kind]) for kind in kinds), default=0)
    yield f"{'':{wide}}  " + "  ".join(f"{answer:>9}" for answer in answers)
    for kind in kinds:
        each = "  ".join(f"{counts[kind, answer] or '-':>9}" for answer in answers)
        yield f"{TITLES[kind]:{wide}}  {each}"


def _summary(proofs: Proofs) -> str:
    """All in one line."""
    counts = proofs.counts
    bounded = sum(v.answer == "proved" and v.bound is not None for v in proofs.verdicts)
    parts = [f"{counts[answer]} {answer}" for answer in ANSWERS if counts[answer]]
    if bounded and counts["proved"]:
        which = "all" if bounded == counts["proved"] else f"{bounded} of them"
        parts[0] += f" ({which} with up to {proofs.instances} of each many-fact)"
    number = len(proofs.came)
    return f"{number} question{'s' if number != 1 else ''}: {', '.join(parts) or 'none answered'}"
