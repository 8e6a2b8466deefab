"""The definition: what a rule base says of a case. Other evaluators must equal this one.

To be read beside the meaning (its statements in brackets). The unknown is None; values are kept.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from matchrules import ir
from matchrules.case.model import Case
from matchrules.decision import Firing, Key, Outcome, render_text
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.engine import faults
from matchrules.engine.operators import operate
from matchrules.ir import AGAINST, Define, Expression, Rule, RuleBase, children
from matchrules.lazy import cached_property
from matchrules.text import Span
from matchrules.types import Type, exact, order_key, sort_key

Bound = Mapping[str, int]  # which instance each fact of a `for each` or an aggregate stands for
NOTHING: Bound = {}


def interpret(base: RuleBase, case: Case) -> Outcome:
    """What `base` says of `case`; raises `CaseErrors` with every fault that the case shows."""
    return Interpretation(base, case).outcome()


class Interpretation:
    """One case under one rule base. `cases` names the cases of a `compare` (14)."""

    def __init__(self, base: RuleBase, case: Case) -> None:
        self.base = base
        self.case = case
        self.cases: Mapping[str, Interpretation] = {}
        self.faults: list[Diagnostic] = []
        self._known: dict[tuple[object, ...], Any] = {}

    def outcome(self) -> Outcome:
        """Everything in force is evaluated, read or not, and all faults are reported (8)."""
        unknown = set()
        for fact in self.base.facts.values():
            for name, attribute in fact.attributes.items():
                each = self.each(fact.name) if fact.many else [NOTHING]
                values = [self.attribute(fact.name, name, bound) for bound in each]
                if None in values and (fact.name, name) in self.base.attributes_read:
                    unknown.add(f"{fact.name}.{attribute.name}")
        derived = {name: self._shown(define) for name, define in self.base.defines.items()}
        for reject in self.base.rejects:
            for bound in self.each(reject.fact):
                if self.value(reject.when, bound) is True:
                    text, where = self.text(reject.text, bound), self._place(reject.fact, bound)
                    self.faults.append(faults.rejected(reject, text, where))
        firings = self.firings
        if not self.faults:
            self.faults.extend(self._contradictions())
        if self.faults:
            raise CaseErrors(faults.in_order(self.faults))
        return Outcome(derived, firings, frozenset(unknown))

    # Facts (1, 6, 8) ----------------------------------------------------------------------------

    def each(self, fact: str | None, bound: Bound = NOTHING) -> list[Bound]:
        """`bound` once for each instance of the fact; once as it is where there is no fact (6)."""
        if fact is None:
            return [bound]
        return [{**bound, fact: index} for index in range(len(self.case.facts[fact]))]

    def attribute(self, fact: str, name: str, bound: Bound) -> Any:
        """The asserted value; where there is none, the default (8)."""
        many = self.base.facts[fact].many
        index = bound[fact] if many else 0
        return self._once(("attribute", fact, name, index), self._attribute, fact, name, index)

    def _attribute(self, fact: str, name: str, index: int) -> Any:
        declaration = self.base.facts[fact].attributes[name]
        instances = self.case.facts[fact]
        asserted = instances[index][name] if index < len(instances) else None
        if declaration.default is None:
            return asserted
        bound = {fact: index} if index < len(instances) else NOTHING
        default = self.value(declaration.default, bound)
        where = self._place(fact, bound) or fact
        default = self._in_range(default, declaration.type, f"{where}.{name}", declaration.span)
        if asserted is None or default is None or asserted == default:
            return default if asserted is None else asserted
        if declaration.unless is None or self.value(declaration.unless, bound) is not True:
            self.faults.append(
                faults.default_conflict(where, declaration, asserted, default, self.base)
            )
        return asserted

    # Derived facts (4, 6, 8) --------------------------------------------------------------------

    def derived(self, define: Define, bound: Bound) -> Any:
        """The value of a define or table: unknown where it has a fault."""
        mine = {} if define.fact is None else {define.fact: bound[define.fact]}
        key = ("define", define.name, *mine.values())
        return self._once(key, self._derived, define, mine)

    def _derived(self, define: Define, bound: Bound) -> Any:
        where = self._place(define.fact, bound)
        if isinstance(define.body, ir.Table):
            value = self._table(define, define.body, bound, where)
        else:
            value = self.value(define.body, bound)
        path = f"{where}.{define.name.partition('.')[2]}" if where else define.name
        return self._in_range(value, define.type, path, define.span)

    def _table(self, define: Define, table: ir.Table, bound: Bound, where: str) -> Any:
        """The hit policies (4)."""
        hits = [kleene_and([self.value(t, bound) for t in row.tests]) for row in table.rows]
        known = [n for n, hit in enumerate(hits) if hit is True]
        undecided = [n for n, hit in enumerate(hits) if hit is None]
        if table.hit == "collect":
            outputs = {self.value(table.rows[n].output, bound) for n in known}
            return None if None in outputs else frozenset(outputs)
        heads = [(faults.describe(h), self.value(h, bound), h.type) for h in table.heads]
        if table.hit == "unique":
            if len(known) > 1:
                self.faults.append(faults.overlap(define, where, known, heads, self.base))
                return None
            candidates = known or undecided
        else:
            candidates = [n for n in undecided if not known or n < known[0]] + known[:1]
        if not candidates:
            self.faults.append(faults.gap(define, where, heads, self.base))
            return None
        outputs = {self.value(table.rows[n].output, bound) for n in candidates}
        return outputs.pop() if len(outputs) == 1 else None

    # Rules (2, 6, 9) ----------------------------------------------------------------------------

    def holds(self, rule: Rule, bound: Bound) -> bool:
        """Guards and `when` are true, and no `unless` is."""
        needed = [*rule.guards] if rule.when is None else [*rule.guards, rule.when]
        return all(self.value(e, bound) is True for e in needed) and not any(
            self.value(e, bound) is True for e in rule.unless
        )

    def stands(self, rule: Rule, bound: Bound) -> bool:
        """The rule's conditions hold and no overrider's do, overridden or not (9)."""
        return self.holds(rule, bound) and not any(
            self.holds(other, bound if other.fact else NOTHING)
            for other in self.base.overriders.get(rule.name, ())
        )

    @cached_property
    def firings(self) -> tuple[Firing, ...]:
        """One for each `then` of each rule that fires, for each instance; never merged (9)."""
        return tuple(
            self._firing(rule, place, bound)
            for rule in self.base.rules.values()
            for bound in self.each(rule.fact)
            if self.stands(rule, bound)
            for place in range(len(rule.thens))
        )

    def _firing(self, rule: Rule, place: int, bound: Bound) -> Firing:
        then = rule.thens[place]
        values = {name: self.value(e, bound) for name, e in then.fields.items()}
        declared = self.base.advice[then.kind].subjects[then.subject].fields
        for name, value in values.items():
            self._in_range(value, declared[name], f"{rule.full_name}.{name}", then.span)
        return Firing(
            rule=rule.name, place=place, about=self._key(rule.fact, bound), fields=values,
            reasons={name: self.value(e, bound) for name, e in rule.reasons.items()},
            text=self.text(then.text, bound),
            provisional=self._marked(rule, bound),
        )  # fmt: skip

    def provisional(self, expression: Expression, bound: Bound) -> bool:
        """Something that the expression names, branch taken or not, is provisional (12)."""
        match expression:
            case ir.Derived():
                define = self.base.defines[expression.name]
                mine = {} if define.fact is None else {define.fact: bound[define.fact]}
                key = ("provisional", define.name, *mine.values())
                return bool(self._once(key, self._marked, define, mine))
            case ir.Attribute():
                declaration = self.base.facts[expression.fact].attributes[expression.name]
                parts = (declaration.default, declaration.unless)
                return any(self.provisional(e, bound) for e in parts if e is not None)
            case ir.Aggregate():
                inside = [e for e in (expression.where, expression.value) if e is not None]
                each = self.each(expression.fact, bound)
                return any(self.provisional(e, b) for b in each for e in inside)
        return any(self.provisional(e, bound) for e in children(expression))

    def _marked(self, reader: Define | Rule, bound: Bound) -> bool:
        marked = reader.provisional
        return (marked is not None and self.value(marked, bound) is True) or any(
            self.provisional(e, bound) for e in reader.expressions()
        )

    def _contradictions(self) -> Iterator[Diagnostic]:
        """A subject both for and against, or two known values of a unique one, per instance (9)."""
        rules, subjects = self.base.rules, dict[tuple[Any, ...], list[tuple[Firing, Any]]]()
        for firing in sorted(self.firings, key=lambda f: (rules[f.rule].full_name, f.place)):
            rule = rules[firing.rule]
            then, of = rule.thens[firing.place], (rule.fact, firing.about)
            subjects.setdefault((then.kind, then.subject, of), []).append((firing, then))
        for (kind, subject, _), said in subjects.items():
            unique = self.base.advice[kind].subjects[subject].unique
            for (one, a), (two, b) in combinations(said, 2):
                if (a.strength in AGAINST) != (b.strength in AGAINST):
                    yield faults.contradiction(self.base, one, two, None)
                    continue
                for name in sorted(one.fields) if unique else ():
                    values = (one.fields[name], two.fields[name])
                    if None not in values and values[0] != values[1]:
                        yield faults.contradiction(self.base, one, two, name)

    # Expressions (2, 3, 5, 10, 11) --------------------------------------------------------------

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        """The value of an expression: an operator on an unknown gives unknown (2), but for `and`,
        `or`, `not`, conditionals, `any`, `all` and what asks whether something is known."""
        match expression:
            case ir.Constant(value):
                return value
            case ir.Attribute(fact, name):
                return self.attribute(fact, name, bound)
            case ir.Derived(name):
                return self.derived(self.base.defines[name], bound)
            case ir.And(operands):
                return kleene_and([self.value(e, bound) for e in operands])
            case ir.Or(operands):
                return kleene_or([self.value(e, bound) for e in operands])
            case ir.Not(operand):
                truth = self.value(operand, bound)
                return None if truth is None else not truth
            case ir.Shown(operand):
                return self.value(operand, bound) is True
            case ir.IsKnown(operand):
                return self.value(operand, bound) is not None
            case ir.If(condition, then, otherwise):
                test = self.value(condition, bound)
                one, two = self.value(then, bound), self.value(otherwise, bound)
                if test is None:  # (3)
                    return one if one == two else None
                return one if test else two
            case ir.IfKnown(operand, otherwise):
                found = self.value(operand, bound)
                return self.value(otherwise, bound) if found is None else found
            case ir.Aggregate():
                return self._aggregate(expression, bound)
            case ir.AsOf():
                return self.case.as_of
            case ir.InCase(case, operand):
                return self.cases[case].value(operand, bound)
            case _ if isinstance(expression, ir.OfDecision):
                return self._of_decision(expression, bound)
            case ir.ParameterValue(name, _, on, key):
                asked = [self.value(e, bound) for e in (on, key) if e is not None]
                if None in asked:
                    return None
                day = self.case.as_of if on is None else asked[0]
                return self._parameter(name, day, None if key is None else asked[-1])
        values = [self.value(e, bound) for e in children(expression)]
        return None if None in values else operate(expression, values, self.base)

    def _parameter(self, name: str, day: Any, key: Any) -> Any:
        """The value in force on the day, for the key; unknown where there is none (10)."""
        started = [
            row for row in self.base.parameters[name].rows
            if row.key == key and (row.start is None or row.start <= day)
        ]  # fmt: skip
        return started[-1].value if started else None

    def _aggregate(self, aggregate: ir.Aggregate, bound: Bound) -> Any:
        """Many-facts are closed: what is not asserted is not there (5)."""
        each = self.each(aggregate.fact, bound)
        if aggregate.op in ("any", "all") and aggregate.take:  # what is tested is not selected
            each = sorted(each, key=partial(self.pick_order, aggregate))[-aggregate.take :]
        tests = [aggregate.where is None or self.value(aggregate.where, b) for b in each]
        if aggregate.op in ("any", "all"):
            return kleene_or(tests) if aggregate.op == "any" else kleene_and(tests)
        if None in tests:
            return None
        chosen = [b for b, test in zip(each, tests, strict=True) if test]
        if aggregate.by is not None:
            chosen.sort(key=lambda b: self.pick_order(aggregate, b))
            count = {"last": 1, "last_but_one": 2}.get(aggregate.op, aggregate.take)
            chosen = chosen[-count:] if count else []
            if aggregate.op == "last_but_one":
                chosen = chosen[:-1]
        if aggregate.op == "count":
            return len(chosen)
        assert aggregate.value is not None
        values = [self.value(aggregate.value, b) for b in chosen]
        if None in values:
            return None
        match aggregate.op:
            case "sum":
                return exact(sum(values))
            case "union":
                return frozenset().union(*values)
            case "last" | "last_but_one":
                return values[0] if values else None
        values.sort(key=lambda v: order_key(v, aggregate.type))
        return (values[0] if aggregate.op == "min" else values[-1]) if values else None

    def pick_order(self, aggregate: ir.Aggregate, bound: Bound) -> list[object]:
        """By the named attribute, ties by the others in order of declaration (5)."""
        attributes = self.base.facts[aggregate.fact].attributes
        names = sorted(
            (n for n in attributes if not attributes[n].never_read), key=lambda n: n != aggregate.by
        )
        value = partial(self.attribute, aggregate.fact, bound=bound)
        return [sort_key(value(n), attributes[n].type) for n in names]

    # Properties (2, 9, 14) ----------------------------------------------------------------------

    def _of_decision(self, expression: Expression, bound: Bound) -> Any:
        match expression:
            case ir.Fires(name):
                rule = self.base.rules[name]
                each = [bound] if rule.fact in bound else self.each(rule.fact, bound)
                return any(self.stands(rule, b) for b in each)
            case ir.NoneFire(besides):
                return all(firing.rule in besides for firing in self.firings)
            case ir.Advised(kind, subject, against):
                return any(
                    then.strength in AGAINST if against else then.strength not in AGAINST
                    for _, then in self._advised(kind, subject, bound)
                )
            case ir.AdvisedField(kind, subject, field):
                values = {firing.fields[field] for firing, _ in self._advised(kind, subject, bound)}
                return values.pop() if len(values) == 1 else None
            case ir.HowMany(op, operands):
                truths = [self.value(e, bound) for e in operands]
                least, open_ = truths.count(True), truths.count(None)
                if least > 1 or not open_:
                    return least == 1 if op == "exactly" else least <= 1
                return True if op == "at_most" and least + open_ <= 1 else None
            case ir.SameAdvice(besides):
                bags = [Counter((f.rule, f.place, tuple(sorted(f.fields.items())), f.about)
                                for f in case.firings if f.rule not in besides)
                        for case in self.cases.values()]  # fmt: skip
                return bags[0] == bags[1]
        raise AssertionError(f"reads no decision: {expression!r}")

    def _advised(self, kind: str, subject: str, bound: Bound) -> Iterator[tuple[Firing, Any]]:
        for firing in self.firings:
            rule = self.base.rules[firing.rule]
            then = rule.thens[firing.place]
            mine = rule.fact not in bound or firing.about == self._key(rule.fact, bound)
            if (then.kind, then.subject) == (kind, subject) and mine:
                yield firing, then

    # Texts, and what keeps this short -----------------------------------------------------------

    def text(self, template: ir.Template, bound: Bound) -> str:
        """The text with its holes filled; an unknown prints as not known (13)."""
        return render_text(template, [self.value(hole, bound) for hole in template.holes])

    def _shown(self, define: Define) -> Any:
        values = [(bound, self.derived(define, bound)) for bound in self.each(define.fact)]
        if define.fact is None:
            return values[0][1]
        if self.base.facts[define.fact].keys:
            return {self._key(define.fact, bound): value for bound, value in values}
        return tuple(value for _, value in values)

    def _key(self, fact: str | None, bound: Bound) -> Key | None:
        if fact is None:
            return None
        instance = self.case.facts[fact][bound[fact]]
        return tuple(instance[name] for name in self.base.facts[fact].keys)  # type: ignore[misc]

    def _place(self, fact: str | None, bound: Bound) -> str:
        if fact is None or fact not in bound:
            return ""
        return faults.place(self.base.facts[fact], self.case.facts[fact][bound[fact]], bound[fact])

    def _in_range(self, value: Any, type_: Type, path: str, span: Span) -> Any:
        """The value, or unknown and a fault where it breaks the promise of its range (8)."""
        if faults.checked_range(value, type_):
            return value
        self.faults.append(faults.out_of_range(path, value, type_, span, self.base))
        return None

    def _once(self, key: tuple[object, ...], work: Callable[..., Any], *arguments: Any) -> Any:
        if key not in self._known:
            self._known[key] = work(*arguments)
        return self._known[key]


def kleene_and(truths: Sequence[bool | None]) -> bool | None:
    """False if one is, else unknown if one is, else true."""
    return False if False in truths else None if None in truths else True


def kleene_or(truths: Sequence[bool | None]) -> bool | None:
    """True if one is, else unknown if one is, else false."""
    return True if True in truths else None if None in truths else False
