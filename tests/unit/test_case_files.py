"""Case files: what the formats share, and what no case needs."""

import json
from datetime import date
from pathlib import Path

import pytest
from case_vocabulary import BASE, TODAY, base_of

import matchrules as mr
from matchrules.case.codec import read_case
from matchrules.case.document import open_document
from matchrules.case.tree import DEEPEST, MOST_BYTES, MOST_VALUES
from matchrules.case.writing import case_facts_plain, write_case

YAML = """
as_of: 2026-11-01
applicant: {name: no, visa: no, class: "no", areas: [low, high]}
exam:
  status: no
  score: 210
  fails: 2 attempts
  months: 3.50
  day: 2026-01-02
  opens: 1 September
letter:
  - {state: low, pages: 3}
  - state: high
    author:
program:
"""
JSON = """
{"as_of": "2026-11-01",
 "applicant": {"name": "no", "visa": false, "class": "no", "areas": ["high", "low"]},
 "exam": {"status": "no", "score": 210, "fails": "2 attempts", "months": 3.5, "day": "2026-01-02",
          "opens": "1 September"},
 "letter": [{"state": "high", "author": null}, {"state": "low", "pages": 3}],
 "program": null}
"""
TOML = """
as_of = 2026-11-01
letter = [{state = "low", pages = 3}, {state = "high"}]
[applicant]
name = "no"
visa = false
class = "no"
areas = ["low", "high"]
[exam]
status = "no"
score = 210
fails = 2
months = 3.50
day = 2026-01-02
opens = "1 September"
"""


def faults(name: str, content: bytes | str, as_of: date | None = TODAY) -> list[mr.Diagnostic]:
    with pytest.raises(mr.CaseErrors) as caught:
        read_case([BASE], open_document(name, content), as_of)
    assert str(caught.value)  # and it can be shown
    return list(caught.value.diagnostics)


def test_the_three_formats_say_the_same() -> None:
    cases = [
        read_case([BASE], open_document(name, text.encode()))[1]
        for name, text in (("c.yaml", YAML), ("c.json", JSON), ("c.toml", TOML))
    ]
    assert cases[0] == cases[1] == cases[2]
    assert cases[0].facts["applicant"][0]["name"] == "no"
    assert cases[0].facts["applicant"][0]["visa"] is False
    assert cases[0].facts["program"] == ()


def test_what_is_written_reads_back() -> None:
    _, case = read_case([BASE], open_document("c.yaml", YAML))
    assert read_case([BASE], open_document("d.yaml", write_case(BASE, case)))[1] == case
    plain = case_facts_plain(BASE, case)
    assert read_case([BASE], json.loads(json.dumps(plain)), TODAY)[1] == case


@pytest.mark.parametrize("name", ["c.yaml", "c.yml", "C.YAML", "c.json", "c.toml"])
def test_the_format_follows_from_the_name(name: str) -> None:
    text = "as_of = 2026-11-01" if name.endswith("toml") else "{}"
    _, case = read_case([BASE], open_document(name, text), TODAY)
    assert case.facts == dict.fromkeys(BASE.facts, ())


def test_a_byte_order_mark_and_crlf_are_no_fault() -> None:
    for name, text in (("c.yaml", YAML), ("c.json", JSON), ("c.toml", TOML)):
        content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        read_case([BASE], open_document(name, content))


def test_places_are_right_after_wide_characters() -> None:
    (fault,) = faults("c.yaml", 'applicant: {name: "\U0001f600é", visa: maybe}')
    label = fault.labels[0].span
    assert (label.start, label.end) == (30, 35)


def test_a_scalar_is_read_by_its_declared_type_quoted_or_not() -> None:
    for quote in ("", '"', "'"):
        text = "exam: {status: QnoQ, score: Q210Q, months: Q3.5Q, day: Q2026-01-02Q}"
        _, case = read_case([BASE], open_document("c.yaml", text.replace("Q", quote)), TODAY)
        exam = case.facts["exam"][0]
        assert (exam["status"], exam["score"], exam["day"]) == ("no", 210, date(2026, 1, 2))


def test_yaml_is_the_same_without_its_c_library(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    wanted = read_case([BASE], open_document("c.yaml", YAML))
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read_case([BASE], open_document("c.yaml", YAML)) == wanted
    found = faults("c.yaml", "applicant: {name: '\U0001f600é', visa: maybe}\nexam: &e 3")
    assert [(f.code, f.labels[0].span.start) for f in found] == [("MR504", 43)]
    assert [f.code for f in faults("c.yaml", "a: '\x07'")] == ["MR503"]


def test_a_block_text_is_a_text() -> None:
    _, case = read_case(
        [BASE], open_document("c.yaml", "applicant:\n  name: |\n    a\n    b\n"), TODAY
    )
    assert case.facts["applicant"][0]["name"] == "a\nb\n"


# Limits ------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large() -> None:
    (fault,) = faults("c.yaml", b"#" * (MOST_BYTES + 1))
    assert fault.code == "MR502" and "16 MiB" in fault.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "[" * 10_000),
        ("c.yaml", "{a: " * 10_000),
        ("c.yaml", "- " * 10_000),
        ("c.yaml", "".join(" " * n + "a:\n" for n in range(1_000))),
        ("c.json", "[" * 10_000),
        ("c.json", '{"a":' * 10_000),
        ("c.toml", "a = " + "[" * 10_000),
        ("c.toml", "a = " + "{b = " * 10_000),
        ("c.toml", "a." * 50_000 + "a = 1"),
        ("c.toml", '"a" . ' * 50_000 + "a = 1"),
        ("c.toml", "[" + "a." * 50_000 + "a]"),
    ],
    ids=lambda text: text[:12].strip(),
)
def test_nesting_10_000_deep(name: str, text: str) -> None:
    (fault,) = faults(name, text)
    assert fault.code == "MR502" and f"deeper than {DEEPEST} levels" in fault.message


