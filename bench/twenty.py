"""Twenty statements of the packs, as a book of their own and as a Python function that says the
same, written by hand.

The statements are cut out of `rules/` as they stand there. What they are about is declared anew,
without the attempts that the packs work a record out from: the record is asserted.
"""

import random
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import timing
from workload import SEED

RULES: Final = Path(__file__).parents[1] / "rules"
SCOPE: Final = [
    "define applicant.needs_visa", "define eligibility.attempt_limit_reached",
    "define scope.status", "rule out_of_scope", "rule scope_undetermined",
    "rule attempt_limit_bars",
]  # fmt: skip
STEP1: Final = [
    "define step1.to_sit", "define step1.never_attempted", "define step1.history",
    "define step1.multiple_failures", "define step1.pass_mark", "define step1.barely_passed",
    "define step1.strong", "define step1.weak", "define data.conflict_step1_numeric",
    "rule baseline_met", "rule closer_look", "rule programs_for_attempts",
    "rule exceptional_elsewhere", "rule damage_control",
]  # fmt: skip
PARAMETERS: Final = [
    "source article", "source usmle", "source score_press", "source packs",
    "parameter step1_pass", "parameter step1_passfail_from", "parameter step1_barely_margin",
    "parameter step1_strong_min", "parameter attempt_limit",
]  # fmt: skip
WORDS: Final = [
    "enum citizenship", "enum school_class", "enum specialty", "enum step1_status",
    "enum step2ck_status", "enum pass_margin", "advice eligibility", "advice data_request",
    "advice remediation", "advice warning", "advice portfolio", "advice program_mix",
    "advice band",
]  # fmt: skip
FACTS: Final = """\
fact applicant "Who is asking"
  citizenship      : citizenship optional
  school_class     : school_class optional
  target_specialty : set of specialty
fact step1 "USMLE Step 1"
  status        : step1_status optional
  fail_count    : integer 0..6 attempts optional
  exam_date     : date optional
  numeric_score : integer 1..300 points optional
  pass_margin   : pass_margin optional
fact step2ck "USMLE Step 2 CK"
  status     : step2ck_status optional
  fail_count : integer 0..6 attempts optional
"""


def cut(file: str, names: list[str]) -> str:
    """Those declarations of a file of the packs, as they stand there."""
    text = (RULES / f"{file}.rules").read_text(encoding="utf-8")
    found = []
    for name in names:
        # up to the next line that is empty or not indented
        match = re.search(rf"^{re.escape(name)}\b.*\n(?:[ ]+.*\n)*", text, re.MULTILINE)
        if match is None:
            raise LookupError(f"{file}.rules has no `{name}`")
        found.append(match[0])
    return "\n".join(found)


def texts() -> dict[str, str]:
    """The book, as texts by name."""

    def ruleset(name: str, *clauses: str) -> str:
        return "\n".join([f"ruleset {name} version 1 effective from 2018-01-01", *clauses, "\n"])

    guard = "applies when scope.status is in_scope"
    enum = cut("step1", ["enum step1_history"])
    return {
        "parameters.rules": ruleset("parameters") + cut("parameters", PARAMETERS),
        "words.rules": ruleset("words", "uses parameters") + cut("vocabulary", WORDS) + FACTS,
        "scope.rules": ruleset("scope", "uses words, parameters")
        + cut("scope", ["enum scope_status", *SCOPE]),
        "step1.rules": ruleset("step1", "uses words, parameters, scope", guard)
        + enum + cut("step1", STEP1),
    }  # fmt: skip


FIRST_PASS_FAIL: Final = date(2022, 1, 26)
FOUR_SITTINGS: Final = date(2021, 7, 1)
NOBODY: Final[Mapping[str, Any]] = {}


