"""What stands in `examples/`: each case file decides alike on both engines, each program runs."""

import subprocess
import sys
from pathlib import Path

import pytest

import matchrules as mr

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = sorted(p for p in EXAMPLES.iterdir() if p.suffix in (".yaml", ".json", ".toml"))
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
# What each applicant is an example of, said as statements that speak and that stay silent.
SPEAKS = {
    "first_pass_and_safe": ({"S2-01", "AP-13", "AP-21", "LR-02", "GN-05"}, {"EX-14", "LR-01"}),
    "comeback_low_score": ({"S1-40", "S2-05", "S2-06", "AP-14", "S1-43", "S1-45"}, {"S1-41"}),
    "nothing_taken": ({"S1-10", "S1-13", "S1-16", "GN-06"}, {"S1-17", "AP-13", "LR-01"}),
    "below_the_mark": ({"GN-06", "AP-13", "LR-01"}, {"S2-05", "S2-01"}),
    "almost_unknown": ({"EX-14", "GN-01"}, {"S1-12", "S1-40"}),
    "retake_booked_too_soon": ({"S1-16", "S1-17", "S1-42", "S1-44"}, {"S1-10", "AP-13"}),
    "twenty_programs": ({"AP-10", "AP-11", "AP-12", "AP-20", "S2-02"}, {"AP-14"}),
    "narrow_pass_low_prediction": (
        {"EX-08", "S1-31", "S2-50", "AP-18", "EX-22"},
        {"S2-31", "NA-01"},
    ),
    "strong_step1_large_drop": ({"S2-42", "S2-02", "NA-12", "LR-09"}, {"S2-41", "IV-04"}),
    "late_date_old_pass": ({"EX-11", "S2-33", "S2-35", "SP-09", "S2-53"}, {"S2-28", "NA-11"}),
    "two_failures_score_not_told": (
        {"S1-03", "EX-19", "EX-20", "IV-04", "S1-54"},
        {"S1-02", "S1-41"},
    ),
    "out_of_scope": ({"EX-01"}, {"GN-01"}),
}


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load(cache=True)


def test_every_kind_of_case_file_is_there() -> None:
    assert {path.suffix for path in CASES} == {".yaml", ".json", ".toml"}
    assert {path.stem for path in CASES} == set(SPEAKS)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_case_file_decides_alike_on_both_engines(book: mr.Book, path: Path) -> None:
    decision = book.decide(path)
    assert decision.to_json() == book.decide(path, engine="interpreter").to_json()
    said = {advice.id for advice in decision}
    speaks, silent = SPEAKS[path.stem]
    assert speaks <= said
    assert not silent & said


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_every_text_is_whole(book: mr.Book, path: Path) -> None:
    for advice in book.decide(path):
        assert advice.text[0].isupper() and advice.text[-1] in '."', advice.text
        assert "not known" not in advice.text.replace("are IMGs is not known", "")
        assert "  " not in advice.text and " ." not in advice.text, advice.text


def test_twenty_programs_each_have_their_place(book: mr.Book) -> None:
    decision = book.decide(EXAMPLES / "twenty_programs.yaml")
    assert len(decision.derived["program.category"]) == 20
    assert set(decision.derived["program.category"].values()) == {
        "reach", "target", "safety", "excluded",
    }  # fmt: skip


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_a_program_runs(path: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(path)], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
    assert "Traceback" not in ran.stdout + ran.stderr
