"""Fact types as Python classes, written by `matchrules stubs`: do not edit."""

# ruff: noqa: E501, RUF100
# fmt: off
import datetime as _datetime
import decimal as _decimal
import typing as _typing

import attrs as _attrs

# Where a university program stands
AcademicTier: _typing.TypeAlias = _typing.Literal["top", "mid", "other"]

# How much of it
Amount: _typing.TypeAlias = _typing.Literal["none", "some", "strong"]

# What came of a sitting
AttemptOutcome: _typing.TypeAlias = _typing.Literal["pass", "fail", "pending", "incomplete"]

# Citizenship, as far as a visa goes
Citizenship: _typing.TypeAlias = _typing.Literal["us_citizen", "us_permanent_resident", "other"]

# Where a rotation was
CountryClass: _typing.TypeAlias = _typing.Literal["us", "other"]

# What scale a practice exam reports on
ExamScale: _typing.TypeAlias = _typing.Literal["three_digit", "equated_percent"]

# Who wrote a practice exam
ExamSource: _typing.TypeAlias = _typing.Literal["nbme_official", "uwsa", "free120", "other"]

# Why an exam was failed
FailureCause: _typing.TypeAlias = _typing.Literal[
    "content_mastery", "question_strategy", "time_management", "life_stress_health",
]

# How good
Grade: _typing.TypeAlias = _typing.Literal["weak", "average", "strong"]

# What a program's site says of IMGs
ImgPolicy: _typing.TypeAlias = _typing.Literal["welcomes", "silent", "excludes"]

# A change made and written down
Improvement: _typing.TypeAlias = _typing.Literal[
    "new_study_system", "schedule_or_health", "academic_support",
]

# Who writes a letter
LetterAuthor: _typing.TypeAlias = _typing.Literal[
    "us_board_certified_pediatrician", "us_other_physician", "home_faculty", "other",
]

# How far a letter is
LetterState: _typing.TypeAlias = _typing.Literal["planned", "requested", "received"]

# What a letter can speak to
LetterTopic: _typing.TypeAlias = _typing.Literal[
    "clinical_reasoning", "reliability_professionalism", "communication_families",
    "teamwork_work_ethic",
]

# How close a pass was
PassMargin: _typing.TypeAlias = _typing.Literal["comfortable", "borderline"]

# What the CV as a whole points at
ProfileFocus: _typing.TypeAlias = _typing.Literal["mostly_non_peds", "mixed", "mostly_peds"]

# What kind of place a program is
ProgramKind: _typing.TypeAlias = _typing.Literal[
    "university", "community", "community_university_affiliated", "childrens_hospital",
]

# A question bank
QuestionBank: _typing.TypeAlias = _typing.Literal["uworld", "amboss", "other"]

# A census region
Region: _typing.TypeAlias = _typing.Literal["midwest", "south", "northeast", "west"]

# What a current rotation is in
RotationField: _typing.TypeAlias = _typing.Literal[
    "pediatrics", "internal_medicine", "surgery", "obgyn", "psychiatry", "family_medicine",
    "other",
]

# What kind of rotation
RotationKind: _typing.TypeAlias = _typing.Literal[
    "core", "elective", "subinternship", "externship", "observership",
]

# Where in the health system
RotationSite: _typing.TypeAlias = _typing.Literal[
    "university_affiliated", "large_community", "small_community", "office",
]

# What a rotation was in
RotationSpecialty: _typing.TypeAlias = _typing.Literal["pediatrics", "other"]

# How crowded a region is with applicants
Saturation: _typing.TypeAlias = _typing.Literal["low", "medium", "high"]

# Where the medical school is
SchoolClass: _typing.TypeAlias = _typing.Literal["international", "us_md", "us_do", "canadian"]

# Result of a shelf exam
ShelfResult: _typing.TypeAlias = _typing.Literal["not_taken", "weak", "average", "strong"]

# A specialty that one can apply to
Specialty: _typing.TypeAlias = _typing.Literal[
    "pediatrics", "family_medicine", "internal_medicine", "psychiatry", "neurology",
    "preliminary_year", "other",
]

