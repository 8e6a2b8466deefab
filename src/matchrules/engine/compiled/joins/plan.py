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
        self._empty = tuple(self.columns(()))

    @property
    def nothing(self) -> tuple[Column, ...]:
        return self._empty

    def __call__(self, given: Sequence[Column]) -> Sequence[Column]:
        return given

    def columns(
        self, instances: Sequence[Instance], before: Sequence[Column] | None = None
    ) -> Sequence[Column]:
        """The columns of instances that stand in canonical order; those of `before` that hold the
        same are kept."""
        made = []
        for place, (name, attribute) in enumerate(self.declaration.attributes.items()):
            values = [instance[name] for instance in instances]
            same = before is not None and before[place] == values
            made.append(before[place] if before and same else Column(values, attribute.type))
        return made


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
