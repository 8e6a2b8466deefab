"""Logs that were edited: a line that is missing, changed, moved, repeated or torn is found."""

import json
from datetime import date
from pathlib import Path

import pytest
from test_verify import FACTS, RULES

import matchrules as mr
from matchrules.records import Log
from matchrules.records.verify import Verification, verify
from matchrules.records.verify.strict import canonical, sha256

LINES = 6  # rules, three decisions, other rules, one decision


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("log") / "log.ndjson"
    book, other = (
        mr.load_text({"shop.rules": text}) for text in (RULES, RULES.replace("is 60", "is 61"))
    )
    kept = Log(path)
    for day in range(1, 4):
        kept.append(book.decide(FACTS, date(2026, 3, day)).record(salt="salt"))
    kept.append(other.decide(FACTS, date(2026, 3, 4)).record(salt="salt"))
    return path.read_bytes()


def lines_of(log: bytes) -> list[bytes]:
    assert log.endswith(b"\n")
    found = log.splitlines()
    assert len(found) == LINES
    return found


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def told(found: Verification) -> list[tuple[str, str | None]]:
    assert not found.ok
    return [(fault.code, fault.path) for fault in found.faults]


def test_a_log_holds(log: bytes) -> None:
    found = verify(log)
    assert found.ok, str(found)
    assert (found.what, found.lines, found.records) == ("log", LINES, 4)
    assert found.head == sha256(lines_of(log)[-1])
    assert str(found).startswith("The chain of 6 lines holds, and so do the 4 records in it: ")
    assert f"The hash of its last line is {found.head}." in str(found)
    assert len(found.trusted) == 4 and "4 values (facts.customer.name)" in str(found)
    assert found.to_dict()["head"] == found.head
    assert verify(log.decode()) == found
    assert verify(log, head=found.head).ok
    assert verify(log, head=str(found.head).upper()).ok


@pytest.mark.parametrize("number", range(LINES))
def test_a_missing_line(log: bytes, number: int) -> None:
    lines = lines_of(log)
    head = sha256(lines[-1])
    found = verify(joined(lines[:number] + lines[number + 1 :]), head=head)
    if number < LINES - 1:
        assert ("MR928", f"line {number}") in told(found)
    else:
        assert told(found) == [("MR928", "the log")]
        assert verify(joined(lines[:-1])).ok  # nobody can tell without the hash


def test_without_its_rules_each_line_is_no_fault_of_its_own(log: bytes) -> None:
    found = verify(joined(lines_of(log)[1:]))
    assert [path for _, path in told(found)] == ["line 0", "line 0, rules"]


@pytest.mark.parametrize("number", range(1, LINES))
def test_moved_lines(log: bytes, number: int) -> None:
    lines = lines_of(log)
    lines[number - 1 : number + 1] = [lines[number], lines[number - 1]]
    assert ("MR928", f"line {number - 1}") in told(verify(joined(lines)))


@pytest.mark.parametrize("number", range(LINES))
def test_a_repeated_line(log: bytes, number: int) -> None:
    lines = lines_of(log)
    lines.insert(number, lines[number])
    assert ("MR928", f"line {number + 1}") in told(verify(joined(lines)))


@pytest.mark.parametrize("number", range(LINES))
def test_a_changed_line(log: bytes, number: int) -> None:
    """However small the change; the line itself tells, or the next one does."""
    lines = lines_of(log)
    for at in range(20, len(lines[number]) - 20, len(lines[number]) // 7):
        old = lines[number][at : at + 1]
        changed = lines[number][:at] + (b"7" if old != b"7" else b"8") + lines[number][at + 1 :]
        found = verify(joined([*lines[:number], changed, *lines[number + 1 :]]))
        assert not found.ok, changed[at - 20 : at + 20]


def test_a_forged_line_with_its_hash(log: bytes) -> None:
    """What no chain shows, the proof does; and the chain needs all later lines to be forged."""
    lines = lines_of(log)
    tree = json.loads(lines[1])
    tree["record"]["advice"][0]["text"] = "Be rude."
    rules = json.loads(lines[0])
    whole = {**tree["record"], "rules": {"sha256": rules["sha256"], "ir": rules["ir"]}}
    del whole["sha256"]
    tree["record"]["sha256"] = sha256(canonical(whole))
    lines[1] = canonical(tree).encode()
    assert told(verify(joined(lines))) == [("MR927", "line 1, advice[0].text"), ("MR928", "line 2")]


def test_a_torn_line(log: bytes) -> None:
    lines = lines_of(log)
    found = verify(joined(lines[:3]) + lines[3][:200])
    assert told(found) == [("MR928", "line 3")]
    assert found.records == 2  # what stands before it is checked
    assert told(verify(log.rstrip(b"\n"))) == [("MR928", f"line {LINES - 1}")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "it is empty"),
        (b"{}", "is no line of a log"),
        (b"[1]", "is no line of a log"),
        (b"hello", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        (b"[" * 5000, "nested deeper"),
        (b'{"line":1,"previous":"","what":"decision","record":7}', "a record is an object"),
    ],
)
def test_lines_that_are_none(log: bytes, line: bytes, says: str) -> None:
    lines = lines_of(log)
    found = verify(joined([lines[0], line, *lines[1:]]))
    assert any(f.path == "line 1" and says in f.message for f in found.faults), str(found)


def test_another_way_of_writing_is_none_of_a_log(log: bytes) -> None:
    lines = lines_of(log)
    lines[-1] = json.dumps(json.loads(lines[-1]), ensure_ascii=False).encode()
    lines[-1] = lines[-1].replace(b'{"line": 5', b'{"line":5', 1)
    assert told(verify(joined(lines))) == [("MR928", "line 5")]


def test_a_log_that_goes_on(log: bytes) -> None:
    lines = lines_of(log)
    found = verify(log, head=sha256(lines[3]))
    assert "goes on after line 3" in found.faults[0].message
    assert "ends in another line" in verify(log, head="1").faults[0].message


def test_a_record_is_no_log(log: bytes) -> None:
    assert ("MR928", None) in told(verify("{}", head="1"))
