"""One function for a whole decision: a plain mapping in, the advice that stands out.

It is written of the same lines as the code of single statements, but keeps cells in variables of
its own, and gives up (returns None) where anything is unusual, or a fault shows: the general way
then says what there is to say.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from matchrules.engine.compiled.layout import AS_OF, RUN
from matchrules.engine.compiled.source import Block, Code, Function
from matchrules.types import Type, sort_key

from .reading import Many, Masks, Single, Values, frozen_set, is_itself

if TYPE_CHECKING:
    from .plan import Plan


class Fused(Function):
    """The function, being written. `left` is the mask of the rules still open."""

    def __init__(self, plan: "Plan") -> None:
        super().__init__("facts", "day")
        self.plan = plan
        self.used: set[int] = set()
        layout = plan.compiled.layout
        self._parameters = {*layout.now.values(), *layout.dated.values()}

    def cell(self, number: int, one_of: bool = False) -> str:
        if number == AS_OF:
            return "day"
        if number == RUN:
            return self.known_as(self.plan)
        if number in self._parameters:
            return self.constant(self.plan.blank[number]).text
        self.used.add(number)
        return f"{'y' if one_of else 'x'}{number}c"

    def keep(self, number: int, value: str) -> None:
        self.say(f"x{number}c = {value}")

    def fault(self, result: str | None, call: str) -> None:
        self.say("return None")

    def scaled(self, fact: str, name: str) -> str:
        """The column of a decimal attribute as integers."""
        reader = self.plan.readers[fact]
        assert isinstance(reader, Many)
        place = reader.scaled.setdefault(name, len(reader.scaled))
        return f"r{list(self.plan.readers).index(fact)}[{len(reader.names) + place}]"

    def mask(self, items: int) -> str:
        """A mask as a constant."""
        return self.known_as(items)

    def text(self) -> str:
        lines = ["def f(facts, day):", *self.head.lines, *self.root.lines]
        return "\n".join(lines) + "\n"

    @contextmanager
    def loop(self, index: str, header: Callable[[], str]) -> Iterator[None]:
        """Lines in a loop whose header is known once they are written."""
        outer = self.block
        inner = self.block = Block(outer.depth + 1, outer, index)
        try:
            yield
        finally:
            self.block = outer
            outer.say(header())
            outer.lines += inner.lines or ["    " * inner.depth + "pass"]


class Opening:
    """The first lines: facts are read, checked, and looked up in the columns."""

    def __init__(self, function: Fused) -> None:
        self.function = function
        self.plan = function.plan
        self.block = function.head

    def write(self) -> None:
        function, plan, say = self.function, self.plan, self.block.say
        known = function.known_as(frozenset({*plan.base.facts, "as_of"}))
        say(f"if not {known}.issuperset(facts):")
        say("    return None")
        say("get = facts.get")
        day = plan.index.columns.get(AS_OF)
        full = function.mask(plan.index.full)
        say(f"left = {full}" if day is None else f"left = {function.known_as(day)}[day]")
        for place, (name, reader) in enumerate(plan.readers.items()):
            say(f"g = get({function.known_as(name)})")
            if isinstance(reader, Many):
                self._many(place, name, reader)
            else:
                self._single(place, name, reader)

    def _cell(self, fact: str, attribute: str) -> tuple[int, bool]:
        """The cell of the asserted value, and whether it has a column."""
        layout, name = self.plan.compiled.layout, (fact, attribute)
        if name in layout.asserted:
            return layout.asserted[name], False
        cell = layout.attributes[name]
        return cell, cell in self.plan.index.columns

    def _many(self, place: int, name: str, reader: Many) -> None:
        function, say = self.function, self.block.say
        nothing = function.known_as(reader.nothing)
        say(f"r{place} = {nothing} if g is None else {function.known_as(reader)}(g)")
        for number, attribute in enumerate(reader.names):
            cell, _ = self._cell(name, attribute)
            if cell in function.used:
                say(f"x{cell}c = r{place}[{number}]")
        count = self.plan.compiled.layout.counts[name]
        if count in function.used:
            say(f"x{count}c = len(r{place}[0])" if reader.names else f"x{count}c = 0")

    def _single(self, place: int, name: str, reader: Single) -> None:
        function, say, plan = self.function, self.block.say, self.plan
        names = reader.names
        cells = [self._cell(name, attribute) for attribute in names]
        used = [f"x{cell}c" for cell, _ in cells if cell in function.used]
        count = plan.compiled.layout.counts[name]
        absent = plan.index.full
        for cell, has_column in cells:
            if has_column:
                absent &= plan.index.columns[cell][None]
        say("if g is None:")
        say(f"    r{place} = None")
        if used:
            say(f"    {' = '.join(used)} = None")
        if absent != plan.index.full:
            say(f"    left &= {function.mask(absent)}")
        if count in function.used:
            say(f"    x{count}c = 0")
        known_as = function.known_as
        seen, usual = known_as(reader.seen), known_as(reader.usual)
        order, known = known_as(names), known_as(reader.known)
        type_, tuple_, map_ = known_as(type), known_as(tuple), known_as(map)
        say(f"elif {type_}(g) is not {known_as(dict)}:")
        say("    return None")
        say("else:")
        if reader.whole is not None:
            say(f"    if len(g) == {len(names)}:")
            say(f"        r = {known_as(reader.whole)}(g)")
            say(f"    elif {known}.issuperset(g):")
        else:
            say(f"    if {known}.issuperset(g):")
        say(f"        r = {tuple_}({map_}(g.get, {order}))")
        say("    else:")
        say("        return None")
        say(f"    t = {tuple_}({map_}({type_}, r))")
        say(f"    if t not in {seen}:")
        say(f"        r = {usual}(r, t)")
        if names:
            say(f"    {', '.join(f'a{n}' for n in range(len(names)))}, = r")
        self._values(reader, cells)
        sets = [n for n, values in enumerate(reader.values) if _is_set(values.type)]
        if sets:
            say(f"    r = ({', '.join(f'a{n}' for n in range(len(names)))},)")
        say(f"    r{place} = r")
        if count in function.used:
            say(f"    x{count}c = 1")

    def _values(self, reader: Single, cells: Sequence[tuple[int, bool]]) -> None:
        """Every value is checked, by being looked up."""
        function, say, known_as = self.function, self.block.say, self.function.known_as
        kept: list[str] = []
        masks: list[str] = []
        for number, ((cell, has_column), values) in enumerate(
            zip(cells, reader.values, strict=True)
        ):
            given = f"a{number}"
            if _is_set(values.type):
                say(f"    {given} = {known_as(frozen_set)}({given})")
            needed = cell in function.used
            if has_column:
                column = self.plan.index.columns[cell]
                table = self.plan.masks(cell, values.type, column)
                kept.append(f"{known_as(table.kept)}[{given}]")
                masks.append(f"{known_as(table)}[{given}]")
            if needed and is_itself(values.type) and has_column:
                say(f"    x{cell}c = {given}")
            elif needed:
                say(f"    x{cell}c = {known_as(values)}[{given}]")
            elif not has_column and not _is_yes_no(values):
                say(f"    {known_as(values)}[{given}]")
        if masks:
            say("    try:")
            say(f"        left &= {' & '.join(kept)}")
            say(f"    except {known_as(KeyError)}:")
            say(f"        left &= {' & '.join(masks)}")


def _is_set(type_: Type) -> bool:
    return type(type_).__name__ == "SetOf"


def _is_yes_no(values: Values) -> bool:
    return type(values.type).__name__ == "YesNo"


def ordering(columns: Sequence[tuple[str, Type]]) -> Callable[..., list[int]]:
    """The places of instances in the order in which picks go (5), of (count, columns)."""
    types = [type_ for _, type_ in columns]

    def order(count: int, *values: Sequence[Any]) -> list[int]:
        deciding = values[:1] if len(set(values[0])) == count else values
        pairs = list(zip(deciding, types, strict=False))  # the first may be enough
        keys = [
            tuple([sort_key(items[place], type_) for items, type_ in pairs])
            for place in range(count)
        ]
        return sorted(range(count), key=keys.__getitem__)

    return order


def either(parts: Iterable[str], word: str) -> str:
    """Conditions joined; nothing at all is the word's neutral element."""
    return f" {word} ".join(parts) or ("False" if word == "or" else "True")


__all__ = ["Code", "Fused", "Masks", "Opening", "either", "ordering"]
