"""What the checks hold possible against what the interpreter gives: nothing is left out."""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from random_bases import random_base
from random_expressions import DAY, value_of

from matchrules import ir
from matchrules.analysis.checks.scene import Scene, World
from matchrules.case.model import Case
from matchrules.dependencies import cycles, dependencies
from matchrules.engine.interpreter import Interpretation
from matchrules.regions.possible import Possible

TOPS = (ir.Aggregate, ir.InCase, ir.Fires, ir.NoneFire, ir.Advised, ir.AdvisedField)


def random_case(base, rng, empty=False):
    facts = {}
    for name, fact in base.facts.items():
        size = 0 if empty else rng.randint(0, fact.bound) if fact.many else rng.randint(0, 1)
        instances = {}
        for n in range(size):
            instance = {
                a.name: value_of(rng, a.type) if a.required or rng.random() < 0.6 else None
                for a in fact.attributes.values()
            }
            key = tuple(instance[k] for k in fact.keys) or n
            instances.setdefault(key, instance)
        facts[name] = tuple(instances.values())
    return Case(DAY + timedelta(days=rng.randint(-2, 2)), facts)


def expressions(base):
    """Everything in force outside of aggregates, with the fact that it is said for each of."""
    tops = [(d.fact, e) for d in base.defines.values() for e in d.expressions()]
    tops += [(r.fact, e) for r in base.rules.values() for e in r.expressions()]
    for fact, top in tops:
        stack = [top]
        while stack:
            node = stack.pop()
            yield fact, node
            if not isinstance(node, TOPS):
                stack.extend(ir.children(node))


def allowed(found: Possible, value):
    return found.unknown if value is None else found.may(value)


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_no_value_that_a_case_gives_is_held_impossible(seed, rng):
    base = random_base(seed)
    graph = dependencies(base)
    assume(not cycles(graph))
    case = random_case(base, random.Random(rng.random()))
    run = Interpretation(base, case)
    world = World(base, graph)
    values = [
        (fact, node, run.value(node, bound))
        for fact, node in expressions(base)
        for bound in run.each(fact)[:2]
    ]
    assume(not run.faults)  # after a fault a value counts as unknown
    for fact, node, value in values:
        scenes = [Scene(world, (case.as_of, case.as_of), present=[fact] if fact else [])]
        if base.start <= case.as_of and (base.end is None or case.as_of < base.end):
            scenes.append(world.any_case)
        scenes.append(world.any_parameter if scenes[1:] else scenes[0])
        for scene in scenes:
            assert allowed(scene.of(node), value), (node, value, scene.of(node))


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_case_with_nothing_in_it_is_as_the_sparse_scene_says(seed, rng):
    base = random_base(seed)
    case = random_case(base, random.Random(rng.random()), empty=True)
    run = Interpretation(base, case)
    graph = dependencies(base)
    assume(not cycles(graph))
    scene = Scene(World(base, graph), (case.as_of, case.as_of), sparse=True)
    values = [(node, run.value(node)) for fact, node in expressions(base) if fact is None]
    assume(not run.faults)
    for node, value in values:
        assert allowed(scene.of(node), value), (node, value, scene.of(node))


def test_a_day_before_every_value_of_a_parameter_has_none():
    base = random_base(0)
    row = ir.ParameterRow(1, start=date(2030, 1, 1))
    limit = base.parameters["limit"]
    early = ir.ParameterDeclaration("limit", limit.type, (row,))
    base = evolve(base, parameters={**base.parameters, "limit": early})
    world = World(base, dependencies(base))
    node = ir.ParameterValue("limit", limit.type)
    assert Scene(world, (date(2029, 1, 1), date(2029, 1, 1))).of(node) == Possible(
        frozenset(), True
    )
    assert Scene(world, (date(2030, 1, 1), date(2030, 1, 1))).of(node) == Possible(frozenset({1}))
    both = Scene(world, (date(2029, 12, 31), date(2030, 1, 1))).of(node)
    assert both == Possible(frozenset({1}), True)
