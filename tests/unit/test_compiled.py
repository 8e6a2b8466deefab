"""The compiled engine beside what it decides: nothing of a rule file becomes code, code is shared
where nothing changed, and large books stay within what Python can compile."""

import gc
import pickle
import re
import threading
import weakref
from collections.abc import Iterator
from datetime import date
from types import CodeType
from typing import Any

import pytest
from attrs import evolve

import matchrules as mr
from matchrules import ir
from matchrules.engine.compiled import Compiled, compiled
from matchrules.engine.interpreter import interpret
from matchrules.prove.whatever import with_parameters

DAY = date(2026, 3, 1)
HEAD = """
ruleset t
  version 1
  effective from 2020-01-01
source book "A book"
"""
SMALL = (
    HEAD
    + """
enum colour red green
fact f
  n : integer 0..10 optional
  c : colour default red if f.n > 5 else unknown
fact item many up to 5
  x : integer 0..9
advice k
  a (v: integer 0..100)
parameter limit : integer 0..10
  from 2020-01-01 is 3 cite book
  from 2026-01-01 is 4 cite book
define t.big : yes_no
  is f.n >= limit
define t.sum : integer 0..100
  is sum(item.x where x > 2)
rule one
  cite book
  when t.big
  then must k.a(v = t.sum) "It is {f.n}[, {f.c}]."
rule two
  cite book
  when t.sum > 5 and not t.big
  then may k.a(v = 1) "Small."
"""
)
FACTS = {"f": {"n": 4}, "item": [{"x": 1}, {"x": 3}, {"x": 9}]}


def base_of(text: str) -> ir.RuleBase:
    return mr.load_text({"t.rules": text}).bases[-1]


def same(base: ir.RuleBase, case: Any, code: Compiled | None = None) -> Any:
    outcome = (code or Compiled(base)).run(case).outcome()
    assert outcome == interpret(base, case)
    return outcome


def test_a_decision() -> None:
    book = mr.load_text({"t.rules": SMALL})
    decision = book.decide(FACTS, DAY, engine="compiled")
    assert decision.to_json() == book.decide(FACTS, DAY, engine="interpreter").to_json()
    assert [(advice.rule, advice.text) for advice in decision] == [("t.one", "It is 4.")]


def test_only_what_is_asked_is_worked_out() -> None:
    base, case = mr.load_text({"t.rules": SMALL}).case(FACTS, DAY)
    run = Compiled(base).run(case)
    assert run.value(ir.Derived("t.big", base.defines["t.big"].type)) is True
    assert "MISSING" in repr(run.cells[run.compiled.layout.defines["t.sum"]])


# Rule files are data ------------------------------------------------------------------------------

HOSTILE = (
    HEAD
    + r"""
enum lambda "}} ' \" \\ \n"
  import "{{__import__('os').abort()}}"
  none "\"\"\""""
    + r"""'"
  true_ "')]}}; raise SystemExit(1) #"
fact class "def f(v): pass"
  return : integer 0..10 optional
  yield : lambda optional
  text_ : text optional
fact v many up to 3
  f : text key
  x0c : integer 0..3 optional
advice exec
  eval (k1: integer 0..10)
parameter t1 by lambda : integer 0..10
  for import is 3 cite book
define print.len : integer 0..30
  is sum(v.x0c where f in ("a'b", "x\"); raise SystemExit(2) #")) + t1 for class.yield
define v.j1 : text
  for each v
  is "\\{{f}}'" if v.x0c > 1 else "'''\n{{class}}"
rule __builtins__ "'); import os #"
  cite book
  when print.len >= 0 and class.text_ is "None or True"
  then must exec.eval(k1 = 2) "{class.text_}' + '{class.yield}\\n{{v[[0]]}}[ \"{class.return}\"]"
rule while_
  cite book
  for each v
  when v.j1 is not "x"
  then may exec.eval(k1 = 1) "\"\"\"{v.f}"
"""
)
NASTY = {
    "class": {"yield": "import", "text_": "None or True"},
    "v": [{"f": 'x"); raise SystemExit(2) #', "x0c": 2}, {"f": "\\n'''", "x0c": 1}],
}


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def functions(code: Compiled) -> Iterator[Any]:
    yield from (code.unit(cell) for cell in code.everything)
    for rule in code.base.rules.values():
        yield code.unit_of_rule(rule)
        yield code.firing_of(rule.name)[0]
    yield from code.rejecting
    yield code.repeated(DAY).function


