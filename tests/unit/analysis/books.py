"""Rule texts analysed together, for the tests of the analysis."""

from collections.abc import Sequence

from matchrules import ir
from matchrules.analysis import Analysis, analyse
from matchrules.syntax.parser import parse
from matchrules.text import Source

SOURCE = 'source book "A book"\n'


def analysis_of(**texts: str) -> Analysis:
    """Analyse rulesets by name; each text goes after `ruleset NAME`."""
    sources = {n: Source(n, f"ruleset {n}\n{text}") for n, text in texts.items()}
    trees = []
    for source in sources.values():
        tree, faults = parse(source)
        assert not faults, faults
        trees.append(tree)
    return analyse(trees, sources)


def codes(analysis: Analysis) -> Sequence[str]:
    return [diagnostic.code for diagnostic in analysis.diagnostics]


def base_of(**texts: str) -> ir.RuleBase:
    """The one rule base of texts without a fault."""
    analysis = analysis_of(**texts)
    errors = [one for one in analysis.diagnostics if one.severity == "error"]
    assert errors == []
    assert len(analysis.bases) == 1
    return analysis.bases[0]
