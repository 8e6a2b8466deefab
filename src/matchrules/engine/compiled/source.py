"""Python source of one function, built of what is known of the rules only by number.

No name, no text and no number of a rule file gets into the source: names are a letter and a number,
and what the rules say is a constant that the source refers to by such a name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field, frozen

MOST_DEPTH: Final = 12  # of parentheses in one expression, far below what Python can read


@frozen
class Code:
    """A Python expression; `atom` where it may be repeated at no cost."""

    text: str
    depth: int = 0
    atom: bool = False


@define(eq=False)
class Block:
    """Lines at one depth. `index` is the variable of the loop whose body this is."""

    depth: int
    parent: "Block | None" = None
    index: str | None = None
    lines: list[str] = field(factory=list)
    shared: dict[Any, Code] = field(factory=dict)

    def say(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)


class Function:
    """One function, being written. Cells that it reads are read once, at its head."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.head = Block(1)
        self.root = self.block = Block(1)
        self.constants: dict[str, Any] = {}
        self._by_identity: dict[int, str] = {}
        self._cells: dict[str, str] = {}
        self._count = 0

    def name(self, letter: str) -> str:
        """A new name."""
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, value: Any) -> Code:
        """What stands for a value in the source."""
        if value is None or isinstance(value, bool):
            return Code(repr(value), atom=True)
        found = self._by_identity.get(id(value))
        if found is None:
            found = self._by_identity[id(value)] = self.name("k")
            self.constants[found] = value
        return Code(found, atom=True)

    def known_as(self, value: Any) -> str:
        """The name of a constant that is no value: a function, a declaration, a table."""
        return self.constant(value).text

    def cell(self, number: int, one_of: bool = False) -> str:
        """The variable that holds a cell; with `one_of` the only item of the list that it holds,
        None where there is none."""
        letter = "y" if one_of else "x"
        found = f"{letter}{number}c"
        if found not in self._cells:
            self._cells[found] = found
            if one_of:
                whole = self.cell(number)
                self.head.say(f"{found} = {whole}[0] if {whole} else None")
            else:
                self.head.say(f"{found} = v[{number}]")
        return found

    # What a statement does to the run -------------------------------------------------------------

    def keep(self, number: int, value: str) -> None:
        """A cell is filled."""
        self.say(f"v[{number}] = {value}")

    def fault(self, result: str | None, call: str) -> None:
        """The case shows a fault, which the call notes; the result is what the call gives."""
        self.say(call if result is None else f"{result} = {call}")

    # Lines ----------------------------------------------------------------------------------------

    def say(self, line: str) -> None:
        self.block.say(line)

    @contextmanager
    def under(self, header: str, index: str | None = None) -> Iterator[None]:
        """Lines under a header, which ends in a colon. What belongs before the header can be said
        meanwhile, in an outer block."""
        outer = self.block
        inner = self.block = Block(outer.depth + 1, outer, index)
        try:
            yield
        finally:
            self.block = outer
            outer.say(header)
            if not inner.lines:
                inner.say("pass")
            outer.lines += inner.lines

    def text(self) -> str:
        """The function."""
        lines = [f"def f({', '.join(('v', *self.arguments))}):", *self.head.lines]
        return "\n".join([*lines, *(self.root.lines or ["    pass"])]) + "\n"

    def made(self) -> Any:
        """The function itself. Only what stands in `constants` is within its reach."""
        space: dict[str, Any] = {"__builtins__": _BUILTINS, **self.constants}
        exec(compile(self.text(), "<rules>", "exec"), space)
        return space["f"]

    # Expressions ----------------------------------------------------------------------------------

    def compose(self, pattern: str, *parts: Code) -> Code:
        """An expression of expressions, put in parentheses. One too deep gets a line before."""
        text = f"({pattern.format(*[part.text for part in parts])})"
        code = Code(text, 1 + max((part.depth for part in parts), default=0))
        return self.lifted(code) if code.depth > MOST_DEPTH else code

    def lifted(self, code: Code) -> Code:
        """The value in a variable of its own, set on a line before."""
        if code.atom:
            return code
        name = self.name("t")
        self.say(f"{name} = {code.text}")
        return Code(name, atom=True)

    def twice(self, code: Code) -> tuple[Code, Code]:
        """The expression where it is first worked out, and where it is said again after that."""
        if code.atom:
            return code, code
        name = self.name("t")
        return Code(f"({name} := {code.text})", code.depth + 1), Code(name, atom=True)


_BUILTINS: Final = {
    "enumerate": enumerate, "frozenset": frozenset, "len": len, "range": range, "set": set,
}  # fmt: skip