def test_dots_in_texts_and_comments_are_no_nesting() -> None:
    dots = "a." * 100
    text = f'# {dots}\n[applicant]\nname = "{dots}"\nclass = """{dots}\n"{dots}"""\n'
    _, case = read_case([BASE], open_document("c.toml", text), TODAY)
    assert case.facts["applicant"][0]["name"] == dots


@pytest.mark.parametrize("name", ["c.yaml", "c.json"])
def test_more_values_than_memory_bears(name: str) -> None:
    (fault,) = faults(name, "[" + "1," * MOST_VALUES + "1]")
    assert fault.code == "MR502" and "250,000 values" in fault.message


def test_more_faults_than_anybody_reads() -> None:
    found = faults("c.json", json.dumps({"letter": [{"state": "lo"}] * 1_000}))
    assert len(found) == 201
    assert found[-1].message == "the first 200 faults are shown, the rest is not"


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    levels = ["a0: &a0 x"] + [
        f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, 50)
    ]
    assert [f.code for f in faults("c.yaml", "\n".join(levels))] == ["MR504"]


@pytest.mark.parametrize("digits", [101, 5_000])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "exam: {status: no, score: N}"),
        ("c.json", '{"exam": {"status": "no", "score": N}}'),
        ("c.toml", 'exam = {status = "no", score = N}'),
        ("c.yaml", "exam: {status: no, months: N.5}"),
        ("c.json", '{"exam": {"status": "no", "months": N.5}}'),
        ("c.json", '{"exam": {"status": "no", "months": 1eN}}'),
        ("c.toml", 'exam = {status = "no", months = N.5}'),
        ("c.toml", 'exam = {status = "no", months = 1eN}'),
    ],
)
def test_numbers_of_many_digits(name: str, text: str, digits: int) -> None:
    (fault,) = faults(name, text.replace("N", "9" * digits))
    assert fault.code in ("MR503", "MR513", "MR515")
    assert len(fault.message) < 200


# JSON is read by hand: it is to read what the standard library reads ------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "{", "}", "[1,]", '{"a":1,}', "{,}", "[,1]", '{"a"}', '{"a":}', '{"a" 1}', "{1:2}",
        "tru", "True", "nul", "+1", "01", "1.", ".5", "1e", "0x1", "-", "1 2", "[1 2]", '"a',
        '"\t"',
        '"\\x"', '"\\u12"', "NaN", "-Infinity", "[1}", '{"a":1]', "[[]", "'a'", "// c", "{a:1}",
    ],
)  # fmt: skip
def test_what_is_not_json(text: str) -> None:
    with pytest.raises(mr.CaseErrors):
        read_case([BASE], open_document("c.json", text), TODAY)
    with pytest.raises(ValueError):
        json.loads(text, parse_constant=lambda name: int(name))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    book = mr.load_text({"v.rules": "ruleset v version 1 effective from 2020-01-01"})
    for path in (tmp_path / "no.yaml", tmp_path, "a\0b"):
        with pytest.raises(mr.CaseErrors, match="MR501") as caught:
            book.decide(path)
        assert caught.value.diagnostics[0].help


# The day -----------------------------------------------------------------------------------------


def test_the_day_is_in_the_file_or_in_the_call_or_alike_in_both() -> None:
    written = {"as_of": "2026-11-01"}
    for given, as_of in (({}, TODAY), (written, None), (written, TODAY), ({"as_of": None}, TODAY)):
        assert read_case([BASE], given, as_of)[1].as_of == TODAY
    with pytest.raises(mr.CaseErrors, match="2026-11-01 in the case, but 2026-11-02 in the call"):
        read_case([BASE], written, date(2026, 11, 2))
    with pytest.raises(mr.CaseErrors, match="`as_of` is missing"):
        read_case([BASE], {})
    with pytest.raises(mr.CaseErrors, match="without a time"):
        read_case([BASE], {"as_of": __import__("datetime").datetime(2026, 11, 1)})


def test_a_day_outside_every_period() -> None:
    eras = [
        base_of(start=date(2020, 1, 1), end=date(2021, 1, 1)),
        base_of(start=date(2021, 1, 1), end=date(2022, 1, 1)),
    ]
    assert read_case(eras, {}, date(2020, 12, 31))[0] is eras[0]
    assert read_case(eras, {}, date(2021, 1, 1))[0] is eras[1]
    for day in (date(2019, 12, 31), date(2022, 1, 1)):
        with pytest.raises(mr.CaseErrors, match="no version of the rules is in force") as caught:
            read_case(eras, {}, day)
        assert caught.value.diagnostics[0].help == (
            "the rules are in force from 2020-01-01 until before 2021-01-01, "
            "from 2021-01-01 until before 2022-01-01"
        )
