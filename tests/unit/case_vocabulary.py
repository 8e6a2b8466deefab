"""A small vocabulary with every type, for tests of cases."""

from datetime import date

from matchrules.ir import (
    AttributeDeclaration,
    Constant,
    Define,
    EnumDeclaration,
    FactDeclaration,
    RuleBase,
)
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    YesNo,
)

STATUS = Enum("status", ("no", "passed", "failed", "none"))
BAND = Enum("band", ("low", "mid", "high"), ordered=True)


def attribute(name: str, type_: Type, **how: object) -> AttributeDeclaration:
    return AttributeDeclaration(name, type_, **how)  # type: ignore[arg-type]


def fact(name: str, *attributes: AttributeDeclaration, bound: int | None = None) -> FactDeclaration:
    return FactDeclaration(name, {a.name: a for a in attributes}, bound, f"All about {name}")


FACTS = (
    fact(
        "applicant",
        attribute("name", Text(), optional=True, never_read=True),
        attribute("visa", YesNo(), optional=True),
        attribute("class", Text(), optional=True),
        attribute("areas", SetOf(BAND), optional=True),
    ),
    fact(
        "exam",
        attribute("status", STATUS),
        attribute("score", Number(0, 1, 300), optional=True),
        attribute("fails", Number(0, 0, 6, "attempts"), default=Constant(0, Number())),
        attribute("months", Number(2, 0, 24, "months"), optional=True),
        attribute("day", Date(), optional=True),
        attribute("opens", AnyDayOfYear(), optional=True),
    ),
    fact(
        "letter",
        attribute("author", Text(), optional=True, never_read=True),
        attribute("state", BAND),
        attribute("pages", Number(0, 0, 9), optional=True),
        bound=5,
    ),
    fact(
        "program",
        attribute("id", Text(), key=True),
        attribute("tier", BAND, optional=True),
        bound=3,
    ),
)


def base_of(
    *facts: FactDeclaration, start: date = date(2020, 1, 1), end: date | None = None
) -> RuleBase:
    return RuleBase(
        start=start,
        end=end,
        rulesets={},
        sources={},
        enums={e.name: EnumDeclaration(e, {m: m for m in e.members}) for e in (BAND, STATUS)},
        facts={f.name: f for f in sorted(facts, key=lambda f: f.name)},
        parameters={},
        advice={},
        defines={
            "exam.weak": Define("exam.weak", YesNo(), Constant(True, YesNo())),
            "scope.status": Define("scope.status", YesNo(), Constant(True, YesNo())),
        },
        rules={},
    )


BASE = base_of(*FACTS)
TODAY = date(2026, 11, 1)
OPENS = DayOfYear(9, 1)