# What pediatrics is to the applicant
SpecialtyGoal: _typing.TypeAlias = _typing.Literal[
    "peds_primary", "peds_parallel", "peds_backup", "undecided",
]

# A USMLE exam
Step: _typing.TypeAlias = _typing.Literal["step1", "step2ck"]

# Where Step 1 stands
Step1Status: _typing.TypeAlias = _typing.Literal[
    "not_taken", "scheduled", "awaiting_result", "passed", "failed",
]

# Where Step 2 CK stands
Step2ckStatus: _typing.TypeAlias = _typing.Literal[
    "not_taken", "scheduled", "awaiting_score", "passed", "failed",
]

# A basic science or organ system
SubjectArea: _typing.TypeAlias = _typing.Literal[
    "immunology", "infectious_disease", "genetics", "developmental_biology", "neuroanatomy",
    "renal", "cardiology", "neurology", "pediatrics", "other",
]

# Where in medical school
TrainingStage: _typing.TypeAlias = _typing.Literal[
    "preclinical", "clinical_rotations", "final_year", "graduated",
]

# Which way evaluations go
TrendDirection: _typing.TypeAlias = _typing.Literal["improving", "stable", "declining"]


@_attrs.frozen(kw_only=True)
class Applicant:
    """Who is asking"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("applicant", "6fd92daba32862f5")
    # Citizenship; decides whether a visa is needed
    citizenship: Citizenship | None = None
    # Where the medical school is; the school, not the passport, makes an IMG
    school_class: SchoolClass | None = None
    # Specialties applied to
    target_specialty: frozenset[Specialty]
    # Where in medical school
    training_stage: TrainingStage | None = None
    # On a clinical rotation now
    on_rotation: bool | None = None
    # Field of the present rotation
    current_rotation: RotationField | None = None
    # Day of graduation; past or expected
    expected_graduation: _datetime.date | None = None
    # The school calendar runs in step with the US cycle
    calendar_aligned: bool | None = None
    # Level of the clinical block evaluations
    clinical_evaluations: Grade | None = None
    # Which way the clinical evaluations go
    clinical_eval_trend: TrendDirection | None = None
    # Pediatrics shelf exam
    peds_shelf: ShelfResult | None = None
    # Pediatric research
    peds_research: Amount | None = None
    # Child-health advocacy
    peds_advocacy: Amount | None = None
    # 0..50 projects. Quality-improvement projects
    qi_project_count: int | None = None
    # 0..20 electives. Pediatric electives done
    peds_elective_count: int | None = None
    # Leadership roles
    leadership: Amount | None = None
    # What pediatrics is to the applicant
    specialty_goal: SpecialtyGoal | None = None
    # What the CV as a whole points at
    profile_focus: ProfileFocus | None = None
    # Would really train in another field or a preliminary year
    open_to_parallel: bool | None = None
    # Preferred regions; a preference, never a filter
    preferred_regions: frozenset[Region] | None = None
    # Wants well-known programs only
    prestige_only: bool | None = None
    # 0..20000 dollars. Money for application fees
    budget_usd: int | None = None
    # Has a faculty mentor who knows what IMGs face
    has_img_mentor: bool | None = None
    # Interview skill; rated by a mentor or in mock interviews
    interview_skill: Grade | None = None
    # Holds the ECFMG certificate
    ecfmg_certified: bool | None = None
    name: str | None = None
    gender: str | None = None
    race_ethnicity: str | None = None
    # 0..120 years.
    age: int | None = None
    religion: str | None = None
    marital_status: str | None = None
    school_name: str | None = None


@_attrs.frozen(kw_only=True)
class Application:
    """The application"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("application", "ecc2ae407d51098a")
    # The application is sent; this cycle
    submitted: bool | None = None
    # 0..400 programs. Programs that the applicant has in mind
    planned_program_count: int | None = None
    # 0..60 invitations. Interview invitations; so far
    interview_invites: int | None = None


