"""The list for one applicant, worked out by hand."""

import csv
import io
from datetime import date
from functools import cache
from typing import Any

import pytest

import matchrules as mr
from matchrules.residency import CatalogueErrors, Shortlist, shortlist

DAY = date(2026, 7, 20)
CASE: dict[str, dict[str, Any]] = {
    "context": {"application_year": 2024},
    "applicant": {
        "citizenship": "us_citizen", "school_class": "international",
        "target_specialty": ["pediatrics"],
    },
    "step1": {"status": "passed", "fail_count": 0},
    "step2ck": {
        "status": "passed", "score": 230, "fail_count": 0, "exam_date": date(2026, 6, 9),
    },
}  # fmt: skip


@cache
def book() -> mr.Book:
    return mr.load(cache=True)


def case(**facts: dict[str, Any]) -> dict[str, Any]:
    return {**CASE, **{name: {**CASE.get(name, {}), **given} for name, given in facts.items()}}


def row(program_id: str, **cells: Any) -> dict[str, Any]:
    fixed = {
        "program_id": program_id, "name": f"Synthetic {program_id}", "city": "Alder",
        "state": "OH", "region": "midwest", "kind": "community",
        "source_url": f"https://example.org/{program_id}", "source_date": date(2026, 7, 1),
    }  # fmt: skip
    return {**fixed, **cells}


def made(case_: Any, *rows: dict[str, Any], **more: Any) -> Shortlist:
    return shortlist(case_, list(rows), as_of=DAY, book=book(), **more)


def test_an_entry_says_everything_about_a_program() -> None:
    found = made(
        case(applicant={"school_name": "alder school"}),
        row(
            "A", kind="university", academic_tier="mid", img_policy="welcomes", pct_img=20,
            us_img_last3=3, min_step2ck=225, schools_of_residents="Alder School; Birch",
            saturation="low", accepts_signals=True, positions=12,
        ),
        size=1,
    )  # fmt: skip
    (entry,) = found.entries
    assert (entry.category, entry.fills, entry.moved) == ("target", "target", False)
    assert (entry.d_img, entry.d_score) == (0, 1)  # 20% is 1, one less for the like background
    assert entry.order == {
        "like_background": 0, "img_policy": 0, "region": 1, "kind": 1, "saturation": 0,
        "difficulty": 1, "source_date": "2026-07-01", "program_id": "A",
    }  # fmt: skip
    assert entry.statements == (
        "AP-01", "AP-03", "AP-05", "AP-06", "AP-07", "AP-08", "AP-11",
    )  # fmt: skip
    assert entry.why == (
        "20% IMGs", "welcomes IMGs", "a resident from your school", "cutoff 225, you have 230",
    )  # fmt: skip
    assert entry.facts["schools_of_residents"] == ("Alder School", "Birch")
    assert entry.facts["positions"] == 12
    assert entry.unknown == (
        "img_friendly_affiliation", "avg_step2ck", "max_failed_attempts", "usce_months_required",
        "max_years_since_graduation", "certified_at_application",
    )  # fmt: skip
    assert (entry.signal, entry.stale, entry.provisional) == (True, False, False)
    assert found.signals.season == 5 and found.signals.programs == ("A",)
    # the average does not count beside a cutoff, and nothing is known to compare the rest with
    # but the number of failures: none
    assert entry.gaps == ()


def test_every_reason_with_its_numbers() -> None:
    found = made(
        case(
            applicant={"expected_graduation": date(2020, 5, 31), "ecfmg_certified": False},
            step1={"fail_count": 1}, usce={"total_months": "1.50"},
        ),
        row(
            "A", img_policy="excludes", min_step2ck=235, max_failed_attempts=0,
            usce_months_required=2, max_years_since_graduation=5, certified_at_application=True,
        ),
    )  # fmt: skip
    (program,) = found.excluded
    assert [reason.text for reason in program.reasons] == [
        "its site says that it does not take IMGs",
        "its cutoff is 235, your Step 2 CK is 230",
        "it looks at 0 failed sittings at most, you have 1",
        "it asks for 2 months of US experience, you have 1.5",
        "it wants the ECFMG certificate when the application goes out",
        "it takes graduates of the last 5 years, you graduated on 2020-05-31",
    ]
    assert program.reasons[1].facts == {"program.min_step2ck": 235, "step2ck.score": 230}
    assert program.gaps == ()


