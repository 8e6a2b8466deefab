"""From a question to the rules that could have said it, and what kept each from speaking."""

from collections.abc import Iterator, Sequence
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from matchrules import ir
from matchrules.case.values import shown
from matchrules.decision import Decision, about_of, key_order
from matchrules.diagnostics.model import UsageError
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.explain.grounds import Asked, Grounds
from matchrules.explain.names import spoken
from matchrules.explain.why.places import places
from matchrules.explain.why_not.keys import index_of_key, key_of, no_such
from matchrules.explain.why_not.lacks import Descent
from matchrules.explain.why_not.model import (
    Guard,
    Lack,
    WhyNot,
    Withdrawal,
    Withheld,
    added,
)
from matchrules.explain.why_not.needs import NOT_YES, YES, Known, Truths
from matchrules.ir import AGAINST, Rule
from matchrules.types import YesNo

if TYPE_CHECKING:
    from matchrules.engine.compiled.run import Run

MOST_INSTANCES: Final = 3  # of each rule: those that lack least
_MANY: Final = 50  # instances, for which the rules as code take less time


def why_not(grounds: Grounds, decision: Decision, subject: str, about: Any) -> WhyNot:
    """What kept `subject` from being advised; see `Decision.why_not`."""
    asked = grounds.asked(subject)
    if asked.what == "value":
        return _Values(grounds, asked, about).answer()
    return _Rules(grounds, decision, asked, about).answer()