@_attrs.frozen(kw_only=True)
class Attempt:
    """One sitting of an exam"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("attempt", "27ece933e4302047")
    # Exam
    exam: Step
    # 1..6. Which sitting of that exam; 1 is the first
    number: int
    # Day of the sitting
    date: _datetime.date | None = None
    # Outcome; an incomplete sitting counts as an attempt
    outcome: AttemptOutcome
    # 1..300 points. Score; three digits, and none for Step 1 since 2022-01-26
    score: int | None = None


@_attrs.frozen(kw_only=True)
class Context:
    """The cycle that the advice is for"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("context", "89923845470f8926")
    # 2018..2040. Year in whose September the application goes out; the Match is in March of the
    # next year
    application_year: int | None = None


@_attrs.frozen(kw_only=True)
class Letter:
    """A letter of recommendation"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("letter", "833c4245376f6e5e")
    # Who writes it
    author_role: LetterAuthor
    # How far it is; only requested and received letters count
    state: LetterState
    # Its strength; as far as the applicant can tell
    quality: Grade | None = None
    # What it speaks to; what the writer was asked for, and can say
    covers: frozenset[LetterTopic] | None = None


@_attrs.frozen(kw_only=True)
class Letters:
    """The letters, summed up"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("letters", "6933939567f57003")
    # 0..10 letters. Letters by US board-certified pediatricians
    us_peds_count: int | None = None
    # 0..10 letters. Strong letters by US board-certified pediatricians
    us_peds_strong_count: int | None = None
    # 0..5 letters. Letters by home-school faculty
    home_count: int | None = None
    # Someone on the home faculty knows the applicant well
    home_faculty_knows_well: bool | None = None
    # What the letters speak to; those that count, together
    attributes_covered: frozenset[LetterTopic] | None = None


@_attrs.frozen(kw_only=True)
class Plan:
    """The study plan"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("plan", "b182a4a3c49bafaa")
    # There is room for a second question bank
    time_allows_second_qbank: bool | None = None
    # The question bank in use
    primary_qbank: QuestionBank | None = None
    # 0..200 questions. Questions planned for rotation days
    questions_per_clinical_day: int | None = None
    # 0..300 questions. Questions planned for full study days
    questions_per_dedicated_day: int | None = None


@_attrs.frozen(kw_only=True)
class Practice:
    """Practice in general"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("practice", "c861ce93fd9eb43d")
    # One full-length simulated test day is done
    full_simulation_done: bool | None = None


@_attrs.frozen(kw_only=True)
class PracticeExam:
    """One practice exam"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("practice_exam", "39917e4b2664f4c4")
    # Exam that it predicts
    exam: Step
    # Kind of form; only official NBME forms count
    source: ExamSource
    # Day on which it was taken
    date: _datetime.date
    # Scale of its margin
    scale: ExamScale
    # -100..150 points. Margin above its own passing line; negative below, on its own scale
    margin_to_pass: int | None = None
    # 1..300 points. Predicted Step 2 CK score
    predicted: int | None = None


@_attrs.frozen(kw_only=True)
class Program:
    """A residency program"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("program", "639842d891f978ea")
    # ACGME program number
    id: str
    # Name; for display
    name: str | None = None
    # Census region
    region: Region
    # Kind of program
    kind: ProgramKind
    # Academic tier; for university programs
    academic_tier: AcademicTier | None = None
    # What its website says of IMGs
    img_policy: ImgPolicy | None = None
    # 0..100 percent. Share of IMGs among its residents
    pct_img: int | None = None
    # A resident comes from the applicant's school or one like it
    like_background: bool | None = None
    # A children's hospital tied to an IMG-friendly university
    img_friendly_affiliation: bool | None = None
    # 1..300 points. Published cutoff
    min_step2ck: int | None = None
    # 1..300 points. Reported average of its residents
    avg_step2ck: int | None = None
    # 0..6 attempts. Most failed sittings it will look at
    max_failed_attempts: int | None = None
    # 0..24 months. US experience that it asks for
    usce_months_required: int | None = None
    # 0..30 years. Longest time since graduation
    max_years_since_graduation: int | None = None
    # Wants the ECFMG certificate when the application goes out
    certified_at_application: bool | None = None
    # How crowded its region is
    saturation: Saturation | None = None
    # Takes program signals
    accepts_signals: bool | None = None
    # City; for display
    city: str | None = None
    # State; for display
    state: str | None = None
    # 0..500 residents. US IMGs in the last three classes; for display
    us_img_last3: int | None = None
    # 0..500 positions. Positions a year; for display
    positions: int | None = None
    # Where the row is from
    source_url: str | None = None
    # Day on which the row was looked up
    source_date: _datetime.date | None = None


