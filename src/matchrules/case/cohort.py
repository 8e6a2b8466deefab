"""Many cases: a folder of case files, or one file that holds a list of them (YAML, JSON) or one a
line (NDJSON). Each becomes a document of its own, which knows where in the file it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from matchrules.case import tree
from matchrules.case.document import FORMATS, Document, open_document
from matchrules.case.tree import Builder, Malformed
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label
from matchrules.text import Source, Span

LINES: Final = (".ndjson", ".jsonl")
MOST_BYTES: Final = 256 * 1024 * 1024  # of a file with a case a line
_HELP: Final = "name it .yaml, .json or .ndjson (a case a line), or give a folder of case files"


@frozen
class Member:
    """One case of a cohort: its document, or the faults for which there is none."""

    name: str
    document: Document | None
    faults: CaseErrors | None = None


def cohort(path: Path) -> Iterator[Member]:
    """The cases of a file or folder, in their order. A file that is no list at all raises
    `CaseErrors`; a case that cannot be read stands among the others with its faults."""
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in FORMATS and p.is_file())
        if not files:
            raise _fault("MR501", f"there are no case files in `{path.as_posix()}`", _HELP)
        for file in files:
            yield _file(file)
    elif path.suffix.lower() in LINES:
        yield from _lines(path)
    else:
        yield from _list(path)


def _file(path: Path) -> Member:
    name = path.as_posix()
    try:
        return Member(name, open_document(name, _bytes(path, tree.MOST_BYTES)))
    except CaseErrors as faults:
        return Member(name, None, faults)


def _list(path: Path) -> Iterator[Member]:
    name = path.as_posix()
    whole = open_document(name, _bytes(path, tree.MOST_BYTES))
    if isinstance(whole.tree, tree.Mapping):
        yield Member(name, whole)  # one case is a cohort too
        return
    if not isinstance(whole.tree, tree.List):
        raise _fault("MR512", f"`{name}` holds no list of cases", "write a list, each item a case")
    if whole.faults:  # a name written twice: it is not known in which case
        raise CaseErrors(whole.faults, {name: whole.source})
    for index, each in enumerate(whole.tree):
        shown = f"{name}[{index + 1}]"
        if isinstance(each, tree.Mapping):
            yield Member(shown, Document(whole.source, each, whole.format))
            continue
        label = Label(Span(name, *whole.tree.values_at[index]))
        fault = Diagnostic("MR512", "a case is a mapping from facts to their attributes", (label,))
        yield Member(shown, None, CaseErrors([fault], {name: whole.source}))


def _lines(path: Path) -> Iterator[Member]:
    from matchrules.case.json_tree import read_json

    name = path.as_posix()
    content = _bytes(path, MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise _fault("MR501", f"`{name}` is not UTF-8: see line {at}", "save it as UTF-8") from None
    source = Source(name, text)
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            builder = Builder(name)
            shown = f"{name}:{number}"
            try:
                read_json(line, builder)
            except Malformed as stop:
                place = Span(name, *(start + offset for offset in stop.place))
                fault = Diagnostic(stop.code, stop.message, (Label(place),), stop.help)
                yield Member(shown, None, CaseErrors([fault], {name: source}))
            else:
                _shift(builder.root, start)
                faults = tuple(_shifted(fault, start) for fault in builder.faults)
                yield Member(shown, Document(source, builder.root, "json", faults))
        start += len(line) + 1


def _shift(root: Any, by: int) -> None:
    """Count places from the start of the file, not of the line."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tree.Mapping):
            for places in (node.keys_at, node.values_at):
                for key, (one, two) in places.items():
                    places[key] = (one + by, two + by)
            stack.extend(node.values())
        elif isinstance(node, tree.List):
            node.values_at[:] = [(one + by, two + by) for one, two in node.values_at]
            stack.extend(node)
        else:
            continue
        node.place = (node.place[0] + by, node.place[1] + by)


def _shifted(fault: Diagnostic, by: int) -> Diagnostic:
    from attrs import evolve

    labels = tuple(
        Label(Span(at.span.source, at.span.start + by, at.span.end + by), at.message)
        for at in fault.labels
    )
    return evolve(fault, labels=labels)


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as opened:
            content = opened.read(most + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise _fault(
            "MR501", f"cannot open `{path.as_posix()}`: {reason}",
            "give the path of a file with cases, or of a folder of case files",
        ) from None  # fmt: skip
    if len(content) > most:
        size = most // 1024 // 1024
        raise _fault(
            "MR502", f"`{path.as_posix()}` is larger than {size} MiB",
            "write a case a line (.ndjson), or a folder of case files",
        )  # fmt: skip
    return content


def _fault(code: str, message: str, help: str) -> CaseErrors:
    return CaseErrors([Diagnostic(code, message, help=help)])


__all__ = ["Member", "cohort"]
