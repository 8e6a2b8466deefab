"""On which unknown attributes it hangs what the rules say, told from above: those in what is still
undecided. What is not among them cannot matter."""

from collections.abc import Callable, Iterable, Mapping

from matchrules import ir
from matchrules.explain.prospects.model import Unknown
from matchrules.explain.prospects.outlook import Outlook
from matchrules.explain.prospects.picks import ordered, tied
from matchrules.explain.prospects.values import NO, OPEN, YES, Bits, decided
from matchrules.ir import Expression, Rule

Bound = Mapping[str, int]
Found = dict[Unknown, None]
NOTHING: Bound = {}


class Support:
    """What undecided expressions hang on, in the order in which their text names it."""

    def __init__(self, look: Outlook, until: "Callable[[Found], bool] | None" = None) -> None:
        self.look = look
        self.until = until  # enough is found
        self.done = False
        self.base = look.base
        self.found: dict[Unknown, None] = {}
        self._seen: set[tuple[str, int]] = set()

    def of(self, expressions: Iterable[Expression], bound: Bound) -> "Support":
        for e in expressions:
            self._add(e, bound)
        return self

    def whether(self, e: Expression, bound: Bound) -> "Support":
        """Whether a condition is true."""
        self._whether(e, bound, YES)
        return self

    def rule(self, rule: Rule, bound: Bound) -> "Support":
        """Whether the advice of the rule stands."""
        if self.look.stands(rule, bound) == NO:
            return self
        self._conditions(rule, bound)
        for other in self.base.overriders.get(rule.name, ()):
            here = bound if other.fact else NOTHING
            if self.look.holds(other, here) == YES | NO:
                self._conditions(other, here)
        return self

    def _conditions(self, rule: Rule, bound: Bound) -> None:
        when = () if rule.when is None else (rule.when,)
        for e in (*rule.guards, *when, *rule.unless):
            self._whether(e, bound, YES)

    def fields(self, rule: Rule, bound: Bound) -> "Support":
        """The fields of its advice."""
        return self.of((e for then in rule.thens for e in then.fields.values()), bound)

    def words(self, rule: Rule, bound: Bound) -> "Support":
        """Its texts, and whether it is provisional."""
        self.of((e for then in rule.thens for e in then.text.holes), bound)
        if rule.provisional is not None:
            self._add(rule.provisional, bound)
        for define, condition in self.look.frame.marks.get(rule.name, ()):
            each: list[Bound] = [NOTHING]
            if define.fact is not None:
                count = len(self.look.case.facts[define.fact])
                each = [{define.fact: n} for n in range(count)]
            for b in each:
                self._add(condition, b)
        return self

    def _add(self, e: Expression, bound: Bound) -> None:
        look = self.look
        if self.done or isinstance(e, ir.Constant) or decided(look.value(e, bound)):
            return
        match e:
            case ir.Attribute(fact, name):
                self.attribute(fact, name, bound)
            case ir.Derived(name):
                define = self.base.defines[name]
                mine = NOTHING if define.fact is None else {define.fact: bound[define.fact]}
                if self._once(name, mine):
                    if isinstance(define.body, ir.Table):
                        self._table(define.body, mine)
                    else:
                        self._add(define.body, mine)
            case ir.If(condition, then, otherwise):
                test = look.bits(condition, bound)
                self._add(condition, bound)
                if test & (YES | OPEN):
                    self._add(then, bound)
                if test & (NO | OPEN):
                    self._add(otherwise, bound)
            case ir.Shown(operand):
                self._whether(operand, bound, YES)
            case ir.IfKnown(value, otherwise):
                self._add(value, bound)
                found = look.value(value, bound)
                if found & OPEN if isinstance(found, int) else found.unknown:
                    self._add(otherwise, bound)
            case ir.Aggregate():
                self._aggregate(e, bound)
            case _:
                for part in ir.children(e):
                    self._add(part, bound)

    def _whether(self, e: Expression, bound: Bound, wanted: Bits) -> None:
        """A condition of which only this matters, whether it is true (or, wanted, false)."""
        found = self.look.bits(e, bound)
        if self.done or found == wanted or not found & wanted:
            return
        match e:
            case ir.And(operands) | ir.Or(operands):
                for operand in operands:
                    self._whether(operand, bound, wanted)
            case ir.Not(operand):
                self._whether(operand, bound, YES if wanted == NO else NO)
            case ir.Shown(operand):
                self._whether(operand, bound, YES)
            case ir.Derived(name):
                define = self.base.defines[name]
                mine = NOTHING if define.fact is None else {define.fact: bound[define.fact]}
                if isinstance(define.body, ir.Table):
                    self._add(e, bound)
                elif self._once(f"{name} {wanted}", mine):
                    self._whether(define.body, mine, wanted)
            case _:
                self._add(e, bound)

    def _once(self, name: str, bound: Bound) -> bool:
        key = (name, *bound.values()) if bound else (name, -1)
        if key in self._seen:
            return False
        self._seen.add(key)  # type: ignore[arg-type]  # one instance at most
        return True

    def attribute(self, fact: str, name: str, bound: Bound) -> None:
        """An attribute, and what its default hangs on."""
        declared = self.base.facts[fact]
        index = bound[fact] if declared.many else 0
        if not self._once(f"{fact}.{name}", {fact: index}):
            return
        unknown = Unknown(fact, name, index if declared.many else None)
        domain = self.look.domain(unknown)
        if domain is not None and not decided(domain):
            self.found[unknown] = None
            self.done = self.until is not None and self.until(self.found)
        instances = self.look.case.facts[fact]
        default = declared.attributes[name].default
        asserted = index < len(instances) and instances[index][name] is not None
        may_lack = domain is None or (
            bool(domain & OPEN) if isinstance(domain, int) else domain.unknown
        )
        if default is not None and not asserted and may_lack:
            self._add(default, {fact: index} if index < len(instances) else NOTHING)

    def _table(self, table: ir.Table, bound: Bound) -> None:
        for row, hit in self.look.hits(table, bound):
            if hit != YES:
                for test in row.tests:
                    if table.hit == "collect":
                        self._whether(test, bound, YES)
                    else:
                        self._add(test, bound)
            self._add(row.output, bound)

    def _aggregate(self, e: ir.Aggregate, bound: Bound) -> None:
        count = len(self.look.case.facts[e.fact])
        each = [{**bound, e.fact: n} for n in range(count)]
        if e.by is not None and ordered(self.look, e, each) is None:
            for name, n in tied(self.look, e):
                self.attribute(e.fact, name, {e.fact: n})
        for b in each:
            test = YES if e.where is None else self.look.bits(e.where, b)
            if e.where is not None:
                self._add(e.where, b)
            if e.value is not None and test & YES:
                self._add(e.value, b)


__all__ = ["Support"]
