"""Time is split by the starts of versions."""

from datetime import date

from books import codes

from matchrules.analysis import analyse
from matchrules.syntax.parser import parse
from matchrules.text import Source

FACT = "fact f\n  n : integer 0..{high} optional\n"


def analysed(*texts: str):
    sources = {f"{n}.rules": Source(f"{n}.rules", text) for n, text in enumerate(texts)}
    return analyse([parse(source)[0] for source in sources.values()], sources)


def version(name: str, start: str | None, body: str, number: str = "1", uses: str = "") -> str:
    effective = f"  effective from {start}\n" if start else ""
    return f"ruleset {name}\n  version {number}\n{effective}{uses}\n{body}"


def test_each_start_begins_an_era_and_ends_the_one_before() -> None:
    found = analysed(
        version("v", "2020-01-01", FACT.format(high=5)),
        version("v", "2022-01-01", FACT.format(high=9), "2"),
        version("r", "2021-01-01", "define f.big : yes_no\n  is f.n > 3\n", uses="  uses v\n"),
    )
    assert codes(found) == []
    days = [(base.start, base.end) for base in found.bases]
    assert days == [
        (date(2020, 1, 1), date(2021, 1, 1)),
        (date(2021, 1, 1), date(2022, 1, 1)),
        (date(2022, 1, 1), None),
    ]
    assert [sorted(base.rulesets) for base in found.bases] == [["v"], ["r", "v"], ["r", "v"]]
    assert [base.rulesets["v"].version for base in found.bases] == ["1", "1", "2"]


def test_a_version_without_a_day_is_in_force_from_the_first() -> None:
    found = analysed(version("v", None, FACT.format(high=5)))
    assert [(base.start, base.end) for base in found.bases] == [(date.min, None)]


def test_a_fault_in_two_eras_is_said_once() -> None:
    found = analysed(
        version("v", "2020-01-01", FACT.format(high=5)),
        version("v", "2022-01-01", FACT.format(high=9), "2"),
        version("r", "2020-01-01", "define f.big : yes_no\n  is f.m > 3\n", uses="  uses v\n"),
    )
    assert codes(found) == ["MR101"]
    assert found.bases == ()


def test_a_fault_in_one_era_alone_is_found() -> None:
    found = analysed(
        version("v", "2020-01-01", FACT.format(high=5)),
        version("v", "2022-01-01", "fact g\n  n : integer 0..3 optional\n", "2"),
        version("r", "2020-01-01", "define t.big : yes_no\n  is f.n > 3\n", uses="  uses v\n"),
    )
    assert codes(found) == ["MR101"]


def test_two_versions_from_one_day() -> None:
    found = analysed(
        version("v", "2020-01-01", FACT.format(high=5)),
        version("v", "2020-01-01", FACT.format(high=9), "2"),
    )
    assert codes(found) == ["MR107"]
    first, second = found.diagnostics[0].labels
    assert (first.span.source, second.span.source) == ("1.rules", "0.rules")


def test_what_is_used_is_in_force_as_long() -> None:
    found = analysed(
        version("v", "2021-01-01", FACT.format(high=5)),
        version("r", "2020-01-01", "", uses="  uses v, w\n"),
    )
    assert sorted(codes(found)) == ["MR105", "MR106"]
    late = next(one for one in found.diagnostics if one.code == "MR106")
    assert "only from 2021-01-01" in late.message


def test_an_example_stands_in_the_era_of_its_day() -> None:
    example = 'example "{day}"\n  given f: n = 1\n  as of {day}\n'
    found = analysed(
        version("v", "2020-01-01", FACT.format(high=5)),
        version("v", "2022-01-01", FACT.format(high=9), "2"),
        version(
            "r", "2020-01-01", uses="  uses v\n",
            body="".join(example.format(day=day) for day in ("2020-05-05", "2023-05-05"))
            + 'example "any day"\n  given f: n = 2\n',
        ),
    )  # fmt: skip
    assert codes(found) == []
    titles = [[example.title for example in base.examples] for base in found.bases]
    assert titles == [["2020-05-05", "any day"], ["2023-05-05", "any day"]]


def test_an_example_on_a_day_of_another_version_is_a_fault() -> None:
    found = analysed(
        version("v", "2020-01-01", FACT.format(high=5) + 'example "x"\n  as of 2022-01-01\n'),
        version("v", "2022-01-01", FACT.format(high=9), "2"),
    )
    assert codes(found) == ["MR123"]


def test_the_order_of_files_makes_no_difference() -> None:
    texts = [
        version("v", "2020-01-01", FACT.format(high=5)),
        version("r", "2020-01-01", "define f.big : yes_no\n  is f.n > 3\n", uses="  uses v\n"),
    ]
    sources = {f"{n}.rules": Source(f"{n}.rules", text) for n, text in enumerate(texts)}
    trees = [parse(source)[0] for source in sources.values()]
    assert analyse(trees, sources) == analyse(trees[::-1], sources)


def test_a_ruleset_carries_the_hash_of_its_text() -> None:
    base = analysed(version("v", "2020-01-01", FACT.format(high=5))).bases[0]
    assert len(base.rulesets["v"].sha256) == 64
    assert base.rulesets["v"].source == "0.rules"
