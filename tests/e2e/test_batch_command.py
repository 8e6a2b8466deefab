"""`matchrules batch`: files of cases in every format, their errors, and files that are no cases."""

import errno
import json
import os
from pathlib import Path

import polars as pl
import pytest
from batch_shop import CASES, RULES, expected, many, ndjson, run, told

from matchrules.rulebook import Book, load_text


@pytest.fixture(scope="module")
def book() -> Book:
    return load_text({"shop.rules": RULES})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "shop.rules").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Formats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["2", "100"])
def test_lines_of_json_are_cases_as_in_a_case_file(folder: Path, book: Book, piece: str) -> None:
    ndjson("cases.ndjson", CASES)
    found = run("cases.ndjson", "-o", "advice.parquet", "--piece", piece)
    advice = pl.read_parquet("advice.parquet")
    assert told(advice) == expected(book, CASES)
    assert found.stdout.startswith(f"5 cases, {advice.height} pieces of advice, no errors\n")
    assert found.stdout.splitlines()[1:-1] == [
        "advice: advice.parquet", "errors: advice.errors.parquet",
    ]  # fmt: skip
    assert pl.read_parquet("advice.errors.parquet").height == 0
    assert {path.name for path in folder.iterdir()} == {
        "rules", "cases.ndjson", "advice.parquet", "advice.errors.parquet",
    }  # fmt: skip


def test_names_that_no_rules_know_are_passed_over_where_asked(folder: Path, book: Book) -> None:
    surplus = [{**case, "pet": {"age": 3}} for case in CASES]
    surplus[0]["customer"] = {**surplus[0]["customer"], "shoe": 44, "spent": 7}
    surplus[0]["order"] = [{**order, "by": "card"} for order in surplus[0]["order"]]
    surplus[1]["customer"] = {**surplus[1]["customer"], "shoe": "x", "age": "40 years"}
    ndjson("cases.ndjson", surplus)
    run("cases.ndjson", "-o", "refused.parquet", code=1)
    assert {*pl.read_parquet("refused.errors.parquet")["code"]} == {"MR510", "MR511"}
    assert pl.read_parquet("refused.parquet").is_empty()
    run("cases.ndjson", "-o", "advice.parquet", "--ignore-extra")
    assert told(pl.read_parquet("advice.parquet")) == expected(book, CASES)


