"""Ways to join one applicant with many programs by 20 rules. Each is made from the programs, which
it keeps; `decide(applicant)` gives the pairs of a program and a rule that fires for it."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from join import JOIN_APPLICANT, JOIN_RULES, JoinTest, Of, Program
from workload import OPERATORS, Applicant

Pair = tuple[int, str]
COLUMNS: Final = [
    "pid", "median", "cutoff", "max_yog", "min_usce", "min_pubs", "visa", "img_pct", "min_gpa",
    "tier", "specialty", "seats",
]  # fmt: skip


def operand(test: JoinTest, prefix: str, literal: Callable[[Any], str] = json.dumps) -> str:
    """The right side of a test as most languages write it."""
    if not isinstance(test.value, Of):
        return literal(test.value)
    name, plus = test.value
    return f"{prefix}{name}" + (f" {'+' if plus > 0 else '-'} {abs(plus)}" if plus else "")


def value_of(test: JoinTest, applicant: Applicant) -> Any:
    """The right side of a test for one applicant."""
    if not isinstance(test.value, Of):
        return test.value
    name, plus = test.value
    return applicant[name] + plus if plus else applicant[name]


class Loop:
    """One loop of `if` statements over tuples; what depends on the applicant alone before it."""

    def __init__(self, programs: Sequence[Program]) -> None:
        lines = ["def decide(a):", " out = []; add = out.append"]
        lines += [f" a_{name} = a[{name!r}]" for name in JOIN_APPLICANT]
        before: dict[str, str] = {}
        body = []
        for name, tests in JOIN_RULES:
            said = []
            for test in tests:
                right = operand(test, "a_", repr)
                if isinstance(test.value, Of) and test.value.plus:
                    right = before.setdefault(right, f"k{len(before)}")
                said.append(f"p_{test.attribute} {test.op} {right}")
            body.append(f"  if {' and '.join(said)}: add((p_pid, {name!r}))")
        lines += [f" {name} = {right}" for right, name in before.items()]
        lines += [f" for {', '.join(f'p_{c}' for c in COLUMNS)} in programs:", *body]
        space: dict[str, Any] = {
            "programs": [tuple(program[column] for column in COLUMNS) for program in programs]
        }
        exec("\n".join([*lines, " return out"]), space)
        self.decide: Callable[[Applicant], list[Pair]] = space["decide"]


class BitJoin:
    """The programs do not change, so a test depends on one value of the applicant: it chooses the
    bits of the programs that pass; a rule takes the bits of its tests together."""

    def __init__(self, programs: Sequence[Program]) -> None:
        full = (1 << len(programs)) - 1
        tables: dict[tuple[str, str], Any] = {}
        tests: dict[JoinTest, int] = {}
        self.plan = []
        for name, said in JOIN_RULES:
            constant, chosen = full, []
            for test in said:
                if isinstance(test.value, Of):
                    chosen.append(tests.setdefault(test, len(tests)))
                else:
                    compare = OPERATORS[test.op]
                    constant &= sum(
                        1 << n for n, program in enumerate(programs)
                        if compare(program[test.attribute], test.value)
                    )  # fmt: skip
            self.plan.append((name, constant, chosen))
        for test in tests:
            key = (test.attribute, test.op)
            if key not in tables:
                tables[key] = self.table(programs, *key)
        self.tests = [(*tables[t.attribute, t.op], t.value.attribute, t.value.plus) for t in tests]
        self.bytes = -(-len(programs) // 8)
        ids = [program["pid"] for program in programs]
        self.told = {
            name: [
                [
                    tuple((ids[8 * n + bit], name) for bit in range(8) if byte >> bit & 1)
                    if byte < 1 << len(ids) - 8 * n else ()
                    for byte in range(256)
                ]
                for n in range(self.bytes)
            ]
            for name, _ in JOIN_RULES
        }  # fmt: skip

    @staticmethod
    def table(programs: Sequence[Program], name: str, op: str) -> tuple[Any, Any]:
        """Cut points and the bits at and between them; for words their bits."""
        at: dict[Any, int] = {}
        for number, program in enumerate(programs):
            at[program[name]] = at.get(program[name], 0) | 1 << number
        if isinstance(programs[0][name], str):
            return None, at
        full, below, masks = (1 << len(programs)) - 1, 0, []
        points = sorted(at)
        for here in [bits for point in points for bits in (0, at[point])] + [0]:
            above = full & ~below & ~here
            masks.append({
                "==": here, "!=": full & ~here, "<": below, "<=": below | here, ">": above,
                ">=": above | here,
            }[op])  # fmt: skip
            below |= here
        return points, masks

    def masks(self, applicant: Applicant) -> list[tuple[str, int]]:
        passed = []
        for points, masks, name, plus in self.tests:
            value = applicant[name]
            if points is None:
                passed.append(masks.get(value, 0))
            else:
                value += plus
                passed.append(masks[bisect_left(points, value) + bisect_right(points, value)])
        out = []
        for name, mask, chosen in self.plan:
            for number in chosen:
                mask &= passed[number]
            out.append((name, mask))
        return out

    def decide(self, applicant: Applicant) -> list[Pair]:
        out: list[Pair] = []
        for name, mask in self.masks(applicant):
            octets = mask.to_bytes(self.bytes, "little")
            for told, byte in zip(self.told[name], octets, strict=True):
                if byte:
                    out += told[byte]
        return out


class PolarsJoin:
    """An expression for each rule over the frame of the programs. The answer stays a frame."""

    def __init__(self, programs: Sequence[Program]) -> None:
        import polars as pl

        self.pl = pl
        self.frame = pl.DataFrame(list(programs))

    def decide(self, applicant: Applicant) -> Any:
        pl = self.pl
        told = []
        for name, tests in JOIN_RULES:
            each = (
                OPERATORS[t.op](pl.col(t.attribute), pl.lit(value_of(t, applicant))) for t in tests
            )
            condition = next(each)
            for test in each:
                condition = condition & test
            told.append(condition.alias(name))
        return self.frame.select("pid", *told)

    def pairs(self, found: Any) -> set[Pair]:
        return {
            (row["pid"], name)
            for row in found.iter_rows(named=True)
            for name, fires in row.items()
            if fires is True
        }


class _EachProgram:
    """One expression, a list with a yes or no for every rule, asked once a program."""

    conjunction = "and"

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs
        self.names = [name for name, _ in JOIN_RULES]
        said = [
            f" {self.conjunction} ".join(
                f"p.{test.attribute} {test.op} {operand(test, 'a.')}" for test in tests
            )
            for _, tests in JOIN_RULES
        ]
        self.ask = self.compiled(f"[{', '.join(f'({one})' for one in said)}]")

    def compiled(self, text: str) -> Callable[[dict[str, Any]], Iterable[Any]]:
        raise NotImplementedError

    def decide(self, applicant: Applicant) -> list[Pair]:
        return [
            (program["pid"], name)
            for program in self.programs
            for name, fires in zip(
                self.names, self.ask({"a": applicant, "p": program}), strict=True
            )
            if fires
        ]


class ZenJoin(_EachProgram):
    """zen-engine, a compiled expression."""

    def compiled(self, text: str) -> Callable[[dict[str, Any]], Iterable[Any]]:
        import zen

        return zen.compile_expression(text).evaluate


class CelJoin(_EachProgram):
    """CEL in Rust."""

    conjunction = "&&"

    def compiled(self, text: str) -> Callable[[dict[str, Any]], Iterable[Any]]:
        import cel

        return cel.compile(text).execute


class DurableJoin:
    """durable-rules through its C module: the programs asserted once, the applicant asserted and
    retracted. Every join ends with a test that cannot fail: durable-rules reads past the end of
    the tests where the last one fails."""

    def __init__(self, programs: Sequence[Program]) -> None:
        import durable_rules_engine

        from peers.networks import DURABLE

        def written(test: JoinTest) -> dict[str, Any]:
            value: Any = test.value
            if isinstance(value, Of):
                name, plus = value
                value = {"a": name}
                if plus:
                    value = {"$add" if plus > 0 else "$sub": {"$l": value, "$r": abs(plus)}}
            said = {test.attribute: value}
            return said if test.op == "==" else {DURABLE[test.op]: said}

        definitions = {}
        for name, tests in JOIN_RULES:
            # constants first
            ordered = sorted(tests, key=lambda test: isinstance(test.value, Of))
            closing = {"$gte": {"one": {"a": "one"}}}
            both = {"$and": [{"t": "p"}, *map(written, ordered), closing]}
            definitions[name] = {"all": [{"a": {"t": "a"}}, {"p": both}]}
        self.engine = durable_rules_engine
        self.handle = self.engine.create_ruleset("join", json.dumps(definitions))
        for program in programs:
            fact = {**program, "t": "p", "id": f"p{program['pid']}", "one": 1}
            self.engine.assert_fact(self.handle, json.dumps(fact))

    def decide(self, applicant: Applicant) -> list[Pair]:
        engine, handle = self.engine, self.handle
        text = json.dumps({**applicant, "t": "a", "id": "a", "one": 1})
        _, state = engine.assert_fact(handle, text)
        out = []
        started = engine.start_action_for_state(handle, state)
        message = started[1] if started else None
        while message:
            place = message.index('"pid": ') + 7
            number = int(message[place : message.index(",", place)])
            out.append((number, message[2 : message.index('"', 2)]))
            message = engine.complete_and_start_action(handle, state)
        engine.retract_fact(handle, text)
        return out
