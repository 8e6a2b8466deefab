"""Codes of cycles, limits, and what can never be."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR401="name that depends on itself",
    MR402="rule that overrides itself",
    MR403="table too large",
    MR404="expression nested too deep",
    MR405="chain of names too deep",
    MR406="number too large",
    MR407="rule that can never fire",
    MR451="too many sessions are open",
)
