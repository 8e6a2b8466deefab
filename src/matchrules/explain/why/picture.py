"""An answer to "why?" as a picture."""

from matchrules.explain.why.model import Why
from matchrules.pictures import Diagram


def picture(answer: Why) -> Diagram:
    return Diagram(f"Why {answer.subject}", (), ())