def test_nothing_of_a_rule_file_becomes_code() -> None:
    """All names in the code are a letter and a number, or of a fixed few, and so are its texts."""
    book = mr.load_text({"t.rules": HOSTILE})
    base, case = book.case(NASTY, DAY)
    code = Compiled(base)
    same(base, case, code)
    assert len(code.run(case).firings) == 3
    written = [f for f in functions(code) if f.__code__.co_filename == "<rules>"]
    assert len(written) >= 6
    known = {"append", "add", "get", "join", "count", "base", "enumerate", "frozenset", "len",
             "range", "set", "about", "marked", "month", "day", "facts", "left", "held",
             "issuperset", "to_bytes"}  # fmt: skip
    for function in written:
        assert set(function.__globals__["__builtins__"]) <= known
        for one in codes(function.__code__):
            for name in (*one.co_names, *one.co_varnames, *one.co_cellvars, one.co_name):
                assert re.fullmatch(r"[a-z]\d*c?", name) or name in known, name
            texts = {constant for constant in one.co_consts if isinstance(constant, str)}
            assert texts <= {"", "not known", "little"}


@pytest.mark.parametrize("text", ["'", '"""', "\\", "\n", "{", "}", "{0}", "%s", "\0", "\ud800"])
def test_texts_of_a_case_are_data_too(text: str) -> None:
    base, case = mr.load_text({"t.rules": HOSTILE}).case(NASTY, DAY)
    facts = dict(case.facts)
    facts["class"] = ({**facts["class"][0], "text_": text},)
    same(base, evolve(case, facts=facts))


# Code that is kept --------------------------------------------------------------------------------


def test_code_is_taken_over_where_nothing_changed() -> None:
    base, case = mr.load_text({"t.rules": SMALL}).case(FACTS, DAY)
    first = Compiled(base)
    same(base, case, first)
    rule = base.rules["two"]
    changed = evolve(base, rules={**base.rules, "two": evolve(rule, when=ir.TRUE)})
    second = Compiled(changed, like=first)
    assert len(same(changed, case, second).firings) == 2
    for cell in first.everything:
        assert second.unit(cell) is first.unit(cell)
    assert second.unit_of_rule(base.rules["one"]) is first.unit_of_rule(base.rules["one"])
    assert second.unit_of_rule(changed.rules["two"]) is not first.unit_of_rule(rule)
    assert len(same(base, case, first).firings) == 1


def test_a_changed_define_changes_what_rests_on_it() -> None:
    base, case = mr.load_text({"t.rules": SMALL}).case(FACTS, DAY)
    first = Compiled(base)
    same(base, case, first)
    small = evolve(base.defines["t.big"], body=ir.Constant(False, base.defines["t.big"].type))
    changed = evolve(base, defines={**base.defines, "t.big": small})
    outcome = same(changed, case, Compiled(changed, like=first))
    assert [firing.rule for firing in outcome.firings] == ["two"]


def test_other_declarations_take_nothing_over() -> None:
    base, case = mr.load_text({"t.rules": SMALL}).case(FACTS, DAY)
    first = Compiled(base)
    same(base, case, first)
    more = base_of(
        SMALL.replace("define t.big", "define t.another : yes_no\n  is no\ndefine t.big")
    )
    second = Compiled(more, like=first)
    assert second.layout != first.layout
    same(more, case, second)


def test_any_value_of_a_parameter_needs_no_new_code() -> None:
    base, case = mr.load_text({"t.rules": SMALL}).case(FACTS, DAY)
    first = Compiled(base)
    same(base, case, first)
    for value in range(11):
        other = with_parameters(base, {"limit": value})
        second = Compiled(other, like=first)
        outcome = same(other, case, second)
        assert outcome.derived["t.big"] is (value <= 4)
        assert all(second.unit(cell) is first.unit(cell) for cell in first.everything)


def test_parameters_follow_the_day() -> None:
    book = mr.load_text({"t.rules": SMALL})
    (base,) = book.bases
    code = Compiled(base)
    facts = {"f": {"n": 3}}
    for day, big in ((date(2025, 12, 31), True), (date(2026, 1, 1), False)):
        assert same(base, book.case(facts, day)[1], code).derived["t.big"] is big


def test_a_book_that_is_gone_is_forgotten() -> None:
    base, case = mr.load_text({"t.rules": SMALL}).case(FACTS, DAY)
    assert compiled(base) is compiled(base)
    compiled(base).run(case).outcome()
    gone = weakref.ref(base)
    del base
    others = [base_of(SMALL) for _ in range(compiled.most)]
    for other in others:
        compiled(other)
    gc.collect()
    assert gone() is None


def test_a_book_can_still_be_pickled() -> None:
    book = mr.load_text({"t.rules": SMALL})
    decision = book.decide(FACTS, DAY, engine="compiled")
    again = pickle.loads(pickle.dumps(book))
    assert again.decide(FACTS, DAY, engine="compiled").to_json() == decision.to_json()


