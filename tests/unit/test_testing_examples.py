"""Examples run: each kind of expectation, kept and broken, and what is said of it."""

import pytest

import matchrules as mr
from matchrules.testing.examples import ExampleResult, run_examples

RULES = """
ruleset clinic
  version 1
  effective from 2025-01-01
source guide "A guide"
enum state
  open closed
fact patient
  age   : integer 0..120 years optional
  state : state optional
fact visit many up to 3
  code : text key
  cost : integer 0..900
advice next
  call (visits: integer 0..3)
  wait
  note
define patient.old : yes_no
  is patient.age >= 65 years
define visit.dear : yes_no
  for each visit
  is visit.cost > 100
reject "visit {visit.code} costs too much" for each visit when visit.cost > 800
rule call_them
  id C-1
  cite guide
  when patient.old
  unless patient.state is closed
  then must next.call(visits = count(visit)) "Call."
rule wait_for_them
  cite guide
  when patient.state is open
  then may next.wait "Wait."
rule note_visit
  cite guide
  for each visit
  when visit.cost > 100
  then should next.note "Note {visit.code}."
"""

OLD = "given patient: age = 70 years visit: code = \"a\", cost = 5\n  as of 2025-02-01\n  "


def run(example: str, engine: str = "interpreter") -> ExampleResult:
    book = mr.load_text({"clinic.rules": f"{RULES}\nexample \"it\"\n  {example}\n"})
    (result,) = run_examples(book, engine)  # type: ignore[arg-type]
    return result


@pytest.mark.parametrize("engine", ["interpreter", "rete", "compiled"])
@pytest.mark.parametrize(
    "expected",
    [
        "fires call_them",
        "fires clinic.call_them",
        "fires C-1",
        "no fires wait_for_them",
        "must next.call",
        "must next.call with visits = 1",
        "no next.wait",
        "patient.old",
        "patient.age is 70 years and shown patient.old",
        "not any(visit where dear)",
        "fires call_them and not fires wait_for_them",
        "fires C-1\n  expect nothing else",
        "must next.call with visits = 1\n  expect nothing else",
    ],
)
def test_what_holds(expected: str, engine: str) -> None:
    result = run(f"{OLD}expect {expected}", engine)
    assert result.passed, result.checks
    assert result.diagnostics == ()
    assert result.name == "it"


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        ("no fires call_them", "`call_them` fired"),
        ("fires wait_for_them", "`wait_for_them` did not fire: its `when` is unknown"),
        ("fires note_visit", "`note_visit` fired for no visit"),
        ("should next.call", "must next.call with visits = 1 by `clinic.call_them`"),
        ("must next.call with visits = 2", "must next.call with visits = 1 by `clinic.call_them`"),
        ("no next.call", "must next.call with visits = 1 by `clinic.call_them`"),
        ("may next.wait", "no advice on `next.wait`"),
        ("patient.state is open", "it is unknown: `patient.state` is not known"),
        ("patient.age < 65 years", "it is no: `patient.age` is 70"),
        ("any(visit where dear)", "it is no"),
        ("nothing else", "must next.call with visits = 1 by `clinic.call_them`"),
        ("must next.call with visits = 2\n  expect nothing else", "must next.call with visits = 1"),
        ('rejected "anything"', "the case is accepted"),
    ],
)
def test_what_does_not_hold(expected: str, came: str) -> None:
    result = run(f"{OLD}expect {expected}")
    assert not result.passed
    assert came in result.checks[-1].came
    fault = result.diagnostics[-1]
    assert fault.code == "MR701"
    assert "does not come out as expected" in fault.message


def test_unless_and_nothing_else_above_only() -> None:
    closed = run(
        "given patient: age = 70 years, state = closed\n  as of 2025-02-01\n"
        "  expect fires call_them"
    )
    assert closed.checks[0].came == "`call_them` did not fire: an `unless` of it is yes"
    below = run(f"{OLD}expect nothing else\n  expect fires call_them")
    assert [check.holds for check in below.checks] == [False, True]


def test_where_an_expectation_is_written() -> None:
    example = f"{OLD}expect fires call_them\n  expect patient.age < 65 years"
    text = f"{RULES}\nexample \"it\"\n  {example}\n"
    result = run(example)
    span = result.checks[1].span
    assert text[span.start : span.end].endswith("patient.age < 65 years")
    assert result.checks[1].expected == "patient.age < 65 years"
    assert result.diagnostics[0].labels[0].span == span


@pytest.mark.parametrize("engine", ["interpreter", "rete", "compiled"])
def test_a_rejected_case(engine: str) -> None:
    dear = 'given visit: code = "a", cost = 900\n  as of 2025-02-01\n  '
    assert run(f'{dear}expect rejected "visit a costs"', engine).passed
    wrong = run(f'{dear}expect rejected "visit b"', engine)
    assert not wrong.passed
    assert "visit a costs too much" in wrong.checks[0].came
    unexpected = run(f"{dear}expect fires note_visit", engine)
    assert [fault.code for fault in unexpected.faults] == ["MR605"]
    (fault,) = unexpected.diagnostics
    assert fault.code == "MR702" and "visit a costs too much" in fault.notes[0]


def test_a_base_case_is_no_test() -> None:
    book = mr.load_text({
        "clinic.rules": RULES
        + 'example usual\n  given patient: age = 70 years\n  as of 2025-02-01\n'
        + 'example "younger"\n  given usual with patient: age = 20 years\n'
        + "  expect patient.age is 20 years\n"
    })
    assert [result.name for result in run_examples(book, "interpreter")] == ["younger"]
    assert run_examples(book, "interpreter")[0].passed
