"""How the rulesets of a book use one another, and what a ruleset or a kind of advice holds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve

from matchrules.explain.names import joined, spoken
from matchrules.explain.web import Thing, Web, reached
from matchrules.ir import RuleBase
from matchrules.pictures import Diagram, Edge, Node

_MOST: Final = 36  # rulesets, kinds or subjects in one picture; the rest are counted
_COMMON: Final = 4  # so many readers at least has what all others seem to read

Uses = dict[tuple[str, str], int]  # by the ruleset that declares and the one that reads


def overview(web: Web) -> Diagram:
    """All rulesets, and how many names each reads of the others.

    What most of the others read has no arrows, which would hide all others: their boxes tell it.
    """
    base = web.base
    shown = _largest(base, _MOST)
    uses = {pair: many for pair, many in _uses(web).items() if {*pair} <= {*shown}}
    readers = Counter(start for start, _ in uses)
    common = {one for one, many in readers.items() if many >= _COMMON and many * 2 > len(shown)}
    drawn, turned = _forward({pair: n for pair, n in uses.items() if pair[0] not in common})
    besides: dict[str, list[str]] = {}
    for start, end in sorted({*turned, *(pair for pair in uses if pair[0] in common)}):
        besides.setdefault(end, []).append(f"{_names(uses[start, end])} of {start}")
    nodes = [
        _ruleset(
            base, name, ", ".join(_holds(base, name)),
            f"reads {joined(besides[name], 'and')}" if name in besides else "",
        )
        for name in shown
    ]  # fmt: skip
    edges = [Edge(_id(start), _id(end), _names(many)) for (start, end), many in drawn.items()]
    nodes += _rest("more", len(base.rulesets) - len(shown), "rulesets")
    return Diagram("How the rulesets use one another", tuple(nodes), tuple(edges))


def ruleset(web: Web, name: str) -> Diagram:
    """One ruleset: what it reads of others, what advice it gives, and who reads it."""
    base = web.base
    uses = _uses(web)
    used = {start: many for (start, end), many in uses.items() if end == name}
    users = {end: many for (start, end), many in uses.items() if start == name}
    said = Counter(
        kind for rule in base.rules.values() if rule.ruleset == name
        for kind in {then.kind for then in rule.thens}
    )  # fmt: skip
    own = _ruleset(base, name, *_holds(base, name), strong=True)
    before = [_ruleset(base, one, f"{_names(used[one])} read") for one in _first(used, _MOST // 3)]
    after = [
        # one that is read by it too stands on both sides
        evolve(_ruleset(base, one, f"reads {_names(users[one])}"), id=f"user {one}")
        for one in _first(users, _MOST // 3)
    ]
    for one in _first(said, _MOST - len(before) - len(after)):
        node = web.node(Thing("kind", one))
        after.append(evolve(node, note=f"{one}: {_counted(said[one], 'rule')}"))
    kinds = sum(node.shape == "advice" for node in after)
    before += _rest("before", len(used) - len(before), "rulesets")
    after += _rest("after", len(users) - len(after) + kinds, "rulesets")
    after += _rest("advice", len(said) - kinds, "kinds of advice")
    edges = [*(Edge(one.id, own.id) for one in before), *(Edge(own.id, one.id) for one in after)]
    return Diagram(f"{own.label} ({name})", (*before, own, *after), tuple(edges))


def kind(web: Web, name: str) -> Diagram:
    """One kind of advice: its subjects, and how many rules of which rulesets speak of each."""
    base = web.base
    said: Counter[tuple[str, str]] = Counter()
    for rule in base.rules.values():
        for subject in {then.subject for then in rule.thens if then.kind == name}:
            said[rule.ruleset, subject] += 1
    subjects = list(base.advice[name].subjects)[: _MOST - len(base.rulesets)]
    speaking = sorted({of for of, subject in said if subject in subjects})
    nodes = [_ruleset(base, of) for of in speaking]
    whole = web.node(Thing("kind", name), strong=True)
    nodes += [web.node(Thing("advice", f"{name}.{subject}")) for subject in subjects]
    nodes.append(whole)
    edges = [
        Edge(_id(of), f"advice {name}.{subject}", _counted(many, "rule"))
        for (of, subject), many in sorted(said.items())
        if subject in subjects
    ]
    edges += [Edge(f"advice {name}.{subject}", whole.id) for subject in subjects]
    for more in _rest("more", len(base.advice[name].subjects) - len(subjects), "subjects"):
        nodes.append(more)
        edges.append(Edge(more.id, whole.id))
    return Diagram(f"{whole.label} ({name})", tuple(nodes), tuple(edges))


def _uses(web: Web) -> Uses:
    """How many names of one ruleset another one reads: of facts, derived facts, parameters, and
    the kinds of advice that it gives."""
    base = web.base
    found: set[tuple[str, str, Thing]] = set()
    for link in web.links:
        ends = _home(base, link.start), _home(base, link.end)
        if link.end.what == "advice":  # the rule names the advice
            ends = ends[1], ends[0]
            found.add((*ends, Thing("kind", link.end.name.partition(".")[0])))
        elif link.label == "overrides":
            found.add((ends[1], ends[0], link.end))
        else:
            found.add((*ends, link.start))
    for parameter, readers in web.readers_of_parameters.items():
        for reader in readers:
            found.add((_home(base, parameter), _home(base, reader), parameter))
    counts = Counter((start, end) for start, end, _ in found if start != end)
    return {pair: counts[pair] for pair in sorted(counts)}


def _home(base: RuleBase, thing: Thing) -> str:
    """The ruleset that declares a thing."""
    first = thing.name.partition(".")[0]
    match thing.what:
        case "value":
            define = base.defines.get(thing.name)
            return base.facts[first].ruleset if define is None else define.ruleset
        case "fact":
            return base.facts[first].ruleset
        case "parameter":
            return base.parameters[thing.name].ruleset
        case "rule":
            return base.rules[thing.name].ruleset
        case "advice" | "kind":
            return base.advice[first].ruleset
    return thing.name


def _forward(uses: Uses) -> tuple[Uses, set[tuple[str, str]]]:
    """Those uses that make no circle, those of most names first, and the others: two rulesets may
    each read the other."""
    kept: Uses = {}
    after: dict[str, set[str]] = {}
    turned: set[tuple[str, str]] = set()
    for pair in sorted(uses, key=lambda pair: (-uses[pair], pair)):
        start, end = pair
        if start == end or start in reached(end, after):
            turned.add(pair)
        else:
            kept[pair] = uses[pair]
            after.setdefault(start, set()).add(end)
    return dict(sorted(kept.items())), turned


def _ruleset(base: RuleBase, name: str, *said: str, strong: bool = False) -> Node:
    """The box of a ruleset, with what is to be said of it here."""
    note = ": ".join(filter(None, (name, said[0]))) if said else name
    more = [one for one in said[1:] if one]
    title = base.rulesets[name].title or spoken(name)
    return Node(_id(name), title, "rule", "\n".join([note, *more]), strong)


def _holds(base: RuleBase, name: str) -> Iterator[str]:
    """What a ruleset declares: `3 facts`, `12 derived facts`, …"""
    counts = (
        (base.facts, "fact"), (base.defines, "derived fact"), (base.parameters, "parameter"),
        (base.advice, "kind of advice"), (base.rules, "rule"),
    )  # fmt: skip
    for declared, word in counts:
        many = sum(one.ruleset == name for one in declared.values())
        if many:
            yield _counted(many, word)
    properties = sum(one.ruleset == name for one in base.properties.values())
    if properties:
        yield _counted(properties, "property")


def _largest(base: RuleBase, most: int) -> list[str]:
    """The rulesets that declare most, in order of name."""

    def size(name: str) -> int:
        declared = (base.facts, base.defines, base.parameters, base.advice, base.rules)
        return sum(one.ruleset == name for kind in declared for one in kind.values())

    return sorted(sorted(base.rulesets, key=lambda name: (-size(name), name))[:most])


def _first(counts: Mapping[str, int], most: int) -> list[str]:
    """The names with the highest counts, in order of name."""
    return sorted(sorted(counts, key=lambda name: (-counts[name], name))[: max(most, 0)])


def _rest(id: str, many: int, what: str) -> list[Node]:
    """A box for those that are not shown, if there are any."""
    return [Node(id, f"+{many} more", "absent", what)] if many > 0 else []


def _id(name: str) -> str:
    return f"ruleset {name}"


def _names(many: int) -> str:
    return _counted(many, "name")


def _counted(many: int, word: str) -> str:
    first, _, rest = word.partition(" of ")
    plural = {"property": "properties"}.get(first, f"{first}s")
    return f"{many} {first if many == 1 else plural}" + (f" of {rest}" if rest else "")


__all__ = ["kind", "overview", "ruleset"]
