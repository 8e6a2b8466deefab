"""What depends on what: defines, tables and attributes with defaults form one graph.

A name depends on every name that its text names, whichever branch is taken, and a pick that may
have to break ties on every attribute that it could compare. Nothing here recurses.
"""

from collections.abc import Iterable, Iterator, Mapping

from matchrules.ir import (
    Aggregate,
    Attribute,
    Define,
    Derived,
    Expression,
    RuleBase,
    walk,
)

Graph = Mapping[str, tuple[str, ...]]


def dependencies(base: RuleBase) -> Graph:
    """For every define, table (`step2ck.band`) and attribute (`step1.fail_count`) the names that it
    depends on directly, in code point order; an attribute without a default depends on none."""
    graph: dict[str, tuple[str, ...]] = {}
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            texts = [e for e in (attribute.default, attribute.unless) if e is not None]
            graph[f"{fact.name}.{attribute.name}"] = names_in(base, texts)
    for define in base.defines.values():
        graph[define.name] = names_in(base, expressions_of(define))
    return graph


def expressions_of(define: Define) -> Iterator[Expression]:
    """The expressions that a define or table is made of, its `provisional when` too."""
    yield from define.expressions()
    if define.provisional is not None:
        yield define.provisional


def names_in(
    base: RuleBase, expressions: Iterable[Expression], ties: bool = True
) -> tuple[str, ...]:
    """The defines, tables and attributes that expressions name, in code point order; with `ties`
    also the attributes by which their picks may have to break ties."""
    found: set[str] = set()
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Attribute):
                found.add(f"{node.fact}.{node.name}")
            elif isinstance(node, Derived):
                found.add(node.name)
            elif isinstance(node, Aggregate) and node.by is not None and ties:
                found.update(
                    f"{node.fact}.{attribute.name}"
                    for attribute in base.facts[node.fact].attributes.values()
                    if not attribute.never_read
                )
    return tuple(sorted(found))


def order(graph: Graph) -> tuple[str, ...]:
    """Every name after all that it depends on; names of a cycle, and what depends on one, are left
    out. Of two names that could come next the first in code point order does."""
    from heapq import heapify, heappop, heappush

    waiting = {name: len(needs) for name, needs in graph.items()}
    wanted_by: dict[str, list[str]] = {name: [] for name in graph}
    for name, needs in graph.items():
        for need in needs:
            wanted_by[need].append(name)
    ready = [name for name, count in waiting.items() if count == 0]
    heapify(ready)
    done = []
    while ready:
        name = heappop(ready)
        done.append(name)
        for other in wanted_by[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heappush(ready, other)
    return tuple(done)


def reachable(graph: Graph, names: Iterable[str]) -> frozenset[str]:
    """The names and all that they depend on, directly or through others."""
    found = set(names)
    stack = list(found)
    while stack:
        for need in graph[stack.pop()]:
            if need not in found:
                found.add(need)
                stack.append(need)
    return frozenset(found)


def cycles(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """One shortest cycle through the first name of every knot of names that depend on one another,
    each name depending on the next, the last on the first."""
    users: dict[str, list[str]] = {name: [] for name in graph}
    for name, needs in graph.items():
        for need in needs:
            users[need].append(name)
    reverse = {name: tuple(found) for name, found in users.items()}
    found_cycles = []
    seen: set[str] = set()
    # Peel off what no cycle holds, from both ends, so that only knots are searched.
    forth, back = set(order(graph)), set(order(reverse))
    for name in sorted(graph):
        if name in seen or name in forth or name in back:
            continue
        cycle = _shortest(graph, name)
        if cycle is None:
            continue
        seen |= reachable(graph, [name]) & reachable(reverse, [name])
        found_cycles.append(cycle)
    return tuple(found_cycles)


def _shortest(graph: Graph, start: str) -> tuple[str, ...] | None:
    """The shortest way from a name back to itself, breadth first."""
    came_from: dict[str, str] = {}
    level = [start]
    while level:
        following = []
        for name in level:
            for need in graph[name]:
                if need == start:
                    way = [name]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return tuple(reversed(way))
                if need not in came_from:
                    came_from[need] = name
                    following.append(need)
        level = following
    return None
