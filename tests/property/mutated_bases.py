"""A rule base with one thing changed at random, checked by nobody: some changes mean nothing."""

from collections.abc import Callable
from random import Random
from typing import Any

from attrs import evolve

from matchrules import ir
from matchrules.ir import Expression, RuleBase
from matchrules.prove.difference.vocabulary import rewritten
from matchrules.types import Number, YesNo


def mutated(base: RuleBase, seed: int) -> RuleBase:
    """The base with one change."""
    rng = Random(seed)
    ways: list[Callable[[Random, RuleBase], RuleBase]] = [_rule, _rule, _rule, _define, _define]
    ways += [_parameter] if base.parameters else []
    ways += [_reject] if base.rejects else []
    return rng.choice(ways)(rng, base)


def _rule(rng: Random, base: RuleBase) -> RuleBase:
    rule = rng.choice(list(base.rules.values()))
    way = rng.randrange(5)
    if way == 0 and rule.unless:
        rule = evolve(rule, unless=rule.unless[1:])
    elif way == 1 and rule.when is not None:
        rule = evolve(rule, when=ir.Not(rule.when))
    elif way == 2:
        first = rule.thens[0]
        strength = "should" if first.strength in ("must", "may") else first.strength
        rule = evolve(rule, thens=(evolve(first, strength=strength), *rule.thens[1:]))
    elif way == 3 and any(then.fields for then in rule.thens):
        rule = evolve(rule, thens=tuple(
            evolve(t, fields={n: _changed(rng, e) for n, e in t.fields.items()})
            for t in rule.thens
        ))  # fmt: skip
    elif rule.when is not None:
        rule = evolve(rule, when=_changed(rng, rule.when))
    return evolve(base, rules={**base.rules, rule.name: rule})


def _define(rng: Random, base: RuleBase) -> RuleBase:
    if not base.defines:
        return _rule(rng, base)
    define = rng.choice(list(base.defines.values()))
    body = define.body
    if isinstance(body, ir.Table):
        rows = list(body.rows)
        if len(rows) > 1 and rng.random() < 0.5:
            rows.pop(rng.randrange(len(rows)))
        else:
            at = rng.randrange(len(rows))
            rows[at] = evolve(rows[at], tests=tuple(_changed(rng, t) for t in rows[at].tests))
        body = evolve(body, rows=tuple(rows))
    else:
        body = _changed(rng, body)
    return evolve(base, defines={**base.defines, define.name: evolve(define, body=body)})


def _parameter(rng: Random, base: RuleBase) -> RuleBase:
    parameter = rng.choice(list(base.parameters.values()))
    rows = list(parameter.rows)
    at = rng.randrange(len(rows))
    value = rows[at].value
    if isinstance(parameter.type, Number) and isinstance(value, int):
        rows[at] = evolve(rows[at], value=value + rng.choice((-1, 1)))
    elif len(rows) > 1:
        rows.pop(at)
    changed = evolve(parameter, rows=tuple(rows))
    return evolve(base, parameters={**base.parameters, parameter.name: changed})


def _reject(rng: Random, base: RuleBase) -> RuleBase:
    """The last one: those before it may keep the cases few."""
    *others, last = base.rejects
    return evolve(base, rejects=(*others, evolve(last, when=_changed(rng, last.when))))


def _changed(rng: Random, e: Expression) -> Expression:
    """The expression with something in it changed."""
    places = [n for n in ir.walk(e) if isinstance(n, ir.Compare | ir.Constant | ir.And | ir.Or)]
    if not places:
        return ir.Not(e) if isinstance(e.type, YesNo) else e
    chosen = rng.choice(places)

    def step(node: Expression) -> Expression:
        return _other(rng, node) if node is chosen else node

    return rewritten(e, step)


def _other(rng: Random, node: Expression) -> Expression:
    match node:
        case ir.Compare(op, left, right):
            ordered = op not in ("==", "!=")
            others: Any = ("<", "<=", ">", ">=") if ordered else ("==", "!=")
            return ir.Compare(rng.choice([o for o in others if o != op]), left, right)
        case ir.Constant(value, type_) if isinstance(value, bool):
            return ir.Constant(not value, type_)
        case ir.Constant(value, type_) if isinstance(value, int) and isinstance(type_, Number):
            return ir.Constant(value + 1, Number(type_.places, None, None, type_.unit))
        case ir.And(operands):
            return ir.Or(operands)
        case ir.Or(operands):
            return ir.And(operands)
    return node
