"""What to look up first: the cells that are not known and whose value could change a category.

Each is tried. A cell of few values (an enum, a yes or no) is tried with each of them, a number with
both ends of its range: the category moves in one direction only as a number grows, so what neither
end changes no number in between does.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from matchrules.case.model import Case, Instance
from matchrules.dependencies import dependencies, reachable
from matchrules.engine.interpreter import Bound, Interpretation
from matchrules.ir import Define, RuleBase
from matchrules.types import Enum, Number, Type, Value, YesNo

CATEGORY: Final = "program.category"
SETTLED: Final = "program.settled"


class _ByValue(Interpretation):
    """An interpretation that works out what is said of a program once for all programs that are
    alike in what it reads. (The interpreter keeps it by program.)"""

    def __init__(self, base: RuleBase, case: Case, like: "_ByValue | None" = None) -> None:
        super().__init__(base, case)
        # The same rules, applicant and day: what was worked out for `like` holds here.
        self._reads: dict[str, list[str]] = _reads(base) if like is None else like._reads
        self._values: dict[tuple[object, ...], Any] = {} if like is None else like._values

    def reads(self, name: str) -> Sequence[str]:
        """The attributes of a program that a define reads, directly or through others."""
        return self._reads[name]

    def derived(self, define: Define, bound: Bound) -> Any:
        if define.fact != "program":
            return super().derived(define, bound)
        program = self.case.facts["program"][bound["program"]]
        key = (define.name, *[program[name] for name in self._reads[define.name]])
        if key not in self._values:
            self._values[key] = super().derived(define, bound)
        return self._values[key]


def _reads(base: RuleBase) -> dict[str, list[str]]:
    """What each define on a program reads of it."""
    graph = dependencies(base)
    attributes = {f"program.{name}": name for name in base.facts["program"].attributes}
    return {
        name: sorted(attributes[read] for read in reachable(graph, [name]) if read in attributes)
        for name, define in base.defines.items() if define.fact == "program"
    }  # fmt: skip


def gaps(
    base: RuleBase, case: Case, programs: Sequence[Instance]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """By program, the attributes that are not known and could change its category, each with the
    categories that it could become at the ends of its range."""
    category, settled = base.defines[CATEGORY], base.defines[SETTLED]
    declared = base.facts["program"].attributes
    now = _ByValue(base, _with(case, programs))
    read = [name for name in declared if name in now.reads(CATEGORY)]
    tried: list[tuple[int, str, Instance]] = []
    for index, program in enumerate(programs):
        unknown = [name for name in read if program[name] is None]
        # A reason that is known stays one, whatever else comes to light.
        if unknown and now.derived(settled, {"program": index}) is not True:
            tried += [
                (index, name, {**program, name: value})
                for name in unknown for value in _tries(declared[name].type)
            ]  # fmt: skip
    then = _ByValue(base, _with(case, [instance for _, _, instance in tried]), now)
    found: dict[str, dict[str, set[str]]] = {}
    for place, (index, name, _) in enumerate(tried):
        could = then.derived(category, {"program": place})
        if could != now.derived(category, {"program": index}):
            program_id = str(programs[index]["id"])
            found.setdefault(program_id, {}).setdefault(name, set()).add(str(could))
    order = base.enums["program_category"].labels
    return {
        program_id: {
            name: tuple(member for member in order if member in could)
            for name, could in cells.items()
        }
        for program_id, cells in found.items()
    }


def _with(case: Case, programs: Sequence[Instance]) -> Case:
    facts: Mapping[str, tuple[Instance, ...]] = {**case.facts, "program": tuple(programs)}
    return attrs.evolve(case, facts=facts)


def _tries(type_: Type) -> Sequence[Value]:
    if isinstance(type_, Enum):
        return type_.members
    if isinstance(type_, YesNo):
        return (True, False)
    assert isinstance(type_, Number) and type_.low is not None and type_.high is not None
    return (type_.low, type_.high)
