"""Puts the proofs of what was asked for into an answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from matchrules import ir
from matchrules.decision import Advice, Decision, about_of, plain_value
from matchrules.diagnostics.model import UsageError
from matchrules.engine.interpreter import NOTHING, Bound
from matchrules.explain.grounds import Asked, Grounds
from matchrules.explain.names import spoken
from matchrules.explain.why.model import Proof, Step, What, Why
from matchrules.explain.why.node import worked
from matchrules.explain.why.places import places
from matchrules.explain.why.reasons import Part, Reason, Reasons
from matchrules.explain.why.repeats import told_once
from matchrules.explain.why.telling import Said, Telling
from matchrules.ir import Rule
from matchrules.types import YesNo


def why(grounds: Grounds, decision: Decision, subject: str, about: Any, whole: bool) -> Why:
    """Why something is advised, or why a fact has its value."""
    asked = grounds.asked(subject)
    answer = _Answer(grounds, decision, Reasons(grounds, whole), about)
    found = answer.value(asked) if asked.what == "value" else answer.advice(asked, subject)
    return Why(subject, grounds.case.as_of, whole, tuple(found))


_SENTENCES: Final[Mapping[str, tuple[What, str]]] = {
    "when": ("when", "it speaks because"),
    "guard": ("guard", "it is for a case like this"),
    "unless": ("unless", "nothing blocks it"),
    "text": ("text", "its text names"),
}


class _Answer:
    def __init__(self, grounds: Grounds, decision: Decision, reasons: Reasons, about: Any) -> None:
        self.base = grounds.base
        self.grounds = grounds
        self.decision = decision
        self.reasons = reasons
        self.about = about
        self._keyed: dict[str, Mapping[Any, int]] = {}
        self.wording = grounds.wording
        self.places = places(grounds.base, grounds.sources)

    # Advice ---------------------------------------------------------------------------------------

    def advice(self, asked: Asked, subject: str) -> list[Proof]:
        kind, _, of = asked.name.partition(".")
        wanted = self.base.rules[asked.name].full_name if asked.what == "rule" else None
        said = [
            (advice, self.base.rules[advice.rule.rpartition(".")[2]])
            for advice in self.decision.advice
            if (advice.rule == wanted if wanted else (advice.kind, advice.subject) == (kind, of))
        ]
        if not said:
            raise UsageError(
                f"nothing is advised on `{subject}` here: `why_not` tells why"
                if asked.what == "advice"
                else f"rule `{subject}` does not advise anything here: `why_not` tells why"
            )
        if self.about is not None:
            said = [(advice, rule) for advice, rule in said if _same(advice.about, self.about)]
            if not said:
                about = self._key({rule.fact for rule in self.grounds.rules_for(asked)})
                raise UsageError(
                    f"nothing is advised on `{subject}` about {about}: `why_not` tells why"
                )
        return list(self._proofs(said))

    def _proofs(self, said: Sequence[tuple[Advice, Rule]]) -> Iterator[Proof]:
        used: dict[tuple[str, Any, str, str, str], int] = {}
        for advice, rule in said:
            index = self._index(rule.fact, advice.about)
            key = (rule.name, repr(advice.about), advice.kind, advice.subject, advice.strength)
            thens = [
                place for place, then in enumerate(rule.thens)
                if (then.kind, then.subject, then.strength) == key[2:]
            ]  # fmt: skip
            # Advice of one rule comes in the order of its `then`s.
            place = thens[used.get(key, 0)]
            used[key] = used.get(key, 0) + 1
            reason = self.reasons.of_rule(rule, index, place)
            yield Proof(
                self._title(advice), self._root(rule, advice, reason), self.reasons.facts(reason),
                advice,
            )  # fmt: skip

    def _index(self, fact: str | None, about: Any) -> int:
        """Where the instance with that key stands."""
        return 0 if fact is None else self._indexes(fact)[about]

    def _indexes(self, fact: str) -> Mapping[Any, int]:
        found = self._keyed.get(fact)
        if found is None:
            names = self.base.facts[fact].keys
            found = self._keyed[fact] = {
                about_of(tuple(instance[name] for name in names)): index  # type: ignore[misc]  # keys are known
                for index, instance in enumerate(self.grounds.case.facts[fact])
            }
        return found

    def _title(self, advice: Advice) -> str:
        strength = spoken(advice.strength).capitalize()
        return f"{strength}: {advice.text}"

    def _root(self, rule: Rule, advice: Advice, reason: Reason) -> Step:
        telling = self._telling(reason)
        steps = [step for part in reason.parts for step in self._part(telling, part, rule, advice)]
        name = self.wording.names.rule(rule.name)
        return told_once(telling.step(
            "rule", f"rule {name}", True, YesNo(), steps, rule.full_name, "", rule.span,
            rule.ruleset, rule.cites,
        ))  # fmt: skip

    def _telling(self, reason: Reason) -> Telling:
        return Telling(
            self.reasons.reading, self.wording, self.places, reason.units, self.reasons.whole,
            self.reasons.told,
        )  # fmt: skip

    def _part(self, telling: Telling, part: Part, rule: Rule, advice: Advice) -> list[Step]:
        """What there is to say of a part; nothing of one that no fact of the case bears on."""
        said: Said = worked(telling.tell(part.node))
        steps = list(said.steps)
        if said.idle and not telling.whole and part.what not in ("unless", "overrider"):
            return []
        if part.what in _SENTENCES and steps:
            what, sentence = _SENTENCES[part.what]
            return [telling.step(what, sentence, part.node.value, YesNo(), steps)]
        if part.what == "overrider":
            other = self.base.rules[part.name]
            return [
                telling.step(
                    "overrider", f"not withdrawn by rule {self.wording.names.rule(part.name)}",
                    True, YesNo(), steps, other.full_name, "", other.span, other.ruleset,
                    other.cites,
                )
            ]  # fmt: skip
        if part.what == "field":
            type_ = self.base.advice[advice.kind].subjects[advice.subject].fields[part.name]
            if not steps:
                return []
            sentence = f"its “{spoken(part.name)}” is {telling.say(part.node.value, type_)}"
            return [telling.step("field", sentence, part.node.value, type_, steps, part.name)]
        return steps

    # Values ---------------------------------------------------------------------------------------

    def value(self, asked: Asked) -> list[Proof]:
        """Why an attribute or define has its value; of each instance, where it has several."""
        name = asked.name
        fact, _, attribute = name.partition(".")
        define = self.base.defines.get(name)
        if define is not None:
            named: ir.Expression = ir.Derived(name, define.type, define.fact)
            of = define.fact
        else:
            declared = self.base.facts[fact].attributes[attribute]
            named = ir.Attribute(fact, attribute, declared.type)
            of = fact if self.base.facts[fact].many else None
        indexes: list[int] = [0] if of is None else list(range(len(self.grounds.case.facts[of])))
        if of is not None and not indexes:
            raise UsageError(f"the case has no `{of}`, so there is no `{name}`")
        if self.about is not None:
            keyed = of is not None and self.base.facts[of].keys
            indexes = [
                index for key, index in (self._indexes(of).items() if keyed and of else ())
                if _same(key, self.about)
            ]  # fmt: skip
            if not indexes:
                self._key({of})
        return [self._value_proof(named, of, i) for i in indexes]

    def _key(self, facts: set[str | None]) -> str:
        """What is asked about, for a message; an error where there is no such instance."""
        from matchrules.explain.why_not.keys import index_of_key, key_of, no_such

        key = key_of(self.grounds, facts, self.about)
        if all(key not in index_of_key(self.grounds, fact) for fact in facts if fact):
            raise no_such(self.grounds, facts, key)
        return ", ".join(str(plain_value(part, None)) for part in key)

    def _value_proof(self, named: Any, of: str | None, index: int) -> Proof:
        bound: Bound = NOTHING if of is None else {of: index}
        reason = self.reasons.of_value(named, of, index)
        telling = self._telling(reason)
        steps: list[Step] = [
            step for part in reason.parts for step in worked(telling.tell(part.node)).steps
        ]
        root, *more = steps
        if of is not None and self.base.facts[of].many:
            sentence = f"{root.sentence} ({telling.instance(of, bound)})"
        else:
            sentence = root.sentence
        root = Step(
            root.what, sentence, root.value, root.name, root.path, root.text, root.place,
            root.version, root.cites, (*root.steps, *more), needed=root.needed,
        )  # fmt: skip
        title = sentence[:1].upper() + sentence[1:]
        return Proof(title, told_once(root), self.reasons.facts(reason))


def _same(about: Any, asked: Any) -> bool:
    """Whether that is the key, or its text."""
    parts = about if isinstance(about, tuple) else (about,)
    asked = tuple(asked) if isinstance(asked, list) else asked
    return bool(about == asked) or ", ".join(str(plain_value(p, None)) for p in parts) == asked


__all__ = ["why"]
