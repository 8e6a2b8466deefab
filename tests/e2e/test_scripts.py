"""The scripts of a checkout: what they answer to an odd question."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAIRS = runpy.run_path(str(ROOT / "scripts" / "missing-pairs"))["main"]
PAGE = runpy.run_path(str(ROOT / "scripts" / "statements-page"))["main"]
ANOTHER_FIELD = str(ROOT / "examples" / "air_passengers")
FAULTY = "ruleset r\n  version 1\n  effective from 2026-01-01\nrule a\n  cite b\n  then may c.d\n"


def test_pairs_of_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["no_such_folder"], ["nothing.rules"], [ANOTHER_FIELD, "step1.rules"]):
        assert PAIRS(words) == 2
        out, err = capsys.readouterr()
        assert (out, err) == (
            "", f"no such folder or file of rules: {words[-1]}\n"
        )  # fmt: skip


def test_pairs_of_rules_of_another_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert PAIRS([ANOTHER_FIELD, "seating.rules"]) == 0
    assert capsys.readouterr().out == "seating.rules: 2 rules, 2 whole\n"


def test_pairs_of_faulty_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.rules").write_text(FAULTY, encoding="utf-8")
    assert PAIRS([str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("the rules do not load: 1 error\nerror[MR001]")


def test_the_page_of_statements_is_not_written_by_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "statements.md"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "r.rules").write_text(FAULTY, encoding="utf-8")
    monkeypatch.setitem(PAGE.__globals__, "ROOT", tmp_path)
    monkeypatch.setitem(PAGE.__globals__, "PAGE", page)
    assert PAGE(["--chekc"]) == 2
    assert "--chekc" in capsys.readouterr().err
    assert PAGE([]) == PAGE(["--check"]) == 1
    assert "the rules do not load" in capsys.readouterr().err
    assert not page.exists()
