"""Polars, which comes with an extra."""

from types import ModuleType

from matchrules.diagnostics.model import UsageError


def polars() -> ModuleType:
    """The module; a `UsageError` that names the extra where it is not installed."""
    try:
        import polars
    except ImportError:
        raise UsageError(
            'frames need Polars; install it with: pip install "matchrules[frames]"'
        ) from None
    return polars


__all__ = ["polars"]
