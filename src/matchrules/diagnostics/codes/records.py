"""Codes of records of decisions, and of logs of them."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR901="what is given is no record or log, or is cut off",
    MR902="a record of another format",
    MR903="a record was changed after it was made",
    MR904="the rules in a record cannot be read",
    MR905="no rules are in force on the day of a record",
    MR906="the end of a log is no whole line of one",
    MR907="a log does not hold the line, or the rules that it needs",
    MR908="other facts than those of the record",
    MR909="the salt of a record is needed, or is another one",
)