def test_after_several_failures_a_program_that_is_silent_on_them_is_looked_up_first() -> None:
    found = made(case(step1={"fail_count": 2}), row("A", pct_img=50), row("B"))
    assert [p.reasons[0].reason for p in found.excluded] == ["failures_not_told"] * 2
    assert found.shortfall == found.size
    a = {gap.column: gap.could_become for gap in found.look_up_first if gap.program == "A"}
    assert a == {"img_policy": ("target",), "max_failed_attempts": ("target",)}


def test_every_exclusion_of_the_rules_has_words_of_its_own() -> None:
    from matchrules.residency.words import _FACTS

    assert list(_FACTS) == list(book().bases[-1].enums["exclusion_reason"].labels)


# fmt: off
CLOSED = [
    ({"step1": {"status": "failed", "fail_count": 1}}, "Step 1 is not passed yet"),
    ({"step1": {"status": None}}, "Whether Step 1 is passed is not known"),
    ({"application": {"submitted": True}}, "The application is sent"),
    ({"applicant": {"school_class": "us_md"}}, "These rules speak to"),
    ({"applicant": {"citizenship": None}}, "Before anything else, please add your citizenship"),
    ({"step1": {"status": "failed", "fail_count": 4}}, "With 4 sittings"),
]
# fmt: on


@pytest.mark.parametrize(("facts", "said"), CLOSED)
def test_where_no_list_can_be_made_the_reason_is_told(facts: Any, said: str) -> None:
    given = case(**facts)
    if given["step1"]["status"] != "passed":
        given["step2ck"] = {}
    found = made(given, row("A"))
    assert not found.open
    assert len(found.closed_because) == 1 and found.closed_because[0].startswith(said)
    assert (found.entries, found.others, found.excluded, found.notes) == ((), (), (), ())
    assert found.to_dict()["open"] is False


def test_the_size_is_compared_with_what_the_record_asks_for() -> None:
    weak = case()  # viable, nothing else known: tier 2
    assert made(weak, row("A")).size == 60
    compared = []
    for size in (59, 60, 70, 71):
        breadth = made(weak, row("A"), size=size).breadth
        assert breadth is not None and (breadth.min, breadth.max) == (60, 70)
        compared.append(breadth.comparison)
    assert compared == ["below", "within", "within", "above"]


def test_cost_beside_the_budget() -> None:
    rows = [row(f"A{n:02}", pct_img=50, min_step2ck=200) for n in range(40)]
    found = made(case(applicant={"budget_usd": 400}), *rows, size=40)
    assert found.cost.total == 30 * 11 + 10 * 30
    assert (found.cost.budget, found.cost.affordable) == (400, 32)
    assert any("The list is not made shorter for that" in note for note in found.notes)
    rich = made(case(applicant={"budget_usd": 630}), *rows, size=40)
    assert any("within your budget of $630" in note for note in rich.notes)
    assert [e.id for e in rich.entries] == [e.id for e in found.entries]


def test_a_season_whose_signals_are_not_known_proposes_none() -> None:
    found = made(case(context={"application_year": 2026}), row("A", accepts_signals=True), size=1)
    assert found.signals.season is None and found.signals.programs == ()
    assert any("so none is proposed" in note for note in found.notes)


def test_without_a_score_everything_is_provisional() -> None:
    exams = [
        {"exam": "step2ck", "source": "nbme_official", "date": date(2026, 7, 1),
         "scale": "three_digit", "predicted": 229},
    ]  # fmt: skip
    given = {**case(), "step2ck": {"status": "not_taken"}, "practice_exam": exams}
    rows = [row("A", pct_img=50, min_step2ck=220), row("B", pct_img=50, min_step2ck=240)]
    found = made(given, *rows, size=2)
    assert found.provisional and all(entry.provisional for entry in found.entries)
    by_id = {entry.id: entry for entry in found.entries}
    # a prediction is compared, but excludes nobody
    assert (by_id["A"].d_score, by_id["B"].d_score) == (1, 2)
    assert by_id["A"].why[-1] == "cutoff 220, you may reach 229"
    assert any("a predicted score of 229" in note for note in found.notes)


def test_university_kinds_take_at_most_half_where_step_1_is_weak() -> None:
    rows = [row(f"U{n}", kind="university", pct_img=20, min_step2ck=225) for n in range(4)]
    rows += [row(f"C{n}", pct_img=20, min_step2ck=225) for n in range(4)]
    rows.append(row("W", kind="university", academic_tier="mid", img_policy="welcomes"))
    sound = made(case(), *rows, size=4)
    assert sorted(entry.id for entry in sound.entries) == ["C0", "C1", "C2", "W"]
    weak = made(case(step1={"fail_count": 1}), *rows[:4], rows[-1], size=4)
    assert [entry.id for entry in weak.entries] == ["W", "U0"]
    assert weak.shortfall == 2 and weak.made_room
    assert any("at most half of the list" in note for note in weak.notes)


