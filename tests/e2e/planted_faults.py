"""Faults to plant in the packs: one change of the text each, and the question that must find it.

Each of them is a slip of the pen that breaks something which the packs promise: a property, a table
without gaps and overlaps, a rule that can fire. A change that breaks no promise is none of these.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from matchrules.analysis.build import build
from matchrules.analysis.eras import split
from matchrules.analysis.report import Report
from matchrules.ir import RuleBase
from matchrules.prove.verdicts import Answer, Kind
from matchrules.rulebook import read
from matchrules.syntax.parser import parse
from matchrules.text import Source

RULES = Path(__file__).parents[2] / "rules"


@frozen
class Fault:
    """In the file `file`, after the text `after`, the next `old` becomes `new`. `kind`, `name` (of
    a property its id) and `part` are the question that finds it, with the answer `answer`."""

    what: str
    file: str
    after: str
    old: str
    new: str
    kind: Kind
    name: str
    part: str = ""
    answer: Answer = "refuted"

    def planted(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The rule files with the fault in them."""
        text = texts[self.file]
        assert text.count(self.after) == 1 or not self.after, f"`{self.after}` is not there once"
        start = text.index(self.after) + len(self.after)
        old = self.old if self.new or " | " not in self.old else _row_of(self.old, text, start)
        place = text.index(old, start)
        near = text[start:place].count("\n")
        assert near <= 45, f"`{old}` is {near} lines after `{self.after}`"
        changed = text[:place] + self.new + text[place + len(old) :]
        assert changed != text
        return {**texts, self.file: changed}


def _row_of(cells: str, text: str, start: int) -> str:
    """The line of a table that has these cells."""
    for line in text[start:].splitlines(keepends=True):
        if [c.strip() for c in line.strip().strip("|").split("|")] == cells.split(" | "):
            return line
    raise AssertionError(f"no row has the cells {cells}")


def pack_texts() -> dict[str, str]:
    """The packs as texts, by the name of the file, without their examples: those prove nothing."""
    return {Path(path).stem: _bare(source.text) for path, source in read(RULES).items()}


def _bare(text: str) -> str:
    statements = re.split(r"(?m)^(?=\S)", text)
    return "".join(one for one in statements if not one.startswith("example "))


def bases(texts: Mapping[str, str]) -> tuple[RuleBase, ...]:
    """The rule bases of texts, without the checks that would keep a book with gaps from loading."""
    sources = {name: Source(name, text) for name, text in texts.items()}
    files = []
    for source in sources.values():
        file, faults = parse(source)
        assert not faults, faults
        files.append(file)
    report = Report()
    found = tuple(
        build(era, sources, dict.fromkeys(sources), report) for era in split(files, report)
    )
    assert not report.has_errors, report.in_order()
    return found


# A rule is found by its id, a table by its head, a define or a parameter by its name.
ID = "\n  id {}\n"


def _rule(what: str, file: str, rule: str, old: str, new: str, name: str) -> Fault:
    """A change inside a rule, which a property finds."""
    return Fault(what, file, ID.format(rule), old, new, "property", name)


def _text(
    what: str, file: str, after: str, old: str, new: str, name: str, kind: Kind = "property"
) -> Fault:
    return Fault(what, file, after, old, new, kind, name)


def _row(what: str, file: str, after: str, cells: str, name: str, kind: Kind = "property") -> Fault:
    """A row that is taken out, told by its cells."""
    return Fault(what, file, after, cells, "", kind, name)


BAND = "table step2ck.band "
CAUSES = "(borderline, below, insufficient_data)"

