"""The page that says what is proved of the packs: it speaks of all that there is, and agrees with
itself. What it says is proved again by `make proofs`, which takes minutes."""

import re
import runpy
from collections import Counter
from pathlib import Path

import matchrules as mr
from matchrules.cli.proofs import ANSWERS, TITLES
from matchrules.prove.prover import INSTANCES as OF_PROVER
from matchrules.prove.running import INSTANCES

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "proofs-page"))
PAGE = (ROOT / "docs" / "reference" / "proofs.md").read_text(encoding="utf-8")
BOOK = mr.load(ROOT / "rules", cache=True)
MEND = "`make proofs` writes the page again"


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a part of the page, without their heads."""
    found = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines() if line.startswith("|")
    ]  # fmt: skip
    ruled = {n for n, cells in enumerate(found) if set("".join(cells)) <= set("-:")}
    return [cells for n, cells in enumerate(found) if not ruled & {n, n + 1}]


def part(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_property_is_listed_once_with_its_file_and_what_it_says() -> None:
    listed = {
        (ruleset, cells[0], cells[1])
        for ruleset, table in re.findall(
            r"### \[`(\w+)\.rules`\].*?\n(.*?)(?=\n###|\Z)", part("Properties"), re.DOTALL
        )
        for cells in rows(table)
    }
    said = {
        (s.ruleset, s.id or s.name, s.title or s.name.replace("_", " ")) for s in BOOK.properties
    }
    assert listed == said, MEND
    assert len(rows(part("Properties"))) == len(said)


def test_what_is_said_of_a_property_is_an_answer() -> None:
    answers = Counter()
    for _, _, verdict, bound, seconds in rows(part("Properties")):
        answers[verdict] += 1
        assert re.fullmatch(r"\d+\.\d", seconds)
        if verdict == "proved":
            up_to = re.fullmatch(r"up to (\d+)", bound)
            assert bound == "any number" or (up_to and int(up_to[1]) >= INSTANCES)
        else:
            assert verdict in ("undecided", "vacuous")
            assert bound or verdict == "vacuous", "an undecided one says why"
    counted = {cells[0]: [int(cell) for cell in cells[1:]] for cells in rows(part("Counts"))}
    assert counted["properties"][:4] == [answers[answer] for answer in ANSWERS]
    free = sum(cells[3] == "any number" for cells in rows(part("Properties")))
    assert counted["properties"][4] == free


def test_the_counts_add_up_and_nothing_is_refuted() -> None:
    counted = {cells[0]: [int(cell) for cell in cells[1:]] for cells in rows(part("Counts"))}
    assert [name for name in counted if name != "all"] == [*TITLES.values()]
    total = [sum(column) for column in zip(*(counted[t] for t in TITLES.values()), strict=True)]
    assert counted["all"] == total
    assert total[ANSWERS.index("refuted")] == 0
    left = part("What else is not proved").count("\n- ")
    assert left == sum(total[1:4]) - sum(counted["properties"][1:4])


def test_each_of_the_55_is_proved_or_has_a_test() -> None:
    stated = {cells[0][:4] for cells in rows(part("Properties")) if cells[0].startswith("P-")}
    tested = {cells[0] for cells in rows(part("What the language cannot state"))}
    assert not stated & tested
    assert stated | tested == {f"P-{number:02}" for number in range(1, 56)}
    assert (
        part("What the language cannot state")
        .strip()
        .endswith("".join(SCRIPT["not_stated"](BOOK)).strip())
    ), MEND


def test_the_script_refuses_what_it_does_not_know() -> None:
    assert SCRIPT["main"](["--chekc"]) == 2


def test_the_bound_told_before_anything_runs_is_that_of_the_prover() -> None:
    assert INSTANCES == OF_PROVER
