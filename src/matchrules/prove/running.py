"""All questions about a book, answered by processes that are started, watched and ended here.

A worker is a fresh Python, not a fork (z3 does not survive one) and not one that imports the
caller's main module again (a script need not guard itself). One that takes far longer than it was
given, or that dies, leaves its question undecided, and another takes its place.
"""

import json
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from math import inf
from time import monotonic
from typing import Any, Final

from attrs import define, field, frozen

from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase
from matchrules.prove.verdicts import Question, Verdict
from matchrules.prove.worker import PROVER, Answerer, Failure, Ready, Task, unpacked, write

GRACE: Final = 20.0  # seconds beside those for the solver: writing the question out, its witness
BUILDING: Final = 120.0  # seconds to get ready for one era
INSTANCES: Final = 3
DEATHS: Final = 3  # workers that die one after the other without an answer, before we give up
_INTERRUPTED: Final = "interrupted from keyboard"
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from matchrules.prove.worker import main; main()"
)
# The order in which questions are handed out: what takes longest first, so that no process waits
# for another at the end.
_LONGEST: Final = ("property", "contradiction", "same", "range", "gap", "overlap", "row", "fires")


@frozen
class Asked:
    """A question about one era of a book, the number of it. Those of one `lane` go to one process,
    in their order; None: to whichever is free."""

    era: int
    question: Question
    lane: int | None = None


def asked_of(bases: Sequence[RuleBase]) -> tuple[Asked, ...]:
    """Every question about every era."""
    from matchrules.prove.questions import questions

    return tuple(Asked(era, one) for era, base in enumerate(bases) for one in questions(base))


def need_solver() -> None:
    """Raise `UsageError` where z3 is not installed."""
    if not has_solver():
        raise UsageError('proving needs z3; install it with: pip install "matchrules[prove]"')


def has_solver() -> bool:
    """Whether z3 is installed."""
    try:
        return find_spec("z3") is not None
    except (ImportError, ValueError):
        return False


