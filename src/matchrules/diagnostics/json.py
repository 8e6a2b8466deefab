"""Diagnostics for programs: JSON whose shape does not change within a `format`."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from matchrules.diagnostics.layout import extent
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.text import Source


def to_dict(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> dict[str, Any]:
    """`{"format": 1, "diagnostics": [...]}`, JSON-ready.

    Lines and columns count from 1, offsets from 0, all in code points; `end` is exclusive. A label
    whose source is not at hand has null for `start` and `end`.
    """
    return {
        "format": 1,
        "diagnostics": [
            {
                "code": diagnostic.code,
                "severity": diagnostic.severity,
                "message": diagnostic.message,
                "path": diagnostic.path,
                "labels": [_label(label, sources) for label in diagnostic.labels],
                "help": diagnostic.help,
                "notes": list(diagnostic.notes),
            }
            for diagnostic in diagnostics
        ],
    }


def to_json(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    indent: int | None = 2,
) -> str:
    """`to_dict` as JSON text."""
    return json.dumps(to_dict(diagnostics, sources), ensure_ascii=False, indent=indent)


def _label(label: Label, sources: Mapping[str, Source]) -> dict[str, Any]:
    source = sources.get(label.span.source)
    start = end = None
    if source is not None:
        first, last = extent(source, label.span)
        start, end = _place(source, first), _place(source, last)
    return {
        "source": label.span.source or None,
        "message": label.message,
        "start": start,
        "end": end,
    }


def _place(source: Source, offset: int) -> dict[str, int]:
    position = source.position(offset)
    return {"line": position.line, "column": position.column, "offset": offset}


__all__ = ["to_dict", "to_json"]
