"""What the things of a vocabulary are called in a sentence.

A name is the description that its author gave, up to the first `;` or `:`, where comments begin; so
a description reads best as a noun phrase ("Last reported score") or, of a yes_no, as a statement
("Still to be sat"). Where there is none, the identifier has to do.
"""

import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from attrs import field, frozen

from matchrules.case.values import singular
from matchrules.decision import decimal_of, render_value
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.types import Enum, Number, SetOf, Type, Value

# In a sentence these would part or join what does not belong to the name.
_JOINS: Final = re.compile(r"[,()“”]|\b(?:and|or|if|otherwise)\b")
_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*")
_MONTHS: Final = frozenset(month_name[1:])
_START: Final = re.compile(r"(?:^|[.:;!?“\"(]\s*)$")  # what stands before a word that starts anew


@frozen(slots=False)
class Names:
    """The names of one rule base, each the name of one thing only."""

    base: RuleBase = field(repr=False)

    def value(self, dotted: str) -> str:
        """An attribute or define."""
        return self._values[dotted]

    def parameter(self, name: str) -> str:
        """A parameter, by its description and name."""
        described = self.described(self.base.parameters[name].description)
        return f"{described} ({name})" if described else name

    def one(self, fact: str) -> str:
        """Some instance of a fact."""
        noun = spoken(fact)
        return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"

    def many(self, fact: str) -> str:
        """Instances of a fact."""
        return _plural(spoken(fact))

    def rule(self, name: str) -> str:
        """A rule, by its title and id."""
        rule = self.base.rules[name]
        return f"{quoted(rule.title or spoken(rule.name))} ({rule.id or rule.full_name})"

    def subject(self, kind: str, subject: str) -> str:
        """A subject of advice, by its description and name."""
        declared = self.base.advice[kind].subjects[subject]
        described = self.described(declared.description) or spoken(subject)
        return f"{described} ({kind}.{subject})"

    def literal(self, value: Value | None, type_: Type, unit: str | None = None) -> str:
        """A value as it is written in a sentence: words of the vocabulary and texts in quotes,
        numbers with their unit (`unit`, where their type has none)."""
        if value is None:
            return "unknown"
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return _number(value, type_, unit)
        if isinstance(type_, SetOf) and isinstance(value, frozenset):
            each = [self._label(member, type_.of) for member in type_.of.members if member in value]
            return joined(each, "and") if each else "none"
        if isinstance(type_, Enum) and isinstance(value, str):
            return self._label(value, type_)
        words = render_value(value, type_, self.base) or ""
        return quoted(words) if isinstance(value, str) else words

    def _label(self, member: str, enum: Enum) -> str:
        """What texts print for the member; with its identifier where they print it for another."""
        labels = self.base.enums[enum.name].labels
        alone = list(labels.values()).count(labels[member]) == 1
        return quoted(labels[member]) if alone else f"{quoted(labels[member])} ({member})"

    def described(self, description: str) -> str:
        """A description as a name within a sentence, in quotes where it would not hold together;
        empty where there is none."""
        name = _name(description)
        return quoted(name) if _JOINS.search(name) else self._softened(name)

    @cached_property
    def _values(self) -> dict[str, str]:
        """The names of attributes and defines; of one that names several the identifier tells
        which is meant."""
        found = {}
        for fact in self.base.facts.values():
            for attribute in fact.attributes.values():
                described = self.described(attribute.description)
                dotted = f"{fact.name}.{attribute.name}"
                found[dotted] = described or f"{spoken(attribute.name)} of {spoken(fact.name)}"
        for define in self.base.defines.values():
            found[define.name] = self.described(define.description) or spoken(define.name)
        shared = Counter(found.values())
        return {
            dotted: name if shared[name] == 1 else f"{name} ({dotted})"
            for dotted, name in found.items()
        }

    def _softened(self, name: str) -> str:
        """A name within a sentence: without its first capital, unless that is the word's own."""
        first = _WORD.match(name)
        if first is None or first[0][1:] != first[0][1:].lower() or first[0] in self._proper:
            return name
        return name[0].lower() + name[1:]

    @cached_property
    def _proper(self) -> frozenset[str]:
        """Words with a capital of their own: within a sentence the vocabulary writes it with one
        more often than without."""
        written: Counter[str] = Counter()
        for text in self._texts():
            for word in _WORD.finditer(text):
                if not (word[0][0].isupper() and _START.search(text, 0, word.start())):
                    written[word[0]] += 1
        return _MONTHS | frozenset(
            word for word, times in written.items()
            if word[0].isupper() and times > written[word[0].lower() + word[1:]]
        )  # fmt: skip

    def _texts(self) -> Iterator[str]:
        base = self.base
        for enum in base.enums.values():
            yield from (enum.description, *enum.labels.values())
        for fact in base.facts.values():
            yield from (fact.description, *(a.description for a in fact.attributes.values()))
        for advice in base.advice.values():
            yield from (advice.description, *(s.description for s in advice.subjects.values()))
        yield from (parameter.description for parameter in base.parameters.values())
        yield from (define.description for define in base.defines.values())


def quoted(text: str) -> str:
    """The text in quotation marks of its own."""
    return f"“{text}”"


def joined(parts: list[str], word: str) -> str:
    """`a, b or c`."""
    return f" {word} ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def spoken(identifier: str) -> str:
    """An identifier as words."""
    return identifier.replace("_", " ").replace(".", " ")


def _name(description: str) -> str:
    return re.split(r"[;:](?:\s|$)", description, maxsplit=1)[0].strip().rstrip(".")


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


def _number(value: int | Fraction, type_: Type, unit: str | None) -> str:
    places = (type_.places or 0) if isinstance(type_, Number) else 0
    if isinstance(value, Fraction):
        while places < 12 and (value * 10**places).denominator != 1:
            places += 1
        written = str(value) if (value * 10**places).denominator != 1 else None
        digits = written or str(decimal_of(value, places))
    else:
        digits = str(decimal_of(value, places))
    unit = (type_.unit if isinstance(type_, Number) else None) or unit
    return f"{digits} {singular(unit) if abs(value) == 1 else unit}" if unit else digits


__all__ = ["Names", "joined", "quoted", "spoken"]
