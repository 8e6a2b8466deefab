"""Records of decisions: made, read, replayed, and kept in a log.

Each is loaded when it is first asked for: who only checks a record loads nothing of what makes one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchrules.records.document import Record as Record
    from matchrules.records.document import record as record
    from matchrules.records.log import Log as Log
    from matchrules.records.replaying import Replay as Replay
    from matchrules.records.replaying import replay as replay

_HOMES = {
    "Log": "log",
    "Record": "document",
    "Replay": "replaying",
    "record": "document",
    "replay": "replaying",
}

__all__ = ["Log", "Record", "Replay", "record", "replay"]

if not TYPE_CHECKING:  # a type checker is to see a name that is not there

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            from importlib import import_module

            return getattr(import_module(f"matchrules.records.{_HOMES[name]}"), name)
        raise AttributeError(f"module 'matchrules.records' has no attribute {name!r}")
