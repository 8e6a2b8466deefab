"""`matchrules diff`: both sides, what is said of them, and in which words."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import matchrules as mr
from matchrules.cli.app import app
from matchrules.prove.difference import BookDifference, compare, equivalent

RULES = """
ruleset walk
  version 1
  effective from 2026-01-01
source guide "The guide"
enum ground "What one walks on" dry "dry" wet "wet" icy "icy"
fact day "The day"
  ground : ground optional "ground"
  rain : integer 0..50 optional "rain in millimetres"
fact walker many up to 9 "Who comes along"
  name : text key
  age : integer 0..120 "age"
parameter heavy : integer 0..50 "heavy rain"
  is 20 cite guide
advice pack "What to take"
  boots "boots"
  umbrella (size: integer 0..100)
  hand "a hand"
define day.bad : yes_no "a bad day"
  cite guide
  is day.rain >= heavy or day.ground is icy
rule boots "Boots"
  id W-1
  cite guide
  when day.ground in (wet, icy)
  unless day.bad
  then should pack.boots "Bring boots."
rule umbrella "An umbrella"
  id W-2
  cite guide
  when day.rain >= heavy
  then should pack.umbrella(size = heavy) "Bring an umbrella of {size}."
rule hand "A hand"
  id W-3
  cite guide
  for each walker
  when day.ground is icy and walker.age >= 70
  then must pack.hand "Give {walker.name} a hand."
"""


def differing(*changes: tuple[str, str], **options: object) -> BookDifference:
    """The rules against the same with pieces of text changed."""
    text = RULES
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    sides = [mr.load_text({"walk.rules": t}).bases for t in (RULES, text)]
    return compare(*sides, **options)  # type: ignore[arg-type]  # options by name


def answers(difference: BookDifference) -> dict[str, str]:
    return {s.name: s.answer for era in difference.eras for s in era.subjects}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="matchrules")


def git(folder: Path, *words: str) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
           "GIT_COMMITTER_EMAIL": "a@b"}  # fmt: skip
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True,
                   env={**os.environ, **who})  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules in two commits; the second asks for heavier rain."""
    (tmp_path / "rules").mkdir()
    file = tmp_path / "rules" / "walk.rules"
    file.write_text(RULES, encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "tag", "first")
    file.write_text(RULES.replace("is 20 cite", "is 22 cite"), encoding="utf-8")
    git(tmp_path, "commit", "-q", "-a", "-m", "two")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What is found -----------------------------------------------------------------------------------


def test_the_same_rules_need_no_solver_and_affect_nobody() -> None:
    difference = differing()
    assert not difference.affected and not difference.undecided
    assert answers(difference) == {}
    assert [era.untouched for era in difference.eras] == [3]


def test_a_threshold_affects_those_between_the_two() -> None:
    difference = differing(("is 20 cite", "is 22 cite"))
    assert answers(difference) == {
        "whether a case is valid": "unaffected", "pack.boots": "affected",
        "pack.umbrella": "affected",
    }  # fmt: skip
    (era,) = difference.eras
    boots, umbrella = era.subjects[1:]
    (shift,) = boots.shifts
    assert shift.effect == "gained" and [str(c) for c in shift.causes] == [
        "parameter `heavy` (20 → 22)"
    ]
    (region,) = shift.regions
    assert region.conditions == ("ground: “wet”", "rain in millimetres: from 20 to 21")
    assert region.before == ()
    assert [getattr(said, "strength", said) for said in region.after] == ["should"]
    told = {shift.effect: [r.conditions for r in shift.regions] for shift in umbrella.shifts}
    assert told == {
        "lost": [("rain in millimetres: from 20 to 21",)],
        "changed": [("rain in millimetres: at least 22",)],
    }


def test_a_witness_is_a_case_file_that_shows_the_change() -> None:
    (era,) = differing(("is 20 cite", "is 22 cite")).eras
    books = [mr.load_text({"w.rules": t}) for t in (RULES, RULES.replace("is 20 c", "is 22 c"))]
    for subject in era.subjects:
        for shift in subject.shifts:
            for region in shift.regions:
                from matchrules.case.document import open_document

                document = open_document("case.yaml", region.document)
                told = [
                    [(a.strength, a.fields) for a in book.decide(document) if a.kind == "pack"]
                    for book in books
                ]
                assert told[0] != told[1]


def test_a_witness_says_nothing_that_it_does_not_need() -> None:
    wider = "when day.rain >= heavy or day.ground is wet or count(walker) >= 1"
    difference = differing(("when day.rain >= heavy", wider))
    regions = [
        region.document for era in difference.eras for subject in era.subjects
        for shift in subject.shifts for region in shift.regions
    ]  # fmt: skip
    assert regions
    for said in regions:  # any one of the two is enough, and one walker
        assert ("ground" in said) + ("walker" in said) == 1, said
        assert said.count("age:") <= 1, said


