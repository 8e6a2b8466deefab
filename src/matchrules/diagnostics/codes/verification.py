"""Codes of what checking a record, or a log of them, finds."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR920="what is to be checked is no record",
    MR921="a record of a format that cannot be checked",
    MR922="a hash is not that of what it stands for",
    MR923="the rules in a record can be no rules",
    MR924="the facts in a record are no case of its rules",
    MR925="a step of a proof does not follow",
    MR926="the steps of a proof are not those that there must be",
    MR927="a conclusion does not follow from the steps",
    MR928="the chain of a log is broken",
    MR929="the rules in a record are not those at hand",
)
