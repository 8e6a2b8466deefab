"""Diagnostics for code scanning: SARIF 2.1.0, which forges and editors read."""

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from matchrules.diagnostics.codes import registry
from matchrules.diagnostics.layout import extent
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.text import Source

VERSION: Final = "2.1.0"


def to_sarif(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], complete: bool = True
) -> dict[str, Any]:
    """One run of matchrules, JSON-ready. `complete` is false where it was ended early.

    Lines and columns count from 1, in code points; the end of a region is exclusive. The help and
    the notes of a diagnostic stand in its message, below the sentence.
    """
    from importlib.metadata import version

    found = tuple(diagnostics)
    titles = registry()
    codes = sorted({diagnostic.code for diagnostic in found})
    return {
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "matchrules",
                        "version": version("matchrules"),
                        "rules": [
                            {"id": code, "shortDescription": {"text": titles[code].title}}
                            for code in codes
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": complete}],
                "results": [_result(one, codes.index(one.code), sources) for one in found],
            }
        ],
    }


def to_sarif_json(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    complete: bool = True,
    indent: int | None = 2,
) -> str:
    """`to_sarif` as JSON text."""
    return json.dumps(to_sarif(diagnostics, sources, complete), ensure_ascii=False, indent=indent)


def _result(diagnostic: Diagnostic, rule: int, sources: Mapping[str, Source]) -> dict[str, Any]:
    lines = [diagnostic.message]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help else []
    lines += [f"note: {note}" for note in diagnostic.notes]
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": "\n".join(lines)},
    }
    places = [label for label in diagnostic.labels if label.span.source]
    if places:
        result["locations"] = [_location(places[0], sources, diagnostic.path)]
        if places[1:]:
            result["relatedLocations"] = [
                {"id": number, **_location(label, sources)}
                for number, label in enumerate(places[1:], 1)
            ]
    elif diagnostic.path is not None:
        result["locations"] = [{"logicalLocations": [{"fullyQualifiedName": diagnostic.path}]}]
    return result


def _location(
    label: Label, sources: Mapping[str, Source], path: str | None = None
) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(label.span.source)}}
    source = sources.get(label.span.source)
    if source is not None:
        start, end = (source.position(offset) for offset in extent(source, label.span))
        physical["region"] = {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        }
    location: dict[str, Any] = {"physicalLocation": physical}
    if label.message:
        location["message"] = {"text": label.message}
    if path is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": path}]
    return location


def _uri(name: str) -> str:
    """The name of a source as a reference: relative to where the command ran, unless it is
    absolute."""
    path = PurePath(name)
    if path.is_absolute():
        return path.as_uri()
    # a first segment with a colon would read as a scheme
    return quote(path.as_posix(), safe="/")


__all__ = ["to_sarif", "to_sarif_json"]
