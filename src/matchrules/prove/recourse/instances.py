"""How an instance of a case is told from the others."""

from matchrules.case.model import Case
from matchrules.ir import RuleBase
from matchrules.prove.recourse.model import Instance
from matchrules.types import Value


def instance(base: RuleBase, case: Case, fact: str, index: int) -> Instance:
    """The instance at that place of the case."""
    declared, values = base.facts[fact], case.facts[fact][index]
    known = {
        name: value for name, value in values.items()
        if value is not None and not declared.attributes[name].never_read
    }  # fmt: skip
    key: dict[str, Value] = {name: known[name] for name in declared.keys}
    return Instance(fact, key, index + 1, known)
