"""The decision log: a file that only grows, each line chained to the one before."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import matchrules as mr
from matchrules.records import Log, Record

DESK = """
ruleset desk version 1 effective from 2026-01-01
source guide "A guide"
fact guest
  name : text optional private
  fee  : integer 0..9999 optional
advice visit
  greet
rule greeting
  cite guide
  then may visit.greet "Hello, {guest.name if known else \"you\"}: {guest.fee}."
"""
OTHER = DESK.replace("version 1", "version 2")
AS_OF = date(2026, 3, 1)


def made(fee: int, rules: str = DESK, **facts: Any) -> Record:
    book = mr.load_text({"desk.rules": rules})
    return book.decide({"guest": {"fee": fee, **facts}}, AS_OF).record(salt="s")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "decisions.ndjson"


def chained(path: Path) -> list[dict[str, Any]]:
    """The lines of a log whose chain is whole, as the reference says it."""
    content = path.read_bytes()
    assert content.endswith(b"\n")
    previous, lines = "0" * 64, []
    for number, line in enumerate(content[:-1].split(b"\n")):
        tree = json.loads(line)
        assert json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode() == line
        assert (tree["line"], tree["previous"]) == (number, previous)
        previous = hashlib.sha256(line).hexdigest()
        lines.append(tree)
    return lines


def test_the_lines_of_a_log(path: Path) -> None:
    log = Log(path)
    one, two, three = made(1), made(2), made(3, OTHER)
    assert [log.append(record) for record in (one, two, three, one)] == [1, 2, 4, 5]
    lines = chained(path)
    assert [line["what"] for line in lines] == [
        "rules", "decision", "decision", "rules", "decision", "decision",
    ]  # fmt: skip
    first, second = (record.to_dict()["rules"] for record in (one, three))
    assert lines[0] == {"line": 0, "previous": "0" * 64, "what": "rules", **first}
    assert lines[3] == {"line": 3, "previous": lines[3]["previous"], "what": "rules", **second}
    assert list(lines[1]) == ["line", "previous", "what", "record"]
    assert lines[1]["record"] == {**one.to_dict(), "rules": {"sha256": first["sha256"]}}
    assert list(lines[1]["record"]) == list(one.to_dict())


def test_records_come_back(path: Path) -> None:
    log = Log(path)
    records = [made(1), made(2, OTHER, name="Ada"), made(3)]
    numbers = [log.append(record) for record in records]
    assert list(log) == records
    assert [log.record(number) for number in numbers] == records
    assert Log(str(path)).record(1) == records[0]


def refusal(call: Any, *arguments: Any) -> tuple[str, str, str]:
    with pytest.raises(mr.RecordErrors) as raised:
        call(*arguments)
    (fault,) = raised.value.diagnostics
    assert fault.help
    return fault.code, fault.message, fault.help


def test_lines_that_hold_no_decision(path: Path) -> None:
    log = Log(path)
    log.append(made(1))
    assert refusal(log.record, 0)[:2] == (
        "MR907", f"line 0 of `{path}` holds rules, not a decision",
    )  # fmt: skip
    assert refusal(log.record, 2)[:2] == ("MR907", f"`{path}` has no line 2")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[1])
    code, message, _ = refusal(log.record, 0)
    assert (code, message) == (
        "MR907", f"the rules of line 0 are in no line before it of `{path}`",
    )  # fmt: skip
    path.write_text('{"line":0}\n')
    assert refusal(log.record, 0)[:2] == ("MR907", f"line 0 of `{path}` holds no decision")


def test_an_edited_record_in_a_log_is_told(path: Path) -> None:
    Log(path).append(made(1))
    path.write_bytes(path.read_bytes().replace(b"Hello, you: 1.", b"Hello, you: 2."))
    assert refusal(Log(path).record, 1)[0] == "MR903"


def test_every_torn_end_is_refused_and_left_as_it_is(path: Path) -> None:
    log = Log(path)
    log.append(made(1))
    log.append(made(2))
    content = path.read_bytes()
    whole = content[:-1].rindex(b"\n") + 1
    for end in (*range(whole + 1, len(content) - 1, 211), len(content) - 1):
        path.write_bytes(content[:end])
        code, message, help = refusal(log.append, made(3))
        assert code == "MR906"
        assert message == (
            f"`{path}` ends in the middle of a line, after {whole:,} bytes of whole lines: "
            "what wrote it was broken off"
        )
        assert f"`truncate -s {whole} FILE`" in help
        assert path.read_bytes() == content[:end]
    assert refusal(list, log)[0] == "MR906"
    os.truncate(path, whole)  # as the message says
    assert log.append(made(3)) == 2
    assert len(chained(path)) == 3


def test_a_log_that_was_torn_in_its_first_line(path: Path) -> None:
    path.write_bytes(b'{"line":0,"previ')
    assert "after 0 bytes of whole lines" in refusal(Log(path).append, made(1))[1]


@pytest.mark.parametrize(
    "content", [b"\n", b"hello\n", b"[]\n", b'{"line":0}\n', b'{"line":"0","what":"rules"}\n',
                b'{"line":-1,"what":"rules"}\n', b"\xff\n", b"a: 1\n\n", b"no end", b"two\nlines"],
)  # fmt: skip
def test_a_file_that_is_no_log_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    code, message, _ = refusal(Log(path).append, made(1))
    assert (code, message) == (
        "MR906", f"the last line of `{path}` is no line of a log of decisions",
    )  # fmt: skip
    assert path.read_bytes() == content


def test_a_log_with_the_line_ends_of_another_system_is_left_as_it_is(path: Path) -> None:
    Log(path).append(made(1))
    path.write_bytes(content := path.read_bytes().replace(b"\n", b"\r\n"))
    code, message, _ = refusal(Log(path).append, made(2))
    assert code == "MR906" and "written in another way than logs are" in message
    assert path.read_bytes() == content


def test_only_the_last_line_is_looked_at(path: Path) -> None:
    """What was done to the lines before is for `verify` to say."""
    log = Log(path)
    for fee in (1, 2):
        log.append(made(fee))
    path.write_bytes(path.read_bytes().replace(b"Hello, you: 1.", b"Hello, you: 9."))
    assert log.append(made(3)) == 3


def test_lines_longer_than_what_is_read_at_once(path: Path) -> None:
    log = Log(path)
    records = [made(1, name=f"{letter * 70_000}\n\u2028") for letter in "abä"]
    plain = [made(2, DESK.replace("optional private", "optional"), name="é" * 200_000)]
    for record in (*records, *plain, *records):
        log.append(record)
    chained(path)
    assert list(log) == [*records, *plain, *records]


def test_a_folder_or_a_pipe_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Log(tmp_path).append(made(1))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(mr.UsageError, match="is no regular file"):
        Log(tmp_path / "pipe").append(made(1))


# Several processes -------------------------------------------------------------------------------

WORKER = """
import sys
import matchrules as mr
from datetime import date
from matchrules.records import Log

