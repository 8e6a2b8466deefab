"""The layout of diagnostics, as an author sees them."""

from textwrap import dedent

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.diagnostics.terminal import plain, render, summary
from matchrules.text import Source, Span

TABLE = "\n" * 20 + "  | passed         | viable_min..232 | viable          |\n"


def label(source: Source, words: str, message: str = "", nth: int = 0) -> Label:
    at = -1
    for _ in range(nth + 1):
        at = source.text.index(words, at + 1)
    return Label(Span(source.name, at, at + len(words)), message)


def shown(diagnostic: Diagnostic, *sources: Source, width: int = 120) -> str:
    return plain([diagnostic], {source.name: source for source in sources}, width)


def text(block: str) -> str:
    return dedent(block).strip("\n")


def test_the_layout_of_the_design() -> None:
    source = Source("rules/step2ck.rules", TABLE)
    diagnostic = Diagnostic(
        "MR203",
        "table `step2ck.band` has a gap",
        (label(source, "viable_min..232", "nothing covers step2ck.score 233"),),
        help="extend this row to viable_min..233, or add a row for 233",
        notes=("scores end at 300",),
    )
    assert shown(diagnostic, source) == text("""
        error[MR203]: table `step2ck.band` has a gap
          --> rules/step2ck.rules:21:22
           |
        21 |   | passed         | viable_min..232 | viable          |
           |                      ^^^^^^^^^^^^^^^ nothing covers step2ck.score 233
           |
           = help: extend this row to viable_min..233, or add a row for 233
           = note: scores end at 300
        """)


def test_two_labels_on_one_line_the_main_one_first() -> None:
    source = Source("a.rules", "when low < high\n")
    diagnostic = Diagnostic(
        "MR301",
        "days and weeks do not meet",
        (label(source, "high", "weeks"), label(source, "low", "days")),
    )
    assert shown(diagnostic, source) == text("""
        error[MR301]: days and weeks do not meet
          --> a.rules:1:12
           |
         1 | when low < high
           |            ^^^^ weeks
           |      --- days
        """)


def test_labels_in_several_files_and_far_apart() -> None:
    one = Source("one.rules", "rule a\n\nrule b\n\n\nrule a\n")
    two = Source("two.rules", "rule a")
    diagnostic = Diagnostic(
        "MR103",
        "two rules named `a`",
        (
            label(one, "rule a", "second", 1),
            label(one, "rule a", "first"),
            label(two, "a", "and here"),
        ),
    )
    assert shown(diagnostic, one, two) == text("""
        error[MR103]: two rules named `a`
          --> one.rules:6:1
           |
         1 | rule a
           | ------ first
        ...
         6 | rule a
           | ^^^^^^ second
          ::: two.rules:1:6
           |
         1 | rule a
           |      - and here
        """)


def test_a_single_line_between_two_is_shown() -> None:
    source = Source("a.rules", "one\ntwo\nthree")
    diagnostic = Diagnostic("MR001", "m", (label(source, "one"), label(source, "three")))
    assert " 2 | two" in shown(diagnostic, source)


def test_a_span_over_several_lines() -> None:
    source = Source("a.rules", "  when a and\n    b and\n    c and\n      d\n")
    diagnostic = Diagnostic(
        "MR001", "m", (label(source, "a and\n    b and\n    c and\n      d", "all this"),)
    )
    assert shown(diagnostic, source) == text("""
        error[MR001]: m
          --> a.rules:1:8
           |
         1 |   when a and
           |        ^^^^^
        ...
         4 |       d
           |       ^ all this
        """)


def test_the_end_of_the_file() -> None:
    source = Source("a.rules", "rule a\n  when\n\n")
    end = len(source.text)
    diagnostic = Diagnostic(
        "MR001", "m", (Label(Span("a.rules", end, end), "expected a condition"),)
    )
    assert shown(diagnostic, source) == text("""
        error[MR001]: m
          --> a.rules:2:7
           |
         2 |   when
           |       ^ expected a condition
        """)


