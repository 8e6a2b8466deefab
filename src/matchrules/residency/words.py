"""What is said of a program and of a list, in words. Nothing here decides anything."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from matchrules.ir import RuleBase
from matchrules.types import Value

# The reasons that compare two numbers, with both. Any other reason says its label.
_REASONS: Final = {
    "score_below_cutoff": "its cutoff is {program.min_step2ck}, your Step 2 CK is {step2ck.score}",
    "too_many_failures": "it looks at {program.max_failed_attempts} failed sittings at most, "
    "you have {risk.total_failures}",
    "too_little_usce": "it asks for {program.usce_months_required} months of US experience, you "
    "have {usce.total_months}",
    "graduated_too_long": "it takes graduates of the last {program.max_years_since_graduation} "
    "years, you graduated on {applicant.expected_graduation}",
}
# What each reason rests on.
_FACTS: Final = {
    "takes_no_imgs": ("program.img_policy",),
    "score_below_cutoff": ("program.min_step2ck", "step2ck.score"),
    "too_many_failures": ("program.max_failed_attempts", "risk.total_failures"),
    "too_little_usce": ("program.usce_months_required", "usce.total_months"),
    "not_certified": ("program.certified_at_application", "applicant.ecfmg_certified"),
    "graduated_too_long": (
        "program.max_years_since_graduation", "applicant.expected_graduation",
    ),
    "failures_not_told": (
        "program.max_failed_attempts", "program.img_policy", "risk.total_failures",
    ),
}  # fmt: skip


def facts_of(reason: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a reason rests on."""
    return {name: known.get(name) for name in _FACTS.get(reason, ())}


def reason_text(reason: str, facts: Mapping[str, Any], base: RuleBase) -> str:
    """A reason with its numbers."""
    text = _REASONS.get(reason)
    if text is None or any(value is None for value in facts.values()):
        return base.enums["exclusion_reason"].labels[reason]
    for name, value in facts.items():
        text = text.replace("{" + name + "}", _number(value))
    return text


def _number(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def why(
    program: Mapping[str, Value | None], score: int | None, predicted: bool, base: RuleBase
) -> tuple[str, ...]:
    """A category in words: how many IMGs, and what score it seems to expect."""
    share = program["pct_img"]
    said = ["share of IMGs not known" if share is None else f"{share}% IMGs"]
    if program["img_policy"] is not None:
        said.append(base.enums["img_policy"].labels[str(program["img_policy"])])
    if program["like_background"]:
        said.append("a resident from your school")
    cutoff, average = program["min_step2ck"], program["avg_step2ck"]
    yours = "" if score is None else f", you {'may reach' if predicted else 'have'} {score}"
    if cutoff is not None:
        said.append(f"cutoff {cutoff}{yours}")
    elif average is not None:
        said.append(f"average {average}{yours}")
    else:
        said.append("expected score not known")
    return tuple(said)


@frozen
class Situation:
    """What the notes speak of."""

    size: int
    listed: int
    low: int
    high: int | None
    guess_of_breadth: bool
    guess_of_category: bool
    predicted: int | None
    signals: int | None
    total_cost: int | None
    budget: int | None
    affordable: int | None
    stale: int
    gaps: int
    of_university: int
    made_room: int
    reach_fills: bool
    school_unknown: int
    left_out: int
    as_of: date
    not_listed: int
    looked_up_later: int


ALWAYS: Final = (
    "Categories come from thresholds on what is published of a program, not from outcomes. No "
    "program is safe; safety-ish only means many IMGs, and an expected score that yours clears "
    "with some room.",
    "No probability is computed: no outcome data of the detail that it needs is public.",
    "What a program's own site says overrules the catalogue. Look before you apply.",
    "The same facts, catalogue and rules give the same list.",
)


_ALL_LISTED: Final = "every program of the catalogue that is open to you is on the list"


def counted(count: int, noun: str) -> str:
    """`1 program`, `2 programs`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def notes(s: Situation) -> tuple[str, ...]:
    """What has to be said with a list."""
    return (*ALWAYS, *_on_the_list(s), *_on_what_is_known(s), *_on_money(s))


def _on_the_list(s: Situation) -> Sequence[str]:
    said = []
    reach = f"{s.low} to {s.high}" if s.high is not None else f"{s.low} or more"
    size = f"A list of {counted(s.size, 'program')} is"
    if s.size < s.low:
        said.append(f"{size} shorter than your record asks for, which is {reach}.")
    elif s.high is not None and s.size > s.high:
        said.append(f"{size} longer than your record asks for, which is {reach}.")
    else:
        said.append(f"{size} what your record asks for, which is {reach}.")
    if s.listed < s.size:
        empty = s.size - s.listed
        left = "none of the programs that are left can take"
        said.append(
            f"{counted(empty, 'place')} {'stays' if empty == 1 else 'stay'} empty: "
            + (f"{left} {'it' if empty == 1 else 'them'}" if s.not_listed else _ALL_LISTED)
            + ". A longer catalogue would help."
        )
        if not s.reach_fills:
            said.append("With this record, reaches do not fill the places of other categories.")
    if s.made_room:
        said.append(
            "University programs and children's hospitals take at most half of the list, since "
            f"some keep cutoffs for Step 1 that they do not publish; {s.made_room} made room."
        )
    if 2 * s.of_university > s.listed and s.made_room:
        said.append(
            f"They are still {s.of_university} of the {s.listed} listed: the catalogue has too few "
            "community programs that are open to you."
        )
    return said


def _on_what_is_known(s: Situation) -> Sequence[str]:
    said = []
    if s.guess_of_category:
        rests = "no score yet" if s.predicted is None else f"a predicted score of {s.predicted}"
        said.append(f"Every category is provisional: it rests on {rests}.")
    elif s.predicted is None:
        said.append("Your Step 2 CK score is not known, so categories rest on the IMGs alone.")
    if s.guess_of_breadth:
        said.append("How many programs your record asks for is provisional too.")
    if s.gaps:
        said.append(
            "The catalogue has gaps, which make the result a guess: the value of "
            f"{counted(s.gaps, 'empty cell')} could change a category. They are named under what "
            "to look up first."
        )
    if s.stale:
        said.append(
            f"Looked up too long ago to be relied on: {counted(s.stale, 'listed program')}, marked "
            "as stale. Check again there before anything else."
        )
    if s.looked_up_later:
        said.append(
            f"Looked up after {s.as_of}, the day of this list: "
            f"{counted(s.looked_up_later, 'listed program')}. Is that day right, and are theirs?"
        )
    if s.school_unknown:
        said.append(
            f"For {counted(s.school_unknown, 'program')} the schools of residents are known. Give "
            "the name of yours, and a program with somebody from there is ranked up."
        )
    if s.left_out:
        rows = counted(s.left_out, "row")
        said.append(f"{rows} of the catalogue could not be read, and stayed out.")
    if s.signals is None:
        said.append("How many signals the season gives is not known, so none is proposed.")
    return said


def _on_money(s: Situation) -> Sequence[str]:
    if s.total_cost is None:
        return ["The fees of the season are not known, so no cost is given."]
    if s.budget is None or s.affordable is None:
        return []
    if s.total_cost > s.budget:
        return [
            f"The list costs ${s.total_cost:,}; your budget of ${s.budget:,} pays for "
            f"{counted(s.affordable, 'program')}. The list is not made shorter for that: what to "
            "give up is for you to weigh."
        ]
    return [f"The list costs ${s.total_cost:,}, within your budget of ${s.budget:,}."]
