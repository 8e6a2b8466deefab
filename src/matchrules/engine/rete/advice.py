"""The outcome: faults, what stands after overrides, contradictions, and what is provisional."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from matchrules.decision import Firing, Outcome, render_text
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.engine import faults
from matchrules.ir import AGAINST, Rule
from matchrules.types import Value, sort_key

from .expressions import UNBOUND, Binding
from .nodes import AdviceNode, AttributeNode, DefineNode, PlannedText, RejectNode
from .provisional import Provisional
from .rows import Row

if TYPE_CHECKING:
    from .memory import WorkingMemory

Said = tuple[Firing, ...]


class Verdict:
    """Reads a working memory in which everything has been worked out."""

    def __init__(self, memory: "WorkingMemory") -> None:
        self.memory = memory
        self.base = memory.base
        self.plan = memory.plan
        self.contents = memory.contents
        self.provisional = Provisional(memory, self.plan.naming)
        self._ordered: dict[str, list[Row]] = {}

    def outcome(self) -> Outcome:
        found = list(self._faults())
        firings: list[Firing] = []
        owners = self.plan.owners
        for node in [owners[number] for number, rows in self.contents.live.items() if rows]:
            if not isinstance(node, AdviceNode):
                continue
            for row in self._standing(node):
                said, out_of_range = self._firings(node, row)
                firings.extend(said)
                found.extend(out_of_range)
        if not found:
            found.extend(self._contradictions(firings))
        if found:
            raise CaseErrors(faults.in_order(found))
        return Outcome(
            {name: self._derived(name) for name in self.base.defines}, firings, self._unknown()
        )

    # Rows -----------------------------------------------------------------------------------------

    def ordered(self, fact: str) -> list[Row]:
        """The rows of a fact in the order in which a case has its instances."""
        if fact not in self._ordered:
            declared = self.base.facts[fact].attributes.values()
            attributes = sorted(declared, key=lambda a: a.never_read)
            self._ordered[fact] = sorted(
                self.memory.rows[fact].values(),
                key=lambda row: [sort_key(row.asserted[a.name], a.type) for a in attributes],
            )
        return self._ordered[fact]

    def _place(self, fact: str | None, number: int | None) -> str:
        if fact is None or number is None:
            return ""
        rows = self.ordered(fact)
        index = next(n for n, row in enumerate(rows) if row.number == number)
        return faults.place(self.base.facts[fact], rows[index].asserted, index)

    def _bound(self, fact: str | None, number: int | None) -> Binding:
        if fact is None or number is None:
            return UNBOUND
        return {fact: self.memory.rows[fact][number]}

    # What the case holds --------------------------------------------------------------------------

    def _derived(self, name: str) -> Any:
        define = self.base.defines[name]
        if define.fact is None:
            return self.memory.cells[self.plan.of_define(name)]
        declaration = self.base.facts[define.fact]
        rows = self.ordered(define.fact)
        if declaration.keys:
            return {row.key(declaration): row.values[name] for row in rows}
        return tuple(row.values[name] for row in rows)

    def _unknown(self) -> frozenset[str]:
        cells, rows = self.contents.cells, self.memory.rows
        single, many = self.plan.read
        found = {full for full, slot in single if cells[slot] is None}
        for full, fact, name in many:
            if any(row.values[name] is None for row in rows[fact].values()):
                found.add(full)
        return frozenset(found)

    # Faults ---------------------------------------------------------------------------------------

    def _faults(self) -> Iterator[Diagnostic]:
        for (place, number), (kind, *details) in self.contents.faults.items():
            node = self.plan.nodes[place]
            where = self._place(node.fact, number)
            if isinstance(node, AttributeNode):
                yield self._of_attribute(node, where, kind, details)
            elif isinstance(node, RejectNode):
                text = self._text(node.text, self._bound(node.fact, number))
                yield faults.rejected(node.reject, text, where)
            else:
                assert isinstance(node, DefineNode)
                bound = self._bound(node.fact, number)
                yield self._of_define(node, where, kind, details, bound)

    def _of_attribute(
        self, node: AttributeNode, where: str, kind: str, details: list[Any]
    ) -> Diagnostic:
        declaration, where = node.declaration, where or node.of
        if kind == "conflict":
            return faults.default_conflict(where, declaration, details[0], details[1], self.base)
        path = f"{where}.{declaration.name}"
        return faults.out_of_range(path, details[0], declaration.type, declaration.span, self.base)

    def _of_define(
        self, node: DefineNode, where: str, kind: str, details: list[Any], bound: Binding
    ) -> Diagnostic:
        define = node.define
        if kind == "range":
            path = f"{where}.{define.name.partition('.')[2]}" if where else define.name
            return faults.out_of_range(path, details[0], define.type, define.span, self.base)
        assert node.table is not None
        heads = [
            (faults.describe(head), value(self.memory, bound), head.type)
            for head, value in zip(node.table.heads, node.heads, strict=True)
        ]
        if kind == "gap":
            return faults.gap(define, where, heads, self.base)
        return faults.overlap(define, where, details[0], heads, self.base)

    # Advice ---------------------------------------------------------------------------------------

    def _standing(self, node: AdviceNode) -> list[Row | None]:
        """For which rows (None: for the case) the rule's conditions hold and no overrider's do."""
        if node.rule.fact is None and node.rule.name not in self.base.overriders:
            return [None]  # it is live
        holding = self._holding(node)
        if not holding:
            return []
        withdrawn: set[int | None] = set()
        for other in self.base.overriders.get(node.rule.name, ()):
            found = self._holding(self.plan.advice[other.name])
            if found and other.fact is None:
                return []
            withdrawn |= found
        if node.rule.fact is None:
            return [None]
        rows = self.ordered(node.rule.fact)
        return [row for row in rows if row.number in holding and row.number not in withdrawn]

    def _holding(self, node: AdviceNode) -> set[int | None]:
        return self.contents.live.get(node.number, set())

    def _firings(self, node: AdviceNode, row: Row | None) -> tuple[Said, tuple[Diagnostic, ...]]:
        key = (node.rule.name, None if row is None else row.number)
        kept = self.contents.firings.get(key)
        bound: Binding = UNBOUND if row is None else {row.fact: row}
        provisional = node.can_be_marked and self.provisional.rule(node.rule, bound)
        if kept is None or any(firing.provisional != provisional for firing in kept[0]):
            kept = self.contents.firings[key] = self._say(node, row, bound, provisional)
        said, out_of_range = kept
        return said, out_of_range

    def _say(
        self, node: AdviceNode, row: Row | None, bound: Binding, provisional: bool
    ) -> tuple[Said, tuple[Diagnostic, ...]]:
        rule, memory = node.rule, self.memory
        about = None if row is None else row.key(self.base.facts[row.fact])
        reasons = {name: value(memory, bound) for name, value in node.reasons.items()}
        said: list[Firing] = []
        broken: list[Diagnostic] = []
        for place, then in enumerate(node.thens):
            values = {name: value(memory, bound) for name, value in then.fields.items()}
            broken.extend(self._out_of_range(rule, place, values))
            said.append(Firing(
                rule=rule.name, place=place, about=about, fields=values, reasons=reasons,
                text=self._text(then.text, bound), provisional=provisional,
            ))  # fmt: skip
        return tuple(said), tuple(broken)

    def _out_of_range(
        self, rule: Rule, place: int, values: dict[str, Value | None]
    ) -> Iterator[Diagnostic]:
        then = rule.thens[place]
        declared = self.base.advice[then.kind].subjects[then.subject].fields
        for name, value in values.items():
            if value is not None and not faults.checked_range(value, declared[name]):
                path = f"{rule.full_name}.{name}"
                yield faults.out_of_range(path, value, declared[name], then.span, self.base)

    def _text(self, text: PlannedText, bound: Binding) -> str:
        return render_text(text.template, [hole(self.memory, bound) for hole in text.holes])

    # Contradictions -------------------------------------------------------------------------------

    def _contradictions(self, firings: list[Firing]) -> Iterator[Diagnostic]:
        said: dict[tuple[str, str, Any], list[Firing]] = {}
        at_risk = self.plan.at_risk
        for firing in firings if at_risk else ():
            if (firing.rule, firing.place) not in at_risk:
                continue
            rule = self.base.rules[firing.rule]
            then, instance = rule.thens[firing.place], (rule.fact, firing.about)
            said.setdefault((then.kind, then.subject, instance), []).append(firing)
        for (kind, subject, _), group in said.items():
            unique = self.base.advice[kind].subjects[subject].unique
            if len(group) < 2 or self._agree(group, unique):
                continue
            group.sort(key=lambda f: (self.base.rules[f.rule].full_name, f.place))
            for first, second in combinations(group, 2):
                if self._against(first) is not self._against(second):
                    yield faults.contradiction(self.base, first, second, None)
                elif unique:
                    for name in _different(first, second):
                        yield faults.contradiction(self.base, first, second, name)

    def _agree(self, group: list[Firing], unique: bool) -> bool:
        """Whether no two of the firings can be in contradiction: seen without comparing pairs."""
        if len({self._against(firing) for firing in group}) > 1:
            return False
        known = {(n, v) for f in group for n, v in f.fields.items() if unique and v is not None}
        return len({name for name, _ in known}) == len(known)

    def _against(self, firing: Firing) -> bool:
        return self.base.rules[firing.rule].thens[firing.place].strength in AGAINST


def _different(first: Firing, second: Firing) -> Iterator[str]:
    """The fields that are known in both and differ."""
    for name, one in sorted(first.fields.items(), key=lambda item: item[0]):
        two = second.fields.get(name)
        if one is not None and two is not None and one != two:
            yield name
