"""Engines with a working memory: CLIPS, durable-rules and experta."""

import json
import operator
from collections.abc import Iterator, Sequence
from typing import Any

from workload import ATTRIBUTES, DECIMALS, Applicant, Comparison, Rule

from peers.plain import Peer


def clips_literal(value: Any) -> str:
    """A constant as CLIPS writes it."""
    return {True: "TRUE", False: "FALSE"}[value] if isinstance(value, bool) else json.dumps(value)


class Clips(Peer):
    """clipspy through its own foreign calls: an applicant is one fact, a rule that fires calls back
    into Python, derived facts have logical support. (Facts handed to Python by the calls one level
    higher are never given back.)"""

    then = "(hit {name})"

    def __init__(self, rules: Sequence[Rule]) -> None:
        import clips
        from clips.facts import environment_builder, environment_modifier, lib
        from clips.values import clips_value

        self.environment = environment = clips.Environment()
        self.out: list[str] = []
        environment.define_function(lambda name, out=self.out: out.append(str(name)), name="hit")
        slots = " ".join(f"(slot {name})" for name in ATTRIBUTES)
        environment.build(f"(deftemplate applicant {slots})")
        environment.build("(deftemplate derived (slot name))")
        environment.build("(deftemplate fired (slot rule))")
        for rule in rules:
            environment.build(self.written(rule))
        self.lib, self.value, self.handle = lib, clips_value, environment._env
        self.builder = environment_builder(self.handle, "fact")
        self.modifier = environment_modifier(self.handle, "fact")
        self.nil = clips.Symbol("nil")
        self.slots = [(name, name.encode()) for name in ATTRIBUTES]
        self.fact: Any = None

    def written(self, rule: Rule) -> str:
        def slot(number: int, comparison: Comparison) -> str:
            name, op, value = comparison
            literal, bound = clips_literal(value), f"?v{number}"
            if op == "==":
                return f"({name} {literal})"
            if op == "!=":
                known = "&~nil" if name in DECIMALS else ""
                return f"({name} {bound}&~{literal}{known})"
            test = f"({op} {bound} {literal})"
            if name in DECIMALS:
                test = f"(and (numberp {bound}) {test})"
            return f"({name} {bound}&:{test})"

        pattern = f"(applicant {' '.join(slot(n, c) for n, c in enumerate(rule.when))})"
        if rule.needs:
            pattern += f" (derived (name {rule.needs}))"
        then = self.then.format(name=rule.name)
        if rule.derive:
            then += f" (assert (derived (name {rule.derive})))"
        return f"(defrule {rule.name} (logical {pattern}) => {then})"

    def prime(self, applicant: Applicant) -> None:
        lib, nil = self.lib, self.nil
        if self.fact is not None:
            lib.Retract(self.fact)
        lib.FBSetDeftemplate(self.builder, b"applicant")
        for name, slot in self.slots:
            value = applicant[name]
            given = self.value(self.handle, value=nil if value is None else value)
            lib.FBPutSlot(self.builder, slot, given)
        self.fact = lib.FBAssert(self.builder)
        lib.Run(self.handle, -1)

    def decide(self, applicant: Applicant) -> list[str]:
        self.out.clear()
        self.prime(applicant)
        return list(self.out)


class ClipsModify(Clips):
    """The same with every rule that fires as a fact under logical support, so that one slot can be
    changed and only what changed is worked out again."""

    then = "(assert (fired (rule {name})))"

    def __init__(self, rules: Sequence[Rule]) -> None:
        from clips._clips import ffi

        super().__init__(rules)
        self.ffi = ffi
        self.fired = self.lib.FindDeftemplate(self.handle, b"fired")

    def standing(self) -> Iterator[str]:
        lib, ffi = self.lib, self.ffi
        value = ffi.new("CLIPSValue *")
        fact = lib.GetNextFactInTemplate(self.fired, ffi.NULL)
        while fact != ffi.NULL:
            lib.GetFactSlot(fact, b"rule", value)
            yield ffi.string(value.lexemeValue.contents).decode()
            fact = lib.GetNextFactInTemplate(self.fired, fact)

    def decide(self, applicant: Applicant) -> list[str]:
        self.prime(applicant)
        return list(self.standing())

    def change(self, applicant: Applicant, name: str, value: Any) -> list[str]:
        lib = self.lib
        given = self.value(self.handle, value=self.nil if value is None else value)
        lib.FMSetFact(self.modifier, self.fact)
        lib.FMPutSlot(self.modifier, name.encode(), given)
        self.fact = lib.FMModify(self.modifier)
        lib.Run(self.handle, -1)
        return list(self.standing())


