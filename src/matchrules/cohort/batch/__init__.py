"""A file of cases in, a file of advice out.

A piece at a time, so that it fits in memory; kept as it goes, so that a run that was broken off
goes on; put in its place whole, or not at all.
"""

from matchrules.cohort.batch.asked import Asked, Summary, Told
from matchrules.cohort.batch.faults import Stopped
from matchrules.cohort.batch.running import decide_file

__all__ = ["Asked", "Stopped", "Summary", "Told", "decide_file"]
