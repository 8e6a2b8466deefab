"""The pytest plugin: each example and each property of a rule file is a test item.

pytest itself loads `pytest_matchrules` only; this is imported when a rule file is collected.
"""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define

import pytest_matchrules
from matchrules import ir
from matchrules.diagnostics.model import MatchrulesError, RuleErrors
from matchrules.ir import Example, Property
from matchrules.rulebook import Book, load, packs
from matchrules.testing.coverage import Coverage, measure
from matchrules.testing.coverage.document import document
from matchrules.testing.coverage.listing import lines
from matchrules.testing.coverage.page import write
from matchrules.testing.examples import run_example
from matchrules.testing.failures import example_failure, property_failure
from matchrules.testing.properties import check_property
from matchrules.text import Span

NEEDS_HYPOTHESIS: Final = (
    'properties are tried with Hypothesis: install it with `pip install "matchrules[test]"`'
)
LONGEST: Final = 200  # characters of a title that go into the name of an item


@define
class Folder:
    """The rule files of one folder, which make one book; `faults` where they do not.

    The faults are told once, by the first file of the folder that is collected.
    """

    book: Book | None
    faults: str = ""
    told_by: Path | None = None


_FOLDERS: Final = pytest.StashKey[dict[Path, Folder]]()
_COVERAGE: Final = pytest.StashKey[dict[Path, Coverage]]()


class RuleFile(pytest.File):
    """A rule file: its examples and properties, in the order in which they are written."""

    def collect(self) -> Iterator[pytest.Item]:
        cases = pytest_matchrules.cases_per_property(self.config)
        folder = _folder(self)
        if folder.book is None:
            folder.told_by = folder.told_by or self.path
            if folder.told_by == self.path:
                raise self.CollectError(folder.faults)
            return
        name = _near(self.path).as_posix()
        written: list[Example | Property] = [
            *(example for example in folder.book.examples if example.expects),
            *folder.book.properties,
        ]
        here = (one for one in written if one.span.source == name)
        names: set[str] = set()
        for one in sorted(here, key=lambda one: one.span.start):
            called = said = _name(one)
            numbers = count(2)
            while said in names:
                said = f"{called} ({next(numbers)})"
            names.add(said)
            if isinstance(one, Example):
                yield ExampleItem.from_parent(self, name=said, book=folder.book, example=one)
            else:
                yield PropertyItem.from_parent(
                    self, name=said, book=folder.book, said=one, cases=cases
                )


class RuleItem(pytest.Item):
    """One statement of a rule file, as a test."""

    book: Book
    span: Span

    def reportinfo(self) -> tuple[Path, int, str]:
        line = self.book.sources[self.span.source].position(self.span.start).line
        return self.path, line - 1, self.name

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, NotAsSaid):
            return str(excinfo.value)
        if isinstance(excinfo.value, MatchrulesError | pytest.PytestWarning):
            return f"error: {excinfo.value}"
        return super().repr_failure(excinfo, style)


class NotAsSaid(Exception):
    """What a rule file says does not come true; the text tells all about it."""