def test_why_places_stay_empty() -> None:
    def told(case_: Any, *rows: dict[str, Any], size: int) -> list[str]:
        found = made(case_, *rows, size=size)
        return [note for note in found.notes if "empty:" in note]

    open_ = [row("A", pct_img=50), row("B", pct_img=50)]
    all_listed = "every program of the catalogue that is open to you is on the list"
    more = "A longer catalogue would help."
    assert told(case(), *open_, size=2) == []
    assert told(case(), *open_, row("C", img_policy="excludes"), size=4) == [
        f"2 places stay empty: {all_listed}. {more}"
    ]
    halved = [row(name, pct_img=50, kind="university", max_failed_attempts=6) for name in "ABC"]
    assert told(case(step1={"fail_count": 1}), *halved, size=2) == [
        f"1 place stays empty: none of the programs that are left can take it. {more}"
    ]


def test_a_score_that_is_not_told_is_told_of() -> None:
    said = "Your Step 2 CK score is not known, so categories rest on the IMGs alone."
    assert said in made(case(step2ck={"score": None}), row("A")).notes
    assert said not in made(case(), row("A")).notes


def test_a_day_after_the_list_is_told_of() -> None:
    def told(day: date) -> list[str]:
        found = made(case(), row("A", source_date=day), row("B"), size=2)
        return [note for note in found.notes if "after 2026-07-20" in note]

    assert told(DAY) == []
    (note,) = told(date(2062, 7, 1))
    assert ": 1 listed program." in note


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_csv_holds_no_formulas(name: str) -> None:
    found = made(case(), row(name, city="A=B", state=name, schools_of_residents=name), size=1)
    (read,) = csv.DictReader(io.StringIO(found.to_csv()))
    assert read["program_id"] == read["state"] == read["schools_of_residents"] == f"'{name}"
    assert (read["city"], found.entries[0].id) == ("A=B", name)
    assert found.to_dict()["entries"][0]["id"] == name


def test_json_is_complete_and_plain() -> None:
    import json

    found = made(case(usce={"total_months": "1.50"}), row("A"), row("B", usce_months_required=3))
    said = json.loads(found.to_json())
    assert said["format"] == 1
    assert [entry["id"] for entry in said["entries"]] == ["A"]
    assert said["excluded"][0]["reasons"][0]["facts"] == {
        "program.usce_months_required": 3, "usce.total_months": "1.50",
    }  # fmt: skip
    assert {r["name"] for r in said["rulesets"]} >= {"programs", "parameters"}
    assert len(said["catalogue_sha256"]) == 64
    assert said["notes"] == list(found.notes)


def test_calls_that_cannot_be_meant() -> None:
    for size in (0, -1, 4001, True, 2.5, "5"):
        with pytest.raises(mr.UsageError, match="from 1 to 4000 places"):
            made(case(), row("A"), size=size)
    for rows in (5, ["A-1"], None):
        with pytest.raises(mr.UsageError, match="a catalogue is a path, or rows"):
            shortlist(case(), rows, as_of=DAY, book=book())  # type: ignore[arg-type]
    other = mr.load_text({
        "tea.rules": "ruleset tea\n  version 1\n  effective from 2020-01-01\n"
        'fact pot\n  warm : yes_no optional "Is it warm"\n'
    })  # fmt: skip
    with pytest.raises(mr.UsageError, match="these rules make no program list"):
        shortlist({}, [row("A")], as_of=DAY, book=other)
    with pytest.raises(mr.CaseErrors, match="the case lists programs itself"):
        made({**case(), "program": [{"id": "X", "region": "west", "kind": "community"}]}, row("A"))
    with pytest.raises(mr.CaseErrors, match="citizenship"):
        made(case(applicant={"citizenship": "usa"}), row("A"))
    with pytest.raises(CatalogueErrors, match="row 1, column `kind`: is empty"):
        made(case(), row("A", kind=None))


def test_the_room_is_light() -> None:
    import subprocess
    import sys

    heavy = "{'polars', 'rich', 'durable', 'matchrules.rulebook', 'csv'} & set(sys.modules)"
    code = f"import sys, matchrules.residency as r; print({heavy}, len(r.__all__) > 40)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["set()", "True"]
