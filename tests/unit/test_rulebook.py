"""Loading rule files, and the book that comes of it."""

import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import matchrules as mr
from matchrules.rulebook import check_sources, packs, read

DAY = date(2026, 11, 1)
RULES = """
ruleset sample
  version 1
  effective from 2026-01-01

source article "The article"
enum status
  passed failed
fact exam
  status : status optional
  fails  : integer 0..6 attempts optional
fact letter many up to 5
  pages : integer 1..9
advice plan
  rebuild "Rebuild"
  write (missing: integer 0..5)
define exam.weak : yes_no
  is shown (exam.fails >= 1 attempt)
rule rebuild
  id R-1
  cite article
  when exam.weak
  then must plan.rebuild "Rebuild the weak systems first."
rule write_more
  cite article A1
  when count(letter) < 2
  then should plan.write(missing = 2 - count(letter)) "Ask for {missing} more."
property quiet "No advice without a reason"
  when exam.weak is no
  then not fires R-1
example "Failed once"
  given exam: fails = 1
  as of 2026-11-01
  expect fires R-1
"""
LATER = RULES.replace("version 1", "version 2").replace(
    "effective from 2026-01-01", "effective from 2027-01-01"
).replace("as of 2026", "as of 2027").replace("< 2", "< 3").replace("2 - ", "3 - ")  # fmt: skip
FAILED = {"exam": {"fails": 1}}
OTHER = "ruleset other version 1 effective from 2026-01-01 uses sample\n"


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load_text({"sample.rules": RULES})


def faults(*texts: str) -> list[mr.Diagnostic]:
    named = {f"{number}.rules": text for number, text in enumerate(texts)}
    found = mr.check_text(named)
    with pytest.raises(mr.RuleErrors) as caught:
        mr.load_text(named)
    assert caught.value.diagnostics == found
    assert str(caught.value)
    return list(found)


# Loading -----------------------------------------------------------------------------------------


