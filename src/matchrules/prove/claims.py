"""Questions as formulas: where a case would answer them, and how the interpreter sees that."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from matchrules.engine.faults import checked_range
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import AGAINST, Expression, Row, Rule, RuleBase, Table
from matchrules.prove.decisions import clashes, same_or_both_unknown
from matchrules.prove.questions import conditions_of
from matchrules.prove.tables import hits
from matchrules.prove.terms import FALSE, Term, all_of, any_of, in_bounds, neg
from matchrules.prove.verdicts import Question
from matchrules.types import Number

if TYPE_CHECKING:
    from matchrules.prove.encoding import Encoding

Bound = Mapping[str, int]
Formula = Callable[["Encoding", Bound], Any]
Check = Callable[[Interpretation, Bound], bool]


@frozen
class Sought:
    """A case that is looked for. `fact`: for some instance of it. `formula` says of an encoding
    where there is one, `shows` of an interpretation whether it is one. `means`: a case that is
    found refutes what is asked, or is what was asked for."""

    fact: str | None
    formula: Formula
    shows: Check
    refutes: bool
    what: str


def sought(base: RuleBase, question: Question) -> tuple[Sought, ...]:
    """What to look for to answer a question; each on its own. Not for properties."""
    match question.kind:
        case "gap" | "overlap" | "row":
            return (_of_table(base, question),)
        case "range":
            return (_out_of_range(base, question),)
        case "contradiction":
            one, two = base.rules[question.name], base.rules[question.part]
            return (_contradiction(base, one, two),)
        case "fires":
            rule = base.rules[question.name]
            return (Sought(rule.fact, lambda e, b: e.stands(rule, b),
                           lambda i, b: i.stands(rule, b), False, "never fires"),)  # fmt: skip
        case "unless":
            return (_blocks(base.rules[question.name], int(question.part) - 1),)
        case "condition":
            return _conditions(base, question)
        case "same":
            return (_other(base.rules[question.name], base.rules[question.part]),)
    raise AssertionError(f"no such question: {question}")


def _of_table(base: RuleBase, question: Question) -> Sought:
    define = base.defines[question.name]
    table = define.body
    assert isinstance(table, Table)
    if question.kind != "row":
        code = "MR602" if question.kind == "gap" else "MR603"

        def fault(encoding: "Encoding", bound: Bound) -> Any:
            encoding.derived(define, bound)
            return encoding.faults[question.kind, define.name]

        what = "has a gap" if question.kind == "gap" else "has an overlap"
        return Sought(define.fact, fault, _fault(define.name, code), True, what)
    place = int(question.part) - 1

    def decides(encoding: "Encoding", bound: Bound) -> Any:
        found = hits(encoding, table, bound)
        if table.hit != "first":
            return found[place].yes
        return all_of([found[place].yes, neg(any_of([hit.yes for hit in found[:place]]))])

    def decided(run: Interpretation, bound: Bound) -> bool:
        def hit(row: Row) -> bool:
            return all(run.value(test, bound) is True for test in row.tests)

        above = table.rows[:place] if table.hit == "first" else ()
        return hit(table.rows[place]) and not any(map(hit, above))

    return Sought(define.fact, decides, decided, False, "is never hit")


def _fault(name: str, code: str) -> Check:
    """Whether the interpreter finds that fault of a define, of this instance or another."""
    fact, _, attribute = name.partition(".")

    def shows(run: Interpretation, bound: Bound) -> bool:
        run.derived(run.base.defines[name], bound)
        paths = [fault.path or "" for fault in run.faults if fault.code == code]
        # `letter.x`, or `letter[2].x` of one of many
        return any(
            path == name or (path.startswith(f"{fact}[") and path.endswith(f"].{attribute}"))
            for path in paths
        )

    return shows


def _out_of_range(base: RuleBase, question: Question) -> Sought:
    name, part = question.name, question.part
    if part and part != "default":
        rule = base.rules[name]
        place, _, field = part.partition(".")
        then = rule.thens[int(place)]
        type_ = base.advice[then.kind].subjects[then.subject].fields[field]
        expression = then.fields[field]
        return Sought(
            rule.fact,
            lambda e, b: all_of([e.stands(rule, b), _outside(e, expression, type_, b)]),
            lambda i, b: i.stands(rule, b) and not checked_range(i.value(expression, b), type_),
            True, f"`{field}` leaves its range",
        )  # fmt: skip
    if part == "default":
        fact, _, attribute = name.partition(".")
        declared = base.facts[fact].attributes[attribute]
        default = declared.default
        assert default is not None
        return Sought(
            fact if base.facts[fact].many else None,
            lambda e, b: _outside(e, default, declared.type, {**b, fact: b.get(fact, 0)}),
            lambda i, b: not checked_range(i.value(default, b), declared.type),
            True, "leaves its range",
        )  # fmt: skip
    define = base.defines[name]

    def leaves(encoding: "Encoding", bound: Bound) -> Any:
        encoding.derived(define, bound)
        return encoding.faults.get(("range", name), FALSE)

    return Sought(define.fact, leaves, _fault(name, "MR604"), True, "leaves its range")


def _outside(encoding: "Encoding", expression: Expression, type_: Any, bound: Bound) -> Any:
    value = encoding.value(expression, bound)
    assert isinstance(type_, Number)
    assert isinstance(value, Term)
    return all_of([value.known, neg(in_bounds(value, type_))])


def _contradiction(base: RuleBase, one: Rule, two: Rule) -> Sought:
    """Both for and against, or two known values of a unique subject, for one instance."""
    fact = one.fact if one.fact == two.fact else None
    pairs = [
        (a, b)
        for a in one.thens
        for b in two.thens
        if (a.kind, a.subject) == (b.kind, b.subject) and one.fact == two.fact
    ]

    def clash(encoding: "Encoding", bound: Bound) -> Any:
        said = any_of([clashes(encoding, a, b, bound) for a, b in pairs])
        return all_of([encoding.stands(one, bound), encoding.stands(two, bound), said])

    def shows(run: Interpretation, bound: Bound) -> bool:
        if not (run.stands(one, bound) and run.stands(two, bound)):
            return False
        for a, b in pairs:
            if (a.strength in AGAINST) != (b.strength in AGAINST):
                return True
            if base.advice[a.kind].subjects[a.subject].unique:
                for name in a.fields:
                    values = run.value(a.fields[name], bound), run.value(b.fields[name], bound)
                    if None not in values and values[0] != values[1]:
                        return True
        return False

    return Sought(fact, clash, shows, True, "contradict one another")


def _blocks(rule: Rule, place: int) -> Sought:
    """The rule would fire, were it not for that `unless`."""
    others = [*rule.guards, *([] if rule.when is None else [rule.when])]
    unless = rule.unless[place]
    return Sought(
        rule.fact,
        lambda e, b: all_of([e.true(c, b) for c in (*others, unless)]),
        lambda i, b: all(i.value(c, b) is True for c in (*others, unless)),
        False, "never blocks",
    )  # fmt: skip


def _conditions(base: RuleBase, question: Question) -> tuple[Sought, ...]:
    said = base.rules.get(question.name) or base.defines[question.name]
    condition = conditions_of(said)[int(question.part) - 1]
    return (
        Sought(said.fact, lambda e, b: e.true(condition, b),
               lambda i, b: i.value(condition, b) is True, False, "never"),
        Sought(said.fact, lambda e, b: neg(e.true(condition, b)),
               lambda i, b: i.value(condition, b) is not True, False, "always"),
    )  # fmt: skip


def _other(one: Rule, two: Rule) -> Sought:
    """One of two rules says something that the other does not."""

    def formula(encoding: "Encoding", bound: Bound) -> Any:
        parts = [neg(encoding.stands(one, bound) == encoding.stands(two, bound))]
        for then, other in zip(one.thens, two.thens, strict=True):
            for name in then.fields:
                values = (encoding.value(t.fields[name], bound) for t in (then, other))
                parts.append(
                    all_of([encoding.stands(one, bound), neg(same_or_both_unknown(*values))])
                )
        return any_of(parts)

    def shows(run: Interpretation, bound: Bound) -> bool:
        if run.stands(one, bound) != run.stands(two, bound):
            return True
        return run.stands(one, bound) and any(
            run.value(then.fields[name], bound) != run.value(other.fields[name], bound)
            for then, other in zip(one.thens, two.thens, strict=True)
            for name in then.fields
        )

    return Sought(one.fact, formula, shows, False, "always say the same")
