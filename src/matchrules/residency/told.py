"""What the rules say of each program, as the list tells it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from attrs import frozen

from matchrules.case.model import Case, Instance
from matchrules.decision import Decision
from matchrules.engine.interpreter import NOTHING, Interpretation
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.residency.catalogue import Catalogue
from matchrules.residency.choice import Candidate
from matchrules.residency.columns import COLUMNS, OF_ATTRIBUTE, SCHOOLS
from matchrules.residency.lookup import gaps
from matchrules.residency.result import Entry, Excluded, Gap, Reason
from matchrules.residency.words import facts_of, reason_text, why
from matchrules.types import python_value

# What puts a program in its place among its category: first the key that counts most. Two more
# follow, the day it was looked up and its id.
ORDER: Final = (
    ("like_background", "program.order_background"), ("img_policy", "program.order_policy"),
    ("region", "program.order_region"), ("kind", "program.order_kind"),
    ("saturation", "program.order_saturation"), ("difficulty", "program.difficulty"),
)  # fmt: skip


@frozen(slots=False)
class Told:
    """One decision over one catalogue."""

    base: RuleBase
    case: Case
    decision: Decision
    catalogue: Catalogue

    def candidate(self, program: Instance) -> Candidate:
        """A program as the choice knows it."""
        said, name, day = self.decision.derived, str(program["id"]), program["source_date"]
        age = date.max.toordinal() - (day.toordinal() if isinstance(day, date) else 0)
        return Candidate(
            name, said["program.category"][name],
            (*(said[define][name] for _, define in ORDER), age, name),
            bool(said["program.of_university"][name]), bool(said["program.kept_first"][name]),
        )  # fmt: skip

    def entry(
        self, program: Instance, candidate: Candidate, fills: str | None, signal: bool,
        found: tuple[Gap, ...],
    ) -> Entry:  # fmt: skip
        """A program that is open."""
        said, name = self.decision.derived, candidate.id
        shared = self._shared(program)
        order = {key: said[define][name] for key, define in ORDER}
        answers = said["program.answers"][name]
        fired = self._fired.get(None, frozenset()) | self._fired.get(name, frozenset())
        return Entry(
            id=name, category=candidate.category, fills=fills,
            d_img=said["program.d_img"][name], d_score=said["program.d_score"][name],
            order={**order, "source_date": str(shared["source_date"]), "program_id": name},
            statements=tuple(
                label for member, label in self.base.enums["list_statement"].labels.items()
                if member in answers and label in fired
            ),
            why=why(
                program, said["step2ck.listed_score"], said["shortlist.provisional"], self.base
            ),
            signal=signal, gaps=found, **shared,
        )  # fmt: skip

    def excluded(self, program: Instance, found: tuple[Gap, ...]) -> Excluded:
        """A program that is not open, with every reason."""
        name = str(program["id"])
        given = self.decision.derived["program.exclusions"][name]
        known = self._applicant | {f"program.{key}": value for key, value in program.items()}
        reasons = [
            (member, facts_of(member, known))
            for member in self.base.enums["exclusion_reason"].labels if member in given
        ]  # fmt: skip
        return Excluded(
            id=name, gaps=found,
            reasons=tuple(
                Reason(member, reason_text(member, facts, self.base), facts)
                for member, facts in reasons
            ),
            **self._shared(program),
        )  # fmt: skip

    def gaps(self, listed: Collection[str]) -> dict[str, tuple[Gap, ...]]:
        """The cells that could change a category, by program, in the order of the columns."""
        found = gaps(self.base, self.case, self.case.facts["program"])
        columns = [column.name for column in COLUMNS]
        return {
            name: tuple(sorted(
                (
                    Gap(name, OF_ATTRIBUTE[attribute], could, name in listed)
                    for attribute, could in cells.items()
                    # where only the applicant's school is missing the cell is not at fault
                    if attribute != "like_background" or self._schools.get(name) is None
                ),
                key=lambda gap: columns.index(gap.column),
            ))
            for name, cells in found.items()
        }  # fmt: skip

    def _shared(self, program: Instance) -> dict[str, Any]:
        """What is told of each program alike."""
        name = str(program["id"])
        cells: dict[str, Any] = {
            column.name: program[column.attribute] for column in COLUMNS
            if column.attribute is not None
        }  # fmt: skip
        cells[SCHOOLS] = self._schools.get(name)
        facts = {c.name: cells[c.name] for c in COLUMNS if cells.get(c.name) is not None}
        return {
            "name": str(program["name"] or name), "facts": facts,
            "unknown": tuple(column for column in self._read if column not in facts),
            "source_url": str(program["source_url"] or ""), "source_date": program["source_date"],
            "stale": bool(self.decision.derived["program.stale"][name]),
            "provisional": bool(self.decision.derived["shortlist.provisional"]),
        }  # fmt: skip

    @cached_property
    def _read(self) -> tuple[str, ...]:
        """The columns that some rule reads."""
        read = {
            OF_ATTRIBUTE[name] for fact, name in self.base.attributes_read
            if fact == "program" and name in OF_ATTRIBUTE
        }  # fmt: skip
        return tuple(column.name for column in COLUMNS if column.name in read)

    @cached_property
    def _schools(self) -> Mapping[str, tuple[str, ...] | None]:
        return {str(row.values["id"]): row.schools for row in self.catalogue.rows}

    @cached_property
    def _fired(self) -> Mapping[Any, frozenset[str]]:
        """The ids of the advice, by the program that it speaks of."""
        found: dict[Any, set[str]] = {}
        for advice in self.decision:
            if advice.id is not None:
                found.setdefault(advice.about, set()).add(advice.id)
        return {about: frozenset(ids) for about, ids in found.items()}

    @cached_property
    def _applicant(self) -> dict[str, Any]:
        """The facts of the applicant that a reason may rest on, defaults worked out."""
        facts = Interpretation(self.base, self.case)
        found: dict[str, Any] = {
            "risk.total_failures": self.decision.derived["risk.total_failures"]
        }
        for fact, name in (
            ("step2ck", "score"), ("usce", "total_months"), ("applicant", "expected_graduation"),
            ("applicant", "ecfmg_certified"),
        ):  # fmt: skip
            type_ = self.base.facts[fact].attributes[name].type
            found[f"{fact}.{name}"] = python_value(facts.attribute(fact, name, NOTHING), type_)
        return found
