"""The registry of diagnostic codes: one module an area, one page a code in the docs."""

from importlib import import_module
from typing import Final

from attrs import frozen

AREAS: Final = (
    "syntax", "names", "tables", "types", "limits", "cases", "runtime", "examples", "proofs",
    "catalogue", "records", "verification",
)  # fmt: skip


@frozen
class Code:
    """A stable code with the title of its page."""

    code: str
    title: str


def registry() -> dict[str, Code]:
    """Every code, by itself."""
    found: dict[str, Code] = {}
    for area in AREAS:
        found.update(import_module(f"{__name__}.{area}").CODES)
    return found


def declare(**titles: str) -> dict[str, Code]:
    """`declare(MR001="…")`: the codes of one area."""
    return {code: Code(code, title) for code, title in titles.items()}
