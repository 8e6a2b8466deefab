"""Rule files in, a book out: read, check, and everything that a user asks of it.

Nothing is half loaded: either every file is without fault, or `RuleErrors` tells all of them.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args

from attrs import field, frozen

from matchrules.diagnostics.model import CaseErrors, Diagnostic, RuleErrors, UsageError
from matchrules.ir import Example, Property, RuleBase, Ruleset
from matchrules.text import Source

if TYPE_CHECKING:
    import cattrs

    from matchrules.analysis import Analysis
    from matchrules.case.classes import FactClasses
    from matchrules.case.model import Case
    from matchrules.decision import Decision
    from matchrules.reach import Reach
    from matchrules.session import Session

Engine = Literal["rete", "compiled", "interpreter"]
MOST_BYTES: Final = 8 * 1024 * 1024  # of a rule file
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

        if isinstance(facts, str | Path):
            facts = open_document(str(facts), _case_file(Path(facts)))
        return read_case(self.bases, facts, as_of)

    def decide(self, facts: Any, as_of: date | None = None, engine: Engine = "rete") -> "Decision":
        """The decision on one case.

        `facts` is a mapping from each fact to its attributes (or to fact objects), fact objects,
        or the path of a case file; `as_of` may be in the case as well, the two must agree. All
        engines give the same. Raises `CaseErrors` where the case is not valid, or where the rules
        say something impossible of it.
        """
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

    def _reaching(self, base: RuleBase, case: "Case") -> "Reach":
        from matchrules.reach import Reach

        return Reach(base, case, self.sources)

    def session(self, as_of: date) -> "Session":
        """A working memory for that day: assert, update and retract facts, read the decision."""
        from matchrules.session import Session

        base, day = self._on(as_of)
        return Session(base, day, self.sources, self._reaching)

    def converter(self) -> "cattrs.Converter":
        """A cattrs converter that knows the fact classes of the latest rules."""
        from matchrules.case.codec import converter

        return converter(self.bases[-1])


def load(*paths: str | Path) -> Book:
    """The book of those files and folders of `.rules` files, checked together; without any, of the
    packs that come with matchrules.

    Raises `RuleErrors` with every fault.
    """
    return _book(read(*(paths or (packs(),))))


def load_text(texts: Mapping[str, str]) -> Book:
    """The book of rule files given as texts by name. Raises `RuleErrors` with every fault."""
    return _book({name: Source(name, text) for name, text in texts.items()})


def load_sources(sources: Mapping[str, Source]) -> Book:
    """The book of texts that have been read. Raises `RuleErrors` with every fault."""
    return _book(sources)


def check(*paths: str | Path) -> tuple[Diagnostic, ...]:
    """Every fault and warning of those files, without loading them."""
    try:
        return check_sources(read(*(paths or (packs(),))))
    except RuleErrors as error:
        return error.diagnostics


def check_text(texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Every fault and warning of rule files given as texts by name."""
    return check_sources({name: Source(name, text) for name, text in texts.items()})


def check_sources(sources: Mapping[str, Source]) -> tuple[Diagnostic, ...]:
    """Every fault and warning of texts that have been read, and a note on what of their tables
    cannot be checked without a solver."""
    analysis = _analyse(sources)
    return _in_order([*analysis.diagnostics, *analysis.left])


def packs() -> Path:
    """The folder of the rule packs that come with matchrules."""
    here = Path(__file__).parent
    installed = here / "packs"
    # In a source checkout the packs stand beside `src`.
    return installed if installed.is_dir() else here.parent.parent / "rules"


def read(*paths: str | Path) -> dict[str, Source]:
    """The texts of rule files and folders, by path, in code point order.

    Raises `RuleErrors` where one cannot be read, or where there are none.
    """
    from matchrules.syntax.decode import decode

    faults: list[Diagnostic] = []
    files: dict[str, str] = {}
    for path in map(Path, paths):
        for file in _files(path, faults):
            files.setdefault(_identity(file), file.as_posix())
    sources: dict[str, Source] = {}
    for name in sorted(files.values()):
        content = _content(Path(name), name, faults)
        if content is not None:
            sources[name], found = decode(name, content)
            faults.extend(found)
    if any(fault.severity == "error" for fault in faults):
        raise RuleErrors(faults, sources)
    return sources


