"""The processes that try mutants: started, given jobs, and ended here."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Final

from attrs import define, field

from matchrules.prove.worker import unpacked, write
from matchrules.testing.mutation.worker import Failure, Job, Task, Workshop

_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from matchrules.testing.mutation.worker import main; main()"
)


@define(eq=False)
class _Worker:
    process: "subprocess.Popen[bytes]"
    received: bytearray = field(factory=bytearray)
    job: int | None = None
    until: float | None = None

    @property
    def place(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()


class Crew:
    """So many workers, each a fresh Python; with one, the work is done in this process. Leave its
    `with` to end them, however that happens."""

    def __init__(self, workshop: Workshop, processes: int) -> None:
        self.workshop = workshop
        self.task: Task = workshop.task
        self.processes = processes if sys.executable else 1
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for worker in (*self._idle, *self._busy):
            worker.process.kill()
        for worker in (*self._idle, *self._busy):
            _close(worker)
        self._idle, self._busy = [], []

    def answers(self, jobs: Sequence[Job], limit: float | None = None) -> Iterator[tuple[int, Any]]:
        """The number of each job with its answer, as they come; a `Failure` where it took more
        than `limit` seconds, or its process died."""
        if self.processes == 1:
            for number, job in enumerate(jobs):
                yield number, self.workshop.work(job)
            return
        waiting = list(enumerate(jobs))[::-1]
        while waiting or self._busy:
            while waiting and len(self._busy) < self.processes:
                self._give(*waiting.pop(), limit)
            ends = [worker.until for worker in self._busy if worker.until is not None]
            left = max(0.0, min(ends) - monotonic()) if ends else None
            heard = select.select([worker.place for worker in self._busy], [], [], left)[0]
            for worker in list(self._busy):
                if worker.place in heard:
                    yield from self._hear(worker)
                elif worker.until is not None and worker.until <= monotonic():
                    yield self._lose(worker, "it took too long")

    def _give(self, number: int, job: Job, limit: float | None) -> None:
        worker = self._idle.pop() if self._idle else self._start()
        worker.job = number
        worker.until = None if limit is None else monotonic() + limit
        self._busy.append(worker)
        _tell(worker, job)

    def _start(self) -> _Worker:
        # Apart from the terminal's group: an interrupt there is ours to see, and to act on.
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, json.dumps([p for p in sys.path if p])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        worker = _Worker(process)
        self._idle.append(worker)  # to be ended, if we are interrupted while we tell it
        _tell(worker, self.task)
        self._idle.remove(worker)
        return worker

    def _hear(self, worker: _Worker) -> Iterator[tuple[int, Any]]:
        part = os.read(worker.place, 1 << 16)
        if not part:
            yield self._lose(worker, f"its process ended with code {worker.process.wait()}")
            return
        worker.received += part
        for answer in unpacked(worker.received):
            assert worker.job is not None
            self._busy.remove(worker)
            self._idle.append(worker)
            yield worker.job, answer

    def _lose(self, worker: _Worker, reason: str) -> tuple[int, Failure]:
        self._busy.remove(worker)
        worker.process.kill()
        _close(worker)
        assert worker.job is not None
        return worker.job, Failure(reason)


def _tell(worker: _Worker, message: Any) -> None:
    assert worker.process.stdin is not None
    with suppress(BrokenPipeError):  # it is dead, which shows when it is listened to
        write(worker.process.stdin, message)


def _close(worker: _Worker) -> None:
    for stream in (worker.process.stdin, worker.process.stdout):
        assert stream is not None
        with suppress(BrokenPipeError):  # what was not read any more
            stream.close()
    worker.process.wait()
