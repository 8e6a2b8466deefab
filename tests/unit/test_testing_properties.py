"""Properties tried: what stands, what is refuted and with which case, what is never tested."""

import pytest

import matchrules as mr
from matchrules.diagnostics.model import UsageError
from matchrules.testing.properties import Verdict, check_properties, check_property

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
  paid : yes_no optional
parameter dear : integer 0..900
  is 100 cite guide
parameter dear_for by state : integer 0..900
  for open is 100 cite guide
advice next
  call
  note
define visit.is_dear : yes_no
  for each visit
  is visit.cost >= dear
define patient.bill : integer 0..2700
  is sum(visit.cost)
define patient.band : integer 1..3
  is 1 if patient.age < 18 years else 2 if patient.age < 65 years else 3
rule call_them
  id C-1
  cite guide
  when patient.age >= 65 years and patient.state is open
  then must next.call "Call."
rule do_not_call
  cite guide
  when patient.state is closed and patient.age is 99 years
  then must_not next.call "Do not call."
rule note_visit
  cite guide
  for each visit
  when visit.is_dear
  then should next.note "Note {visit.code}."
"""


def check(said: str, count: int = 80) -> Verdict:
    return check_property(mr.load_text({"clinic.rules": RULES + said}), "said", count)


@pytest.mark.parametrize(
    "said",
    [
        "when fires C-1 then patient.band is 3",
        "when advised next.call then fires call_them",
        "at most one of (fires call_them, fires do_not_call)",
        "for each visit\n  when fires note_visit then visit.cost >= 100",
        "for each visit\n  when visit.cost >= 100 then advised next.note",
        "when patient.age is 17 years then patient.band is 1",
        "when patient.age is 64 years and patient.state is open and count(visit) >= 2\n"
        "  then patient.band is 2",
        "compare a, b differing only in patient.age\n"
        "  when a.patient.age <= b.patient.age then a.patient.band <= b.patient.band",
        "compare a, b\n  b adding a visit\n  b.patient.bill >= a.patient.bill",
        "compare a, b differing only in visit.paid\n  same advice",
        "compare a, b\n  when a.patient.age is b.patient.age and a.patient.age is known"
        " then a.patient.band is b.patient.band",
        "whatever dear\n  for each visit\n  when visit.cost >= dear then fires note_visit",
        "whatever dear_for\n  (dear_for for open) is (dear_for for closed)",
        "when as_of is 2025-08-01 then days between 2025-07-31 and as_of is 1 day",
        "when no rule fires then not advised next.call",
    ],
)  # fmt: skip
def test_what_stands(said: str) -> None:
    verdict = check(f"property said\n  {said}\n")
    assert verdict.answer == "stands", verdict
    assert verdict.met >= 5
    assert verdict.diagnostic is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("when patient.age > 60 years then patient.age is not 65 years", "age: 65"),
        ("count(visit) < 2", "visit:"),
        ("when patient.age > 100 years then fires call_them", "age: 1"),
        # Unknown is not true.
        ("patient.age >= 0 years", "as_of:"),
        ("for each visit\n  visit.cost < 900", "cost: 900"),
        ("compare a, b differing only in visit.cost\n  same advice", "cost: "),
        ("compare a, b\n  b adding a visit\n  a.patient.bill is b.patient.bill", "cost:"),
        ("compare a, b\n  same advice except note_visit", "state:"),
        ("whatever dear\n  when any(visit where cost is 500) then any(visit where is_dear)", "500"),
    ],
)  # fmt: skip
def test_what_is_refuted(said: str, shown: str) -> None:
    verdict = check(f"property said\n  {said}\n", 300)
    assert verdict.answer == "refuted", verdict
    assert any(shown in text for _, text in verdict.cases), verdict
    assert verdict.diagnostic is not None and verdict.diagnostic.code == "MR711"
    assert str(verdict).startswith("property `said` does not hold")


def test_the_refuting_cases_can_be_read_back() -> None:
    book = mr.load_text({
        "clinic.rules": RULES
        + "property said\n  compare a, b differing only in patient.age\n  same advice\n"
    })
    verdict = check_property(book, "said", 200)
    (one, text), (other, _) = verdict.cases
    assert (one, other) == ("a", "b")
    import yaml

    assert book.decide(yaml.safe_load(text), engine="interpreter") is not None


def test_a_fault_on_a_valid_case_refutes() -> None:
    broken = RULES.replace("state is closed and patient.age is 99", "age is 99")
    said = "property said\n  when patient.age is 99 years then patient.band is 3\n"
    book = mr.load_text({"clinic.rules": broken + said})
    verdict = check_property(book, "said", 200)
    assert verdict.answer == "refuted"
    assert "a valid case has faults" in verdict.reason
    assert "call_them" in verdict.reason and "do_not_call" in verdict.reason


def test_a_premise_that_is_never_true_is_reported() -> None:
    verdict = check("property said\n  when patient.age > patient.age then patient.band is 1\n", 30)
    assert verdict.answer == "vacuous"
    assert verdict.diagnostic is not None and verdict.diagnostic.code == "MR712"
    assert verdict.diagnostic.severity == "warning"


def test_a_property_by_its_id_in_every_era_and_the_same_each_time() -> None:
    later = """ruleset later version 1 effective from 2026-01-01 uses clinic
rule more
  cite guide
  when patient.age is 7 years
  then should next.call "Call."
"""
    said = "property said\n  id P-7\n  when advised next.call then patient.age >= 65 years\n"
    book = mr.load_text({"clinic.rules": RULES + said, "later.rules": later})
    verdicts = [check_property(book, name, 50) for name in ("said", "P-7")]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0].answer == "refuted" and "age: 7" in verdicts[0].cases[0][1]
    assert check_properties(book, 50) == (verdicts[0],)
    with pytest.raises(UsageError, match="no property `P-8`"):
        check_property(book, "P-8")
