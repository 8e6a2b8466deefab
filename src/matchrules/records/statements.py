"""Two versions of rules, statement by statement: which differ, and what rests on which."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen, has

from matchrules import ir
from matchrules.case.values import plain
from matchrules.dependencies import Graph, dependencies, expressions_of, names_in, reachable
from matchrules.ir import Expression, RuleBase, walk
from matchrules.lazy import cached_property
from matchrules.records.differences import detail, renamed
from matchrules.types import Enum, SetOf

Key = tuple[str, str]  # what a statement is, and its name


@frozen
class StatementChange:
    """A statement of the rules that was another one when the record was made, was not there
    (`added`), or is no longer there (`removed`); a ruleset may only have another name (`renamed`).
    `title` is what its author calls it; `values` are those of a parameter with one value, or the
    names of a ruleset, then and now; `detail` says what differs, where that is a part of it."""

    what: str
    name: str
    change: str
    title: str
    values: tuple[Any, Any] | None = None
    detail: str = ""

    def __str__(self) -> str:
        title = f" ({self.title})" if self.title else ""
        said = _CHANGES[self.change]
        if self.values is not None and self.change == "renamed":
            said = f"is named `{self.values[1]}` now"
        elif self.values is not None:
            said = "was {} then, and is {} now".format(*self.values)
        elif self.detail:
            said += f" ({self.detail})"
        return f"{self.what} `{self.name}`{title} {said}"

    def to_dict(self) -> dict[str, Any]:
        then, now = self.values or (None, None)
        return {
            "what": self.what, "name": self.name, "change": self.change, "title": self.title,
            "then": then, "now": now, "detail": self.detail,
        }  # fmt: skip


_CHANGES = {"changed": "is another one now", "added": "is new", "removed": "is gone",
            "renamed": "has another name now"}  # fmt: skip


def changes(then: RuleBase, now: RuleBase) -> tuple[StatementChange, ...]:
    """The statements that differ, in order of what they are and their names."""
    names = renamed(then, now)
    before = {_named_now(names, key): said for key, said in statements(then, names).items()}
    after = statements(now)
    found = [
        StatementChange(
            *key,
            "added" if key not in before else "removed" if key not in after else "changed",
            _title(now if key in after else then, key),
            values := _values(before.get(key), after.get(key)),
            "" if values else detail(before.get(key), after.get(key)),
        )
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]
    found += [
        StatementChange("ruleset", old, "renamed", _title(then, ("ruleset", old)), (old, new))
        for old, new in names.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.what, one.name)))


def _named_now(names: Mapping[str, str], key: Key) -> Key:
    return (key[0], names.get(key[1], key[1])) if key[0] == "ruleset" else key


def _values(then: Any, now: Any) -> tuple[Any, Any] | None:
    """The values of a parameter that has one, where only that differs."""
    both = (then, now)
    if not all(isinstance(p, ir.ParameterDeclaration) and len(p.rows) == 1 for p in both):
        return None
    first, second = (parameter.rows[0].value for parameter in both)
    if first == second or then.type != now.type:
        return None
    return plain(first, then.type), plain(second, now.type)


def statements(base: RuleBase, names: Mapping[str, str] = MappingProxyType({})) -> dict[Key, Any]:
    """What each statement of a rule base says, where it stands left out; with other `names` for
    some rulesets."""
    found: dict[Key, Any] = {}
    for name, ruleset in base.rulesets.items():
        uses = tuple(sorted(names.get(used, used) for used in ruleset.uses))
        found["ruleset", name] = (ruleset.title, uses, ruleset.stale_after)
    for fact in base.facts.values():
        attributes = tuple(fact.attributes)
        found["fact", fact.name] = (
            attributes, fact.bound, fact.description, fact.change, fact.cost
        )  # fmt: skip
        for name, attribute in fact.attributes.items():
            found["attribute", f"{fact.name}.{name}"] = attribute
    for kind in base.advice.values():
        subjects = tuple(kind.subjects)
        found["advice", kind.name] = (subjects, kind.salience, kind.description)
        for name, subject in kind.subjects.items():
            found["subject", f"{kind.name}.{name}"] = subject
    for what, declared in (
        ("source", base.sources), ("enum", base.enums), ("parameter", base.parameters),
        ("rule", base.rules),
    ):  # fmt: skip
        found.update({(what, name): said for name, said in declared.items()})
    for define in base.defines.values():
        found[_define(define)] = define
    for reject in base.rejects:
        same = found.get(("reject", reject.name), ())
        owner = names.get(reject.ruleset, reject.ruleset)
        found["reject", reject.name] = (*same, evolve(reject, ruleset=owner))
    found.update({("chapter", chapter.title): chapter for chapter in base.chapters})
    if not names:
        return found
    return {
        key: evolve(said, ruleset=names.get(said.ruleset, said.ruleset))
        if has(type(said)) and hasattr(said, "ruleset") else said
        for key, said in found.items()
    }  # fmt: skip


@frozen(slots=False, eq=False)
class Cones:
    """On which statements of a rule base a rule or a name rests."""

    base: RuleBase
    _found: dict[str, frozenset[Key]] = field(factory=dict, init=False)

    @cached_property
    def _graph(self) -> Graph:
        return dependencies(self.base)

    def of_rule(self, name: str) -> frozenset[Key]:
        """Of a rule by its bare name, and of those that override it."""
        base = self.base
        if name not in base.rules:
            return frozenset()
        found: set[Key] = set()
        for rule in (base.rules[name], *base.overriders.get(name, ())):
            found |= {("rule", rule.name), ("ruleset", rule.ruleset)}
            found |= {("source", cite.source) for cite in rule.cites}
            for then in rule.thens:
                found |= {("advice", then.kind), ("subject", f"{then.kind}.{then.subject}")}
            if rule.fact is not None:
                found.add(("fact", rule.fact))
                keys = base.facts[rule.fact].keys
                found |= {("attribute", f"{rule.fact}.{key}") for key in keys}
            marked = () if rule.provisional is None else (rule.provisional,)
            found |= self._of((*rule.expressions(), *marked))
        return frozenset(found)

    def of_name(self, name: str) -> frozenset[Key]:
        """Of a define or attribute by its dotted name."""
        return self._one(name).union(*map(self._one, self._reached((name,))))

    def _of(self, expressions: Iterable[Expression]) -> frozenset[Key]:
        tops = tuple(expressions)
        names = names_in(self.base, tops)
        return frozenset(self._named(tops)).union(*map(self._one, self._reached(names)))

    def _reached(self, names: Iterable[str]) -> frozenset[str]:
        return reachable(self._graph, [name for name in names if name in self._graph])

    def _one(self, name: str) -> frozenset[Key]:
        """What the statement of a name is, and what it names beside other names."""
        if name not in self._found:
            self._found[name] = frozenset(self._statement(name))
        return self._found[name]

    def _statement(self, name: str) -> Iterator[Key]:
        define = self.base.defines.get(name)
        if define is not None:
            yield _define(define)
            yield from self._named(expressions_of(define))
            yield from _enums(define.type)
            if define.fact is not None:
                yield "fact", define.fact
            return
        fact, _, attribute = name.partition(".")
        declared = (
            self.base.facts[fact].attributes.get(attribute) if fact in self.base.facts else None
        )
        if declared is not None:
            yield "attribute", name
            yield "fact", fact
            texts = (declared.default, declared.unless)
            yield from self._named(e for e in texts if e is not None)
            yield from _enums(declared.type)

    def _named(self, expressions: Iterable[Expression]) -> Iterator[Key]:
        """Parameters, enums and facts that expressions name."""
        for top in expressions:
            for node in walk(top):
                yield from _enums(getattr(node, "type", None))
                if isinstance(node, ir.ParameterValue):
                    yield "parameter", node.name
                elif isinstance(node, ir.Aggregate):
                    yield "fact", node.fact


def _enums(type_: Any) -> Iterator[Key]:
    if isinstance(type_, SetOf):
        type_ = type_.of
    if isinstance(type_, Enum):
        yield "enum", type_.name


def _define(define: ir.Define) -> Key:
    return "table" if isinstance(define.body, ir.Table) else "define", define.name


def _title(base: RuleBase, key: Key) -> str:
    what, name = key
    kind, _, inner = name.partition(".")
    match what:
        case "rule":
            return base.rules[name].title
        case "define" | "table":
            return base.defines[name].description
        case "attribute":
            return base.facts[kind].attributes[inner].description
        case "subject":
            return base.advice[kind].subjects[inner].description
        case "source":
            return base.sources[name]
        case "ruleset":
            return base.rulesets[name].title
        case "fact" | "enum" | "parameter" | "advice":
            declared: Any = {
                "fact": base.facts, "enum": base.enums, "parameter": base.parameters,
                "advice": base.advice,
            }[what]  # fmt: skip
            return str(declared[name].description)
    return ""