def test_an_empty_file() -> None:
    source = Source("a.rules", "")
    diagnostic = Diagnostic("MR001", "the file is empty", (Label(Span("a.rules", 0, 0)),))
    assert "--> a.rules:1:1" in shown(diagnostic, source)


def test_wide_characters_and_tabs_keep_the_caret_under_the_word() -> None:
    source = Source("a.rules", '\t"小児科 e\u0301" x')
    diagnostic = Diagnostic("MR001", "m", (label(source, "x", "here"),))
    line, caret = shown(diagnostic, source).splitlines()[3:5]
    assert line == ' 1 |     "小児科 e\u0301" x'
    assert caret == "   | " + " " * (4 + 1 + 6 + 1 + 1 + 1 + 1) + "^ here"


def test_nothing_in_a_source_reaches_the_terminal_as_a_command() -> None:
    source = Source("a\x1b.rules", "ab\x1b[31m\x00\u202ecd\r\n")
    diagnostic = Diagnostic(
        "MR001", "bad \x1b[2J text", (label(source, "ab", "\x07"),), help="\x9b"
    )
    out = shown(diagnostic, source)
    assert all(char.isprintable() or char == "\n" for char in out)
    assert "ab␛[31m␀�cd" in out


def test_a_very_long_line_shows_what_is_around_the_span() -> None:
    source = Source("a.rules", "x " * 2_000_000 + "WRONG" + " y" * 2_000_000)
    diagnostic = Diagnostic("MR001", "m", (label(source, "WRONG", "this"),))
    line, caret = shown(diagnostic, source, width=80).splitlines()[3:5]
    assert len(line) <= 80 and "WRONG" in line and line.endswith("…") and " | …" in line
    assert line.index("WRONG") == caret.index("^^^^^ this")


def test_a_span_wider_than_the_window_is_cut() -> None:
    source = Source("a.rules", "a" * 1_000_000)
    diagnostic = Diagnostic("MR001", "m", (Label(Span("a.rules", 0, 1_000_000), "long"),))
    assert all(len(line) <= 90 for line in shown(diagnostic, source, width=80).splitlines())


def test_the_span_at_the_end_of_a_long_line() -> None:
    source = Source("a.rules", "a " * 1000 + "END")
    diagnostic = Diagnostic("MR001", "m", (label(source, "END", "here"),))
    line, caret = shown(diagnostic, source, width=80).splitlines()[3:5]
    assert line.endswith("END") and line.index("END") == caret.index("^")


def test_a_fault_of_a_case_without_a_file_shows_its_path() -> None:
    diagnostic = Diagnostic(
        "MR501", "`red` is not a `grade`", path="letter[2].quality", help="write one"
    )
    assert shown(diagnostic) == text("""
        error[MR501]: `red` is not a `grade`
          --> letter[2].quality
           = help: write one
        """)


def test_a_source_that_is_not_at_hand() -> None:
    diagnostic = Diagnostic("MR101", "m", (Label(Span("gone.rules", 3, 4), "was here"),))
    assert shown(diagnostic) == text("""
        error[MR101]: m
          --> gone.rules
           = note: was here
        """)


def test_help_over_several_lines_is_indented() -> None:
    diagnostic = Diagnostic("MR101", "m", path="x", help="write\n  this")
    assert shown(diagnostic).splitlines()[-1] == " " * 13 + "this"


def test_colour_changes_no_character() -> None:
    import re

    source = Source("a.rules", "when [bold]x[/bold] :smile:\n")
    found = [Diagnostic("MR001", "[red]m[/red]", (label(source, "x", "here"),), help="h")] * 2
    coloured = render(found, {"a.rules": source}, color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain(found, {"a.rules": source})


def test_summary_counts() -> None:
    error = Diagnostic("MR001", "m")
    warning = Diagnostic("MR001", "m", severity="warning")
    assert summary([error, warning, error]) == "2 errors, 1 warning"
    assert summary([]) == ""
