"""Statements as functions of the cells of a run. Each fills the cell that is its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matchrules.decision import Firing
from matchrules.ir import (
    TRUE,
    And,
    Attribute,
    AttributeDeclaration,
    Constant,
    Define,
    Derived,
    Expression,
    Reject,
    Row,
    Rule,
    RuleBase,
    Segment,
    Table,
    Template,
)
from matchrules.types import Number, Type

from . import found
from .expressions import Writer
from .layout import MISSING, RUN, Layout
from .source import Code, Function

Made = Callable[..., Any]


class Statement:
    """One statement, being written: for the whole case, or for each instance of `fact`."""

    def __init__(
        self, base: RuleBase, layout: Layout, fact: str | None, function: Function | None = None
    ) -> None:
        self.function = Function() if function is None else function
        self.layout = layout
        self.fact = fact
        self.index = "0" if fact is None else self.function.name("j")
        self.writer = Writer(
            base, layout, self.function, {} if fact is None else {fact: self.index}
        )
        self.say, self.under = self.function.say, self.function.under

    @contextmanager
    def filling(self, cell: int, result: str) -> Iterator[None]:
        """The cell is filled with the variable `result`, or with the list of those."""
        if self.fact is None:
            yield
            self.function.keep(cell, result)
            return
        found = self.function.name("o")
        count = self.function.cell(self.layout.counts[self.fact])
        self.function.keep(cell, f"{found} = []")
        with self.under(f"for {self.index} in range({count}):", self.index):
            yield
            self.say(f"{found}.append({result})")

    def call(self, name: Any, *arguments: Any) -> str:
        """A call of one of `found`, on the run; strings are variables."""
        run = self.function.cell(RUN)
        inside = [a if isinstance(a, str) else self.function.known_as(a) for a in arguments]
        return f"{self.function.known_as(name)}({', '.join([run, *inside])})"

    def fault(self, result: str | None, name: Any, *arguments: Any) -> None:
        """The case shows the fault that one of `found` notes."""
        self.function.fault(result, self.call(name, *arguments))

    def keep_range(self, result: str, type_: Type, name: Any, *arguments: Any) -> None:
        """What breaks the promise of its range is a fault, and unknown (8)."""
        if not isinstance(type_, Number) or (type_.low is None and type_.high is None):
            return
        constant = self.function.constant
        low = "" if type_.low is None else f"{constant(type_.low).text} <= "
        high = "" if type_.high is None else f" <= {constant(type_.high).text}"
        with self.under(f"if {result} is not None and not {low}{result}{high}:"):
            self.fault(result, name, *arguments, self.index, result)


def write_default(
    base: RuleBase, layout: Layout, fact: str, declaration: AttributeDeclaration
) -> Made:
    """An attribute with a default: the asserted value, where there is one (8)."""
    statement = Statement(base, layout, fact if base.facts[fact].many else None)
    say_default(statement, fact, declaration)
    return statement.function.made()  # type: ignore[no-any-return]  # it is what was compiled


def say_default(statement: Statement, fact: str, declaration: AttributeDeclaration) -> None:
    """The lines that fill the cell of an attribute with a default."""
    place, layout, many = (fact, declaration.name), statement.layout, statement.fact is not None
    writer, say, under = statement.writer, statement.say, statement.under
    asserted = Code(statement.function.cell(layout.asserted[place]), atom=True)
    name = statement.function.known_as(fact)
    assert declaration.default is not None
    with statement.filling(layout.attributes[place], "r"):
        say(f"r = {writer.value(declaration.default).text}")
        statement.keep_range("r", declaration.type, found.default_out_of_range, declaration, name)
        say(f"g = {asserted.text}[{statement.index}]" if many else f"g = {asserted.text}")
        with under("if g is not None:"):
            with under("if r is not None and g != r:"):
                conflict = found.default_conflict, declaration, name, statement.index, "g", "r"
                if declaration.unless is None:
                    statement.fault(None, *conflict)
                else:
                    stands = writer.true(declaration.unless).text
                    with under(f"if not {stands}:"):
                        statement.fault(None, *conflict)
            say("r = g")


def write_define(base: RuleBase, layout: Layout, define: Define) -> Made:
    """A define or table."""
    statement = Statement(base, layout, define.fact)
    say_define(statement, define)
    return statement.function.made()  # type: ignore[no-any-return]  # it is what was compiled


def say_define(statement: Statement, define: Define) -> None:
    """The lines that fill the cell of a define or table."""
    with statement.filling(statement.layout.defines[define.name], "r"):
        if isinstance(define.body, Table):
            _write_table(statement, define, define.body)
        else:
            statement.say(f"r = {statement.writer.value(define.body).text}")
        statement.keep_range("r", define.type, found.out_of_range, define)


# Tables (4) ---------------------------------------------------------------------------------------


def _write_table(statement: Statement, define: Define, table: Table) -> None:
    writer = statement.writer
    for head in table.heads:
        if not isinstance(head, Attribute | Derived | Constant):
            writer.shared[head] = statement.function.lifted(writer.value(head))
    if table.hit == "first":
        _write_first(statement, define, table)
    elif table.hit == "unique":
        _write_unique(statement, define, table)
    else:
        _write_collect(statement, table)


def _row(row: Row) -> Expression:
    """The `and` of the cells."""
    tests = tuple(test for test in row.tests if test != TRUE)
    return TRUE if not tests else tests[0] if len(tests) == 1 else And(tests)


def _write_first(statement: Statement, define: Define, table: Table) -> None:
    """`u` is what the undecided rows so far agree on."""
    writer, say, under = statement.writer, statement.say, statement.under
    missing = statement.function.known_as(MISSING)
    with under("while True:"):
        say(f"u = {missing}")
        for row in table.rows:
            test = _row(row)
            if not writer.nature.can_be_unknown(test):
                hit = writer.true(test)
            else:
                hit = statement.function.lifted(writer.value(test))
                with under(f"if {hit.text} is None:"):
                    say(f"r = {writer.value(row.output).text}")
                    with under(f"if r is None or (u is not {missing} and u != r):"):
                        say("r = None")
                        say("break")
                    say("u = r")
            with under(f"if {hit.text}:"):
                say(f"r = {writer.value(row.output).text}")
                with under(f"if u is not {missing} and u != r:"):
                    say("r = None")
                say("break")
            if test == TRUE:
                break
        say("r = u")
        with under(f"if u is {missing}:"):
            statement.fault("r", found.gap, define, statement.index)
        say("break")


def _write_unique(statement: Statement, define: Define, table: Table) -> None:
    """`w` is what the candidates are: hit, or undecided."""
    writer, say, under = statement.writer, statement.say, statement.under
    missing = statement.function.known_as(MISSING)
    hits = [statement.function.lifted(writer.value(_row(row))).text for row in table.rows]
    say(f"h = ({', '.join(hits)},)" if hits else "h = ()")
    say("w = True if True in h else None")
    with under("if h.count(True) > 1:"):
        statement.fault("r", found.overlap, define, statement.index, "h")
    with under("elif w not in h:"):
        statement.fault("r", found.gap, define, statement.index)
    with under("else:"):
        say(f"u = {missing}")
        with under("for m, q in enumerate(h):"):
            with under("if q is not w:"):
                say("continue")
            _write_outputs(statement, [row.output for row in table.rows])
            with under(f"if u is not {missing} and u != r:"):
                say("r = None")
            say("u = r")
            with under("if r is None:"):
                say("break")


def _write_outputs(statement: Statement, outputs: Sequence[Expression]) -> None:
    """`r` is the output of row `m`."""
    if all(isinstance(output, Constant) for output in outputs):
        values = tuple(output.value for output in outputs if isinstance(output, Constant))
        statement.say(f"r = {statement.function.known_as(values)}[m]")
        return
    for place, output in enumerate(outputs):
        with statement.under(f"if m == {place}:"):
            statement.say(f"r = {statement.writer.value(output).text}")


def _write_collect(statement: Statement, table: Table) -> None:
    writer, say, under = statement.writer, statement.say, statement.under
    say("u = set()")
    for row in table.rows:
        with under(f"if {writer.true(_row(row)).text}:"):
            say(f"u.add({writer.value(row.output).text})")
    say("r = None if None in u else frozenset(u)")


# Rules (9) ----------------------------------------------------------------------------------------


def conjuncts(expressions: Sequence[Expression]) -> Iterator[Expression]:
    """What has to be true, one after another."""
    stack = list(reversed(expressions))
    while stack:
        expression = stack.pop()
        if isinstance(expression, And):
            stack.extend(reversed(expression.operands))
        else:
            yield expression


def write_rule(base: RuleBase, layout: Layout, rule: Rule) -> Made:
    """Whether the conditions hold: guards and `when` are true, and no `unless` is."""
    needed = [*rule.guards] if rule.when is None else [*rule.guards, rule.when]
    return _write_truth(base, layout, rule.fact, layout.rules[rule.name], needed, rule.unless)


def _write_truth(
    base: RuleBase, layout: Layout, fact: str | None, cell: int,
    needed: Sequence[Expression], unless: Sequence[Expression],
) -> Made:  # fmt: skip
    statement = Statement(base, layout, fact)
    writer, say, under = statement.writer, statement.say, statement.under
    with statement.filling(cell, "r"):
        say("r = False")
        with under("while True:"):
            for condition in conjuncts(needed):
                with under(f"if not {writer.true(condition).text}:"):
                    say("break")
            for condition in unless:
                with under(f"if {writer.true(condition).text}:"):
                    say("break")
            say("r = True")
            say("break")
    return statement.function.made()  # type: ignore[no-any-return]  # it is what was compiled


def write_reject(base: RuleBase, layout: Layout, reject: Reject) -> Made:
    """Gives the places of the instances that it rejects."""
    statement = Statement(base, layout, reject.fact)
    writer, say, under = statement.writer, statement.say, statement.under
    say("r = []")
    if reject.fact is None:
        with under(f"if {writer.true(reject.when).text}:"):
            say("r.append(0)")
    else:
        count = statement.function.cell(layout.counts[reject.fact])
        index = statement.index
        with (
            under(f"for {index} in range({count}):", index),
            under(f"if {writer.true(reject.when).text}:"),
        ):
            say(f"r.append({index})")
    say("return r")
    return statement.function.made()  # type: ignore[no-any-return]  # it is what was compiled


def write_firings(base: RuleBase, layout: Layout, rule: Rule) -> Made:
    """Gives the firings of one instance: of (cells, place of the instance, key, provisional)."""
    function = Function("i", "about", "marked")
    writer = Writer(base, layout, function, {} if rule.fact is None else {rule.fact: "i"})
    name, run = function.known_as, function.cell(RUN)

    def mapping(values: Sequence[tuple[str, Code]]) -> str:
        return "{" + ", ".join(f"{name(key)}: {code.text}" for key, code in values) + "}"

    reasons = [(key, writer.value(e)) for key, e in rule.reasons.items()]
    function.say(f"n = {mapping(reasons)}")
    firings = []
    for place, then in enumerate(rule.thens):
        declared = base.advice[then.kind].subjects[then.subject].fields
        fields = [(key, function.lifted(writer.value(e))) for key, e in then.fields.items()]
        for key, code in fields:
            type_ = declared[key]
            if isinstance(type_, Number) and not (type_.low is None and type_.high is None):
                low = "" if type_.low is None else f"{function.constant(type_.low).text} <= "
                high = "" if type_.high is None else f" <= {function.constant(type_.high).text}"
                one = code.text
                with function.under(f"if {one} is not None and not {low}{one}{high}:"):
                    called = name(found.field_out_of_range)
                    function.say(f"{called}({run}, {name(rule)}, {name(then)}, {name(key)}, {one})")
        text = _text(writer, then.text).text
        firings.append(
            f"{name(Firing)}({name(rule.name)}, {place}, about, {mapping(fields)}, n, "
            f"{text}, marked)"
        )
    function.say(f"return [{', '.join(firings)}]")
    return function.made()  # type: ignore[no-any-return]  # it is what was compiled


def _text(writer: Writer, template: Template) -> Code:
    """The text with its holes filled; an unknown prints as not known, or leaves out its segment."""
    function = writer.function
    pieces: list[Code] = []
    for part in template.parts:
        if isinstance(part, str):
            pieces.append(function.constant(part))
        elif isinstance(part, Segment):
            inside = [
                function.constant(p) if isinstance(p, str) else function.lifted(writer.value(p))
                for p in part.parts
            ]
            holes = [c for c, p in zip(inside, part.parts, strict=True) if not isinstance(p, str)]
            known = " and ".join(f"{hole.text} is not None" for hole in holes) or "True"
            joined = _joined(function, inside)
            pieces.append(function.compose(f"{{}} if {known} else ''", joined))
        else:
            first, again = function.twice(writer.value(part))
            pieces.append(function.compose("'not known' if {} is None else {}", first, again))
    return pieces[0] if len(pieces) == 1 else _joined(function, pieces)


def _joined(function: Function, pieces: Sequence[Code]) -> Code:
    inside = ", ".join(["{}"] * len(pieces))
    return function.compose(f"''.join([{inside}])", *pieces)


def write_question(
    base: RuleBase, layout: Layout, expression: Expression, bound: Sequence[str]
) -> Made:
    """Gives the value of any expression: of (cells, the place of each bound instance)."""
    indexes = {fact: f"i{place}" for place, fact in enumerate(bound)}
    function = Function(*indexes.values())
    code = Writer(base, layout, function, indexes).value(expression)
    function.say(f"return {code.text}")
    return function.made()  # type: ignore[no-any-return]  # it is what was compiled