def by_hand(
    case: Mapping[str, Any], as_of: date, derived: dict[str, Any] | None = None
) -> list[tuple[str, str, str]]:
    """The advice on a case: kind, subject and strength. What the statements derive is put into
    `derived` where there is one."""
    applicant = case.get("applicant", NOBODY)
    step1 = case.get("step1", NOBODY)
    step2ck = case.get("step2ck", NOBODY)
    citizenship = applicant.get("citizenship")
    school = applicant.get("school_class")
    target = applicant.get("target_specialty")
    status = step1.get("status")
    failed = step1.get("fail_count")
    sat = step1.get("exam_date")
    score = step1.get("numeric_score")
    limit = 4 if as_of >= FOUR_SITTINGS else 6
    out: list[tuple[str, str, str]] = []

    needs_visa = None if citizenship is None else citizenship == "other"
    limit_reached: bool | None = False
    for where, failures in (
        (status, failed),
        (step2ck.get("status"), step2ck.get("fail_count")),
    ):
        if failures is not None and failures >= limit:
            if where is None:
                limit_reached = limit_reached or None
            elif where != "passed":
                limit_reached = True
    if citizenship is None or school is None:
        scope = "undetermined"
        out.append(("data_request", "state_scope_facts", "must"))
    elif (
        needs_visa
        or school == "us_md"
        or school == "us_do"
        or (target is not None and "pediatrics" not in target)
    ):
        scope = "out_of_scope"
        out.append(("eligibility", "out_of_scope", "must"))
    elif limit_reached:
        scope = "ineligible"
        out.append(("eligibility", "attempt_limit", "must"))
    else:
        scope = "in_scope"

    to_sit = never = history = None
    if status is not None:
        to_sit = status in ("not_taken", "scheduled", "failed")
        never = status in ("not_taken", "scheduled") and not failed
        if status == "passed":
            if failed is not None:
                history = "failed_then_passed" if failed else "passed_first_attempt"
        elif status == "failed" or (failed is not None and failed >= 1):
            history = "failed_not_passed"
        elif status == "awaiting_result":
            history = "pending"
        else:
            history = "never_taken"
    elif failed:
        never = False
    multiple = None if failed is None else failed >= 2
    pass_mark = 196 if sat is not None and sat >= FIRST_PASS_FAIL else 194
    barely = history == "passed_first_attempt" and (
        score - pass_mark <= 8 if score is not None else step1.get("pass_margin") == "borderline"
    )
    if score is None or score < 230:
        strong: bool | None = False
    else:
        strong = None if history is None else history == "passed_first_attempt"
    weak = barely or (failed is not None and failed >= 1)
    conflict = False if score is None else None if sat is None else sat >= FIRST_PASS_FAIL
    if scope == "in_scope":
        if history == "passed_first_attempt":
            out.append(("band", "step1_baseline_met", "may"))
        if history == "failed_then_passed" and failed == 1:
            out.append(("warning", "closer_screening", "may"))
        if multiple:
            out.append(("program_mix", "attempts_targeted_list", "must"))
            out.append(("portfolio", "exceptional_strengths", "must"))
        if failed is not None and failed >= 1:
            out.append(("remediation", "damage_control_plan", "must"))
    if derived is not None:
        derived |= {
            "applicant.needs_visa": needs_visa,
            "eligibility.attempt_limit_reached": limit_reached,
            "scope.status": scope,
            "step1.to_sit": to_sit,
            "step1.never_attempted": never,
            "step1.history": history,
            "step1.multiple_failures": multiple,
            "step1.pass_mark": pass_mark,
            "step1.barely_passed": barely,
            "step1.strong": strong,
            "step1.weak": weak,
            "data.conflict_step1_numeric": conflict,
        }
    return out


def cases(count: int) -> list[tuple[dict[str, Any], date]]:
    """So many cases and their days: most like real ones, some with little known."""
    rng = random.Random(SEED + 20)

    def maybe(known: float, **drawn: Any) -> dict[str, Any]:
        return {name: value for name, value in drawn.items() if rng.random() < known}

    def near(day: date) -> date:
        return day + timedelta(days=rng.choice([-1, 0, 1, rng.randint(-900, 900)]))

    found = []
    while len(found) < count:
        known = rng.choice([0.97, 0.9, 0.5])
        specialties = ["pediatrics", "psychiatry", "neurology"]
        facts: dict[str, Any] = {
            "applicant": {
                **maybe(
                    known,
                    citizenship=rng.choice(["us_citizen"] * 4 + ["us_permanent_resident", "other"]),
                    school_class=rng.choice(["international"] * 5 + ["us_md", "us_do", "canadian"]),
                ),
                "target_specialty": rng.sample(specialties, rng.randint(0, 3))
                if rng.random() < 0.2
                else ["pediatrics"],
            },
            "step1": maybe(
                known,
                status=rng.choice(
                    ["not_taken", "scheduled", "awaiting_result", "passed", "passed", "failed"]
                ),
                fail_count=rng.choice([0, 0, 0, 1, 1, 2, 3, 4, 6]),
                exam_date=near(FIRST_PASS_FAIL),
                numeric_score=rng.choice([193, 194, 202, 203, 204, 205, 229, 230, 250]),
                pass_margin=rng.choice(["comfortable", "borderline"]),
            ),
            "step2ck": maybe(
                known,
                status=rng.choice(["not_taken", "scheduled", "awaiting_score", "passed", "failed"]),
                fail_count=rng.choice([0, 0, 0, 1, 4, 5, 6]),
            ),
        }
        for name in list(facts):
            if rng.random() < 0.05:
                del facts[name]
        found.append((facts, near(FOUR_SITTINGS) if rng.random() < 0.3 else date(2026, 3, 1)))
    return found


def measure(seconds: float, compared: int) -> dict[str, Any]:
    """The book beside the function, after so many answers of the two were compared."""
    import matchrules as mr

    timing.pin()
    book = mr.load_text(texts())
    different, advised = 0, 0
    drawn = cases(compared)
    for facts, day in drawn:
        derived: dict[str, Any] = {}
        told = sorted(by_hand(facts, day, derived))
        decision = book.decide(facts, day, engine="compiled")
        advised += len(told)
        same = told == sorted((a.kind, a.subject, a.strength) for a in decision)
        different += not same or dict(decision.derived) != derived
    turns = {
        "yardstick": timing.in_batches(lambda case: by_hand(*case), drawn),
        "told": timing.in_batches(
            lambda case: [
                (a.kind, a.subject, a.strength)
                for a in book.decide(case[0], case[1], engine="compiled")
            ],
            drawn,
        ),
        "made": timing.in_batches(
            lambda case: book.decide(case[0], case[1], engine="compiled"), drawn
        ),
    }
    found = {"compared": compared, "different": different, "advised": advised / compared}
    return found | timing.beside(turns, "yardstick", seconds)
