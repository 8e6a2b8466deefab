"""What `--set`, `--unset` and `--sweep` mean, for the facts as a case file lists them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from matchrules.case.values import Misread, Written, read_value, shown
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.explain.what_if.places import MORE, Place, place_of
from matchrules.ir import RuleBase
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Value,
    YesNo,
    exact,
)

if TYPE_CHECKING:
    from matchrules.decision import Decision
    from matchrules.explain.sweep import Sweep
    from matchrules.rulebook import Book

# the place may hold a key in brackets, and that anything
_GIVEN: Final = re.compile(r"([^=\[]*(?:\[.*?\][^=\[]*)?)=(.*)", re.DOTALL)


class Listing:
    """The many-facts of a case in the order of its file, by which its author counts them."""

    def __init__(self, book: "Book", case: Path, base: RuleBase) -> None:
        from matchrules.case.document import open_document
        from matchrules.case.findings import Findings
        from matchrules.case.reading import read_facts

        self.base = base
        tree = open_document(str(case), case.read_bytes()).tree
        placed = read_facts(base, tree, Findings(), book.bases)
        self.listed: dict[str, list[Mapping[str, Any]]] = {
            name: [instance for _, instance in placed.get(name, ())]
            for name, fact in base.facts.items() if fact.many
        }  # fmt: skip

    def changes(self, settings: Sequence[str], unsettings: Sequence[str]) -> dict[str, Any]:
        """What `Decision.what_if` takes. A number in brackets counts the facts as they are listed
        before any change. Raises `UsageError` for what cannot be meant."""
        sets = [(self._place(at, "--set"), value) for at, value in map(_parted, settings)]
        unsets = [self._place(at, "--unset") for at in unsettings]
        _once([place for place, _ in sets] + unsets)
        found: dict[str, Any] = {}
        for place, value in sets:
            assert place.attribute is not None
            raw = as_written(value, place.attribute.type, place.path)
            self._put(found, place, raw)
        gone: dict[str, set[int]] = {}
        for place in unsets:
            name = place.fact.name
            if place.attribute is not None:
                self._put(found, place, None)
            elif place.which is None:
                found[name] = None
            else:
                gone.setdefault(name, set()).add(place.index(self.listed[name]))
        for name, indices in gone.items():
            several = found.get(name, self.listed[name])
            found[name] = [one for n, one in enumerate(several) if n not in indices]
        self.listed |= {
            name: several or [] for name, several in found.items() if name in self.listed
        }
        return found

    def _place(self, written: str, option: str) -> Place:
        place = place_of(self.base, written.strip(), whole=option == "--unset")
        if place.attribute is None and option == "--set":
            raise UsageError(f"`{place.path}` is no attribute: name one, such as `fact.attribute`")
        if place.which == MORE and option == "--unset":
            raise UsageError(f"`{place.path}` is one more, of which nothing is to be left out")
        return place

    def _put(self, found: dict[str, Any], place: Place, value: Any) -> None:
        assert place.attribute is not None
        name, attribute = place.fact.name, place.attribute.name
        if not place.fact.many:
            found.setdefault(name, {})[attribute] = value
            return
        listed = self.listed[name]
        several = found.setdefault(name, [dict(instance) for instance in listed])
        if place.which == MORE:
            if len(several) == len(listed):
                several.append({})
            several[-1][attribute] = value
        else:
            several[place.index(listed)][attribute] = value


def swept(listing: Listing, decision: "Decision", given: str) -> "Sweep":
    """The sweep that is meant, of the facts in `decision`."""
    match = _GIVEN.fullmatch(given)
    at, values = (given, None) if match is None else (match[1], match[2])
    place = place_of(listing.base, at.strip())
    assert place.attribute is not None
    several = values_of(place, values)
    if place.which is None or place.fact.keys:
        return decision.sweep(place.path, several)
    # counted as the file lists them, where the decision has an order of its own
    from matchrules.case.codec import read_fact

    name = place.fact.name
    listed = listing.listed[name]
    known = read_fact(listing.base, name, listed[place.index(listed)])
    instance = {attribute: known.get(attribute) for attribute in place.fact.attributes}
    assert decision.reach is not None
    index = decision.reach.case.facts[name].index(instance)
    found = decision.sweep(f"{name}[{index + 1}].{place.attribute.name}", several)
    return evolve(found, attribute=place.path)


def as_written(value: str, type_: Type, path: str) -> Any:
    """A value given in a terminal, as one that a case file holds."""
    plain = value.strip()
    if isinstance(type_, Text):
        return value
    if not plain:
        raise UsageError(f"`{path}` is set to nothing: give a value, or `--unset {path}`")
    if isinstance(type_, SetOf):
        inside = plain[1:-1] if plain[0] == "(" and plain[-1] == ")" else plain
        return [Written(part.strip(), True) for part in inside.split(",") if part.strip()]
    if plain == "unknown" and not (isinstance(type_, Enum) and plain in type_.members):
        raise UsageError(f"to make `{path}` unknown, give `--unset {path}`")
    return Written(plain, True)


# Values of a sweep --------------------------------------------------------------------------------


def values_of(place: Place, values: str | None) -> list[Value | None]:
    """The values to try: those given one by one or as `first..last`, else all that there are.

    Raises `UsageError` where that cannot be meant, `CaseErrors` for a value that cannot be.
    """
    assert place.attribute is not None
    path, type_ = place.path, place.attribute.type
    if values is None:
        return _all_of(path, type_)
    if not values.strip():
        raise UsageError(f"`{path}` is to be tried for no value: write `{path}={_example(type_)}`")
    if isinstance(type_, SetOf):
        raise UsageError(
            f"`{path}` takes sets, which are tried one by one with `--set`, or with "
            "`decision.sweep` in Python"
        )

    def read(written: str) -> Value | None:
        plain = written.strip()
        if plain == "unknown" and not (isinstance(type_, Enum) and plain in type_.members):
            return None
        try:
            return read_value(plain if isinstance(type_, Text) else Written(plain, True), type_)
        except Misread as fault:
            found = Diagnostic(fault.code, f"`{path}` {fault.message}", help=fault.help, path=path)
            raise CaseErrors([found]) from None

    if ".." not in values or isinstance(type_, Text):
        return [read(one) for one in values.split(",")]
    ends = [end.strip() for end in values.split("..")]
    if len(ends) != 2 or not all(ends):
        raise UsageError(
            f"{shown(values)} is no range: write `{path}={_example(type_)}`, both ends in it"
        )
    first, last = map(read, ends)
    if first is None or last is None:
        raise UsageError(f"{shown(values)} is no range: a range runs between two known values")
    return _between(path, type_, ends, first, last)


def _between(
    path: str, type_: Type, ends: Sequence[str], first: Value, last: Value
) -> list[Value | None]:
    place, value = _steps(type_)
    start, end = place(first), place(last)
    if end < start:
        raise UsageError(
            f"`{ends[0]}..{ends[1]}` runs backwards: write `{path}={ends[1]}..{ends[0]}`"
        )
    _check_number(path, end - start + 1)
    return [value(n) for n in range(start, end + 1)]


def _steps(type_: Type) -> tuple[Callable[[Any], int], Callable[[int], Value]]:
    """The place of a value among those of its type, and the value at a place; a step is the
    smallest that there is."""
    if isinstance(type_, Number):
        scale = 10 ** (type_.places or 0)
        return lambda value: int(value * scale), lambda n: exact(Fraction(n, scale))
    if isinstance(type_, Date):
        return date.toordinal, date.fromordinal
    every = _members(type_)
    return every.index, every.__getitem__


def _members(type_: Type) -> list[Any]:
    if isinstance(type_, Enum):
        return list(type_.members)
    if isinstance(type_, YesNo):
        return [False, True]
    assert isinstance(type_, AnyDayOfYear)
    start = date(2000, 1, 1)  # of a leap year
    days = (start + timedelta(n) for n in range(366))
    return [DayOfYear(day.month, day.day) for day in days]


def _all_of(path: str, type_: Type) -> list[Value | None]:
    if isinstance(type_, Number) and type_.low is not None and type_.high is not None:
        place, value = _steps(type_)
        start, end = place(type_.low), place(type_.high)
        _check_number(path, end - start + 1)
        return [value(n) for n in range(start, end + 1)]
    if isinstance(type_, Enum | YesNo | AnyDayOfYear):
        return _members(type_)
    raise UsageError(
        f"`{path}` can be too many things to try them all: write `{path}={_example(type_)}`"
    )


def _check_number(path: str, count: int) -> None:
    from matchrules.explain.sweep import MOST_VALUES

    if count > MOST_VALUES:
        raise UsageError(
            f"these are {count:,} values of `{path}`: look at {MOST_VALUES:,} at most at a time"
        )


def _example(type_: Type) -> str:
    if isinstance(type_, Number):
        return "200..260" if not type_.places else "1.0..2.5"
    if isinstance(type_, Date):
        return "2026-01-01..2026-12-31"
    if isinstance(type_, Enum):
        return ",".join(type_.members[:2])
    if isinstance(type_, AnyDayOfYear):
        return "1 June..30 June"
    return "no,yes" if isinstance(type_, YesNo) else "one,other"


# What is written ----------------------------------------------------------------------------------


def _parted(given: str) -> tuple[str, str]:
    match = _GIVEN.fullmatch(given)
    if match is None or not match[1].strip():
        raise UsageError(f"{shown(given)} sets nothing: write `--set fact.attribute=value`")
    return match[1], match[2]


def _once(places: Sequence[Place]) -> None:
    seen: set[str] = set()
    for place in places:
        if place.path in seen:
            raise UsageError(f"`{place.path}` is given twice: give it once")
        seen.add(place.path)


__all__ = ["Listing", "as_written", "swept", "values_of"]
