"""Advice on facts that are plain Python values."""

from datetime import date

import matchrules as mr

book = mr.load()  # the packs that come with matchrules; give a folder for rules of your own

decision = book.decide(
    {
        "context": {"application_year": 2026},
        "applicant": {
            "citizenship": "us_citizen",
            "school_class": "international",
            "target_specialty": ["pediatrics"],
            "training_stage": "final_year",
        },
        "step1": {"status": "passed", "fail_count": 0},
        "step2ck": {"status": "passed", "score": 222, "exam_date": date(2026, 2, 17)},
        "letter": [{"author_role": "us_board_certified_pediatrician", "state": "received"}],
    },
    as_of=date(2026, 7, 6),
)

for advice in decision:
    print(f"{advice.strength:10} {advice.kind}.{advice.subject} ({advice.id})")
    print(f"           {advice.text}")

print(f"\nThe score reads as {decision.derived['step2ck.band']}.")
