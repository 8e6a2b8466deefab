"""Records of decisions: made, read, replayed, and kept in a log."""

from matchrules.records.record import Record, record

__all__ = ["Record", "record"]
