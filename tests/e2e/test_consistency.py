"""The consistency properties of the specification that the rule language cannot state, named after
their ids. Those that it can are `property` statements in `rules/`; the last test says that each of
the 55 has its place."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from residency_applicants import applicants

import matchrules as mr
from matchrules import ir
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.testing import cases

ROOT = Path(__file__).parents[2]
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("rules/*.rules")}
PACKS = mr.load_text(TEXTS)
BASE = PACKS.bases[-1]
FEW = settings(max_examples=max(10, settings().max_examples // 4))
LEAST = {"applicant": {"target_specialty": ["pediatrics"]}}


def ids(decision: mr.Decision) -> list[Any]:
    return sorted((str(advice.id), str(advice.about)) for advice in decision)


def evaluation(facts: Mapping[str, Any]) -> Interpretation:
    """The evaluation of a case, whose parts can be asked for."""
    return Interpretation(*PACKS.case(facts, None))


# Shape --------------------------------------------------------------------------------------------


@given(applicants())
def test_p_01_totality(drawn: tuple[date, dict[str, Any]]) -> None:
    """Nothing but a case that contradicts itself is refused."""
    as_of, facts = drawn
    found: set[str] = set()
    for engine in ("rete", "interpreter"):
        try:
            PACKS.decide(facts, as_of, engine=engine)  # type: ignore[arg-type]
        except CaseErrors as error:
            found |= {fault.code for fault in error.diagnostics}
    assert found <= {"MR601", "MR605"}


@pytest.mark.parametrize("facts", [{}, LEAST], ids=["nothing", "what must be known"])
@pytest.mark.parametrize("as_of", [date(2018, 1, 1), date(2026, 3, 1), date(9999, 12, 31)])
def test_p_01_the_least_that_a_case_can_say(facts: dict[str, Any], as_of: date) -> None:
    assert [advice.id for advice in PACKS.decide(facts, as_of)] == ["EX-02"]


def turned(text: str) -> str:
    """The file with the rules of each section in the opposite order."""
    header, *statements = text.strip("\n").split("\n\n")
    done: list[str] = []
    rules: list[str] = []
    for statement in statements:
        lines = [line for line in statement.splitlines() if not line.startswith("#")]
        if lines and lines[0].startswith("rule "):
            rules.append(statement)
        elif lines and lines[0].startswith("section "):
            done += [*rules[::-1], statement]
            rules = []
        else:
            done.append(statement)
    return "\n\n".join([header, *done, *rules[::-1]]) + "\n"


@cache
def turned_packs() -> mr.Book:
    return mr.load_text({name: turned(TEXTS[name]) for name in sorted(TEXTS, reverse=True)})


@FEW
@given(cases(PACKS), st.randoms(use_true_random=False))
def test_p_02_confluence(case: dict[str, Any], random: Any) -> None:
    """The order of files, of rules in a file, and of facts does not matter."""
    mixed = list(case.items())
    random.shuffle(mixed)
    other = turned_packs().decide(dict(mixed), engine="interpreter").to_dict()
    mine = PACKS.decide(case, engine="interpreter").to_dict()
    assert {**other, "rulesets": None} == {**mine, "rulesets": None}


@FEW
@given(cases(PACKS))
def test_p_03_idempotence(case: dict[str, Any]) -> None:
    """Said twice is said once, and every statement comes out once (of a program: once for it)."""
    with PACKS.session(case["as_of"]) as session:
        for name, value in case.items():
            if name == "as_of":
                continue
            fact = BASE.facts[name]
            for instance in value if isinstance(value, list) else [value]:
                session.assert_fact(name, **instance)
                if fact.keys or not fact.many:
                    session.assert_fact(name, **instance)
        twice = session.decision
    assert twice.to_json() == PACKS.decide(case).to_json()
    assert max(Counter(ids(twice)).values(), default=0) <= 1


def reads(expression: ir.Expression) -> list[ir.Expression]:
    return [e for e in ir.walk(expression) if isinstance(e, ir.Attribute | ir.Derived)]


def asks_for_unknowns(expression: ir.Expression) -> bool:
    return any(isinstance(e, ir.IsKnown | ir.IfKnown | ir.Shown) for e in ir.walk(expression))


PLAIN = [
    rule for rule in BASE.rules.values()
    if rule.when is not None and reads(rule.when) and not asks_for_unknowns(rule.when)
]  # fmt: skip


@given(cases(PACKS))
def test_p_07_unknown_is_silent(case: dict[str, Any]) -> None:
    """A rule that does not ask for the unknown says nothing where all that it reads is unknown."""
    run = evaluation(case)
    assert len(PLAIN) > 90
    for rule in PLAIN:
        assert rule.when is not None
        for bound in run.each(rule.fact):
            if all(run.value(e, bound) is None for e in reads(rule.when)):
                assert not run.holds(rule, bound), rule.id


class FromReasons(Interpretation):
    """An evaluation that knows the listed reasons and nothing else."""

    def __init__(self, run: Interpretation, rule: ir.Rule, reasons: Mapping[str, Any]) -> None:
        super().__init__(run.base, run.case)
        self.listed = [(rule.reasons[name], value) for name, value in reasons.items()]

    def value(self, expression: ir.Expression, bound: Mapping[str, int] = {}) -> Any:
        for reason, value in self.listed:
            if reason == expression:
                return value
        assert not isinstance(expression, ir.Attribute | ir.Derived | ir.Aggregate), expression
        return super().value(expression, bound)


@given(cases(PACKS))
def test_p_08_explanation(case: dict[str, Any]) -> None:
    """The listed reasons alone make the condition true."""
    run = evaluation(case)
    for firing in run.outcome().firings:
        rule = run.base.rules[firing.rule]
        alone = FromReasons(run, rule, firing.reasons)
        assert rule.when is None or alone.value(rule.when) is True, rule.id
        assert not any(alone.value(e) is True for e in rule.unless), rule.id


def test_p_09_typing() -> None:
    """One rule, one id, one conclusion, whose kind, subject and strength are constants."""
    rules = list(BASE.rules.values())
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        [then] = rule.thens
        assert then.subject in BASE.advice[then.kind].subjects
        assert then.strength in ("must", "should", "may", "must_not", "should_not", "need_not")


def test_p_10_every_subject_with_two_signs_is_spoken_of_by_a_property() -> None:
    signs: dict[tuple[str, str], set[bool]] = {}
    for rule in BASE.rules.values():
        for then in rule.thens:
            signs.setdefault((then.kind, then.subject), set()).add(then.strength in ir.AGAINST)
    both = {subject for subject, found in signs.items() if len(found) == 2}
    named = {
        (node.kind, node.subject)
        for said in PACKS.properties
        for node in ir.walk(said.then)
        if isinstance(node, ir.Advised) and str(said.id).startswith("P-10")
    }
    assert both == named


SITTING = ("sit_step1_now", "sit_step2_now", "take_step1_nbmes", "take_step2_nbmes")


@given(cases(PACKS))
def test_p_21_no_sitting_is_proposed_for_a_passed_step(case: dict[str, Any]) -> None:
    decision = PACKS.decide(case, engine="interpreter")
    status = {step: (case.get(step) or {}).get("status") for step in ("step1", "step2ck")}
    for advice in decision:
        if status["step1"] == "passed":
            assert advice.subject not in ("sit_step1_now", "take_step1_nbmes")
            assert not re.search(r"\b[Ss]it(ting)? Step 1\b|\bretake Step 1\b", advice.text)
        if status["step2ck"] == "passed" and advice.id != "EX-05":
            assert advice.subject not in ("sit_step2_now", "take_step2_nbmes")
            assert not re.search(r"\b[Ss]it(ting)? Step 2 CK\b|\bretake Step 2", advice.text)


# Invariance ---------------------------------------------------------------------------------------

PROGRAM = """
import sys
import matchrules as mr
book = mr.load("rules")
for path in sys.argv[1:]:
    print(book.decide(path).to_json())
