"""What is worked out from a rule base is made once, kept for a while, and never in the way."""

import multiprocessing
import sys
import threading

import pytest

import matchrules as mr
from matchrules.ir import RuleBase
from matchrules.ir.kept import Kept


def base_of() -> RuleBase:
    book = mr.load_text({"t.rules": "ruleset t\n  version 1\n  effective from 2026-01-01\n"})
    return book.bases[0]


def test_the_last_ones_are_kept() -> None:
    made: list[RuleBase] = []

    def make(base: RuleBase) -> int:
        made.append(base)
        return len(made)

    kept = Kept(make, most=2)
    first, second, third = base_of(), base_of(), base_of()
    assert [kept(first), kept(second), kept(first)] == [1, 2, 1]
    assert kept(third) == 3  # the second was used longest ago
    assert [kept(first), kept(second)] == [1, 4]


def test_what_is_empty_is_not_made_again() -> None:
    made: list[RuleBase] = []
    kept = Kept(made.append)  # gives None
    base = base_of()
    assert kept(base) is kept(base) is None
    assert made == [base]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_fork_while_a_thread_is_at_work_leaves_no_lock_behind() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def make(base: RuleBase) -> str:
        begun.set()
        go_on.wait(60)
        return "made"

    kept = Kept(make)
    base = base_of()
    thread = threading.Thread(target=kept, args=(base,))
    thread.start()
    assert begun.wait(60)

    def child() -> None:
        go_on.set()  # the child's own
        sys.exit(0 if kept(base) == "made" else 1)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    try:
        assert process.exitcode == 0
    finally:
        process.kill()
        go_on.set()
        thread.join(60)