def test_threads_share_the_code() -> None:
    book = mr.load_text({"t.rules": SMALL})
    expected = book.decide(FACTS, DAY, engine="interpreter").to_json()
    seen: list[str] = []

    def decide() -> None:
        seen.extend(book.decide(FACTS, DAY, engine="compiled").to_json() for _ in range(20))

    threads = [threading.Thread(target=decide) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 120


# A head worked out once ---------------------------------------------------------------------------

LETTERS = (
    HEAD
    + """
fact desk
  width : integer 0..9 optional
fact letter many up to 5
  id : text key
  n  : integer 0..9 optional
fact box many up to 5
  k : integer 0..9
table letter.v : integer 0..9
  for each letter
  hit first
"""
)


@pytest.mark.parametrize(
    ("head", "cell", "found"),
    [
        # The same words in an aggregate are about each letter in turn, not about the row's.
        ("letter.n + 1", "<= count(letter where letter.n + 1 > 2)", [1, 2, 2]),
        ("letter.n + 1", "> count(box where count(letter where letter.n + 1 > box.k) < letter.n)",
         [1, 1, 1]),
        # The aggregate, the same for every letter, is worked out before any head is.
        ("desk.width + 1", "> count(box where box.k > desk.width + 1)", [1, 1, 1]),
    ],
)  # fmt: skip
def test_a_head_that_stands_in_an_aggregate_again(head: str, cell: str, found: list[int]) -> None:
    rows = f"  | {head} | => letter.v |\n  | {cell} | 1 |\n  | - | 2 |\n"
    letters = [{"id": name, "n": n} for name, n in (("a", 1), ("b", 2), ("c", 4))]
    facts = {"desk": {"width": 2}, "letter": letters, "box": [{"k": k} for k in (1, 3, 5)]}
    outcome = same(*mr.load_text({"t.rules": LETTERS + rows}).case(facts, DAY))
    assert [*outcome.derived["letter.v"].values()] == found


# Large and deep -----------------------------------------------------------------------------------

DEEP = 97
LONG = HEAD + (
    "fact f\n"
    + "".join(f"  a{n} : integer 0..100 optional\n" for n in range(20))
    + "advice k\n  a\n"
)


def nested(kind: str) -> str:
    text = "f.a1" if kind == "sums" else "f.a1 is 1" if kind == "truths" else "1"
    for n in range(DEEP if kind != "cases" else 24):
        if kind == "sums":
            text = f"({text} {'+' if n % 2 else '-'} 1)"
        elif kind == "truths":
            text = f"({text} {'and' if n % 2 else 'or'} f.a2 > {n})"
        else:
            text = f"(({n} if f.a{n % 20} is {n} else {text}) if f.a3 > 3 else {n})"
    return text


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("sums", "integer 0..1000"), ("truths", "yes_no"), ("cases", "integer 0..1000")],
)
@pytest.mark.parametrize("known", [True, False])
def test_deep_expressions(kind: str, type_: str, known: bool) -> None:
    book = mr.load_text({"t.rules": f"{LONG}define t.v : {type_}\n  is {nested(kind)}\n"})
    base, case = book.case({"f": {"a1": 60, "a3": 7, **({"a2": 5} if known else {})}}, DAY)
    same(base, case)


def test_a_long_chain_of_cases() -> None:
    chain = "".join(f"{n} if f.a{n % 20} is {n} else " for n in range(90))
    book = mr.load_text({"t.rules": f"{LONG}define t.v : integer 0..100\n  is {chain}1\n"})
    for facts in (
        {},
        {"f": {f"a{n}": n for n in range(20)}},
        {"f": {f"a{n}": 0 for n in range(20)}},
    ):
        same(*book.case(facts, DAY))


def test_many_rules() -> None:
    rules = "".join(
        f'rule r{n}\n  cite book\n  when f.a{n % 20} >= {n % 100}\n  then must k.a "{n}"\n'
        for n in range(400)
    )
    book = mr.load_text({"t.rules": LONG + rules})
    base, case = book.case({"f": {f"a{n}": 5 * n for n in range(20)}}, DAY)
    assert len(same(base, case).firings) > 150


@pytest.mark.parametrize("hit", ["first", "unique"])
def test_a_table_of_many_rows(hit: str) -> None:
    rows = "".join(
        f"  | {n // 20} | {5 * (n % 20)}..{5 * (n % 20) + 4} | {n} |\n" for n in range(160)
    )
    rest = "".join(
        f"  | {row} |\n"
        for row in ("8..100 | - | 1", "0..7 | 100 | 1", "unknown | - | 1", "0..7 | unknown | 2")
    )
    table = f"table t.v : integer 0..500\n  hit {hit}\n  | f.a1 | f.a2 | => t.v |\n{rows}{rest}"
    book = mr.load_text({"t.rules": LONG + table})
    for facts in ({"a1": 7, "a2": 99}, {"a1": 0}, {}, {"a1": 99, "a2": 3}, {"a2": 3}):
        same(*book.case({"f": facts}, DAY))
