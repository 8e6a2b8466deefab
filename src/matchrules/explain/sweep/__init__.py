"""What is advised for each of many values of one fact: spans of values, and what changes between
them."""

from matchrules.explain.sweep.answer import MOST_VALUES, sweep
from matchrules.explain.sweep.model import Lane, Sweep, SweepSpan

__all__ = ["MOST_VALUES", "Lane", "Sweep", "SweepSpan", "sweep"]