def test_what_comes_out_is_the_same_in_every_format(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    for out in ("a.parquet", "a.csv", "a.ndjson"):
        run("cases.ndjson", "-o", out, "--texts", "--derived", "--piece", "2")
    whole = pl.read_parquet("a.parquet").cast(pl.String)
    assert "Offer a rebate for 600." in whole["text"]
    assert pl.read_csv("a.csv", infer_schema=False).equals(whole)
    lines = pl.read_ndjson("a.ndjson", schema=dict.fromkeys(whole.columns, pl.String))
    assert lines.equals(whole)
    derived = pl.read_parquet("a.derived.parquet")
    assert derived["customer.spent"].to_list() == [600, 0, 0, 0, 0]
    assert pl.read_csv("a.derived.csv")["customer.spent"].to_list() == [600, 0, 0, 0, 0]


def test_nested_parquet_is_what_lines_of_json_are(folder: Path, book: Book) -> None:
    pl.DataFrame(CASES).write_parquet("cases.parquet")
    run("cases.parquet", "-o", "advice.parquet", "--piece", "2")
    assert told(pl.read_parquet("advice.parquet")) == expected(book, CASES)


def test_flat_columns_and_further_facts(folder: Path, book: Book) -> None:
    cases = CASES[:2] + CASES[4:]  # the others have facts that no cell can tell
    Path("cases.csv").write_text(
        "\N{BYTE ORDER MARK}id,as_of,customer.age,club,paid,name,band,since\r\n"
        'a,2026-03-01,71,,3.50,"Ann, ""A""",aged,2020-02-29\r\n'
        "b,2026-03-01,40,yes,120.25,,,\r\n"
        "e,2026-03-01,60,no,,,,\r\n",
        encoding="utf-8", newline="",
    )  # fmt: skip
    Path("orders.csv").write_text("id,sum\na,300\na,300\n", encoding="utf-8")
    run("cases.csv", "-o", "advice.parquet", "--fact", "order=orders.csv", "--piece", "2")
    assert told(pl.read_parquet("advice.parquet")) == expected(book, cases)
    flat = pl.read_csv("cases.csv", try_parse_dates=True)
    flat = flat.with_columns(club=pl.col("club").replace_strict({"yes": True, "no": False}))
    flat.write_parquet("flat.parquet")
    pl.read_csv("orders.csv").write_parquet("orders.parquet")
    run("flat.parquet", "-o", "b.parquet", "--fact", "order=orders.parquet")
    assert pl.read_parquet("b.parquet").equals(pl.read_parquet("advice.parquet"))


def test_a_wide_answer_has_a_row_for_each_case(folder: Path) -> None:
    ndjson("cases.ndjson", [*CASES, {"id": "x", "as_of": "2026-03-01", "customer": {"age": "old"}}])
    found = run("cases.ndjson", "-o", "advice.csv", "--wide", "--piece", "4", code=1)
    assert "6 cases, 6 rows, 1 case with errors" in found.stdout
    wide = pl.read_csv("advice.csv")
    assert wide["id"].to_list() == ["a", "b", "c", "d", "e", "x"]
    assert wide["serve.kindly"].to_list() == [True, False, False, False, True, None]


def test_cases_without_keys_go_by_their_place_in_the_file(folder: Path) -> None:
    Path("cases.csv").write_text("age\n70\n\n80\n", encoding="utf-8")
    run("cases.csv", "-o", "a.parquet", "--as-of", "2026-03-01")
    assert set(pl.read_parquet("a.parquet")["line"]) == {2, 4}
    pl.read_csv("cases.csv").drop_nulls().write_parquet("cases.parquet")
    run("cases.parquet", "-o", "b.parquet", "--as-of", "2026-03-01", "--key", "age", code=0)
    assert set(pl.read_parquet("b.parquet")["age"]) == {70, 80}
    run("cases.parquet", "-o", "c.parquet", "--as-of", "2026-03-01")
    assert set(pl.read_parquet("c.parquet")["row"]) == {1, 2}


def test_as_json(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    tree = json.loads(run("cases.ndjson", "-o", "a.parquet", "--format", "json").stdout)
    assert tree["cases"] == 5 and tree["errors"] == 0 and tree["before"] == 0
    assert tree["files"] == {"advice": "a.parquet", "errors": "a.errors.parquet"}


@pytest.mark.parametrize("name", ["cases.ndjson", "cases.csv", "cases.parquet"])
def test_no_cases_at_all(folder: Path, name: str) -> None:
    if name == "cases.csv":
        Path(name).write_text("id,as_of,age\n", encoding="utf-8")
    elif name == "cases.ndjson":
        Path(name).touch()
    else:
        pl.DataFrame(schema={"id": pl.String, "as_of": pl.Date}).write_parquet(name)
    found = run(name, "-o", "a.parquet", "--derived")
    assert found.stdout.startswith("0 cases, 0 pieces of advice, no errors")
    assert "kind" in pl.read_parquet("a.parquet").columns
    assert "customer.spent" in pl.read_parquet("a.derived.parquet").columns


# Errors -----------------------------------------------------------------------------------------


BAD = [
    '{"id": "a", "as_of": "2026-03-01", "customer": {"age": 400}}',
    '{"id": "b", "as_of": "2026-03-01", "customer": {"age": 5, "age": 6}}',
    '{"id": "c", "as_of": "2026-03-01", "custmer": {}}',
    "not json",
    "[]",
    '{"as_of": "2026-03-01"}',
    '{"id": "d", "as_of": "2026-03-01", "customer": {"age": "40 years", "paid": "120.00"}}',
    '{"id": "e", "as_of": "2026-03-01", "customer": {"paid": 1.23456789012345678901}}',
    '{"id": "f"}',
    '{"id": "g", "as_of": "2026-03-01", "customer": [1]}',
    '{"id": "h", "as_of": "2026-03-01", "customer": {"name": "\\ud800"}}',
    '{"id": 7, "as_of": "2026-03-01"}',
    '{"id": "a", "as_of": "2026-03-01"}',
    '{"id": "i", "as_of": "2026-03-01", "order": [{"sum": 1}, 2]}',
    '{"id": "j", "as_of": "2026-03-01", "order": [{"sum": 1e2}, {}]}',
    '{"id": "k", "as_of": "2026-03-01", "customer": {"likes": ["aged", 3]}}',
    '{"id": "l", "as_of": "2025-03-01"}',
    '{"id": "m", "as_of": "yesterday"}',
    '{"id": "n", "as_of": "2026-03-01", "customer": {"age": NaN}}',
]


@pytest.mark.parametrize("piece", ["3", "100"])
def test_an_error_belongs_to_its_case(folder: Path, piece: str) -> None:
    Path("cases.ndjson").write_text("\n".join(BAD) + "\n", encoding="utf-8")
    found = run("cases.ndjson", "-o", "a.parquet", "--piece", piece, code=1)
    errors = pl.read_parquet("a.errors.parquet")
    assert list(errors.select("id", "code").iter_rows()) == [
        ("a", "MR537"), ("b", "MR505"), ("c", "MR510"), (None, "MR503"), (None, "MR512"),
        (None, "MR536"), ("e", "MR516"), ("f", "MR506"), ("g", "MR512"), ("h", "MR513"),
        ("a", "MR537"), ("i", "MR512"), ("j", "MR520"), ("k", "MR513"), ("l", "MR507"),
        ("m", "MR513"), (None, "MR503"),
    ]  # fmt: skip
    assert "line 3: `custmer` is no fact that the rules know" in errors["reason"]
    assert told(pl.read_parquet("a.parquet")) == {
        ("d", "serve", "gladly", "should"), ("d", "serve", "rebate", "may"),
        ("7", "serve", "gladly", "should"),
    }  # fmt: skip
    assert "19 cases, 3 pieces of advice, 17 cases with errors" in found.stdout


def test_words_are_those_of_a_case_by_itself(folder: Path, book: Book) -> None:
    from matchrules.diagnostics.model import CaseErrors

    for given in ({"age": "x"}, {"age": 1.5}, {"club": "yes"}, {"band": "odd"}, {"since": 3}):
        ndjson("cases.ndjson", [{"as_of": "2026-03-01", "customer": given}])
        run("cases.ndjson", "-o", "a.ndjson", "--force", code=1)
        found = json.loads(Path("a.errors.ndjson").read_text(encoding="utf-8"))
        with pytest.raises(CaseErrors) as error:
            book.decide({"as_of": "2026-03-01", "customer": given})
        fault = error.value.diagnostics[0]
        assert (found["line"], found["code"], found["help"]) == (1, fault.code, fault.help)
        assert found["reason"].removeprefix("line 1: ") == fault.message


def test_lines_of_csv_with_too_few_cells_and_without_keys(folder: Path) -> None:
    Path("cases.csv").write_text("id,age,paid\na,1,2\nb,1\n,1,2\nc,1,2,3\nd,x,\n", encoding="utf-8")
    run("cases.csv", "-o", "a.csv", "--as-of", "2026-03-01", "--piece", "2", code=1)
    errors = pl.read_csv("a.errors.csv")
    assert list(errors.select("id", "code").iter_rows()) == [
        (None, "MR503"), (None, "MR536"), (None, "MR503"), ("d", "MR513"),
    ]  # fmt: skip
    assert "line 3 has 2 cells, the header has 3" in errors["reason"]


def test_halves_of_surrogate_pairs_are_faults_of_their_cases(folder: Path) -> None:
    half = "\\ud800"
    lines = [
        f'{{"id": "a{half}"}}', f'{{"id": "b{half}", "customer": {{"age": "x"}}}}',
        f'{{"id": "c", "customer": {{"age{half}": 1}}}}', f'{{"id": "d", "pet{half}": 1}}',
        '{"id": "e\\ud83d\\ude00"}',
    ]  # fmt: skip
    Path("c.ndjson").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    run("c.ndjson", "-o", "a.parquet", "--as-of", "2026-03-01", code=1)
    errors = pl.read_parquet("a.errors.parquet")
    assert errors.select("id", "code", "path").rows() == [
        (None, "MR536", None), (None, "MR513", "customer.age"),
        ("c", "MR510", "customer.age\ufffd"), ("d", "MR510", "pet\ufffd"),
    ]  # fmt: skip
    assert pl.read_parquet("a.parquet")["id"].to_list() == ["e\U0001f600"]


def test_further_facts_without_a_case(folder: Path) -> None:
    Path("cases.csv").write_text("id,age\na,1\nb,2\n", encoding="utf-8")
    Path("orders.csv").write_text("id,sum\nb,3\nz,4\nz,5\n,6\n", encoding="utf-8")
    more = ("--as-of", "2026-03-01", "--fact", "order=orders.csv", "--piece", "1")
    run("cases.csv", "-o", "a.csv", *more, code=1)
    errors = pl.read_csv("a.errors.csv")
    assert list(errors.select("id", "code", "reason").iter_rows()) == [
        ("z", "MR524", "`order` has 2 rows of `z`, which is no case"),
        (None, "MR524", "`order` has a row without a key"),
    ]
    twice = [{"id": "b", "as_of": "2026-03-01", "order": [{"sum": 1}]}]
    ndjson("twice.ndjson", twice)
    found = run("twice.ndjson", "-o", "b.csv", "--fact", "order=orders.csv", code=1)
    assert "`order` is given twice: in `twice.ndjson`, and in `orders.csv`" in found.stderr


def test_words_for_so_many_cases_only(folder: Path) -> None:
    cases = [{"as_of": "2026-03-01", "order": [{"sum": 1}] * 6} for _ in range(5)]
    ndjson("cases.ndjson", cases)
    run("cases.ndjson", "-o", "a.csv", "--explain", "3", "--piece", "2", code=1)
    errors = pl.read_csv("a.errors.csv")
    assert errors["code"].to_list() == ["MR522"] * 5
    assert errors["reason"].n_unique() == 2


# Files that cannot be read ----------------------------------------------------------------------


def refused(name: str, code: str, *words: str) -> None:
    found = run(name, "-o", "out.parquet", "--as-of", "2026-03-01", "--piece", "2", code=1)
    assert f"error[{code}]" in found.stderr, found.stderr
    for word in words:
        assert word in found.stderr, found.stderr
    assert not Path("out.parquet").exists()


def test_files_that_are_cut_in_the_middle(folder: Path) -> None:
    ndjson("cases.ndjson", many(10))
    text = Path("cases.ndjson").read_text(encoding="utf-8")
    Path("cut.ndjson").write_text(text[:-20], encoding="utf-8")
    refused("cut.ndjson", "MR535", "`cut.ndjson` ends in the middle of line 10")
    Path("cut.csv").write_text("id,age,paid\na,1,2\nb,2,3\nc,4", encoding="utf-8")
    refused("cut.csv", "MR535", "`cut.csv` ends in the middle of line 4")
    Path("quote.csv").write_text('id,name\na,"b\nc,d\n', encoding="utf-8")
    refused("quote.csv", "MR535", "ends inside quotes that are opened in line 2")
    Path("whole.csv").write_text('"id","age"\n"a",""\n', encoding="utf-8")
    further = ("whole.csv", "-o", "out.parquet", "--as-of", "2026-03-01", "--fact")
    assert "ends in the middle of line 4" in run(*further, "order=cut.csv", code=1).stderr
    whole = pl.DataFrame({"id": range(9), "age": range(9)})
    whole.write_parquet("whole.parquet", row_group_size=2, compression="uncompressed")
    content = Path("whole.parquet").read_bytes()
    Path("cut.parquet").write_bytes(content[:-30])
    refused("cut.parquet", "MR535", "`cut.parquet` is not whole")


def test_files_that_are_something_else(folder: Path) -> None:
    Path("none.csv").touch()
    refused("none.csv", "MR535", "`none.csv` is empty")
    Path("none.parquet").touch()
    refused("none.parquet", "MR501", "`none.parquet` is empty")
    Path("text.parquet").write_text("id,age\n", encoding="utf-8")
    refused("text.parquet", "MR501", "`text.parquet` is no Parquet file")
    Path("wide.csv").write_text("id;age\n1;2\n", encoding="utf-8")
    refused("wide.csv", "MR535", "are parted by semicolons")
    Path("twice.csv").write_text("id,age,age\n1,2,3\n", encoding="utf-8")
    refused("twice.csv", "MR535", "has two columns `age`")
    Path("utf16.csv").write_text("id,age\n1,2\n", encoding="utf-16")
    refused("utf16.csv", "MR501", "UTF-16")
    Path("latin.ndjson").write_bytes(b'{"id": 1}\n{"id": "\xe4"}\n')
    refused("latin.ndjson", "MR501", "`latin.ndjson` is not UTF-8: see line 2")
    Path("zero.csv").write_bytes(b"id,age\n1,2\n\0\0\0\0\n")
    refused("zero.csv", "MR535", "line 3 of `zero.csv` holds bytes that no text has")
    refused("nowhere.csv", "MR501", "cannot open `nowhere.csv`: no such file or directory")
    Path("odd.csv").write_text("id,agee\n1,2\n", encoding="utf-8")
    refused("odd.csv", "MR510", "`agee`", "did you mean")
    found = run("odd.csv", "-o", "o.csv", "--key", "number", "--as-of", "2026-03-01", code=1)
    assert "its columns are `id`, `agee`" in found.stderr
    Path("far.csv").write_text("id,umbrella\n1,2\n", encoding="utf-8")
    refused("far.csv", "MR510", "say `--ignore-extra`")
    run("odd.csv", "-o", "o.csv", "--as-of", "2026-03-01", "--ignore-extra")


def test_wrong_usage(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    Path("made").mkdir()
    for words, said in (
        (("cases.ndjson", "-o", "-"), "not `-`: name a file"),
        (("-", "-o", "a.csv"), "not `-`: name a file"),
        (("cases.ndjson", "-o", "a.xlsx"), "name it .parquet, .csv or .ndjson"),
        (("cases.txt", "-o", "a.csv"), "name it .parquet, .csv or .ndjson"),
        (("cases.ndjson", "-o", "cases.ndjson", "--force"), "is given for"),
        (("cases.ndjson", "-o", "a.csv", "--errors", "./a.csv"), "is given for"),
        (("cases.ndjson", "-o", "nowhere/a.csv"), "there is no folder `nowhere`"),
        (("cases.ndjson", "-o", "a.csv", "--fact", "order"), "write FACT=FILE"),
        (("cases.ndjson", "-o", "a.csv", "--key", "customer"), "cannot be its key"),
        (("cases.ndjson", "-o", "a.csv", "--wide", "--texts"), "texts"),
    ):
        assert said in run(*words, code=2).stderr
    Path("folder.csv").mkdir()
    assert "`folder.csv` is a folder" in run("cases.ndjson", "-o", "folder.csv", code=2).stderr
    assert not list(folder.glob("*.partial"))


def test_quoted_cells_may_be_empty(folder: Path) -> None:
    Path("cases.csv").write_text('"id","age","name"\n"a","","x\ny"\n"b","60",""\n', "utf-8")
    run("cases.csv", "-o", "a.csv", "--as-of", "2026-03-01")
    assert pl.read_csv("a.csv")["id"].to_list() == ["a", "b", "b"]
    odd = 'id,name\na,x"y"z\nb,"c"d\nc, "e,f"\nd,x"\ne,y"\nf,"g,""h"""\n'
    Path("odd.csv").write_text(odd, encoding="utf-8")
    run("odd.csv", "-o", "b.csv", "--as-of", "2026-03-01", code=1)
    assert pl.read_csv("b.csv")["id"].to_list() == ["f"]
    errors = pl.read_csv("b.errors.csv")["reason"].to_list()
    assert errors == [f"line {line} has a quote inside a cell" for line in (2, 3, 4, 5)]


def test_names_that_look_like_patterns(folder: Path) -> None:
    Path("c [1]*?.csv").write_text('id,age\na,1\na,2\n"b, {c}",3\n', encoding="utf-8")
    Path("o [1]*?.csv").write_text("id,sum\na,1\nz,2\n", encoding="utf-8")
    names = ("c [1]*?.csv", "-o", "é {a} [1]*?.csv", "--fact", "order=o [1]*?.csv")
    run(*names, "--as-of", "2026-03-01", "--piece", "1", code=1)
    advice = pl.read_csv("é {a} [1]*?.csv", glob=False)
    assert advice["id"].to_list() == ["b, {c}"]
    errors = pl.read_csv("é {a} [1]*?.errors.csv", glob=False)
    assert errors["code"].to_list() == ["MR537", "MR537", "MR524"]


def test_errors_on_another_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ndjson("cases.ndjson", CASES)
    Path("far").mkdir()
    replace = os.replace

    def only_on_one_disk(source: str | Path, target: str | Path) -> None:
        if "far" in Path(target).parts and "far" not in Path(source).parts:
            raise OSError(errno.EXDEV, "another disk")
        replace(source, target)

    monkeypatch.setattr(os, "replace", only_on_one_disk)
    run("cases.ndjson", "-o", "a.parquet", "--errors", "far/e.csv")
    assert pl.read_csv("far/e.csv").height == 0
    assert [path.name for path in Path("far").iterdir()] == ["e.csv"]


def test_a_link_stays_one(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    Path("far").mkdir()
    Path("far/real.parquet").touch()
    Path("a.parquet").symlink_to("far/real.parquet")
    run("cases.ndjson", "-o", "a.parquet", "--force")
    assert Path("a.parquet").is_symlink() and pl.read_parquet("far/real.parquet").height == 9
