"""How a case is decided on again and again while it changes: what stays of it is looked up."""

from collections.abc import Sequence
from typing import Final

from matchrules.case.model import Instance
from matchrules.engine.compiled.index.plan import Plan
from matchrules.engine.compiled.index.reading import Many
from matchrules.ir import FactDeclaration
from matchrules.ir.kept import Kept

from .columns import Column
from .ruling import Joining


class Standing(Many):
    """Takes the instances of a many-fact as columns that were made before."""

    def __init__(self, declaration: FactDeclaration) -> None:
        super().__init__(declaration)
        self.nothing = tuple(self.columns(()))

    def __call__(self, given: Sequence[Column]) -> Sequence[Column]:
        return given

    def columns(self, instances: Sequence[Instance]) -> Sequence[Column]:
        """The columns of instances that stand in canonical order."""
        return [
            Column([instance[name] for instance in instances], attribute.type)
            for name, attribute in self.declaration.attributes.items()
        ]


class Lasting(Plan):
    """The same as another plan, for instances that stand as columns: a many-fact is given to
    `decide` as what `columns` made of it."""

    ruling = Joining

    def __init__(self, plan: Plan) -> None:
        self.compiled, self.base, self.blank = plan.compiled, plan.base, plan.blank
        self.index = plan.index
        self.standing = {f.name: Standing(f) for f in self.base.facts.values() if f.many}
        self.readers = {**plan.readers, **self.standing}
        self.each = ()
        self._masks, self._said = {}, {}


lasting: Final = Kept(Lasting)

__all__ = ["Lasting", "Standing", "lasting"]
