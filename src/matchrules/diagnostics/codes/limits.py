"""Codes of cycles, limits, and what can never be."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR401="a name depends on itself",
    MR402="a rule overrides itself",
    MR403="a table is too large",
    MR404="an expression is nested too deep",
    MR405="a chain of names is too deep",
    MR406="a number is too large",
    MR407="a rule can never fire",
    MR451="too many sessions are open",
)
