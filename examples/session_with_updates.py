"""A working memory: facts change, and the advice follows."""

from datetime import date

import matchrules as mr

book = mr.load()


def gate(decision: mr.Decision) -> str:
    """What is said of sitting Step 1."""
    return ", ".join(
        f"{advice.strength} ({advice.id})"
        for advice in decision
        if advice.subject == "sit_step1_now"
    )


with book.session(as_of=date(2026, 3, 1)) as session:
    session.assert_fact(
        "applicant",
        citizenship="us_citizen",
        school_class="international",
        target_specialty=["pediatrics"],
    )
    step1 = session.assert_fact("step1", status="not_taken")
    print("no practice exams:", gate(session.decision))

    for day, margin in ((date(2026, 2, 1), 8), (date(2026, 2, 22), 9)):
        last = session.assert_fact(
            "practice_exam",
            exam="step1",
            source="nbme_official",
            date=day,
            scale="equated_percent",
            margin_to_pass=margin,
        )
    print("two that are safe:", gate(session.decision))

    session.update(last, margin_to_pass=1)
    print("the last one corrected:", gate(session.decision))

    session.update(step1, status="passed", fail_count=0)
    print("passed:", gate(session.decision) or "nothing more to say")
