"""Expressions as Python expressions.

Each can be written in three ways: its value (None where it is unknown), whether it is true, and
whether it is false. The last two are what conditions need, and are short: an unknown is neither.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from matchrules.ir import (
    Advised,
    AdvisedField,
    Aggregate,
    And,
    AsOf,
    Attribute,
    Compare,
    Constant,
    Derived,
    Expression,
    Fires,
    HowMany,
    If,
    IfKnown,
    In,
    InCase,
    InRange,
    IsKnown,
    NoneFire,
    Not,
    Or,
    ParameterValue,
    RuleBase,
    SameAdvice,
    Shown,
    children,
)

from . import asked
from .aggregates import write_aggregate
from .layout import AS_OF, RUN, Layout
from .nullable import Nature
from .operators import members_where, operator
from .parameters import in_force
from .source import Code, Function

NONE, YES, NO = Code("None", atom=True), Code("True", atom=True), Code("False", atom=True)


class Writer:
    """Writes the expressions of one function. `bound` holds the variable with the place of the
    instance that each fact stands for."""

    def __init__(
        self, base: RuleBase, layout: Layout, function: Function, bound: Mapping[str, str]
    ) -> None:
        self.base = base
        self.layout = layout
        self.function = function
        self.bound = dict(bound)
        self.nature = Nature(base)
        self.shared: dict[Expression, Code] = {}  # what has a variable already

    # The value ------------------------------------------------------------------------------------

    def value(self, expression: Expression) -> Code:
        """The value, None where it is unknown."""
        say, function = self.function.compose, self.function
        match expression:
            case Constant(value=value):
                return function.constant(value)
            case Attribute(fact, name):
                return self._of_instance(fact, self.layout.attributes[fact, name])
            case Derived(name):
                return self._derived(name)
            case AsOf():
                return Code(function.cell(AS_OF), atom=True)
            case Shown() | IsKnown():
                return self.true(expression)
            case And(operands):
                return self._all(operands)
            case Or(operands):
                return self._any(operands)
            case Not(operand):
                if not self.nature.can_be_unknown(operand):
                    return self.false(operand)
                first, again = function.twice(self.value(operand))
                return say("None if {} is None else not {}", first, again)
            case If():
                return self._if(expression)
            case IfKnown(operand, otherwise):
                first, again = function.twice(self.value(operand))
                return say("{} if {} is None else {}", self.value(otherwise), first, again)
            case ParameterValue():
                return self._parameter(expression)
            case Aggregate():
                return write_aggregate(self, expression)
            case InCase() | Fires() | NoneFire() | Advised() | AdvisedField() | SameAdvice():
                return self._asked(expression)
            case HowMany(op, operands):
                counted = Code(function.known_as(asked.exactly_one if op == "exactly"
                                                 else asked.at_most_one), atom=True)  # fmt: skip
                inside = ", ".join(["{}"] * len(operands)) + ","
                return say("{}((" + inside + "))", counted, *map(self.value, operands))
        found = self.shared.get(expression) if self.shared else None
        return self._operator(expression) if found is None else found

    def _of_instance(self, fact: str, cell: int) -> Code:
        variable = self.function.cell(cell)
        if self.base.facts[fact].many:
            variable = f"{variable}[{self.bound[fact]}]"
        return Code(variable, atom=True)

    def _derived(self, name: str) -> Code:
        fact, cell = self.base.defines[name].fact, self.layout.defines[name]
        if fact is not None and not self.base.facts[fact].many:
            return Code(self.function.cell(cell, one_of=True), atom=True)
        if fact is None:
            return Code(self.function.cell(cell), atom=True)
        return self._of_instance(fact, cell)

    def _all(self, operands: Sequence[Expression]) -> Code:
        """False if one is, else unknown if one is, else true."""
        return self._kleene(operands, "False", "True", self.false)

    def _any(self, operands: Sequence[Expression]) -> Code:
        """True if one is, else unknown if one is, else false."""
        return self._kleene(operands, "True", "False", self.true)

    def _kleene(self, operands: Sequence[Expression], wins: str, else_: str, won: Any) -> Code:
        decides: list[Code] = []
        unknown: list[Code] = []
        for operand in operands:
            if not self.nature.can_be_unknown(operand):
                decides.append(won(operand))
                continue
            first, again = self.function.twice(self.value(operand))
            decides.append(Code(f"{first.text} is {wins}", first.depth))
            unknown.append(again)
        pattern = f"{wins} if {' or '.join(['{}'] * len(decides))} else "
        if unknown:
            pattern += f"None if {' or '.join(['{} is None'] * len(unknown))} else "
        if not decides:
            return Code(else_, atom=True)
        return self.function.compose(pattern + else_, *decides, *unknown)

    def _if(self, expression: If) -> Code:
        """Where the condition is unknown, what both branches agree on."""
        say, function = self.function.compose, self.function
        condition, then, otherwise = expression.condition, expression.then, expression.otherwise
        if not self.nature.can_be_unknown(condition):
            return say("{} if {} else {}", self.value(then), self.true(condition),
                       self.value(otherwise))  # fmt: skip
        test, tested = function.twice(self.value(condition))
        one, two = Code(function.name("t"), atom=True), Code(function.name("t"), atom=True)
        # The first branch is worked out unless the condition is false, the second unless it is
        # true; each is written once, so that a long chain of cases does not double at each.
        return say(
            "{2} if {0} is not False and (({2} := {4}) is {2}) and {1} "
            "else {3} if ({3} := {5}) is None or {1} is False or {3} == {2} else None",
            test, tested, one, two, self.value(then), self.value(otherwise),
        )  # fmt: skip

    def _parameter(self, expression: ParameterValue) -> Code:
        function, name = self.function, expression.name
        known = [
            function.twice(self.value(e)) for e in (expression.on, expression.key) if e is not None
        ]
        if expression.on is None:
            now = Code(function.cell(self.layout.now[name]), atom=True)
            if expression.key is None:
                return now
            return function.compose("{}.get({})", now, self.value(expression.key))
        dated = Code(function.cell(self.layout.dated[name]), atom=True)
        look = Code(function.known_as(in_force), atom=True)
        key = known[1][1] if expression.key is not None else NONE
        unknown = " or ".join(["{} is None"] * len(known))
        return function.compose(
            "None if " + unknown + " else {}({}, {}, {})",
            *[first for first, _ in known], look, dated, key, known[0][1],
        )  # fmt: skip

    def _operator(self, expression: Expression) -> Code:
        found = members_where(expression, True) if isinstance(expression, In) else None
        if found is not None:
            first, again = self.function.twice(self.value(next(children(expression))))
            members = self.function.constant(found)
            return self.function.compose("None if {} is None else {} in {}", first, again, members)
        operands, checks = self._operands(expression)
        known = operator(self, expression, operands)
        if not checks:
            return known
        pattern = f"None if {' or '.join(['{} is None'] * len(checks))} else {{}}"
        return self.function.compose(pattern, *checks, known)

    def _operands(self, expression: Expression) -> tuple[list[Code], list[Code]]:
        """The operands, and, for those that can be unknown, where they are first worked out."""
        operands, checks = [], []
        for operand in children(expression):
            code = self.value(operand)
            if self.nature.can_be_unknown(operand):
                first, again = self.function.twice(code)
                checks.append(first)
            else:
                again = self.function.lifted(code)
            operands.append(again)
        return operands, checks

    def _asked(self, expression: Expression) -> Code:
        """What reads a decision, or another case: the run answers."""
        function = self.function
        run, what = function.cell(RUN), function.known_as(expression)
        pairs = [f"{function.known_as(fact)}: {index}" for fact, index in self.bound.items()]
        call = f"{function.known_as(asked.ask)}({run}, {what}, {{{', '.join(pairs)}}})"
        return function.lifted(Code(call, 2))

    # Whether it is true, whether it is false ------------------------------------------------------

    def true(self, expression: Expression) -> Code:
        """Whether it is known to be true."""
        match expression:
            case Constant(value=value):
                return YES if value is True else NO
            case And(operands):
                return self._joined("and", [self.true(e) for e in operands])
            case Or(operands):
                return self._joined("or", [self.true(e) for e in operands])
            case Not(operand):
                return self.false(operand)
            case Shown(operand):
                return self.true(operand)
            case IsKnown(operand):
                if not self.nature.can_be_unknown(operand):
                    return YES
                return self.function.compose("{} is not None", self.value(operand))
            case If():
                return self._branch(expression, True)
        return self._tested(expression, True)

    def false(self, expression: Expression) -> Code:
        """Whether it is known to be false."""
        match expression:
            case Constant(value=value):
                return YES if value is False else NO
            case And(operands):
                return self._joined("or", [self.false(e) for e in operands])
            case Or(operands):
                return self._joined("and", [self.false(e) for e in operands])
            case Not(operand):
                return self.true(operand)
            case Shown(operand):
                return self.function.compose("not {}", self.true(operand))
            case IsKnown(operand):
                if not self.nature.can_be_unknown(operand):
                    return NO
                return self.function.compose("{} is None", self.value(operand))
            case If():
                return self._branch(expression, False)
        return self._tested(expression, False)

    def _joined(self, word: str, parts: Sequence[Code]) -> Code:
        if not parts:
            return YES if word == "and" else NO
        return self.function.compose(f" {word} ".join(["{}"] * len(parts)), *parts)

    def _branch(self, expression: If, wanted: bool) -> Code:
        """A branch that is as wanted; both, where the condition is unknown."""
        is_so = self.true if wanted else self.false
        condition, say = expression.condition, self.function.compose
        then, otherwise = is_so(expression.then), is_so(expression.otherwise)
        if not self.nature.can_be_unknown(condition):
            return say("{} if {} else {}", then, self.true(condition), otherwise)
        test, tested = self.function.twice(self.value(condition))
        return say("({} is False or {}) and ({} is True or {})", test, then, tested, otherwise)

    def _tested(self, expression: Expression, wanted: bool) -> Code:
        """Comparisons are written out; what else there is has its value looked at."""
        function = self.function
        known_here = bool(self.shared) and expression in self.shared
        if known_here or not isinstance(expression, Compare | In | InRange):
            return function.compose("{} is {}", self.value(expression), Code(repr(wanted)))
        tested = next(children(expression))
        found = members_where(expression, wanted)
        if found is not None:  # an unknown is no member, and no constant
            value = self.value(tested)
            if len(found) == 1:
                return function.compose("{} == {}", value, function.constant(next(iter(found))))
            return function.compose("{} in {}", value, function.constant(found))
        operands, checks = self._operands(expression)
        known = operator(self, expression, operands)
        pattern = " and ".join([*["{} is not None"] * len(checks), "{}" if wanted else "not {}"])
        return function.compose(pattern, *checks, known)
