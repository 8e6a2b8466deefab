"""Codes of decision tables."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR203="a table has a gap",
    MR204="two rows of a table overlap",
    MR205="a row of a table is hidden",
    MR206="a table is left to the prover in part",
    MR207="a table is too large to be checked in full",
)