rules, path, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
book = mr.load_text({"desk.rules": rules})
for fee in range(first, first + count):
    decision = book.decide({"guest": {"fee": fee}}, date(2026, 3, 1), engine="interpreter")
    Log(path).append(decision.record())
"""


def start(path: Path, first: int, count: int, rules: str = DESK, before: str = "") -> Any:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(before) + WORKER, rules, str(path), str(first),
         str(count)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def fees(path: Path) -> list[int]:
    return [
        line["record"]["facts"]["guest"]["fee"]
        for line in chained(path) if line["what"] == "decision"
    ]  # fmt: skip


def test_processes_that_append_at_once_keep_the_chain(path: Path) -> None:
    workers = [
        start(path, first, 40, rules) for first, rules in ((0, DESK), (100, OTHER), (200, DESK))
    ]
    for worker in workers:
        _, said = worker.communicate(timeout=120)
        assert worker.returncode == 0, said
    found = fees(path)
    assert sorted(found) == [*range(40), *range(100, 140), *range(200, 240)]
    for first in (0, 100, 200):  # of each in its own order
        assert [fee for fee in found if first <= fee < first + 40] == [*range(first, first + 40)]
    assert [line["what"] for line in chained(path)].count("rules") == 2


def test_a_process_that_is_killed_leaves_a_log_that_goes_on_or_is_told(path: Path) -> None:
    worker = start(path, 0, 5000)
    while not path.exists() or path.stat().st_size < 20_000:
        assert worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=60)
    log = Log(path)
    try:
        log.append(made(9999))
    except mr.RecordErrors as error:
        assert error.diagnostics[0].code == "MR906"
    else:
        found = fees(path)
        assert found == [*range(len(found) - 1), 9999]


def test_a_write_that_fails_leaves_the_log_as_it_was(path: Path) -> None:
    Log(path).append(made(1))
    size = path.stat().st_size
    full = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 100},) * 2)\n"
    worker = start(path, 2, 1, before=full)
    _, said = worker.communicate(timeout=60)
    assert worker.returncode != 0 and "OSError" in said
    assert path.stat().st_size == size
    assert Log(path).append(made(3)) == 2
    assert fees(path) == [1, 3]
