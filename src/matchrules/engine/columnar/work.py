"""Columns worked out: what is asked for together in one go, each once."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl
from attrs import frozen

from .columns import Columns
from .forms import RANK
from .gathering import gathered
from .nodes import Constant, Gathered, Given, Node, Ranked, Scope, Spread, Step
from .rows import Scopes, counting

DEEP: Final = 30  # an expression nested deeper is worked out in parts
MOST_QUERIES: Final = 100  # that are kept of a plan


@frozen(eq=False)
class Query:
    """What is worked out together: the columns of a level need those of the levels before."""

    read: Sequence[int]  # the nodes whose columns it starts from
    levels: Sequence[Sequence[pl.Expr]]
    made: Sequence[int]


Queries = dict[tuple[tuple[int, ...], frozenset[int]], Query]  # by steps, and what is wanted


def query_of(steps: Sequence[Step], wanted: frozenset[int]) -> Query:
    """Steps of one scope in expressions: what is named twice becomes a column, the rest is said
    within what names it."""
    said: dict[int, tuple[pl.Expr, int, int]] = {}  # and its level, and its depth
    levels: list[list[pl.Expr]] = []
    read: list[int] = []
    made: list[int] = []
    for step in steps:
        parts, level, depth = [], 0, 0
        for part in step.parts:
            if isinstance(part, Constant):
                parts.append(part.literal())
                continue
            if part.number not in said:
                read.append(part.number)
                said[part.number] = (pl.col(part.name), 0, 0)
            expression, its_level, its_depth = said[part.number]
            parts.append(expression)
            level, depth = max(level, its_level), max(depth, its_depth + 1)
        expression = step.make(*parts)
        if step.uses > 1 or depth > DEEP or step.number in wanted:
            while len(levels) <= level:
                levels.append([])
            levels[level].append(expression.alias(step.name))
            made.append(step.number)
            said[step.number] = (pl.col(step.name), level + 1, 0)
        else:
            said[step.number] = (expression, level, depth)
    return Query(read, levels, made)


class Work:
    """The columns of one cohort that have been worked out."""

    def __init__(self, columns: Columns, queries: Queries) -> None:
        self.columns = columns
        self.queries = queries
        self.scopes = Scopes(columns)
        self.done: dict[int, pl.Series] = {}

    def series(self, node: Node, scope: Scope) -> pl.Series:
        """The column for the rows of a scope, where it has been worked out."""
        if isinstance(node, Constant):
            return _throughout(node, self.scopes.rows(scope).height)
        return self.done[node.number]

    def chosen(self, node: Node, rows: pl.Series) -> pl.Series:
        """Some rows of a column."""
        if isinstance(node, Constant):
            return _throughout(node, len(rows))
        return self.done[node.number].gather(rows)

    def fill(self, nodes: Iterable[Node]) -> None:
        """Work those columns out."""
        by_scope: dict[Scope, list[Node]] = {}
        for node in nodes:
            if node.number not in self.done and not isinstance(node, Constant):
                by_scope.setdefault(node.scope, []).append(node)
        for wanted in by_scope.values():
            self._fill(wanted)

    def _fill(self, wanted: list[Node]) -> None:
        """Work out columns of one scope."""
        steps, others = self._needed(wanted)
        self.fill(part for node in others for part in node.parts)
        for node in others:
            self.done[node.number] = self._brought(node).alias(node.name)
        if steps:
            self._run(steps, frozenset(node.number for node in wanted))

    def _needed(self, wanted: list[Node]) -> tuple[list[Step], list[Node]]:
        """The steps that are missing, each after those that it is made of; and what comes from
        elsewhere."""
        steps: list[Step] = []
        others: list[Node] = []
        seen: set[int] = set()
        stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(wanted)]
        while stack:
            node, entered = stack.pop()
            if entered:
                assert isinstance(node, Step)
                steps.append(node)
                continue
            if node.number in seen or node.number in self.done or isinstance(node, Constant):
                continue
            seen.add(node.number)
            if isinstance(node, Step):
                stack.append((node, True))
                stack.extend((part, False) for part in reversed(node.parts))
            else:
                others.append(node)
        return steps, others

    def _run(self, steps: list[Step], wanted: frozenset[int]) -> None:
        """Work out steps of one scope."""
        key = (tuple(step.number for step in steps), wanted)
        query = self.queries.get(key)
        if query is None:
            if len(self.queries) >= MOST_QUERIES:
                self.queries.clear()
            query = self.queries[key] = query_of(steps, wanted)
        frame = pl.DataFrame([self.done[number] for number in query.read])
        for together in query.levels:
            frame = frame.with_columns(together)
        for number in query.made:
            self.done[number] = frame[f"n{number}"]

    def _brought(self, node: Node) -> pl.Series:
        """A column that comes from elsewhere: as given, of another scope, or an aggregate."""
        match node:
            case Given():
                if not node.fact:
                    return self.columns.as_of
                return self.columns.facts[node.fact][node.attribute]
            case Spread(parts=parts):
                way = self.scopes.way(parts[0].scope, node.scope)
                return self.done[parts[0].number].gather(way)
            case Gathered():
                return gathered(node, self)
            case Ranked(parts=parts):
                return self._ranks(node)
        raise AssertionError(node)

    def _ranks(self, node: Ranked) -> pl.Series:
        rows = self.scopes.rows(node.scope)
        if not node.parts:
            return counting(rows.height)
        columns = [
            self.series(part, node.scope).alias(f"k{n}") for n, part in enumerate(node.parts)
        ]
        frame = pl.DataFrame([rows.case.alias("case"), *columns]).with_row_index("row")
        keys = ["case", *(c.name for c in columns), "row"]
        ordered = frame.sort(keys, nulls_last=False).with_row_index("rank")
        return ordered.sort("row")["rank"].cast(RANK.dtype)


def _throughout(node: Constant, height: int) -> pl.Series:
    return pl.Series([node.value], dtype=node.form.dtype).new_from_index(0, height)


__all__ = ["Queries", "Query", "Work"]
