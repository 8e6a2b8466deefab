"""Laws that hold for every book, to be tried on a book of your own:

```python
import pytest
from matchrules.testing import laws

@pytest.mark.parametrize("name", laws.ALL)
def test_law(name):
    verdict = laws.check_law(book, name, max_examples=50)
    assert verdict.holds, verdict
```

They hold whatever the rules say. Where one does not, the fault is in matchrules, or in the engine
that was given. Trying needs Hypothesis: `pip install "matchrules[test]"`.
"""

from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Any, Final, Literal

from attrs import field, frozen

from matchrules.diagnostics.model import UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.session import Session

try:
    from matchrules.testing.laws import learning, orders, repetition
    from matchrules.testing.laws.trial import Broken, Draw, Engine, Sessions, Trial, engines
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "hypothesis":
        raise
    raise UsageError(
        "`matchrules.testing.laws` needs Hypothesis: "
        'install it with `pip install "matchrules[test]"`'
    ) from error

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Look = Callable[[Trial, Draw], None]


@frozen
class Law:
    """What holds for every book. `look` tries it once on what `draw` draws (in a Hypothesis test of
    yours, `data.draw`), and raises `Broken`."""

    name: str
    look: Look = field(repr=False)

    @property
    def said(self) -> str:
        """The law in words."""
        return getdoc(self.look) or ""


ALL: Final[Mapping[str, Law]] = {
    name: Law(name, look)
    for name, look in {
        "order of facts": orders.facts_in_any_order,
        "order of statements": orders.statements_in_any_order,
        "order of files": orders.files_in_any_order,
        "asserting twice": repetition.asserting_twice,
        "assert and retract": repetition.asserting_and_retracting,
        "replay": repetition.replaying,
        "learning": learning.learning,
        "engines": learning.agreeing,
    }.items()
}


@frozen
class LawVerdict:
    """What came of one law on one book.

    `tried` are the cases, `met` those that put the law to the test (with no fact in a case, none
    can be asserted twice). Where it is broken, `reason` says how, `cases` are the smallest cases
    found in which it is, as case files by name, and `files` the rule files in the order that broke
    it.
    """

    law: Law
    answer: Literal["holds", "broken", "untested"]
    tried: int
    met: int
    engines: tuple[str, ...]
    reason: str = ""
    cases: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def holds(self) -> bool:
        return self.answer == "holds"

    def __str__(self) -> str:
        name = f"the law `{self.law.name}`"
        if self.answer == "broken":
            shown = [f"case {n}:\n{text}" if n else text for n, text in self.cases]
            return "\n".join([f"{name} is broken: {self.reason}", *shown])
        if self.answer == "untested":
            return f"{name} was put to the test by none of {self.tried} cases"
        return f"{name} holds in {self.met} of {self.tried} cases ({', '.join(self.engines)})"


def check_law(
    book: "Book",
    name: str,
    max_examples: int = 100,
    *,
    engines: Mapping[str, Engine] | None = None,
    sessions: Sessions = Session,
) -> LawVerdict:
    """Try a law, by its name in `ALL`, on so many generated cases of a book.

    `engines` are the engines that are to keep it, by name: each takes a rule base and a case and
    gives an `Outcome`; all that there are, if nothing is said. `sessions` makes a session for a
    rule base and a day. The same book gives the same verdict.
    """
    law = ALL.get(name)
    if law is None:
        near = did_you_mean(name, ALL) or f"there are {', '.join(f'`{n}`' for n in ALL)}"
        raise UsageError(f"there is no law `{name}`: {near}")
    trial = Trial(book, sessions=sessions) if engines is None else Trial(book, engines, sessions)
    tried, broken = _search(law, trial, max_examples)
    named = tuple(trial.engines)
    if broken is not None:
        return LawVerdict(
            law, "broken", tried, trial.met, named, broken.reason, (*broken.cases.items(),),
            (*broken.files.items(),),
        )  # fmt: skip
    return LawVerdict(law, "holds" if trial.met else "untested", tried, trial.met, named)


def check(
    book: "Book",
    max_examples: int = 100,
    *,
    laws: Iterable[str] = ALL,
    engines: Mapping[str, Engine] | None = None,
    sessions: Sessions = Session,
) -> tuple[LawVerdict, ...]:
    """`check_law` for every law, or for those named."""
    return tuple(
        check_law(book, name, max_examples, engines=engines, sessions=sessions) for name in laws
    )


def _search(law: Law, trial: Trial, max_examples: int) -> tuple[int, Broken | None]:
    """How many cases were tried, and the smallest one that breaks the law."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    tried = 0

    # What is found stands in the verdict, so nothing is kept in a database or printed.
    @settings(
        max_examples=max_examples, database=None, deadline=None, derandomize=True,
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink), print_blob=False,
    )  # fmt: skip
    @given(st.data())
    def look(data: Any) -> None:
        nonlocal tried
        tried += 1
        law.look(trial, data.draw)

    try:
        look()
    except Broken as broken:
        return tried, broken
    return tried, None


__all__ = [
    "ALL", "Broken", "Engine", "Law", "LawVerdict", "Trial", "check", "check_law", "engines",
]  # fmt: skip
