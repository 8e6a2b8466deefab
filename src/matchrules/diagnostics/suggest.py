"""What was probably meant."""

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 100  # a name longer than this is no slip, and comparing it costs time


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `word`, if one does."""
    from difflib import get_close_matches

    if len(word) > _LONGEST:
        return None
    folded = {name.casefold().replace("-", "_"): name for name in sorted(known, reverse=True)}
    asked = word.casefold().replace("-", "_").replace(" ", "_")
    near = get_close_matches(asked, folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help that offers the closest known name, if one is close."""
    near = closest(word, known)
    return None if near is None else f"did you mean `{near}`?"
