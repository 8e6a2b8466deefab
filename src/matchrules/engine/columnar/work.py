"""Columns worked out: what is asked for together in one go, each once."""

from collections.abc import Iterable

import polars as pl

from .columns import Columns
from .forms import RANK
from .gathering import gathered
from .nodes import CASES, Constant, Gathered, Given, Node, Ranked, Scope, Spread, Step
from .rows import Scopes

DEEP = 30  # an expression nested deeper is worked out in parts


class Work:
    """The columns of one cohort that have been worked out."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.scopes = Scopes(columns)
        self.done: dict[int, pl.Series] = {}

    def series(self, node: Node, scope: Scope) -> pl.Series:
        """The column for the rows of a scope, where it has been worked out."""
        if isinstance(node, Constant):
            height = self.scopes.rows(scope).height
            return pl.repeat(node.value, height, dtype=node.form.dtype, eager=True)
        return self.done[node.number]

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
            self._run(steps, {node.number for node in wanted})

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

    def _run(self, steps: list[Step], wanted: set[int]) -> None:
        """Work out steps of one scope: what is named twice becomes a column, the rest is said
        within what names it."""
        said: dict[int, tuple[pl.Expr, int, int]] = {}  # and its level, and its depth
        levels: list[list[pl.Expr]] = []
        read: dict[int, pl.Series] = {}
        kept: list[int] = []
        for step in steps:
            parts, level, depth = [], 0, 0
            for part in step.parts:
                if isinstance(part, Constant):
                    parts.append(part.literal())
                    continue
                if part.number not in said:
                    read[part.number] = self.done[part.number]
                    said[part.number] = (pl.col(part.name), 0, 0)
                expression, its_level, its_depth = said[part.number]
                parts.append(expression)
                level, depth = max(level, its_level), max(depth, its_depth + 1)
            made = step.make(*parts)
            if step.uses > 1 or depth > DEEP or step.number in wanted:
                while len(levels) <= level:
                    levels.append([])
                levels[level].append(made.alias(step.name))
                kept.append(step.number)
                said[step.number] = (pl.col(step.name), level + 1, 0)
            else:
                said[step.number] = (made, level, depth)
        frame = pl.DataFrame(list(read.values()))
        for together in levels:
            frame = frame.with_columns(together)
        for number in kept:
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
        columns = [
            self.series(part, node.scope).alias(f"k{n}") for n, part in enumerate(node.parts)
        ]
        frame = pl.DataFrame([rows.case.alias("case"), *columns]).with_row_index("row")
        keys = ["case", *(c.name for c in columns), "row"]
        ordered = frame.sort(keys, nulls_last=False).with_row_index("rank")
        return ordered.sort("row")["rank"].cast(RANK.dtype)


__all__ = ["CASES", "Work"]