class ExampleItem(RuleItem):
    """An example, decided as `matchrules test` decides it."""

    def __init__(self, *, book: Book, example: Example, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.book, self.example, self.span = book, example, example.span
        self.add_marker("rules_example")
        # `-k LR-01` finds the examples that expect something of that rule
        self.extra_keyword_matches.update(_names_of_rules(book, example))

    def runtest(self) -> None:
        result = run_example(self.book, self.example)
        if not result.passed:
            raise NotAsSaid(example_failure(self.book, result))


class PropertyItem(RuleItem):
    """A property, tried on generated cases: the same ones in every run of the same rules."""

    def __init__(self, *, book: Book, said: Property, cases: int, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.book, self.said, self.cases, self.span = book, said, cases, said.span
        self.add_marker("rules_property")
        if find_spec("hypothesis") is None:
            self.add_marker(pytest.mark.skip(reason=NEEDS_HYPOTHESIS))

    def runtest(self) -> None:
        verdict = check_property(self.book, self.said.name, self.cases)
        if verdict.answer == "refuted":
            raise NotAsSaid(property_failure(self.book, verdict))
        if verdict.diagnostic is not None:
            # never put to the test; who wants that to fail says so in `filterwarnings`
            self.warn(pytest.PytestWarning(verdict.diagnostic.message))


def _folder(file: RuleFile) -> Folder:
    """The book of a file's folder, loaded once in a session."""
    folders = file.config.stash.setdefault(_FOLDERS, {})
    path = file.path.parent
    if path not in folders:
        more = [_more(file.config, word) for word in file.config.getini("rules_with")]
        try:
            folders[path] = Folder(load(_near(path), *more))
        except RuleErrors as error:
            told = f"the rules in `{_near(path)}` have faults; none of their examples can run"
            if any(found.code == "MR105" for found in error.diagnostics):
                told += (
                    "\nrules of other folders are loaded with them where `rules_with` names those"
                )
            folders[path] = Folder(None, f"{told}\n\n{error}")
    return folders[path]


def _more(config: pytest.Config, word: str) -> Path:
    """A path of `rules_with`, which counts from the ini file."""
    if word == "packs":
        return packs()
    ini = config.inipath
    return _near((ini.parent if ini is not None else config.rootpath) / word)


def _near(path: Path) -> Path:
    """The path as people write it: from where they stand, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _name(one: Example | Property) -> str:
    """What an item is called: one line, and not without end."""
    if isinstance(one, Example):
        said = one.name or " ".join(one.title.split()) or "without a name"
        return f"example {said}" if len(said) <= LONGEST else f"example {said[: LONGEST - 1]}…"
    return f"property {one.id} {one.name}" if one.id else f"property {one.name}"


def _names_of_rules(book: Book, example: Example) -> Iterator[str]:
    for expect in example.expects:
        if isinstance(expect, ir.ExpectFires):
            yield expect.rule
            for base in book.bases:
                rule = base.rules.get(expect.rule)
                if rule is not None and rule.id is not None:
                    yield rule.id


# Coverage ---------------------------------------------------------------------------------------


def measure_folders(session: pytest.Session) -> None:
    """Measure the book of each folder, in the folder's own files. All of its examples count,
    selected or not. An exception that excepts nothing fails the run."""
    found: dict[Path, Coverage] = {}
    for path, folder in session.config.stash.get(_FOLDERS, {}).items():
        if folder.book is not None:
            own = [n for n in folder.book.sources if Path(n).resolve().parent == path.resolve()]
            found[path] = measure(folder.book).within(own)
    session.config.stash[_COVERAGE] = found
    if any(one.faults for one in found.values()) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def tell_coverage(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write what was measured to where it is asked for."""
    found = config.stash.get(_COVERAGE, {})
    reporter.section("coverage of rules")
    if not found:
        reporter.write_line("no .rules file was collected here: name one, and run without `-n`")
        return
    for how, where in pytest_matchrules.coverage_wanted(config):
        try:
            _tell(reporter, found, how, Path(where))
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            reporter.write_line(f"error: cannot write coverage to `{where}`: {reason}", red=True)


def _tell(
    reporter: pytest.TerminalReporter, found: dict[Path, Coverage], how: str, where: Path
) -> None:
    if how == "term":
        for coverage in found.values():
            for line in lines(coverage, lambda text, kind: _painted(reporter, text, kind)):
                reporter.write_line(line)
    elif how == "json":
        books = [{"folder": str(_near(p)), "coverage": document(c)} for p, c in found.items()]
        told = json.dumps({"format": 1, "books": books}, ensure_ascii=False, indent=2)
        where.write_text(told + "\n", encoding="utf-8")
        reporter.write_line(f"written to {where}")
    else:
        for number, coverage in enumerate(found.values(), 1):
            written = write(coverage, where if len(found) == 1 else where / str(number))
            reporter.write_line(f"written to {written}")


def _painted(reporter: pytest.TerminalReporter, text: str, kind: str) -> str:
    colours = {"good": {"green": True}, "partly": {"yellow": True}, "bad": {"red": True}}
    # the writer itself knows whether there are colours
    return reporter._tw.markup(text, **colours.get(kind, {}))
