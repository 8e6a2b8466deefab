"""What is too large or too deep is said, and what is just within is not."""

import pytest

import matchrules as mr

HEAD = """ruleset t
  version 1
  effective from 2020-01-01
source book "A book"
fact f
  n : integer 0..10000 optional
  b : yes_no optional
"""


def found(text):
    return [(d.code, d.message) for d in mr.check_text({"t": HEAD + text})]


def chain_of_ifs(branches):
    text = "".join(f"1 if shown f.n is {n} else " for n in range(branches))
    return f"define f.x : integer 0..9\n  is {text}0\n"


def chain_of_defines(length):
    lines = ["define f.x0 : integer 0..10000\n  is f.n if known else 0\n"]
    lines += [
        f"define f.x{n} : integer 0..10000\n  is max(f.x{n - 1}, 0)\n" for n in range(1, length)
    ]
    return "".join(lines)


def table(rows, columns=1):
    head = "| f.n " * columns
    lines = "".join(f"  {f'| {n} ' * columns}| no |\n" for n in range(rows - 1))
    return (
        f"table f.t : yes_no\n  hit first\n  {head}| => f.t |\n{lines}  {'| - ' * columns}| yes |\n"
    )


def test_what_is_within_the_limits_is_fine():
    assert found(chain_of_ifs(80)) == []
    assert found(chain_of_defines(140)) == []
    assert found(table(2_000)) == []
    assert found(table(1, columns=30)) == []


@pytest.mark.parametrize("columns, rows, what", [(1, 2_001, "2001 rows"), (31, 2, "31 columns")])
def test_a_table_has_so_many_rows_and_columns(columns, rows, what):
    ((code, message),) = found(table(rows, columns))
    assert code == "MR403" and what in message


def test_a_long_chain_of_defines_is_told_once_with_its_chain():
    faults = mr.check_text({"t": HEAD + chain_of_defines(400)})
    assert [fault.code for fault in faults] == ["MR405"]
    assert "`f.x0`" in faults[0].notes[0]


def test_five_thousand_defines_in_a_chain_end_in_a_diagnostic():
    assert [code for code, _ in found(chain_of_defines(5_000))] == ["MR405"]


@pytest.mark.parametrize("within", [4, 5, 40])
def test_aggregates_stand_within_one_another_four_deep_at_most(within):
    text = "n is 1"
    for _ in range(within):
        text = f"any(g where {text})"
    facts = "fact g many up to 9\n  n : integer 0..9\n"
    told = found(f"{facts}define f.x : yes_no\n  is {text}\n")
    assert [code for code, _ in told] == (["MR404"] if within > 4 else [])
    assert all(f"has {within} aggregates" in message for _, message in told)


def test_a_number_has_fifteen_digits_at_most():
    fits = "fact g\n  n : decimal 0.00..9999999999999.99 optional\n"
    too_large = "fact g\n  n : decimal 0.00..10000000000000.01 optional\n"
    assert found(fits) == []
    ((code, message),) = found(too_large)
    assert code == "MR406" and "`g.n`" in message


def test_a_rule_that_overrides_itself_over_another():
    rules = """ruleset {name}
  version 1
  effective from 2020-01-01
  uses t, {other}
rule {name}_rule
  cite book
  overrides {other}.{other}_rule
  when f.b
  then must plan.go "Go."
"""
    texts = {
        "t": HEAD + "advice plan\n  go\n",
        "a": rules.format(name="a", other="b"),
        "b": rules.format(name="b", other="a"),
    }
    (fault,) = mr.check_text(texts)
    assert fault.code == "MR402"
    assert fault.message == "`a_rule` overrides itself: `a_rule` -> `b_rule` -> `a_rule`"
    assert len(fault.labels) == 2
