"""Hypothesis strategies: valid cases of a book, pairs of them, and whole books.

They draw towards what matters. A case is a mapping as `Book.decide` takes it, `as_of` included:
`book.decide(case)`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import reject
from hypothesis import strategies as st

from matchrules.case.model import Case
from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase
from matchrules.testing.drawing import Draw, drawing_of
from matchrules.testing.ground import Ground, ground_of
from matchrules.testing.growth.draws import Draws
from matchrules.testing.growth.whole import grow
from matchrules.testing.mending import mended
from matchrules.testing.sketch import facts_of
from matchrules.testing.twins import Difference, make_room, second_case
from matchrules.types import python_value

if TYPE_CHECKING:
    from matchrules.rulebook import Book

MOST_DIFFERENT = 4  # attributes of a second case


def cases(book: "Book", as_of: date | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Valid cases of a book, as mappings that `Book.decide` takes, with their `as_of`.

    Values are drawn around the cut points of conditions and tables, dates around parameter
    changes and around dates that the rules work out; anything that may be unknown sometimes is;
    of a many-fact there are none, one or several. The days are in force, around their ends
    too, unless `as_of` is given. A found case shrinks towards few asserted facts.
    """
    return _cases(book.bases, as_of).map(lambda drawn: mapping_of(*drawn))


def pairs(
    book: "Book",
    differing_only_in: Iterable[str] | None = None,
    adding: str | None = None,
    as_of: date | None = None,
) -> st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]]:
    """Two valid cases with one `as_of`.

    `differing_only_in` names the attributes (`step1.score`), or whole facts (`step1`), in which
    they may differ; `adding` names a many-fact of which the second case has one more and is
    otherwise the first. With neither they differ in anything.
    """
    return _pairs(book.bases, as_of, differing_only_in, adding).map(
        lambda drawn: (mapping_of(drawn[0], drawn[1]), mapping_of(drawn[0], drawn[2]))
    )


@st.composite
def books(draw: Draw) -> dict[str, str]:
    """Small random books, as rule files by name, for `matchrules.load_text`.

    They use the whole language, and are well typed and acyclic by construction. Nearly all of
    them load; what a checker may still find (a case in which they contradict themselves, a broken
    promise of a range) is for the test to allow for.
    """
    return grow(Draws(draw))


def mapping_of(base: RuleBase, case: Case) -> dict[str, Any]:
    """A case as the mapping that `Book.decide` takes; what is unknown is left out."""
    found: dict[str, Any] = {"as_of": case.as_of}
    for name, instances in case.facts.items():
        attributes = base.facts[name].attributes
        known = [
            {n: python_value(v, attributes[n].type) for n, v in i.items() if v is not None}
            for i in instances
        ]
        if known:
            found[name] = known if base.facts[name].many else known[0]
    return found


# On rule bases -----------------------------------------------------------------------------------


def drawn_in(book: "Book", as_of: date | None = None) -> st.SearchStrategy[tuple[RuleBase, Case]]:
    """One valid case of a book, with the rule base that is in force on its day."""
    return _cases(book.bases, as_of)


@st.composite
def drawn_case(
    draw: Draw, ground: Ground, as_of: date | None = None, base: RuleBase | None = None
) -> Case:
    """One valid case of a rule base; of `base` in its place, which is like it."""
    sketch = drawing_of(ground).sketch(draw)
    case = mended(base or ground.base, *facts_of(ground, sketch, as_of))
    if case is None:
        reject()
    return case


@st.composite
def drawn_pair(
    draw: Draw,
    ground: Ground,
    difference: Difference,
    as_of: date | None = None,
    base: RuleBase | None = None,
) -> tuple[Case, Case]:
    """Two valid cases of a rule base with one day."""
    base = base or ground.base
    sketch = drawing_of(ground).sketch(draw)
    day, facts = facts_of(ground, sketch, as_of)
    make_room(base, facts, difference)
    first = mended(base, day, facts)
    if first is None:
        reject()
    twin: bytes = draw(_TWIN)
    if difference.free and twin[0] % 2:
        return first, draw(drawn_case(ground, day, base))
    asserted = ground.starts[sketch.start - 1].twin if sketch.start else ()
    least = 0 if asserted or not difference.slots(ground, facts) else 1
    count = least + twin[1] % (MOST_DIFFERENT + 1 - least)
    changes = [(twin[n] * 256 + twin[n + 1], twin[n + 2]) for n in range(3, 3 + 3 * count, 3)]
    seed = twin[2] if difference.adding is not None else 0
    second = second_case(ground, base, day, facts, difference, asserted, changes, seed)
    if second is None:
        reject()
    return first, second[0]


# Whether any second case, how many changes, a seed; for each change which slot (2), which value.
_TWIN = st.binary(min_size=3 + 3 * MOST_DIFFERENT, max_size=3 + 3 * MOST_DIFFERENT)


def _cases(
    bases: Sequence[RuleBase], as_of: date | None
) -> st.SearchStrategy[tuple[RuleBase, Case]]:
    grounds = _bases(bases, as_of)
    if len(grounds) == 1:
        return _based(grounds[0], as_of)
    return st.sampled_from(grounds).flatmap(lambda ground: _based(ground, as_of))


def _based(ground: Ground, as_of: date | None) -> st.SearchStrategy[tuple[RuleBase, Case]]:
    return drawn_case(ground, as_of).map(lambda case: (ground.base, case))


def _pairs(
    bases: Sequence[RuleBase],
    as_of: date | None,
    differing: Iterable[str] | None,
    adding: str | None,
) -> st.SearchStrategy[tuple[RuleBase, Case, Case]]:
    names = None if differing is None else list(differing)

    def of(ground: Ground) -> st.SearchStrategy[tuple[RuleBase, Case, Case]]:
        places = None if names is None else places_of(ground.base, names)
        if adding is not None and not getattr(ground.base.facts.get(adding), "many", False):
            raise UsageError(f"`adding` takes a many-fact: `{adding}` is none")
        pair = drawn_pair(ground, Difference(places, adding), as_of)
        return pair.map(lambda two: (ground.base, *two))

    grounds = _bases(bases, as_of)
    return of(grounds[0]) if len(grounds) == 1 else st.sampled_from(grounds).flatmap(of)


def places_of(base: RuleBase, names: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The attributes that names such as `step1.score` or `step1` stand for."""
    found = set()
    for name in names:
        fact, _, attribute = name.partition(".")
        declared = base.facts[fact].attributes if fact in base.facts else {}
        if not declared or (attribute and attribute not in declared):
            raise UsageError(f"the book has no attribute or fact `{name}`")
        found |= {(fact, n) for n in declared if attribute in ("", n)}
    return frozenset(found)


def _bases(bases: Sequence[RuleBase], as_of: date | None) -> list[Ground]:
    """The grounds to draw from, the latest first."""
    chosen = [
        base
        for base in reversed(bases)
        if as_of is None or (base.start <= as_of and (base.end is None or as_of < base.end))
    ]
    if not chosen:
        raise UsageError(f"no rules are in force on {as_of}")
    return [ground_of(base) for base in chosen]
