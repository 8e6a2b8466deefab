"""Mutants of random books: another rule base each, and what is worked out again is what the
interpreter says of the whole."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from attrs import evolve
from books_and_cases import examples, loaded
from hypothesis import given
from hypothesis import strategies as st

from matchrules.case.model import Case
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.ir import Example, ExpectFires, RuleBase
from matchrules.rulebook import Book
from matchrules.testing import books
from matchrules.testing.examples import run_example
from matchrules.testing.ground import ground_of
from matchrules.testing.mutation import mutants
from matchrules.testing.mutation.expressions import KINDS
from matchrules.testing.mutation.reading import Reading
from matchrules.testing.mutation.reruns import Rerun, run_of
from matchrules.testing.mutation.trials import Bench
from matchrules.testing.strategies import drawn_case
from matchrules.text import Span

CASES = 3
MOST = 40  # mutants of a book that are looked at


def told(base: RuleBase, case: Case) -> Any:
    """What the interpreter says, as far as examples and properties can see it; the faults, if
    there are any."""
    try:
        outcome = interpret(base, case)
    except CaseErrors as error:
        return sorted({(fault.code, fault.path or "") for fault in error.diagnostics})
    return [
        (f.rule, f.place, f.about, dict(f.fields), base.rules[f.rule].thens[f.place].strength)
        for f in outcome.firings
    ], outcome.derived


def told_again(run: Rerun) -> Any:
    """The same of a case that is worked out again."""
    if run.faults:
        return sorted({(fault.code, fault.path or "") for fault in run.faults})
    return [
        (f.rule, f.place, f.about, dict(f.fields), run.base.rules[f.rule].thens[f.place].strength)
        for f in run.firings
    ], {name: run._shown(define) for name, define in run.base.defines.items()}


def test_every_mutant_is_another_rule_base_and_runs_as_the_interpreter_says() -> None:
    met = set()

    @examples(12)
    @given(st.data())
    def look(data: st.DataObject) -> None:
        book = loaded(data.draw(books()))
        base = book.bases[-1]
        era = len(book.bases) - 1
        reading = Reading(base)
        runs = []
        for _ in range(CASES):
            case = data.draw(drawn_case(ground_of(base)))
            run = run_of(base, case, reading)
            if not run.faults:
                runs.append(run)
        made = mutants(book)
        for mutant in made[:: len(made) // MOST + 1]:
            met.add(mutant.kind)
            assert book.sources[mutant.span.source].text[mutant.span.start : mutant.span.end]
            assert all(edit.of(book.bases[n]) != book.bases[n] for n, edit in mutant.edits.items())
            if era not in mutant.edits:
                continue
            changed = mutant.edits[era].of(base)
            spread = reading.spread(mutant.edits[era])
            for run in runs:
                again = Rerun(changed, run)
                again.settle_after(reading, spread)
                assert told_again(again) == told(changed, run.case), mutant
                assert again.differs or told(changed, run.case) == told(base, run.case), mutant

    look()
    assert met >= set(KINDS) - {"guard", "shown"}


def test_a_mutant_is_killed_exactly_where_an_example_of_its_book_fails() -> None:
    """With examples made of what the rules say: of each rule whether it fires."""
    count = {True: 0, False: 0}

    @examples(6)
    @given(st.data())
    def look(data: st.DataObject) -> None:
        book = loaded(data.draw(books()))
        base = book.bases[-1]
        worked = []
        for number in range(CASES):
            case = data.draw(drawn_case(ground_of(base)))
            try:
                fired = {firing.rule for firing in interpret(base, case).firings}
            except CaseErrors:
                continue
            expects = tuple(ExpectFires(name, name not in fired) for name in base.rules)
            span = Span(next(iter(book.sources)), number, number)  # each has a place of its own
            worked.append(Example(f"case {number}", case.facts, case.as_of, expects, span=span))
        base = evolve(base, examples=tuple(worked))
        earlier = (evolve(one, examples=()) for one in book.bases[:-1])
        book = Book((*earlier, base), book.sources)
        bench = Bench(book, properties=False)
        made = mutants(book)
        for mutant in made[:: len(made) // MOST + 1]:
            trial = bench.try_on_examples(mutant)
            if trial.refused:
                continue
            failed = [
                example.title
                for example in worked
                if not run_example(mutant.of(book), example, "interpreter").passed
            ]
            count[bool(failed)] += 1
            assert (trial.killer is None) is not bool(failed), mutant
            if trial.killer is not None:
                assert trial.killer.name in failed

    look()
    assert min(count.values()) > 5
