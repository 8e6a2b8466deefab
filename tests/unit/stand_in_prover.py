"""Provers that do what a solver may do to its process: hang, die, fail."""

import os
import time

from matchrules.ir import RuleBase
from matchrules.prove.verdicts import Question, Verdict


class Prover:
    """Does what the name of the question says."""

    def __init__(self, base: RuleBase, seconds: float, instances: int) -> None:
        self.base = base

    def answer(self, question: Question) -> Verdict:
        match question.name.rstrip("0123456789"):
            case "hang":
                time.sleep(1000)
            case "exit":
                os._exit(3)
            case "kill":
                os.kill(os.getpid(), 9)
            case "fail":
                raise ZeroDivisionError("nothing is there")
            case "memory":
                raise MemoryError
            case "print":
                print("a line that a library prints")
                os.write(1, b"and one that it writes from C\n")
        return Verdict(question, "proved", self.base.start, reason=str(os.getpid()))


class Stillborn:
    """Dies before it answers anything."""

    def __init__(self, *_: object) -> None:
        os._exit(4)


class Unbuilt:
    """Cannot be built for these rules."""

    def __init__(self, *_: object) -> None:
        raise ValueError("no such rules")
