"""Codes of what only a proof can show."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR730="question left undecided",
    MR731="premise that no case meets",
    MR732="rule that fires in no case",
    MR733="condition that is always or never true",
    MR734="`unless` that never blocks",
    MR735="rules that say the same in the same cases",
    MR736="rules that can contradict each other",
    MR737="value that can leave its range",
)
