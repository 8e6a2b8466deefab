"""What names mean at a place."""

from collections.abc import Mapping

from attrs import field, frozen

from matchrules import ir


@frozen
class Environment:
    """Where an expression stands.

    `bound` are the facts of which one instance is meant (by `for each`, an aggregate, the default
    of a many-fact); `counted` is the fact of the innermost aggregate, whose values have bare names.
    `fields` are those of the advice in its text. `cases` are the names of a `compare`, `case` the
    one that the place is in. `decisions`: whether decisions can be asked about.
    """

    ruleset: str
    bound: frozenset[str] = frozenset()
    counted: str | None = None
    fields: Mapping[str, ir.Expression] = field(factory=dict)
    cases: tuple[str, ...] = ()
    case: str | None = None
    decisions: bool = False
