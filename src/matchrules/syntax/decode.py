"""Bytes to text: what is no rule file at all is said before it is lexed."""

from matchrules.diagnostics.model import Diagnostic
from matchrules.syntax import faults
from matchrules.syntax.tokens import FILE_LIMIT
from matchrules.text import Source, Span


def decode(name: str, content: bytes) -> tuple[Source, tuple[Diagnostic, ...]]:
    """The text of a rule file. Where there are faults, the source is there to point into, and is
    not worth parsing."""
    if len(content) > FILE_LIMIT:
        return Source(name, ""), (faults.file_too_large(name),)
    nul = content.find(b"\0")
    if nul != -1:
        text = content.decode("utf-8", "replace")
        at = text.find("\0")
        return Source(name, text), (faults.not_text(Span(name, at, at + 1), _guess(content)),)
    try:
        return Source(name, content.decode("utf-8")), ()
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        text = content.decode("utf-8", "replace")
        at = len(good)
        span = Span(name, at, min(at + 1, len(text)))
        return Source(name, text), (faults.not_utf8(span, content[error.start]),)


def _guess(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it looks like UTF-16; save it as UTF-8"
    return "rule files are UTF-8 text; is this one?"
