"""What properties ask of a decision (2, 9, 14)."""

from typing import TYPE_CHECKING, Any

from matchrules import ir
from matchrules.dependencies import names_in
from matchrules.ir import AGAINST, Expression, Rule, RuleBase, Then, walk
from matchrules.prove.aggregates import NeedsInstances
from matchrules.prove.terms import (
    FALSE,
    Encoded,
    Term,
    Truth,
    all_of,
    any_of,
    choose,
    common,
    equal,
    iff,
    neg,
    same_term,
    two_valued,
    unknown,
)

if TYPE_CHECKING:
    from matchrules.prove.encoding import Encoding

Said = tuple[Any, Rule, int, Any]  # where it is said, the rule, the place of the `then`, instances


def of_decision(encoding: "Encoding", expression: Expression, bound: Any) -> Encoded:
    """The value of an expression that reads a decision."""
    match expression:
        case ir.Fires(name):
            rule = encoding.base.rules[name]
            each = instances(encoding, rule, bound)
            return two_valued(any_of([encoding.stands(rule, b) for b in each]))
        case ir.NoneFire(besides):
            return two_valued(neg(any_of([
                encoding.stands(rule, b)
                for rule in encoding.base.rules.values() if rule.name not in besides
                for b in instances(encoding, rule, {})
            ])))  # fmt: skip
        case ir.Advised(kind, subject, against):
            return two_valued(any_of([
                where for where, rule, place, _ in _advised(encoding, kind, subject, bound)
                if (rule.thens[place].strength in AGAINST) is against
            ]))  # fmt: skip
        case ir.AdvisedField(kind, subject, field, type_):
            rules = _advised(encoding, kind, subject, bound)
            if encoding.scene.open and any(b != bound for *_, b in rules):
                raise NeedsInstances  # values of several instances may differ
            said = [
                (where, encoding.value(rule.thens[place].fields[field], b))
                for where, rule, place, b in rules
            ]
            return _only_value(said, unknown(type_))
        case ir.HowMany(op, operands):
            return _how_many(op, [encoding.truth(e, bound) for e in operands])
        case ir.SameAdvice(besides):
            first, second = encoding.cases.values()
            return two_valued(neg(differs(first, second, besides)))
    raise AssertionError(f"reads no decision: {expression!r}")


def instances(encoding: "Encoding", rule: Rule, bound: Any) -> list[Any]:
    """The instances that a rule can be said of: the one that is bound, else all. Where their number
    is open it is one for each rule: that of which the rule stands if there is such a one, else any,
    so that the rule stands of some instance just where it stands of this one."""
    if rule.fact is None or rule.fact in bound:
        return [bound]
    if encoding.base.facts[rule.fact].many and encoding.scene.open:
        return [{**bound, rule.fact: open_instance(encoding.base, rule)}]
    return [{**bound, rule.fact: index} for index in encoding.scene.indices(rule.fact)]


def open_instance(base: RuleBase, rule: Rule) -> int:
    """The index of the open instance of a rule; 0 is the one that a property speaks of."""
    return 1 + list(base.rules).index(rule.name)


def _advised(encoding: "Encoding", kind: str, subject: str, bound: Any) -> list[Said]:
    return [
        (encoding.stands(rule, b), rule, place, b)
        for rule in encoding.base.rules.values()
        for place, then in enumerate(rule.thens)
        if (then.kind, then.subject) == (kind, subject)
        for b in instances(encoding, rule, bound)
    ]


def _only_value(said: list[tuple[Any, Encoded]], empty: Encoded) -> Encoded:
    """The value where all are equal (an unknown is equal to an unknown only); unknown where
    nothing is said, or where values differ."""
    known = [any_of([where for where, _ in said])]
    for number, (where, value) in enumerate(said):
        known.append(any_of([neg(where), value.known]))
        for other, earlier in said[:number]:
            known.append(any_of([neg(where), neg(other), equal(value, earlier)]))
    everywhere = all_of(known)
    if isinstance(empty, Truth):
        yes = any_of([all_of([w, v.yes]) for w, v in said if isinstance(v, Truth)])
        no = any_of([all_of([w, v.no]) for w, v in said if isinstance(v, Truth)])
        return Truth(all_of([everywhere, yes]), all_of([everywhere, no]))
    pairs = [(w, v) for w, v in said if isinstance(v, Term) and v.term.sort() == empty.term.sort()]
    if not pairs:
        return empty
    numerators, denominator = common([value for _, value in pairs])
    result = numerators[-1]
    for (where, _), term in list(zip(pairs, numerators, strict=True))[-2::-1]:
        result = choose(where, term, result)
    return Term(result, everywhere, denominator)


def _how_many(op: str, truths: list[Truth]) -> Truth:
    """`exactly one of` and `at most one of`: unknown where an unknown operand could decide."""
    more = any_of([
        all_of([one.yes, any_of([t.yes for t in truths[:number]])])
        for number, one in enumerate(truths)
    ])  # fmt: skip
    some = any_of([t.yes for t in truths])
    closed = all_of([t.known for t in truths])
    if op == "exactly":
        return Truth(all_of([closed, some, neg(more)]),
                     any_of([more, all_of([closed, neg(some)])]))  # fmt: skip
    # at most one of them is not shown to be false
    open_twice = any_of([
        all_of([neg(one.no), any_of([neg(t.no) for t in truths[:number]])])
        for number, one in enumerate(truths)
    ])  # fmt: skip
    return Truth(any_of([all_of([closed, neg(more)]), neg(open_twice)]), more)


# Two decisions ------------------------------------------------------------------------------------


def differs(one: "Encoding", two: "Encoding", besides: tuple[str, ...] = ()) -> Any:
    """Where two cases get other advice: another rule, another value of a field, another key."""
    return any_of([
        rule_differs(one, two, rule, rule)
        for rule in one.base.rules.values() if rule.name not in besides
    ])  # fmt: skip


