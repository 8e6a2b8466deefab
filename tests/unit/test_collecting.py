"""Collecting garbage is put off while rules are read, and goes on as it was before."""

import gc
import os
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

import matchrules as mr
from matchrules.ir.collecting import collecting_later

RULES = {"a.rules": "ruleset a\n"}


@pytest.fixture(autouse=True)
def on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_is_on_again_after_rules_are_read() -> None:
    mr.load_text(RULES)
    assert gc.isenabled()
    with pytest.raises(mr.RuleErrors):
        mr.load_text({"a.rules": "ruleset"})
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    mr.load_text(RULES)
    assert not gc.isenabled()


def test_it_is_off_inside() -> None:
    with collecting_later():
        assert not gc.isenabled()
        with collecting_later():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_last_of_several_threads_switches_it_on() -> None:
    begun, seen = Barrier(2), []

    def first() -> None:
        with collecting_later():
            begun.wait()

    thread = Thread(target=first)
    thread.start()
    with collecting_later():
        begun.wait()
        thread.join()
        seen.append(gc.isenabled())
    assert seen == [False]
    assert gc.isenabled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_child_goes_on_collecting_what_another_thread_had_put_off() -> None:
    begun, done = Barrier(2), Barrier(2)

    def reading() -> None:
        with collecting_later():
            begun.wait()
            done.wait()

    thread = Thread(target=reading)
    thread.start()
    begun.wait()
    child = os.fork()
    if child == 0:
        os._exit(0 if gc.isenabled() else 1)
    _, status = os.waitpid(child, 0)
    done.wait()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 0
    assert gc.isenabled()
