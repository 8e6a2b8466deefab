"""Codes of faults that only a case can show."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR601="a given value and its default differ",
    MR602="no row of a table fits the case",
    MR603="several rows of a table fit the case",
    MR604="a value is outside its promised range",
    MR605="the case is rejected",
    MR606="advice both for and against one subject",
    MR607="two values of a unique subject",
)
