"""Why something is advised: the proof from the advice down to what the case says."""

from matchrules.explain.why.answer import why
from matchrules.explain.why.model import Proof, Step, Why

__all__ = ["Proof", "Step", "Why", "why"]
