"""When the statements on the file, the list, the interview, and what is not from the article hold,
in plain Python: one line for each, as the specification puts it. The guard is not repeated."""

from typing import Any

from residency_case import Entity, Value, known, not_shown, unknown
from residency_exam_statements import GOOD, LOW, TRUE, Statements


def clinical(get: Any) -> Statements:
    usce, letters, step1 = Entity(get, "usce"), Entity(get, "letters"), Entity(get, "step1")
    on_wards, covered = Entity(get, "stage").clinical, letters.attributes_covered
    yield "UX-01", on_wards & not_shown(usce.peds_months >= 2)
    yield "UX-02", on_wards & not_shown(usce.peds_months >= 2)
    yield "UX-03", on_wards & not_shown(usce.has_outpatient_peds)
    yield "UX-04", on_wards
    yield "UX-05", on_wards
    yield "UX-06", on_wards
    yield "LR-01", on_wards & not_shown(letters.us_peds_count >= 2)
    yield "LR-02", letters.us_peds_count >= 2
    knows = letters.home_faculty_knows_well
    yield "LR-03", on_wards & knows & not_shown(letters.home_count >= 1)
    yield "LR-04", ~letters.home_faculty_knows_well
    yield "LR-05", on_wards & not_shown(covered.contains("clinical_reasoning"))
    yield "LR-06", on_wards & not_shown(covered.contains("reliability_professionalism"))
    yield "LR-07", on_wards & not_shown(covered.contains("communication_families"))
    yield "LR-08", on_wards & not_shown(covered.contains("teamwork_work_ethic"))
    strong = letters.us_peds_strong_count >= 2
    yield "LR-09", (letters.us_peds_count >= 2) & not_shown(strong)
    yield "PF-01", TRUE
    low = Entity(get, "step2ck").band.among(*LOW)
    yield "PF-02", on_wards & (step1.weak | low)


def statement(get: Any) -> Statements:
    narrative, goal = Entity(get, "narrative"), Entity(get, "applicant").specialty_goal
    phase, good = Entity(get, "stage").application_phase, Entity(get, "step2ck").band.among(*GOOD)
    for n in range(1, 8):
        yield f"NA-0{n}", phase & narrative.needed
    yield "NA-08", phase & narrative.needed & narrative.step2_evidence
    yield "NA-09", phase & narrative.needed
    yield "NA-11", phase & not_shown(goal == "peds_backup")
    yield "NA-12", phase & ~narrative.needed & good


def program_list(get: Any) -> Statements:
    step2ck, risk, applicant = (Entity(get, n) for n in ("step2ck", "risk", "applicant"))
    profile, list_open = Entity(get, "profile"), Entity(get, "stage").list_open
    low, good = step2ck.band.among(*LOW), step2ck.band.among(*GOOD)
    for n in range(1, 10):
        yield f"AP-0{n}", list_open
    yield "AP-13", list_open
    yield "AP-14", list_open & low
    yield "AP-15", list_open & (risk.total_failures >= 1)
    yield "AP-16", list_open & (profile.strength == "weak")
    clean = (profile.strength == "strong") & (risk.total_failures == 0) & good
    yield "AP-17", list_open & clean
    affordable = Entity(get, "budget").affordable_programs
    yield "AP-18", list_open & (affordable < Entity(get, "breadth").min)
    yield "AP-19", list_open & (risk.tier >= 2)
    names_only = applicant.prestige_only
    yield "AP-20", list_open & ((risk.tier >= 2) | names_only)
    yield "AP-21", list_open


def specialty(get: Any) -> Statements:
    applicant, stage = Entity(get, "applicant"), Entity(get, "stage")
    first = stage.application_phase & (applicant.specialty_goal == "peds_primary")
    low = stage.list_open & Entity(get, "step2ck").band.among(*LOW)
    yield "SP-01", first
    yield "SP-02", first
    yield "SP-03", first
    yield "SP-04", first
    yield "SP-05", low
    yield "SP-06", low
    yield "SP-07", low & applicant.open_to_parallel
    yield "SP-08", low & ~applicant.open_to_parallel
    backup = applicant.specialty_goal == "peds_backup"
    yield "SP-09", backup & (applicant.profile_focus == "mostly_non_peds")


def interview(get: Any) -> Statements:
    narrative, framing = Entity(get, "narrative"), Entity(get, "interview").framing
    phase = Entity(get, "stage").application_phase
    evidence = narrative.step2_evidence | narrative.other_evidence
    yield "IV-01", phase
    yield "IV-02", phase & (framing == "solid")
    yield "IV-03", phase & (framing == "solid")
    yield "IV-04", phase & (framing == "challenge")
    yield "IV-05", phase & (framing == "challenge")
    yield "IV-06", phase & (framing == "challenge") & evidence
    yield "IV-07", phase & (framing == "challenge")
    yield "IV-08", phase
    yield "IV-09", phase


def outside_scope(get: Any) -> Statements:
    status = Entity(get, "scope").status
    yield "EX-01", status == "out_of_scope"
    yield "EX-02", status == "undetermined"
    yield "EX-03", status == "ineligible"


def extensions(get: Any, attempt_limit: int) -> Statements:
    step1, step2ck, stage = Entity(get, "step1"), Entity(get, "step2ck"), Entity(get, "stage")
    data, timing, narrative = (Entity(get, n) for n in ("data", "timing", "narrative"))
    eligibility, applicant = Entity(get, "eligibility"), Entity(get, "applicant")
    phase, band, last = stage.application_phase, step2ck.band, attempt_limit - 1
    one_left = step1.to_sit & (step1.fail_count == last)
    yield "EX-04", one_left | (step2ck.to_sit & (step2ck.fail_count == last))
    yield "EX-05", band.among(*LOW)
    yield "EX-06", band == "failed"
    yield "EX-07", data.conflict_step2ck
    unsafe = ~Entity(get, "practice").step2ck_safe
    yield "EX-08", stage.step2_prep & unsafe
    yield "EX-09", stage.step2_prep & ~timing.on_time_feasible
    yield "EX-10", phase & not_shown(applicant.ecfmg_certified)
    yield "EX-11", stage.step2_prep & (eligibility.seven_year_days_left <= 365)
    yield "EX-12", stage.list_open
    yield "EX-13", stage.list_open
    core = unknown(step1.status) | unknown(step2ck.status)
    core |= unknown(Entity(get, "context").application_year) | unknown(applicant.training_stage)
    yield "EX-14", core | ((step1.status == "passed") & unknown(step1.fail_count))
    yield "EX-15", data.conflict_step1_numeric
    yield "EX-16", timing.calendar_estimated
    yield "EX-17", phase & narrative.needed & band.among("low", "very_low", "failed")
    yield "EX-18", phase & (Entity(get, "interview").framing == "pending")
    yield "EX-19", band == "unreported"
    yield "EX-20", stage.list_open & band.among("unscored", "unreported")
    yield "EX-21", step1.status == "failed"
    unseen: Value = step1.barely_passed & ~known(step1.numeric_score)
    yield "EX-22", unseen & band.among("unscored", "unreported", "low", "very_low")
