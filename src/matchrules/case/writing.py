"""A case as plain values, and as a file that reads back as the same case."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from matchrules.case.model import Case, Instance
from matchrules.case.values import plain
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.types import Value, python_value


def case_facts_plain(base: RuleBase, case: Case) -> dict[str, Any]:
    """The asserted facts as JSON-ready values, in the shape of a case file: given to `decide` with
    the same day they make the same case."""
    return {
        name: [_known(declaration, instance) for instance in case.facts[name]]
        if declaration.many
        else _known(declaration, case.facts[name][0])
        for name, declaration in base.facts.items()
        if case.facts[name]
    }


def _known(declaration: FactDeclaration, instance: Instance) -> dict[str, Any]:
    return {
        name: plain(value, declaration.attributes[name].type)
        for name, value in instance.items()
        if value is not None
    }


def write_case(base: RuleBase, case: Case) -> str:
    """The case as a YAML file that reads back as the same case."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes decimals and dates bare, and sets on a line, as people do."""

    def members(dumper: yaml.SafeDumper, value: frozenset[str]) -> yaml.Node:
        return dumper.represent_sequence("tag:yaml.org,2002:seq", sorted(value), flow_style=True)

    def decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:float", str(value))

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        # Unusual line breaks would be folded away in any other style.
        style = None if value.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(Decimal, decimal)
    Dumper.add_representer(str, text)
    Dumper.add_representer(frozenset, members)
    Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]
    tree: dict[str, Any] = {"as_of": case.as_of}
    for name, declaration in base.facts.items():
        instances = [_written(declaration, instance) for instance in case.facts[name]]
        if instances:
            tree[name] = instances if declaration.many else instances[0]
    return yaml.dump(tree, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


def _written(declaration: FactDeclaration, instance: Mapping[str, Value | None]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, value in instance.items():
        if value is None:
            continue
        type_ = declaration.attributes[name].type
        bare = isinstance(value, bool | int | Fraction | date | frozenset)
        written[name] = python_value(value, type_) if bare else plain(value, type_)
    return written
