"""Where everything of a run is kept: one list, and a number for each thing in it.

The numbers depend on what is declared, not on what is said of it, so that the code of a statement
serves every rule base that declares the same.
"""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from matchrules.ir import RuleBase

RUN: Final = 0  # the run itself
AS_OF: Final = 1


class Missing:
    """Stands where nothing has been worked out yet."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

Name = tuple[str, str]


@frozen
class Layout:
    """Numbers of cells. An attribute with a default has a cell in `asserted` besides; `now` holds
    the values of parameters on the day of the case, `dated` all of them; `orders` the order in
    which picks by an attribute go."""

    declared: Any
    size: int
    counts: Mapping[str, int]
    attributes: Mapping[Name, int]
    asserted: Mapping[Name, int]
    defines: Mapping[str, int]
    now: Mapping[str, int]
    dated: Mapping[str, int]
    orders: Mapping[Name, int]
    rules: Mapping[str, int]
    attribute_marks: Mapping[Name, int]
    define_marks: Mapping[str, int]


def layout_of(base: RuleBase) -> Layout:
    """The layout of a rule base."""
    size = AS_OF + 1

    def numbered(names: Any) -> dict[Any, int]:
        nonlocal size
        found = {name: size + place for place, name in enumerate(names)}
        size += len(found)
        return found

    facts = base.facts.values()
    attributes = [(f.name, name) for f in facts for name in f.attributes]
    with_default = [
        (f.name, name) for f in facts for name, a in f.attributes.items() if a.default is not None
    ]
    maps = (
        numbered(base.facts), numbered(attributes), numbered(with_default), numbered(base.defines),
        numbered(base.parameters), numbered(base.parameters),
        numbered([name for name in attributes if base.facts[name[0]].many]), numbered(base.rules),
        numbered(with_default), numbered(base.defines),
    )  # fmt: skip
    return Layout(_declared(base), size, *maps)


def _declared(base: RuleBase) -> Any:
    """All that the code of a statement takes from other declarations."""
    return (
        [
            (f.name, f.many, [
                (n, a.type, a.never_read, a.default is not None) for n, a in f.attributes.items()
            ])
            for f in base.facts.values()
        ],
        [(name, define.fact) for name, define in base.defines.items()],
        list(base.parameters),
        [(name, rule.fact) for name, rule in base.rules.items()],
        [
            (kind, [(s.name, dict(s.fields)) for s in advice.subjects.values()])
            for kind, advice in base.advice.items()
        ],
    )  # fmt: skip
