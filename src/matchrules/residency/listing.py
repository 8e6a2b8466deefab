"""The program list: the rules say what each program is, a pure function chooses, and everything
that has to be said with the list is gathered here."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import define

from matchrules.case.model import Case
from matchrules.case.validation import canonical
from matchrules.case.values import shown
from matchrules.decision import Decision, decide
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.engine.rete import decide_rete
from matchrules.ir import RuleBase
from matchrules.residency.catalogue import Catalogue, read_catalogue
from matchrules.residency.cells import school_known
from matchrules.residency.choice import CATEGORIES, Category, Choice, choose, cost, signals
from matchrules.residency.result import Breadth, Cost, Entry, Excluded, Gap, Shortlist, Signals
from matchrules.residency.told import ORDER, Told
from matchrules.residency.words import Situation, notes
from matchrules.rulebook import Book, load

MOST_PLACES: Final = 4000
_SHARES: Final[Mapping[Category, str]] = {name: f"balance.{name}" for name in CATEGORIES}
_NEEDED: Final = (
    *(define for _, define in ORDER), *_SHARES.values(), "program.category", "program.exclusions",
    "program.settled", "program.answers", "program.stale", "program.of_university",
    "program.kept_first", "program.d_img", "program.d_score", "shortlist.open",
    "shortlist.provisional", "shortlist.university_max", "shortlist.reach_fills",
    "shortlist.signals", "shortlist.first_count", "shortlist.first_fee", "shortlist.further_fee",
    "breadth.min", "breadth.max", "breadth.provisional", "risk.tier",
    "budget.affordable_programs", "step2ck.listed_score",
)  # fmt: skip


def shortlist(
    case: Any,
    programs: str | Path | Iterable[Mapping[str, Any]],
    *,
    size: int | None = None,
    as_of: date | None = None,
    book: Book | None = None,
    skip_bad_rows: bool = False,
) -> Shortlist:
    """A balanced list of programs for one applicant.

    `case` is what `Book.decide` takes: facts or the path of a case file. `programs` is the path of
    a catalogue (CSV, or Parquet with the extra `matchrules[frames]`), or rows that map each column
    to its value. `size` is the number of places; without it, what the record asks for at least.
    `book` holds other rules than the packs. With `skip_bad_rows`, rows that cannot be read are left
    out, and told.

    Raises `CaseErrors` and `CatalogueErrors`. No promise is made: categories come from thresholds,
    and `Shortlist.notes` has to be shown with the list.
    """
    if size is not None and (type(size) is not int or not 1 <= size <= MOST_PLACES):
        raise UsageError(f"a list has from 1 to {MOST_PLACES} places, not {shown(size)}")
    book = load() if book is None else book
    base, known = book.case(case, as_of)
    lacking = [name for name in _NEEDED if name not in base.defines]
    if lacking:
        raise UsageError(f"these rules make no program list: they do not define `{lacking[0]}`")
    if known.facts["program"]:
        raise CaseErrors([Diagnostic(
            "MR810", "the case lists programs itself: a list is made from a catalogue",
            help="leave `program` out of the case", path="program",
        )])  # fmt: skip
    catalogue = read_catalogue(programs, base, skip_bad_rows)
    whole = _with_programs(base, known, catalogue)
    try:
        outcome = decide_rete(base, whole)
    except CaseErrors as error:
        raise CaseErrors(error.diagnostics, book.sources) from None
    decision = decide(base, outcome, known)
    return _Listing(base, whole, catalogue, decision, size).result()


def _with_programs(base: RuleBase, case: Case, catalogue: Catalogue) -> Case:
    """The case with the programs of the catalogue; each with what it has in common with the
    applicant's school, where both are known."""
    school = next((one.get("school_name") for one in case.facts["applicant"]), None)
    instances = [
        {**row.values, "like_background": school_known(school, row.schools)}
        for row in catalogue.rows
    ]
    ordered = tuple(canonical(base.facts["program"], instances))
    return attrs.evolve(case, facts={**case.facts, "program": ordered})


