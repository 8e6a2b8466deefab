"""Sessions: facts come and go, the decision follows."""

import copy
import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

import matchrules as mr
from matchrules.engine.rete import WorkingMemory, network

RULES = """
ruleset moving
  version 1
  effective from 2026-01-01

source manual "The manual"

enum door_state "How a door stands"
  open "open"
  shut "shut"

fact door "The door"
  state : door_state
  width : integer 0..300 centimetres optional
fact owner
  name : text optional never read
fact box many up to 5
  id : text key
  size : integer 0..100
  full : yes_no optional
fact note many up to 5
  words : integer 0..100
  weight : decimal 0.0..9.9 optional

advice plan
  open
  move (count: integer 0..50)
  read

define box.big : yes_no "Big"
  for each box
  is box.size >= 50
define boxes.big : integer 0..50
  is count(box where box.big)

reject "a shut door has a width" when door.state is shut and door.width is unknown

rule open_door
  cite manual
  when door.state is shut and boxes.big > 0
  then must plan.open "Open it for {boxes.big}."
rule move_box
  cite manual
  for each box
  when box.big
  unless shown box.full
  then should plan.move(count = boxes.big) "Move {box.id}."
rule read_notes
  cite manual
  when sum(note.words) > 10
  then may plan.read "Read {sum(note.words)} words."
rule leave_it_shut
  cite manual
  when door.width > 200 centimetres
  then must_not plan.open "Leave it shut."
"""
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load_text({"moving.rules": RULES})


@pytest.fixture(params=["rete", "compiled"])
def session(book: mr.Book, request: pytest.FixtureRequest) -> Iterator[mr.Session]:
    with book.session(as_of=DAY, engine=request.param) as session:
        yield session


def said(session: mr.Session) -> list[str]:
    return [advice.text for advice in session.decision]


def test_the_decision_follows_the_facts(session: mr.Session) -> None:
    assert said(session) == []
    box = session.assert_fact("box", id="a", size=60)
    assert said(session) == ["Move a."]
    door = session.assert_fact("door", state="shut", width=90)
    assert said(session) == ["Open it for 1.", "Move a."]
    session.update(box, size=40)
    assert said(session) == []
    session.update(box, size=50)
    session.assert_fact("box", id="b", size=70, full=True)
    assert said(session) == ["Open it for 2.", "Move a."]
    session.retract(door)
    assert said(session) == ["Move a."]
    assert dict(session.decision.derived) == {"box.big": {"a": True, "b": True}, "boxes.big": 2}


def test_it_gives_what_the_book_decides(book: mr.Book, session: mr.Session) -> None:
    session.assert_fact("door", state="shut", width=90)
    session.assert_fact("box", id="a", size=60)
    session.assert_fact("note", words=20, weight="1.5")
    facts = {
        "door": {"state": "shut", "width": 90},
        "box": [{"id": "a", "size": 60}],
        "note": [{"words": 20, "weight": "1.5"}],
    }
    for engine in ("rete", "interpreter"):
        decision = book.decide(facts, as_of=DAY, engine=engine)  # type: ignore[arg-type]
        assert decision == session.decision
        assert decision.to_json() == session.decision.to_json()


def test_an_unchanged_session_keeps_its_decision(session: mr.Session) -> None:
    session.assert_fact("door", state="open")
    assert session.decision is session.decision


# Handles ---------------------------------------------------------------------------------------


def test_the_same_single_or_keyed_fact_again_has_the_same_handle(session: mr.Session) -> None:
    door = session.assert_fact("door", state="open", width=80)
    assert session.assert_fact("door", width=80, state="open") is door
    box = session.assert_fact("box", id="a", size=60)
    assert session.assert_fact("box", id="a", size=60, full=None) is box
    session.retract(box)
    assert said(session) == []
    assert session.decision.facts == {"door": {"state": "open", "width": 80}}


def test_equal_facts_without_a_key_count_separately(session: mr.Session) -> None:
    first = session.assert_fact("note", words=6)
    second = session.assert_fact("note", words=6)
    assert first is not second
    assert said(session) == ["Read 12 words."]
    session.retract(first)
    assert said(session) == []
    session.update(second, words=11)
    assert said(session) == ["Read 11 words."]


def test_a_fact_asserted_with_other_values_is_a_conflict_until_one_goes(
    session: mr.Session,
) -> None:
    first = session.assert_fact("box", id="a", size=60)
    second = session.assert_fact("box", id="a", size=40)
    with pytest.raises(mr.CaseErrors) as caught:
        _ = session.decision
    assert [d.code for d in caught.value.diagnostics] == ["MR521"]
    session.retract(first)
    assert said(session) == []
    # Made equal, they count once, and each is retracted by itself.
    third = session.assert_fact("box", id="a", size=60)
    session.update(second, size=60)
    assert said(session) == ["Move a."]
    session.retract(third)
    assert said(session) == ["Move a."]
    session.retract(second)
    assert said(session) == []


