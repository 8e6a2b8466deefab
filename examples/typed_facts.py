"""Facts as typed objects: a wrong name or value is told where it is written."""

from datetime import date

import matchrules as mr

book = mr.load()
facts = book.facts

case = [
    facts.Context(application_year=2026),
    facts.Applicant(
        citizenship="us_citizen",
        school_class="international",
        target_specialty={"pediatrics"},
        training_stage="clinical_rotations",
    ),
    facts.Step1(status="passed", fail_count=0),
    facts.Letter(author_role="us_board_certified_pediatrician", state="received", quality="strong"),
    facts.Letter(author_role="us_board_certified_pediatrician", state="planned"),
]
decision = book.decide(case, as_of=date(2026, 3, 1))
for advice in decision:
    if advice.kind == "letters":
        print(advice.strength, advice.subject, dict(advice.fields))

try:
    facts.Letter(author_role="us_board_certified_pediatrician", state="promised")
except mr.CaseErrors as errors:
    print(errors)
