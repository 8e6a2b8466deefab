"""What holds for the source as a whole, beside the floors that import-linter keeps."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
GENERATED = {"facts.py"}  # `matchrules stubs` wrote it


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_durable_is_imported_in_one_file() -> None:
    users = [
        name(path)
        for path in SOURCES
        if re.search(r"^\s*(import|from) durable", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert users == ["src/matchrules/engine/rete/network.py"]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_fits_into_the_head(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400 or path.name in GENERATED
    assert not re.search(r"util|helper|manager|handler|\bdata\b|process", path.stem)


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is for whoever installs to say."""
    shown = [
        ROOT / "constraints.txt",
        ROOT / "constraints-spark.txt",
        ROOT / "pyproject.toml",
        ROOT / "Makefile",
        ROOT / ".ci" / "run",
        *sorted((ROOT / "scripts").iterdir()),
    ]
    for path in shown:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"index-url|find-links|://|\bfile:\S", text), name(path)


def test_the_tools_of_a_checkout_are_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins and all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.]*", line) for line in pins)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in pins}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9_-]+)[^"]*",$', project, re.MULTILINE)
    named = {word.lower().replace("_", "-") for word in wanted if word.lower() in project.lower()}
    tools = {"attrs", "cattrs", "click", "durable-rules", "pyyaml", "rich", "pytest", "ruff"}
    assert tools <= named
    assert tools | {"hypothesis", "mypy", "jsonschema", "lark", "import-linter"} <= pinned


def test_no_two_test_modules_share_a_name() -> None:
    """Pytest imports them by their bare names: the second would not be collected."""
    names = [p.name for p in (ROOT / "tests").rglob("*.py") if p.name != "conftest.py"]
    assert sorted({name for name in names if names.count(name) > 1}) == []