def test_handles_that_stand_for_nothing(book: mr.Book, session: mr.Session) -> None:
    box = session.assert_fact("box", id="a", size=60)
    session.retract(box)
    with book.session(as_of=DAY) as other:
        foreign = other.assert_fact("box", id="a", size=60)
        for handle in (box, foreign, "box", None):
            with pytest.raises(mr.UsageError, match="no fact of this session"):
                session.retract(handle)  # type: ignore[arg-type]
            with pytest.raises(mr.UsageError, match="no fact of this session"):
                session.update(handle, size=1)  # type: ignore[arg-type]


# Faults ---------------------------------------------------------------------------------------


def test_faults_of_a_value_are_said_at_once_and_change_nothing(session: mr.Session) -> None:
    box = session.assert_fact("box", id="a", size=60)
    wrong: list[tuple[str, dict[str, Any], str, str]] = [
        ("box", {"id": "b", "size": "many"}, "MR513", "box[2].size"),
        ("box", {"id": "b", "size": 101}, "MR515", "box[2].size"),
        ("box", {"id": "b", "sise": 1}, "MR510", "box[2].sise"),
        ("box", {"id": "b", "big": True}, "MR511", "box[2].big"),
        ("bocks", {"id": "b"}, "MR510", "bocks"),
        ("door", {"state": "ajar"}, "MR514", "door.state"),
    ]
    for fact, attributes, code, path in wrong:
        with pytest.raises(mr.CaseErrors) as caught:
            session.assert_fact(fact, **attributes)
        assert [(d.code, d.path) for d in caught.value.diagnostics] == [(code, path)]
    with pytest.raises(mr.CaseErrors) as caught:
        session.update(box, size=-1, full=True)
    assert [d.path for d in caught.value.diagnostics] == ["box[1].size"]
    assert session.decision.facts == {"box": [{"id": "a", "size": 60}]}


def test_more_faults_than_are_shown_are_still_an_error_of_the_case(session: mr.Session) -> None:
    with pytest.raises(mr.CaseErrors):
        session.assert_fact("box", **{f"no{n}": 1 for n in range(500)})


def test_validity_is_judged_when_the_decision_is_read(session: mr.Session) -> None:
    door = session.assert_fact("door", width=90)
    for _ in range(2):
        with pytest.raises(mr.CaseErrors) as caught:
            _ = session.decision
        assert [d.path for d in caught.value.diagnostics] == ["door.state"]
    session.update(door, state="shut")
    assert said(session) == []
    session.update(door, width=None)
    with pytest.raises(mr.CaseErrors, match="a shut door has a width"):
        _ = session.decision
    session.update(door, state="open")
    assert said(session) == []


def test_too_many_facts_are_an_error_until_some_go(session: mr.Session) -> None:
    handles = [session.assert_fact("note", words=n) for n in range(6)]
    with pytest.raises(mr.CaseErrors) as caught:
        _ = session.decision
    assert [d.code for d in caught.value.diagnostics] == ["MR522"]
    session.retract(handles[0])
    assert said(session) == ["Read 15 words."]


def test_a_contradiction_shows_the_rules_and_goes_again(session: mr.Session) -> None:
    session.assert_fact("box", id="a", size=60)
    door = session.assert_fact("door", state="shut", width=250)
    with pytest.raises(mr.CaseErrors) as caught:
        _ = session.decision
    (found,) = caught.value.diagnostics
    assert "moving.leave_it_shut" in found.message and "moving.open_door" in found.message
    assert "moving.rules" in str(caught.value)
    session.update(door, width=20)
    assert said(session) == ["Open it for 1.", "Move a."]


def test_fact_objects(book: mr.Book, session: mr.Session) -> None:
    box = session.assert_fact(book.facts.Box(id="a", size=60))
    assert said(session) == ["Move a."]
    assert session.assert_fact("box", id="a", size=60) is box
    for given in (3, None, {"id": "a"}, ["box"]):
        with pytest.raises(mr.UsageError, match="name of a fact"):
            session.assert_fact(given)
    with pytest.raises(mr.UsageError, match="name of a fact"):
        session.assert_fact(book.facts.Box(id="b", size=1), size=2)


def test_an_attribute_may_have_any_name(session: mr.Session) -> None:
    owner = session.assert_fact("owner", name="Kim")
    session.update(owner, name="Sasha")
    assert session.decision.facts == {"owner": {"name": "Sasha"}}


# Life ---------------------------------------------------------------------------------------


