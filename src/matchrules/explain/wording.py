"""Expressions in plain English.

A sentence names what is looked at, then says after a colon what it has to be: "where Step 1 stands:
“booked”", "official forms taken: under 2 exams (forms_min)". So a name need not agree with a verb,
and a yes_no is its own description. Words of enums stand in quotes; what is inside of another
`and`, `or` or sum stands in brackets; defines are named, not spelled out. Every expression has
words, and different meanings have different words.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

from attrs import field, frozen

from matchrules import ir
from matchrules.explain.names import Names, joined, spoken
from matchrules.ir import Expression, RuleBase
from matchrules.lazy import cached_property
from matchrules.types import AnyDayOfYear, Date, Enum, Number, Type, YesNo

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_NUMBERS: Final = {"<": "under {}", "<=": "at most {}", ">": "over {}", ">=": "at least {}"}
_DAYS: Final = {"<": "before {}", "<=": "on or before {}", ">": "after {}", ">=": "on or after {}"}
_STEPS: Final = {"<": "below {}", "<=": "{} or below", ">": "above {}", ">=": "{} or above"}
_SIGNS: Final = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


@frozen
class _Words:
    """What was said of a part. One that is not `whole` needs brackets inside of another."""

    text: str
    whole: bool = True

    @property
    def inside(self) -> str:
        return self.text if self.whole else f"({self.text})"


@frozen
class _Mood:
    """How a condition is said: as it is, as `shown` or as not shown to hold; `negative`: not the
    condition but its opposite, within."""

    shown: Literal["", "shown", "not shown"] = ""
    negative: bool = False

    def opposite(self) -> "_Mood":
        return _Mood(self.shown, not self.negative)

    @property
    def denies(self) -> bool:
        """Whether a condition that is never unknown is said not to hold."""
        return self.negative is not (self.shown == "not shown")

    def of(self, predicate: str, opposite: str) -> str:
        """A predicate, given with its opposite, in this mood."""
        said = opposite if self.negative else predicate
        return f"{self.shown} to be {said}" if self.shown else said

    def about(self, clause: _Words, opposite: str | None = None) -> _Words:
        """A clause in this mood; `opposite` is how it is said not to hold, where there is such a
        way."""
        if self.negative:
            clause = _Words(opposite or f"not {clause.inside}")
        if not self.shown:
            return clause
        return _Words(f"it is {self.shown} that ({clause.text})")


_PLAIN: Final = _Mood()


@frozen(slots=False)
class Wording:
    """Puts the conditions and values of one rule base into words.

    The same expression always gets the same words. Names are looked up in `base`.
    """

    base: RuleBase = field(repr=False)

    @cached_property
    def names(self) -> Names:
        """What the things of the vocabulary are called."""
        return Names(self.base)

    def condition(self, expression: Expression) -> str:
        """A yes_no as what is so where it is true."""
        return self._said(expression, _PLAIN).text

    def value(self, expression: Expression) -> str:
        """An expression of any type as the name of its value, or as the value itself."""
        return self._value(expression).text

    def beside(self, expression: Expression, other: Expression) -> str:
        """A value beside another, whose unit it takes where it has none of its own."""
        return self._like(expression, other)

    def written_out(self, expression: Expression) -> bool:
        """Whether the words for a value hold the value itself."""
        if not isinstance(expression, ir.ParameterValue):
            return isinstance(expression, ir.Constant)
        rows = self.base.parameters[expression.name].rows
        return len(rows) == 1 and rows[0].key is None and rows[0].start is None

    # Conditions ----------------------------------------------------------------------------------

    def _said(self, e: Expression, mood: _Mood) -> _Words:
        match e:
            case ir.Not(operand):
                return self._said(operand, mood.opposite())
            case ir.Shown(operand):
                return self._said(operand, _Mood("not shown" if mood.denies else "shown"))
            case ir.And(operands) | ir.Or(operands):
                return mood.about(self._joined(e, operands))
            case ir.Constant(value):
                return self._fixed(value if value is None else value is not mood.negative, mood)
            case ir.Compare(op, left, right):
                return self._compared(op, left, right, mood)
            case ir.In(value, items):
                each = [self._like(item, value) for item in items]
                word = "neither" if len(each) > 1 else "not"
                opposite = f"{word} {' nor '.join(each)}"
                return self._claim(value, mood.of(joined(each, "or"), opposite))
            case ir.InRange(value, low, high):
                ends = f"from {self._like(low, value)} to {self._like(high, value)}"
                return self._claim(value, mood.of(ends, f"not {ends}"))
            case ir.Has(members, member):
                included = self._value(member).inside
                if mood.shown:
                    negation = "not to" if mood.negative else "to"
                    return self._claim(members, f"{mood.shown} {negation} include {included}")
                verb = "not including" if mood.negative else "including"
                return self._claim(members, f"{verb} {included}")
            case ir.IsEmpty(members):
                return self._claim(members, mood.of("none", "at least one"))
            case ir.If() | ir.IfKnown():
                return mood.about(self._cases(e, lambda part: self._said(part, _PLAIN)))
            case ir.Aggregate(op="any" | "all"):
                return self._any_or_all(e, mood)
            case ir.InCase(case, operand):
                return mood.about(_Words(f"in case {case}: {self._said(operand, _PLAIN).inside}"))
        return self._two_valued(e, mood) or self._named(e, mood)

    def _two_valued(self, e: Expression, mood: _Mood) -> _Words | None:
        """What is never unknown: whether something is known, and what a decision holds."""
        no = mood.denies
        match e:
            case ir.IsKnown(operand):
                return self._claim(operand, "unknown" if no else "known")
            case ir.Fires(rule):
                return _Words(f"rule {self.names.rule(rule)} {'does not fire' if no else 'fires'}")
            case ir.NoneFire(besides):
                some = "some rule fires" if no else "no rule fires"
                return _Words(some + self._besides("except", besides))
            case ir.Advised(kind, subject, against):
                side = "against" if against else "for"
                of = self.names.subject(kind, subject)
                return _Words(f"there is {'no ' if no else ''}advice {side} {of}")
            case ir.HowMany(op, operands):
                each = "; ".join(map(self._listed, operands))
                word = "exactly" if op == "exactly" else "at most"
                return mood.about(_Words(f"{word} one of these ({each})"))
            case ir.SameAdvice(besides):
                verb = "do not get" if no else "get"
                return _Words(
                    f"both cases {verb} the same advice{self._besides('leaving out', besides)}"
                )
        return None

    def _besides(self, word: str, rules: Sequence[str]) -> str:
        return f" ({word} {joined([self.names.rule(r) for r in rules], 'and')})" if rules else ""

    def _named(self, e: Expression, mood: _Mood) -> _Words:
        """A yes_no that has a name: the name alone says that it holds."""
        name = self._value(e)
        if mood == _PLAIN:
            return _Words(name.inside)
        if mood.shown and not mood.negative:
            return _Words(f"{name.inside}: {mood.shown}")
        return _Words(f"{name.inside}: {mood.of('yes', 'no')}")

    def _fixed(self, holds: bool | None, mood: _Mood) -> _Words:
        if mood.shown:
            holds = (holds is True) is (mood.shown == "shown")
        return _Words({True: "always", False: "never", None: "unknown"}[holds])

    def _joined(self, e: Expression, operands: Sequence[Expression]) -> _Words:
        word = ", and " if isinstance(e, ir.And) else ", or "
        said = [
            words.text if type(operand) is type(e) else words.inside
            for operand, words in ((operand, self._said(operand, _PLAIN)) for operand in operands)
        ]
        return _Words(word.join(said), whole=False)

    def _claim(self, subject: Expression, predicate: str) -> _Words:
        return _Words(f"{self._value(subject).inside}: {predicate}")

    def _compared(self, op: str, left: Expression, right: Expression, mood: _Mood) -> _Words:
        if isinstance(left, ir.Constant) and not isinstance(right, ir.Constant):
            op, left, right = _FLIPPED[op], right, left
        if isinstance(left.type, YesNo):
            return self._equivalent(left, right, mood if op == "==" else mood.opposite())
        words = self._like(right, left)
        said = [comparison(o, words, left.type) for o in (op, _OPPOSITE[op])]
        return self._claim(left, mood.of(*said))

    def _equivalent(self, left: Expression, right: Expression, mood: _Mood) -> _Words:
        if isinstance(right, ir.Constant) and isinstance(right.value, bool):
            return self._said(left, mood if right.value else mood.opposite())
        one, two = (self._said(e, _PLAIN).text for e in (left, right))
        same = f"({one}) exactly where ({two})"
        return _Words(same) if mood == _PLAIN else mood.about(_Words(same, whole=False))

    def _any_or_all(self, e: ir.Aggregate, mood: _Mood) -> _Words:
        noun = spoken(e.fact)
        where = "" if e.where is None else f" with ({self.condition(e.where)})"
        among = f" of the last {e.take} by {self._by(e)}" if e.take else ""
        if e.op == "any":
            some = f"there is {self.names.one(e.fact)}{among}{where}"
            return mood.about(_Words(some), f"there is no {noun}{among}{where}")
        every = f"every {noun}{among} is one{where}"
        return mood.about(_Words(every), f"not {every}")

    # Values --------------------------------------------------------------------------------------

    def _value(self, e: Expression, unit: str | None = None) -> _Words:
        match e:
            case ir.Constant(value, type_):
                return _Words(self.names.literal(value, type_, unit))
            case ir.AsOf():
                return _Words("the day of the case")
            case ir.Attribute(fact, name):
                return _Words(self.names.value(f"{fact}.{name}"))
            case ir.Derived(name):
                return _Words(self.names.value(name))
            case ir.ParameterValue():
                return self._parameter(e)
            case ir.If() | ir.IfKnown():
                return self._cases(e, self._value)
            case ir.Aggregate() if e.op not in ("any", "all"):
                return self._aggregate(e)
            case ir.Format(operand):
                return self._value(operand)
            case ir.AdvisedField(kind, subject, name):
                return _Words(
                    f"“{spoken(name)}” of the advice on {self.names.subject(kind, subject)}"
                )
            case ir.InCase(case, operand):
                return _Words(f"{self._value(operand).inside} in case {case}")
        return self._worked_out(e) or self._whether(e)

    def _whether(self, e: Expression) -> _Words:
        return _Words(f"whether {self.condition(e)}", whole=False)

    def _worked_out(self, e: Expression) -> _Words | None:
        """Arithmetic with numbers and days."""
        match e:
            case ir.Arithmetic(op, left, right):
                one, two = self._like(left, right), self._like(right, left)
                if op in "*/":  # a factor has no unit of its own
                    one, two = self._value(left).inside, self._value(right).inside
                elif isinstance(left, ir.Arithmetic) and left.op in "+-":  # read from the left
                    one = self._value(left).text
                return _Words(f"{one} {_SIGNS[op]} {two}", whole=False)
            case ir.Round(value, mode, places):
                way = "" if mode == "nearest" else f" {mode}"
                to = f"{places} decimal places" if places else "a whole number"
                return _Words(f"{self._value(value).inside} rounded{way} to {to}", whole=False)
            case ir.AddTime(day, amount, unit, sign):
                side = "after" if sign > 0 else "before"
                much = self._value(amount, unit).inside
                if getattr(amount.type, "unit", None) is None and not _constant(amount):
                    much = f"{much} (in {unit})"
                return _Words(f"{much} {side} {self._value(day).inside}", whole=False)
            case ir.DaysBetween(start, end):
                first, last = self._value(start).inside, self._value(end).inside
                return _Words(f"days from {first} to {last}", whole=False)
            case ir.DayOf(day, year):
                return _Words(f"{self._value(day).inside} of {self._value(year).inside}", False)
            case ir.Extreme(op, left, right):
                word = _least(e.type) if op == "min" else _most(e.type)
                one, two = self._like(left, right), self._like(right, left)
                return _Words(f"the {word[0]} of {one} and {two}", whole=False)
        return None

    def _like(self, e: Expression, other: Expression) -> str:
        """A value beside another, whose unit it takes where it has none of its own."""
        return self._value(e, getattr(other.type, "unit", None)).inside

    def _parameter(self, e: ir.ParameterValue) -> _Words:
        """Its value, where it has the same always; else its name."""
        if self.written_out(e):
            row = self.base.parameters[e.name].rows[0]
            return _Words(f"{self.names.literal(row.value, e.type)} ({e.name})")
        said = self.names.parameter(e.name)
        if e.key is not None:
            said += f" for {self._value(e.key).inside}"
        if e.on is not None:
            said += f" on {self._value(e.on).inside}"
        return _Words(said, whole=e.key is None and e.on is None)

    def _cases(self, e: Expression, say: Callable[[Expression], _Words]) -> _Words:
        """A cascade of conditionals, read from the top."""
        each: list[str] = []
        while isinstance(e, ir.If | ir.IfKnown):
            if isinstance(e, ir.If):
                each.append(f"{say(e.then).inside} if {self._listed(e.condition)}")
            else:
                each.append(f"{say(e.value).inside} if known")
            e = e.otherwise
        return _Words(f"{'; '.join(each)}; otherwise {say(e).inside}", whole=False)

    def _listed(self, e: Expression) -> str:
        """A condition up to a semicolon: in brackets where it has one of its own."""
        said = self._said(e, _PLAIN)
        return said.inside if isinstance(e, ir.If | ir.IfKnown) else said.text

    def _aggregate(self, e: ir.Aggregate) -> _Words:
        where = "" if e.where is None else f" with ({self.condition(e.where)})"
        if e.op in ("last", "last_but_one"):
            which = "last" if e.op == "last" else "last but one"
            return self._of(
                e, f"of the {which}, by {self._by(e)}, of {self.names.many(e.fact)}{where}"
            )
        chosen = f"{self.names.many(e.fact)}{where}"
        if e.take:
            chosen = f"the last {e.take}, by {self._by(e)}, of {chosen}"
        match e.op:
            case "count":
                return _Words(f"number of {chosen}", whole=False)
            case "sum":
                return self._of(e, f"summed over {chosen}")
            case "union":
                return self._of(e, f"of {chosen}, taken together")
        most = _least(e.type) if e.op == "min" else _most(e.type)
        return self._of(e, f"at the {most[1]} among {chosen}")

    def _of(self, e: ir.Aggregate, where: str) -> _Words:
        assert e.value is not None
        return _Words(f"{self._value(e.value).inside} {where}", whole=False)

    def _by(self, e: ir.Aggregate) -> str:
        return self.names.value(f"{e.fact}.{e.by}")


def comparison(op: str, words: str, type_: Type) -> str:
    """What a value of that type is, compared so with what `words` say."""
    if op in ("==", "!="):
        return words if op == "==" else f"not {words}"
    if isinstance(type_, Date | AnyDayOfYear):
        return _DAYS[op].format(words)
    return (_STEPS if isinstance(type_, Enum) else _NUMBERS)[op].format(words)


def _least(type_: Type) -> tuple[str, str]:
    """The word for the smaller of two, and for the smallest of many."""
    return ("earlier", "earliest") if isinstance(type_, Date) else ("lower", "lowest")


def _most(type_: Type) -> tuple[str, str]:
    return ("later", "latest") if isinstance(type_, Date) else ("higher", "highest")


def _constant(e: Expression) -> bool:
    return isinstance(e, ir.Constant) and e.value is not None and isinstance(e.type, Number)


__all__ = ["Wording", "comparison"]
