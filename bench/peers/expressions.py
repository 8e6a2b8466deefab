"""Engines that compile expressions: zen-engine and CEL."""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from workload import ATTRIBUTES, DECIMALS, Applicant, Comparison, Rule

from peers.plain import Peer


class _InTwoPasses(Peer):
    """One expression for each level, a list with a yes or no for every rule; the second is given
    the derived facts as a list."""

    chaining = False
    conjunction = "and"

    def compiled(self, text: str) -> Callable[[dict[str, Any]], Iterable[Any]]:
        raise NotImplementedError

    def expression(self, rule: Rule) -> str:
        tests = [f"{json.dumps(rule.needs)} in derived"] if rule.needs else []
        for name, op, value in rule.when:
            if name in DECIMALS:
                tests.append(f"{name} != null")
            tests.append(f"{name} {op} {json.dumps(value)}")
        return f"({f' {self.conjunction} '.join(tests)})"

    def __init__(self, rules: Sequence[Rule]) -> None:
        first = [rule for rule in rules if rule.level == 1]
        second = [rule for rule in rules if rule.level == 2]
        self.first = [(rule.name, rule.derive) for rule in first]
        self.second = [rule.name for rule in second]
        self.ask_first = self.compiled(f"[{', '.join(map(self.expression, first))}]")
        self.ask_second = self.compiled(f"[{', '.join(map(self.expression, second))}]")

    def decide(self, applicant: Applicant) -> list[str]:
        out, derived = [], []
        for (name, derive), fires in zip(self.first, self.ask_first(applicant), strict=True):
            if fires:
                out.append(name)
                if derive:
                    derived.append(derive)
        again = self.ask_second({**applicant, "derived": derived})
        out += [name for name, fires in zip(self.second, again, strict=True) if fires]
        return out


class ZenExpressions(_InTwoPasses):
    """zen-engine: `compile_expression`."""

    def compiled(self, text: str) -> Callable[[dict[str, Any]], Iterable[Any]]:
        import zen

        return zen.compile_expression(text).evaluate


class Cel(_InTwoPasses):
    """The common expression language, evaluated in Rust."""

    conjunction = "&&"

    def compiled(self, text: str) -> Callable[[dict[str, Any]], Iterable[Any]]:
        import cel

        return cel.compile(text).execute


class ZenTable(Peer):
    """zen-engine: a decision of two tables that collect, with the derived facts between them."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import zen

        place = {"x": 0, "y": 0}

        def expressions(name: str, passed: bool, **said: str) -> dict[str, Any]:
            content = [{"id": key, "key": key, "value": text} for key, text in said.items()]
            return {
                "id": name, "name": name, "type": "expressionNode", "position": place,
                "content": {"expressions": content, "passThrough": passed},
            }  # fmt: skip

        nodes = [
            {"id": "in", "name": "in", "type": "inputNode", "position": place},
            self.table("first", [rule for rule in rules if rule.level == 1], place),
            expressions("derive", True, derived="map(filter(first, #.derive != null), #.derive)"),
            self.table("second", [rule for rule in rules if rule.level == 2], place),
            expressions("both", False, a="map(first, #.rule)", b="map(second, #.rule)"),
            {"id": "out", "name": "out", "type": "outputNode", "position": place},
        ]
        edges = [
            {"id": f"e{n}", "type": "edge", "sourceId": one["id"], "targetId": next_["id"]}
            for n, (one, next_) in enumerate(pairwise(nodes))
        ]
        self.engine = zen.ZenEngine()
        self.decision = self.engine.create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    @staticmethod
    def cell(comparison: Comparison) -> str:
        value = json.dumps(comparison.value)
        if comparison.op == "==":
            return value
        test = f"$ {comparison.op} {value}"
        guarded = comparison.op == "!=" or comparison.attribute in DECIMALS
        return f"$ != null and {test}" if guarded else test

    def table(self, name: str, rules: Sequence[Rule], place: dict[str, int]) -> dict[str, Any]:
        columns = [{"id": a, "name": a, "field": a} for a in ATTRIBUTES]
        if name == "second":
            columns.append({"id": "needs", "name": "needs", "field": "derived"})
        rows = []
        for rule in rules:
            row = {column["id"]: "" for column in columns}
            row |= {"_id": rule.name, "rule": json.dumps(rule.name)}
            row["derive"] = json.dumps(rule.derive)
            row |= {comparison.attribute: self.cell(comparison) for comparison in rule.when}
            if rule.needs:
                row["needs"] = f"{json.dumps(rule.needs)} in $"
            rows.append(row)
        outputs = [{"id": n, "name": n, "field": n} for n in ("rule", "derive")]
        return {
            "id": name, "name": name, "type": "decisionTableNode", "position": place,
            "content": {
                "hitPolicy": "collect", "inputs": columns, "outputs": outputs, "rules": rows,
                "passThrough": True, "inputField": None, "outputPath": name,
                "executionMode": "single",
            },
        }  # fmt: skip

    def decide(self, applicant: Applicant) -> list[str]:
        found = self.decision.evaluate(applicant)["result"]
        return (found["a"] or []) + (found["b"] or [])
