"""Bytes that are no rule file."""

from matchrules.syntax.decode import decode
from matchrules.syntax.tokens import FILE_LIMIT


def test_text_is_decoded() -> None:
    source, diagnostics = decode("a.rules", "ruleset é\n".encode())
    assert (source.name, source.text, diagnostics) == ("a.rules", "ruleset é\n", ())


def test_a_byte_that_is_not_utf8_is_pointed_at() -> None:
    source, (diagnostic,) = decode("a.rules", b"ruleset \xe9\n")
    assert diagnostic.code == "MR004"
    assert "0xE9" in diagnostic.message
    assert source.text[diagnostic.labels[0].span.start] == "\ufffd"


def test_utf16_is_guessed() -> None:
    _, (diagnostic,) = decode("a.rules", "ruleset r".encode("utf-16"))
    assert diagnostic.code == "MR004"
    assert "UTF-16" in (diagnostic.help or "")


def test_a_file_that_is_too_large_is_not_decoded() -> None:
    source, (diagnostic,) = decode("a.rules", b"x" * (FILE_LIMIT + 1))
    assert (source.text, diagnostic.code) == ("", "MR005")
