"""Every statement that differs from one in one thing."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from attrs import evolve, frozen

from matchrules import ir
from matchrules.ir import Define, Expression, ParameterDeclaration, Row, Rule, RuleBase, Table
from matchrules.syntax import ast
from matchrules.testing.mutation.expressions import (
    CONDITION,
    Changing,
    Kind,
    Site,
    Variant,
    with_child,
    written_value,
)
from matchrules.testing.mutation.mutants import Edit, Mutant, Part
from matchrules.testing.mutation.values import fits, others
from matchrules.testing.mutation.written import Text, Written
from matchrules.text import Span
from matchrules.types import Enum, SetOf, Type

Changed = tuple[Kind, str, Span, Any]  # what of, in words, where, and what stands there now

STRENGTHS: Mapping[ir.Strength, tuple[ir.Strength, ...]] = {
    "must": ("should", "must_not"),
    "should": ("must", "may", "should_not"),
    "may": ("should", "need_not"),
    "must_not": ("should_not", "must"),
    "should_not": ("must_not", "need_not", "should"),
    "need_not": ("should_not", "may"),
}


def made(base: RuleBase, era: int, text: Text) -> Iterator[Mutant]:
    """The mutants of one era."""
    maker = _Maker(base, text, Changing(text))
    for part, name, statement, changes in maker.statements():
        for kind, change, span, stated in changes:
            whole = stated if isinstance(stated, dict) else {name: stated}
            edit = Edit(part, whole)
            yield Mutant(kind, statement, str(name), change, span, {era: edit})


@frozen
class _Maker:
    base: RuleBase
    text: Text
    changing: Changing

    def statements(self) -> Iterator[tuple[Part, Any, str, Iterator[Changed]]]:
        base = self.base
        for name, rule in base.rules.items():
            said = f"rule `{name}`" if rule.id is None else f"rule `{rule.id}` `{name}`"
            yield "rules", name, said, self._rule(rule)
        for name, define in base.defines.items():
            what = "table" if isinstance(define.body, Table) else "define"
            yield "defines", name, f"{what} `{name}`", self._define(define)
        read = set(_parameters(base))
        for name, parameter in base.parameters.items():
            if name in read:
                yield "parameters", name, f"parameter `{name}`", self._parameter(parameter)
        for fact in base.facts.values():
            for attribute in fact.attributes.values():
                if attribute.default is not None:
                    said = f"attribute `{fact.name}.{attribute.name}`"
                    yield "facts", fact.name, said, self._attribute(fact, attribute)
        for number, reject in enumerate(base.rejects):
            said = f"reject {self.text.slice(reject.span)}"
            yield "rejects", number, said, self._reject(reject)
        for file in self.text.files.values():
            if file.header is not None:
                yield from self._guards(file, file.header)

    # Rules --------------------------------------------------------------------------------------

    def _rule(self, rule: Rule) -> Iterator[Changed]:
        node = self.text.node(rule.span)
        node = node if isinstance(node, ast.RuleStatement) else None
        span = rule.span
        if rule.when is not None:
            when = rule.when
            written = None if node is None else node.when
            place = span if written is None else written.span
            for v in self.changing.variants(when, written, CONDITION):
                yield v.kind, v.change, v.span or place, evolve(rule, when=v.expression)
            swapped = evolve(rule, when=None, unless=(*rule.unless, when))
            yield "clause", "`when` made `unless`", place, swapped
            if not isinstance(when, ir.And):
                yield "condition", "`when` dropped", place, evolve(rule, when=None)
        for at, unless in enumerate(rule.unless):
            written = None if node is None else node.unless[at]
            place = span if written is None else written.span
            left = rule.unless[:at] + rule.unless[at + 1 :]

            def changed(e: Expression, at: int = at) -> Rule:
                return evolve(rule, unless=(*rule.unless[:at], e, *rule.unless[at + 1 :]))

            for v in self.changing.variants(unless, written, CONDITION):
                yield v.kind, v.change, v.span or place, changed(v.expression)
            yield "clause", "`unless` dropped", place, evolve(rule, unless=left)
            both = unless if rule.when is None else ir.And((rule.when, unless))
            yield "clause", "`unless` made `when`", place, evolve(rule, when=both, unless=left)
        for at in range(len(rule.thens)):
            yield from self._then(rule, at)

    def _then(self, rule: Rule, at: int) -> Iterator[Changed]:
        then = rule.thens[at]
        clause = self.text.node(then.span)
        clause = clause if isinstance(clause, ast.ThenClause) else None

        def changed(**how: Any) -> Rule:
            return evolve(
                rule, thens=(*rule.thens[:at], evolve(then, **how), *rule.thens[at + 1 :])
            )

        for strength in STRENGTHS[then.strength]:
            change = f"`{then.strength}` made `{strength}`"
            yield "strength", change, then.span, changed(strength=strength)
        declared = self.base.advice[then.kind].subjects[then.subject].fields
        given = {} if clause is None else {one.name.text: one.value for one in clause.fields}
        for name, value in then.fields.items():
            written = given.get(name)
            for v in self.changing.variants(value, written, Site(stored=declared[name])):
                fields = {**then.fields, name: v.expression}
                yield v.kind, v.change, v.span or then.span, changed(fields=fields)

    def _guards(
        self, file: ast.RuleFile, header: ast.RulesetHeader
    ) -> Iterator[tuple[Part, Any, str, Iterator[Changed]]]:
        """A guard is written once, and changed in all the rules that it guards."""
        mine = [r for r in self.base.rules.values() if r.span.source == file.source]
        written = header.applies_when
        if mine and written is not None:
            said = f"ruleset `{header.name.text}`"
            yield "rules", header.name.text, said, self._guard(mine, 0, written)
        sections = [s for s in file.statements if isinstance(s, ast.SectionStatement)]
        ends = [*(s.span.start for s in sections[1:]), None][: len(sections)]
        for section, end in zip(sections, ends, strict=True):
            inside = [
                rule for rule in mine
                if section.span.start < rule.span.start and (end is None or rule.span.start < end)
            ]  # fmt: skip
            if inside and section.applies_when is not None:
                title = section.title.plain
                guard = self._guard(inside, len(inside[0].guards) - 1, section.applies_when)
                yield "rules", title, f"section `{title}`", guard

    def _guard(self, rules: list[Rule], at: int, written: ast.Expr) -> Iterator[Changed]:
        guards = rules[0].guards

        def changed(*instead: Expression) -> dict[str, Rule]:
            kept = (*guards[:at], *instead, *guards[at + 1 :])
            return {rule.name: evolve(rule, guards=kept) for rule in rules}

        yield "guard", "`applies when` dropped", written.span, changed()
        for v in self.changing.variants(guards[at], written, CONDITION):
            yield v.kind, v.change, v.span or written.span, changed(v.expression)

    # Defines and tables -------------------------------------------------------------------------

    def _define(self, define: Define) -> Iterator[Changed]:
        node = self.text.node(define.span)
        if isinstance(define.body, Table):
            table = node if isinstance(node, ast.TableStatement) else None
            for kind, change, span, body in self._table(define, define.body, table):
                yield kind, change, span, evolve(define, body=body)
            return
        written = node.body if isinstance(node, ast.DefineStatement) else None
        place = define.span if written is None else written.span
        for v in self.changing.variants(define.body, written, Site(stored=define.type)):
            yield v.kind, v.change, v.span or place, evolve(define, body=v.expression)

    def _table(
        self, define: Define, table: Table, node: ast.TableStatement | None
    ) -> Iterator[Changed]:
        for at, head in enumerate(table.heads):
            written = None if node is None else node.heads[at]
            place = define.span if written is None else written.span
            for v in self.changing.variants(head, written):
                yield v.kind, v.change, v.span or place, _with_head(table, at, v.expression)
        type_ = define.type
        output = type_.of if table.hit == "collect" and isinstance(type_, SetOf) else type_
        for number, row in enumerate(table.rows):
            known = None if node is None else node.rows[number]

            def changed(new: Row, number: int = number) -> Table:
                rows = (*table.rows[:number], new, *table.rows[number + 1 :])
                return evolve(table, rows=rows)

            for at, test in enumerate(row.tests):
                cell = None if known is None else known.cells[at]
                place = row.cells[at] if at < len(row.cells) else row.span
                for v in self._cell(test, cell):
                    tests = (*row.tests[:at], v.expression, *row.tests[at + 1 :])
                    where = v.span or place
                    yield "cell", v.change, where, changed(evolve(row, tests=tests))
            for v in self._output(row, None if known is None else known.output, output):
                place = v.span or row.span
                yield "cell", v.change, place, changed(evolve(row, output=v.expression))

    def _cell(self, test: Expression, cell: ast.Cell | None) -> Iterator[Variant]:
        """Another value, another comparison, or anything."""
        if test == ir.TRUE:
            return
        said = "the cell" if cell is None else f"`{self.text.slice(cell.span)}`"
        yield Variant(ir.TRUE, "cell", f"{said} made `-`")
        if isinstance(test, ir.Not):
            return  # `unknown`
        if isinstance(test, ir.Compare) and test.op == "==":
            right = test.right
            if isinstance(right, ir.Constant) and right.value is not None:
                for other in others(right.value, right.type):
                    changed = evolve(test, right=evolve(right, value=other))
                    yield Variant(changed, "cell", f"{said} made `{written_value(other)}`")
            return
        head = next(iter(ir.children(test)))
        for v in self.changing.variants(test, cell):
            # the head is changed for the column as a whole; that the opposite comparison is taken
            # leaves the cell as much to look at as the neighbour does
            if next(iter(ir.children(v.expression)), None) == head:
                yield v

    def _output(self, row: Row, written: Written, type_: Type) -> Iterator[Variant]:
        if isinstance(row.output, ir.Constant) and row.output.value is not None:
            said = self.text.quoted(row.output, written)
            bounding = isinstance(type_, Enum) and type_.ordered
            for other in others(row.output.value, row.output.type, bounding):
                if fits(other, type_):
                    changed = evolve(row.output, value=other)
                    words = f"output {said} made `{written_value(other)}`"
                    yield Variant(changed, "cell", words, None if written is None else written.span)
            return
        yield from self.changing.variants(row.output, written, Site(stored=type_))

    # Parameters, defaults, rejects --------------------------------------------------------------

    def _parameter(self, parameter: ParameterDeclaration) -> Iterator[Changed]:
        """A value, or the day from which it holds, by one step; of an entry for several keys, for
        all of them."""
        for span in dict.fromkeys(row.span for row in parameter.rows):
            mine = [row for row in parameter.rows if row.span == span]
            value, start = mine[0].value, mine[0].start
            entry = self.text.node(span)
            place = entry.value.span if isinstance(entry, ast.ParameterEntry) else span
            for other in others(value, parameter.type, bounding=True):
                if fits(other, parameter.type):
                    rows = tuple(
                        evolve(row, value=other) if row in mine else row for row in parameter.rows
                    )
                    words = f"`{written_value(value)}` made `{written_value(other)}`"
                    yield "parameter", words, place, evolve(parameter, rows=rows)
            for day in () if start is None else _days_beside(start):
                taken = {(row.key, row.start) for row in parameter.rows}
                if not any((row.key, day) in taken for row in mine):
                    rows = tuple(
                        evolve(row, start=day) if row in mine else row for row in parameter.rows
                    )
                    words = f"`from {start}` made `from {day}`"
                    yield "parameter", words, span, evolve(parameter, rows=rows)

    def _attribute(
        self, fact: ir.FactDeclaration, attribute: ir.AttributeDeclaration
    ) -> Iterator[Changed]:
        node = self.text.node(attribute.span)
        node = node if isinstance(node, ast.AttributeClause) else None
        assert attribute.default is not None

        def changed(**how: Any) -> ir.FactDeclaration:
            attributes = {**fact.attributes, attribute.name: evolve(attribute, **how)}
            return evolve(fact, attributes=attributes)

        written = None if node is None else node.default
        for v in self.changing.variants(attribute.default, written, Site(stored=attribute.type)):
            yield v.kind, v.change, v.span or attribute.span, changed(default=v.expression)
        if attribute.unless is not None:
            written = None if node is None else node.unless
            place = attribute.span if written is None else written.span
            yield "clause", "`unless` dropped", place, changed(unless=None)
            for v in self.changing.variants(attribute.unless, written, CONDITION):
                yield v.kind, v.change, v.span or place, changed(unless=v.expression)

    def _reject(self, reject: ir.Reject) -> Iterator[Changed]:
        node = self.text.node(reject.span)
        written = node.when if isinstance(node, ast.RejectStatement) else None
        place = reject.span if written is None else written.span
        for v in self.changing.variants(reject.when, written, CONDITION):
            yield v.kind, v.change, v.span or place, evolve(reject, when=v.expression)


def _with_head(table: Table, at: int, head: Expression) -> Table:
    """The table with another head of a column, which all its cells test."""

    def test(old: Expression) -> Expression:
        if old == ir.TRUE:
            return old
        if isinstance(old, ir.Not):  # `unknown`
            return ir.Not(ir.IsKnown(head))
        return with_child(old, 0, head)

    rows = (
        evolve(row, tests=(*row.tests[:at], test(row.tests[at]), *row.tests[at + 1 :]))
        for row in table.rows
    )
    heads = (*table.heads[:at], head, *table.heads[at + 1 :])
    return evolve(table, heads=heads, rows=tuple(rows))


def _parameters(base: RuleBase) -> Iterator[str]:
    """The parameters that more than texts read."""
    tops: list[Expression | None] = []
    for rule in base.rules.values():
        tops += [*rule.guards, rule.when, *rule.unless]
        tops += [value for then in rule.thens for value in then.fields.values()]
    tops += [e for define in base.defines.values() for e in define.expressions()]
    for fact in base.facts.values():
        tops += [e for a in fact.attributes.values() for e in (a.default, a.unless)]
    tops += [reject.when for reject in base.rejects]
    for top in tops:
        for node in () if top is None else ir.walk(top):
            if isinstance(node, ir.ParameterValue):
                yield node.name


def _days_beside(day: date) -> Iterator[date]:
    for step in (-1, 1):
        try:
            yield day + timedelta(days=step)
        except OverflowError:
            continue
