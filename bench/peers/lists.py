"""Engines that walk a list of rules in Python: rule-engine, JsonLogic and business-rules."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from workload import DECIMALS, ENUMS, FLAGS, INTEGERS, Applicant, Comparison, Rule

from peers.plain import Peer


class _RuleByRule(Peer):
    """One test for each rule; those of the second level are given the derived facts as a list."""

    chaining = False

    def test_of(self, rule: Rule) -> Callable[[dict[str, Any]], Any]:
        raise NotImplementedError

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.first = [(r.name, r.derive, self.test_of(r)) for r in rules if r.level == 1]
        self.second = [(r.name, self.test_of(r)) for r in rules if r.level == 2]

    def decide(self, applicant: Applicant) -> list[str]:
        out, derived = [], []
        for name, derive, test in self.first:
            if test(applicant):
                out.append(name)
                if derive:
                    derived.append(derive)
        again = {**applicant, "derived": derived}
        out += [name for name, test in self.second if test(again)]
        return out


class RuleEngine(_RuleByRule):
    """rule-engine: a `Rule` for each."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import rule_engine

        self.rule = rule_engine.Rule
        self.context = rule_engine.Context(resolver=rule_engine.resolve_item)
        super().__init__(rules)

    def test_of(self, rule: Rule) -> Callable[[dict[str, Any]], Any]:
        tests = [f"{json.dumps(rule.needs)} in derived"] if rule.needs else []
        for name, op, value in rule.when:
            if name in DECIMALS:
                tests.append(f"{name} != null")
            tests.append(f"{name} {op} {json.dumps(value)}")
        return self.rule(" and ".join(tests), context=self.context).matches


class JsonLogic(_RuleByRule):
    """JsonLogic: a tree for each."""

    def test_of(self, rule: Rule) -> Callable[[dict[str, Any]], Any]:
        from json_logic import jsonLogic

        tests: list[dict[str, Any]] = []
        if rule.needs:
            tests.append({"in": [rule.needs, {"var": "derived"}]})
        for name, op, value in rule.when:
            if name in DECIMALS:
                tests.append({"!==": [{"var": name}, None]})
            spelt = {"==": "===", "!=": "!=="}.get(op, op)
            tests.append({spelt: [{"var": name}, value]})
        tree = {"and": tests}
        return lambda facts: jsonLogic(tree, facts) is True


_SPELT = {
    "<": "less_than", "<=": "less_than_or_equal_to", ">": "greater_than",
    ">=": "greater_than_or_equal_to", "==": "equal_to",
}  # fmt: skip


class BusinessRules(Peer):
    """business-rules: `run_all`, in order; an action sets what later rules read. It knows no null
    and no "not equal": whether a value is there is a variable of its own, and unlike is less or
    greater."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        from business_rules import run_all
        from business_rules.actions import BaseActions, rule_action
        from business_rules.fields import FIELD_TEXT
        from business_rules.variables import (
            BaseVariables,
            boolean_rule_variable,
            numeric_rule_variable,
            select_rule_variable,
        )

        def started(self: Any, applicant: Applicant) -> None:
            self.applicant, self.derived = applicant, set()

        members: dict[str, Any] = {"__init__": started}

        def declare(name: str, kind: Callable[[], Any], read: Callable[[Any], Any]) -> None:
            read.__name__ = name
            members[name] = kind()(read)

        for name in (*INTEGERS, *DECIMALS):
            declare(name, numeric_rule_variable, lambda s, n=name: s.applicant[n])
        for name in DECIMALS:
            declare(
                f"has_{name}", boolean_rule_variable, lambda s, n=name: s.applicant[n] is not None
            )
        for name in FLAGS:
            declare(name, boolean_rule_variable, lambda s, n=name: s.applicant[n])
        for name in ENUMS:
            declare(name, select_rule_variable, lambda s, n=name: [s.applicant[n]])
        for rule in rules:
            if rule.derive:
                declare(rule.derive, boolean_rule_variable, lambda s, d=rule.derive: d in s.derived)

        class Actions(BaseActions):
            def __init__(self, variables: Any) -> None:
                self.variables, self.out = variables, []

            @rule_action(params={"rule": FIELD_TEXT, "derive": FIELD_TEXT})
            def fire(self, rule: str, derive: str | None) -> None:
                self.out.append(rule)
                if derive:
                    self.variables.derived.add(derive)

        self.run_all, self.actions = run_all, Actions
        self.variables = type("Variables", (BaseVariables,), members)
        self.rules = [
            {
                "conditions": {"all": self.conditions(rule)},
                "actions": [{"name": "fire", "params": {"rule": rule.name, "derive": rule.derive}}],
            }
            for rule in sorted(rules, key=lambda rule: rule.level)
        ]

    def conditions(self, rule: Rule) -> list[dict[str, Any]]:
        def said(name: str, operator: str, value: Any = True) -> dict[str, Any]:
            return {"name": name, "operator": operator, "value": value}

        def one(comparison: Comparison) -> dict[str, Any]:
            name, op, value = comparison
            if name in ENUMS:
                return said(name, "contains" if op == "==" else "does_not_contain", value)
            if name in FLAGS:
                return said(name, "is_true" if value == (op == "==") else "is_false")
            if op == "!=":
                return {"any": [said(name, _SPELT["<"], value), said(name, _SPELT[">"], value)]}
            return said(name, _SPELT[op], value)

        found = [said(rule.needs, "is_true")] if rule.needs else []
        for comparison in rule.when:
            if comparison.attribute in DECIMALS:
                found.append(said(f"has_{comparison.attribute}", "is_true"))
            found.append(one(comparison))
        return found

    def decide(self, applicant: Applicant) -> list[str]:
        variables = self.variables(applicant)
        actions = self.actions(variables)
        self.run_all(self.rules, variables, actions)
        return actions.out
