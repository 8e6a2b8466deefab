"""Hypothesis strategies: valid cases of a book, pairs of them, and whole books.

They draw towards what matters. A case is a mapping as `Book.decide` takes it, `as_of` included:
`book.decide(case)`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import reject
from hypothesis import strategies as st

from matchrules.case.model import Case
from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase
from matchrules.testing.ground import INSTANCES, Ground, ground_of
from matchrules.testing.growth.draws import Draws
from matchrules.testing.growth.whole import grow
from matchrules.testing.mending import mended
from matchrules.testing.sketch import Sketch, facts_of
from matchrules.testing.twins import Difference, make_room, second_case
from matchrules.types import python_value

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Draw = Callable[[st.SearchStrategy[Any]], Any]

MOST_CHANGES = 8


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


@st.composite
def drawn_case(
    draw: Draw, ground: Ground, as_of: date | None = None, base: RuleBase | None = None
) -> Case:
    """One valid case of a rule base; of `base` in its place, which is like it."""
    case = mended(base or ground.base, *facts_of(ground, draw(_sketches(ground)), as_of))
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
    sketch = draw(_sketches(ground))
    day, facts = facts_of(ground, sketch, as_of)
    make_room(base, facts, difference)
    first = mended(base, day, facts)
    if first is None:
        reject()
    if difference.free and draw(st.booleans()):
        return first, draw(drawn_case(ground, day, base))
    asserted = ground.starts[sketch.start - 1].twin if sketch.start else ()
    least = 0 if asserted or not difference.slots(ground, facts) else 1
    changes = draw(st.lists(_DIFFERENT, min_size=least, max_size=4))
    seed = draw(_SEEDS) if difference.adding is not None else 0
    second = second_case(ground, base, day, facts, difference, asserted, changes, seed)
    if second is None:
        reject()
    return first, second[0]


_SEEDS = st.integers(0, 255)
_DIFFERENT = st.tuples(_SEEDS, _SEEDS)


def _cases(
    bases: Sequence[RuleBase], as_of: date | None
) -> st.SearchStrategy[tuple[RuleBase, Case]]:
    return st.sampled_from(_bases(bases, as_of)).flatmap(
        lambda ground: st.tuples(st.just(ground.base), drawn_case(ground, as_of))
    )


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

    return st.sampled_from(_bases(bases, as_of)).flatmap(of)


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


def _sketches(ground: Ground) -> st.SearchStrategy[Sketch]:
    """How much is known: nothing, an example's facts, a half, three quarters, most, or all."""
    known = ground.__dict__.get("sketches")
    if known is None:
        known = ground.__dict__["sketches"] = _prepared_sketches(ground)
    return known


def _one_of(*options: st.SearchStrategy[Sketch]) -> st.SearchStrategy[Sketch]:
    # `st.one_of` counts options that are one object once, and whether equal ones are depends on
    # what Hypothesis still has in its cache: `map` makes an object of each.
    return st.one_of([option.map(lambda sketch: sketch) for option in options])


def _prepared_sketches(ground: Ground) -> st.SearchStrategy[Sketch]:
    # Bytes shrink one by one, so that a found case keeps only what it needs.
    size = -(-len(ground.slots) // 8)
    bits = st.binary(min_size=size, max_size=size).map(int.from_bytes)
    more = st.builds(int.__or__, bits, bits)
    most = st.builds(int.__or__, more, more)
    longest = max((start.size for start in ground.starts), default=0)
    kept = st.binary(min_size=longest, max_size=longest)
    seeds = st.integers(0, 2**16 - 1)
    days = st.one_of(st.just(0), st.integers(0, len(ground.days)))
    counts = st.tuples(
        *(st.sampled_from(range(min(INSTANCES, fact.bound or 0) + 1)) for fact in ground.many)
    )
    none = st.just((0,) * len(ground.many))
    zero, count = st.just(0), len(ground.starts)
    change = st.tuples(st.integers(0, max(0, len(ground.moves) - 1)), st.integers(0, 255))

    def fresh(known: st.SearchStrategy[int] | None = None) -> st.SearchStrategy[Sketch]:
        if known is None:
            return st.builds(Sketch, days, zero, zero, zero, none, changes(MOST_CHANGES))
        return st.builds(Sketch, days, zero, known, seeds, counts, changes(MOST_CHANGES))

    def started(
        least: int, most: int, more: bool = False, day: st.SearchStrategy[int] = days
    ) -> st.SearchStrategy[Sketch]:
        start, known, seed, many = st.integers(least, count), zero, zero, none
        if more:
            known, seed, many = bits, seeds, counts
        return st.builds(Sketch, day, start, known, seed, many, changes(most), kept)

    def changes(most: int) -> st.SearchStrategy[list[tuple[int, int]]]:
        return st.lists(change, max_size=most if ground.moves else 0)

    if not count:
        return _one_of(fresh(), fresh(), fresh(bits), fresh(more), fresh(most))
    if ground.aimed:
        aimed = count - ground.aimed + 1
        return _one_of(
            started(aimed, 1, day=zero), started(aimed, 2, day=zero), started(aimed, 3),
            started(aimed, 0, more=True, day=zero), started(aimed, 1), started(1, MOST_CHANGES),
        )  # fmt: skip
    return _one_of(
        fresh(), started(1, 2), started(1, 3), started(1, MOST_CHANGES),
        started(1, MOST_CHANGES, more=True), fresh(bits), fresh(more), fresh(most),
    )  # fmt: skip
