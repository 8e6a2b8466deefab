"""Laws of knowledge: what learning may change, and that every evaluator says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from matchrules.case.model import Case
from matchrules.case.writing import write_case
from matchrules.decision import Firing, Key, Outcome
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.ir import AGAINST, Define, Rule, RuleBase
from matchrules.testing.ground import Facts, Ground, Slot, ground_of
from matchrules.testing.laws.resting import Resting
from matchrules.testing.laws.trial import Broken, Draw, Trial, asserted, instances, read
from matchrules.testing.mending import valid_case
from matchrules.testing.sketch import complete
from matchrules.testing.strategies import drawn_in

MOST_LEARNT = 4


def learning(trial: Trial, draw: Draw) -> None:
    """Learning an unknown fact never turns advice that rests on known facts alone.

    Take two valid cases of which neither shows a fault: the second is the first with values given
    to attributes that were unknown in it, defaults worked in. (Many-facts are closed: one more of
    them is not learnt, but another case.) Say that a value of the first case *rests on known facts
    alone* if it is asserted, or follows by the rules from what rests so, whatever the rest may be:
    an `and` from a false operand, an `or` and an `any` from a true one, a conditional from its
    condition and the branch taken (or from both, where they are equal), a table from a row that
    hits (or from equal outputs of all rows that may), every other operator from all its operands;
    `is known`, `shown`, counts and picks only from all that they look at. Then

    1. a derived fact that rests on known facts alone has the same value in the second case;
    2. a rule whose guards and `when` are true, whose `unless` and whose overriders are not, all of
       it resting on known facts alone, stands in the second case too, with the same fields and text
       where these rest so too; one whose silence rests so is silent;
    3. so no subject that is advised by such a rule is advised against in the second case (or the
       other way), nor is the advice gone.

    Advice that rests on something being unknown (`is unknown`, an `unless` or an overrider that
    could not be decided) may go. This is the strongest law of its kind that needs no look at which
    values an attribute can have.
    """
    from hypothesis import strategies as st

    base, case = draw(drawn_in(trial.book))
    ground = ground_of(base)
    run = Interpretation(base, case)
    open_ = [*_unknown(run, ground)]
    if not open_:
        return
    pairs = st.tuples(st.integers(0, len(open_) - 1), st.integers(0, 255))
    picked = draw(st.lists(pairs, min_size=1, max_size=MOST_LEARNT))
    learnt = _learnt(ground, run, [(open_[at], number) for at, number in picked])
    if learnt is None:
        return
    try:
        run.outcome()
        Interpretation(base, learnt).outcome()
    except CaseErrors:
        return
    cases = {"before": write_case(base, case), "after": write_case(base, learnt)}
    promised = _Promised(base, case, run, Resting(run))
    trial.met += bool(promised.advice)
    for name, engine in trial.engines.items():
        try:
            found = engine(base, learnt)
        except CaseErrors as error:
            raise Broken(f"the engine `{name}` finds faults: {error}", cases) from None
        _kept(promised, found, f"with the engine `{name}`", cases)
    _in_a_session(trial, base, case, learnt, cases)


def agreeing(trial: Trial, draw: Draw) -> None:
    """Every engine, and a session, gives the same bytes, or the same faults, for a case."""
    base, case = draw(drawn_in(trial.book))
    trial.met += 1
    wanted = trial.decided(base, case)
    cases = {"": write_case(base, case)}
    for name in trial.engines:
        trial.same(wanted, trial.decided(base, case, name), f"the engine `{name}`", cases)
    with trial.session(base, case) as (session, _):
        trial.same(wanted, read(session), "a session", cases)


# What must stay -----------------------------------------------------------------------------------


@frozen
class _Promised:
    """What rests on known facts alone in a case."""

    base: RuleBase
    case: Case
    run: Interpretation
    known: Resting

    @property
    def advice(self) -> list[tuple[Firing, Bound]]:
        return [
            (firing, bound)
            for rule, bound in self._rules()
            if self.known.stands(rule, bound)
            for firing in self.run.firings
            if firing.rule == rule.name and firing.about == _key(self.run, rule.fact, bound)
        ]

    @property
    def silent(self) -> list[tuple[str, Key | None]]:
        return [
            (rule.name, _key(self.run, rule.fact, bound))
            for rule, bound in self._rules()
            if self.known.stands(rule, bound) is False
        ]

    def derived(self) -> Iterator[tuple[Define, Key | None, Any]]:
        """Derived facts and their values; those of facts without a key have no name to keep."""
        for define in self.base.defines.values():
            if define.fact is None or self.base.facts[define.fact].keys:
                for bound in self.run.each(define.fact):
                    if self.known.derived(define, bound):
                        about = _key(self.run, define.fact, bound)
                        yield define, about, self.run.derived(define, bound)

    def _rules(self) -> Iterator[tuple[Rule, Bound]]:
        for rule in self.base.rules.values():
            for bound in self.run.each(rule.fact):
                yield rule, bound


def _kept(promised: _Promised, after: Outcome, who: str, cases: Mapping[str, str]) -> None:
    base, known = promised.base, promised.known
    for define, about, value in promised.derived():
        found = after.derived[define.name]
        now = found if define.fact is None else found[about]
        if now != value:
            raise Broken(f"{who} `{define.name}` was {value}, by known facts alone, and becomes "
                         f"{now}", cases)  # fmt: skip
    firings = {(f.rule, f.place, f.about): f for f in after.firings}
    signs = {(*_subject(base, f), f.about): f for f in after.firings}
    for firing, bound in promised.advice:
        rule, now = base.rules[firing.rule], firings.get((firing.rule, firing.place, firing.about))
        kind, subject, against = _subject(base, firing)
        if (kind, subject, not against, firing.about) in signs:
            raise Broken(f"{who} `{kind}.{subject}`, advised by `{rule.name}` by known facts "
                         "alone, turns into its opposite", cases)  # fmt: skip
        if now is None:
            raise Broken(f"{who} `{rule.name}` stood by known facts alone, and is gone", cases)
        then = rule.thens[firing.place]
        changed = [n for n, e in then.fields.items()
                   if known.settled(e, bound) and now.fields[n] != firing.fields[n]]  # fmt: skip
        if changed:
            raise Broken(f"{who} `{rule.name}` has another `{changed[0]}`", cases)
        if all(known.settled(hole, bound) for hole in then.text.holes) and now.text != firing.text:
            raise Broken(f"{who} `{rule.name}` has another text", cases)
    spoken = {(f.rule, f.about) for f in after.firings}
    for silent, about in promised.silent:
        if (silent, about) in spoken:
            raise Broken(f"{who} `{silent}` was silent by known facts alone, and speaks", cases)


def _subject(base: RuleBase, firing: Firing) -> tuple[str, str, bool]:
    then = base.rules[firing.rule].thens[firing.place]
    return then.kind, then.subject, then.strength in AGAINST


def _key(run: Interpretation, fact: str | None, bound: Bound) -> Key | None:
    if fact is None:
        return None
    instance = run.case.facts[fact][bound[fact]]
    values = [instance[name] for name in run.base.facts[fact].keys]
    return tuple(value for value in values if value is not None)


# What is learnt -----------------------------------------------------------------------------------


def _unknown(run: Interpretation, ground: Ground) -> Iterator[Slot]:
    """The attributes that are unknown, defaults worked in: of what is there, and of single facts
    that are not."""
    for slot in ground.slots:
        if slot.index:
            continue
        fact, name = slot.place
        many, there = run.base.facts[fact].many, len(run.case.facts[fact])
        for index in range(there if many else 1):
            if run.attribute(fact, name, {fact: index} if many else NOTHING) is None:
                yield slot.at(index)


def _learnt(ground: Ground, run: Interpretation, learnt: Sequence[tuple[Slot, int]]) -> Case | None:
    """The case with values for what was unknown; None where they are no valid case with the
    rest."""
    day = run.case.as_of
    facts: Facts = {
        name: [asserted(one) for one in several]
        for name, several in run.case.facts.items() if several
    }  # fmt: skip
    for slot, number in learnt:
        there = facts.setdefault(slot.fact, [])
        if not there:
            there.append({})
        values = ground.values(slot.place, day)
        there[slot.index].setdefault(slot.attribute.name, values[number % len(values)])
    complete(ground, day, facts, learnt[0][1])
    return valid_case(run.base, day, facts)


def _in_a_session(
    trial: Trial, base: RuleBase, case: Case, learnt: Case, cases: Mapping[str, str]
) -> None:
    """A session that learns says what one says that has known all along."""
    wanted = trial.decided(base, learnt)
    with trial.session(base, case) as (session, handles):
        read(session)
        for handle, (fact, _) in zip(handles, instances(case), strict=True):
            if not base.facts[fact].many:
                session.update(handle, **learnt.facts[fact][0])
            elif case.facts[fact] != learnt.facts[fact]:
                session.retract(handle)
        for fact, several in learnt.facts.items():
            many = base.facts[fact].many
            if several != case.facts[fact] and (many or not case.facts[fact]):
                for one in several:
                    session.assert_fact(fact, **asserted(one))
        trial.same(wanted, read(session), "a session that learns", cases)
