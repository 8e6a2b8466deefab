"""`pytest` on rule files: what is collected, what a failure tells, what it costs without any."""

from pathlib import Path

import pytest

# What runs within this process finds these loaded, and leaves them so.
import matchrules.engine.rete
import matchrules.testing.plugin
import matchrules.testing.strategies  # noqa: F401

pytest_plugins = ["pytester"]

WORDS = """\
ruleset words
  version 1
  effective from 2026-01-01
source house "House rules"
fact member "Who borrows"
  late : integer 0..20 optional "loans brought back late"
advice lending "Borrowing"
  any_tool "Any tool at all"
define member.barred : yes_no
  is member.late >= 3
"""
LENDING = """\
ruleset lending
  version 1
  effective from 2026-01-01
  uses words

rule lend "Whoever brings tools back may borrow"
  id L-01
  cite house
  when not member.barred
  then may lending.any_tool "Borrow what you like."

rule do_not_lend
  id L-02
  cite house
  when member.barred
  then must_not lending.any_tool "Bring back what you have."

example reliable "Never late"
  given member: late = 0
  as of 2026-11-01
  expect fires L-01

example "Often late"
  given reliable with member: late = 5
  as of 2026-11-01
  expect fires L-02

property answered "Nobody is both told to and not to"
  id P-01
  at most one of (fires L-01, fires L-02)

property everybody
  id P-02
  when member.late is known
  then fires L-01 or fires L-02
"""
NAMES = [
    "rules/lending.rules::example reliable",
    "rules/lending.rules::example Often late",
    "rules/lending.rules::property P-01 answered",
    "rules/lending.rules::property P-02 everybody",
]


def written(pytester: pytest.Pytester, old: str = "", new: str = "") -> Path:
    """A folder of two rule files; in the second one, `new` stands for `old`."""
    folder = pytester.mkdir("rules")
    (folder / "words.rules").write_text(WORDS, encoding="utf-8")
    assert old in LENDING
    changed = LENDING.replace(old, new, 1) if old else LENDING
    (folder / "lending.rules").write_text(changed, encoding="utf-8")
    return folder


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider", *words)


def items(ran: pytest.RunResult) -> list[str]:
    return [line for line in ran.outlines if "::" in line]


def test_each_example_and_property_is_an_item(pytester: pytest.Pytester) -> None:
    written(pytester)
    assert items(run(pytester, "rules", "--collect-only", "-q")) == NAMES
    run(pytester, "rules", "--rules-cases", "5").assert_outcomes(passed=4)


def test_a_file_finds_what_it_uses_beside_it(pytester: pytest.Pytester) -> None:
    written(pytester)
    ran = run(pytester, "rules/lending.rules", "--rules-cases", "5")
    ran.assert_outcomes(passed=4)
    ran = run(pytester, "rules/words.rules")
    ran.assert_outcomes()
    one = run(pytester, NAMES[1], "-v")
    one.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["-k", "reliable"], NAMES[:1]),
        (["-k", "P-02 or often"], [NAMES[1], NAMES[3]]),
        (["-k", "L-02"], NAMES[1:2]),  # an example goes by the ids of the rules it is about, too
        (["-m", "rules_example"], NAMES[:2]),
        (["-m", "rules_property"], NAMES[2:]),
        (["--deselect", NAMES[2]], [*NAMES[:2], NAMES[3]]),
    ],
)
def test_items_are_chosen_by_name_id_and_kind(
    pytester: pytest.Pytester, words: list[str], chosen: list[str]
) -> None:
    written(pytester)
    assert items(run(pytester, "rules", "--collect-only", "-q", *words)) == chosen


def test_examples_of_one_title_are_told_apart(pytester: pytest.Pytester) -> None:
    written(pytester, 'example reliable "Never late"', 'example "Often late"')
    folder = pytester.path / "rules" / "lending.rules"
    text = folder.read_text(encoding="utf-8")
    folder.write_text(text.replace("given reliable with member", "given member"), encoding="utf-8")
    assert [name.partition("::")[2] for name in items(run(pytester, "--co", "-q"))[:2]] == [
        "example Often late",
        "example Often late (2)",
    ]