class _Rules:
    """The rules that could have given the advice that is asked for."""

    def __init__(self, grounds: Grounds, decision: Decision, asked: Asked, about: Any) -> None:
        self.grounds, self.base, self.run = grounds, grounds.base, grounds.interpretation
        self.decision, self.asked = decision, asked
        rules = grounds.rules_for(asked)
        self.key = None if about is None else key_of(grounds, {r.fact for r in rules}, about)
        if self.key is not None:
            rules = tuple(r for r in rules if self._instance(r.fact) is not None)
            if not rules:
                raise no_such(grounds, {r.fact for r in grounds.rules_for(asked)}, self.key)
        self.rules = rules
        self.guards: dict[tuple[str, str], Guard] = {}

    def answer(self) -> WhyNot:
        instead = self._standing()
        found: list[Withheld] = []
        left_out: dict[str, int] = {}
        for rule in self.rules:
            nearest, more = self._nearest(rule)
            found += [self._withheld(rule, bound) for bound in nearest]
            if more:
                left_out[rule.full_name] = more
            if rule.fact is not None and not self.run.each(rule.fact):
                found.append(self._without(rule))
        found.sort(key=lambda w: (w.missing, w.rule))
        return WhyNot(
            subject=self.asked.name, what=self.asked.what, title=self._title(),
            as_of=self.decision.as_of,
            about=None if self.key is None else about_of(self.key),
            rules=tuple(found), guards=tuple(self.guards.values()), left_out=left_out,
            instead=instead,
        )  # fmt: skip

    def _title(self) -> str:
        if self.asked.what == "rule":
            return f"the rule {self.grounds.wording.names.rule(self.asked.name)}"
        kind, _, subject = self.asked.name.partition(".")
        return self.grounds.wording.names.subject(kind, subject)

    def _standing(self) -> tuple[str, ...]:
        """What is said against it; an error where it is advised."""
        asked = self.asked
        about = None if self.key is None else about_of(self.key)
        said = [
            advice for advice in self.decision
            if (about is None or advice.about == about) and asked.name == (
                f"{advice.kind}.{advice.subject}" if asked.what == "advice"
                else advice.rule.rpartition(".")[2]
            )
        ]  # fmt: skip
        speaking = [a for a in said if asked.what == "rule" or a.strength not in AGAINST]
        if not speaking:
            return tuple(dict.fromkeys(f"{a.strength} ({a.id or a.rule})" for a in said))
        words = f"the rule `{self._name()}` speaks"
        if asked.what == "advice":
            rules = ", ".join(dict.fromkeys(a.id or a.rule for a in speaking))
            words = f"`{asked.name}` is advised ({rules})"
        if about is not None:
            words += f" on {shown(about)}" if isinstance(about, str) else f" on {about}"
        elif all(a.about is not None for a in speaking):
            facts = {self.base.rules[a.rule.rpartition(".")[2]].fact for a in speaking}
            fact = spoken(sorted(filter(None, facts))[0])
            each = f"{len(speaking)} {fact}{'s' * (len(speaking) > 1)}"
            raise UsageError(f"{words} on {each}: `why` tells why, or ask `about` another {fact}")
        raise UsageError(f"{words}: `why` tells why")

    def _name(self) -> str:
        if self.asked.what == "advice":
            return self.asked.name
        rule = self.base.rules[self.asked.name]
        return rule.id or rule.name

    # Instances -----------------------------------------------------------------------------------

    def _instance(self, fact: str | None) -> int | None:
        """The place of the instance that is asked about."""
        return None if fact is None else index_of_key(self.grounds, fact).get(self.key or ())

    def _nearest(self, rule: Rule) -> tuple[Sequence[Bound], int]:
        """The instances of which the rule does not speak, those that lack least, and how many more
        there are."""
        if rule.fact is None:
            return ([] if self.run.stands(rule, NOTHING) else [NOTHING]), 0
        if self.key is not None:
            index = self._instance(rule.fact)
            assert index is not None  # the others are left out
            bound = {rule.fact: index}
            return ([] if self.run.stands(rule, bound) else [bound]), 0
        fact = rule.fact
        each = self.run.each(fact)
        run: Interpretation | Run = self.run
        if len(each) > _MANY:
            run = self.grounds.compiled.run(self.grounds.case)
        needed = [*rule.guards, *_conjuncts(rule.when)]
        order = [key_order(self.base, fact, key) for key in index_of_key(self.grounds, fact)]

        def distance(index: int) -> tuple[object, ...]:
            bound = {fact: index}
            truths = [run.value(e, bound) for e in needed]
            blocked = sum(run.value(e, bound) is True for e in rule.unless)
            return truths.count(False) + blocked, truths.count(None), order[index]

        silent = [n for n, bound in enumerate(each) if not run.stands(rule, bound)]
        nearest = nsmallest(MOST_INSTANCES, silent, key=distance)
        return [{fact: index} for index in nearest], len(silent) - len(nearest)

    # One rule ------------------------------------------------------------------------------------

    def _withheld(self, rule: Rule, bound: Bound) -> Withheld:
        descent = Descent(self.run, self.grounds.wording)
        held, weights = [], []
        for n, guard in enumerate(rule.guards):
            found = Descent(self.run, self.grounds.wording).missing(guard, bound)
            for lack in found:
                held.append(self._guard(rule, n, lack))
                weights.append(lack.weight)
        lacks = () if rule.when is None else descent.missing(rule.when, bound)
        exceptions = tuple(
            lack for e in rule.unless for lack in descent.missing(e, bound, NOT_YES)
        )  # fmt: skip
        withdrawn = tuple(
            Withdrawal(
                other.full_name, other.id, other.title, self.grounds.wording.names.rule(other.name)
            )
            for other in self.base.overriders.get(rule.name, ())
            if self.run.holds(other, bound if other.fact else NOTHING)
        )
        weights += [lack.weight for lack in lacks]
        weights += [(1, 0)] * (len(exceptions) + len(withdrawn))
        about, of = None, ""
        if rule.fact is not None:
            of = descent.instance(rule.fact, bound[rule.fact])
            keys = list(index_of_key(self.grounds, rule.fact))
            about = about_of(keys[bound[rule.fact]])
        return evolve(
            self._told(rule), about=about, of=of, guards=tuple(held), lacks=lacks,
            exceptions=exceptions, withdrawn=withdrawn, missing=added(weights),
        )  # fmt: skip

    def _without(self, rule: Rule) -> Withheld:
        """A rule that speaks once for each of what there is none of."""
        assert rule.fact is not None
        names = self.grounds.wording.names
        text = f"It speaks of each {spoken(rule.fact)}, and the case has none"
        lack = Lack(text, f"there is {names.one(rule.fact)}", True)
        return evolve(self._told(rule), lacks=(lack,), missing=(1, 0))

    def _told(self, rule: Rule) -> Withheld:
        kept = places(self.base, self.grounds.sources)
        strengths = tuple(
            then.strength for then in rule.thens
            if self.asked.what == "rule" or f"{then.kind}.{then.subject}" == self.asked.name
        )  # fmt: skip
        names = self.grounds.wording.names
        says = tuple(
            f"{names.subject(then.kind, then.subject)}: {then.strength.replace('_', ' ')}"
            for then in rule.thens
        )
        return Withheld(
            rule=rule.full_name, id=rule.id, title=rule.title,
            name=self.grounds.wording.names.rule(rule.name), strengths=strengths, says=says,
            about=None, of="",
            guards=(), lacks=(), exceptions=(), withdrawn=(), cites=tuple(map(str, rule.cites)),
            place=kept.of(rule.span)[1], version=kept.version(rule.ruleset),
        )  # fmt: skip

    def _guard(self, rule: Rule, n: int, lack: Lack) -> int:
        """The place of a guard among those that were told, each once."""
        scope, name = self._scope(rule, n)
        key = (scope, lack.condition)
        told = self.guards.get(key)
        if told is None:
            self.guards[key] = Guard(scope, name, lack, (rule.full_name,))
        elif rule.full_name not in told.rules:
            self.guards[key] = evolve(told, rules=(*told.rules, rule.full_name))
        return list(self.guards).index(key)

    def _scope(self, rule: Rule, n: int) -> tuple[str, str]:
        """Whose guard it is, at length and in short: all rules of a ruleset have its guard
        first."""
        mine = [r for r in self.base.rules.values() if r.ruleset == rule.ruleset]
        shared = n == 0 and all(r.guards[:1] == rule.guards[:1] for r in mine)
        if shared or not rule.section:
            title = self.base.rulesets[rule.ruleset].title
            return (f"“{title}” ({rule.ruleset})" if title else rule.ruleset), rule.ruleset
        section = f"the section “{rule.section}”"
        return f"{section} ({rule.ruleset})", section