def rule_differs(one: "Encoding", two: "Encoding", rule: Rule, other: Rule) -> Any:
    """Where a rule gives other advice in the second case; `other` is what it is there, which may
    be of another rule base."""
    if rule is other and unchanged(two, rule):
        return FALSE
    if rule.fact is None and other.fact is None:
        return _firing_differs(one, two, rule, other, {}, {})
    if one.scene.open:
        return _open_differs(one, two, rule, other)
    return any_of([
        _is_missing(one, two, rule, other), _is_missing(two, one, other, rule),
    ])  # fmt: skip


def _open_differs(one: "Encoding", two: "Encoding", rule: Rule, other: Rule) -> Any:
    """The same where the number of instances is open, and both cases have the same ones: for the
    instance of which the rule gives other advice, if there is such a one."""
    fact = rule.fact
    keys = () if fact is None else one.base.facts[fact].keys
    same_scene = one.scene is two.scene or (
        two.scene.first is one.scene
        and two.scene.difference.adding is None
        and not any((fact, key) in (two.scene.difference.places or ()) for key in keys)
    )
    if fact is None or fact != other.fact or not one.base.facts[fact].many or not same_scene:
        raise NeedsInstances
    bound = {fact: open_instance(one.base, rule)}
    return _firing_differs(one, two, rule, other, bound, bound)


def unchanged(encoding: "Encoding", rule: Rule) -> bool:
    """Whether nothing that the rule reads may differ from the first case."""
    expressions = [*rule.expressions()]
    for overrider in encoding.base.overriders.get(rule.name, ()):
        expressions += overrider.expressions()
    return encoding.is_firsts(rule_names(encoding, rule, expressions))


def rule_names(encoding: "Encoding", rule: Rule, expressions: list[Expression]) -> list[str]:
    """What expressions read; the fact of a `for each` and of an aggregate as `F.*`."""
    facts = {n.fact for e in expressions for n in walk(e) if isinstance(n, ir.Aggregate)}
    facts |= {rule.fact} if rule.fact else set()
    return [*names_in(encoding.base, expressions), *(f"{fact}.*" for fact in facts)]


def _firing_differs(
    one: "Encoding", two: "Encoding", rule: Rule, other: Rule, here: Any, there: Any
) -> Any:
    stands, stands_too = one.stands(rule, here), two.stands(other, there)
    if len(rule.thens) != len(other.thens):
        return any_of([stands, stands_too])
    fields = [
        neg(_same_said(one, two, then, then_too, here, there))
        for then, then_too in zip(rule.thens, other.thens, strict=True)
    ]
    return any_of([neg(iff(stands, stands_too)), all_of([stands, stands_too, any_of(fields)])])


def _same_said(
    one: "Encoding", two: "Encoding", then: Then, other: Then, here: Any, there: Any
) -> Any:
    if (then.strength, then.kind, then.subject) != (other.strength, other.kind, other.subject):
        return FALSE
    if set(then.fields) != set(other.fields):
        return FALSE
    return all_of([
        same_or_both_unknown(one.value(e, here), two.value(other.fields[name], there))
        for name, e in then.fields.items()
    ])  # fmt: skip


def same_or_both_unknown(one: Encoded, two: Encoded) -> Any:
    """Whether two values are equal, an unknown being equal to an unknown."""
    if isinstance(one, Truth) and isinstance(two, Truth):
        return all_of([iff(one.yes, two.yes), iff(one.no, two.no)])
    if isinstance(one, Term) and isinstance(two, Term) and one.term.sort() == two.term.sort():
        if one.term.eq(two.term) and one.known.eq(two.known):
            return all_of([])
        return all_of([iff(one.known, two.known), any_of([neg(one.known), equal(one, two)])])
    return all_of([neg(one.known), neg(two.known)])


def clashes(encoding: "Encoding", then: Then, other: Then, bound: Any) -> Any:
    """Where two pieces of advice on one subject contradict one another, if both are given: for and
    against, or two known values of a `unique` one."""
    if (then.strength in AGAINST) != (other.strength in AGAINST):
        return all_of([])
    if not encoding.base.advice[then.kind].subjects[then.subject].unique:
        return FALSE
    values = [
        (encoding.value(e, bound), encoding.value(other.fields[name], bound))
        for name, e in then.fields.items()
    ]
    return any_of([all_of([a.known, b.known, neg(same_or_both_unknown(a, b))]) for a, b in values])


def _is_missing(one: "Encoding", two: "Encoding", rule: Rule, other: Rule) -> Any:
    """Where some firing of the first case has none like it in the second."""
    if rule.fact != other.fact or rule.fact is None:
        return any_of([
            any_of([one.stands(rule, b) for b in instances(one, rule, {})]),
            any_of([two.stands(other, b) for b in instances(two, other, {})]),
        ])  # fmt: skip
    missing = []
    for here in instances(one, rule, {}):
        same = [
            all_of([
                _same_key(one, two, rule.fact, here, there),
                neg(_firing_differs(one, two, rule, other, here, there)),
            ])
            for there in instances(two, other, {})
        ]  # fmt: skip
        missing.append(all_of([one.stands(rule, here), neg(any_of(same))]))
    return any_of(missing)


def _same_key(one: "Encoding", two: "Encoding", fact: str, here: Any, there: Any) -> Any:
    keys = one.base.facts[fact].keys
    values = [(one.attribute(fact, k, here), two.attribute(fact, k, there)) for k in keys]
    return all_of([
        same_term(a.term, b.term) if isinstance(a, Term) and isinstance(b, Term) else equal(a, b)
        for a, b in values
    ])  # fmt: skip