FAULTS: tuple[Fault, ...] = (
    # Boundaries that are shifted
    _text("low begins a point later", "parameters", "parameter low_min", "is 220", "is 221",
          "P-06"),
    _text("workable begins a point earlier", "parameters", "parameter viable_min", "is 227",
          "is 226", "P-06"),
    _text("competitive begins a point earlier", "parameters", "parameter competitive_min",
          "is 234", "is 233", "P-06"),
    _text("the mark of 2025 is a point higher", "parameters", "parameter step2ck_pass",
          "is 218", "is 219", "P-06"),
    _text("the mark of 2022 is a point lower", "parameters", "parameter step2ck_pass",
          "is 214", "is 213", "P-06b"),
    _text("the mark of 2025 begins a month late", "parameters", "parameter step2ck_pass",
          "from 2025-07-01", "from 2025-08-01", "P-47b"),
    _text("a boundary is shut out", "step2ck", BAND, "< low_min         |", "<= low_min        |",
          "P-06"),
    _rule("two letters are too few, and enough", "application", "LR-02", ">= letters", "> letters",
          "P-17"),
    _rule("the second failure starts the search for a cause", "step1", "S1-41", ">= 1", ">= 2",
          "P-39"),
    _rule("community programs for one tier only", "application", "AP-19", "risk.tier >=",
          "risk.tier is", "P-28"),
    _text("thirty programs will do", "parameters", "parameter breadth_min", "is 40", "is 30",
          "P-41"),
    _text("the longest list is no longer than the shortest", "parameters", "parameter breadth_max",
          "for 1 is 60", "for 1 is 50", "P-41"),
    _text("shares that come to more than a whole", "parameters", "parameter balance_reach",
          "for 2 is 15", "for 2 is 20", "P-27"),
    _text("more reaches for a higher risk", "parameters", "parameter balance_reach",
          "for 1 is 20", "for 1 is 30", "P-27b"),
    _text("the ideal window ends with the summer", "parameters", "parameter step2_ideal_latest",
          "10 July", "10 September", "P-36"),
    _text("programs read before anybody may send", "parameters", "parameter eras_review_fallback",
          "22 September", "22 August", "P-36"),
    # Rows
    _row("no row for a failed Step 2 CK", "step2ck", BAND, "failed | - | - | failed",
         "step2ck.band", "gap"),
    _row("no row for a score not told", "step2ck", BAND, "passed | unknown | - | unreported",
         "P-05"),
    _row("no last row", "step2ck", BAND, "passed | - | - | competitive",
         "step2ck.band", "gap"),
    _row("no row for no failure", "risk", "table risk.failure_points", "0 | 0",
         "risk.failure_points", "gap"),
    _row("no row for a workable band", "risk", "table risk.band_points", "viable | 1",
         "risk.band_points", "gap"),
    _row("no row for a policy that is silent", "programs", "table program.order_policy",
         "silent | 1", "program.order_policy", "gap"),
    _row("no row for a crowded region", "programs", "table program.order_saturation",
         "yes | high | 2", "program.order_saturation", "gap"),
    _row("an experience that is short is no reason", "programs", "table program.exclusions",
         "- | - | - | yes | - | - | - | too_little_usce",
         "every_exclusion_has_a_reason"),
    _text("two rows for no failure", "risk", "table risk.failure_points",
          "| 1                   | 1 ", "| 0..1                | 1 ", "risk.failure_points",
          "overlap"),
    _text("a band in two rows", "risk", "table risk.band_points",
          "very_low, failed          |", "low, very_low, failed     |", "risk.band_points",
          "overlap"),
    _text("low and workable change places", "step2ck", BAND, "| low             |",
          "| viable          |", "P-06"),
    _text("points of two bands change places", "risk", "table risk.band_points",
          "| competitive               | 0 ", "| competitive               | 3 ", "P-24"),
    _text("a second failure costs less than the first", "risk", "table risk.failure_points",
          "| >= 2                | 3 ", "| >= 2                | 0 ", "P-25c"),
    _text("easy and hard change places", "programs", "table program.d_score",
          "| -                                          | 2 ",
          "| -                                          | 0 ", "P-51"),
    _text("a hard program is a target, an easy one a reach", "programs", "table program.category",
          "| >= 3               | reach ", "| >= 3               | safety", "P-51"),
    Fault("a row that another one hides", "step2ck", BAND, "< viable_min      |",
          "< low_min         |", "row", "step2ck.band", "6"),
    # Signs and comparisons
    _rule("to weigh the next cycle where there is time", "step2ck", "EX-09",
          "not timing.on_time_feasible", "timing.on_time_feasible", "P-13"),
    _rule("estimated where the dates are on file", "application", "EX-16",
          "when timing.calendar_estimated", "when not timing.calendar_estimated", "P-45b"),
    _text("a score is out before the exam", "timing", "define timing.expected_score_date",
          "+ score_lag_days", "- score_lag_days", "P-37"),
    _text("fewer failures than it takes close a program", "programs",
          "define program.failures_over", "<", ">", "P-52"),
    _rule("against sitting, for those who are safe", "step1", "S1-16",
          "(borderline, below, insufficient_data)", "(safe, borderline, below, insufficient_data)",
          "P-10"),
    Fault("for and against a home letter", "application", ID.format("LR-04"), "is no",
          "is known", "contradiction", "home_letter", "no_distant_home_letter"),
    Fault("for and against a parallel plan", "application", ID.format("SP-08"), "is no",
          "is known", "contradiction", "no_parallel_plan_unmeant", "parallel_plan"),
    # Conditions that are dropped
    _rule("no word for who has no forms", "step1", "S1-16", CAUSES,
          "(borderline, below)", "P-11"),
    _rule("to sit what is passed", "step1", "S1-15", "step1.to_sit and ", "", "P-20"),
    _rule("a cause for every failure", "step1", "S1-42",
          " and step1.failure_root_causes has content_mastery", "", "P-39b"),
    _rule("a date that is past", "step2ck", "S2-27", " and timing.on_time_feasible", "", "P-35"),
    _rule("strong letters before there are two", "application", "LR-09",
          "letters.us_peds_count >= letters_us_peds_min\n       and ", "", "P-17c"),
    _rule("scores in every statement", "application", "NA-01", " and narrative.needed", "", "P-15"),
    _rule("an improvement that is none", "application", "NA-08", " and narrative.step2_evidence",
          "", "P-43"),
    _rule("results that are none", "application", "IV-06",
          "\n       and (narrative.step2_evidence or narrative.other_evidence)", "", "P-44"),
    _rule("a year that is not asked for", "application", "EX-14",
          " or context.application_year is unknown", "", "P-38"),
    _rule("a list that is only guessed at, unsaid", "application", "EX-20",
          "(unscored, unreported)", "(unscored)", "P-45"),
    _rule("the longer list for one of two bands", "application", "AP-14", "(low, very_low)",
          "(low)", "P-40b"),
    _rule("what must stand out, for one of two bands", "step2ck", "S2-11", "(low, very_low)",
          "(low)", "P-40"),
    _rule("two words on one score", "step2ck", "EX-06", "is failed", "in (failed, very_low)",
          "P-19"),
    _rule("two framings", "application", "IV-02", "is solid", "in (solid, pending)", "P-14"),
    _rule("a near miss told and kept back", "application", "EX-22", "(unscored, unreported,",
          "(viable, unscored, unreported,", "P-18"),
    _rule("a parallel plan for workable scores", "application", "SP-07", "(low, very_low)",
          "(low, very_low, viable)", "P-16b"),
    _rule("genetics for beginners only", "step1", "S1-20", "step1.to_sit", "step1.never_attempted",
          "P-38b"),
    _rule("the list of rosters after it is sent", "application", "AP-05", "stage.list_open",
          "stage.application_phase", "P-23"),
    _text("an open list before a pass", "timing", "define stage.list_open",
          "step1.status is passed and not", "not", "P-22"),
    _text("practice exams of any source", "step2ck", "define practice.step2ck_predicted",
          "exam is step2ck and source is nbme_official and", "exam is step2ck and", "P-32"),
    _text("the mark of today", "step2ck", "define step2ck.pass_mark", "is step2ck_pass on",
          "is step2ck_pass on as_of if as_of >= 2020-01-01 else step2ck_pass on", "P-47"),
    _rule("a list that depends on money", "application", "AP-13", "when stage.list_open",
          "when stage.list_open and applicant.budget_usd is known", "P-30"),
    _rule("citizens only", "application", "GN-05", "not applicant.needs_visa",
          "applicant.citizenship is us_citizen", "P-31"),
    # Guards, and `unless`
    _text("Step 1 without its guard", "step1", "ruleset step1",
          "  applies when scope.status is in_scope\n", "", "P-04b"),
    _text("Step 2 CK without its guard", "step2ck", "ruleset step2ck",
          "  applies when scope.status is in_scope\n", "", "P-04c"),
    _text("the application without its guard", "application", "ruleset application",
          "  applies when scope.status is in_scope\n", "", "P-04d"),
    _rule("hurry, though it is too early", "step2ck", "S2-31",
          "  unless practice.step2ck_too_close\n", "", "P-12b"),
    _rule("in time, though it is too early", "step2ck", "S2-32",
          "  unless practice.step2ck_too_close\n", "", "P-12b"),
    _rule("no ideal score, though it is too early", "step2ck", "S2-34",
          "  unless practice.step2ck_too_close\n", "", "P-12b"),
    Fault("an `unless` that never blocks", "step2ck", ID.format("S2-26"),
          "unless applicant.calendar_aligned",
          "unless applicant.calendar_aligned and step2ck.status is passed", "unless",
          "plan_backward", "1"),
    # What can no longer be
    Fault("a rule that cannot fire", "step1", ID.format("S1-35"),
          "step2ck.band in (viable, competitive)",
          "step2ck.band in (viable, competitive) and step1.fail_count >= 1", "fires",
          "single_limit"),
    Fault("nobody is barred", "scope", "define scope.status",
          "  else ineligible if shown eligibility.attempt_limit_reached\n", "", "property", "P-04d",
          answer="vacuous"),
    Fault("a tier beyond the highest", "risk", "define risk.tier", "min(max(risk.points, 0), 4)",
          "max(risk.points, 0)", "range", "risk.tier"),
)  # fmt: skip
