"""`matchrules ask`: an interview, line by line."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from matchrules.cli.app import app
from matchrules.cli.ask_state import Interview
from matchrules.diagnostics.model import CaseErrors
from matchrules.rulebook import load

RULES = """ruleset trip
  version 1
  effective from 2026-01-01
source line "Conditions of the line"
enum season "When"
  summer "in summer"
  winter "in winter"
enum meal "What one eats"
  fish  "fish"
  meat  "meat"
  cheese "cheese from a cow"
fact rider "Who travels"
  age    : integer 0..120 years optional "Age of the rider"
  member : yes_no optional "Member of the club; this year counts"
  season : season optional "Season of the trip"
  eats   : set of meal optional "What the rider eats"
  since  : date optional "Member since"
  ticket : decimal 0.00..99.50 euros optional "Price of the ticket"
  name   : text optional "Name on the ticket"
fact card "A card of the line"
  color : season "Color of the card"
  nights : integer 0..9 nights optional "Nights on the card"
fact bag many up to 4 "A bag"
  weight  : integer 0..60 kilos "Weight of the bag"
  fragile : yes_no optional "Breaks easily"
fact pet many up to 2 "An animal that comes along"
  legs : integer 0..8
advice offer "What to offer"
  child "A child's seat"
  club  "The club car"
  sauna "A sauna"
  dinner (fish: yes_no) "Dinner"
  wrap  "Paper to wrap a bag in"
  night "A bunk"
  pets  "A place for animals"
  tag   "A tag with the name"
rule child
  id T-1
  cite line
  when rider.age < 10 years
  then must offer.child "Sit here."
rule club
  id T-2
  cite line
  when rider.member
  then should offer.club "Come in."
rule sauna
  id T-3
  cite line
  when rider.season is winter and rider.member
  then may offer.sauna "It is warm."
rule dinner
  id T-4
  cite line
  when not rider.eats is empty
  then may offer.dinner(fish = rider.eats has fish) "Dinner is at eight."
rule wrap
  id T-5
  cite line
  when any(bag where fragile and weight >= 5 kilos)
  then should offer.wrap "Wrap it up."
rule night
  id T-6
  cite line
  when card.nights >= 1 night
  then must offer.night "Bunk on the left."
rule tag
  id T-8
  cite line
  when card.color is winter
  then may offer.tag "Write your name on it."
rule pets
  id T-7
  cite line
  when count(pet) > 0
  then may offer.pets "Behind the engine."
