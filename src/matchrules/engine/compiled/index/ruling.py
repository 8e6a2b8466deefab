"""The lines between the facts and the rules that stand: derived facts, rejects, and those
conditions and faults that the index does not know."""

from collections.abc import Iterable, Sequence

from matchrules.engine.compiled.expressions import Writer
from matchrules.engine.compiled.statements import (
    Statement,
    say_default,
    say_define,
)
from matchrules.ir import AGAINST, Expression, Rule
from matchrules.types import Number

from .bounds import can_fault, fits
from .columns import BYTE
from .fused import Fused, ordering
from .loops import Loop


class Ruling:
    """`each` are the rules said for each instance, `found` the variables with their places."""

    def __init__(self, function: Fused) -> None:
        self.function = function
        self.plan = function.plan
        self.base, self.compiled = self.plan.base, self.plan.compiled
        self.layout, self.index = self.compiled.layout, self.plan.index
        self.say, self.under = function.say, function.under
        self.each: tuple[str, ...] = tuple(
            rule.name for rule in self.base.rules.values() if rule.fact is not None
        )
        self._places = {name: f"p{place}" for place, name in enumerate(self.each)}
        self.found = [self._places[name] for name in self.each]
        self._defines = {cell: name for name, cell in self.layout.defines.items()}
        self._defaults = {self.layout.attributes[name]: name for name in self.layout.asserted}
        self._orders = {cell: name for name, cell in self.layout.orders.items()}

    def write(self) -> None:
        self._strata()
        for cell in self._in_need():
            self._fill(cell)
        self._rejects()
        self._rest()
        self._loops()
        self._overrides()
        self._fields()
        self._contradictions()

    def _writer(self, bound: dict[str, str] | None = None) -> Writer:
        return Writer(self.base, self.layout, self.function, bound or {})

    # Cells ----------------------------------------------------------------------------------------

    def _strata(self) -> None:
        """As `Index.close` does."""
        function, start = self.function, 0
        for tables in self.index.opened:
            count = len(tables)
            shifted = f"left >> {start}" if start else "left"
            mask = function.mask((1 << count * BYTE) - 1)
            if count == 1:
                self.say(f"left &= {function.known_as(tables[0])}[{shifted} & {mask}]")
            else:
                pairs = f"{function.known_as(zip)}({function.known_as(tables)}, "
                self.say(f"for t, b in {pairs}({shifted} & {mask}).to_bytes({count}, 'little')):")
                self.say("    left &= t[b]")
            start += count * BYTE

    def _in_need(self) -> Sequence[int]:
        """The cells that have to be worked out, each after what it rests on."""
        base, compiled = self.base, self.compiled
        found = set(self._defaults) | set(self.index.coded)
        found |= {self.layout.defines[d.name] for d in base.defines.values() if can_fault(base, d)}
        found |= set(compiled.reads(reject.when for reject in base.rejects))
        for rule in base.rules.values():
            if rule.fact is not None:
                when = () if rule.when is None else (rule.when,)
                found |= set(compiled.reads([*rule.guards, *when, *rule.unless]))
            found |= set(compiled.reads(e for _, _, e, _ in self._risky_fields(rule)))
        for conditions in self.index.rest.values():
            found |= set(compiled.reads(c.expression for c in conditions))
        stack = list(found)
        while stack:
            cell = stack.pop()
            if self._bit_of(cell) is not None:
                continue
            for other in compiled.read_by(cell):
                if other not in found:
                    found.add(other)
                    stack.append(other)
        return compiled.in_turn(found)

    def _bit_of(self, cell: int) -> int | None:
        """The bit that says all of a derived fact."""
        name = self._defines.get(cell)
        if name is None or name not in self.index.derived or not self.index.is_two_valued(name):
            return None
        return self.index.derived[name]

    def _fill(self, cell: int) -> None:
        function, bit = self.function, self._bit_of(cell)
        if bit is not None:
            self.say(f"x{cell}c = left & {function.mask(1 << bit)} != 0")
        elif cell in self._orders:
            self._order(cell)
        elif cell in self._defaults:
            fact, name = self._defaults[cell]
            statement = self._statement(fact if self.base.facts[fact].many else None)
            say_default(statement, fact, self.base.facts[fact].attributes[name])
        else:
            define = self.base.defines[self._defines[cell]]
            say_define(self._statement(define.fact), define)
            if define.fact is not None and not self.base.facts[define.fact].many:
                self.say(f"y{cell}c = x{cell}c[0] if x{cell}c else None")
        column = self.index.columns.get(cell)
        if column is not None:
            self.say(f"left &= {function.known_as(column)}[x{cell}c]")

    def _statement(self, fact: str | None) -> Statement:
        return Statement(self.base, self.layout, fact, self.function)

    def _order(self, cell: int) -> None:
        fact, by = self._orders[cell]
        declared = self.base.facts[fact].attributes
        ties = sorted((n for n in declared if not declared[n].never_read), key=lambda n: n != by)
        order = ordering([(name, declared[name].type) for name in ties])
        columns = [self.function.cell(self.layout.attributes[fact, name]) for name in ties]
        count = self.function.cell(self.layout.counts[fact])
        self.say(f"x{cell}c = {self.function.known_as(order)}({', '.join([count, *columns])})")

    # Rules ----------------------------------------------------------------------------------------

    def _rejects(self) -> None:
        for reject in self.base.rejects:
            statement = self._statement(reject.fact)
            if reject.fact is None:
                with self.under(f"if {statement.writer.true(reject.when).text}:"):
                    self.say("return None")
                continue
            count = self.function.cell(self.layout.counts[reject.fact])
            with (
                self.under(f"for {statement.index} in range({count}):", statement.index),
                self.under(f"if {statement.writer.true(reject.when).text}:"),
            ):
                self.say("return None")

    def _rest(self) -> None:
        """Conditions that no column knows, of the rules that are still open."""
        for name, conditions in self.index.rest.items():
            mask = self.function.mask(1 << self.index.bit[name])
            for condition in conditions:
                with self.under(f"if left & {mask}:"):
                    writer = self._writer()
                    true = writer.true(condition.expression).text
                    with self.under(f"if {true}:" if condition.barring else f"if not {true}:"):
                        self.say(f"left ^= {mask}")

    def _loops(self) -> None:
        """The rules said for each instance: one loop for each fact."""
        facts = {self.base.rules[name].fact: None for name in self.each}
        for fact in facts:
            assert fact is not None
            said = [rule for rule in self.base.rules.values() if rule.fact == fact]
            Loop(self.function, fact, self._places).write(said, self._writer())

    def _overrides(self) -> None:
        """An overrider withdraws, overridden or not (9)."""
        overriders = self.base.overriders
        if not overriders:
            return
        self.say("held = left")
        for name in self.each:
            if name in overriders:
                self.say(f"{self._held(name)} = {self._places[name]}")
        for name, others in overriders.items():
            if name not in self.base.rules:
                continue
            for other in others:
                self._override(name, other)

    def _held(self, name: str) -> str:
        """The variable with the instances for which a rule holds, overridden or not."""
        return self._places[name].replace("p", "h")

    def _override(self, name: str, other: Rule) -> None:
        fact = self.base.rules[name].fact
        if other.fact is None:
            with self.under(f"if held & {self.function.mask(1 << self.index.bit[other.name])}:"):
                if fact is None:
                    mask = self.function.mask(1 << self.index.bit[name])
                    self.say(f"left &= ~{mask}")
                else:
                    self.say(f"{self._places[name]} = []")
            return
        mine, places = self._places[name], self._places[other.name]
        held = self._held(other.name) if other.name in self.base.overriders else places
        self.say(f"{mine} = [j for j in {mine} if j not in {held}]")

    # Faults ---------------------------------------------------------------------------------------

    def _risky_fields(self, rule: Rule) -> Iterable[tuple[Rule, str, Expression, Number]]:
        """The fields of its advice that could break the promise of their range."""
        for then in rule.thens:
            declared = self.base.advice[then.kind].subjects[then.subject].fields
            for name, expression in then.fields.items():
                type_ = declared[name]
                if isinstance(type_, Number) and not fits(self.base, expression, type_):
                    yield rule, name, expression, type_

    def _fields(self) -> None:
        for rule in self.base.rules.values():
            for _, _, expression, type_ in self._risky_fields(rule):
                if rule.fact is None:
                    mask = self.function.mask(1 << self.index.bit[rule.name])
                    with self.under(f"if left & {mask}:"):
                        self._field(self._writer(), expression, type_)
                    continue
                index = self.function.name("j")
                with self.under(f"for {index} in {self._places[rule.name]}:", index):
                    self._field(self._writer({rule.fact: index}), expression, type_)

    def _field(self, writer: Writer, expression: Expression, type_: Number) -> None:
        self.say(f"r = {writer.value(expression).text}")
        low = "" if type_.low is None else f"{self.function.constant(type_.low).text} <= "
        high = "" if type_.high is None else f" <= {self.function.constant(type_.high).text}"
        with self.under(f"if r is not None and not {low}r{high}:"):
            self.say("return None")

    def _contradictions(self) -> None:
        """Where both sides of a subject stand, or one that is unique is said twice, the general
        way looks closer."""
        groups: dict[tuple[str, str, str | None], list[tuple[Rule, bool]]] = {}
        for rule in self.base.rules.values():
            for place, then in enumerate(rule.thens):
                if (rule.name, place) in self.compiled.at_risk:
                    against = then.strength in AGAINST
                    group = groups.setdefault((then.kind, then.subject, rule.fact), [])
                    group.append((rule, against))
        for (kind, subject, fact), said in groups.items():
            unique = self.base.advice[kind].subjects[subject].unique
            if fact is None:
                self._whole(said, unique)
            elif len({rule.name for rule, _ in said}) < len(said) or len(said) > 1:
                self._instances(said, unique)

    def _whole(self, said: Sequence[tuple[Rule, bool]], unique: bool) -> None:
        mask, bit = self.function.mask, self.index.bit
        sides: list[int] = [0, 0]
        twice = every = 0
        for rule, against in said:
            one = 1 << bit[rule.name]
            twice |= every & one
            every |= one
            sides[against] |= one
        if all(sides):
            with self.under(f"if left & {mask(sides[0])} and left & {mask(sides[1])}:"):
                self.say("return None")
        if unique:
            self.say(f"r = left & {mask(every)}")
            with self.under(f"if r & r - 1 or r & {mask(twice)}:"):
                self.say("return None")

    def _instances(self, said: Sequence[tuple[Rule, bool]], unique: bool) -> None:
        for place, (one, a) in enumerate(said):
            for two, b in said[place + 1 :]:
                if a is not b or unique:
                    lists = f"{self._places[one.name]} and {self._places[two.name]}"
                    with self.under(f"if {lists}:"):
                        self.say("return None")


__all__ = ["Ruling"]