@define
class _Listing:
    """One list, in the making."""

    base: RuleBase
    case: Case
    catalogue: Catalogue
    decision: Decision
    asked: int | None

    def result(self) -> Shortlist:
        said = self.decision.derived
        if not said["shortlist.open"]:
            return self._closed()
        size = said["breadth.min"] if self.asked is None else self.asked
        tell = Told(self.base, self.case, self.decision, self.catalogue)
        programs = {str(one["id"]): one for one in self.case.facts["program"]}
        candidates = {
            name: tell.candidate(program) for name, program in programs.items()
            if said["program.category"][name] != "excluded"
        }  # fmt: skip
        choice = choose(
            candidates.values(), size, {name: said[_SHARES[name]] for name in CATEGORIES},
            most_of_university=size * said["shortlist.university_max"] // 100,
            reach_fills=bool(said["shortlist.reach_fills"]),
        )  # fmt: skip
        fills = {place.candidate.id: place.fills for place in choice.places}
        cells = tell.gaps(fills)
        season = said["shortlist.signals"]
        accepting = {name for name, one in programs.items() if one["accepts_signals"] is True}
        signalled = signals(choice.places, accepting, season or 0)
        entries = {
            name: tell.entry(
                programs[name], candidates[name], fills.get(name), name in signalled,
                cells.get(name, ()),
            )
            for name in candidates
        }  # fmt: skip
        listed = tuple(entries[place.candidate.id] for place in choice.places)
        others = sorted(
            (entry for name, entry in entries.items() if name not in fills),
            key=lambda e: (CATEGORIES.index(candidates[e.id].category), candidates[e.id].order),
        )
        excluded = tuple(
            tell.excluded(one, cells.get(name, ()))
            for name, one in sorted(programs.items()) if name not in candidates
        )  # fmt: skip
        first = sorted(
            (gap for found in cells.values() for gap in found),
            key=lambda gap: (not gap.listed, -len(gap.could_become)),
        )
        return self._whole(choice, size, listed, tuple(others), excluded, tuple(first), signalled)

    def _whole(
        self, choice: Choice, size: int, listed: tuple[Entry, ...], others: tuple[Entry, ...],
        excluded: tuple[Excluded, ...], first: tuple[Gap, ...], signalled: tuple[str, ...],
    ) -> Shortlist:  # fmt: skip
        said = self.decision.derived
        money = self._cost(len(listed))
        low, high = said["breadth.min"], said["breadth.max"]
        comparison = "below" if size < low else "above" if high is not None and size > high else (
            "within"
        )  # fmt: skip
        situation = Situation(
            size=size, listed=len(listed), low=low, high=high,
            guess_of_breadth=bool(said["breadth.provisional"]),
            guess_of_category=said["shortlist.provisional"],
            predicted=said["step2ck.listed_score"], signals=said["shortlist.signals"],
            total_cost=money.total, budget=money.budget, affordable=money.affordable,
            stale=sum(entry.stale for entry in listed), gaps=len(first),
            of_university=sum(said["program.of_university"][entry.id] for entry in listed),
            made_room=len(choice.dropped), reach_fills=said["shortlist.reach_fills"],
            school_unknown=self._schools_unused(), left_out=len(self.catalogue.left_out),
            as_of=self.decision.as_of, not_listed=len(others), looked_up_later=sum(
                e.source_date is not None and e.source_date > self.decision.as_of for e in listed
            ),
        )  # fmt: skip
        return self._shortlist(
            open=True, size=size, tier=said["risk.tier"],
            breadth=Breadth(low, high, situation.guess_of_breadth, comparison),
            quotas=choice.quotas, missing=choice.missing, shortfall=size - len(listed),
            counts={c: sum(e.category == c for e in listed) for c in CATEGORIES},
            eligible={c: sum(e.category == c for e in (*listed, *others)) for c in CATEGORIES},
            made_room=choice.dropped, entries=listed, others=others, excluded=excluded,
            signals=Signals(said["shortlist.signals"], signalled), cost=money,
            look_up_first=first, notes=notes(situation),
            provisional=situation.guess_of_breadth or situation.guess_of_category,
        )  # fmt: skip

    def _closed(self) -> Shortlist:
        """No list, and why."""
        said = self.decision.derived
        if said["scope.status"] != "in_scope":
            because = tuple(advice.text for advice in self.decision)
        elif said["stage.application_phase"] is None:
            because = ("Whether Step 1 is passed is not known. A list is made once it is passed.",)
        elif not said["stage.application_phase"]:
            because = ("Step 1 is not passed yet. A list is made once it is.",)
        else:
            because = ("The application is sent, so the list is closed.",)
        none: dict[str, int] = dict.fromkeys(CATEGORIES, 0)
        return self._shortlist(
            open=False, closed_because=because, size=0, tier=None, breadth=None, quotas=none,
            missing=none, shortfall=0, counts=none, eligible=none, made_room=(), entries=(),
            others=(), excluded=(), signals=Signals(None, ()), cost=self._cost(0),
            look_up_first=(), notes=(), provisional=False,
        )  # fmt: skip

    def _shortlist(self, **values: Any) -> Shortlist:
        catalogue = self.catalogue
        return Shortlist(
            **{"closed_because": (), **values},
            as_of=self.decision.as_of, size_asked=self.asked is not None,
            rulesets=self.decision.rulesets, catalogue=catalogue.name,
            catalogue_sha256=catalogue.sha256, left_out=catalogue.left_out,
            warnings=self.decision.warnings, catalogue_warnings=catalogue.warnings,
            sources=catalogue.sources,
        )  # fmt: skip

    def _schools_unused(self) -> int:
        """How many programs tell the schools of their residents for nothing: the applicant's is not
        known."""
        if any(one.get("school_name") for one in self.case.facts["applicant"]):
            return 0
        return sum(row.schools is not None for row in self.catalogue.rows)

    def _cost(self, count: int) -> Cost:
        said = self.decision.derived
        first_count, first, further = (
            said[f"shortlist.{name}"] for name in ("first_count", "first_fee", "further_fee")
        )
        known = None not in (first_count, first, further)
        budget = next((one.get("budget_usd") for one in self.case.facts["applicant"]), None)
        return Cost(
            cost(count, first_count, first, further) if known else None, first_count, first,
            further, budget if isinstance(budget, int) else None,
            said["budget.affordable_programs"],
        )  # fmt: skip
