"""What is worked out when it is first read: by several threads, and on either side of a fork."""

import os
import signal
import threading

import pytest

from matchrules.lazy import cached_property


class Answer:
    def __init__(self) -> None:
        self.asked = 0
        self.begun, self.go_on = threading.Event(), threading.Event()

    @cached_property
    def slow(self) -> object:
        self.asked += 1
        self.begun.set()
        assert self.go_on.wait(60)
        return object()


def test_it_is_worked_out_once() -> None:
    answer = Answer()
    answer.go_on.set()
    assert answer.slow is answer.slow
    assert answer.asked == 1
    assert isinstance(Answer.slow, cached_property)


def test_threads_get_the_same() -> None:
    answer = Answer()
    found: list[object] = []
    readers = [threading.Thread(target=lambda: found.append(answer.slow)) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert answer.begun.wait(60)
    answer.go_on.set()
    for reader in readers:
        reader.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_works_it_out() -> None:
    answer, other = Answer(), Answer()
    other.go_on.set()
    reader = threading.Thread(target=lambda: answer.slow)
    reader.start()
    assert answer.begun.wait(60)
    child = os.fork()
    if child == 0:  # whatever happens here, it is not for pytest
        signal.alarm(60)
        os._exit(0 if other.slow is other.slow else 1)
    _, status = os.waitpid(child, 0)
    answer.go_on.set()
    reader.join()
    assert status == 0
