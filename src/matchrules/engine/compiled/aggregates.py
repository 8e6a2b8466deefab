"""Aggregates as loops over the places of the instances.

A loop is written as far out as what it names allows, and once for the statements within reach.
"""

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from matchrules.ir import TRUE, Aggregate, Expression
from matchrules.types import exact

from .nullable import is_whole
from .operators import ranked
from .source import Block, Code

if TYPE_CHECKING:
    from .expressions import Writer


def write_aggregate(writer: "Writer", aggregate: Aggregate) -> Code:
    """The variable that holds the value of the aggregate, worked out on lines before."""
    function = writer.function
    here = function.block
    facts = writer.nature.facts(aggregate)
    needed = {index for fact, index in writer.bound.items() if facts is None or fact in facts}
    function.block = _as_far_out_as_may_be(here, needed)
    try:
        block: Block | None = function.block
        while block is not None:
            if aggregate in block.shared:
                return block.shared[aggregate]
            block = None if block.index in needed else block.parent
        result = Code(function.name("a"), atom=True)
        _Loop(writer, aggregate, result.text).write()
        function.block.shared[aggregate] = result
        return result
    finally:
        function.block = here


def _as_far_out_as_may_be(block: Block, needed: Container[str | None]) -> Block:
    """The block just outside of the outermost loop around that goes over nothing needed."""
    target = block
    while block.parent is not None and block.index not in needed:
        if block.index is not None:
            target = block.parent
        block = block.parent
    return target


class _Loop:
    def __init__(self, writer: "Writer", aggregate: Aggregate, result: str) -> None:
        self.writer, self.aggregate, self.result = writer, aggregate, result
        self.function, self.say = writer.function, writer.function.say
        self.index = self.function.name("j")
        self.where = TRUE if aggregate.where is None else aggregate.where

    def write(self) -> None:
        fact, writer = self.aggregate.fact, self.writer
        bound, outer, shared = writer.bound, writer.bound.get(fact), writer.shared
        bound[fact] = self.index
        writer.shared = {}  # what has a variable outside may speak of another instance in here
        try:
            if self.aggregate.op in ("any", "all"):
                self._some_or_all()
            elif self.aggregate.by is None:
                self._over(self._places())
            else:
                self._picked(self.aggregate.by)
        finally:
            writer.shared = shared
            if outer is None:
                del bound[fact]
            else:
                bound[fact] = outer

    def _places(self) -> str:
        return f"range({self.function.cell(self.writer.layout.counts[self.aggregate.fact])})"

    def _order(self, by: str) -> str:
        return self.function.cell(self.writer.layout.orders[self.aggregate.fact, by])

    def _some_or_all(self) -> None:
        """One that decides does; else one that is unknown leaves it open (5)."""
        aggregate, where, writer = self.aggregate, self.where, self.writer
        places = self._places()
        if aggregate.take:  # what is tested is not selected
            places = f"{self._order(str(aggregate.by))}[-{int(aggregate.take)}:]"
        decides = aggregate.op == "any"
        self.say(f"{self.result} = {not decides}")
        with self.function.under(f"for {self.index} in {places}:", self.index):
            if not writer.nature.can_be_unknown(where):
                with self._if(writer.true(where) if decides else writer.false(where)):
                    self.say(f"{self.result} = {decides}")
                    self.say("break")
                return
            test = self.function.lifted(writer.value(where))
            with self._if(Code(f"{test.text} is {decides}")):
                self.say(f"{self.result} = {decides}")
                self.say("break")
            with self._if(Code(f"{test.text} is None")):
                self.say(f"{self.result} = None")

    def _if(self, code: Code) -> Any:
        return self.function.under(f"if {code.text}:")

    def _selected(self, what: Any) -> None:
        """What is done with an instance that is selected; an unknown selection ends it all."""
        writer, where = self.writer, self.where
        if where == TRUE:
            what()
            return
        if not writer.nature.can_be_unknown(where):
            with self._if(writer.true(where)):
                what()
            return
        test = self.function.lifted(writer.value(where))
        self._give_up_on(test)
        with self._if(test):
            what()

    def _give_up_on(self, value: Code) -> None:
        with self._if(Code(f"{value.text} is None")):
            self.say(f"{self.result} = None")
            self.say("break")

    # Sums and the like ----------------------------------------------------------------------------

    def _over(self, places: str, selected: bool = False) -> None:
        """Over those places; `selected` where they are selected already."""
        op, result = self.aggregate.op, self.result
        start = {"count": "0", "sum": "0", "union": "set()"}.get(op, "None")
        self.say(f"{result} = {start}")
        with self.function.under(f"for {self.index} in {places}:", self.index):
            if selected:
                self._gather()
            else:
                self._selected(self._gather)
        end = self._end()
        if end:
            with self.function.under("else:"):
                self.say(f"{result} = {end}")

    def _gather(self) -> None:
        """One more instance."""
        op, result, value = self.aggregate.op, self.result, self.aggregate.value
        if op == "count":
            self.say(f"{result} += 1")
            return
        one = self._value(value)
        if op == "sum":
            self.say(f"{result} += {one.text}")
        elif op == "union":
            self.say(f"{result} |= {one.text}")
        else:
            kept, key = (
                ranked(self.writer, code, self.aggregate.type).text
                for code in (Code(result, atom=True), one)
            )
            sign = "<" if op == "min" else ">="
            with self._if(Code(f"{result} is None or {key} {sign} {kept}")):
                self.say(f"{result} = {one.text}")

    def _value(self, value: Expression | None) -> Code:
        assert value is not None
        one = self.function.lifted(self.writer.value(value))
        if self.writer.nature.can_be_unknown(value):
            self._give_up_on(one)
        return one

    def _end(self) -> str:
        value = self.aggregate.value
        if self.aggregate.op == "sum" and value is not None and not is_whole(value):
            return f"{self.function.known_as(exact)}({self.result})"
        return f"frozenset({self.result})" if self.aggregate.op == "union" else ""

    # Picks ----------------------------------------------------------------------------------------

    def _picked(self, by: str) -> None:
        """The last ones by an attribute of those selected."""
        function, result = self.function, self.result
        chosen = function.name("s")
        self.say(f"{chosen} = []")
        with function.under(f"for {self.index} in {self._order(by)}:", self.index):
            self._selected(lambda: self.say(f"{chosen}.append({self.index})"))
        with function.under("else:"):
            if self.aggregate.op in ("last", "last_but_one"):
                place = 1 if self.aggregate.op == "last" else 2
                self.say(f"{result} = None")
                with function.under(f"if len({chosen}) >= {place}:", self.index):
                    self.say(f"{self.index} = {chosen}[-{place}]")
                    assert self.aggregate.value is not None
                    value = self.writer.value(self.aggregate.value)
                    self.say(f"{result} = {value.text}")
            elif self.aggregate.take:
                self._over(f"{chosen}[-{int(self.aggregate.take)}:]", selected=True)
            else:
                self._over("()", selected=True)
