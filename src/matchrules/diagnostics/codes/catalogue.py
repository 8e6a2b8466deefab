"""Codes of a catalogue that is read."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR801="a catalogue cannot be opened, is no text in UTF-8, or holds no program",
    MR802="a catalogue is past a limit of size, rows, cells or faults",
    MR803="the header of a catalogue lacks a column, or names one wrongly or twice",
    MR804="a row of a catalogue has other cells than its header",
    MR805="a cell of a catalogue cannot be read",
    MR806="a cell of a catalogue is empty that has to be filled in",
    MR807="a program is in a catalogue twice",
    MR808="a column of a catalogue is passed over",
    MR809="a Parquet file is given, and Polars is not installed",
    MR810="a case lists programs itself, and a catalogue is given",
)
