"""Processes that answer questions: what becomes of a question when one of them does not."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from matchrules.diagnostics.model import UsageError
from matchrules.prove.running import Asked, answers, in_order
from matchrules.prove.verdicts import Question, Verdict
from matchrules.rulebook import load_text

HERE = Path(__file__).parent
BASES = load_text({
    "a.rules": "ruleset a version 1 effective from 2020-01-01\nfact f\n  x : yes_no optional\n",
    "b.rules": "ruleset a version 2 effective from 2025-01-01\nfact f\n  x : yes_no optional\n",
}).bases  # fmt: skip


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the workers find the provers of `stand_in_prover`."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(HERE)])


def asked(words: str, era: int = 0) -> list[Asked]:
    return [Asked(era, Question("fires", word)) for word in words.split()]


def run(questions: list[Asked], prover: str = "Prover", **options: float) -> list[Verdict]:
    came = answers(
        BASES, questions, prover=f"stand_in_prover:{prover}",
        **{"seconds": 0.2, "grace": 1.0, **options},  # type: ignore[arg-type]  # ints among them
    )  # fmt: skip
    pairs = in_order(questions, came)
    assert [one for one, _ in pairs] == questions
    assert [verdict.question for _, verdict in pairs] == [one.question for one in questions]
    return [verdict for _, verdict in pairs]


def test_each_question_has_its_answer_in_order_and_in_another_process() -> None:
    questions = asked("a b c d e f print g h")
    found = run(questions)
    assert {verdict.answer for verdict in found} == {"proved"}
    processes = {verdict.reason for verdict in found}
    assert str(os.getpid()) not in processes
    assert len(processes) <= 2


def test_each_era_has_a_prover_of_its_own() -> None:
    questions = [*asked("a b"), *asked("a b", era=1)]
    assert [v.start.year for v in run(questions)] == [2020, 2020, 2025, 2025]
    assert [v.start.year for v in run(questions[::-1], processes=1)] == [2025, 2025, 2020, 2020]


def test_one_process_is_this_one() -> None:
    (verdict,) = run(asked("a"), processes=1)
    assert verdict.reason == str(os.getpid())


def test_what_hangs_dies_or_fails_is_undecided_and_the_rest_is_answered() -> None:
    found = {v.question.name: v for v in run(asked("a hang b exit c kill d fail e memory f"))}
    assert all(found[name].answer == "proved" for name in "abcdef")
    undecided = {n: v.reason for n, v in found.items() if v.answer == "undecided"}
    assert undecided == {
        "hang": "it took far longer than it was given",
        "exit": "its process ended with code 3",
        "kill": "its process was ended by signal 9, perhaps for want of memory",
        "fail": "the prover failed: ZeroDivisionError: nothing is there",
        "memory": "there was not enough memory",
    }


def test_failures_in_this_process_are_undecided_too() -> None:
    found = run(asked("a fail b memory c"), processes=1)
    assert [v.answer for v in found] == ["proved", "undecided", "proved", "undecided", "proved"]


def test_a_prover_that_never_starts_is_given_up() -> None:
    reasons = [verdict.reason for verdict in run(asked("a b c d e f g h i j"), "Stillborn")]
    assert len(reasons) == 10
    assert all(reason.endswith("its process ended with code 4") for reason in reasons)
    assert sum(reason.startswith("the prover does not start") for reason in reasons) >= 5


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(
    ("prover", "reason"),
    [
        ("Unbuilt", "the prover failed: ValueError: no such rules"),
        ("Missing", "AttributeError: module 'stand_in_prover' has no attribute 'Missing'"),
    ],
)
def test_a_prover_that_cannot_be_built(prover: str, reason: str, processes: int) -> None:
    found = run(asked("a b c"), prover, processes=processes)
    assert {verdict.answer for verdict in found} == {"undecided"}
    assert all(verdict.reason.endswith(reason) for verdict in found)


def alive(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_closing_early_leaves_no_process() -> None:
    came = answers(BASES, asked("a b hang1 hang2 hang3"), prover="stand_in_prover:Prover")
    assert isinstance(came, Iterator)
    workers = {int(next(came)[1].reason) for _ in range(2)}
    assert all(alive(worker) for worker in workers) or not Path("/proc").exists()
    came.close()  # type: ignore[attr-defined]  # a generator
    assert not any(alive(worker) for worker in workers)


def test_the_time_in_all_ends_it() -> None:
    began = time.monotonic()
    questions = asked("a b hang1 hang2 hang3")
    came = [*answers(BASES, questions, within=3.0, prover="stand_in_prover:Prover")]
    assert time.monotonic() - began >= 3.0
    assert {v.question.name for _, v in came} <= {"a", "b"}


def test_no_questions_and_no_processes() -> None:
    assert run([]) == []
    with pytest.raises(UsageError, match="at least one process"):
        run(asked("a"), processes=0)
