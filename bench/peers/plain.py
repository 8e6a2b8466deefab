"""What one could write oneself in Python: `if` statements, and an index of bits."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from workload import ATTRIBUTES, DECIMALS, ENUMS, FLAGS, OPERATORS, Applicant, Comparison, Rule


class Peer:
    """A way to decide. `chaining`: derived facts reach other rules by the engine itself, not by
    asking it twice."""

    chaining = True

    def __init__(self, rules: Sequence[Rule]) -> None:
        raise NotImplementedError

    def decide(self, applicant: Applicant) -> Iterable[str]:
        """The rules that fire for an applicant."""
        raise NotImplementedError

    def prime(self, applicant: Applicant) -> None:
        """Make an applicant the one that `change` changes, where that is any different."""

    def change(self, applicant: Applicant, name: str, value: Any) -> Iterable[str]:
        """The rules that fire for that applicant with one attribute changed: asked from scratch,
        where an engine has no other way."""
        return self.decide({**applicant, name: value})


class HandWritten(Peer):
    """One function of `if` statements over local names."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        lines = ["def decide(a):", " out = []; add = out.append"]
        lines += [f" {name} = a[{name!r}]" for name in ATTRIBUTES]
        lines += [f" {rule.derive} = False" for rule in rules if rule.derive]
        for rule in sorted(rules, key=lambda rule: rule.level):
            tests = [rule.needs] if rule.needs else []
            for name, op, value in rule.when:
                if name in DECIMALS:
                    tests.append(f"{name} is not None")
                if name in FLAGS:
                    tests.append(name if value == (op == "==") else f"not {name}")
                else:
                    tests.append(f"{name} {op} {value!r}")
            then = f"; {rule.derive} = True" if rule.derive else ""
            lines.append(f" if {' and '.join(tests)}:\n  add({rule.name!r}){then}")
        lines.append(" return out")
        space: dict[str, Any] = {}
        exec("\n".join(lines), space)
        self.decide = space["decide"]  # type: ignore[method-assign]


class _Spans(dict[Any, int]):
    """What a number leaves possible: filled as values are seen, up to a bound."""

    def __init__(self, points: Sequence[Any], masks: Sequence[int], unknown: int) -> None:
        self.points, self.masks = points, masks
        self[None] = unknown

    def __missing__(self, value: Any) -> int:
        mask = self.masks[bisect_left(self.points, value) + bisect_right(self.points, value)]
        if len(self) < 100_000:
            self[value] = mask
        return mask


class _Names(dict[int, tuple[str, ...]]):
    """The names of the rules whose bits are set in one byte of a mask."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def __missing__(self, byte: int) -> tuple[str, ...]:
        found = tuple(name for bit, name in enumerate(self.names) if byte >> bit & 1)
        self[byte] = found
        return found


def spans_of(found: Sequence[tuple[int, Comparison]], full: int) -> tuple[list[Any], list[int]]:
    """The cut points of a number, and for each slot (2n before a point, 2n + 1 on it) the bits of
    the rules that it leaves possible."""
    points = sorted({c.value for _, c in found})
    place = {value: 2 * n + 1 for n, value in enumerate(points)}
    slots = 2 * len(points) + 1
    # a rule compares an attribute once at most, so its bit is turned off and on, never twice off
    turned = [0] * (slots + 1)
    for bit, comparison in found:
        at = place[comparison.value]
        impossible = {
            "==": [(0, at), (at + 1, slots)], "!=": [(at, at + 1)], "<": [(at, slots)],
            "<=": [(at + 1, slots)], ">": [(0, at + 1)], ">=": [(0, at)],
        }[comparison.op]  # fmt: skip
        for start, end in impossible:
            turned[start] ^= 1 << bit
            turned[end] ^= 1 << bit
    masks, now = [], full
    for change in turned[:slots]:
        now ^= change
        masks.append(now)
    return points, masks


class Bits:
    """The rules as bits of a number: for each attribute, which stay possible at a value."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        # the rules that derive come first: their bits are looked at for what they open
        ordered = sorted(rules, key=lambda rule: (rule.level, not rule.derive))
        self.names = [rule.name for rule in ordered]
        self.full = (1 << len(ordered)) - 1
        compared: dict[str, list[tuple[int, Comparison]]] = {}
        for bit, rule in enumerate(ordered):
            for comparison in rule.when:
                compared.setdefault(comparison.attribute, []).append((bit, comparison))
        self.numbers: list[tuple[str, list[Any], list[int], int]] = []
        self.words: list[tuple[str, dict[Any, int]]] = []
        for name, found in compared.items():
            unknown = self.full
            for bit, _ in found:
                unknown &= ~(1 << bit)
            if name in ENUMS or name in FLAGS:
                table: dict[Any, int] = {None: unknown}
                for value in ENUMS.get(name, (False, True)):
                    table[value] = self.full
                    for bit, comparison in found:
                        if not OPERATORS[comparison.op](value, comparison.value):
                            table[value] &= ~(1 << bit)
                self.words.append((name, table))
            else:
                self.numbers.append((name, *spans_of(found, self.full), unknown))
        self.deriving = sum(1 for rule in ordered if rule.derive)
        needs: dict[str, int] = {}
        for bit, rule in enumerate(ordered):
            if rule.needs:
                needs[rule.needs] = needs.get(rule.needs, 0) | 1 << bit
        self.second = sum(needs.values())
        self.opened = [needs.get(r.derive or "", 0) for r in ordered[: self.deriving]]

    def opened_by(self, place: int, byte: int) -> int:
        """What the derived facts of one byte of a mask open."""
        mask = 0
        for bit, opened in enumerate(self.opened[place * 8 : place * 8 + 8]):
            if byte >> bit & 1:
                mask |= opened
        return mask


class BitIndex(Peer):
    """One expression that takes the bits of every attribute's value together; then what the
    derived facts open; then names, a byte at a time."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        bits = Bits(rules)
        tables: list[tuple[str, dict[Any, int]]] = [
            (name, _Spans(points, masks, unknown)) for name, points, masks, unknown in bits.numbers
        ]
        tables += bits.words
        looked = " & ".join(f"T{n}[a[{name!r}]]" for n, (name, _) in enumerate(tables))
        space: dict[str, Any] = {f"T{n}": table for n, (_, table) in enumerate(tables)}
        exec(f"def mask(a): return {looked}", space)
        self.mask = space["mask"]
        self.first = bits.full & ~bits.second
        self.derived = (1 << bits.deriving) - 1
        self.derived_bytes = -(-bits.deriving // 8)
        self.opens = [
            [bits.opened_by(place, byte) for byte in range(256)]
            for place in range(self.derived_bytes)
        ]
        self.bytes = -(-len(rules) // 8)
        self.named = [_Names(bits.names[8 * n : 8 * n + 8]) for n in range(self.bytes)]

    def decide(self, applicant: Applicant) -> list[str]:
        mask = self.mask(applicant)
        open_ = self.first
        derived = (mask & self.derived).to_bytes(self.derived_bytes, "little")
        for opens, byte in zip(self.opens, derived, strict=True):
            if byte:
                open_ |= opens[byte]
        out: list[str] = []
        for names, byte in zip(
            self.named, (mask & open_).to_bytes(self.bytes, "little"), strict=True
        ):
            if byte:
                out += names[byte]
        return out
