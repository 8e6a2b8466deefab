"""Books out of the cache are the books that checking the files gives, whatever befalls it."""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

import matchrules as mr
from matchrules.rulebook.cache import MOST_BOOKS, folder
from matchrules.text import Source

SHOP = """
ruleset shop
  version 1
  effective from 2026-01-01
source law "The law of shops"
fact visitor
  age : integer 0..120 years optional
define visitor.adult : yes_no
  is visitor.age >= 18 years
advice visit
  enter
rule adults_only "Adults only"
  cite law
  when visitor.adult
  then should visit.enter "Come in."
example "An adult"
  given visitor: age = 20 years
  as of 2026-06-01
  expect fires adults_only
property of_age
  when fires adults_only then visitor.age >= 18 years
"""
WARNED = SHOP.replace("Come in.", "Come in, you are {visitor.age}.")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "rules" / "shop.rules"
    file.parent.mkdir()
    file.write_text(SHOP, encoding="utf-8")
    return file


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def only(kept: Path) -> Path:
    (file,) = kept.iterdir()
    return file


def same(one: mr.Book, two: mr.Book) -> bool:
    """Equal, and equal in the places in files, which take no part in equality."""
    return (one.bases, one.sources, one.warnings, one.to_json()) == (
        two.bases, two.sources, two.warnings, two.to_json(),
    )  # fmt: skip


def test_the_packs(kept: Path) -> None:
    anew = mr.load()
    for _ in range(2):
        book = mr.load(cache=kept)
        assert same(book, anew)
    assert [e.span for e in book.examples] == [e.span for e in anew.examples]
    assert list(book.properties) == list(anew.properties)
    case = Path(__file__).parents[2] / "examples" / "nothing_taken.yaml"
    one, two = (b.decide(case, engine="interpreter") for b in (anew, book))
    assert one.to_json() == two.to_json()
    subject = f"{one.advice[0].kind}.{one.advice[0].subject}"
    assert str(one.why(subject)) == str(two.why(subject))


def test_nothing_is_kept_unless_asked(shop: Path, tmp_path: Path) -> None:
    mr.load(shop)
    assert sorted(tmp_path.iterdir()) == [shop.parent]


def test_a_second_load_reads_the_book_that_was_kept(shop: Path, kept: Path) -> None:
    first = mr.load(shop, cache=str(kept))
    before = only(kept).stat()
    assert same(mr.load(shop, cache=kept), first)
    assert only(kept).stat() == before
    assert kept.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("change", ["text", "name", "more"])
