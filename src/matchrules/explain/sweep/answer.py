"""What is advised for each of many values of one fact: each of them is decided."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, Final

from attrs import evolve, field, frozen

from matchrules.case.findings import Findings
from matchrules.case.model import Case, Instance
from matchrules.case.validation import assemble
from matchrules.case.values import Misread, read_value
from matchrules.decision import Advice, Decision, Outcome, about_of, decide, render_value
from matchrules.dependencies import Graph
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Grounds
from matchrules.explain.names import spoken
from matchrules.explain.sweep.model import Identity, Sweep, SweepSpan, lanes_of
from matchrules.explain.what_if.answer import by_identity, difference, title_of
from matchrules.explain.what_if.model import Difference
from matchrules.explain.what_if.places import Place, place_of
from matchrules.explain.what_if.shifts import Comparison, named_instance
from matchrules.types import Date, Enum, Number, Type, Value, order_key, python_value

MOST_VALUES: Final = 20_000


def sweep(grounds: Grounds, decision: Decision, attribute: str, values: Iterable[Any]) -> Sweep:
    """The spans of those values of an attribute over which the same is advised.

    `attribute` is `fact.attribute`; of a many-fact `fact[2].attribute`, counted as
    `decision.facts` lists them, or by its key. Raises `UsageError` where there is no such attribute
    and where there are no values or too many, `CaseErrors` for a value that it cannot have.
    """
    place = place_of(grounds.base, attribute)
    assert place.attribute is not None
    index = place.index(grounds.case.facts[place.fact.name])
    type_ = place.attribute.type
    read = _read(place, type_, values)
    swept = _Swept(grounds, decision, place, index, tuple(read))
    said = [_said(grounds, value, type_) for value in read]
    spans: list[SweepSpan] = []
    given: list[tuple[SweepSpan, dict[Identity, Advice]]] = []
    titles: dict[Identity, str] = {}
    valid: _Run | None = None  # the last one before
    start = 0
    for run in swept.runs():
        end = start + run.count
        span = SweepSpan(
            start, run.count,
            python_value(run.first.value, type_), python_value(run.last.value, type_),
            _label(read[start:end], said[start:end], type_), (), run.first.faults,
        )  # fmt: skip
        start = end
        if run.first.outcome is not None:
            advice = swept.decision(run.first).advice
            changes = None if valid is None else swept.difference(valid.last, run.first)
            span, valid = evolve(span, advice=advice, difference=changes), run
            given.append((span, by_identity(advice)))
            titles |= {k: title_of(grounds, a) for k, a in given[-1][1].items() if k not in titles}
        spans.append(span)
    unit = type_.unit if isinstance(type_, Number) else None
    return Sweep(
        place.path, _title(grounds, place, index), unit or "",
        _said(grounds, swept.now, type_), tuple(said), tuple(spans), lanes_of(given, titles),
    )  # fmt: skip


@frozen
class _Decided:
    """The case with one of the values, and what was found of it: nothing, where it is not valid."""

    value: Value | None
    case: Case
    outcome: Outcome | None
    faults: tuple[Diagnostic, ...] = ()


@frozen
class _Run:
    """Values next to each other that are decided alike."""

    content: object
    count: int
    first: "_Decided"
    last: "_Decided"


@frozen(slots=False)
class _Swept:
    """One attribute of one instance, and the values that it takes."""

    grounds: Grounds
    made: Decision
    place: Place
    index: int
    values: tuple[Value | None, ...] = field(repr=False)

    @property
    def now(self) -> Value | None:
        """Its value in the case, defaults included."""
        assert self.place.attribute is not None
        fact = self.place.fact.name
        found: Value | None = self.grounds.interpretation.attribute(
            fact, self.place.attribute.name, {fact: self.index}
        )
        return found

    def runs(self) -> Iterator[_Run]:
        """Values next to each other that are decided alike."""
        run: _Run | None = None
        for one in self._each():
            content = _same_faults(one.faults) if one.outcome is None else _same_advice(one.outcome)
            if run is not None and run.content == content:
                run = evolve(run, count=run.count + 1, last=one)
                continue
            if run is not None:
                yield run
            run = _Run(content, 1, one, one)
        assert run is not None
        yield run

    def _each(self) -> Iterator[_Decided]:
        """Every value decided. What is wrong beside a value shows with the first one of all."""
        case, sound = self.grounds.case, False
        for value in self.values:
            try:
                case = self._case(value, check=not sound)
                sound = sound or value is not None
                outcome = self.grounds.compiled.run(case).outcome()
            except CaseErrors as error:
                yield _Decided(value, case, None, error.diagnostics)
            else:
                yield _Decided(value, case, outcome)

    def _case(self, value: Value | None, check: bool) -> Case:
        """The case with that value, checked as a whole where it has to be."""
        base, case = self.grounds.base, self.grounds.case
        fact, attribute = self.place.fact, self.place.attribute
        assert attribute is not None
        instances: list[Instance] = list(case.facts[fact.name]) or [dict.fromkeys(fact.attributes)]
        instances[self.index] = {**instances[self.index], attribute.name: value}
        facts = {**case.facts, fact.name: tuple(instances)}
        if check or fact.many or (value is None and attribute.required):
            return assemble(base, case.as_of, facts)
        return Case(case.as_of, facts)

    def decision(self, one: _Decided) -> Decision:
        """The decision on the case with one of the values."""
        assert one.outcome is not None
        return decide(self.grounds.base, one.outcome, one.case, self.made.reaching)

    def difference(self, before: _Decided, after: _Decided) -> Difference:
        """What changes from the last value of one span to the first of another. Of a text that
        prints the value that is not said."""
        one, two = (Interpretation(self.grounds.base, d.case) for d in (before, after))
        comparison = Comparison(self.grounds, one, two, None if self.place.fact.many else self.cone)
        printed = [self._printed(decided.value) for decided in (before, after)]

        def alike(old: Advice, new: Advice) -> bool:
            texts = [a.text.replace(p, "·") for a, p in zip((old, new), printed, strict=True)]
            said_alike = old.text == new.text or texts[0] == texts[1]
            same = (old.fields, old.provisional) == (new.fields, new.provisional)
            return same and said_alike

        return difference(comparison, self.decision(before), self.decision(after), alike)

    def _printed(self, value: Value | None) -> str:
        """The value as texts print it."""
        assert self.place.attribute is not None
        said = render_value(value, self.place.attribute.type, self.grounds.base)
        return said or "not known"

    @property
    def cone(self) -> frozenset[str]:
        """What depends on the attribute: nothing else can be another value."""
        assert self.place.attribute is not None
        name = f"{self.place.fact.name}.{self.place.attribute.name}"
        return _dependent(self.grounds, name)


def _dependent(grounds: Grounds, name: str) -> frozenset[str]:
    users: dict[str, list[str]] = {}
    graph: Graph = grounds.graph
    for user, needs in graph.items():
        for need in needs:
            users.setdefault(need, []).append(user)
    found, stack = {name}, [name]
    while stack:
        for user in users.get(stack.pop(), ()):
            if user not in found:
                found.add(user)
                stack.append(user)
    return frozenset(found)


def _same_advice(outcome: Outcome) -> object:
    """What two decisions share that give the same advice: everything but texts."""
    bag = Counter((f.rule, f.place, f.about, frozenset(f.fields.items())) for f in outcome.firings)
    return frozenset(bag.items())


def _same_faults(faults: Sequence[Diagnostic]) -> object:
    """What two cases share that are not valid for the same reasons, which may print a value."""
    return frozenset((f.code, f.path, tuple(label.span for label in f.labels)) for f in faults)


def _read(place: Place, type_: Type, values: Iterable[Any]) -> list[Value | None]:
    findings, read = Findings(), list[Value | None]()
    try:
        several = iter(values)
    except TypeError:
        raise UsageError(
            f"the values of `{place.path}` to be looked at are several, such as `range(0, 11)`"
        ) from None
    for given in islice(several, MOST_VALUES + 1):
        if len(read) == MOST_VALUES:
            raise UsageError(
                f"there are more than {MOST_VALUES:,} values of `{place.path}`: look at fewer at "
                "a time"
            )
        try:
            read.append(read_value(given, type_))
        except Misread as fault:
            path = tuple(place.path.split(".", 1))
            findings.add(fault.code, path, fault.message, fault.help)
            break
    findings.raise_if_any()
    if not read:
        raise UsageError(f"there are no values of `{place.path}` to look at")
    return read


def _said(grounds: Grounds, value: Value | None, type_: Type) -> str:
    if isinstance(value, str | frozenset):
        return grounds.wording.names.literal(value, type_)
    said = render_value(value, type_, grounds.base)
    return "not known" if said is None else said


def _title(grounds: Grounds, place: Place, index: int) -> str:
    """What the attribute is called, with the instance whose it is."""
    assert place.attribute is not None
    title = grounds.wording.names.value(f"{place.fact.name}.{place.attribute.name}")
    if not place.fact.many:
        return title
    if not place.fact.keys:
        return f"{title}, of one {spoken(place.fact.name)}"
    instance = grounds.case.facts[place.fact.name][index]
    key = about_of(tuple(instance[name] for name in place.fact.keys))  # type: ignore[misc]  # keys are known
    return f"{title}, of {named_instance(grounds, place.fact.name, key)}"


def _label(values: Sequence[Value | None], said: Sequence[str], type_: Type) -> str:
    """The values of a span in words."""
    if len(values) == 1:
        return said[0]
    ordered = isinstance(type_, Number | Date) or (isinstance(type_, Enum) and type_.ordered)
    if ordered and None not in values:
        keys = [order_key(value, type_) for value in values]
        if all(a < b for a, b in pairwise(keys)):
            return f"{said[0]} to {said[-1]}"
    if len(said) > 4:
        return f"{said[0]}, {said[1]}, … {said[-1]}"
    return ", ".join(said)


__all__ = ["MOST_VALUES", "sweep"]