def test_a_title_is_one_line_of_its_own(pytester: pytest.Pytester) -> None:
    titles = [
        '"x"',
        '"x"',
        '"x (2)"',
        '"a\\nb"',
        '"""\n  a\n  b\n  """',
        '" "',
        '""',
        f'"{"long " * 99}"',
    ]
    example = "  as of 2026-11-01\n  expect nothing else\n"
    header = "ruleset r\n  version 1\n  effective from 2026-01-01\n"
    text = header + "".join(f"example {title}\n{example}" for title in titles)
    (pytester.mkdir("odd") / "o.rules").write_text(text, encoding="utf-8")
    found = [name.partition("::example ")[2] for name in items(run(pytester, "--co", "-q"))]
    assert found[:-1] == [
        "x", "x (2)", "x (2) (2)", "a b", "a b (2)", "without a name", "without a name (2)"
    ]  # fmt: skip
    assert found[-1] == ("long " * 99)[:199] + "…"
    run(pytester, "odd/o.rules::example x (2) (2)").assert_outcomes(passed=1)


def test_a_failing_example_shows_rule_place_and_case(pytester: pytest.Pytester) -> None:
    written(pytester, "expect fires L-02", "expect no fires L-02")
    ran = run(pytester, "rules", "-k", "often")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        [
            "*example Often late*",
            "error[[]MR701]: example `Often late` does not come out as expected",
            "*--> rules/lending.rules:26:3",
            "*= note: `do_not_lend` fired",
            "the case:",
            "  as_of: 2026-11-01",
            "  member:",
            "    late: 5",
            "the example, rules/lending.rules:23",
            '  23 | example "Often late"',
            "  26 |   expect no fires L-02",
            "the rule, rules/lending.rules:12",
            "  12 | rule do_not_lend",
            "  16 |   then must_not lending.any_tool *",
        ]
    )
    ran.stdout.no_fnmatch_line("*plugin.py*")
    ran.stdout.no_fnmatch_line("*Traceback*")


def test_a_case_with_faults_fails_its_example(pytester: pytest.Pytester) -> None:
    written(pytester, "rule lend ", 'reject "too often late" when member.late > 4\nrule lend ')
    ran = run(pytester, "rules", "-k", "often")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["error[[]MR702]*", "*too often late*", "the example, rules/*"])
    ran.stdout.no_fnmatch_line("*plugin.py*")


def test_a_failing_property_shows_the_witness(pytester: pytest.Pytester) -> None:
    written(pytester, "  when member.late is known\n  then", " ")
    ran = run(pytester, "rules", "-k", "P-02")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        [
            "*property P-02 everybody*",
            "error[[]MR711]: property `P-02` does not hold: *",
            "*--> rules/lending.rules:32:10",
            "a case in which it is false:",
            "  as_of: 2026-*",
            "the property, rules/lending.rules:32",
            "  32 | property everybody",
            "  34 |   fires L-01 or fires L-02",
            "the rule, rules/lending.rules:6",
            "the rule, rules/lending.rules:12",
        ]
    )
    ran.stdout.no_fnmatch_line("*plugin.py*")


def test_a_pair_of_cases_is_shown_by_name(pytester: pytest.Pytester) -> None:
    written(
        pytester, "  when member.late is known\n  then fires L-01 or fires L-02",
        "  compare a, b differing only in member.late\n  same advice",
    )  # fmt: skip
    ran = run(pytester, "rules", "-k", "P-02")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["the case `a`:", "  as_of: *", "the case `b`:", "  as_of: *"])


def test_a_premise_that_is_never_true_is_a_warning(pytester: pytest.Pytester) -> None:
    written(pytester, "when member.late is known", "when member.late > 3 and not member.barred")
    words = ("rules", "-k", "P-02", "--rules-cases", "5")
    ran = run(pytester, *words, "-W", "always::pytest.PytestWarning")
    ran.assert_outcomes(passed=1, warnings=1)
    ran.stdout.fnmatch_lines(["*PytestWarning: property `P-02` was never put to the test*"])
    pytester.makeini("[pytest]\nfilterwarnings = error:property .* was never put to the test\n")
    ran = run(pytester, *words)
    ran.assert_outcomes(failed=1)
    ran.stdout.no_fnmatch_line("*plugin.py*")


