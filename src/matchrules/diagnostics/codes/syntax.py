"""Codes of the text and the syntax of a rule file."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR001="unexpected token",
    MR002="text without end",
    MR003="character that is not part of the language",
    MR004="not UTF-8 text",
    MR005="file or line too long",
    MR006="nesting too deep",
    MR007="date or day that does not exist",
    MR008="sign or word of another language",
    MR009="`and` and `or` mixed without parentheses",
    MR010="`if` without `else`",
    MR011="operators that need parentheses",
    MR012="misspelt keyword",
    MR013="wrong number of columns in a table",
    MR014="row or text that breaks over lines",
    MR015="name that is not in snake_case, or is a reserved word",
    MR016="clause given twice",
    MR017="missing part of a statement",
    MR018="fault inside a text",
    MR019="number of the wrong form",
    MR020="table whose output is not the table",
    MR021="too many faults",
)
