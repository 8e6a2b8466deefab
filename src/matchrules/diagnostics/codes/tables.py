"""Codes of decision tables."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR203="gap in a table",
    MR204="rows of a table overlap",
    MR205="hidden row of a table",
    MR206="table left to the prover in part",
    MR207="table too large to be checked in full",
)
