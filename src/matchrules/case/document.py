"""A case file: YAML, JSON or TOML text as a tree, with its faults in one vocabulary."""

from pathlib import PurePath
from typing import Any, Final

from attrs import field, frozen

from matchrules.case.tree import MOST_BYTES, Builder, Malformed, Path, find
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label
from matchrules.text import Source, Span

FORMATS: Final = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


@frozen
class Document:
    """The tree of a case file. `faults` are those that did not stop the reading."""

    source: Source
    tree: Any = field(repr=False)
    format: str
    faults: tuple[Diagnostic, ...] = ()

    def label(self, path: Path, message: str = "", key: bool = False) -> Label | None:
        """The place of a value (or of its name, `key`), cut to its first line."""
        text = self.source.text
        if self.format == "toml":
            from matchrules.case.toml_tree import find_toml

            place = find_toml(text, path)
        else:
            place = find(self.tree, path, key)
        if place is None:
            return None
        start, end = place
        line_end = text.find("\n", start)
        end = min(end, line_end if line_end != -1 else len(text))
        return Label(Span(self.source.name, start, max(end, start)), message)


def open_document(name: str, content: bytes | str, format: str | None = None) -> Document:
    """Read a case file; its format follows from its name unless given.

    Raises `CaseErrors` where the file cannot be read as a tree.
    """
    format = format or FORMATS.get(PurePath(name).suffix.lower(), "")
    if format not in FORMATS.values():
        raise CaseErrors([
            Diagnostic(
                "MR501", f"cannot tell the format of `{name}`",
                help="name it .yaml, .json or .toml",
            )
        ])  # fmt: skip
    text = _decode(name, content) if isinstance(content, bytes) else content
    source = Source(name, text)
    builder = Builder(name)
    try:
        _read(format, text, builder)
    except Malformed as stop:
        label = Label(Span(name, *stop.place))
        fault = Diagnostic(stop.code, stop.message, (label,), stop.help)
        raise CaseErrors([*builder.faults, fault], {name: source}) from None
    return Document(source, builder.root, format, tuple(builder.faults))


def _read(format: str, text: str, builder: Builder) -> None:
    # a file has one format: the others need not be known
    if format == "toml":
        from matchrules.case.toml_tree import read_toml

        builder.root = read_toml(text)
    elif text.strip() and format == "yaml":
        from matchrules.case.yaml_tree import read_yaml

        read_yaml(text, builder)
    elif text.strip():
        from matchrules.case.json_tree import read_json

        read_json(text, builder)


def _decode(name: str, content: bytes) -> str:
    def fault(code: str, message: str, help: str) -> CaseErrors:
        return CaseErrors([Diagnostic(code, f"`{name}` {message}", help=help)])

    if len(content) > MOST_BYTES:
        size = MOST_BYTES // 1024 // 1024
        raise fault("MR502", f"is larger than {size} MiB", "decide a cohort case by case")
    if b"\0" in content:
        raise fault("MR501", "is not a text file", "a case is YAML, JSON or TOML text in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fault("MR501", f"is not UTF-8: see line {line}", "save it as UTF-8") from None
