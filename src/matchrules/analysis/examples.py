"""Examples: worked cases, their base cases worked in, and what is expected of them."""

from collections.abc import Mapping
from datetime import date

from attrs import define, field

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.eras import Era
from matchrules.analysis.lower import Lowering
from matchrules.analysis.report import did_you_mean, listed
from matchrules.analysis.scope import Declared, Subject
from matchrules.analysis.written import normalised, plain
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.types import Value

Facts = dict[str, tuple[Mapping[str, Value | None], ...]]


@define
class Examples:
    """The examples of an era. Base cases are worked out once each."""

    lowering: Lowering
    era: Era
    bases: dict[str, tuple[Facts, date | None]] = field(factory=dict)
    opened: set[str] = field(factory=set)

    def example(
        self, node: ast.ExampleStatement, ruleset: str, until: date | None
    ) -> ir.Example | None:
        """The example, or None where its day lies in another era. `until` is the day on which the
        version of its ruleset ends, None if it does not."""
        facts, as_of = self._case(node, ruleset)
        env = Environment(ruleset, decisions=True)
        expects = []
        for clause in node.expects:
            expected = self._expectation(clause, env)
            if expected is not None:
                expects.append(expected)
        title = plain(node.title)
        at = node.title.span if node.title else node.name.span if node.name else node.span
        if as_of is not None:
            start = self.lowering.scope.starts[ruleset]
            if as_of < start or (until is not None and as_of >= until):
                end = f" to the day before {until}" if until else ""
                self.lowering.report.error(
                    "MR123", f"the day of the example, {as_of}, is outside of the time of this"
                    f" version, {start}{end}", at, "never run",
                    help="say another day with `as of`, or move it to the version of that day",
                )  # fmt: skip
            if as_of < self.era.start or (self.era.end is not None and as_of >= self.era.end):
                return None
        name = node.name.text if node.name else None
        return ir.Example(title or name or "", facts, as_of, tuple(expects), name, ruleset, at)

    # The case ------------------------------------------------------------------------------------

    def _case(self, node: ast.ExampleStatement, ruleset: str) -> tuple[Facts, date | None]:
        facts: Facts = {}
        as_of = None
        if node.base is not None:
            facts, as_of = self._base(node.base, ruleset)
        if node.name is not None and node.name.text in self.bases:
            own, day = self.bases[node.name.text]
            return own, day
        facts = dict(facts)
        given: dict[str, ast.FactGroup] = {}
        for group in node.groups:
            self._group(group, facts, given, ruleset)
        return facts, node.as_of or as_of

    def _base(self, name: ast.Name, ruleset: str) -> tuple[Facts, date | None]:
        found = self.lowering.scope.find("example", name, ruleset)
        if found is None:
            return {}, None
        if found.name in self.bases:
            return self.bases[found.name]
        chain = [found]
        seen = {found.name}
        while chain[-1].node.base is not None and chain[-1].name not in self.bases:
            last = chain[-1]
            below = self.lowering.scope.find("example", last.node.base, last.ruleset)
            if below is None:
                break
            if below.name in seen:
                self._cycle(chain, below)
                break
            seen.add(below.name)
            chain.append(below)
        case: tuple[Facts, date | None] = ({}, None)
        for link in reversed(chain):
            if link.name in self.bases:
                case = self.bases[link.name]
                continue
            facts = dict(case[0])
            given: dict[str, ast.FactGroup] = {}
            for group in link.node.groups:
                self._group(group, facts, given, link.ruleset)
            case = facts, link.node.as_of or case[1]
            self.bases[link.name] = case
        return case

    def _cycle(self, chain: list[Declared], closing: Declared) -> None:
        names = [link.name for link in chain]
        ring = names[names.index(closing.name) :]
        start = ring.index(min(ring))
        ring = [*ring[start:], *ring[:start]]
        first = next(link for link in chain if link.name == ring[0])
        shown = " builds on ".join(f"`{name}`" for name in (*ring, ring[0]))
        self.lowering.report.error(
            "MR121", f"base cases build on each other: {shown}", first.node.base.span, "a circle",
            help="let one of them stand on its own",
        )  # fmt: skip

    def _group(
        self, group: ast.FactGroup, facts: Facts, given: dict[str, ast.FactGroup], ruleset: str
    ) -> None:
        fact = self.lowering.scope.fact(group.fact, ruleset)
        if fact is None:
            return
        name = group.fact.text
        env = Environment(ruleset)
        values: dict[str, Value | None] = {}
        first: dict[str, ast.Assignment] = {}
        for one in group.assignments:
            if one.name.text in first:
                what = f"`{name}.{one.name.text}`"
                self._twice(what, one.name, first[one.name.text].name)
                continue
            first[one.name.text] = one
            self._assign(one, fact, values, env)
        if fact.many:
            facts[name] = (*facts.get(name, ()), values)
            return
        if name in given:
            self._twice(f"`{name}`", group.fact, given[name].fact)
        given[name] = group
        before = facts[name][0] if facts.get(name) else {}
        facts[name] = ({**before, **values},)

    def _twice(self, what: str, second: ast.Name, first: ast.Name) -> None:
        self.lowering.report.error(
            "MR122", f"{what} is given twice", second.span, "the second one",
            help="say it once", also=(Label(first.span, "the first one"),),
        )  # fmt: skip

    def _assign(
        self, one: ast.Assignment, fact: ast.FactStatement, values: dict[str, Value | None],
        env: Environment,
    ) -> None:  # fmt: skip
        scope = self.lowering.scope
        dotted = f"{fact.name.text}.{one.name.text}"
        found = scope.values.get(dotted)
        if found is None:
            known = [attribute.name.text for attribute in fact.attributes]
            scope.report.error(
                "MR101", f"`{fact.name.text}` has no attribute `{one.name.text}`", one.name.span,
                "not declared", help=did_you_mean(one.name.text, known)
                or f"it has {listed(known, 12)}",
            )  # fmt: skip
            return
        if found.attribute is None:
            scope.report.error(
                "MR122", f"`{dotted}` is derived, and cannot be given", one.name.span, "a define",
                help="give what it is worked out from", also=(Label(found.span, "declared here"),),
            )  # fmt: skip
            return
        good, value = self.lowering.constant(one.value, found.type, env, "what is given")
        if good:
            values[one.name.text] = value

    # What is expected ----------------------------------------------------------------------------

    def _expectation(self, clause: ast.ExpectClause, env: Environment) -> ir.Expectation | None:
        scope = self.lowering.scope
        if clause.kind in ("fires", "no_fires"):
            assert clause.target is not None
            rule = scope.rule(clause.target, env.ruleset)
            negated = clause.kind == "no_fires"
            return None if rule is None else ir.ExpectFires(rule.name, negated, clause.span)
        if clause.kind in ("advice", "no_advice"):
            assert clause.target is not None
            subject = scope.subject(clause.target, clause.target.parts, env.ruleset)
            return None if subject is None else self._advice(clause, subject, env)
        if clause.kind == "condition":
            assert clause.condition is not None
            condition = self.lowering.condition(clause.condition, env)
            return ir.ExpectCondition(
                condition, normalised(scope, clause.condition.span), clause.span
            )
        if clause.kind == "rejected":
            return ir.ExpectRejected(plain(clause.text), clause.span)
        return ir.ExpectNothingElse(clause.span)

    def _advice(
        self, clause: ast.ExpectClause, subject: Subject, env: Environment
    ) -> ir.ExpectAdvice | None:
        fields: dict[str, Value | None] = {}
        for one in clause.fields:
            type_ = subject.fields.get(one.name.text)
            if type_ is None:
                known = list(subject.fields)
                self.lowering.report.error(
                    "MR116", f"`{subject.kind}.{subject.name}` has no field `{one.name.text}`",
                    one.name.span, "not declared", help=did_you_mean(one.name.text, known)
                    or (f"its fields are {listed(known)}" if known else "it has no fields"),
                )  # fmt: skip
                continue
            good, value = self.lowering.constant(one.value, type_, env, "what is expected")
            if good:
                fields[one.name.text] = value
        strength = next((one for one in ir.STRENGTHS if one == clause.strength), None)
        return ir.ExpectAdvice(subject.kind, subject.name, strength, fields, clause.span)
