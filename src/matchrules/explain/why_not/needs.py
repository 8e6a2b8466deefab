"""What a value would have to be, for a condition to be as it is needed."""

from typing import Any, Final

from attrs import frozen

from matchrules import ir
from matchrules.engine.operators import operate
from matchrules.explain.names import joined
from matchrules.explain.wording import Wording, comparison
from matchrules.ir import Expression, RuleBase
from matchrules.types import order_key

FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
Truth = frozenset[bool | None]  # those of yes, no and not known that would do
YES: Final[Truth] = frozenset({True})
NO: Final[Truth] = frozenset({False})
NOT_YES: Final[Truth] = frozenset({False, None})
NOT_NO: Final[Truth] = frozenset({True, None})
# That it would do too if something were not known is no help to anybody, and left out.
_TRUTHS: Final = {
    YES: "be yes", NO: "be no", NOT_YES: "be no", NOT_NO: "be yes",
    frozenset({True, False}): "be known", frozenset({None}): "be not known",
}  # fmt: skip


@frozen
class Truths:
    """A yes_no that is one of these."""

    accepted: Truth

    @property
    def words(self) -> str:
        return _TRUTHS[self.accepted]

    def accepts(self, value: Any, base: RuleBase) -> bool:
        return value in self.accepted

    def implies(self, other: "Need") -> bool:
        return self == other or (other == Known() and None not in self.accepted)


@frozen
class Known:
    """Any value that is known, or where `known` is False none."""

    known: bool = True

    @property
    def words(self) -> str:
        return "be known" if self.known else "be not known"

    def accepts(self, value: Any, base: RuleBase) -> bool:
        return (value is not None) is self.known

    def implies(self, other: "Need") -> bool:
        return self == other


@frozen
class Like:
    """A value for which a comparison holds, `negative`: does not hold. `others` are the values of
    what it is compared with."""

    test: Expression
    others: tuple[Any, ...]
    negative: bool
    or_unknown: bool
    words: str

    def accepts(self, value: Any, base: RuleBase) -> bool:
        if value is None:
            return self.or_unknown
        if None in self.others:
            return False
        return bool(operate(self.test, [value, *self.others], base)) is not self.negative

    def implies(self, other: "Need") -> bool:
        """What is so accepted is accepted by the other, as far as two bounds tell."""
        if self == other or (other == Known() and not self.or_unknown):
            return True
        if not isinstance(other, Like) or self.or_unknown or None in (*self.others, *other.others):
            return False
        one, two = self._bound(), other._bound()
        if one is None or two is None or one[0] != two[0]:
            return False
        (side, mine, closed), (_, its, open_) = one, two
        if mine == its:
            return closed <= open_
        return bool(mine > its if side == "over" else mine < its)

    def _bound(self) -> tuple[str, Any, bool] | None:
        """On which side of what the value has to be, and whether it may be that itself."""
        if not isinstance(self.test, ir.Compare):
            return None
        op = OPPOSITE[self.test.op] if self.negative else self.test.op
        if op in ("==", "!="):
            return None
        value = order_key(self.others[0], self.test.left.type)
        return "over" if ">" in op else "under", value, "=" in op


Need = Truths | Known | Like


def like(test: Expression, others: tuple[Any, ...], wanted: Truth, wording: Wording) -> Need:
    """What the first operand of a comparison would have to be, for that to be as it is wanted."""
    if wanted == frozenset({True, False}):
        return Known()
    if wanted == frozenset({None}):
        return Known(False)
    negative, or_unknown = True not in wanted, None in wanted
    words = _predicate(test, others, negative, wording)
    return Like(test, others, negative, or_unknown, words)


def _predicate(test: Expression, others: tuple[Any, ...], negative: bool, wording: Wording) -> str:
    subject, *rest = ir.children(test)
    each = [_beside(e, v, subject, wording) for e, v in zip(rest, others, strict=True)]
    match test:
        case ir.Compare(op):
            op = OPPOSITE[op] if negative else op  # type: ignore[assignment]  # one of the same
            words = comparison(op, each[0], subject.type)
            return f"be other than {each[0]}" if op == "!=" else f"be {words}"
        case ir.In():
            if not negative:
                return f"be {joined(each, 'or')}"
            return f"be neither {' nor '.join(each)}" if each[1:] else f"be other than {each[0]}"
        case ir.InRange():
            return f"be {'outside of ' if negative else ''}{each[0]} to {each[1]}"
        case ir.Has():
            return f"{'not include' if negative else 'include'} {each[0]}"
    assert isinstance(test, ir.IsEmpty)
    return "be at least one" if negative else "be none"


def _beside(e: Expression, value: Any, subject: Expression, wording: Wording) -> str:
    """What a value is compared with: its name, and what it is here."""
    words = wording.beside(e, subject)
    if isinstance(e, ir.Constant) or wording.written_out(e):
        return words
    if value is None:
        return words
    told = " ".join(wording.names.literal(value, subject.type).split())
    return f"{words} (here {told})"


__all__ = [
    "FLIPPED",
    "NO",
    "NOT_NO",
    "NOT_YES",
    "YES",
    "Known",
    "Like",
    "Need",
    "Truth",
    "Truths",
    "like",
]
