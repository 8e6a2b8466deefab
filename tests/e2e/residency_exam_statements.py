"""When the statements on framing, Step 1 and Step 2 CK hold, in plain Python: one line for each, as
the specification puts it. The guard (in scope) is not repeated."""

from collections.abc import Iterator
from typing import Any

from residency_case import Entity, Value, known, not_shown, unknown

Statements = Iterator[tuple[str, Value]]
TRUE = Value(True)
LOW = ("low", "very_low")
GOOD = ("competitive", "viable")


def framing(get: Any) -> Statements:
    step1, step2ck = Entity(get, "step1"), Entity(get, "step2ck")
    yield "GN-01", TRUE
    yield "GN-02", TRUE
    yield "GN-03", TRUE
    yield "GN-04", TRUE
    yield "GN-05", ~Entity(get, "applicant").needs_visa
    yield "GN-06", step2ck.to_sit
    yield "GN-07", step1.weak & (step2ck.band == "unscored")
    yield "GN-08", step1.weak & (step2ck.band == "competitive")
    yield "GN-09", TRUE
    yield "GN-10", TRUE
    yield "GN-11", known(step2ck.score)
    yield "GN-12", step1.weak | step2ck.band.among(*LOW)
    yield "GN-13", step1.to_sit | step2ck.to_sit


def step1_ahead(get: Any) -> Statements:
    step1, practice, stage = Entity(get, "step1"), Entity(get, "practice"), Entity(get, "stage")
    ready = practice.step1_readiness
    yield "S1-01", step1.history == "passed_first_attempt"
    yield "S1-02", (step1.history == "failed_then_passed") & (step1.fail_count == 1)
    yield "S1-03", step1.multiple_failures
    yield "S1-04", step1.multiple_failures
    yield "S1-05", step1.weak & stage.list_open
    yield "S1-06", step1.weak & stage.list_open
    yield "S1-07", stage.application_phase
    yield "S1-08", step1.weak
    yield "S1-09", step1.fail_count >= 1
    yield "S1-10", step1.never_attempted
    yield "S1-11", step1.never_attempted
    yield "S1-12", step1.to_sit
    yield "S1-13", step1.to_sit & step1.rush_pressure
    yield "S1-14", step1.never_attempted
    yield "S1-15", step1.to_sit & (ready == "safe")
    yield "S1-16", step1.to_sit & ready.among("borderline", "below", "insufficient_data")
    yield "S1-17", (step1.status == "scheduled") & ready.among("borderline", "below")
    yield "S1-18", step1.to_sit
    yield "S1-19", step1.to_sit
    yield "S1-20", step1.to_sit
    yield "S1-21", step1.to_sit
    yield "S1-22", step1.to_sit & unknown(step1.weak_areas)
    yield "S1-23", step1.to_sit
    yield "S1-24", step1.to_sit
    yield "S1-25", step1.to_sit & (practice.step1_nbme_count < 2)


def step1_behind(get: Any) -> Statements:
    step1, step2ck, stage = Entity(get, "step1"), Entity(get, "step2ck"), Entity(get, "stage")
    applicant = Entity(get, "applicant")
    first = step1.history == "passed_first_attempt"
    student = applicant.training_stage.among("preclinical", "clinical_rotations", "final_year")
    blocks, shelf = applicant.clinical_evaluations == "strong", applicant.peds_shelf == "strong"
    failed, good = step1.fail_count >= 1, step2ck.band.among(*GOOD)
    causes, improved = step1.failure_root_causes, step1.improvements_documented
    yield "S1-26", first & stage.step2_prep
    yield "S1-27", first & stage.step2_prep & student
    yield "S1-30", step1.barely_passed
    yield "S1-31", step1.barely_passed & stage.step2_prep
    yield "S1-32", step1.barely_passed & good
    yield "S1-33", step1.barely_passed & not_shown(blocks)
    yield "S1-34", step1.barely_passed & not_shown(shelf)
    yield "S1-35", step1.barely_passed & blocks & shelf & good
    yield "S1-40", step1.history == "failed_then_passed"
    yield "S1-41", failed & unknown(causes)
    yield "S1-42", failed & causes.contains("content_mastery")
    yield "S1-43", failed & causes.contains("question_strategy")
    yield "S1-44", failed & causes.contains("time_management")
    yield "S1-45", failed & causes.contains("life_stress_health")
    yield "S1-46", failed
    yield "S1-47", failed & not_shown(improved.contains("new_study_system"))
    yield "S1-48", failed & not_shown(improved.contains("schedule_or_health"))
    yield "S1-49", failed & not_shown(improved.contains("academic_support"))
    yield "S1-50", failed & (step2ck.band == "unscored")
    yield "S1-51", failed & stage.application_phase
    yield "S1-52", failed & stage.step2_prep
    yield "S1-53", failed & not_shown(applicant.has_img_mentor)
    yield "S1-54", step1.weak & stage.application_phase
    yield "S1-55", failed & good & blocks


