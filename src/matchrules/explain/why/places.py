"""Where in the rules something is written."""

from collections.abc import Mapping

from attrs import frozen

from matchrules.ir import RuleBase
from matchrules.text import Source, Span


@frozen
class Places:
    """The texts of the rules, and their versions."""

    base: RuleBase
    sources: Mapping[str, Source]

    def of(self, span: Span) -> tuple[str, str]:
        """The lines of a span as they are written, and its `file:line`."""
        source = self.sources.get(span.source)
        if source is None or span.end <= span.start:
            return "", ""
        first = source.position(span.start).line
        last = source.position(max(span.start, span.end - 1)).line
        lines = [source.line(n) for n in range(first, last + 1)]
        return "\n".join(lines).rstrip(), f"{source.name}:{first}"

    def version(self, ruleset: str) -> str:
        """The name and version of a ruleset."""
        found = self.base.rulesets.get(ruleset)
        return "" if found is None else f"{found.name} {found.version}"