DURABLE = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "!=": "$neq"}


class Durable(Peer):
    """durable-rules through its C module, the fastest correct way found: at most 60 rules in a
    ruleset, one session each, the applicant asserted and retracted, the name of what fired cut out
    of the text of the result."""

    shard = 60

    def __init__(self, rules: Sequence[Rule]) -> None:
        import durable_rules_engine

        self.engine = durable_rules_engine
        self.derives = {rule.name: rule.derive for rule in rules if rule.derive}
        self.needed_in: dict[str, set[int]] = {}
        self.first = self.shards("first", [rule for rule in rules if rule.level == 1])
        second = [rule for rule in rules if rule.level == 2]
        self.second = self.shards("second", second)
        for number, rule in enumerate(second):
            self.needed_in.setdefault(rule.needs or "", set()).add(number // self.shard)

    def shards(self, name: str, rules: Sequence[Rule]) -> list[Any]:
        def pattern(comparison: Comparison) -> dict[str, Any]:
            attribute, op, value = comparison
            return {attribute: value} if op == "==" else {DURABLE[op]: {attribute: value}}

        made = []
        for start in range(0, len(rules), self.shard):
            definitions = {}
            for rule in rules[start : start + self.shard]:
                tests = [pattern(comparison) for comparison in rule.when]
                both: list[Any] = [{"a": tests[0] if len(tests) == 1 else {"$and": tests}}]
                if rule.needs:
                    both.append({"b": {"d": rule.needs}})
                definitions[rule.name] = {"all": both}
            made.append(self.engine.create_ruleset(f"{name}{start}", json.dumps(definitions)))
        return made

    def drained(self, handle: Any, state: Any) -> Iterator[str]:
        engine = self.engine
        started = engine.start_action_for_state(handle, state)
        message = started[1] if started else None
        while message:
            yield message[2 : message.index('"', 2)]
            message = engine.complete_and_start_action(handle, state)

    def decide(self, applicant: Applicant) -> list[str]:
        engine = self.engine
        text = json.dumps(applicant)[:-1] + ', "id": "a"}'
        out: list[str] = []
        derived: list[str] = []
        for handle in self.first:
            code, state = engine.assert_fact(handle, text)
            if code == 0:
                for name in self.drained(handle, state):
                    out.append(name)
                    if name in self.derives:
                        derived.append(self.derives[name])
                engine.retract_fact(handle, text)
        told: dict[int, list[str]] = {}
        for name in derived:
            for number in self.needed_in.get(name, ()):
                told.setdefault(number, []).append(f'{{"id": "{name}", "d": "{name}"}}')
        for number, facts in told.items():
            handle = self.second[number]
            code, state = engine.assert_fact(handle, text)
            if code == 0:
                written = f"[{','.join(facts)}]"
                engine.assert_facts(handle, written)
                out += self.drained(handle, state)
                engine.retract_fact(handle, text)
                engine.retract_facts(handle, written)
        return out


class Experta(Peer):
    """experta: a `KnowledgeEngine`, reset for each applicant."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import experta

        compare = {
            "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
            ">=": operator.ge,
        }  # fmt: skip
        self.applicant = type("Applicant", (experta.Fact,), {})
        derived = type("Derived", (experta.Fact,), {})
        members: dict[str, Any] = {"out": []}
        for rule in rules:
            slots = {
                name: experta.L(value) if op == "==" else experta.P(
                    lambda x, test=compare[op], v=value: x is not None and test(x, v)
                )
                for name, op, value in rule.when
                if op in compare or op == "=="
            }  # fmt: skip
            patterns = [self.applicant(**slots)]
            if rule.needs:
                patterns.append(derived(name=rule.needs))

            def then(engine: Any, name: str = rule.name, derive: str | None = rule.derive) -> None:
                engine.out.append(name)
                if derive:
                    engine.declare(derived(name=derive))

            members[rule.name] = experta.Rule(*patterns)(then)
        self.engine = type("Engine", (experta.KnowledgeEngine,), members)()

    def decide(self, applicant: Applicant) -> list[str]:
        engine = self.engine
        engine.reset()
        engine.out = []
        engine.declare(self.applicant(**applicant))
        engine.run()
        return engine.out
