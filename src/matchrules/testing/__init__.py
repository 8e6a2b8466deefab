"""Test tools for rule sets: `cases`, `pairs` and `books` for Hypothesis, and what runs the
examples and properties that stand in rule files.

`cases`, `pairs` and `books` need Hypothesis: `pip install "matchrules[test]"`.
"""

from typing import TYPE_CHECKING, Any

from matchrules.diagnostics.model import UsageError

if TYPE_CHECKING:
    from matchrules.testing.strategies import books, cases, pairs

_STRATEGIES = ("books", "cases", "pairs")


def __getattr__(name: str) -> Any:
    # Hypothesis is imported when a strategy is asked for: `matchrules test` does without it.
    if name not in _STRATEGIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from matchrules.testing import strategies
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "hypothesis":
            raise
        raise UsageError(
            f"`matchrules.testing.{name}` needs Hypothesis: "
            'install it with `pip install "matchrules[test]"`'
        ) from error
    return getattr(strategies, name)


__all__ = ["books", "cases", "pairs"]
