"""Codes of this area."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR701="an example does not come out as expected",
    MR702="the case of an example has faults",
    MR711="a property is refuted by a case",
    MR712="a property was never put to the test",
    MR720="an exception from coverage gives no reason",
    MR721="an exception from coverage excepts nothing",
)
