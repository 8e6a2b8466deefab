"""A rule file with its diagnostics under the lines that they are about.

Lines that start with `#!` are what came out: carets under the place, code and message, then the
help and the other places. They are comments, so the file itself is a rule file.
"""

from collections.abc import Mapping
from pathlib import Path

from matchrules.analysis import Analysis, analyse
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.syntax.parser import parse
from matchrules.text import Source

PRELUDE = (Path(__file__).parent / "prelude.rules").read_text(encoding="utf-8")
HEADER = "ruleset tested version 1 effective from 2026-01-01 uses sample\n"


def analysed(files: Mapping[str, str]) -> tuple[Analysis, dict[str, Source]]:
    """Analyse texts that must parse."""
    sources = {name: Source(name, text) for name, text in files.items()}
    trees = []
    for source in sources.values():
        tree, faults = parse(source)
        assert not faults, faults
        trees.append(tree)
    return analyse(trees, sources), sources


def with_prelude(text: str) -> tuple[Analysis, dict[str, Source]]:
    """Analyse a text together with the sample vocabulary; it need not have a header."""
    full = text if text.lstrip().startswith("ruleset") else HEADER + text
    return analysed({"prelude.rules": PRELUDE, "golden.rules": full})


def stripped(text: str) -> str:
    """The rule file without what came out."""
    return "".join(line for line in text.splitlines(True) if not line.startswith("#!"))


def annotated(text: str) -> str:
    """The rule file with its diagnostics."""
    analysis, sources = with_prelude(text)
    source = sources["golden.rules"]
    skipped = 0 if source.text == text else 1
    notes: dict[int, list[str]] = {}
    for diagnostic in analysis.diagnostics:
        assert diagnostic.labels[0].span.source == "golden.rules", diagnostic
        line = source.position(diagnostic.labels[0].span.start).line - skipped
        notes.setdefault(line, []).extend(_lines(diagnostic, sources, skipped))
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        found += [line, *notes.get(number, ())]
    return "\n".join(found) + "\n"


def _lines(diagnostic: Diagnostic, sources: Mapping[str, Source], skipped: int) -> list[str]:
    main, *others = diagnostic.labels
    source = sources[main.span.source]
    start = source.position(main.span.start)
    on_line = source.line(start.line)[start.column - 1 :]
    width = max(1, min(main.span.end - main.span.start, len(on_line)))
    head = "warning" if diagnostic.severity == "warning" else "error"
    lines = [
        f"{'#!'.ljust(start.column - 1)}{'^' * width} {main.message}".rstrip(),
        f"#! {head}[{diagnostic.code}]: {diagnostic.message}",
    ]
    if diagnostic.help:
        lines.append(f"#!   = help: {diagnostic.help}")
    lines += [f"#!   = {note}" for note in diagnostic.notes]
    return lines + [f"#!   = {_other(label, sources, skipped)}" for label in others]


def _other(label: Label, sources: Mapping[str, Source], skipped: int) -> str:
    source = sources[label.span.source]
    line = source.position(label.span.start).line
    if label.span.source == "golden.rules":
        return f"line {line - skipped}: {label.message}"
    return f"{label.span.source}: `{source.line(line).strip()}`: {label.message}"
