"""A property test: Hypothesis draws valid applicants, and the advice has to make sense for each.

Needs `pip install "matchrules[test]"`. Run it with pytest, or as a program.
"""

from typing import Any

from hypothesis import given, settings

import matchrules as mr
from matchrules.testing import cases

book = mr.load()


@settings(max_examples=25, deadline=None, database=None)
@given(cases(book))
def test_nobody_is_told_to_sit_and_not_to_sit(case: Any) -> None:
    decision = book.decide(case)
    strengths = {a.strength for a in decision if a.subject == "sit_step1_now"}
    assert not {"should", "must_not"} <= strengths


if __name__ == "__main__":
    test_nobody_is_told_to_sit_and_not_to_sit()
    print("held for every applicant drawn")