reject "a child is no member" when rider.age < 10 years and rider.member
"""
DAY = "as_of: 2026-05-01\n"
MORE = "card: {color: summer, nights: 0}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "trip.rules").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words: str, lines: str = "") -> Result:
    return CliRunner().invoke(app, ["ask", *words, "--rules", "trip.rules"], input=lines)


def asked(result: Result) -> list[str]:
    """The titles of the questions, in order."""
    found = [line.split(". ", 1) for line in result.output.splitlines() if ". " in line]
    return [title for number, title in found if number.isdigit()]


def answers_for(**answers: str) -> str:
    """The lines that answer the questions of an interview, whatever their order: it is asked for
    first, with nothing known."""
    lines: list[str] = []
    for _ in range(20):
        Path("probe.yaml").unlink(missing_ok=True)
        shown = ask("probe.yaml", "--as-of", "2026-05-01", lines="".join(f"{x}\n" for x in lines))
        assert shown.exit_code == 0, shown.output
        titles = asked(shown)
        if len(titles) <= len(lines):
            break
        title = titles[len(lines)]
        lines.append(next((a for word, a in answers.items() if word in title.lower()), "?"))
    Path("probe.yaml").unlink(missing_ok=True)
    return "".join(f"{line}\n" for line in lines)


def test_a_new_case_is_asked_for_and_kept(folder: Path) -> None:
    lines = answers_for(
        age="40 years", member="y", season="in winter", eats="1, 3", color="1", nights="2"
    )
    shown = ask("new.yaml", "--as-of", "2026-05-01", lines=lines)
    assert shown.exit_code == 0, shown.output
    assert "Nothing else that is not known could change the advice." in shown.output
    assert "The answers are in new.yaml." in shown.output
    kept = yaml.safe_load((folder / "new.yaml").read_text(encoding="utf-8"))
    # a member is no child: the age is no question any more
    assert kept["rider"] == {"member": True, "season": "winter", "eats": ["cheese", "fish"]}
    decision = load("trip.rules").decide("new.yaml")
    assert {a.subject for a in decision} >= {"club", "sauna", "dinner"}
    # what no rule reads, and what there can be many of, is not asked for
    assert not [title for title in asked(shown) if "Price" in title or "Weight" in title]
    assert "  bag: A bag\n  pet: An animal that comes along\n" in shown.output
    assert "  bag:\n    - weight: …   # a whole number from 0 to 60 kilos\n" in shown.output


def test_what_is_there_is_not_asked_again(folder: Path) -> None:
    (folder / "c.yaml").write_text(
        f"{DAY}{MORE}# Ann\nrider:\n  age: 40\n  eats: []\n", encoding="utf-8"
    )
    shown = ask("c.yaml", lines="yes\n?\n?\n?\n")
    assert asked(shown)[0] == "Member of the club"
    assert asked(shown)[1:] == ["Season of the trip"]
    assert "+ Should: The club car (T-2)" in shown.output
    assert "   this year counts\n   yes or no\n   decides on: The club car\n" in shown.output
    kept = yaml.safe_load((folder / "c.yaml").read_text(encoding="utf-8"))
    assert kept["rider"] == {"age": 40, "member": True, "eats": []}
    before = (folder / "c.yaml.bak").read_text(encoding="utf-8")
    assert "# Ann" in before
    assert "The file as it was before is c.yaml.bak." in shown.output


def test_an_unknown_is_passed_over_and_not_asked_again(folder: Path) -> None:
    shown = ask("new.yaml", "--as-of", "2026-05-01", lines="?\n\nI don't know\n" + "?\n" * 9)
    titles = asked(shown)
    assert len(titles) == len(set(titles)) > 3
    assert "Left out, and would still matter:" in shown.output
    assert "No answer was given: nothing is written." in shown.output
    assert not (folder / "new.yaml").exists()


def test_the_last_answer_is_taken_back_and_the_file_with_it(folder: Path) -> None:
    (folder / "c.yaml").write_text(f"{DAY}{MORE}rider: {{age: 40, eats: []}}\n", encoding="utf-8")
    shown = ask("c.yaml", lines="back\nyes\nback\nno\n")
    assert "There is nothing to take back" in shown.output
    assert "Taken back: Member of the club: yes." in shown.output
    titles = ["Member of the club", "Season of the trip", "Member of the club"]
    assert asked(shown) == titles
    assert yaml.safe_load((folder / "c.yaml").read_text())["rider"]["member"] is False
    # one copy of what was there at first, not of what was said in between
    assert "member" not in (folder / "c.yaml.bak").read_text(encoding="utf-8")
    shown = ask("new.yaml", "--as-of", "2026-05-01", lines="?\nback\n")
    assert "Taken back: a question left out." in shown.output


@pytest.mark.parametrize(
    ("facts", "line", "said"),
    [
        ("member: no, season: summer, eats: []", "121", "is `121`, outside of 0..120 years"),
        (
            "member: no, season: summer, eats: []",
            "ten",
            "must be an integer in 0..120 years, not `ten`",
        ),
        ("member: no, season: summer, eats: []", "10 euros", "but it takes `years`"),
        ("member: no, season: summer, eats: []", "1" * 5000, "must be an integer"),
        ("age: 40, member: yes, eats: []", "3", "there are 1 to 2"),
        ("age: 40, member: yes, eats: []", "autumn", "cannot be `autumn`: that is none of the"),
        ("age: 40, member: no, season: summer", "1 9", "cannot be number 9"),
        ("age: 40, member: no, season: summer", "1, 1", "names `fish` twice"),
        ("age: 40, eats: []", "perhaps", "must be yes or no, not `perhaps`"),
    ],
)
def test_a_bad_answer_is_told_and_asked_for_again(
    folder: Path, facts: str, line: str, said: str
) -> None:
    (folder / "c.yaml").write_text(f"{DAY}{MORE}rider: {{{facts}}}\n", encoding="utf-8")
    before = (folder / "c.yaml").read_text(encoding="utf-8")
    shown = ask("c.yaml", lines=f"{line}\nquit\n")
    assert shown.exit_code == 0
    assert said in shown.output
    assert (folder / "c.yaml").read_text(encoding="utf-8") == before


def test_answers_that_do_not_go_together_are_told(folder: Path) -> None:
    # the questions never lead there by themselves: a child's membership is none
    (folder / "c.yaml").write_text(f"{DAY}{MORE}rider: {{season: summer}}\n", encoding="utf-8")
    lines = []
    for title in asked(ask("c.yaml", "--output", "d.yaml", lines="?\n" * 9)):
        lines.append("8" if "Age" in title else "?")
    shown = ask("c.yaml", "--output", "d.yaml", lines="\n".join(lines) + "\n")
    assert "Member of the club" not in asked(shown)[lines.index("8") + 1 :]

    book = load("trip.rules")
    base, case = book.case({"rider": {"age": 8}}, date(2026, 5, 1))
    held = Interview.of(book, base, case)
    with pytest.raises(CaseErrors, match="a child is no member"):
        held.answer("rider", None, {"member": True}, "Member: yes")
    assert held.now.case == case


def test_instances_are_told_apart_and_stay_passed_over(folder: Path) -> None:
    (folder / "c.yaml").write_text(
        f"{DAY}{MORE}rider: {{age: 40, member: no, season: summer, eats: []}}\n"
        "bag: [{weight: 30}, {weight: 9}, {weight: 20, fragile: no}]\n",
        encoding="utf-8",
    )
    lines = []
    for title in asked(ask("c.yaml", "--output", "d.yaml", lines="?\n" * 9)):
        lines.append("no" if "20" not in title and "(30)" in title else "?")
    shown = ask("c.yaml", "--output", "d.yaml", lines="\n".join(lines) + "\n?\n?\n")
    titles = [title for title in asked(shown) if "Breaks" in title]
    assert sorted(titles) == ["Breaks easily – bag 1 (9)", "Breaks easily – bag 3 (30)"]
    bags = yaml.safe_load((folder / "d.yaml").read_text())["bag"]
    assert {"weight": 30, "fragile": False} in bags
    assert {"weight": 9} in bags


def test_a_fact_that_needs_more_is_asked_for_as_a_whole(folder: Path) -> None:
    (folder / "c.yaml").write_text(
        f"{DAY}rider: {{age: 40, member: no, season: summer, eats: []}}\n", encoding="utf-8"
    )
    shown = ask("c.yaml", "--output", "d.yaml", lines="?\n3\n7\nwinter\n")
    assert asked(shown) == ["Color of the card", "Nights on the card"]
    assert "together with “Color of the card” decides on: A bunk" in shown.output
    assert "That needs one thing more: Color of the card" in shown.output
    assert "there are 1 to 2" in shown.output
    kept = yaml.safe_load((folder / "d.yaml").read_text(encoding="utf-8"))
    assert kept["card"] == {"color": "winter", "nights": 3}
    left = ask("c.yaml", "--output", "e.yaml", lines="?\n3\n?\n")
    assert "Then it is left out." in left.output
    assert not (folder / "e.yaml").exists()
    back = ask("c.yaml", "--output", "e.yaml", lines="?\n3\nlist\nwhy\nhelp\nback\n2\nexit\n")
    assert "Taken back: Nights on the card." in back.output
    assert asked(back) == ["Color of the card", "Nights on the card", "Nights on the card"]
    assert back.output.count("back   take the last answer back") == 2
    assert "You can go on later" in back.output and not (folder / "e.yaml").exists()


def test_a_file_of_comments_and_a_link_to_nowhere(folder: Path) -> None:
    (folder / "new.yaml").write_text("# my notes\n", encoding="utf-8")
    shown = ask("new.yaml", "--as-of", "2026-07-06", lines="quit\n")
    assert shown.exit_code == 0 and "Answers go into new.yaml" in shown.output
    (folder / "link.yaml").symlink_to("nowhere/c.yaml")
    refused = ask("link.yaml")
    assert refused.exit_code == 2 and "there is no folder" in refused.stderr


def test_why_and_list_and_help_answer_in_between(folder: Path) -> None:
    (folder / "c.yaml").write_text(
        f"{DAY}{MORE}rider: {{age: 40, member: yes, eats: []}}\n", encoding="utf-8"
    )
    shown = ask("c.yaml", lines="why\nlist\nhelp\nquit\n")
    assert "“in winter”:\n  + May: A sauna (T-3)\n" in shown.output
    assert "What to offer\n  Should: Come in. (T-2)\n" in shown.output
    assert shown.output.count("You can also say") == 2
    assert "You can go on later" in shown.output


def test_the_day_is_asked_for(folder: Path) -> None:
    shown = ask("new.yaml", lines="tomorrow\n2026-13-01\n2026-05-02\nquit\n")
    assert "`tomorrow` is not a date" in shown.output
    assert "As of 2026-05-02:" in shown.output
    assert ask("new.yaml", lines="").exit_code == 0
    old = ask("new.yaml", lines="1999-01-01\n")
    assert old.exit_code == 1
    assert "no version of the rules is in force" in old.stderr


def test_as_json_the_talk_goes_aside(folder: Path) -> None:
    (folder / "c.yaml").write_text(f"{DAY}{MORE}rider: {{age: 40, eats: []}}\n", encoding="utf-8")
    shown = ask("c.yaml", "--format", "json", lines="yes\nquit\n")
    assert [a["id"] for a in json.loads(shown.stdout)["advice"]] == ["T-2"]
    assert "Member of the club" in shown.stderr


def test_answers_from_a_file_and_a_case_in_json(folder: Path) -> None:
    (folder / "lines.txt").write_text("yes\nquit\n", encoding="utf-8")
    (folder / "c.json").write_text(
        '{"as_of": "2026-05-01", "rider": {"age": 40, "eats": []},'
        ' "card": {"color": "summer", "nights": 0}}'
    )
    shown = ask("c.json", "--answers", "lines.txt")
    assert shown.exit_code == 0, shown.output
    kept = json.loads((folder / "c.json").read_text(encoding="utf-8"))
    assert kept["rider"]["member"] is True
    assert kept["as_of"] == "2026-05-01"


def test_characters_that_act_do_not_reach_the_terminal(folder: Path) -> None:
    shown = ask("new.yaml", "--as-of", "2026-05-01", lines="\x1b[2Jboo\nquit\n")
    assert "\x1b" not in shown.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["c.toml"], "say --output FILE.yaml"),
        (["nowhere/c.yaml"], "there is no folder `nowhere`"),
        (["c.yaml", "--as-of", "today"], "is not a date"),
        (["."], "is a directory"),
    ],
)
def test_wrong_usage_is_told_before_the_first_question(
    folder: Path, words: list[str], said: str
) -> None:
    shown = ask(*words)
    assert shown.exit_code == 2, shown.output
    assert said in shown.stderr


def test_a_case_at_fault_is_told(folder: Path) -> None:
    (folder / "c.yaml").write_text(f"{DAY}rider: {{age: 400}}\n", encoding="utf-8")
    shown = ask("c.yaml", lines="yes\n")
    assert shown.exit_code == 1
    assert "outside of 0..120" in shown.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_was_answered_is_kept_when_it_is_interrupted(folder: Path, number: int) -> None:
    (folder / "c.yaml").write_text(f"{DAY}{MORE}rider: {{age: 40, eats: []}}\n", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "matchrules", "ask", "c.yaml", "--rules", "trip.rules"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as running:  # fmt: skip
        assert running.stdin is not None and running.stdout is not None
        last = threading.Timer(60, running.kill)  # should it wait for ever
        last.start()
        running.stdin.write("yes\n")
        running.stdin.flush()
        for line in running.stdout:
            if line.startswith("2. "):
                break
        time.sleep(0.2)
        running.send_signal(number)
        rest = running.stdout.read()
        last.cancel()
    kept = yaml.safe_load((folder / "c.yaml").read_text(encoding="utf-8"))
    assert kept["rider"]["member"] is True
    assert not [name for name in os.listdir(folder) if name.startswith(".c.yaml")]
    if number == signal.SIGINT:
        assert running.returncode == 130
        assert "The answers are in c.yaml." in rest


def test_a_link_stays_one_and_rights_stay(folder: Path) -> None:
    real = folder / "real.yaml"
    real.write_text(f"{DAY}{MORE}rider: {{age: 40, eats: []}}\n", encoding="utf-8")
    real.chmod(0o640)
    (folder / "c.yaml").symlink_to(real)
    ask("c.yaml", lines="yes\nquit\n")
    assert (folder / "c.yaml").is_symlink()
    assert "member: true" in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("seed", range(12))
def test_answering_all_questions_gives_the_advice_of_the_whole_case(
    folder: Path, seed: int
) -> None:
    draw = random.Random(seed)
    rider = {
        "age": draw.choice([3, 9, 10, 50]), "season": draw.choice(["summer", "winter"]),
        "eats": draw.sample(["fish", "meat", "cheese"], draw.randrange(4)),
    }  # fmt: skip
    rider["member"] = rider["age"] > 9 and draw.random() < 0.6
    card = {"color": draw.choice(["summer", "winter"]), "nights": draw.randrange(3)}
    bags = [{"weight": draw.randrange(9)} for _ in range(draw.randrange(3))]
    whole = {"rider": rider, "card": card,
             "bag": [{**bag, "fragile": draw.random() < 0.5} for bag in bags]}  # fmt: skip
    book = load("trip.rules")
    day = date(2026, 5, 1)
    base, truth = book.case(whole, day)
    base, case = book.case({"bag": bags}, day)
    held = Interview.of(book, base, case)
    # an instance keeps its number, so that it stays the same bag
    bag_of = dict(enumerate(truth.facts["bag"])) if len({b["weight"] for b in bags}) == len(
        bags) else None  # fmt: skip
    while held.now.open():
        unknown = held.now.open()[0].unknown
        if unknown.index is None:
            values = {unknown.name: truth.facts[unknown.fact][0][unknown.name]}
            if unknown.fact == "card":
                values = dict(truth.facts["card"][0])
        elif bag_of is None:
            return  # alike bags: which is meant cannot be said
        else:
            number = held.now.numbers["bag"][unknown.index]
            values = {unknown.name: bag_of[number][unknown.name]}
        held.answer(unknown.fact, unknown.index, values, "")
    told = [(a.id, a.fields) for a in held.now.decision]
    assert told == [(a.id, a.fields) for a in book.decide(whole, day)]
