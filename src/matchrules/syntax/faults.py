"""What the lexer and the parser say: one function a fault."""

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.syntax.tokens import (
    DIGIT_LIMIT,
    FAULT_LIMIT,
    FILE_LIMIT,
    LINE_LIMIT,
    NESTING_LIMIT,
)
from matchrules.text import Span


def fault(
    code: str, span: Span, message: str, help: str | None = None, label: str = ""
) -> Diagnostic:
    """A diagnostic with one place."""
    return Diagnostic(code, message, (Label(span, label),), help)


def shorten(text: str, width: int = 40) -> str:
    """A piece of the author's text, short enough for a message."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


# Characters --------------------------------------------------------------------------------------


def bad_character(span: Span, found: str) -> Diagnostic:
    if found[0].isspace():
        name = f"a blank that is not a plain one (U+{ord(found[0]):04X})"
        return fault("MR003", span, f"found {name}", "type a plain blank in its place")
    if found[0] in "“”„‘’'":
        return fault(
            "MR003", span, f"unexpected quote {found}", 'texts stand in straight quotes: `"…"`'
        )
    help = {
        ";": "statements and clauses need nothing at their end; take it out",
        "{": "braces stand in texts only; sets stand in parentheses: `(a, b)`",
        "}": "braces stand in texts only; sets stand in parentheses: `(a, b)`",
        "%": "write the unit as a name, such as `percent`",
    }.get(found[0])
    return fault(
        "MR003", span, f"`{shorten(found)}` is not part of the language",
        help or "take it out, or put it in a text",
    )


def control_character(span: Span, found: str) -> Diagnostic:
    code = ord(found[0])
    if code == 0x0D:
        return fault(
            "MR003", span, "found a carriage return that ends no line",
            "end lines with a line feed, or a carriage return and a line feed",
        )
    return fault(
        "MR003", span, f"found a control character (U+{code:04X})",
        "take it out; it cannot be seen, but it is there",
    )


def foreign_quotes(span: Span) -> Diagnostic:
    return fault(
        "MR003", span, "texts stand in straight double quotes", 'write `"…"`',
    )


def foreign_sign(span: Span, sign: str, meaning: str) -> Diagnostic:
    return fault(
        "MR008", span, f"`{sign}` is not part of the language", f"write `{meaning}`",
    )


def foreign_word(span: Span, found: str, instead: str) -> Diagnostic:
    return fault("MR008", span, f"`{found}` is not part of the language", f"write {instead}")


def broken_text(span: Span, trouble: str, long: bool) -> Diagnostic:
    quotes = '"""' if long else '"'
    if trouble == "brace":
        return fault(
            "MR018", span, "a `{` in this text has no `}`",
            "close the brace, or write `{{` where a brace is meant",
        )
    if trouble == "smart":
        return fault(
            "MR003", Span(span.source, span.end - 1, span.end),
            "the text ends with a curly quote", 'write a straight quote: `"`',
        )
    opening = Span(span.source, span.start, min(span.end, span.start + len(quotes)))
    if trouble == "deep":
        return too_deep(opening)
    if trouble == "lines":
        return fault(
            "MR014", opening, "this text breaks over lines",
            'put it on one line, or in `"""` quotes, which may go over lines',
        )
    where = "in this file" if long else "on its line"
    return fault(
        "MR002", opening, f"this text has no end {where}", f"add `{quotes}` where it ends",
    )


def not_snake_case(span: Span, found: str) -> Diagnostic:
    """A name with a capital or a letter outside a to z."""
    if not found.isascii():
        odd = next(char for char in found if not char.isascii())
        return fault(
            "MR015", span, f"`{shorten(found)}` holds `{odd}`, which no name may hold",
            "names are made of the letters a to z, digits and `_`",
        )
    return fault("MR015", span, f"`{shorten(found)}` is not in snake_case", _snake(found))


def not_plain_word(span: Span, found: str) -> Diagnostic:
    odd = next(char for char in found if not char.isascii())
    return fault(
        "MR015", span, f"`{shorten(found)}` holds `{odd}`, which no name may hold",
        "use the letters A to Z, a to z, digits, `_` and `-`, or put it in a text",
    )


def capital_name(span: Span, found: str) -> Diagnostic:
    return fault("MR015", span, f"the name `{shorten(found)}` is not in snake_case", _snake(found))


def reserved_name(span: Span, found: str) -> Diagnostic:
    help = f"choose another name, such as `{found}_`"
    if found in ("yes", "no", "unknown", "true", "false"):
        help = "`yes`, `no` and `unknown` are values of the language; choose another name"
    return fault("MR015", span, f"`{found}` is a word of the language and cannot be a name", help)


def _snake(found: str) -> str:
    snake = ""
    for index, char in enumerate(found.replace("-", "_")):
        if char.isupper() and index and not found[index - 1].isupper() and snake[-1] != "_":
            snake += "_"
        snake += char.lower()
    return f"write `{shorten(snake)}`"


# Limits ------------------------------------------------------------------------------------------


def file_too_large(name: str) -> Diagnostic:
    return fault(
        "MR005", Span(name, 0, 0), f"the file is longer than {FILE_LIMIT // 2**20} MiB",
        "split it into several rulesets",
    )


def line_too_long(span: Span) -> Diagnostic:
    return fault(
        "MR005", span, f"the line is longer than {LINE_LIMIT:,} characters", "break it into lines",
    )


def too_deep(span: Span) -> Diagnostic:
    return fault(
        "MR006", span, f"the nesting here is deeper than {NESTING_LIMIT}",
        "move a part of it into a `define` of its own, or cases into a table",
    )


def too_many(span: Span) -> Diagnostic:
    return fault(
        "MR021", span, f"more than {FAULT_LIMIT} faults; the rest of the file was not looked at",
        "is this a rule file? mend the faults above first",
    )


def number_too_long(span: Span) -> Diagnostic:
    return fault("MR019", span, f"the number has more than {DIGIT_LIMIT} digits")


def not_text(span: Span, help: str) -> Diagnostic:
    return fault("MR004", span, "the file holds a NUL byte and is not text", help)


def not_utf8(span: Span, byte: int) -> Diagnostic:
    return fault(
        "MR004", span, f"the byte 0x{byte:02X} here is not UTF-8", "save the file as UTF-8",
    )


def misspelt(span: Span, found: str, keyword: str) -> Diagnostic:
    return fault("MR012", span, f"`{found}` is not a keyword", f"did you mean `{keyword}`?")