def test_what_says_the_same_in_other_words_is_proved_to() -> None:
    difference = differing(("day.ground in (wet, icy)", "day.ground is not dry"))
    assert answers(difference) == {"whether a case is valid": "unaffected",
                                   "pack.boots": "unaffected"}  # fmt: skip
    assert not difference.affected


def test_texts_alone_affect_nobody() -> None:
    difference = differing(("Bring boots.", "Take boots."))
    (era,) = difference.eras
    assert [(str(c), c.how) for c in era.changes] == [("rule `W-1` (text)", "words")]
    assert era.subjects == ()


def test_a_rule_for_each_instance() -> None:
    difference = differing(("walker.age >= 70", "walker.age >= 75"))
    (hand,) = [s for s in difference.eras[0].subjects if s.kind]
    (shift,) = hand.shifts
    assert shift.effect == "lost"
    assert "age: from 70 to 74" in shift.regions[0].conditions
    assert shift.regions[0].before and not shift.regions[0].after


def test_rules_that_come_and_go() -> None:
    difference = differing(("rule boots", "rule shoes"), ("id W-1", "id W-9"))
    (boots,) = [s for s in difference.eras[0].subjects if s.kind]
    assert {(s.effect, s.rule) for s in boots.shifts} == {
        ("lost", "walk.boots"), ("gained", "walk.shoes"),
    }  # fmt: skip


def test_cases_that_are_now_refused() -> None:
    difference = differing(
        ("rule boots", 'reject "no walk in such rain" when day.rain >= 40\nrule boots')
    )
    assert answers(difference) == {"whether a case is valid": "affected"}
    (shift,) = difference.eras[0].subjects[0].shifts
    assert shift.effect == "invalid"
    assert any("no walk in such rain" in str(said) for said in shift.regions[0].after)


def test_another_vocabulary_is_told_and_compared_as_far_as_it_goes() -> None:
    difference = differing(
        ('icy "icy"', 'icy "icy" muddy "muddy"'),
        ('  rain : integer 0..50 optional "rain in millimetres"',
         '  rain : integer 0..50 optional "rain in millimetres"\n  wind : yes_no optional'),
        ("is 20 cite", "is 21 cite"),
    )  # fmt: skip
    (era,) = difference.eras
    assert any("`muddy` added in enum `ground`" in note for note in era.notes)
    assert any("`day.wind`" in note for note in era.notes)
    assert answers(difference)["pack.boots"] == "affected"


def test_days_on_which_one_side_alone_is_in_force() -> None:
    difference = differing(("effective from 2026-01-01", "effective from 2026-03-01"))
    assert difference.lone == ("from 2026-01-01 to 2026-02-28 the old rules alone are in force",)
    assert difference.affected


def test_equivalence() -> None:
    (old,) = mr.load_text({"walk.rules": RULES}).bases

    def with_change(before: str, after: str) -> bool | None:
        assert before in RULES
        text = RULES.replace(before, after, 1)
        return equivalent(old, mr.load_text({"walk.rules": text}).bases[0])

    assert with_change("Bring boots.", "Take boots.") is True
    assert with_change("day.ground in (wet, icy)", "day.ground is not dry") is True
    assert with_change("is 20 cite", "is 21 cite") is False
    assert with_change("walker.age >= 70", "walker.age > 69") is True
    assert with_change("walker.age >= 70", "walker.age > 70") is False


# Sides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [("first:rules", "rules"), ("first", "rules"), ("HEAD~1", "HEAD"),
     ("first:rules", "HEAD:rules"), ("first:rules/walk.rules", "rules/walk.rules")],
)  # fmt: skip
def test_a_side_can_be_a_revision(repository: Path, old: str, new: str) -> None:
    told = json.loads(run("diff", old, new, "--format", "json").stdout)
    assert told["affected"] is True
    assert [c["name"] for c in told["eras"][0]["changes"]] == ["heavy"]
    assert told["eras"][0]["changes"][0]["lines"] == ["- is 20 cite guide", "+ is 22 cite guide"]


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("nosuch", "git knows no revision `nosuch`"),
        ("first:nowhere", "there is no `nowhere` in revision `first`"),
        ("nosuch:rules", "git knows no revision `nosuch`"),
        ("--all:rules", "git knows no revision"),
        ("", "not nothing"),
    ],
)
def test_a_side_that_is_not_there(repository: Path, old: str, message: str) -> None:
    shown = run("diff", "--", old, "rules")
    assert shown.exit_code == 2, shown.output
    assert message in shown.stderr
    assert "Traceback" not in shown.output


def test_a_folder_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "walk.rules").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    shown = run("diff", "main", "walk.rules")
    assert shown.exit_code == 2
    assert "there is no git repository here" in shown.stderr


def test_a_side_with_faults_shows_them_in_its_revision(repository: Path) -> None:
    file = repository / "rules" / "walk.rules"
    file.write_text(RULES.replace("day.ground in", "day.grund in"), encoding="utf-8")
    git(repository, "commit", "-q", "-a", "-m", "broken")
    file.write_text(RULES, encoding="utf-8")
    shown = run("diff", "HEAD", "rules")
    assert shown.exit_code == 1
    assert "HEAD:rules/walk.rules" in shown.stderr and "day.grund" in shown.stderr