"""


def in_a_process(**environment: str) -> str:
    files = sorted(str(p) for p in ROOT.glob("examples/*.yaml"))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *files], cwd=ROOT, capture_output=True, text=True,
        check=True, env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout


def test_p_33_clock_and_p_49_reproducible() -> None:
    """Neither the time zone of the machine nor the seed of its hashes changes a byte."""
    one = in_a_process(TZ="Pacific/Kiritimati", PYTHONHASHSEED="1")
    assert one == in_a_process(TZ="Etc/GMT+12", PYTHONHASHSEED="2")
    assert one.count('"format"') >= 5


def test_p_33_nothing_that_decides_reads_the_clock() -> None:
    """The command line may, and what gives up after some seconds: proving, trying mutants."""
    for path in (ROOT / "src/matchrules").rglob("*.py"):
        if not {"cli", "prove", "testing"} & {*path.parts}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\b(today|now|utcnow|monotonic|perf_counter)\(\)", text), path


@FEW
@given(cases(PACKS), st.randoms(use_true_random=False))
def test_p_34_permutation(case: dict[str, Any], random: Any) -> None:
    mixed = {
        name: random.sample(value, len(value)) if isinstance(value, list) else value
        for name, value in case.items()
    }
    mine, other = PACKS.decide(case).to_dict(), PACKS.decide(mixed).to_dict()
    assert mine == other


# Honesty ------------------------------------------------------------------------------------------

# Dates of the applicant's own papers, which no calendar gives.
OWN_DATES = {"EX-04", "EX-11"}


@given(cases(PACKS))
def test_p_45_provisional(case: dict[str, Any]) -> None:
    """What rests on a guess says so: a breadth without a score, a date without a calendar."""
    decision = PACKS.decide(case, engine="interpreter")
    said = {advice.id: advice for advice in decision}
    if decision.derived["step2ck.band"] in ("unscored", "unreported") and "AP-13" in said:
        assert said["AP-13"].provisional
        assert "EX-20" in said
    if decision.derived["timing.calendar_estimated"] is True and "GN-01" in said:
        assert "EX-16" in said
        for advice in decision:
            dated = any(isinstance(value, date) for value in advice.fields.values())
            assert advice.provisional or not dated or advice.id in OWN_DATES, advice.id


# Parameters ---------------------------------------------------------------------------------------


def numbers(expressions: Iterator[ir.Expression]) -> set[Any]:
    return {
        node.value
        for expression in expressions
        for node in ir.walk(expression)
        if isinstance(node, ir.Constant) and type(node.value) not in (str, bool, frozenset)
    } - {None}


def test_p_46_no_literals() -> None:
    """Rules hold no number but 0 and 1 (none, one, several: 2), and their texts no digits but in
    the names of the exams and their phases."""
    for rule in BASE.rules.values():
        assert numbers(rule.expressions()) <= {0, 1, 2}, rule.id
        for then in rule.thens:
            plain = " ".join(part for part in then.text.parts if isinstance(part, str))
            assert not re.search(r"\d", re.sub(r"Steps? [12]|1 and 2|[Pp]hase [123]", "", plain)), (
                rule.id, plain,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "facts", "name", "before", "after"),
    [
        ("from 2025-07-01 is 218", "from 2025-07-01 is 222",
         {"step2ck": {"status": "passed", "score": 221, "exam_date": date(2025, 8, 1)}},
         "step2ck.band", "low", "failed"),
        ("is 234 cite", "is 240 cite",
         {"step2ck": {"status": "passed", "score": 236, "exam_date": date(2025, 8, 1)}},
         "step2ck.band", "competitive", "viable"),
        ("is 28 days", "is 42 days", {"context": {"application_year": 2026}},
         "timing.last_on_time_exam_date", date(2026, 8, 4), date(2026, 7, 21)),
        ("for 2025 is 2025-09-03", "for 2025 is 2025-09-10",
         {"context": {"application_year": 2025}},
         "timing.last_on_time_exam_date", date(2025, 8, 6), date(2025, 8, 13)),
        ("is 11 cite aamc", "is 10 cite aamc",
         {"applicant": {"budget_usd": 200, "target_specialty": ["pediatrics"]}},
         "budget.affordable_programs", 18, 20),
    ],
)  # fmt: skip
def test_p_46_a_parameter_changes_the_result(
    old: str, new: str, facts: dict[str, Any], name: str, before: Any, after: Any
) -> None:
    as_of = date(2026, 3, 1)
    assert PACKS.decide(facts, as_of).derived[name] == before
    parameters = TEXTS["parameters.rules"]
    assert parameters.count(old) == 1
    other = mr.load_text({**TEXTS, "parameters.rules": parameters.replace(old, new)})
    assert other.decide(facts, as_of).derived[name] == after


@FEW
@given(cases(PACKS))
def test_p_49_reproducible(case: dict[str, Any]) -> None:
    """From what a decision carries the same bytes come out again, on every engine."""
    decision = PACKS.decide(case)
    again = PACKS.decide(decision.facts, decision.as_of, engine="interpreter")
    assert again.to_json() == decision.to_json()


# All of them --------------------------------------------------------------------------------------


def test_each_of_the_55_has_its_place() -> None:
    """As a property in a rule file, or as a test named after it."""
    said = {str(p.id)[:4] for p in PACKS.properties if p.id is not None}
    tested = {
        f"P-{number}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_p_?\d.*)\(", path.read_text("utf-8"), re.MULTILINE)
        for number in re.findall(r"p_?(\d\d)_", name)
    }
    assert said | tested == {f"P-{number:02}" for number in range(1, 56)}
