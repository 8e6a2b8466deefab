"""Rule sets past what one durable ruleset takes are split, and give what the interpreter gives."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import pytest

from matchrules import ir
from matchrules.case.validation import assemble
from matchrules.decision import Outcome
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.engine.rete import WorkingMemory
from matchrules.engine.rete.plan import MAX_ROWS_IN_NETWORK, plan_of
from matchrules.types import Number, YesNo

DAY = date(2026, 6, 1)
COUNT = Number(places=0, low=0, high=1000)
Test = tuple[int, str, int]  # number of the attribute, operator, constant


def attribute(number: int) -> ir.Attribute:
    return ir.Attribute("f", f"a{number}", COUNT)


def condition(tests: Sequence[Test]) -> ir.Expression:
    parts: list[ir.Expression] = [
        ir.Compare(op, attribute(number), ir.Constant(value, COUNT))  # type: ignore[arg-type]
        for number, op, value in tests
    ]
    return parts[0] if len(parts) == 1 else ir.And(tuple(parts))


def base_of(
    attributes: int,
    rules: Sequence[Sequence[Test]],
    guards: tuple[ir.Expression, ...] = (),
    defines: dict[str, ir.Define] | None = None,
) -> ir.RuleBase:
    declared = {
        f"a{n}": ir.AttributeDeclaration(f"a{n}", COUNT, optional=True) for n in range(attributes)
    }
    then = ir.Then("may", "plan", "it", ir.Template(("do it",)))
    made = {
        f"rule{n}": ir.Rule(f"rule{n}", "r", (then,), when=condition(tests), guards=guards)
        for n, tests in enumerate(rules)
    }
    subject = ir.SubjectDeclaration("it", {})
    return ir.RuleBase(
        start=date(2026, 1, 1),
        end=None,
        rulesets={"r": ir.Ruleset("r", "1", date(2026, 1, 1))},
        sources={},
        enums={},
        facts={"f": ir.FactDeclaration("f", declared, ruleset="r")},
        parameters={},
        advice={"plan": ir.AdviceDeclaration("plan", {"it": subject})},
        defines=defines or {},
        rules=made,
    )


def shown(outcome: Outcome) -> Any:
    return sorted(f.rule for f in outcome.firings), dict(outcome.derived), outcome.unknown


def compare(base: ir.RuleBase, attributes: int, changes: int, values: int = 100) -> None:
    """Random values of one attribute after another; each time the interpreter is asked too."""
    random = Random(7)
    instance: dict[str, Any] = {f"a{n}": random.randrange(values) for n in range(attributes)}
    memory = WorkingMemory(base, DAY)
    row = memory.insert("f", instance)
    for _ in range(changes):
        case = assemble(base, DAY, {"f": [instance]})
        assert shown(memory.outcome()) == shown(interpret(base, case))
        changed = f"a{random.randrange(attributes)}"
        instance = {**instance, changed: random.choice([None, *range(values)])}
        memory.remove("f", row)
        row = memory.insert("f", instance)
    memory.close()


def random_tests(random: Random, attributes: int, count: int) -> list[Test]:
    ops = ["<", "<=", ">", ">=", "==", "!="]
    return [
        (random.randrange(attributes), random.choice(ops), random.randrange(100))
        for _ in range(count)
    ]


def test_three_thousand_rules() -> None:
    random = Random(1)
    rules = [random_tests(random, 25, random.randint(2, 4)) for _ in range(3000)]
    base = base_of(25, rules)
    assert len(plan_of(base).network.shards) >= 15
    compare(base, 25, changes=6)


def test_rules_of_sixty_literals() -> None:
    rules = [[(n, "<=", 97 + k) for n in range(60)] for k in range(3)]
    compare(base_of(60, rules), 60, changes=25)


def test_three_hundred_rules_on_one_cell() -> None:
    rules = [[(0, "<" if n % 2 else ">=", n)] for n in range(300)]
    rules += [[(0, "==", n)] for n in range(300)]
    compare(base_of(1, rules), 1, changes=25, values=300)


def test_six_hundred_cells() -> None:
    rules = [[(n, ">=", n % 90)] for n in range(600)]
    compare(base_of(600, rules), 600, changes=6)


def test_a_guard_that_a_thousand_rules_share() -> None:
    guard = condition([(0, ">=", 50)])
    rules = [[(1, "<", n % 100)] for n in range(1000)]
    compare(base_of(2, rules, guards=(guard,)), 2, changes=12)


def test_the_same_condition_in_a_thousand_rules() -> None:
    compare(base_of(1, [[(0, ">=", 50)]] * 1000), 1, changes=6)


@pytest.mark.parametrize("count", [5, MAX_ROWS_IN_NETWORK, MAX_ROWS_IN_NETWORK + 1])
@pytest.mark.parametrize("hit", ["unique", "first"])
def test_tables_of_any_length(count: int, hit: Any) -> None:
    heads = (attribute(0), attribute(1))
    rows = [
        ir.Row(
            (
                ir.Compare("==" if hit == "unique" else "<=", heads[0], ir.Constant(n, COUNT)),
                ir.TRUE if n % 3 else ir.Compare("<", heads[1], ir.Constant(50, COUNT)),
            ),
            ir.Constant(n % 7, COUNT),
        )
        for n in range(count)
    ]
    define = ir.Define("d.x", COUNT, ir.Table(hit, heads, tuple(rows)), ruleset="r")
    base = base_of(2, [], defines={"d.x": define})
    in_network = len(plan_of(base).network.rules) == 2 * count
    assert in_network is (count <= MAX_ROWS_IN_NETWORK)
    random = Random(3)
    for _ in range(12):
        instance: dict[str, Any] = {
            "a0": random.choice([None, *range(count + 1)]),
            "a1": random.choice([None, 20, 80]),
        }
        memory = WorkingMemory(base, DAY)
        memory.insert("f", instance)
        results = []
        for ask in (
            memory.outcome,
            lambda given=instance: interpret(base, assemble(base, DAY, {"f": [given]})),
        ):
            try:
                results.append(shown(ask()))
            except CaseErrors as error:
                results.append(error.diagnostics)
        assert results[0] == results[1]
        memory.close()


def test_nothing_but_a_rule_without_conditions() -> None:
    base = base_of(1, [])
    then = ir.Then("may", "plan", "it", ir.Template(("do it",)))
    rules = {
        "always": ir.Rule("always", "r", (then,)),
        "never": ir.Rule("never", "r", (then,), when=ir.Constant(False, YesNo())),
        "unknown": ir.Rule("unknown", "r", (then,), when=ir.Constant(None, YesNo())),
    }
    from attrs import evolve

    compare(evolve(base, rules=rules), 1, changes=3)
