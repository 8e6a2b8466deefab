"""What explanations of one decision rest on: the rules, the case, and what is worked out of both.

Everything here is worked out when it is first asked for, and then kept.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.dependencies import Graph, dependencies
from matchrules.diagnostics.model import UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.wording import Wording
from matchrules.ir import Rule, RuleBase
from matchrules.ir.kept import Kept
from matchrules.lazy import cached_property
from matchrules.text import Source

if TYPE_CHECKING:
    from matchrules.engine.compiled import Compiled


@frozen
class Asked:
    """What a question is about: advice on `kind.subject`, the advice of a rule (its bare name), or
    the value of an attribute or derived fact (its dotted name)."""

    what: Literal["advice", "rule", "value"]
    name: str


@frozen(slots=False, eq=False)
class Grounds:
    """The rules in force, a valid case, and the texts of the rules by the name of their file."""

    base: RuleBase
    case: Case
    sources: Mapping[str, Source] = field(repr=False)

    @cached_property
    def interpretation(self) -> Interpretation:
        """The case under the interpreter, which works out what is asked of it and keeps it."""
        return Interpretation(self.base, self.case)

    @cached_property
    def compiled(self) -> "Compiled":
        """The rules as code, for answers that need many cases decided."""
        from matchrules.engine.compiled import compiled

        return compiled(self.base)

    @cached_property
    def wording(self) -> Wording:
        return _wording(self.base)

    @cached_property
    def graph(self) -> Graph:
        """On what each attribute and derived fact depends directly."""
        return dependencies(self.base)

    def asked(self, subject: str) -> Asked:
        """What `subject` names; raises `UsageError` where it names nothing."""
        kind, _, name = subject.partition(".")
        declared = self.base.advice.get(kind)
        if declared is not None and name in declared.subjects:
            return Asked("advice", subject)
        rule = self.base.rule_of(subject)
        if rule is not None:
            return Asked("rule", rule.name)
        fact = self.base.facts.get(kind)
        if subject in self.base.defines or (fact is not None and name in fact.attributes):
            return Asked("value", subject)
        hint = did_you_mean(subject, self._names)
        raise UsageError(
            f"there is no advice, rule or fact `{subject}`"
            + (f": {hint}" if hint else ": name one as `kind.subject`, by its id, or `fact.name`")
        )

    def rules_for(self, asked: Asked) -> tuple[Rule, ...]:
        """The rules that can give what is asked for, in code point order; none for a value."""
        if asked.what == "rule":
            return (self.base.rules[asked.name],)
        return tuple(
            rule for rule in self.base.rules.values()
            if any(f"{then.kind}.{then.subject}" == asked.name for then in rule.thens)
        )  # fmt: skip

    @property
    def _names(self) -> list[str]:
        advice = self.base.advice.values()
        return [
            *(f"{kind.name}.{subject}" for kind in advice for subject in kind.subjects),
            *(rule.id for rule in self.base.rules.values() if rule.id),
            *self.base.rules,
            *self.base.defines,
            *(f"{f.name}.{name}" for f in self.base.facts.values() for name in f.attributes),
        ]


_wording: Final = Kept(Wording)  # to find the names of a rule base takes long