def test_a_subject_that_nobody_knows(repository: Path) -> None:
    shown = run("diff", "first", "rules", "--subject", "pack.boot")
    assert shown.exit_code == 2
    assert "did you mean `pack.boots`?" in shown.stderr


# Output -----------------------------------------------------------------------------------------


def test_the_terminal(repository: Path) -> None:
    shown = run("diff", "first", "rules", "--subject", "pack.boots")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[:5] == [
        "first → rules",
        "1 subject of advice changes for some cases.",
        "",
        "parameter `heavy` (20 → 22) is changed   rules/walk.rules:13",
        "  - is 20 cite guide",
    ]
    assert "    who     ground: “wet”" in shown.stdout
    assert "    now     should, by W-1: Bring boots." in shown.stdout


def test_a_subject_out_of_reach_counts_once_however_many_eras_there_are(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for side in (old, new):
        side.mkdir()
        (side / "walk.rules").write_text(RULES)
    (new / "office.rules").write_text(
        "ruleset office\n  version 1\n  effective from 2026-06-01\n  uses walk\n"
        "rule two_umbrellas cite guide overrides walk.umbrella when day.rain >= heavy\n"
        '  then should pack.umbrella(size = 50) "Bring a big one."\n'
    )
    said = CliRunner().invoke(app, ["diff", str(old), str(new)]).stdout
    assert "\nfrom 2026-06-01 on\n" in said
    assert "the same for everybody, proved: whether a case is valid\n" in said
    assert said.endswith("out of reach of the changes: 2 subjects\n")


def test_exit_code_is_asked_for(repository: Path) -> None:
    assert run("diff", "first", "rules").exit_code == 0
    assert run("diff", "first", "rules", "--exit-code").exit_code == 1
    assert run("diff", "HEAD", "rules", "--exit-code").exit_code == 0


def test_markdown_for_a_pull_request(repository: Path) -> None:
    shown = run("diff", "first", "rules", "--format", "markdown").stdout
    assert shown.startswith("## Whom this change affects\n")
    assert "### `pack.umbrella`" in shown
    assert "  ```diff\n  - is 20 cite guide\n  + is 22 cite guide\n  ```" in shown
    assert shown.count("<details>") == shown.count("</details>") == 3


# Cohorts ----------------------------------------------------------------------------------------


def test_a_cohort_in_every_form(repository: Path) -> None:
    cases = [{"as_of": "2026-05-01", "day": {"rain": rain}} for rain in (10, 20, 21, 30)]
    (repository / "c.json").write_text(json.dumps(cases), encoding="utf-8")
    lines = "\n".join(map(json.dumps, cases))
    (repository / "c.ndjson").write_text(lines + "\n", encoding="utf-8")
    (repository / "c.yaml").write_text(
        "".join(f"- as_of: 2026-05-01\n  day:\n    rain: {n}\n" for n in (10, 20, 21, 30))
    )
    (repository / "folder").mkdir()
    for number, case in enumerate(cases):
        (repository / "folder" / f"{number}.json").write_text(json.dumps(case), encoding="utf-8")
    for form in ("c.json", "c.ndjson", "c.yaml", "folder"):
        shown = run("diff", "first", "rules", "--cohort", form, "--format", "json")
        told = json.loads(shown.stdout)["cohort"]
        assert (told["cases"], len(told["affected"])) == (4, 3), form
        assert len(told["subjects"]["pack.umbrella"]) == 3


def test_a_case_at_fault_is_counted_apart_and_shown_by_its_line(repository: Path) -> None:
    good = '{"as_of": "2026-05-01", "day": {"rain": 20}}'
    bad = '{"as_of": "2026-05-01", "day": {"rain": 99}}'
    (repository / "c.ndjson").write_text(f"{good}\n{bad}\nnonsense\n", encoding="utf-8")
    told = json.loads(run("diff", "first", "rules", "--cohort", "c.ndjson", "--format",
                          "json").stdout)["cohort"]  # fmt: skip
    assert told["cases"] == 3 and told["affected"] == ["c.ndjson:1"]
    assert list(told["at_fault"]) == ["c.ndjson:2", "c.ndjson:3"]
    from matchrules.case.cohort import cohort

    members = list(cohort(Path("c.ndjson")))
    assert members[2].faults is not None
    label = members[2].faults.diagnostics[0].labels[0]
    assert label.span.start == len(good) + len(bad) + 2


def test_a_cohort_that_is_none(repository: Path) -> None:
    (repository / "c.yaml").write_text("just words\n", encoding="utf-8")
    shown = run("diff", "first", "rules", "--cohort", "c.yaml")
    assert shown.exit_code == 1
    assert "holds no list of cases" in shown.stderr
