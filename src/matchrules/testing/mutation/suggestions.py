"""A case in which a mutant makes a difference: an example with one attribute changed."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from attrs import frozen

from matchrules import ir
from matchrules.case.model import Case
from matchrules.ir import Example, Expression, RuleBase
from matchrules.regions.cutpoints import Place
from matchrules.testing.ground import Facts, ground_of
from matchrules.testing.mending import reads, valid_case
from matchrules.testing.mutation.expressions import written_value
from matchrules.testing.mutation.mutants import Edit
from matchrules.testing.mutation.reading import Reading, Spread, conditions, fields
from matchrules.testing.mutation.reruns import Run
from matchrules.text import Span
from matchrules.types import Value

MOST = 600  # cases that are tried
NEAR = 12  # attributes that are tried


@frozen
class Nearby:
    """An example that makes a difference once `attribute` of `fact` (of its instance `index`, from
    1, of a many-fact) has that value, None for left out. `what` are the rules, names and rejects
    that then come out otherwise."""

    example: str
    span: Span
    fact: str
    index: int | None
    attribute: str
    value: Value | None
    what: tuple[str, ...]

    def __str__(self) -> str:
        which = "" if self.index is None else f" {self.index}"
        value = "left out" if self.value is None else f"= {written_value(self.value)}"
        return f"“{self.example}” with {self.fact}{which}: {self.attribute} {value}"


def nearby(reading: Reading, edit: Edit) -> Nearby | None:
    """The first such case, None where none of those tried is one."""
    base, changed, spread = reading.base, edit.of(reading.base), reading.spread(edit)
    for example, fact, index, name, value in islice(_near(reading, spread), MOST):
        assert example.as_of is not None
        facts: Facts = {n: [dict(i) for i in found] for n, found in example.facts.items()}
        instances = facts.setdefault(fact, [])
        if index == len(instances):
            instances.append({})
        instances[index][name] = value
        case = _case(base, example.as_of, facts)
        what = _differing(base, changed, case, spread)
        if what and valid_case(base, example.as_of, facts) is not None:
            title = example.title or example.name or "example"
            number = index + 1 if base.facts[fact].many else None
            return Nearby(title, example.span, fact, number, name, value, what)
    return None


def _case(base: RuleBase, day: date, facts: Facts) -> Case:
    return Case(
        day,
        {
            fact.name: tuple(
                {name: i.get(name) for name in fact.attributes} for i in facts.get(fact.name, ())
            )
            for fact in base.facts.values()
        },
    )


def _differing(base: RuleBase, changed: RuleBase, case: Case, spread: Spread) -> tuple[str, ...]:
    """What of the changed statements comes out otherwise."""
    one, two = Run(base, case), Run(changed, case)
    found = []
    for name in sorted(spread.rules):
        said, says = one.fired(base.rules[name]), two.fired(changed.rules[name])
        strengths = [[t.strength for t in each.rules[name].thens] for each in (base, changed)]
        if said != says or (said and strengths[0] != strengths[1]):
            found.append(name)
    for name in sorted(spread.names):
        define = base.defines.get(name)
        if define is not None:
            new = changed.defines[name]
            each = one.each(define.fact)
            differs = any(one.derived(define, b) != two.derived(new, b) for b in each)
        else:
            fact, _, attribute = name.partition(".")
            many = base.facts[fact].many
            each = one.each(fact) if many else [{}]
            differs = any(one.attribute(fact, attribute, b) != two.attribute(fact, attribute, b)
                          for b in each)  # fmt: skip
        found += [name] if differs else []
    for number in sorted(spread.rejects):
        reject, other = base.rejects[number], changed.rejects[number]
        if any((one.value(reject.when, b) is True) is not (two.value(other.when, b) is True)
               for b in one.each(reject.fact)):  # fmt: skip
            found.append(f"reject “{reject.name[:40]}”")
    return tuple(found)


def _near(
    reading: Reading, spread: Spread
) -> Iterator[tuple[Example, str, int, str, Value | None]]:
    """Examples with one attribute changed that the changed statements read."""
    base = reading.base
    ground = ground_of(base)
    for fact, name in _places(reading, spread):
        attribute = base.facts[fact].attributes[name]
        for example in base.examples:
            if example.as_of is None or not example.expects:
                continue
            given = example.facts.get(fact, ())
            indexes = range(len(given)) if given else [0] if not base.facts[fact].many else []
            for index in indexes:
                now = given[index].get(name) if given else None
                values = (*ground.values((fact, name), example.as_of)[:12], None)
                for value in values:
                    if value != now and (value is not None or not attribute.required):
                        yield example, fact, index, name, value


def _places(reading: Reading, spread: Spread) -> list[Place]:
    """The attributes that the changed statements read, those that they name themselves first."""
    base = reading.base
    tops: list[Expression] = []
    for name in sorted(spread.rules):
        tops += [*conditions(base.rules[name]), *fields(base.rules[name])]
    for name in sorted(spread.names):
        if name in base.defines:
            tops += base.defines[name].expressions()
        else:
            fact, _, attribute = name.partition(".")
            declared = base.facts[fact].attributes[attribute]
            tops += [e for e in (declared.default, declared.unless) if e is not None]
    tops += [base.rejects[number].when for number in sorted(spread.rejects)]
    direct = [(n.fact, n.name) for e in tops for n in ir.walk(e) if isinstance(n, ir.Attribute)]
    behind = sorted({place for e in tops for place in reads(base, e)})
    return list(dict.fromkeys([*direct, *behind]))[:NEAR]
