"""What pytest loads when it starts: options, markers, and which files hold rules.

Nothing of matchrules is imported before a rule file is collected, so that other test runs pay
nothing. What happens then is in `matchrules.testing.plugin`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_addoption(parser: "pytest.Parser") -> None:
    group = parser.getgroup("matchrules", "examples and properties of rule files")
    group.addoption(
        "--rules-cases", type=int, metavar="N",
        help="how many cases each property of a .rules file is tried on (ini: rules_cases)",
    )  # fmt: skip
    group.addoption(
        "--rules-cov", action="append", nargs="?", const="term", metavar="WHERE",
        help="say which rules, rows of tables and conditions the examples of .rules files cover: "
        "`term` in the summary, `html:DIR` as a page, `json:FILE`; may be repeated",
    )  # fmt: skip
    parser.addini(
        "rules_cases", "how many cases each property of a .rules file is tried on", default="100"
    )
    parser.addini(
        "rules_with", "rule files and folders that are loaded with every folder of .rules files; "
        "`packs` is those that come with matchrules", type="args", default=[],
    )  # fmt: skip


def pytest_configure(config: "pytest.Config") -> None:
    cases_per_property(config)
    coverage_wanted(config)
    config.addinivalue_line("markers", "rules_example: an example of a .rules file")
    config.addinivalue_line("markers", "rules_property: a property of a .rules file")


def cases_per_property(config: "pytest.Config") -> int:
    """How many cases each property is tried on: what the option says, or the ini file."""
    asked, name = config.getoption("rules_cases"), "--rules-cases"
    if asked is None:
        asked, name = config.getini("rules_cases"), "rules_cases"
    if not str(asked).isdecimal() or int(asked) < 1:
        from pytest import UsageError

        raise UsageError(f"`{name}` is a number of cases, from 1; it is `{asked}`")
    return int(asked)


def coverage_wanted(config: "pytest.Config") -> list[tuple[str, str]]:
    """Where coverage is to be told: (`term`, ``), (`html`, folder), (`json`, file)."""
    wanted = []
    for asked in config.getoption("rules_cov") or ():
        how, colon, where = asked.partition(":")
        if (how, bool(where)) not in (("term", False), ("html", True), ("json", True)) or (
            colon and not where
        ):
            from pytest import UsageError

            raise UsageError(
                f"`--rules-cov` takes `term`, `html:DIR` or `json:FILE`; it is `{asked}`"
                " (a path to be tested is written before it)"
            )
        wanted.append((how, where))
    return wanted


def pytest_sessionfinish(session: "pytest.Session") -> None:
    # what a worker of pytest-xdist measures would be told nobody
    if coverage_wanted(session.config) and not hasattr(session.config, "workerinput"):
        from matchrules.testing.plugin import measure_folders

        measure_folders(session)


def pytest_terminal_summary(
    terminalreporter: "pytest.TerminalReporter", config: "pytest.Config"
) -> None:
    if coverage_wanted(config):
        from matchrules.testing.plugin import tell_coverage

        tell_coverage(terminalreporter, config)


def pytest_collect_file(file_path: "Path", parent: "pytest.Collector") -> "pytest.Collector | None":
    if file_path.suffix != ".rules":
        return None
    from matchrules.testing.plugin import RuleFile

    return RuleFile.from_parent(parent, path=file_path)
