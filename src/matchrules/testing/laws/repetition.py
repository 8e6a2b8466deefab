"""Laws of repetition: what is said again, taken back, or written out and read in again."""

import json

from matchrules.case.codec import read_case
from matchrules.case.document import open_document
from matchrules.case.model import Case, Instance
from matchrules.case.writing import case_facts_plain, write_case
from matchrules.ir import FactDeclaration
from matchrules.testing.ground import ground_of
from matchrules.testing.laws.trial import Broken, Draw, Trial, asserted, instances, read
from matchrules.testing.strategies import drawn_case, drawn_in, mapping_of


def asserting_twice(trial: Trial, draw: Draw) -> None:
    """A single or keyed fact asserted twice is there once; other facts are a bag, and count.

    Asserted again, a single or keyed fact gives the same handle and changes no byte; in a mapping a
    keyed fact may stand twice. Any other fact gives a handle of its own, the session says then what
    is said of a case with one more, and one retract undoes it.
    """
    from hypothesis import strategies as st

    base, case = draw(drawn_in(trial.book))
    there = instances(case)
    if not there:
        return
    number = draw(st.integers(0, len(there) - 1))
    fact, instance = there[number]
    declared, wanted = base.facts[fact], trial.decided(base, case)
    more = Case(case.as_of, {**case.facts, fact: _with(fact, number, there)})
    cases = {"": write_case(base, case), f"`{fact}` again": write_case(base, more)}
    if declared.many and declared.keys:
        mapping = mapping_of(base, case)
        mapping[fact] = mapping[fact] * 2
        _, twice = read_case(trial.book.bases, mapping)
        for name in trial.engines:
            trial.same(wanted, trial.decided(base, twice, name), f"the engine `{name}`", cases)
    if not _once(declared) and len(case.facts[fact]) >= (declared.bound or 1):
        return
    trial.met += 1
    with trial.session(base, case) as (session, handles):
        if draw(st.booleans()):
            read(session)
        again = session.assert_fact(fact, **asserted(instance))
        if (again == handles[number]) is not _once(declared):
            came = "another handle" if _once(declared) else "the same handle"
            raise Broken(f"`{fact}` asserted twice in a session gives {came}", cases)
        expected = wanted if _once(declared) else trial.decided(base, more)
        trial.same(expected, read(session), "a session told a fact twice", cases)
        if not _once(declared):
            session.retract(again)
            trial.same(wanted, read(session), "a session told a fact once too often and then not",
                       cases)  # fmt: skip


def asserting_and_retracting(trial: Trial, draw: Draw) -> None:
    """A fact that was asserted and retracted, or updated and updated back, leaves no trace.

    The decision may have been read in between, or not; the fact may have been in conflict with
    others.
    """
    from hypothesis import strategies as st

    base, case = draw(drawn_in(trial.book))
    other = draw(drawn_case(ground_of(base), case.as_of))
    further = instances(other)
    if not further:
        return
    fact, instance = further[draw(st.integers(0, len(further) - 1))]
    wanted = trial.decided(base, case)
    cases = {"": write_case(base, case),
             f"the `{fact}` that came and went": str(asserted(instance))}  # fmt: skip
    with trial.session(base, case) as (session, handles):
        first, between = draw(st.booleans()), draw(st.booleans())
        if first:
            read(session)
        handle = session.assert_fact(fact, **asserted(instance))
        if between:
            read(session)
        if handle not in handles:
            session.retract(handle)
            trial.met += 1
        trial.same(wanted, read(session), "a session after assert and retract", cases)
        for kept, (name, before) in zip(handles, instances(case), strict=True):
            if name == fact:
                session.update(kept, **instance)
                if between:
                    read(session)
                session.update(kept, **before)
                trial.same(wanted, read(session), "a session after an update and back", cases)
                break


def replaying(trial: Trial, draw: Draw) -> None:
    """A case written out as a file and read in again gives the same bytes, by every engine and in a
    new session; so does what a decision carries of its case.
    """
    base, case = draw(drawn_in(trial.book))
    trial.met += 1
    wanted, text = trial.decided(base, case), write_case(base, case)
    plain = {"as_of": case.as_of.isoformat(), **case_facts_plain(base, case)}
    documents = {
        "case.yaml": text,
        "case.json": json.dumps(plain, ensure_ascii=False),
    }
    for name, written in documents.items():
        found, again = read_case(trial.book.bases, open_document(name, written))
        for engine in trial.engines:
            who = f"the engine `{engine}`, given the case out of a file,"
            trial.same(wanted, trial.decided(found, again, engine), who, {name: written})
        if again != case:
            raise Broken("the file reads back as another case", {"": text, name: written})
    with trial.session(found, again) as (session, _):
        trial.same(wanted, read(session), "a session, given the case out of a file,", {"": text})


def _once(declared: FactDeclaration) -> bool:
    return bool(declared.keys) or not declared.many


def _with(fact: str, number: int, there: list[tuple[str, Instance]]) -> tuple[Instance, ...]:
    """The instances of a fact with one of them twice, side by side."""
    return tuple(
        one for at, (name, one) in enumerate(there) if name == fact
        for _ in range(1 + (at == number))
    )  # fmt: skip
