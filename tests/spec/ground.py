"""A small vocabulary on which each statement of the meaning is shown, on every engine."""

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "property"))

import pytest
from cases_in_columns import agree

import matchrules as mr

OTHERS = ("rete", "compiled")  # engines beside the interpreter

VOCABULARY = """
ruleset t
  version 1
  effective from 2020-01-01

source book "A book"
enum colour
  red "Red"
  green "Green"
  blue "Blue"
ordered enum level
  low
  mid
  high
fact f
  n : integer 0..10 optional
  m : integer 0..10 optional
  d : decimal 0.00..100.00 optional
  b : yes_no optional
  p : yes_no optional
  c : colour optional
  l : level optional
  s : set of colour optional
  day : date optional
  other : date optional
fact item many up to 5
  date : date
  x : integer -10..10 optional
  c : colour optional
fact prog many up to 3
  id : text key
  x : integer 0..10 optional
advice k
  a
  b (v: integer 0..100)
  u (v: integer 0..100) unique
advice loud
  salience 10
  a
"""
AS_OF = date(2021, 6, 1)


def on_all(book, facts, as_of=AS_OF):
    """The decision, the same on all engines."""
    decision = book.decide(facts, as_of=as_of, engine="interpreter")
    for engine in OTHERS:
        assert book.decide(facts, as_of=as_of, engine=engine).to_json() == decision.to_json()
    in_columns(book, facts, as_of)
    return decision


def in_columns(book, facts, as_of):
    """The case as a cohort of one; a case that is not valid is none."""
    try:
        base, case = book.case(facts, as_of)
    except mr.CaseErrors:
        return
    agree(base, [case])


def all_refuse(book, facts, as_of=AS_OF):
    """The diagnostics of the error, the same on all engines."""
    found = []
    for engine in ("interpreter", *OTHERS):
        with pytest.raises(mr.CaseErrors) as caught:
            book.decide(facts, as_of=as_of, engine=engine)
        found.append(caught.value.diagnostics)
    assert all(other == found[0] for other in found)
    in_columns(book, facts, as_of)
    return found[0]


def book_of(text, **others):
    return mr.load_text({"t.rules": VOCABULARY + text, **others})


def decide(text, facts=None, as_of=AS_OF):
    return on_all(book_of(text), facts or {}, as_of)


def refuse(text, facts=None, as_of=AS_OF):
    return all_refuse(book_of(text), facts or {}, as_of)


def derive(type_, expression, as_of=AS_OF, extra="", **facts):
    """The value of `define t.v : TYPE is EXPRESSION`; `f` is given as keyword arguments, many-facts
    as `item=[…]`."""
    case = {name: facts.pop(name) for name in ("item", "prog") if name in facts}
    if facts:
        case["f"] = facts
    text = f"{extra}\ndefine t.v : {type_}\n  is {expression}\n"
    return decide(text, case, as_of).derived["t.v"]


def truth(expression, **facts):
    return derive("yes_no", expression, **facts)


def rule(body, name="r", then='must k.a "Do it."'):
    """A rule with a place to cite and one `then`."""
    return f"\nrule {name}\n  cite book\n  {body}\n  then {then}\n"


def fires(text, facts=None, as_of=AS_OF):
    return [advice.rule for advice in decide(text, facts, as_of)]


def faults_of(text, **others):
    """The codes of the diagnostics that loading the text gives."""
    with pytest.raises(mr.RuleErrors) as caught:
        book_of(text, **others)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]
