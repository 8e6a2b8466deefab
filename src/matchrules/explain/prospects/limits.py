"""What keeps an extension from being valid, learnt one by one from those that are not."""

from collections.abc import Iterable, Iterator

from attrs import field, frozen

from matchrules import ir
from matchrules.explain.prospects.model import Unknown
from matchrules.explain.prospects.outlook import NOTHING, Bound, Outlook
from matchrules.explain.prospects.support import Support
from matchrules.explain.prospects.trials import Trial
from matchrules.explain.prospects.values import NO, OPEN, YES, Bits, compare, decided
from matchrules.ir import Reject, RuleBase

Given = dict[Unknown, object]


@frozen
class Refusal:
    """A reject, for one instance."""

    place: int
    index: int
    reject: Reject = field(eq=False)

    @property
    def bound(self) -> Bound:
        return NOTHING if self.reject.fact is None else {self.reject.fact: self.index}

    def broken(self, look: Outlook) -> Bits:
        """Whether it can be broken, and kept."""
        found = look.bits(self.reject.when, self.bound)
        return (YES if found & YES else 0) | (NO if found & (NO | OPEN) else 0)

    def hangs_on(self, look: Outlook) -> Iterable[Unknown]:
        return Support(look).whether(self.reject.when, self.bound).found


@frozen
class Conflict:
    """An asserted value beside a default that is another one."""

    fact: str
    name: str
    index: int

    def _parts(self, base: RuleBase) -> tuple[ir.AttributeDeclaration, Unknown]:
        declared = base.facts[self.fact]
        unknown = Unknown(self.fact, self.name, self.index if declared.many else None)
        return declared.attributes[self.name], unknown

    def _bound(self, look: Outlook) -> Bound:
        return {self.fact: self.index} if look.case.facts[self.fact] else NOTHING

    def broken(self, look: Outlook) -> Bits:
        attribute, unknown = self._parts(look.base)
        asserted = look.domain(unknown)
        if asserted is None:
            return YES | NO  # a value of the case as it is
        assert attribute.default is not None
        default = look.value(attribute.default, self._bound(look))
        op = "!="
        if isinstance(asserted, int):
            found = compare(op, asserted, default, attribute.type)
        elif asserted.known == frozenset() or _never(default):
            found = OPEN
        else:
            found = compare(op, asserted, default, attribute.type)
        if attribute.unless is not None:
            excused = look.bits(attribute.unless, self._bound(look))
            if excused == YES:
                return NO
            found |= NO if excused & YES else 0
        return (YES if found & YES else 0) | (NO if found & (NO | OPEN) else 0)

    def hangs_on(self, look: Outlook) -> Iterable[Unknown]:
        attribute, unknown = self._parts(look.base)
        domain = look.domain(unknown)
        if domain is not None and not decided(domain):
            yield unknown
        texts = [e for e in (attribute.default, attribute.unless) if e is not None]
        yield from Support(look).of(texts, self._bound(look)).found


@frozen
class Lack:
    """A single fact without an attribute that it needs, where it is there."""

    fact: str

    def broken(self, look: Outlook) -> Bits:
        given = lacking = sure = False
        for name, attribute in look.base.facts[self.fact].attributes.items():
            domain = look.domain(Unknown(self.fact, name))
            if domain is None:
                continue
            may = bool(domain & OPEN) if isinstance(domain, int) else domain.unknown
            never = domain == OPEN if isinstance(domain, int) else domain.known == frozenset()
            given = given or not may
            lacking = lacking or (attribute.required and may)
            sure = sure or (attribute.required and never)
        return YES if given and sure else NO if not lacking else YES | NO

    def hangs_on(self, look: Outlook) -> Iterable[Unknown]:
        for name in look.base.facts[self.fact].attributes:
            unknown = Unknown(self.fact, name)
            domain = look.domain(unknown)
            if domain is not None and not decided(domain):
                yield unknown


@frozen
class Flaw:
    """A fault of the rules that shows, in what these expressions are for the instances."""

    what: str
    expressions: tuple[ir.Expression, ...] = field(eq=False)
    fact: str | None

    def broken(self, look: Outlook) -> Bits:
        return YES | NO

    def hangs_on(self, look: Outlook) -> Iterable[Unknown]:
        found = Support(look)
        for bound in _each(look, self.fact):
            found.of(self.expressions, bound)
        return found.found


Limit = Refusal | Conflict | Lack | Flaw


def limits_of(trial: Trial) -> Iterator[Limit]:
    """What keeps that extension from being valid."""
    lacking, refused = list(_lacking(trial)), list(_refusals(trial))
    yield from lacking
    yield from refused
    codes = {fault.code for fault in trial.faults}
    if "MR601" in codes:
        yield from _conflicts(trial)
    if codes - {"MR601"}:
        yield from _flaws(trial, {fault.path or "" for fault in trial.faults})
    if not (codes or lacking or refused):
        yield from _clashes(trial)


def _lacking(trial: Trial) -> Iterator[Limit]:
    base, case = trial.base, trial.trials.case
    for fact in dict.fromkeys(u.fact for u in trial.values if u.index is None):
        if not case.facts[fact] and any(a.required for a in base.facts[fact].attributes.values()):
            yield Lack(fact)


def _refusals(trial: Trial) -> Iterator[Limit]:
    base = trial.base
    trial.fill(trial.compiled.everything)  # an incomplete one was told before it was worked out
    rejecting = zip(base.rejects, trial.compiled.rejecting, strict=True)
    for n, (reject, rejects) in enumerate(rejecting):
        for index in rejects(trial.cells):
            yield Refusal(n, index, reject)


def _conflicts(trial: Trial) -> Iterator[Conflict]:
    for fact in trial.base.facts.values():
        for name, attribute in fact.attributes.items():
            if attribute.default is not None:
                for n in range(len(trial.trials.case.facts[fact.name])) if fact.many else (0,):
                    yield Conflict(fact.name, name, n)


def _flaws(trial: Trial, paths: set[str]) -> Iterator[Flaw]:
    base = trial.base
    for path in sorted(paths):
        start, _, end = path.partition(".")
        name = f"{start.partition('[')[0]}.{end.rpartition('.')[2] if '[' in path else end}"
        define = base.defines.get(name)
        if define is not None:
            yield Flaw(name, tuple(define.expressions()), define.fact)
            continue
        fact = base.facts.get(name.partition(".")[0])
        attribute = None if fact is None else fact.attributes.get(name.partition(".")[2])
        if fact is not None and attribute is not None and attribute.default is not None:
            yield Flaw(name, (attribute.default,), fact.name if fact.many else None)
            continue
        for rule in base.rules.values():
            if path.startswith(rule.full_name + "."):
                fields = [e for then in rule.thens for e in then.fields.values()]
                yield Flaw(rule.name, (*rule.expressions(), *fields), rule.fact)


def _clashes(trial: Trial) -> Iterator[Flaw]:
    for name in sorted(trial.trials.risky):
        if trial.standing_of(name):
            rule = trial.base.rules[name]
            yield Flaw(name, tuple(rule.expressions()), rule.fact)


def _never(many: object) -> bool:
    return many == OPEN if isinstance(many, int) else getattr(many, "known", None) == frozenset()


def _each(look: Outlook, fact: str | None) -> list[Bound]:
    if fact is None:
        return [NOTHING]
    return [{fact: n} for n in range(len(look.case.facts[fact]))]
