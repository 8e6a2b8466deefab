"""A book: checked rules, and everything that a user asks of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from attrs import field, frozen

from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.ir import Example, Property, RuleBase, Ruleset
from matchrules.lazy import cached_property
from matchrules.text import Source

if TYPE_CHECKING:
    import cattrs

    from matchrules.case.classes import FactClasses
    from matchrules.case.model import Case
    from matchrules.cohort import Extra, FrameDecision, FrameEngine, Output
    from matchrules.decision import Decision
    from matchrules.engine.compiled.index import Repeated
    from matchrules.reach import Reach
    from matchrules.session import Session

Engine = Literal["rete", "compiled", "interpreter"]
_T = TypeVar("_T")


@frozen(slots=False, eq=False)
class Book:
    """Checked rules: an immutable value that threads may share, and that can be pickled and forked.

    `bases` are the eras of the book, earliest first: in each, one version of every ruleset is in
    force. `sources` are the texts by name, for showing faults. `warnings` are what the check
    found that is no error.
    """

    bases: tuple[RuleBase, ...]
    sources: Mapping[str, Source] = field(repr=False)
    warnings: tuple[Diagnostic, ...] = field(default=(), repr=False)

    def __getstate__(self) -> dict[str, Any]:
        # What is worked out from these is worked out again.
        return {name: self.__dict__[name] for name in ("bases", "sources", "warnings")}

    @cached_property
    def facts(self) -> "FactClasses":
        """The fact classes, of the latest rules: `book.facts.Letter(…)`."""
        from matchrules.case.classes import FactClasses

        return FactClasses(self.bases[-1])

    @property
    def rulesets(self) -> tuple[Ruleset, ...]:
        """Every version of every ruleset, by name and start."""
        found = {(r.name, r.start): r for base in self.bases for r in base.rulesets.values()}
        return tuple(found[key] for key in sorted(found))

    @property
    def examples(self) -> tuple[Example, ...]:
        """The worked cases of every era, each once, as they are written."""
        return _once(example for base in self.bases for example in base.examples)

    @property
    def properties(self) -> tuple[Property, ...]:
        """What is said to hold for every case, in every era, each once, as they are written."""
        return _once(p for base in self.bases for p in base.properties.values())

    def base_on(self, as_of: date) -> RuleBase:
        """The rules in force on a day; raises `CaseErrors` where there are none."""
        return self._on(as_of)[0]

    def _on(self, as_of: date) -> tuple[RuleBase, date]:
        """The rules in force on a day, and the day, checked to be one."""
        from matchrules.case.codec import base_on
        from matchrules.case.findings import Findings
        from matchrules.case.reading import read_day

        findings = Findings()
        day = read_day({}, as_of, findings)
        base = base_on(self.bases, day, findings) if day is not None else None
        findings.raise_if_any()
        assert base is not None and day is not None
        return base, day

    def case(self, facts: Any, as_of: date | None = None) -> "tuple[RuleBase, Case]":
        """A validated case, and the rules in force on its day: what an engine decides on.

        `facts` is a mapping from each fact to its attributes (or to fact objects), fact objects,
        or the path of a case file (YAML, JSON or TOML). Raises `CaseErrors`.
        """
        from matchrules.case.codec import read_case
        from matchrules.case.document import open_document
        from matchrules.rulebook.files import case_file

        if isinstance(facts, str | Path):
            facts = open_document(str(facts), case_file(Path(facts)))
        return read_case(self.bases, facts, as_of)

    def decide(
        self, facts: Any, as_of: date | None = None, engine: Engine = "compiled"
    ) -> "Decision":
        """The decision on one case.

        `facts` is a mapping from each fact to its attributes (or to fact objects), fact objects,
        or the path of a case file; `as_of` may be in the case as well, the two must agree. All
        engines give the same. Raises `CaseErrors` where the case is not valid, or where the rules
        say something impossible of it.
        """
        if engine == "compiled":
            found = self._repeated.decide(facts, as_of)
            if found is not None:
                return found
        from matchrules.decision import decide

        if engine not in get_args(Engine):
            raise UsageError(
                f"there is no engine `{engine}`: say `rete`, `compiled` or `interpreter`"
            )
        base, case = self.case(facts, as_of)
        try:
            if engine == "rete":
                from matchrules.engine.rete import decide_rete

                outcome = decide_rete(base, case)
            elif engine == "compiled":
                from matchrules.engine.compiled import decide_compiled

                outcome = decide_compiled(base, case)
            else:
                from matchrules.engine.interpreter import interpret

                outcome = interpret(base, case)
        except CaseErrors as error:
            raise CaseErrors(error.diagnostics, self.sources) from None
        return decide(base, outcome, case, self._reaching)

    @cached_property
    def _repeated(self) -> "Repeated":
        """What makes one decision after another quick."""
        from matchrules.engine.compiled.index import Repeated

        return Repeated(self.bases, self._reaching)

    def _reaching(self, base: RuleBase, case: "Case") -> "Reach":
        from matchrules.reach import Reach

        return Reach(base, case, self.sources)

    def decide_frame(
        self,
        frames: Any,
        key: str = "id",
        *,
        as_of: date | str | None = None,
        output: "Output" = "long",
        derived: bool = False,
        texts: bool = False,
        explain: int = 1000,
        extra: "Extra" = "refuse",
        engine: "FrameEngine" = "columnar",
    ) -> "FrameDecision":
        """The decisions on a whole cohort, given as Polars frames. Needs the extra `frames`.

        `frames` is a mapping from each fact to its frame, with a row for each case (each instance
        of a many-fact), joined by the column `key`; or one wide frame with columns such as
        `step1.status`. `as_of` is a day or the name of a column. `output` says how the advice is
        told: `long` (a row for each piece) or `wide` (a row for each case, a Boolean column for
        each subject). A case at fault gets its row in `errors`, with its words for the first
        `explain` of them, and no other is kept from being decided by it. Raises `CaseErrors` where
        columns do not fit the rules (`extra="ignore"` passes over those that are surplus), and
        `UsageError` for a call that cannot be meant.
        """
        from matchrules.cohort import decide_frame

        return decide_frame(
            self, frames, key, as_of=as_of, output=output, derived=derived, texts=texts,
            explain=explain, extra=extra, engine=engine,
        )  # fmt: skip

    def to_json(self) -> str:
        """The book as one text that `book_from_json` reads: to ship it to another process, where
        it need not be checked again. Its hash is in it. Equal books give equal texts."""
        from matchrules.rulebook.stored import book_to_json

        return book_to_json(self)

    @cached_property
    def sha256(self) -> str:
        """The hash of the book as it is stored (`to_json`), texts and all."""
        from matchrules.rulebook.stored import hash_in

        return hash_in(self.to_json())

    def session(self, as_of: date, engine: Literal["rete", "compiled"] = "rete") -> "Session":
        """A working memory for that day: assert, update and retract facts, read the decision.

        With `rete` only what a change touches is worked out again, on durable-rules; `compiled`
        decides anew, with what stays of the case kept as it is looked up. Both give the same.
        """
        from matchrules.session import CompiledMemory, ReteMemory, Session

        if engine not in ("rete", "compiled"):
            raise UsageError(
                f"there is no session on an engine `{engine}`: say `rete` or `compiled`"
            )
        base, day = self._on(as_of)
        memory = ReteMemory if engine == "rete" else CompiledMemory
        return Session(base, day, self.sources, self._reaching, memory)

    def converter(self) -> "cattrs.Converter":
        """A cattrs converter that knows the fact classes of the latest rules."""
        from matchrules.case.codec import converter

        return converter(self.bases[-1])


def _once(declared: Iterable[_T]) -> tuple[_T, ...]:
    """Each declaration once, by where it is written."""
    found: dict[Any, _T] = {}
    for declaration in declared:
        span = declaration.span  # type: ignore[attr-defined]
        found.setdefault((span.source, span.start, span.end), declaration)
    return tuple(found[key] for key in sorted(found))
