"""Changes and obstacles as sentences, in the words of the vocabulary."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from matchrules.explain.names import Names, quoted, spoken
from matchrules.prove.recourse.model import Added, Changed, Instance, Obstacle, Recourse
from matchrules.types import Date, SetOf, Type, Value, YesNo

MOST_VALUES = 3  # by which an instance without a key is told from the others


class Sentences:
    """What one answer says, piece by piece."""

    def __init__(self, told: Recourse) -> None:
        self._told = told
        self._names = Names(told.base)

    def goal(self) -> str:
        """What was wanted."""
        told = self._told
        start = "To be given" if told.aim == "have" else "Not to be given"
        if told.subject in told.base.rules:
            return f"{start} the advice of the rule {self._names.rule(told.subject)}"
        kind, subject = told.subject.split(".", 1)
        title = told.base.advice[kind].subjects[subject].description or spoken(subject)
        return f"{start} the advice {quoted(title)} ({told.subject})"

    def steps(self) -> Iterator[str]:
        """What to do, one sentence each."""
        told = self._told
        yield from map(self._change, told.changed)
        yield from map(self._addition, told.added)
        for said, times in Counter(map(self._instance, told.removed)).items():
            # the same is said of those that are alike: "one of the 3 tanks"
            which = said if times == 1 else f"{times}{said.removeprefix('one')}"
            yield f"Take away {which}."

    def verdict(self) -> str:
        """What the answer is, and how sure that is."""
        told = self._told
        have, day = told.aim == "have", told.before.as_of
        match told.answer:
            case "already":
                so = "There is such advice already" if have else "There is no such advice as it is"
                return f"{so}: nothing has to change."
            case "found":
                return self._how_small()
            case "no_case":
                whom = "no case has this advice" if have else "every case has this advice"
                return f"Nothing does it: on {day} {whom}, whatever its facts."
            case "nothing":
                if told.proved:
                    why = f" As to why, {told.reason}." if told.reason else ""
                    return f"Nothing that can change does it: that is proved.{why}"
                return f"Nothing that can change does it{self._looked()}."
        return (
            "No change that does it was found, which does not prove that there is none: "
            f"{told.reason}."
        )

    def obstacles(self) -> Iterator[str]:
        """What stands in the way, one line each."""
        for said in dict.fromkeys(map(self._obstacle, self._told.obstacles)):
            yield f"{said[0].upper()}{said[1:]}."

    def _how_small(self) -> str:
        told = self._told
        count = len(told.changed) + len(told.added) + len(told.removed)
        cost = f"{'This costs' if count == 1 else 'Together this costs'} {told.cost}"
        if told.proved:
            return f"{cost}, and nothing smaller does it: that is proved."
        if told.reason:
            return f"{cost}. It is not proved that nothing smaller does it: {told.reason}."
        return f"{cost}, and nothing smaller does it{self._looked()}."

    def _looked(self) -> str:
        """How far was looked."""
        return (
            f", as far as was looked: with at most {self._told.within} more of everything of which "
            "there can be more"
        )

    # Changes --------------------------------------------------------------------------------------

    def _change(self, one: Changed) -> str:
        type_ = self._told.type_of(one.fact, one.attribute)
        name = self._names.value(one.name)
        if one.instance is not None:
            name = f"{name}, of {self._instance(one.instance)}"
        return f"{name[0].upper()}{name[1:]}: {self._moved(one, type_)}."

    def _moved(self, one: Changed, type_: Type) -> str:
        if isinstance(one.before, frozenset) and isinstance(one.after, frozenset):
            said = [
                word.format(self._literal(members, type_))
                for word, members in (("{} as well", one.after - one.before),
                                      ("no longer {}", one.before - one.after))
                if members
            ]  # fmt: skip
            return ", ".join(said)
        before, after = (self._literal(value, type_) for value in (one.before, one.after))
        said_of_days = ""
        if isinstance(one.before, date) and isinstance(one.after, date):
            days = (one.after - one.before).days
            said_of_days = f", {_days(abs(days))} {'later' if days > 0 else 'earlier'}"
        return f"{after} instead of {before}{said_of_days}"

    def _addition(self, one: Added) -> str:
        return f"Add {self._names.one(one.fact)}{self._with(one.fact, one.values)}."

    def _instance(self, one: Instance) -> str:
        noun = spoken(one.fact)
        if one.key:
            keys = [self._literal(v, self._told.type_of(one.fact, n)) for n, v in one.key.items()]
            return f"the {noun} {', '.join(keys)}"
        values, alike = self._telling(one)
        which = f"the {noun}"
        if alike > 1:  # all the same, so it does not matter which
            which = f"one of the {alike} {self._names.many(one.fact)}"
        return f"{which}{self._with(one.fact, values)}"

    def _telling(self, one: Instance) -> tuple[Mapping[str, Value], int]:
        """A few values, and as many more as it takes to tell it from the others; and of how many
        instances they hold."""
        reach = self._told.before.reach
        there = () if reach is None else reach.case.facts[one.fact]
        values: dict[str, Value] = {}
        for name, value in one.values.items():
            if len(values) >= MOST_VALUES and _alike(there, values) == 1:
                break
            values[name] = value
        return values, _alike(there, values)

    def _with(self, fact: str, values: Mapping[str, Value]) -> str:
        each = [
            f"{self._names.value(f'{fact}.{n}')}: {self._literal(v, self._told.type_of(fact, n))}"
            for n, v in values.items()
        ]
        return f" ({'; '.join(each)})" if each else ""

    def _literal(self, value: Value, type_: Type) -> str:
        return self._names.literal(value, type_)

    # Obstacles ------------------------------------------------------------------------------------

    def _obstacle(self, one: Obstacle) -> str:
        if one.attribute is None:
            return self._about_fact(one)
        type_ = self._told.type_of(one.fact, one.attribute)
        name = self._names.value(one.name)
        if one.why == "new":
            day = self._told.before.as_of
            return f"{name}, of {self._names.one(one.fact)} that is new: not before {day}"
        if one.instance is not None:
            name = f"{name}, of {self._instance(one.instance)}"
        if one.value is None:
            if self._follows(one.fact, one.attribute, one.instance):
                return f"{name}: not told, but left to follow from the rest"
            return f"{name}: not known, and finding out is no change"
        value = self._literal(one.value, type_)
        match one.why:
            case "known":
                return f"{name}: it is known, which cannot be undone"
            case "up" | "down":
                return f"{name}: {value}, which {_way(one.why == 'up', type_)}"
            case "past":
                return f"{name}: {value}, which is past"
            case "ahead":
                return f"{name}: {value}, and no day before {self._told.before.as_of} can be set"
        return f"{name}: {value}, which cannot change"

    def _follows(self, fact: str, attribute: str, which: Instance | None) -> bool:
        """Whether a value that is not asserted is known all the same."""
        reach = self._told.before.reach
        if reach is None:
            return False
        bound = {fact: 0 if which is None else which.number - 1}
        return reach.grounds.interpretation.attribute(fact, attribute, bound) is not None

    def _about_fact(self, one: Obstacle) -> str:
        described = self._names.described(self._told.base.facts[one.fact].description)
        if one.why in ("absent", "given"):
            name = described or spoken(one.fact)
            told = "nothing is told of it, and finding out is no change"
            return (
                f"{name}: {told if one.why == 'absent' else 'it is told, which cannot be undone'}"
            )
        name, done = self._names.many(one.fact), "added" if one.why == "no_more" else "taken away"
        if one.why == "summed_up":
            return f"{name}: they are not listed one by one, only summed up"
        there = {0: "there are none", 1: "there is one"}.get(one.number, f"there are {one.number}")
        return f"{name}: {there}, and none can be {done}"


def _alike(instances: Sequence[Mapping[str, Value | None]], values: Mapping[str, Value]) -> int:
    return sum(all(one[n] == value for n, value in values.items()) for one in instances)


def _way(up: bool, type_: Type) -> str:
    match type_:
        case Date():
            return f"can only be {'later' if up else 'earlier'}"
        case SetOf():
            return f"can only {'grow' if up else 'shrink'}"
        case YesNo():
            return f"can only become {'yes' if up else 'no'}"
    return f"can only go {'up' if up else 'down'}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


__all__ = ["Sentences"]
