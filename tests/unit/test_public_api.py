"""What `import matchrules` gives, and what it costs."""

import subprocess
import sys

import pytest

import matchrules as mr

HEAVY = (
    "attr", "attrs", "cattrs", "click", "durable", "durable_rules_engine", "hypothesis", "json",
    "lark", "pytest", "rich", "tomllib", "yaml",
)  # fmt: skip


def loaded_after(code: str) -> set[str]:
    """Which of the heavy packages, and which rooms of our own, a fresh process has loaded."""
    ask = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, text=True)
    modules = done.stdout.split()
    return {m for m in modules if m in HEAVY or m.startswith("matchrules.")}


def test_the_import_loads_nothing() -> None:
    assert loaded_after("import matchrules") == set()


def test_rules_are_loaded_without_durable_cattrs_or_faces() -> None:
    rules = "ruleset v version 1 effective from 2026-01-01"
    code = f"import matchrules as mr; mr.load_text({{'v.rules': {rules!r}}})"
    found = loaded_after(code)
    assert not found & {
        "cattrs", "click", "durable", "durable_rules_engine", "hypothesis", "lark", "pytest",
        "rich", "tomllib", "yaml",
    }  # fmt: skip
    assert not {m for m in found if m.startswith(("matchrules.cli", "matchrules.testing"))}


@pytest.mark.parametrize("name", mr.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(mr, name)
    assert name == "__version__" or value.__doc__
    assert name in dir(mr)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="laod"):
        _ = mr.laod  # type: ignore[attr-defined]
