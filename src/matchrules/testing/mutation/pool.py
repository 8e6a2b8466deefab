"""The cases that a property is tried on."""

from attrs import define, field

from matchrules.case.model import Case
from matchrules.ir import Property, RuleBase
from matchrules.testing.properties import _Trial

Given = tuple[RuleBase, dict[str, Case]]


@define
class _Collecting(_Trial):
    found: list[Given] = field(factory=list)

    def _look(self, base: RuleBase, cases: dict[str, Case]) -> None:
        self.found.append((base, cases))


def drawn(base: RuleBase, said: Property, count: int) -> list[Given]:
    """The cases by name, with the rule base that they are decided on: one with values of its own
    where the property is said of any."""
    trial = _Collecting(base, said)
    trial.run(count)
    return trial.found
