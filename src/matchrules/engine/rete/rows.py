"""What a working memory holds: the day, cells for the whole case, and a row for each instance."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from attrs import define, field

from matchrules.case.model import Instance
from matchrules.ir import FactDeclaration
from matchrules.types import sort_key


@define(eq=False)
class Row:
    """An asserted instance. `values` holds its attributes after defaults, by name, and the defines
    said `for each` of its fact, by their dotted name."""

    fact: str
    number: int
    asserted: Instance
    values: dict[str, Any] = field(factory=dict)

    def order(self, declaration: FactDeclaration, by: str | None = None) -> list[Any]:
        """Sorts instances: by an attribute first if there is one, then by the others in order of
        declaration, after defaults, but for those that are never read (language.md 2.5)."""
        names = [] if by is None else [by]
        names += [n for n, a in declaration.attributes.items() if n != by and not a.never_read]
        return [sort_key(self.values[n], declaration.attributes[n].type) for n in names]

    def key(self, declaration: FactDeclaration) -> tuple[Any, ...]:
        """The values of its key attributes; a single fact has one constant key."""
        return tuple(self.asserted[name] for name in declaration.keys)


class Memory(Protocol):
    """What closures see of the working memory."""

    @property
    def as_of(self) -> date: ...

    @property
    def cells(self) -> list[Any]: ...

    @property
    def rows(self) -> Mapping[str, Mapping[int, Row]]: ...