def test_other_files_have_another_book(change: str, shop: Path, kept: Path) -> None:
    first = mr.load(shop.parent, cache=kept)
    if change == "text":
        status = shop.stat()
        shop.write_text(SHOP.replace("18", "21"), encoding="utf-8")
        os.utime(shop, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "name":
        shop.rename(shop.with_name("other.rules"))
    else:
        more = "ruleset more version 1 effective from 2026-01-01\nfact other\n  x : yes_no\n"
        shop.with_name("more.rules").write_text(more, encoding="utf-8")
    for _ in range(2):
        second = mr.load(shop.parent, cache=kept)
        assert same(second, mr.load(shop.parent))
        assert not same(second, first)


def test_warnings_come_again(shop: Path, kept: Path) -> None:
    shop.write_text(WARNED, encoding="utf-8")
    (warning,) = mr.load(shop, cache=kept).warnings
    book = mr.load(shop, cache=kept)
    assert book.warnings == (warning,)
    assert book.warnings[0].labels[0].span.source == shop.as_posix()


def test_faults_are_found_each_time(shop: Path, kept: Path) -> None:
    shop.write_text(SHOP.replace("when visitor.adult", "when visitor.adlut"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(mr.RuleErrors, match="adlut"):
            mr.load(shop, cache=kept)
    shop.write_bytes(b"\xff")
    with pytest.raises(mr.RuleErrors):
        mr.load(shop, cache=kept)
    assert not kept.exists()


def sealed(body: bytes) -> bytes:
    return b'{"sha256":"' + sha256(body).hexdigest().encode() + b'","book":' + body + b"}"


def spoilt(whole: bytes) -> Iterator[bytes]:
    content = json.loads(whole)["book"]
    yield b""
    yield b"\xff\xfe\x00"
    yield whole[:-1]
    yield whole[: len(whole) // 2]
    yield whole + whole
    yield whole.replace(b"18", b"19", 1)
    yield whole.replace(b'"book"', b'"work"', 1)
    for body in (b"[]", b"{}", b"null", b"[" * 100_000, b"\xff"):
        yield sealed(body)
    for name, other in (
        ("format", 0), ("shape", ""), ("key", "0" * 64), ("rules", {}), ("warnings", [1]),
        ("rules", {"scalars": [], "groups": [["Rule", [0]]], "bases": 0}),
        ("rules", {"scalars": [1], "groups": [], "bases": 0}),
        ("rules", {"scalars": [1], "groups": [["eval", [0]]], "bases": 0}),
        ("rules", {"scalars": [1], "groups": [["tuple", [7]]], "bases": 0}),
    ):  # fmt: skip
        yield sealed(json.dumps({**content, name: other}).encode())


def test_what_is_not_as_it_was_written_is_written_anew(shop: Path, kept: Path) -> None:
    first = mr.load(shop, cache=kept)
    file = only(kept)
    whole = file.read_bytes()
    for content in spoilt(whole):
        file.write_bytes(content)
        assert same(mr.load(shop, cache=kept), first)
        assert only(kept).read_bytes() == whole


def test_a_folder_in_place_of_the_file(shop: Path, kept: Path) -> None:
    first = mr.load(shop, cache=kept)
    file = only(kept)
    file.unlink()
    file.mkdir()
    assert same(mr.load(shop, cache=kept), first)
    assert only(kept) == file  # and nothing half written beside it


def test_where_nothing_can_be_written(shop: Path) -> None:
    assert same(mr.load(shop, cache=shop / "kept"), mr.load(shop))
    assert same(mr.load(shop, cache="/proc/kept"), mr.load(shop))


def test_a_full_disk(shop: Path, kept: Path) -> None:
    program = (
        "import resource, signal, sys\n"
        "import matchrules as mr\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "print(len(mr.load(sys.argv[1], cache=sys.argv[2]).bases))\n"
    )
    words = [sys.executable, "-c", program, str(shop), str(kept)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert list(kept.iterdir()) == []


def load_often(shop: str, kept: str) -> str:
    return {mr.load(shop, cache=kept).sha256 for _ in range(5)}.pop()


def test_several_at_once(shop: Path, kept: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(load_often, [(str(shop), str(kept))] * 2)
    assert set(found) == {mr.load(shop).sha256}
    only(kept)


def test_books_that_were_not_used_for_long_make_room(shop: Path, kept: Path) -> None:
    first = mr.load(shop, cache=kept)
    old = only(kept)
    mine = kept / "letter.txt"
    mine.touch()
    (kept / ".matchrules-part-0").touch()
    (kept / ".matchrules-part-1").touch()
    hours_ago = time.time() - 10_000
    for file in (old, mine, kept / ".matchrules-part-0"):
        os.utime(file, (hours_ago, hours_ago))
    for n in range(MOST_BOOKS):
        other = kept / f"matchrules-{n:064x}.json"
        other.touch()
        os.utime(other, (hours_ago + 1 + n,) * 2)
    shop.write_text(SHOP.replace("18", "21"), encoding="utf-8")
    mr.load(shop, cache=kept)
    names = {file.name for file in kept.iterdir()}
    assert old.name not in names
    assert {"letter.txt", ".matchrules-part-1"} <= names
    assert ".matchrules-part-0" not in names  # its writer was killed long ago
    assert len(names) == MOST_BOOKS + 2
    shop.write_text(SHOP, encoding="utf-8")
    assert same(mr.load(shop, cache=kept), first)


def test_a_book_that_is_used_stays(shop: Path, kept: Path) -> None:
    mr.load(shop, cache=kept)
    file = only(kept)
    os.utime(file, (0, 0))
    mr.load(shop, cache=kept)
    assert file.stat().st_mtime > 0


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MATCHRULES_CACHE", str(tmp_path))
    assert (folder(True), folder(False), folder("kept")) == (tmp_path, None, Path("kept"))
    monkeypatch.setenv("MATCHRULES_CACHE", "off")
    assert (folder(True), folder("kept")) == (None, Path("kept"))
    monkeypatch.delenv("MATCHRULES_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder(True) == tmp_path / "xdg" / "matchrules"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder(True) == tmp_path / ".cache" / "matchrules"


@pytest.mark.parametrize("cache", ["", 3, None])
def test_what_cannot_be_meant(cache: object, shop: Path) -> None:
    with pytest.raises(mr.UsageError, match="the path of a folder"):
        mr.load(shop, cache=cache)  # type: ignore[arg-type]  # a mistake


# The text of a book ------------------------------------------------------------------------------


def test_a_book_as_text(shop: Path) -> None:
    book = mr.load(shop)
    text = book.to_json()
    read = mr.book_from_json(text)
    assert same(read, book)
    assert same(mr.book_from_json(text + "\n", sha256=book.sha256), book)
    assert json.loads(text)["sha256"] == book.sha256 == read.sha256
    with pytest.raises(mr.CaseErrors) as caught:
        read.decide({"visitor": {"age": 300}}, as_of=read.bases[0].start)
    assert "MR515" in str(caught.value)


def test_a_text_with_what_is_no_character(shop: Path) -> None:
    text = SHOP.replace("Come in.", "Żółw \U0001f422")
    book = mr.load_text({"shop.rules": text})
    assert book.to_json().isascii()
    assert mr.book_from_json(book.to_json()).sources == {"shop.rules": Source("shop.rules", text)}


def test_what_is_not_what_was_stored() -> None:
    book = mr.load_text({"shop.rules": SHOP})
    for content in spoilt(book.to_json().encode()):
        if b'"key"' in content:
            continue  # which is the cache's
        with pytest.raises(mr.RuleErrors) as caught:
            mr.book_from_json(content.decode("utf-8", "replace"))
        (fault,) = caught.value.diagnostics
        assert fault.code == "MR542"
    with pytest.raises(mr.RuleErrors, match="another one than the book with the hash `abc"):
        mr.book_from_json(book.to_json(), sha256="abc")
    body = json.dumps({**json.loads(book.to_json())["book"], "software": "0.0.1"}).encode()
    with pytest.raises(mr.RuleErrors, match=r"matchrules 0\.0\.1 wrote it"):
        mr.book_from_json(sealed(body).decode())
    with pytest.raises(mr.UsageError, match="a text, not a bytes"):
        mr.book_from_json(b"")  # type: ignore[arg-type]  # a mistake