def test_a_file_a_folder_and_a_text_give_the_same(tmp_path: Path, book: mr.Book) -> None:
    file = tmp_path / "sample.rules"
    file.write_text(RULES, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a rule", encoding="utf-8")
    for loaded in (mr.load(file), mr.load(str(file)), mr.load(tmp_path), mr.load(file, tmp_path)):
        assert loaded.decide(FAILED, DAY) == book.decide(FAILED, DAY)
        assert [e.source for e in loaded.bases[0].rulesets.values()] == [file.as_posix()]
    assert mr.check(tmp_path) == ()
    assert list(read(tmp_path)) == [file.as_posix()]


def test_nothing_is_half_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.rules").write_text(RULES, encoding="utf-8")
    (tmp_path / "b.rules").write_text(OTHER + "rule x when nothing.there", encoding="utf-8")
    with pytest.raises(mr.RuleErrors) as caught:
        mr.load(tmp_path)
    assert caught.value.diagnostics == mr.check(tmp_path)
    assert set(caught.value.sources) == {str(tmp_path / "a.rules"), str(tmp_path / "b.rules")}


def test_a_folder_without_rules(tmp_path: Path) -> None:
    with pytest.raises(mr.RuleErrors, match="there are no rules in") as caught:
        mr.load(tmp_path)
    assert [d.code for d in caught.value.diagnostics] == ["MR540"]
    assert mr.check(tmp_path) == caught.value.diagnostics
    assert [d.code for d in mr.check_text({})] == ["MR540"]


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.rules").mkdir()
    fifo = tmp_path / "pipe.rules"
    os.mkfifo(fifo)
    found = mr.check(tmp_path / "no.rules", fifo)
    assert [(d.code, d.path) for d in found] == [
        ("MR541", (tmp_path / "no.rules").as_posix()),
        ("MR541", fifo.as_posix()),
    ]
    assert "no such file" in found[0].message
    loop = tmp_path / "loop.rules"
    loop.symlink_to(loop)
    for bad in (loop, "a\0b", "x" * 5_000):
        assert [d.code for d in mr.check(bad)] == ["MR541"]
    assert [d.code for d in mr.check(tmp_path)] == ["MR540"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00",
        "ruleset é".encode("latin-1"),
        "ruleset x".encode("utf-16"),
        b"#" * (8 * 1024 * 1024 + 1),
        b"",
        b"   \n",
        b"x" * (50 * 1024 * 1024),
        b"ruleset r version 1 effective from 2026-01-01\ndefine a.b : yes_no is " + b"(" * 10_000,
        b"ruleset r version 1 effective from 2026-01-01\ndefine a.b : yes_no is "
        + b"not " * 10_000,
    ],
    ids=[
        "binary",
        "latin-1",
        "utf-16",
        "8 MiB",
        "empty",
        "blank",
        "50 MB line",
        "deep",
        "deep not",
    ],
)
def test_files_that_are_no_rules(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.rules").write_bytes(content)
    with pytest.raises(mr.RuleErrors) as caught:
        mr.load(tmp_path)
    assert caught.value.diagnostics == mr.check(tmp_path)
    assert all(d.code.startswith("MR") for d in caught.value.diagnostics)
    assert len(str(caught.value)) < 20_000


def test_several_faults_in_the_order_of_the_text() -> None:
    found = faults(
        RULES.replace("status : status", "status : stauts").replace("exam.weak\n", "exam.waek\n")
    )
    starts = [d.labels[0].span.start for d in found]
    assert len(found) >= 2 and starts == sorted(starts)


def test_the_order_of_files_is_forgotten(book: mr.Book) -> None:
    texts = {"b.rules": RULES, "a.rules": OTHER}
    one = mr.load_text(texts)
    other = mr.load_text(dict(reversed(texts.items())))
    assert one.bases == other.bases
    assert one.decide(FAILED, DAY).to_json() == other.decide(FAILED, DAY).to_json()


@pytest.mark.parametrize("rest", ["rule rebuild cite article then must plan.rebuild \"x\"",
                                  "fact exam\n  x : yes_no",
                                  "property other_name id R-1 then yes"])  # fmt: skip
def test_duplicate_names_and_ids_across_files(rest: str) -> None:
    assert faults(RULES, OTHER + rest)


def test_two_versions_in_force_on_one_day() -> None:
    assert faults(RULES, RULES)
    assert faults(RULES, RULES.replace("version 1", "version 2"))


def test_a_cycle() -> None:
    assert faults(RULES + "define a.b : yes_no is c.d\ndefine c.d : yes_no is a.b\n")


# Books -------------------------------------------------------------------------------------------


def test_what_a_book_has(book: mr.Book) -> None:
    assert [(r.name, r.version) for r in book.rulesets] == [("sample", "1")]
    assert [e.title for e in book.examples] == ["Failed once"]
    assert [p.name for p in book.properties] == ["quiet"]
    assert book.warnings == ()
    assert repr(book.facts.Exam(fails=1)) == "Exam(fails=1)"


def test_a_book_cannot_be_changed(book: mr.Book) -> None:
    with pytest.raises(AttributeError):
        book.bases = ()  # type: ignore[misc]


@pytest.mark.parametrize("engine", ["rete", "interpreter"])
def test_a_decision(book: mr.Book, tmp_path: Path, engine: Any) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("as_of: 2026-11-01\nexam: {fails: 1}\n", encoding="utf-8")
    decisions = [
        book.decide(FAILED, DAY, engine=engine),
        book.decide([book.facts.Exam(fails=1)], as_of=DAY, engine=engine),
        book.decide(file, engine=engine),
        book.decide(str(file), as_of=DAY, engine=engine),
    ]
    assert len({decision.to_json() for decision in decisions}) == 1
    decision = decisions[0]
    assert [(a.kind, a.subject, a.strength) for a in decision] == [
        ("plan", "rebuild", "must"), ("plan", "write", "should"),
    ]  # fmt: skip
    assert decision.facts == {"exam": {"fails": 1}}
    assert book.decide(decision.facts, decision.as_of, engine).to_json() == decision.to_json()


def test_an_engine_that_is_not_there(book: mr.Book) -> None:
    with pytest.raises(mr.UsageError, match="`rete`, `compiled` or `interpreter`"):
        book.decide(FAILED, DAY, engine="retee")  # type: ignore[arg-type]


def test_faults_of_a_case_show_the_rules_they_come_from() -> None:
    text = (
        RULES
        + 'reject "fails without a status"\n'
        + "  when exam.fails > 0 attempts and exam.status is unknown\n"
    )
    book = mr.load_text({"sample.rules": text})
    shown = []
    for engine in ("rete", "interpreter"):
        with pytest.raises(mr.CaseErrors) as caught:
            book.decide(FAILED, DAY, engine=engine)  # type: ignore[arg-type]
        shown.append(str(caught.value))
    assert shown[0] == shown[1]
    assert "--> sample.rules:" in shown[0] and "reject " in shown[0]


def test_versions_by_date() -> None:
    book = mr.load_text({"1.rules": RULES, "2.rules": LATER})
    assert [(b.start, b.end) for b in book.bases] == [
        (date(2026, 1, 1), date(2027, 1, 1)), (date(2027, 1, 1), None),
    ]  # fmt: skip
    for day, version in ((date(2026, 12, 31), "1"), (date(2027, 1, 1), "2")):
        assert book.base_on(day).rulesets["sample"].version == version
        assert book.decide({}, day).rulesets[0].version == version
        assert book.decide({}, day).advice[0].fields == {"missing": int(version) + 1}
    assert [r.version for r in book.rulesets] == ["1", "2"]
    assert len(book.examples) == 2
    for call in (book.base_on, book.session, lambda day: book.decide({}, day)):
        with pytest.raises(mr.CaseErrors, match="no version of the rules is in force"):
            call(date(2025, 12, 31))


def test_a_session(book: mr.Book) -> None:
    with book.session(as_of=DAY) as session:
        exam = session.assert_fact("exam", fails=1)
        assert session.decision.to_json() == book.decide(FAILED, DAY).to_json()
        session.retract(exam)
        assert session.decision.to_json() == book.decide({}, DAY).to_json()


def test_a_day_is_a_date(book: mr.Book) -> None:
    for call in (book.base_on, book.session, lambda day: book.decide({}, day)):
        for wrong in (datetime(2026, 11, 1), 20261101, "tomorrow", None):
            with pytest.raises(mr.CaseErrors, match="`as_of`"):
                call(wrong)  # type: ignore[arg-type]


def test_a_book_can_be_pickled(book: mr.Book) -> None:
    exam = book.facts.Exam(fails=1)
    wanted = book.decide([exam], DAY).to_json()
    again, same = pickle.loads(pickle.dumps((book, exam)))
    assert again.bases == book.bases and same == exam
    assert again.decide([same], DAY).to_json() == wanted
    assert again.decide([exam], DAY).to_json() == wanted


def test_a_book_and_its_facts_go_to_another_process(book: mr.Book, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(pickle.dumps((book, [book.facts.Exam(fails=1)])))
    code = (
        "import pickle, sys, datetime; book, facts = pickle.load(open(sys.argv[1], 'rb'));"
        "print(book.decide(facts, datetime.date(2026, 11, 1)).to_json())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(packed)], capture_output=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.stdout.decode().strip() == book.decide(FAILED, DAY).to_json()


def test_threads_share_a_book() -> None:
    book = mr.load_text({"sample.rules": RULES})
    start = threading.Barrier(8)

    def decide(number: int) -> list[str]:
        start.wait()
        found = []
        for fails in range(7):
            facts = [book.facts.Exam(fails=fails)] + [book.facts.Letter(pages=1)] * (number % 4)
            found.append(book.decide(facts, DAY).to_json())
        return found

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(decide, range(8)))
    for number, decided in enumerate(found):
        for fails, decision in enumerate(decided):
            facts = {"exam": {"fails": fails}, "letter": [{"pages": 1}] * (number % 4)}
            assert book.decide(facts, DAY, engine="interpreter").to_json() == decision


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_book_survives_a_fork(book: mr.Book) -> None:
    wanted = book.decide(FAILED, DAY).to_json()  # the network is there before the fork
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, book.decide(FAILED, DAY).to_json().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as came:
        assert came.read().decode() == wanted
    assert os.waitpid(child, 0)[1] == 0
    assert book.decide(FAILED, DAY).to_json() == wanted


# The packs ---------------------------------------------------------------------------------------


def test_the_packs_load_without_a_path() -> None:
    assert mr.check() == ()
    assert mr.load().bases == mr.load(packs()).bases
    assert check_sources(read(packs())) == ()
