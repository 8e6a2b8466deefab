"""Tokens, and the words that mean something to the parser."""

from typing import Final, Literal, NamedTuple

Kind = Literal[
    "name", "word", "number", "date", "text", "longtext", "ruler", "operator", "comment", "blank",
    "newline", "bad", "end",
]

TRIVIA: Final = frozenset({"comment", "blank", "newline", "bad"})


class Token(NamedTuple):
    """A piece of the text: joined in order, the tokens of a file give back its text.

    `meaning` is what the parser reads: the text itself, except where a fault was already reported
    and the author's intent is clear (`&&` means `and`). `broken` texts have had their fault
    reported; their content is not looked at again. A `newline` may be several, with the blanks
    around them. (A tuple, because a file is made of very many.)
    """

    kind: Kind
    text: str
    start: int
    end: int
    meaning: str
    broken: bool = False


STATEMENTS: Final = (
    "ruleset", "source", "enum", "ordered", "fact", "advice", "parameter", "define", "table",
    "rule", "reject", "section", "chapter", "property", "example",
)

STRENGTHS: Final = ("must", "should", "may", "must_not", "should_not", "need_not")

# Words that are never a name: they hold an expression together or end it.
RESERVED: Final = frozenset(
    {
        "and", "or", "not", "shown", "if", "else", "is", "in", "has", "known", "unknown", "empty",
        "yes", "no", "true", "false", "as_of", "when", "unless", "then", "where", "for", "each",
        "on", "of", "rounded",
    }
)

# Words that may be names, but after a number they are what comes next and not its unit.
AFTER_NUMBER: Final = frozenset(
    {
        "cite", "grade", "checked", "from", "optional", "key", "never", "default", "as", "expect",
        "with", "hit", "provisional", "id", "overrides", "by", "to", "up", "unique", "salience",
        "adding", "differing", "given", "many", "uses", "version", "effective", "title",
        "applies", "stale", "fixed", "only", "cost", "private",
    }
)

# What may follow the type of an attribute.
ATTRIBUTE_CLAUSES: Final = (
    "optional", "key", "never", "default", "unless", "fixed", "only", "cost", "private",
)

FILE_LIMIT: Final = 8 * 1024 * 1024
LINE_LIMIT: Final = 100_000
NESTING_LIMIT: Final = 100
DIGIT_LIMIT: Final = 40
FAULT_LIMIT: Final = 500