class _Values:
    """An attribute or derived fact: why it is not known, or, of a yes_no, why it is not yes."""

    def __init__(self, grounds: Grounds, asked: Asked, about: Any) -> None:
        self.grounds, self.asked, self.run = grounds, asked, grounds.interpretation
        base, (prefix, _, name) = grounds.base, asked.name.partition(".")
        define = base.defines.get(asked.name)
        self.fact: str | None
        if define is not None:
            self.e: ir.Expression = ir.Derived(define.name, define.type, define.fact)
            self.fact = define.fact
        else:
            declared = base.facts[prefix]
            self.e = ir.Attribute(prefix, name, declared.attributes[name].type)
            self.fact = prefix if declared.many else None
        self.key = None if about is None else key_of(grounds, {self.fact}, about)

    def answer(self) -> WhyNot:
        need = Truths(YES) if isinstance(self.e.type, YesNo) else Known()
        each = list(self._each())
        found: list[Lack] = []
        left = 0
        for bound in each:
            if need.accepts(self.run.value(self.e, bound), self.grounds.base):
                continue
            if len(found) == MOST_INSTANCES:
                left += 1
                continue
            descent = Descent(self.run, self.grounds.wording)
            lack = descent.about(self.e, bound, need)
            if bound and self.fact is not None:
                name = descent.instance(self.fact, bound[self.fact])
                said = lack.text[len(self.grounds.wording.value(self.e)) :]
                lack = evolve(lack, text=f"{name[:1].upper()}{name[1:]}{said}")
            found.append(lack)
        if not found:
            raise UsageError(self._nothing_to_say(each))
        return WhyNot(
            subject=self.asked.name, what="value",
            title=self.grounds.wording.names.value(self.asked.name),
            as_of=self.grounds.case.as_of, about=None if self.key is None else about_of(self.key),
            rules=(), left_out={self.asked.name: left} if left else {}, value=tuple(found),
        )  # fmt: skip

    def _each(self) -> Iterator[Bound]:
        if self.key is None or self.fact is None:
            yield from self.run.each(self.fact)
            return
        index = index_of_key(self.grounds, self.fact).get(self.key)
        if index is None:
            raise no_such(self.grounds, {self.fact}, self.key)
        yield {self.fact: index}

    def _nothing_to_say(self, each: list[Bound]) -> str:
        name = self.asked.name
        if not each:
            return f"`{name}` has no value: there is no {spoken(self.fact or '')} in the case"
        if len(each) > 1:
            return f"`{name}` is known of every {spoken(self.fact or '')}: `why` tells why"
        value = self.run.value(self.e, each[0])
        words = self.grounds.wording.names.literal(value, self.e.type)
        return f"`{name}` is known, it is {' '.join(words.split())[:100]}: `why` tells why"


def _conjuncts(e: ir.Expression | None) -> Iterator[ir.Expression]:
    if isinstance(e, ir.And):
        for operand in e.operands:
            yield from _conjuncts(operand)
    elif e is not None:
        yield e
