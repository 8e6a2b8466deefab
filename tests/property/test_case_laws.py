"""Laws of cases: what is written reads back, and order and form are forgotten."""

import json
import pickle
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from case_vocabulary import BASE, TODAY

import matchrules as mr
from matchrules.case.classes import FactClasses
from matchrules.case.codec import converter, read_case
from matchrules.case.document import open_document
from matchrules.case.json_tree import read_json
from matchrules.case.schema import schema
from matchrules.case.tree import Builder, Malformed
from matchrules.case.validation import assemble
from matchrules.case.writing import case_facts_plain, write_case
from matchrules.ir import FactDeclaration
from matchrules.testing import cases
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    YesNo,
    exact,
)

FACTS = FactClasses(BASE)
VALIDATOR = Draft202012Validator(schema(BASE))
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["null", "~", "", "no", "yes", "2026-11-01", "1.0", "0x1", "<<", "*a", "&a", "!a", "- a",
     "a: b", "#", " a ", "\n", "a\n\n b\n", "\t", "'", '"', "\x85", "\u2028", "\ufeff",
     "\x00", "\x7f"]
)  # fmt: skip


def values(type_: Type) -> st.SearchStrategy[Any]:
    if isinstance(type_, YesNo):
        return st.booleans()
    if isinstance(type_, Number):
        scale = 10 ** (type_.places or 0)
        assert type_.low is not None and type_.high is not None
        return st.integers(int(type_.low * scale), int(type_.high * scale)).map(
            lambda whole: exact(Fraction(whole, scale))
        )
    if isinstance(type_, Text):
        return TEXTS
    if isinstance(type_, Date):
        return st.dates()
    if isinstance(type_, AnyDayOfYear):
        return st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(
            lambda day: DayOfYear(day.month, day.day)
        )
    if isinstance(type_, Enum):
        return st.sampled_from(type_.members)
    assert isinstance(type_, SetOf)
    return st.frozensets(st.sampled_from(type_.of.members))


def instances(fact: FactDeclaration) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {a.name: values(a.type) for a in fact.attributes.values() if a.required},
        optional={
            a.name: st.none() | values(a.type) for a in fact.attributes.values() if not a.required
        },
    )


def facts() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    return st.fixed_dictionaries(
        {},
        optional={
            name: st.lists(
                instances(fact),
                max_size=fact.bound or 1,
                unique_by=(lambda i: i["id"]) if fact.keys else None,
            )
            for name, fact in BASE.facts.items()
        },
    )


@given(facts())
def test_a_case_reads_back_from_every_form(asserted: dict[str, list[dict[str, Any]]]) -> None:
    case = assemble(BASE, TODAY, asserted)
    plain = case_facts_plain(BASE, case)
    assert read_case([BASE], plain, TODAY)[1] == case
    whole = {"as_of": str(TODAY), **plain}
    for name, text in (
        ("c.yaml", write_case(BASE, case)),
        ("c.json", json.dumps(whole)),
        ("c.json", json.dumps(whole, ensure_ascii=False, indent=1)),
    ):
        assert read_case([BASE], open_document(name, text.encode()))[1] == case
    assert VALIDATOR.is_valid(whole)


@pytest.fixture(scope="module")
def packs() -> tuple[mr.Book, Draft202012Validator]:
    book = mr.load(cache=True)
    return book, Draft202012Validator(schema(book.bases[-1]))


@given(data=st.data())
def test_a_case_of_the_packs_reads_back(
    packs: tuple[mr.Book, Draft202012Validator], data: st.DataObject
) -> None:
    book, validator = packs
    base, case = book.case(data.draw(cases(book)))
    plain = {"as_of": str(case.as_of), **case_facts_plain(base, case)}
    assert validator.is_valid(plain)
    assert book.case(plain) == (base, case)
    for name, text in (("c.yaml", write_case(base, case)), ("c.json", json.dumps(plain))):
        assert read_case(book.bases, open_document(name, text)) == (base, case)


@given(facts())
def test_fact_objects_mean_the_same(asserted: dict[str, list[dict[str, Any]]]) -> None:
    case = assemble(BASE, TODAY, asserted)
    made = converter(BASE)
    objects = []
    for name, plain in case_facts_plain(BASE, case).items():
        for given_ in plain if isinstance(plain, list) else [plain]:
            fact = made.structure(given_, FACTS[name])
            assert made.unstructure(fact) == given_
            assert pickle.loads(pickle.dumps(fact)) == fact
            objects.append(fact)
    assert read_case([BASE], objects, TODAY)[1] == case


@given(facts(), st.randoms(use_true_random=False))
def test_order_is_forgotten(asserted: dict[str, list[dict[str, Any]]], random: Any) -> None:
    case = assemble(BASE, TODAY, asserted)
    shuffled = list(asserted.items())
    random.shuffle(shuffled)
    for _, given_ in shuffled:
        random.shuffle(given_)
    assert assemble(BASE, TODAY, dict(shuffled)) == case


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
    .map(float) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(facts(), JSON, st.data())
def test_a_damaged_case_gives_faults_and_no_traceback(
    asserted: dict[str, list[dict[str, Any]]], damage: Any, data: st.DataObject
) -> None:
    """And where the schema does not allow it, reading does not either."""
    tree: Any = case_facts_plain(BASE, assemble(BASE, TODAY, asserted))
    whole: dict[str, Any] = {"case": tree}
    node: Any = whole
    key: Any = "case"
    while isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans()):
        node = node[key]
        names = sorted(node) if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(names))
    node[key] = damage
    case = whole["case"]
    for give in (case, open_document("c.json", json.dumps(case))):
        try:
            read_case([BASE], give, TODAY)
        except mr.CaseErrors as error:
            assert str(error)
            assert all(d.code.startswith("MR5") for d in error.diagnostics)
        else:
            # An empty list of fact objects is a case without facts; a file cannot say that.
            assert VALIDATOR.is_valid(case) or case == []


@given(st.binary() | TEXTS.map(str.encode), st.sampled_from(["c.yaml", "c.json", "c.toml"]))
def test_any_bytes_give_faults_and_no_traceback(content: bytes, name: str) -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        read_case([BASE], open_document(name, content))
    assert str(caught.value)


@given(
    st.text("{}[]:,\"'\\ \n01.eE-+truefalsn#&*!|>%@`?~ab"),
    st.sampled_from(["yaml", "json", "toml"]),
)
def test_any_punctuation_gives_faults_and_no_traceback(text: str, format: str) -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        read_case([BASE], open_document(f"c.{format}", text))
    assert str(caught.value)


@given(JSON)
def test_json_is_read_as_the_standard_library_reads_it(tree: Any) -> None:
    for text in (json.dumps(tree), json.dumps(tree, ensure_ascii=False, indent=1)):
        builder = Builder("c.json")
        try:
            read_json(text, builder)
        except Malformed as stop:
            assert stop.code == "MR502"  # deeper than a case is
            continue
        assert builder.root == json.loads(text, parse_float=Decimal)
        assert not builder.faults