def answers(
    bases: Sequence[RuleBase],
    asked: Iterable[Asked],
    *,
    seconds: float = 30.0,
    instances: int = INSTANCES,
    processes: int = 2,
    within: float | None = None,
    prover: str = PROVER,
    grace: float = GRACE,
) -> Generator[tuple[Asked, Verdict], None, None]:
    """The questions with their verdicts, as they come.

    The solver gets `seconds` for a question; it looks first at any number of instances of every
    many-fact, then at up to `instances`. After `within` seconds no more comes. With one
    process all of it is done in this one, and nothing ends a question that takes longer. Close the
    iterator to end the workers early.
    """
    if processes < 1:
        raise UsageError("proving takes at least one process")
    need_solver()
    until = inf if within is None else monotonic() + within
    task = Task(tuple(bases), seconds, instances, prover, _memory() // processes)
    waiting = deque(sorted(asked, key=lambda one: _turn(one, task)))
    if processes == 1 or not sys.executable:
        answerer = Answerer(task)
        for one in waiting:
            if monotonic() >= until:
                return
            verdict = answerer.answer(one.era, one.question)
            if _INTERRUPTED in verdict.reason:  # the solver takes it before Python sees it
                raise KeyboardInterrupt
            yield one, verdict
        return
    pool = _Pool(task, waiting, 2 * seconds + grace, until)
    try:
        yield from pool.run(min(processes, len(waiting)))
    finally:
        pool.stop()


def in_order(
    asked: Sequence[Asked], came: Iterable[tuple[Asked, Verdict]]
) -> tuple[tuple[Asked, Verdict], ...]:
    """What came in the order in which it was asked for."""
    place = {one: number for number, one in enumerate(asked)}
    return tuple(sorted(came, key=lambda pair: place[pair[0]]))


def _memory() -> int:
    """The bytes of memory of the machine, 0 where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0


def _turn(one: Asked, task: Task) -> tuple[int, int, int]:
    question = one.question
    said = (
        task.bases[one.era].properties.get(question.name) if question.kind == "property" else None
    )
    rank = _LONGEST.index(question.kind) if question.kind in _LONGEST else len(_LONGEST)
    return one.era, rank, 0 if said is not None and said.cases else 1


@define(eq=False)
class _Worker:
    """A process, what it is asked and until when, and what it wrote that is not read yet."""

    process: "subprocess.Popen[bytes]"
    lane: int = 0
    received: bytearray = field(factory=bytearray)
    asked: Asked | None = None
    ready: bool = False
    began: float = 0.0
    until: float = 0.0

    @property
    def place(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()


@define
class _Pool:
    task: Task
    waiting: deque[Asked]
    limit: float
    until: float
    workers: list[_Worker] = field(factory=list)
    deaths: int = 0

    def run(self, processes: int) -> Iterator[tuple[Asked, Verdict]]:
        """Hand out questions until there are none, and pass on what comes."""
        for lane in range(processes):
            self._give(self._start(lane))
        while self.workers and monotonic() < self.until:
            soonest = min(self.until, *(worker.until for worker in self.workers))
            places = [worker.place for worker in self.workers]
            heard = select.select(places, [], [], max(0.0, soonest - monotonic()))[0]
            for worker in list(self.workers):
                if worker.place in heard:
                    yield from self._hear(worker)
                elif worker.until <= monotonic():
                    yield from self._replace(worker, "it took far longer than it was given")

    def stop(self) -> None:
        """End every process."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            _close(worker)
        self.workers.clear()

    def _start(self, lane: int) -> _Worker:
        # Apart from the terminal's group: an interrupt there is ours to see, and to act on.
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, json.dumps([p for p in sys.path if p])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        worker = _Worker(process, lane)
        self.workers.append(worker)
        self._tell(worker, self.task)
        return worker

    def _tell(self, worker: _Worker, message: Any) -> None:
        assert worker.process.stdin is not None
        with suppress(BrokenPipeError):  # a dead one shows when it is listened to
            write(worker.process.stdin, message)

    def _give(self, worker: _Worker) -> None:
        """The next question, or the end of a worker for which there is none."""
        asked = next((one for one in self.waiting if one.lane in (None, worker.lane)), None)
        if asked is None:
            self._end(worker)
            return
        self.waiting.remove(asked)
        worker.asked, worker.ready = asked, False
        worker.began = monotonic()
        worker.until = worker.began + BUILDING
        self._tell(worker, (worker.asked.era, worker.asked.question))

    def _hear(self, worker: _Worker) -> Iterator[tuple[Asked, Verdict]]:
        part = os.read(worker.place, 1 << 16)
        if not part:
            yield from self._replace(worker, _ended(worker.process))
            return
        worker.received += part
        for message in unpacked(worker.received):
            match message:
                case Ready():
                    worker.ready, worker.until = True, monotonic() + self.limit
                case Failure(reason):
                    yield self._undecided(worker, reason)
                    self._give(worker)
                case Verdict():
                    self.deaths = 0
                    assert worker.asked is not None
                    yield worker.asked, message
                    self._give(worker)

    def _replace(self, worker: _Worker, reason: str) -> Iterator[tuple[Asked, Verdict]]:
        """Give up a worker and what it was asked; another one takes over, or, where none of them
        lives until it is ready, nobody does."""
        self._end(worker)
        yield self._undecided(worker, reason)
        self.deaths += 1
        if self.deaths >= DEATHS and not worker.ready:
            reason = f"the prover does not start: {reason}"
            for asked in self.waiting:
                yield self._undecided(_Worker(worker.process, asked=asked), reason)
            self.waiting.clear()
        elif self.waiting:
            self._give(self._start(worker.lane))

    def _end(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.process.kill()
        _close(worker)

    def _undecided(self, worker: _Worker, reason: str) -> tuple[Asked, Verdict]:
        asked = worker.asked
        assert asked is not None
        start = self.task.bases[asked.era].start
        spent = monotonic() - worker.began if worker.began else 0.0
        return asked, Verdict(asked.question, "undecided", start, seconds=spent, reason=reason)


def _ended(process: "subprocess.Popen[bytes]") -> str:
    code = process.wait()
    if code < 0:
        return f"its process was ended by signal {-code}, perhaps for want of memory"
    return f"its process ended with code {code}"


def _close(worker: _Worker) -> None:
    for stream in (worker.process.stdin, worker.process.stdout):
        assert stream is not None
        with suppress(BrokenPipeError):  # what was not read any more
            stream.close()
    worker.process.wait()


__all__ = ["Asked", "answers", "asked_of", "has_solver", "in_order", "need_solver"]