def test_faulty_rules_are_told_once(pytester: pytest.Pytester) -> None:
    folder = written(pytester, "when member.barred", "when member.bared")
    (folder / "words.rules").write_text(WORDS.replace("late >= 3", "lat >= 3"), encoding="utf-8")
    pytester.makepyfile("def test_plain(): pass")
    ran = run(pytester, "--continue-on-collection-errors")
    ran.assert_outcomes(errors=1, passed=1)
    ran.stdout.fnmatch_lines(
        [
            "the rules in `rules` have faults; none of their examples can run",
            "error[[]MR101]*bared*",
            "*--> rules/lending.rules:15:8",
            "error[[]MR101]*lat*",
            "*--> rules/words.rules:10:6",
        ]
    )
    ran.stdout.no_fnmatch_line("*plugin.py*")
    alone = run(pytester, "rules/words.rules")
    alone.assert_outcomes(errors=1)


def test_rules_that_are_loaded_with_every_folder(pytester: pytest.Pytester) -> None:
    folder = written(pytester)
    own = pytester.mkdir("own")
    (folder / "lending.rules").rename(own / "lending.rules")
    alone = run(pytester, "own")
    alone.assert_outcomes(errors=1)
    alone.stdout.fnmatch_lines(["*other folders*`rules_with`*", "error[[]MR105]*"])
    pytester.makeini("[pytest]\nrules_with = rules\nrules_cases = 5\n")
    run(pytester, "own", "rules").assert_outcomes(passed=4)


def test_own_rules_on_the_packs(pytester: pytest.Pytester) -> None:
    (pytester.mkdir("office") / "office.rules").write_text(
        "ruleset office\n  version 1\n  effective from 2026-01-01\n  uses scope\n"
        "example nobody\n  as of 2026-11-01\n  expect scope.status is undetermined\n",
        encoding="utf-8",
    )
    pytester.makeini("[pytest]\nrules_with = packs\n")
    run(pytester, "office").assert_outcomes(passed=1)


@pytest.mark.parametrize("number", ["0", "-3"])
def test_a_number_of_cases_is_one_or_more(pytester: pytest.Pytester, number: str) -> None:
    written(pytester)
    ran = run(pytester, "rules", f"--rules-cases={number}")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines([f"*`--rules-cases` is a number of cases, from 1; it is `{number}`"])


def test_the_plugin_can_be_left_out(pytester: pytest.Pytester) -> None:
    written(pytester)
    assert items(run(pytester, "rules", "--co", "-q", "-p", "no:pytest_matchrules")) == []


# In processes of their own: what is imported, and several workers --------------------------------


def test_runs_without_rules_import_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    assert 'pytest_matchrules' in sys.modules\n"
        "    assert [m for m in sys.modules if m.partition('.')[0] == 'matchrules'] == []\n"
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_without_hypothesis_properties_are_skipped(pytester: pytest.Pytester) -> None:
    written(pytester)
    pytester.makeconftest("import sys\nsys.modules['hypothesis'] = None\n")
    ran = pytester.runpytest_subprocess("rules", "-rs", "-p", "no:hypothesispytest")
    ran.assert_outcomes(passed=2, skipped=2)
    ran.stdout.fnmatch_lines(["SKIPPED*rules/lending.rules:*matchrules[[]test[]]*"])


def test_workers_collect_the_same(pytester: pytest.Pytester) -> None:
    written(pytester, "expect fires L-02", "expect no fires L-02")
    ran = pytester.runpytest_subprocess("rules", "-n", "2", "--rules-cases", "5")
    ran.assert_outcomes(passed=3, failed=1)
    ran.stdout.fnmatch_lines(["error[[]MR701]*", "the example, rules/lending.rules:23"])
