"""Codes of this area."""

from matchrules.diagnostics.codes import declare

CODES = declare()
