"""A caller's module under mypy --strict."""

from pathlib import Path

import pytest

import matchrules as mr
from matchrules.case.stubs import stubs

CALLER = """
from datetime import date
from pathlib import Path

import matchrules as mr
from written_facts import Exam, Letter

book: mr.Book = mr.load("rules/")
facts = [Exam(status="passed"), Letter(pages=1)]
decision: mr.Decision = book.decide(facts, as_of=date(2026, 11, 1))
again: mr.Decision = book.decide({"exam": {"status": "passed"}}, engine="interpreter")
file: mr.Decision = book.decide(Path("case.yaml"))
for advice in decision:
    text: str = advice.text
    cites: tuple[str, ...] = advice.cites
with book.session(as_of=date(2026, 11, 1)) as session:
    handle: mr.Handle = session.assert_fact("exam", status="passed")
    session.update(handle, status=None)
    json: str = session.decision.to_json()
made = book.facts.Exam(status="passed")
try:
    mr.load_text({"a.rules": ""})
except mr.RuleErrors as error:
    faults: tuple[mr.Diagnostic, ...] = error.diagnostics
version: str = mr.__version__
"""
WRONG = """
import matchrules as mr
from written_facts import Exam, Letter

mr.laod("rules/")
mr.load(3)
mr.load().decide({}, engine="retee")
Exam(status="pased")
Letter()
Letter(pages="1")
Letter(pages=1).pages = 2
"""
RULES = """
ruleset sample version 1 effective from 2026-01-01
enum status
  passed failed
fact exam
  status : status optional
  share  : decimal 0.00..1.00 optional
  day    : date optional
  opens  : day_of_year optional
  tags   : set of status optional
fact letter many up to 5
  pages : integer 1..9
"""


def mypy(folder: Path, *files: str) -> list[str]:
    from mypy import api

    out, error, _ = api.run(
        ["--strict", "--cache-dir", str(folder / "cache"), *(str(folder / f) for f in files)]
    )
    assert not error
    return [line for line in out.splitlines() if ": error:" in line]


def test_a_caller_sees_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    base = mr.load_text({"sample.rules": RULES}).bases[-1]
    (tmp_path / "written_facts.py").write_text(stubs(base), encoding="utf-8")
    (tmp_path / "caller.py").write_text(CALLER, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    found = mypy(tmp_path, "written_facts.py", "caller.py", "wrong.py")
    lines = [int(line.split(":")[1]) for line in found if "wrong.py" in line]
    assert [line for line in found if "wrong.py" not in line] == []
    assert sorted(set(lines)) == list(range(5, 12)), "\n".join(found)
