"""Random properties of a small rule base: some of them hold, some do not, some say nothing."""

from typing import TYPE_CHECKING

from random_expressions import COLOUR, COUNT, TYPES

from matchrules import ir
from matchrules.types import YesNo

if TYPE_CHECKING:
    from random_bases import Builder

MOST = 6


def properties(builder: "Builder", base: ir.RuleBase) -> dict[str, ir.Property]:
    """A few properties, of one case and of two."""
    found = [_one(builder, base, n) for n in range(builder.rng.randint(2, MOST))]
    return {said.name: said for said in found}


def _one(builder: "Builder", base: ir.RuleBase, number: int) -> ir.Property:
    rng = builder.rng
    name = f"claim_{number}"
    keyed = [f.name for f in base.facts.values() if f.keys]
    if rng.random() < 0.4:
        return _pair(builder, base, name)
    fact = rng.choice([None, None, *keyed])
    whatever = rng.choice([(), (), (), ("limit",), ("per_colour",)])
    when, then = _claim(builder, base, fact)
    return ir.Property(name, then, when, fact=fact, whatever=whatever, ruleset="r")


def _claim(
    builder: "Builder", base: ir.RuleBase, fact: str | None
) -> tuple[ir.Expression | None, ir.Expression]:
    """A premise and what is claimed under it. Most of these hold of some bases only."""
    rng = builder.rng
    rule = rng.choice([*base.rules.values()])
    then = rng.choice(rule.thens)
    against = then.strength in ir.AGAINST
    fires = ir.Fires(rule.name)
    condition, other = builder.condition(fact, 2), builder.condition(fact, 2)
    if rng.random() < 0.5:  # true of more cases
        condition = ir.Not(ir.Shown(condition))
    said = [one for one in (rule.when,) if one is not None and rule.fact in (None, fact)]
    match rng.randrange(9):
        case 0:
            return condition, other
        case 1:
            return None, ir.Or((condition, ir.Not(ir.Shown(condition))))
        case 2:
            return fires, ir.Advised(then.kind, then.subject, against)
        case 3:
            return fires, rng.choice([*said, condition])
        case 4:
            return condition, ir.NoneFire(tuple(rng.sample(sorted(base.rules), 1)))
        case 5:
            operands = (ir.And((fires, condition)), ir.And((fires, ir.Not(condition))))
            return None, ir.HowMany(rng.choice(["at_most", "exactly"]), operands)
        case 6:
            field = ir.AdvisedField(then.kind, then.subject, "a", COUNT)
            bounded = ir.InRange(
                field, ir.Constant(0, COUNT), ir.Constant(rng.choice([3, 9]), COUNT)
            )
            return fires, rng.choice([bounded, ir.IsKnown(field)])
        case 7:
            rules = rng.sample(sorted(base.rules), min(3, len(base.rules)))
            return None, ir.HowMany("at_most", tuple(ir.Fires(r) for r in rules))
    return ir.And((fires, condition)), ir.Not(ir.Advised(then.kind, then.subject, not against))


def _pair(builder: "Builder", base: ir.RuleBase, name: str) -> ir.Property:
    rng = builder.rng
    places = [
        (fact.name, a.name)
        for fact in base.facts.values()
        for a in fact.attributes.values()
        if not a.key
    ]
    many = [fact.name for fact in base.facts.values() if fact.many]
    differing, adding = None, None
    way = rng.randrange(5)
    if way < 3:
        differing = tuple(rng.sample(places, rng.choice([1, 1, min(2, len(places))])))
    elif way == 3 and many:
        adding = many[0]

    def both(expression: ir.Expression) -> tuple[ir.Expression, ir.Expression]:
        a, b = (ir.InCase(case, expression, expression.type) for case in ("a", "b"))
        return a, b

    fact = None
    keyed = [f.name for f in base.facts.values() if f.keys]
    single = differing is not None and not any(base.facts[f].many for f, _ in differing)
    if keyed and single and rng.random() < 0.5:
        fact = keyed[0]  # the instances are the same in both cases
    rule = rng.choice([*base.rules.values()])
    a_fires, b_fires = both(ir.Fires(rule.name))
    a_says, b_says = both(builder.condition(fact, 2))
    a_value, b_value = both(builder.expression(rng.choice([COUNT, COLOUR, TYPES[5]]), fact, 2))
    when: ir.Expression | None = rng.choice([None, a_says, ir.And((a_says, b_says)), a_fires])
    op = rng.choice(["==", "!="] if a_value.type == COLOUR else ["==", "<=", "<"])
    thens: list[ir.Expression] = [
        ir.SameAdvice(tuple(rng.sample(sorted(base.rules), rng.randint(0, 1)))),
        ir.Or((b_fires, ir.Not(a_fires))),
        ir.Compare(op, a_value, b_value),  # type: ignore[arg-type]
        ir.Compare("==", *both(ir.IsKnown(a_value.operand)), YesNo()),
        ir.HowMany("at_most", (ir.And((a_fires, ir.Not(b_fires))), ir.And((b_fires, a_says)))),
    ]
    return ir.Property(
        name, rng.choice(thens), when, fact=fact, cases=("a", "b"), differing_only_in=differing,
        adding=adding, ruleset="r",
    )  # fmt: skip