@_attrs.frozen(kw_only=True)
class Rotation:
    """One clinical rotation"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("rotation", "f7f62d835870b06e")
    # Where it was
    country_class: CountryClass
    # What it was in
    specialty: RotationSpecialty
    # Kind of rotation; an observership is not hands-on
    kind: RotationKind
    # Kind of site
    site: RotationSite | None = None
    # Had continuity or well-child clinic
    outpatient: bool | None = None
    # 1..26 weeks. Length
    weeks: int


@_attrs.frozen(kw_only=True)
class Step1:
    """USMLE Step 1"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("step1", "7bf1999283b9c713")
    # Where Step 1 stands; a booked retake is `scheduled`
    status: Step1Status | None = None
    # 0..6 attempts. Failed Step 1 sittings; incomplete ones count
    fail_count: int | None = None
    # Day of the first Step 1 sitting
    first_attempt_date: _datetime.date | None = None
    # Day of the Step 1 sitting; the one that was passed, is pending, or is booked
    exam_date: _datetime.date | None = None
    # 1..300 points. Step 1 score; only for sittings before 2022-01-26
    numeric_score: int | None = None
    # How close the Step 1 pass was; by evidence of one's own
    pass_margin: PassMargin | None = None
    # Feels pushed to get Step 1 over with
    rush_pressure: bool | None = None
    # Weak Step 1 areas; of basic science, or systems
    weak_areas: frozenset[SubjectArea] | None = None
    # Causes found for the failed Step 1; by the applicant's own analysis
    failure_root_causes: frozenset[FailureCause] | None = None
    # Improvements on record; changes made and written down
    improvements_documented: frozenset[Improvement] | None = None


@_attrs.frozen(kw_only=True)
class Step2ck:
    """USMLE Step 2 CK"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("step2ck", "2a1df4fd8f1f4ada")
    # Where Step 2 CK stands; a booked retake is `scheduled`
    status: Step2ckStatus | None = None
    # 1..300 points. Last reported Step 2 CK score
    score: int | None = None
    # 0..6 attempts. Failed Step 2 CK sittings; incomplete ones count
    fail_count: int | None = None
    # Day of the Step 2 CK sitting; the one that gave the score, is pending, or is booked
    exam_date: _datetime.date | None = None
    # Day on which the Step 2 CK score was released
    score_date: _datetime.date | None = None


@_attrs.frozen(kw_only=True)
class Usce:
    """US clinical experience, hands-on"""

    __matchrules__: _typing.ClassVar[tuple[str, str]] = ("usce", "0a2197dc4f92ad24")
    # 0..24 months. Hands-on US experience in pediatrics; four weeks are a month
    peds_months: _decimal.Decimal | None = None
    # 0..48 months. Hands-on US experience in all; four weeks are a month
    total_months: _decimal.Decimal | None = None
    # Some of the US experience is outpatient pediatrics
    has_outpatient_peds: bool | None = None


__all__ = [
    "AcademicTier", "Amount", "Applicant", "Application", "Attempt", "AttemptOutcome",
    "Citizenship", "Context", "CountryClass", "ExamScale", "ExamSource", "FailureCause",
    "Grade", "ImgPolicy", "Improvement", "Letter", "LetterAuthor", "LetterState", "LetterTopic",
    "Letters", "PassMargin", "Plan", "Practice", "PracticeExam", "ProfileFocus", "Program",
    "ProgramKind", "QuestionBank", "Region", "Rotation", "RotationField", "RotationKind",
    "RotationSite", "RotationSpecialty", "Saturation", "SchoolClass", "ShelfResult",
    "Specialty", "SpecialtyGoal", "Step", "Step1", "Step1Status", "Step2ck", "Step2ckStatus",
    "SubjectArea", "TrainingStage", "TrendDirection", "Usce",
]
