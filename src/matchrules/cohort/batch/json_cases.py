"""Cases as JSON, one a line, in the shape of case files: read quickly where they are plain, and the
strict way, with its words, where they are not."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from matchrules.case.codec import read_case
from matchrules.case.document import Document
from matchrules.case.json_tree import read_json
from matchrules.case.reading import AS_OF
from matchrules.case.tree import Builder, Malformed
from matchrules.case.tree import Mapping as Tree
from matchrules.case.values import plain, read_value
from matchrules.cohort.batch.cells import misfits
from matchrules.cohort.batch.faulty import keyless_fault
from matchrules.cohort.batch.lines import Record
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.ir import FactDeclaration
from matchrules.text import Source

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Row = dict[str, Any]
_SURELY: Final = 15  # digits and all that a float gives back as they were written


class _Twice(dict[str, Any]):
    """An object with a name that is written twice."""


@frozen
class Read:
    """The cases of some lines: those that are valid so far as their lines tell, with None for the
    others, and what is wrong with those, by their places."""

    rows: list[Row | None]
    keys: list[str | None]
    faults: dict[int, tuple[Diagnostic, ...]]


@frozen
class JsonCases:
    """How lines of one book are read. `key` is a name beside the facts, not one of them."""

    book: "Book"
    facts: Mapping[str, FactDeclaration]
    key: str | None
    day: date | None
    ignore: bool = False  # names that no era knows

    def read(self, records: Sequence[Record], name: str) -> Read:
        """The cases of those lines."""
        rows: list[Any] = [self._quick(record.text) for record in records]
        for row in rows:
            self._narrow(row)
        for place in sorted(self._odd(rows)):
            rows[place] = self._slow(records[place], name)
        faults: dict[int, tuple[Diagnostic, ...]] = {}
        keys: list[str | None] = []
        for place, row in enumerate(rows):
            key = None
            if isinstance(row, tuple):
                key, faults[place] = row
                rows[place] = None
            elif self.key is not None:
                key = row.pop(self.key, None)
                if type(key) is int:
                    key = str(key)
                if type(key) is not str or not key or _halved(key):
                    why = (
                        "is missing" if key in (None, "")
                        else "holds half of a surrogate pair, which is no character"
                        if type(key) is str else "is no text and no whole number"
                    )  # fmt: skip
                    fault = keyless_fault(self.key, why)
                    faults[place] = (_without_places(fault, _where(records[place])),)
                    rows[place] = key = None
            keys.append(key)
        return Read(rows, keys, faults)

    def _quick(self, text: str) -> Any:
        """What is in the line, None where only the slow way can tell."""
        if "\\ud" in text or "\\uD" in text:
            return None  # maybe half of a surrogate pair
        try:
            return _DECODER.decode(text)
        except (ValueError, RecursionError):
            return None

    def _narrow(self, row: Any) -> None:
        """Leave out what no era knows, where that is asked for."""
        if not self.ignore or not isinstance(row, dict):
            return
        for name in row.keys() - {*self.facts, AS_OF, self.key}:
            del row[name]
        for name, fact in self.facts.items():
            given = row.get(name)
            for one in given if isinstance(given, list) else [given]:
                if isinstance(one, dict):
                    for surplus in one.keys() - fact.attributes.keys():
                        del one[surplus]

    def _odd(self, rows: Sequence[Any]) -> set[int]:
        """The places of rows that are not plainly a case."""
        odd = {place for place, row in enumerate(rows) if type(row) is not dict}
        places = [place for place in range(len(rows)) if place not in odd]
        known = {*self.facts, AS_OF, *([self.key] if self.key is not None else [])}
        surplus = set(chain.from_iterable(rows[place] for place in places)) - known
        if surplus:
            odd.update(place for place in places if not surplus.isdisjoint(rows[place]))
        day = None if self.day is None else self.day.isoformat()
        odd.update(place for place in places if not _day_fits(rows[place].get(AS_OF), day))
        for name, fact in self.facts.items():
            found = [(place, rows[place].get(name)) for place in places]
            if fact.many:
                lists = [(place, each) for place, each in found if each is not None]
                odd.update(place for place, each in lists if type(each) is not list)
                pairs = [(place, one) for place, each in lists if type(each) is list
                         for one in each]  # fmt: skip
            else:
                pairs = [(place, each) for place, each in found if each is not None]
            odd.update(self._odd_instances(fact, pairs))
        return odd

    def _odd_instances(self, fact: FactDeclaration, pairs: list[tuple[int, Any]]) -> Iterable[int]:
        if set(map(type, (one for _, one in pairs))) - {dict}:
            yield from (place for place, one in pairs if type(one) is not dict)
            pairs = [(place, one) for place, one in pairs if type(one) is dict]
        names = fact.attributes
        surplus = set(chain.from_iterable(one for _, one in pairs)) - set(names)
        if surplus:
            yield from (place for place, one in pairs if not surplus.isdisjoint(one))
        for name, attribute in names.items():
            values = [one.get(name) for _, one in pairs]
            yield from (pairs[at][0] for at in misfits(values, attribute.type))

    def _slow(self, record: Record, name: str) -> Row | tuple[str | None, tuple[Diagnostic, ...]]:
        """The case as the reader of single cases finds it, or its key and what is wrong."""
        builder = Builder(name)
        where = _where(record)
        try:
            read_json(record.text, builder)
        except Malformed as stop:
            return None, (Diagnostic(stop.code, f"{where}: {stop.message}", help=stop.help),)
        tree = builder.root
        self._narrow(tree)
        key = tree.pop(self.key, None) if self.key is not None and type(tree) is Tree else None
        document = Document(Source(name, record.text), tree, "json", tuple(builder.faults))
        try:
            base, case = read_case(self.book.bases, document, self.day)
        except CaseErrors as error:
            found = str(key) if type(key) in (int, str) and not _halved(str(key)) else None
            return found, tuple(_without_places(fault, where) for fault in error.diagnostics)
        row: Row = {AS_OF: case.as_of.isoformat()}
        if self.key is not None:
            row[self.key] = key
        for fact, given in tree.items():
            declaration = base.facts.get(fact)
            if declaration is None or given is None:
                continue
            row[fact] = (
                [_plain(declaration, one) for one in given] if declaration.many
                else _plain(declaration, given)
            )  # fmt: skip
        return row


def _where(record: Record) -> str:
    return f"line {record.line:,}"


def _pairs(pairs: list[tuple[str, Any]]) -> Row:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Twice(pairs)


def _float(digits: str) -> Any:
    return float(digits) if len(digits) <= _SURELY else digits.encode()  # of no type that fits


def _refuse(word: str) -> Any:
    raise ValueError(word)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_float, parse_constant=_refuse
)


def _day_fits(written: Any, day: str | None) -> bool:
    if written is None:
        return day is not None  # without any day the slow way says so
    return type(written) is str and (day is None or written == day)


def _plain(declaration: FactDeclaration, given: Mapping[str, Any]) -> Row:
    return {
        name: plain(read_value(raw, declaration.attributes[name].type),
                    declaration.attributes[name].type)
        for name, raw in given.items()
    }  # fmt: skip


def _without_places(fault: Diagnostic, where: str) -> Diagnostic:
    """Of a line that nobody has before them, the number is what helps."""
    message, help, path = map(_whole, (fault.message, fault.help, fault.path))
    notes = (*(_whole(note) or "" for note in fault.notes), where)
    return Diagnostic(fault.code, message or "", (), help, path, notes)


def _halved(text: str) -> bool:
    """Whether it holds half of a surrogate pair, which no file can be written with."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _whole(text: str | None) -> str | None:
    return text and "".join("\ufffd" if _halved(letter) else letter for letter in text)


__all__ = ["JsonCases", "Read", "Row"]
