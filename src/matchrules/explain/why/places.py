"""Where in the rules something is written, and what is written there."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from matchrules.ir import RuleBase, Table
from matchrules.ir.kept import Kept
from matchrules.lazy import cached_property
from matchrules.text import Source, Span

MOST_LINES: Final = 60  # of one statement


@frozen(slots=False)
class Places:
    """The texts of the rules, and their versions. What was asked for is kept, `said` for words."""

    base: RuleBase = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    said: dict[Any, Any] = field(factory=dict, repr=False)
    _found: dict[Span, tuple[str, str]] = field(factory=dict, repr=False)

    def of(self, span: Span) -> tuple[str, str]:
        """The statement whose name, or the row which, stands there: its lines as they are written,
        and its `file:line`."""
        found = self._found.get(span)
        if found is None:
            found = self._found[span] = self._read(span)
        return found

    def version(self, ruleset: str) -> str:
        """The name and version of a ruleset."""
        found = self.base.rulesets.get(ruleset)
        return "" if found is None else f"{found.name} {found.version}"

    def _read(self, span: Span) -> tuple[str, str]:
        source = self.sources.get(span.source)
        if source is None or span.end <= span.start:
            return "", ""
        first = source.position(span.start).line
        if span in self.rows:
            last = source.position(span.end - 1).line
            lines = [source.line(n) for n in range(first, last + 1)]
            return "\n".join(lines).strip(), f"{source.name}:{first}"
        starts = self._starts.get(span.source, [])
        following = bisect_right(starts, span.start)
        last = len(source.line_starts)
        if following < len(starts):
            last = max(source.position(starts[following]).line - 1, first)
        lines = [source.line(n) for n in range(first, min(last, first + MOST_LINES) + 1)]
        for n, line in enumerate(lines):
            # A blank line, and then something that is not set in, ends a statement.
            if n and not line.strip() and (n + 1 == len(lines) or lines[n + 1][:1].strip()):
                lines = lines[:n]
                break
        while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            lines.pop()
        return "\n".join(lines).rstrip(), f"{source.name}:{first}"

    @cached_property
    def _starts(self) -> Mapping[str, list[int]]:
        """Where statements, rows and attributes start in each text."""
        found: dict[str, set[int]] = {}
        for span in self._spans():
            found.setdefault(span.source, set()).add(span.start)
        return {name: sorted(starts) for name, starts in found.items()}

    def _spans(self) -> Iterator[Span]:
        base = self.base
        for fact in base.facts.values():
            yield fact.span
            yield from (attribute.span for attribute in fact.attributes.values())
        for define in base.defines.values():
            yield define.span
        for parameter in base.parameters.values():
            yield parameter.span
            yield from (row.span for row in parameter.rows)
        yield from (enum.span for enum in base.enums.values())
        yield from (advice.span for advice in base.advice.values())
        yield from (rule.span for rule in base.rules.values())
        yield from (checked.span for checked in base.properties.values())
        yield from (reject.span for reject in base.rejects)
        yield from (example.span for example in base.examples)
        yield from (chapter.span for chapter in base.chapters)

    @cached_property
    def rows(self) -> frozenset[Span]:
        """The rows of tables and parameters: of these only themselves are shown."""
        tables = [d.body for d in self.base.defines.values() if isinstance(d.body, Table)]
        return frozenset(row.span for table in tables for row in table.rows) | frozenset(
            row.span for p in self.base.parameters.values() for row in p.rows
        )


places: Final = Kept(Places)  # the places of a rule base
