"""Every snippet in the documentation does what the page says.

`UPDATE_DOCS=1` writes what came into the pages instead: to be read before it is committed.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, Block, blocks, books, matches, pages

DIAGNOSTICS = ROOT / "docs" / "reference" / "diagnostics"
PAGES = [page for page in pages() if DIAGNOSTICS not in page.parents]
UPDATE = bool(os.environ.get("UPDATE_DOCS"))

SHOWN = {"COLUMNS": "90", "PYTHONIOENCODING": "utf-8"}
# works in processes of its own, and is run in one; so is all that the first page shows
ALONE = {"mutate"}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own that holds what a checkout shows to a reader."""
    for shown in ("examples", "rules"):
        (tmp_path / shown).symlink_to(ROOT / shown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_snippet_runs(page: Path, folder: Path) -> None:
    found = blocks(page)
    printed: dict[Block, str] = {}
    namespace: dict[str, object] = {"__name__": "snippet"}
    for index, block in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if block.kind == "console":
            printed[block] = "".join(run(command, page) for command in commands(block))
        elif block.kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block.text, f"{name(page)}:{block.line}", "exec"), namespace)
            if following is not None and following.kind == "text":
                between = page.read_text(encoding="utf-8")[block.end : following.start]
                if between.split() == ["```", "```text"]:
                    printed[following] = out.getvalue()
        elif block.arguments and block.arguments[0] in ("write", "append"):
            path = folder / block.arguments[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w" if block.arguments[0] == "write" else "a", encoding="utf-8") as file:
                file.write(block.text)
        elif block.arguments == ("fault",):
            assert following is not None and following.kind == "text", (
                f"line {block.line}: a `text` block with the diagnostics goes after a fault"
            )
            printed[following] = diagnosed(block.text)
    if UPDATE:
        rewrite(page, printed)
        return
    for block, came in printed.items():
        assert matches(block.text, came), (
            f"{name(page)}:{block.line}\n--- shown\n{block.text}\n--- came\n{came}"
        )


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_rules_of_a_page_load(page: Path) -> None:
    from matchrules.rulebook import load_text

    for files in books(blocks(page)):
        load_text(files)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"(```+).*?\1", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{name(page)}: nothing at {target}"


def test_a_decision_has_a_number_of_its_own() -> None:
    found = sorted((ROOT / "docs" / "explanation" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in found]
    assert len(set(numbers)) == len(numbers) > 0
    for path in found:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name), path.name
        heading = path.read_text(encoding="utf-8").splitlines()[0]
        assert heading.startswith("# "), path.name
        assert not (said := re.match(r"# (\d+)", heading)) or said[1] == path.name[:4], heading


def commands(block: Block) -> list[str]:
    found = [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]
    assert found, f"line {block.line}: a console block has commands after `$ `"
    return found


def run(command: str, page: Path) -> str:
    """The command as it stands in the page, and what it prints."""
    words = shlex.split(command)
    assert words[0] in ("matchrules", "python"), command
    alone = words[0] == "python" or words[1] in ALONE or page.name == "README.md"
    said = (in_a_child if alone else in_here)(words)
    assert "Traceback" not in said, f"{command}\n{said}"
    return f"$ {command}\n{said}"


def in_a_child(words: list[str]) -> str:
    start = ["-m", "matchrules.cli"] if words[0] == "matchrules" else []
    done = subprocess.run(
        [sys.executable, *start, *words[1:]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
        env={**os.environ, **SHOWN},
    )  # fmt: skip
    return done.stdout.decode()


def in_here(words: list[str]) -> str:
    """Without the start of another Python, which takes longer than most commands do."""
    from matchrules.cli.app import app

    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with (
        pytest.MonkeyPatch.context() as patch, open(os.devnull, encoding="utf-8") as nothing,
        contextlib.redirect_stdout(said), contextlib.redirect_stderr(said),
    ):  # fmt: skip
        patch.setattr(sys, "stdin", nothing)
        for variable, value in SHOWN.items():
            patch.setenv(variable, value)
        with contextlib.suppress(SystemExit):
            app(words[1:], prog_name="matchrules")
    return said.detach().getvalue().decode()


def diagnosed(text: str) -> str:
    from matchrules.diagnostics.terminal import plain
    from matchrules.rulebook import check_text
    from matchrules.text import Source

    source = Source("example.rules", text)
    return plain(check_text({"example.rules": text}), {"example.rules": source}) + "\n"


def rewrite(page: Path, printed: dict[Block, str]) -> None:
    text = page.read_text(encoding="utf-8")
    for block in sorted(printed, key=lambda block: -block.start):
        assert text[block.start : block.end] == block.text, "the page was edited meanwhile"
        if not matches(block.text, printed[block]):
            text = text[: block.start] + printed[block].rstrip("\n") + "\n" + text[block.end :]
    page.write_text(text, encoding="utf-8")
