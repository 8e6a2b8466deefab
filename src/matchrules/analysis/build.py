"""One era: from its files to its rule base."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import TypeVar

from matchrules import ir
from matchrules.analysis import declarations, statements
from matchrules.analysis.chapters import chapters
from matchrules.analysis.collect import collect
from matchrules.analysis.environment import Environment
from matchrules.analysis.eras import Era, start_of
from matchrules.analysis.examples import Examples
from matchrules.analysis.lower import Lowering
from matchrules.analysis.properties import property_
from matchrules.analysis.report import Report
from matchrules.analysis.scope import Scope
from matchrules.analysis.written import plain
from matchrules.syntax import ast
from matchrules.text import Source


def build(
    era: Era, sources: Mapping[str, Source], ends: Mapping[str, date | None], report: Report
) -> ir.RuleBase:
    """The rule base of an era; not to be used where the report has errors. `ends` says, for each
    file, when its version ends."""
    scope = collect(era.files, sources, report)
    lowering = Lowering(scope, report)
    names = scope.names
    working = _Working(lowering, era, ends)
    for file in era.files:
        working.file(file)
    return ir.RuleBase(
        start=era.start,
        end=era.end,
        rulesets=_sorted({name: _ruleset(scope, file) for name, file in _named(era)}),
        sources=_sorted({n: plain(d.node.title) for n, d in names["source"].items()}),
        enums=_sorted({n: declarations.enum(lowering, d) for n, d in names["enum"].items()}),
        facts=_sorted({n: declarations.fact(lowering, d) for n, d in names["fact"].items()}),
        parameters=_sorted(
            {n: declarations.parameter(lowering, d) for n, d in names["parameter"].items()}
        ),
        advice=_sorted({n: declarations.advice(lowering, d) for n, d in names["advice"].items()}),
        defines=_sorted(working.defines),
        rules=_sorted(working.rules),
        rejects=tuple(sorted(working.rejects, key=lambda reject: (reject.name, reject.ruleset))),
        properties=_sorted(working.properties),
        examples=tuple(working.examples),
        chapters=chapters(lowering),
    )


class _Working:
    """Lowers the statements that work, file by file."""

    def __init__(self, lowering: Lowering, era: Era, ends: Mapping[str, date | None]) -> None:
        self.lowering = lowering
        self.ends = ends
        self.cases = Examples(lowering, era)
        self.defines: dict[str, ir.Define] = {}
        self.rules: dict[str, ir.Rule] = {}
        self.rejects: list[ir.Reject] = []
        self.properties: dict[str, ir.Property] = {}
        self.examples: list[ir.Example] = []

    def file(self, file: ast.RuleFile) -> None:
        header = file.header
        assert header is not None
        ruleset = header.name.text
        own = self._guard(header.applies_when, ruleset)
        guards = own
        section = ""
        for node in file.statements:
            match node:
                case ast.SectionStatement():
                    section = plain(node.title)
                    guards = own + self._guard(node.applies_when, ruleset)
                case ast.DefineStatement() | ast.TableStatement():
                    define = statements.define(self.lowering, node, ruleset)
                    self.defines.setdefault(define.name, define)
                case ast.RuleStatement():
                    rule = statements.rule(self.lowering, node, ruleset, section, guards)
                    self.rules.setdefault(rule.name, rule)
                case ast.RejectStatement():
                    self.rejects.append(statements.reject(self.lowering, node, ruleset))
                case ast.PropertyStatement():
                    found = property_(self.lowering, node, ruleset)
                    self.properties.setdefault(found.name, found)
                case ast.ExampleStatement():
                    example = self.cases.example(node, ruleset, self.ends[file.source])
                    if example is not None:
                        self.examples.append(example)

    def _guard(self, node: ast.Expr | None, ruleset: str) -> tuple[ir.Expression, ...]:
        if node is None:
            return ()
        return (self.lowering.condition(node, Environment(ruleset)),)


def _named(era: Era) -> list[tuple[str, ast.RuleFile]]:
    return [(file.header.name.text, file) for file in era.files if file.header is not None]


def _ruleset(scope: Scope, file: ast.RuleFile) -> ir.Ruleset:
    header = file.header
    assert header is not None
    text = scope.sources[file.source].text
    return ir.Ruleset(
        header.name.text, header.version or "", start_of(header),
        plain(header.title), tuple(used.text for used in header.uses),
        header.stale_after, sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), file.source,
        header.name.span,
    )  # fmt: skip


T = TypeVar("T")


def _sorted(found: dict[str, T]) -> dict[str, T]:
    return {name: found[name] for name in sorted(found)}
