"""A process that answers questions, one after the other, until it is told no more.

It is started by `matchrules.prove.running`, which writes to its standard input and reads what was
its standard output. z3 is loaded in here only: a run of it that hangs or takes all memory is ended
from outside.
"""

import os
import pickle
import struct
import sys
from collections.abc import Sequence
from importlib import import_module
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Final, Protocol

from attrs import frozen

from matchrules.ir import RuleBase
from matchrules.prove.verdicts import Question, Verdict

PROVER: Final = "matchrules.prove.prover:Prover"
_LENGTH: Final = struct.Struct(">Q")


class Answering(Protocol):
    """What answers questions about one rule base."""

    def answer(self, question: Question) -> Verdict: ...


@frozen
class Task:
    """What a worker is told once: the eras of a book, and how to look for answers. `prover` names
    what answers, as `module:name`."""

    bases: tuple[RuleBase, ...]
    seconds: float
    instances: int
    prover: str = PROVER
    memory: int = 0  # bytes that a process may take, 0 without a bound


@frozen
class Ready:
    """The prover of an era has been built."""


@frozen
class Failure:
    """There is no prover of an era, or no answer."""

    reason: str


class Answerer:
    """Answers questions in this process; holds the prover of one era at a time."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._era = -1
        self._prover: Answering | Failure | None = None

    def build(self, era: int) -> Ready | Failure:
        """Get the prover of an era ready."""
        if self._era != era:
            self._era, self._prover = era, None
            try:
                module, _, name = self.task.prover.partition(":")
                make = getattr(import_module(module), name)
                self._prover = make(self.task.bases[era], self.task.seconds, self.task.instances)
            except Exception as error:
                self._prover = Failure(_said(error))
        return self._prover if isinstance(self._prover, Failure) else Ready()

    def answer(self, era: int, question: Question) -> Verdict:
        """The verdict; what goes wrong in here leaves the question undecided."""
        built = self.build(era)
        if isinstance(built, Failure):
            return self.undecided(era, question, built.reason)
        assert self._prover is not None and not isinstance(self._prover, Failure)
        try:
            return self._prover.answer(question)
        except MemoryError:
            self._era = -1  # whatever was being built is not to be trusted
            return self.undecided(era, question, "there was not enough memory")
        except Exception as error:
            self._era = -1
            return self.undecided(era, question, _said(error))

    def undecided(self, era: int, question: Question, reason: str) -> Verdict:
        """No answer, and why."""
        return Verdict(question, "undecided", self.task.bases[era].start, reason=reason)


def _said(error: Exception) -> str:
    return f"the prover failed: {type(error).__name__}: {error}"[:300]


def write(stream: IO[bytes], message: Any) -> None:
    """One message, its length before it."""
    packed = pickle.dumps(message)
    stream.write(_LENGTH.pack(len(packed)) + packed)
    stream.flush()


def unpacked(received: bytearray) -> list[Any]:
    """The messages that have come as a whole, taken out of what was received."""
    found = []
    while len(received) >= _LENGTH.size:
        end = _LENGTH.size + _LENGTH.unpack_from(received)[0]
        if len(received) < end:
            break
        found.append(pickle.loads(bytes(received[_LENGTH.size : end])))
        del received[:end]
    return found


def main(arguments: Sequence[str] = ()) -> None:
    """Read the task, then questions with the number of their era; write a verdict for each."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no message
    messages: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_read, args=(messages,), daemon=True).start()
    task: Task = messages.get()
    if task.memory:
        _bound(task.memory)
    answerer = Answerer(task)
    while True:
        era, question = messages.get()
        built = answerer.build(era)
        write(out, built)
        if isinstance(built, Ready):
            write(out, answerer.answer(era, question))


def _bound(memory: int) -> None:
    """Let no more memory be taken: the solver then gives up one question, and the machine stays
    usable."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _read(messages: "SimpleQueue[Any]") -> None:
    """Pass on what comes. At its end nobody waits for an answer any more, whatever is being worked
    out: the process ends even if that which started it was killed."""
    received = bytearray()
    while part := os.read(0, 1 << 16):
        received += part
        for message in unpacked(received):
            messages.put(message)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
