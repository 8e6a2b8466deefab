"""What reads what in a rule base, and from where a change spreads."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from matchrules import ir
from matchrules.dependencies import dependencies, expressions_of, names_in, order
from matchrules.ir import Expression, Property, Rule, RuleBase
from matchrules.lazy import cached_property
from matchrules.testing.mutation.mutants import Edit


@frozen
class Spread:
    """What a change touches: the names (defines, tables, attributes with a default), rules and
    rejects that are changed themselves or read a changed parameter, and the names that may be
    another value therefore, in the order in which they are worked out."""

    names: frozenset[str]
    rules: frozenset[str]
    rejects: frozenset[int]
    parameters: frozenset[str]
    after: tuple[str, ...]

    @cached_property
    def reached(self) -> frozenset[str]:
        return frozenset(self.after)


@frozen(slots=False)
class Reading:
    """The dependencies of a rule base, for following changes of it."""

    base: RuleBase

    @cached_property
    def needs(self) -> Mapping[str, frozenset[str]]:
        """What each name reads directly."""
        return {name: frozenset(needs) for name, needs in dependencies(self.base).items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The names that have a definition, each after all that it reads."""
        names = order({name: tuple(needs) for name, needs in self.needs.items()})
        return tuple(name for name in names if name in self.base.defines or self._default(name))

    def _default(self, name: str) -> bool:
        fact, _, attribute = name.partition(".")
        declared = self.base.facts.get(fact)
        found = None if declared is None else declared.attributes.get(attribute)
        return found is not None and found.default is not None

    @cached_property
    def rules(self) -> Mapping[str, frozenset[str]]:
        """What conditions and fields of each rule read, and the conditions of what overrides it."""
        return {name: self.read(self._of_rule(rule)) for name, rule in self.base.rules.items()}

    def _of_rule(self, rule: Rule) -> list[Expression]:
        found = [*conditions(rule), *fields(rule)]
        for other in self.base.overriders.get(rule.name, ()):
            found += conditions(other)
        return found

    @cached_property
    def rejects(self) -> tuple[frozenset[str], ...]:
        """What the condition of each reject reads."""
        return tuple(self.read([reject.when]) for reject in self.base.rejects)

    def read(self, expressions: Iterable[Expression]) -> frozenset[str]:
        """The names that expressions read directly."""
        return frozenset(names_in(self.base, expressions))

    @cached_property
    def users(self) -> Mapping[str, frozenset[str]]:
        """The names that read each name directly."""
        found: dict[str, set[str]] = {}
        for name, needs in self.needs.items():
            for need in needs:
                found.setdefault(need, set()).add(name)
        return {name: frozenset(users) for name, users in found.items()}

    def spread(self, edit: Edit) -> Spread:
        """From where a change spreads, and how far it may."""
        names: set[str] = set()
        rules: set[str] = set()
        rejects: set[int] = set()
        parameters: set[str] = set()
        match edit.part:
            case "defines":
                names |= set(edit.stated)
            case "rules":
                rules |= set(edit.stated)
            case "rejects":
                rejects |= set(edit.stated)
            case "facts":
                for fact, declared in edit.stated.items():
                    before = self.base.facts[fact].attributes
                    after = declared.attributes
                    names |= {f"{fact}.{n}" for n in after if after[n] != before[n]}
            case "parameters":
                parameters |= set(edit.stated)
                for name in edit.stated:
                    for part, reader in self.readers.get(name, ()):
                        {"name": names, "rule": rules, "reject": rejects}[part].add(reader)  # type: ignore[attr-defined]  # each part has readers of its type
        for name in list(rules):  # what a rule overrides falls with it
            rules |= set(self.base.rules[name].overrides) & set(self.base.rules)
        return Spread(
            frozenset(names), frozenset(rules), frozenset(rejects), frozenset(parameters),
            self._after(names),
        )  # fmt: skip

    def _after(self, names: set[str]) -> tuple[str, ...]:
        found = set(names)
        stack = list(names)
        while stack:
            for user in self.users.get(stack.pop(), ()):
                if user not in found:
                    found.add(user)
                    stack.append(user)
        return tuple(name for name in self.order if name in found)

    @cached_property
    def readers(self) -> Mapping[str, list[tuple[str, str | int]]]:
        """Who reads each parameter directly: names, rules and rejects."""
        found: dict[str, list[tuple[str, str | int]]] = {}

        def enter(part: str, name: str | int, expressions: Iterable[Expression]) -> None:
            for parameter in parameters_in(expressions):
                found.setdefault(parameter, []).append((part, name))

        for define in self.base.defines.values():
            enter("name", define.name, expressions_of(define))
        for fact in self.base.facts.values():
            for one in fact.attributes.values():
                texts = [e for e in (one.default, one.unless) if e is not None]
                enter("name", f"{fact.name}.{one.name}", texts)
        for rule in self.base.rules.values():
            enter("rule", rule.name, [*conditions(rule), *fields(rule)])
        for number, reject in enumerate(self.base.rejects):
            enter("reject", number, [reject.when])
        return found

    # Properties ---------------------------------------------------------------------------------

    def cone(self, said: Property) -> tuple[frozenset[str], frozenset[str]]:
        """The names and the rules that a property reads, directly or through others."""
        from matchrules.testing.mending import rules_behind

        names: set[str] = set()
        rules: set[str] = set()
        tops = [e for e in (said.when, said.then) if e is not None]
        for top in tops:
            for node in ir.walk(top):
                if isinstance(node, ir.NoneFire | ir.SameAdvice):
                    rules |= set(self.base.rules)
                rules |= {rule.name for rule in rules_behind(self.base, node)}
                if isinstance(node, ir.Advised | ir.AdvisedField):
                    rules |= self._on(node.kind, node.subject)
        names |= self.read(tops)
        for rule in rules:
            names |= self.rules[rule]
        stack = list(names)
        while stack:
            for need in self.needs.get(stack.pop(), ()):
                if need not in names:
                    names.add(need)
                    stack.append(need)
        return frozenset(names), frozenset(rules)

    def _on(self, kind: str, subject: str) -> set[str]:
        """The rules that advise on a subject, for or against: a strength may change its side."""
        return {
            rule.name
            for rule in self.base.rules.values()
            if any((then.kind, then.subject) == (kind, subject) for then in rule.thens)
        }


def conditions(rule: Rule) -> list[Expression]:
    """What decides whether a rule's conditions hold."""
    return [*rule.guards, *([] if rule.when is None else [rule.when]), *rule.unless]


def fields(rule: Rule) -> list[Expression]:
    """The fields of its advice."""
    return [value for then in rule.thens for value in then.fields.values()]


def parameters_in(expressions: Iterable[Expression]) -> set[str]:
    """The parameters that expressions read directly."""
    return {
        node.name
        for expression in expressions
        for node in ir.walk(expression)
        if isinstance(node, ir.ParameterValue)
    }