def test_a_closed_session_says_so(book: mr.Book) -> None:
    session = book.session(as_of=DAY)
    box = session.assert_fact("box", id="a", size=60)
    assert said(session) == ["Move a."]
    session.close()
    session.close()
    with pytest.raises(mr.UsageError, match="closed"):
        _ = session.decision
    with pytest.raises(mr.UsageError, match="closed"):
        session.assert_fact("box", id="b", size=60)
    with pytest.raises(mr.UsageError, match="closed"):
        session.retract(box)
    with pytest.raises(mr.UsageError, match="closed"), session:
        pass


def test_a_day_without_rules(book: mr.Book) -> None:
    with pytest.raises(mr.CaseErrors):
        book.session(as_of=date(2020, 1, 1))


def test_many_sessions_one_after_another_and_side_by_side(book: mr.Book) -> None:
    for n in range(network.MAX_SESSIONS + 50):
        with book.session(as_of=DAY) as session:
            session.assert_fact("box", id="a", size=n % 100)
            assert len(session.decision) == (n % 100 >= 50)
    sessions = [book.session(as_of=DAY) for _ in range(20)]
    for n, session in enumerate(sessions):
        session.assert_fact("box", id="a", size=45 + n % 10)
    assert [len(s.decision) for s in sessions] == [int(45 + n % 10 >= 50) for n in range(20)]
    for session in sessions:
        session.close()


def test_a_session_that_is_forgotten_is_given_back(book: mr.Book) -> None:
    for _ in range(network.MAX_SESSIONS + 50):
        session = book.session(as_of=DAY)
        session.assert_fact("box", id="a", size=60)
        assert len(session.decision) == 1
        del session


def test_too_many_open_sessions_are_said() -> None:
    text = RULES.replace("ruleset moving", "ruleset crowd").replace(">= 50", ">= 51")
    book = mr.load_text({"crowd.rules": text})
    sessions = [book.session(as_of=DAY) for _ in range(network.MAX_SESSIONS)]
    for session in sessions:
        _ = session.decision
    with book.session(as_of=DAY) as one_more:
        with pytest.raises(mr.CaseErrors) as caught:
            _ = one_more.decision
        assert [d.code for d in caught.value.diagnostics] == ["MR451"]
        sessions.pop().close()
        assert len(one_more.decision) == 0
    for session in sessions:
        session.close()


@pytest.mark.parametrize("step", ["insert", "remove", "outcome"])
def test_a_session_goes_on_after_an_interrupt(
    book: mr.Book, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    session = book.session(as_of=DAY)
    boxes = [session.assert_fact("box", id=name, size=60) for name in "ab"]
    assert said(session) == ["Move a.", "Move b."]
    session.update(boxes[0], size=70)
    session.retract(boxes[1])
    session.assert_fact("box", id="c", size=80)

    def interrupted(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(WorkingMemory, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            _ = session.decision
    assert said(session) == ["Move a.", "Move c."]


def test_a_session_cannot_be_pickled_or_copied(session: mr.Session) -> None:
    for make in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            make(session)  # type: ignore[operator]


def test_threads_share_a_session(session: mr.Session) -> None:
    faults: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(60):
                box = session.assert_fact("box", id=name, size=50 + n % 50)
                assert f"Move {name}." in said(session)
                session.update(box, size=n % 50)
                assert f"Move {name}." not in said(session)
                session.retract(box)
        except BaseException as fault:
            faults.append(fault)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert faults == []
    assert said(session) == []


def test_threads_with_sessions_of_their_own(book: mr.Book) -> None:
    faults: list[BaseException] = []

    def work(size: int) -> None:
        try:
            for n in range(40):
                with book.session(as_of=DAY) as session:
                    session.assert_fact("box", id=str(n), size=size)
                    assert len(session.decision) == (size >= 50)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(size,)) for size in (10, 60, 40, 90)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_no_threads_are_started(session: mr.Session) -> None:
    before = threading.active_count()
    session.assert_fact("box", id="a", size=60)
    assert len(session.decision) == 1
    assert threading.active_count() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_after_a_fork_both_go_on_with_their_own(session: mr.Session) -> None:
    session.assert_fact("box", id="a", size=60)
    assert len(session.decision) == 1
    context = multiprocessing.get_context("fork")
    theirs, ours = context.Pipe()

    def child() -> None:
        session.assert_fact("box", id="b", size=70)
        theirs.send(said(session))

    process = context.Process(target=child)
    process.start()
    assert ours.poll(30)
    assert ours.recv() == ["Move a.", "Move b."]
    process.join()
    assert process.exitcode == 0
    assert said(session) == ["Move a."]
    session.assert_fact("box", id="c", size=70)
    assert said(session) == ["Move a.", "Move c."]
