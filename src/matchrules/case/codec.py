"""From what users give to a validated case, and to cattrs for tools that have their own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from matchrules.case.classes import Fact, FactClasses, asserted, python_name
from matchrules.case.document import Document
from matchrules.case.findings import Enough, Findings
from matchrules.case.model import Case
from matchrules.case.reading import read_day, read_facts, read_instance
from matchrules.case.validation import complete
from matchrules.case.values import plain, read_value, shown
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.ir import RuleBase
from matchrules.types import Value

if TYPE_CHECKING:
    import cattrs

Facts = Mapping[str, Any] | Iterable[Any] | Document


def read_case(
    bases: Sequence[RuleBase], facts: Facts, as_of: date | None = None
) -> tuple[RuleBase, Case]:
    """The case that `facts` mean, and the rule base in force on its day.

    `bases` are the eras of a book, earliest first. Raises `CaseErrors` with every fault.
    """
    document = facts if isinstance(facts, Document) else None
    raw: Any = facts.tree if isinstance(facts, Document) else facts
    findings = Findings(document)
    case: Case | None = None
    # Without a day that counts, the latest rules still tell what else is wrong.
    base: RuleBase = bases[-1]
    try:
        if document is not None:
            findings.extend(document.faults)
        whole = document is None or isinstance(raw, Mapping)
        day = read_day(raw, as_of, findings) if whole else None
        if day is not None:
            base = base_on(bases, day, findings) or base
        placed = read_facts(base, raw, findings, bases)
        case = complete(base, day or date.min, placed, findings)
    except Enough:
        pass
    findings.raise_if_any()
    assert case is not None
    return base, case


def base_on(bases: Sequence[RuleBase], day: date, findings: Findings) -> RuleBase | None:
    """The rules in force on a day; a fault where there are none."""
    for base in bases:
        if base.start <= day and (base.end is None or day < base.end):
            return base
    spans = ", ".join(
        f"from {b.start}" + (f" until before {b.end}" if b.end else " on") for b in bases
    )
    findings.add(
        "MR507", ("as_of",), f"is {day}, when no version of the rules is in force",
        f"the rules are in force {spans}",
    )  # fmt: skip
    return None


def read_fact(base: RuleBase, fact: str, values: Mapping[str, Any] | object) -> dict[str, Value]:
    """The attributes of one fact, given by name or as a fact object, as values of the language;
    what is not known is left out.

    Whether required ones are there is not asked yet. Raises `CaseErrors`.
    """
    findings = Findings()
    read: Mapping[str, Value | None] = {}
    try:
        declaration = base.facts.get(fact)
        if declaration is None:
            near = did_you_mean(fact, base.facts)
            findings.add("MR510", (fact,), "is no fact that the rules know", near)
        elif isinstance(values, Mapping):
            read = read_instance(base, declaration, values, (fact,), findings)
        else:
            raw = {fact: [values] if declaration.many else values}
            for _, instance in read_facts(base, raw, findings).get(fact, ()):
                read = instance
    except Enough:
        pass
    findings.raise_if_any()
    return {name: value for name, value in read.items() if value is not None}


def converter(base: RuleBase) -> "cattrs.Converter":
    """A cattrs converter that structures and unstructures the fact classes of a rule base, strictly
    and with the faults of `CaseErrors`."""
    import cattrs

    made = cattrs.Converter()
    for cls in FactClasses(base):
        made.register_structure_hook(cls, _structure)
        made.register_unstructure_hook(cls, unstructure)
    return made


def _structure(values: Any, cls: type[Fact]) -> Fact:
    if isinstance(values, cls):
        return values
    if not isinstance(values, Mapping):
        name = cls.__matchrules__[0]
        message = f"`{name}` must be a mapping from its attributes, not {shown(values)}"
        raise CaseErrors([Diagnostic("MR512", message, path=name)])
    return cls(**{python_name(str(name)): value for name, value in values.items()})


def unstructure(fact: Fact) -> dict[str, Any]:
    """The known attributes of a fact object as JSON-ready values."""
    declaration = fact._declaration
    return {
        name: plain(read_value(value, declaration.attributes[name].type),
                    declaration.attributes[name].type)
        for name, value in asserted(declaration, fact).items()
    }  # fmt: skip
