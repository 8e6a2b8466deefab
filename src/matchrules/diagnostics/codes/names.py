"""Codes of names, versions and structure."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR101="name not declared",
    MR102="name out of reach",
    MR103="declared twice",
    MR104="ambiguous name",
    MR105="unknown ruleset",
    MR106="ruleset not in force",
    MR107="two versions from one day",
    MR108="which instance is meant",
    MR109="never-read attribute is read",
    MR110="many-fact without a bound",
    MR111="clauses of a fact that exclude each other",
    MR112="fact that cannot stand in `for each`",
    MR113="name of a define or table",
    MR114="override that cannot stand in",
    MR115="id used twice",
    MR116="fields of an advice",
    MR117="shape of a table",
    MR118="key or date of a parameter",
    MR119="question about a decision outside of properties and examples",
    MR120="which case of a comparison is meant",
    MR121="base case that cannot be built on",
    MR122="fact given twice",
    MR123="example outside of its version's time",
    MR124="rule without a source",
    MR125="hole that may be unknown",
    MR126="advice in two chapters",
)