def _files(path: Path, faults: list[Diagnostic]) -> Sequence[Path]:
    if not os.path.isdir(path):
        return [path]
    found = sorted(file for file in path.glob("*.rules") if os.path.isfile(file))
    if not found:
        faults.append(
            Diagnostic(
                "MR540", f"there are no rules in `{path.as_posix()}`",
                help="name a folder that holds .rules files, or a .rules file",
                path=path.as_posix(),
            )
        )  # fmt: skip
    return found


def _identity(file: Path) -> str:
    """What two paths to one file share."""
    try:
        return os.path.realpath(file)
    except (OSError, ValueError):
        return str(file)


class _Unopened(Exception):
    """A file that cannot be opened; the reason is its text."""


def _bytes_of(path: Path, most: int) -> bytes:
    """The bytes of a file, one more than `most` of one that is too large."""
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no regular file")
        with path.open("rb") as opened:
            return opened.read(most + 1)
    except (OSError, ValueError) as error:
        raise _Unopened((getattr(error, "strerror", None) or str(error)).lower()) from None


def _content(file: Path, name: str, faults: list[Diagnostic]) -> bytes | None:
    """The bytes of a rule file, or a fault."""
    from matchrules.case.values import shown

    try:
        return _bytes_of(file, MOST_BYTES)
    except _Unopened as reason:
        faults.append(
            Diagnostic(
                "MR541", f"cannot open {shown(name)}: {reason}",
                help="see whether the path is right, and whether you may read it", path=name,
            )
        )  # fmt: skip
        return None


def _case_file(path: Path) -> bytes:
    from matchrules.case import tree
    from matchrules.case.values import shown

    try:
        return _bytes_of(path, tree.MOST_BYTES)
    except _Unopened as reason:
        raise CaseErrors([
            Diagnostic("MR501", f"cannot open {shown(str(path))}: {reason}",
                       help="give the path of a case file, or the facts themselves")
        ]) from None  # fmt: skip


def _book(sources: Mapping[str, Source]) -> Book:
    found = _analyse(sources)
    if not found.bases:
        raise RuleErrors(found.diagnostics, sources)
    warnings = tuple(d for d in found.diagnostics if d.severity == "warning")
    return Book(found.bases, sources, warnings)


def _analyse(sources: Mapping[str, Source]) -> "Analysis":
    """The eras, none if there is an error, and what was found, in the order of the texts."""
    from matchrules.analysis import Analysis, analyse
    from matchrules.syntax.parser import parse

    if not sources:
        none = Diagnostic("MR540", "there are no rules", help="name at least one file")
        return Analysis((), (none,))
    parsed = [parse(sources[name]) for name in sorted(sources)]
    found = [diagnostic for _, faults in parsed for diagnostic in faults]
    if any(diagnostic.severity == "error" for diagnostic in found):
        # What a statement that does not parse would have declared is missing everywhere else:
        # faults of meaning would mostly be echoes.
        return Analysis((), _in_order(found))
    analysis = analyse([file for file, _ in parsed], sources)
    everything = _in_order([*found, *analysis.diagnostics])
    return Analysis(analysis.bases, everything, analysis.left)


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    def place(diagnostic: Diagnostic) -> tuple[object, ...]:
        span = diagnostic.labels[0].span if diagnostic.labels else None
        where = ("", 0, 0) if span is None else (span.source, span.start, span.end)
        return (*where, diagnostic.code, diagnostic.message)

    unique = {place(diagnostic): diagnostic for diagnostic in diagnostics}
    return tuple(unique[key] for key in sorted(unique))


def _once(declared: Iterable[_T]) -> tuple[_T, ...]:
    """Each declaration once, by where it is written."""
    found: dict[Any, _T] = {}
    for declaration in declared:
        span = declaration.span  # type: ignore[attr-defined]
        found.setdefault((span.source, span.start, span.end), declaration)
    return tuple(found[key] for key in sorted(found))
