"""Which examples show a rule, and which two of them are one attribute apart."""

import matchrules as mr
from matchrules.testing.traceability import Change, OneSided, Trace, traces

VOCABULARY = """
ruleset walks
  version 1
  effective from 2020-01-01
source law "The law"
fact walk
  coat : yes_no optional
  hat  : yes_no optional
fact dog many up to 9
  age  : integer 0..30
  tame : yes_no optional
fact house many up to 9
  street : text key
  lit    : yes_no optional
reject "no hat without a coat" when walk.hat and walk.coat is no
advice go
  out
  far
rule stroll
  id W-1
  cite law
  when walk.coat or any(dog where tame) or any(house where lit)
  then may go.out "Go."
"""


def trace_of(examples: str, name: str = "stroll") -> Trace:
    book = mr.load_text({"walks.rules": VOCABULARY + examples})
    return next(trace for trace in traces(book) if trace.rule.name == name)


def two(firing: str, silent: str, day: str = "2026-01-01") -> Trace:
    return trace_of(f"""
example "yes"
  {firing}
  as of 2026-01-01
  expect fires W-1
example "no"
  {silent}
  as of {day}
  expect no fires W-1
""")


def apart(trace: Trace) -> list[str]:
    assert trace.closest is not None
    return [
        f"{d.fact}.{d.attribute} {d.before} {d.after} {d.about}" if isinstance(d, Change)
        else f"{'more' if d.added else 'less'} {d.fact} {d.about}"
        for d in trace.closest.differences
    ]  # fmt: skip


def test_one_attribute_of_a_single_fact() -> None:
    trace = two("given walk: coat = yes, hat = yes", "given walk: coat = unknown, hat = yes")
    assert trace.near_miss is not None
    assert apart(trace) == ["walk.coat True None ()"]
    assert [e.title for e in trace.expected_to_fire] == ["yes"]
    assert [e.title for e in trace.expected_silent] == ["no"]


def test_left_out_against_given() -> None:
    """Of a fact that is there, and of one that is not."""
    assert two("given walk: coat = yes, hat = no", "given walk: hat = no").near_miss is not None
    assert two("given walk: coat = yes", "").near_miss is not None
    trace = two("given walk: coat = yes, hat = no", "")
    assert trace.near_miss is None
    assert apart(trace) == ["walk.coat True None ()", "walk.hat False None ()"]


def test_on_another_day_is_no_pair() -> None:
    trace = two("given walk: coat = yes", "given walk: coat = no", day="2026-01-02")
    assert trace.closest is None


def test_a_bag_is_matched_instance_by_instance() -> None:
    trace = two(
        "given dog: age = 1, tame = yes\n  dog: age = 1, tame = no\n  dog: age = 2, tame = no",
        "given dog: age = 2, tame = no\n  dog: age = 1, tame = no\n  dog: age = 1, tame = no",
    )
    assert trace.near_miss is not None
    assert apart(trace) == ["dog.tame True False ()"]


def test_a_further_instance_is_not_one_attribute() -> None:
    trace = two("given dog: age = 1, tame = yes", "")
    assert trace.near_miss is None
    assert apart(trace) == ["less dog ()"]
    trace = two("given dog: age = 1, tame = yes", "given dog: age = 1\n  dog: age = 2")
    assert trace.near_miss is None
    assert apart(trace) == ["dog.tame True None ()", "more dog ()"]


def test_two_instances_that_differ_are_two() -> None:
    trace = two(
        "given dog: age = 1, tame = yes\n  dog: age = 2",
        "given dog: age = 1, tame = no\n  dog: age = 3",
    )
    assert trace.near_miss is None
    assert sorted(apart(trace)) == ["dog.age 2 3 ()", "dog.tame True False ()"]


def test_keyed_instances_are_matched_by_key() -> None:
    trace = two(
        'given house: street = "b", lit = yes\n  house: street = "a"',
        'given house: street = "a"\n  house: street = "b"',
    )
    assert trace.near_miss is not None
    assert apart(trace) == ["house.lit True None ('b',)"]
    trace = two('given house: street = "b", lit = yes', 'given house: street = "a", lit = no')
    assert trace.near_miss is None
    assert apart(trace) == ["less house ('b',)", "more house ('a',)"]
    assert isinstance(trace.closest and trace.closest.differences[0], OneSided)


def test_only_what_is_said_and_came_makes_a_pair() -> None:
    trace = trace_of("""
example "silent, and nothing is said"
  given walk: coat = no
  as of 2026-01-01
  expect walk.coat is no
example "fires, and the contrary is said"
  given walk: coat = yes
  as of 2026-01-01
  expect no fires W-1
example "fires, and something else is said"
  given walk: coat = yes
  as of 2026-01-01
  expect may go.out
example "rejected"
  given walk: coat = no, hat = yes
  as of 2026-01-01
  expect rejected "no hat"
example base
  given walk: coat = no
""")
    assert [e.title for e in trace.silent] == ["silent, and nothing is said"]
    assert len(trace.fires) == 2
    assert trace.expected_to_fire == () and trace.expected_silent == ()
    assert trace.closest is None


def test_of_several_pairs_the_closest() -> None:
    trace = trace_of("""
example far
  given walk: coat = yes, hat = no
  as of 2026-01-01
  expect fires W-1
example near
  given walk: coat = yes
  as of 2026-01-01
  expect fires W-1
example silent
  given walk: coat = unknown
  as of 2026-01-01
  expect no fires W-1
""")
    assert trace.near_miss is not None and trace.near_miss.firing.name == "near"


def test_a_rule_is_traced_by_the_examples_of_its_time() -> None:
    late = VOCABULARY.replace("version 1", "version 2").replace("2020-01-01", "2027-01-01")
    shown = "\nexample early\n  given walk: coat = yes\n  as of 2026-01-01\n  expect fires W-1\n"
    book = mr.load_text({"a.rules": VOCABULARY + shown, "b.rules": late})
    found = [(t.rule.span.source, [e.name for e in t.fires]) for t in traces(book)]
    assert found == [("a.rules", ["early"]), ("b.rules", [])]