def step2_score(get: Any) -> Statements:
    step2ck, applicant, stage = (Entity(get, n) for n in ("step2ck", "applicant", "stage"))
    low = step2ck.band.among(*LOW)
    strong_letters = Entity(get, "letters").us_peds_strong_count >= 2
    stands_out = (applicant.peds_research == "strong") | (applicant.peds_advocacy == "strong")
    yield "S2-01", step2ck.band == "competitive"
    yield "S2-02", step2ck.band == "viable"
    yield "S2-03", step2ck.band == "viable"
    yield "S2-04", step2ck.band == "viable"
    yield "S2-05", low
    yield "S2-06", low & not_shown(strong_letters)
    yield "S2-07", low & not_shown(stands_out)
    yield "S2-08", low & ~applicant.needs_visa
    yield "S2-09", low & stage.list_open
    yield "S2-10", low & stage.list_open
    yield "S2-11", low


def step2_plan(get: Any) -> Statements:
    step1, applicant, timing = Entity(get, "step1"), Entity(get, "applicant"), Entity(get, "timing")
    practice, step2ck, stage = Entity(get, "practice"), Entity(get, "step2ck"), Entity(get, "stage")
    prep, weak, late = stage.step2_prep, step1.weak, timing.step2ck_class.among("at_risk", "late")
    time = Entity(get, "plan").time_allows_second_qbank
    on_ward = applicant.on_rotation
    not_unsafe = not_shown(~practice.step2ck_safe)
    yield "S2-12", prep
    yield "S2-13", prep
    yield "S2-14", prep
    yield "S2-15", prep & time
    yield "S2-16", prep
    yield "S2-17", prep
    yield "S2-18", prep
    yield "S2-19", prep
    yield "S2-20", prep
    yield "S2-21", prep
    yield "S2-22", prep
    yield "S2-23", prep
    yield "S2-24", prep
    yield "S2-25", prep
    yield "S2-26", prep & not_shown(applicant.calendar_aligned)
    yield "S2-27", prep & timing.on_time_feasible
    yield "S2-28", prep & timing.ideal_feasible
    yield "S2-29", prep & timing.ideal_feasible
    scored = step2ck.band.among("competitive", "viable", "low", "very_low")
    yield "S2-30", scored & timing.list_adjustable & stage.list_open
    yield "S2-31", prep & weak & not_unsafe
    yield "S2-32", prep & weak & not_unsafe
    yield "S2-33", prep & late
    yield "S2-34", prep & (step1.fail_count >= 1) & not_unsafe
    yield "S2-35", prep & practice.step2ck_in_target
    below_target = ~practice.step2ck_in_target & practice.step2ck_safe
    yield "S2-36", prep & below_target & timing.on_time_feasible
    yield "S2-37", prep & on_ward
    yield "S2-38", prep & on_ward & weak
    yield "S2-39", prep & on_ward & weak


def step2_profiles(get: Any) -> Statements:
    step1, practice, stage = Entity(get, "step1"), Entity(get, "practice"), Entity(get, "stage")
    prep, change = stage.step2_prep, Entity(get, "trend").change
    forms, simulated = practice.step2ck_nbme_count, practice.full_simulation_done
    yield "S2-40", step1.strong & prep
    yield "S2-41", step1.strong & (change == "modest_drop")
    yield "S2-42", step1.strong & (change == "large_drop")
    yield "S2-43", step1.strong & prep
    yield "S2-44", step1.strong & prep
    yield "S2-45", step1.strong & prep
    yield "S2-50", step1.weak & prep
    yield "S2-51", step1.weak & prep
    yield "S2-52", step1.weak & prep
    yield "S2-53", prep & (forms < 2)
    yield "S2-54", prep & not_shown(simulated)
    yield "S2-55", step1.weak & prep
    yield "S2-56", prep & (forms == 2)
