"""One applicant joined with many programs by 20 rules: plain, and as a book whose rules are said
`for each program`.

    from join import join_applicants, join_book_text, join_facts, join_reference, programs, pairs

    book = mr.load_text({"join.rules": join_book_text()})
    one = join_applicants(1)[0]
    decision = book.decide(join_facts(one, programs(200)), AS_OF)
    pairs(decision) == join_reference(one, programs(200))

A rule advises `finding.NAME` about a program, whose key is `pid`. Every applicant and program
knows all that is compared, so nothing is optional.
"""

import random
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from workload import ENUMS, OPERATORS, SEED, Applicant, applicant_of, declared, header

Program = dict[str, Any]
TIERS: Final = ["community", "university", "affiliated"]
JOIN_APPLICANT: Final = ["step2", "yog", "usce_months", "pubs", "specialty", "needs_visa", "gpa"]


class Of(NamedTuple):
    """An attribute of the applicant, and what is added to it."""

    attribute: str
    plus: int = 0


class JoinTest(NamedTuple):
    """An attribute of a program compared with one of the applicant, or with a constant."""

    attribute: str
    op: str
    value: Any


JoinRule = tuple[str, tuple[JoinTest, ...]]


def _join_rules() -> tuple[JoinRule, ...]:
    """Written short: `median > step2 + 10`, one comparison after another."""
    written = {
        "reach_a": "median > step2 + 10, cutoff <= step2",
        "reach_b": "median > step2 + 5, tier == university",
        "target_a": "median <= step2 + 10, median >= step2 - 10",
        "target_b": "median <= step2 + 5, median >= step2 - 5, img_pct > 30",
        "safety_a": "median < step2 - 10, cutoff < step2 - 20",
        "safety_b": "median < step2 - 15, img_pct >= 50",
        "below_cutoff": "cutoff > step2",
        "near_cutoff": "cutoff <= step2, cutoff >= step2 - 5",
        "yog_out": "max_yog < yog",
        "yog_edge": "max_yog >= yog, max_yog <= yog + 1",
        "usce_short": "min_usce > usce_months",
        "pubs_short": "min_pubs > pubs, tier == university",
        "pubs_strong": "min_pubs < pubs - 5, tier != community",
        "same_spec": "specialty == specialty",
        "same_spec_small": "specialty == specialty, seats < 10",
        "same_spec_big": "specialty == specialty, seats >= 30",
        "visa_block": "visa != needs_visa, visa == no",
        "img_friendly": "img_pct >= 60, cutoff <= step2 - 5",
        "gpa_short": "min_gpa > gpa, tier == university",
        "gpa_strong": "min_gpa <= gpa, median <= step2, seats > 20",
    }
    found = []
    for name, tests in written.items():
        read = []
        for test in tests.split(", "):
            left, op, right, *added = test.split()
            value: Any = right
            if right in JOIN_APPLICANT:
                value = Of(right, int("".join(added) or 0))
            elif right.isdigit():
                value = int(right)
            elif right == "no":
                value = False
            read.append(JoinTest(left, op, value))
        found.append((name, tuple(read)))
    return tuple(found)


JOIN_RULES: Final = _join_rules()


def programs(count: int) -> list[Program]:
    """So many programs, always the same for one number."""
    rng = random.Random(SEED + 7)
    return [
        {
            "pid": number,
            "median": rng.randint(215, 255),
            "cutoff": rng.randint(190, 235),
            "max_yog": rng.choice([3, 5, 7, 10, 99]),
            "min_usce": rng.choice([0, 0, 1, 2, 3]),
            "min_pubs": rng.choice([0, 0, 2, 5, 10]),
            "visa": rng.random() < 0.6,
            "img_pct": rng.randint(0, 90),
            "min_gpa": round(rng.uniform(2.0, 3.6), 2),
            "tier": rng.choice(TIERS),
            "specialty": rng.choice(ENUMS["specialty"]),
            "seats": rng.randint(3, 60),
        }
        for number in range(count)
    ]


def join_applicants(count: int) -> list[Applicant]:
    """So many applicants who know all that the 20 rules compare."""
    rng = random.Random(SEED + 11)
    found: list[Applicant] = []
    while len(found) < count:
        one = applicant_of(rng)
        if one["gpa"] is not None:
            found.append({name: one[name] for name in JOIN_APPLICANT})
    return found


def join_holds(test: JoinTest, applicant: Applicant, program: Program) -> bool:
    """Whether a test holds for one program."""
    value = test.value
    if isinstance(value, Of):
        value = applicant[value.attribute] + value.plus if value.plus else applicant[value[0]]
    return OPERATORS[test.op](program[test.attribute], value)


def join_reference(applicant: Applicant, listed: Sequence[Program]) -> set[tuple[int, str]]:
    """The oracle: the pairs of a program and a rule that fires for it."""
    return {
        (program["pid"], name)
        for program in listed
        for name, tests in JOIN_RULES
        if all(join_holds(test, applicant, program) for test in tests)
    }


# As a book.

_PROGRAM = """fact program many up to 4000 "a residency program"
  pid : integer 0..99999 key
  median : integer 190..300
  cutoff : integer 150..300
  max_yog : integer 0..99
  min_usce : integer 0..36
  min_pubs : integer 0..40
  visa : yes_no
  img_pct : integer 0..100
  min_gpa : decimal 0.00..4.00
  tier : workload_tier
  specialty : workload_specialty
  seats : integer 0..100
"""


def _condition(test: JoinTest) -> str:
    word = {"==": "is", "!=": "is not"}.get(test.op, test.op)
    if isinstance(test.value, Of):
        name, plus = test.value
        added = f" {'+' if plus > 0 else '-'} {abs(plus)}" if plus else ""
        value = f"applicant.{name}{added}"
    else:
        value = "no" if test.value is False else str(test.value)
    return f"program.{test.attribute} {word} {value}"


def join_book_text() -> str:
    """The 20 rules as one rule file."""
    lines = [*header("join"), "enum workload_tier", "  " + " ".join(TIERS), ""]
    lines += ['fact applicant "an applicant"', *declared(JOIN_APPLICANT, ""), "", _PROGRAM]
    lines += ['advice finding "what to say of a program"', *(f"  {n}" for n, _ in JOIN_RULES), ""]
    for name, tests in JOIN_RULES:
        lines += [f"rule {name}", "  cite made", "  for each program"]
        lines += [f"  when {' and '.join(map(_condition, tests))}"]
        lines += [f'  then should finding.{name} "Rule {name} fires for this program."', ""]
    return "\n".join(lines)


def join_facts(applicant: Applicant, listed: Sequence[Program]) -> dict[str, Any]:
    """The case of one applicant and those programs, as the book reads it."""
    return {"applicant": applicant, "program": listed}


def pairs(decision: Iterable[Any]) -> set[tuple[int, str]]:
    """The programs and the rules that fire for them, as a decision of the book says it."""
    return {(advice.about, advice.subject) for advice in decision}
