"""What one thing is worked out from, and what follows from it, as a picture that can be read.

A picture has at most `MOST` boxes. What does not fit, and what lies deeper than asked, is counted
in boxes of its own: nothing is left out without a word.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

from attrs import frozen

from matchrules.explain.names import joined, spoken
from matchrules.explain.web import Link, Thing, Web, reached
from matchrules.pictures import Diagram, Edge, Node

MOST: Final = 40  # boxes
_WIDEST: Final = 18  # things that the subject rests on
_MOST_RULES: Final = 8  # one by one; more of them are told by their kinds of advice
_MANY_BOXES: Final = 4  # of what is hidden, from which on they are one
_MOST_LABELS: Final = 2  # attributes at one arrow

Near = Mapping[Thing, Sequence[Thing]]


@frozen
class _Seen:
    """What is drawn: the subject and what it rests on (`before`), and what follows from it: values
    (`after`) and rules, one by one or by their kinds of advice (`kinds`, for which of them), and
    subjects of advice. Of those in `closed` not all that follows is drawn."""

    subject: Thing
    before: tuple[Thing, ...]
    after: tuple[Thing, ...]
    rules: tuple[Thing, ...]
    kinds: Mapping[str, frozenset[Thing]]
    advice: tuple[Thing, ...]
    closed: frozenset[Thing]

    @property
    def things(self) -> tuple[Thing, ...]:
        once = (*self.before, self.subject, *self.after, *self.rules, *self.advice)
        return tuple(dict.fromkeys(once))


def neighbourhood(web: Web, subject: Thing, depth: int) -> Diagram:
    """The picture of a value, rule, subject of advice, parameter or fact: what it rests on, `depth`
    steps back, and what follows, as many steps on."""
    links = _links(web, subject)
    before: dict[Thing, list[Thing]] = {}
    after: dict[Thing, list[Thing]] = {}
    for link in links:
        before.setdefault(link.end, []).append(link.start)
        after.setdefault(link.start, []).append(link.end)
    nodes: list[Node] = []
    edges: list[Edge] = []
    for room in range(_WIDEST, 0, -1):
        seen = _seen(web, subject, before, after, depth, room)
        nodes, edges = _drawn(web, seen, links, before, after)
        if len(nodes) <= MOST:
            break
    rule = web.base.rules[subject.name] if subject.what == "rule" else None
    name = subject.name if rule is None else rule.id or rule.full_name
    return Diagram(f"{web.node(subject).label} ({name})", tuple(nodes), tuple(edges))


def _links(web: Web, subject: Thing) -> list[Link]:
    """All links; those of a parameter that is the subject too, and those of the attributes of a
    fact that is the subject as its own."""
    if subject.what == "parameter":
        readers = web.readers_of_parameters.get(subject, ())
        return [*web.links, *(Link(subject, reader) for reader in readers)]
    if subject.what != "fact":
        return [*web.links]
    own = f"{subject.name}."
    attributes = web.base.facts[subject.name].attributes

    def part(thing: Thing) -> str:
        """The attribute of the subject that a thing is, if it is one."""
        name = thing.name.removeprefix(own)
        return name if thing.what == "value" and own + name == thing.name and name in attributes \
            else ""  # fmt: skip

    said: dict[tuple[Thing, Thing], list[str]] = {}
    whole: list[Link] = []
    for link in web.links:
        start, end = part(link.start), part(link.end)
        if start and not end:
            said.setdefault((subject, link.end), []).append(start)
        elif end and not start:
            said.setdefault((link.start, subject), []).append(end)
        elif not start:
            whole.append(link)
    whole = [link for link in whole if (link.start, link.end) not in said]
    for (start_, end_), names in said.items():
        more = len(names) - _MOST_LABELS
        label = ", ".join(names[:_MOST_LABELS]) + (f" and {more} more" if more > 0 else "")
        whole.append(Link(start_, end_, label))
    # what rests on one attribute and gives another its value is told as what follows
    following = reached(subject, _after(whole))
    return sorted(
        (link for link in whole if link.end != subject or link.start not in following),
        key=lambda link: (link.start, link.end),
    )


def _after(links: Iterable[Link]) -> dict[Thing, list[Thing]]:
    found: dict[Thing, list[Thing]] = {}
    for link in links:
        found.setdefault(link.start, []).append(link.end)
    return found


def _grown(starts: Iterable[Thing], near: Near, depth: int, room: int) -> tuple[Thing, ...]:
    """What lies so many steps from the starts at most, the closest first, at most `room`."""
    found: dict[Thing, None] = {}
    level = list(starts)
    begin = set(level)
    for _ in range(depth):
        following = [
            thing
            for one in level
            for thing in near.get(one, ())
            if thing not in found and thing not in begin
        ]
        level = list(dict.fromkeys(following))[: room - len(found)]
        found.update(dict.fromkeys(level))
    return tuple(found)


def _seen(web: Web, subject: Thing, before: Near, after: Near, depth: int, room: int) -> _Seen:
    if subject.what == "advice":
        # a step of depth leads to what the rules say, not to the rules
        speaking = tuple(before.get(subject, ()))[:room]
        behind = _grown(speaking, before, depth, max(room - len(speaking), 0))
        return _Seen(subject, (*speaking, *behind), (), (), {}, (), frozenset())
    behind = _grown([subject], before, depth, room)
    if subject.what == "rule":
        onward = tuple(after.get(subject, ()))[:room]
        return _Seen(subject, behind, (), onward, {}, (), frozenset())
    values = {
        one: [thing for thing in things if thing.what == "value"] for one, things in after.items()
    }
    ahead = _grown([subject], values, depth, max(room * 2 // 3, 1))
    inner = {subject, *_grown([subject], values, depth - 1, len(ahead))} if depth else set()
    rules = tuple(dict.fromkeys(
        thing for one in (subject, *ahead) if one in inner
        for thing in after.get(one, ()) if thing.what == "rule"
    ))  # fmt: skip
    closed = frozenset({subject, *ahead} - inner)
    if len(rules) <= min(_MOST_RULES, room):
        said = tuple(dict.fromkeys(
            thing for rule in rules for thing in after.get(rule, ()) if thing.what == "advice"
        ))  # fmt: skip
        return _Seen(subject, behind, ahead, rules, {}, said, closed)
    kinds: dict[str, set[Thing]] = {}
    for rule in rules:
        for then in web.base.rules[rule.name].thens:
            kinds.setdefault(then.kind, set()).add(rule)
    most = sorted(kinds, key=lambda kind: (-len(kinds[kind]), kind))[:room]
    return _Seen(
        subject, behind, ahead, (), {kind: frozenset(kinds[kind]) for kind in most}, (), closed
    )


def _drawn(
    web: Web, seen: _Seen, links: Sequence[Link], before: Near, after: Near
) -> tuple[list[Node], list[Edge]]:
    things = seen.things
    shown = set(things)
    nodes = [_node(web, thing, strong=thing == seen.subject) for thing in things]
    edges = [
        Edge(link.start.id, link.end.id, link.label, link.dashed)
        for link in links
        if link.start in shown and link.end in shown
    ]
    for kind, rules in seen.kinds.items():
        node = web.node(Thing("kind", kind))
        nodes.append(Node(f"kind {kind}", node.label, "advice", f"{kind}: {_rules(len(rules))}"))
        for thing in (seen.subject, *seen.after):
            if thing not in seen.closed and rules & {*after.get(thing, ())}:
                edges.append(Edge(thing.id, f"kind {kind}"))
    told = {rule for rules in seen.kinds.values() for rule in rules}
    # where the same is hidden behind several, one box tells it
    boxes: dict[tuple[bool, frozenset[Thing]], list[Thing]] = {}
    for thing in things:
        for near, back in ((before, True), (after, False)):
            if not _complete(seen, thing, back):
                continue
            hidden = {*near.get(thing, ())} - shown - (told if thing not in seen.closed else set())
            if hidden:
                boxes.setdefault((back, frozenset(hidden)), []).append(thing)
    for (back, behind), ones in _folded(boxes, {*after.get(seen.subject, ())}):
        box = Node(
            f"{'before' if back else 'after'} {ones[0].id}",
            f"+{len(behind)} more", "absent", _counted(behind),
        )  # fmt: skip
        nodes.append(box)
        ends = ((box.id, one.id) if back else (one.id, box.id) for one in ones)
        edges += [Edge(*pair) for pair in ends]
    return nodes, edges


def _folded(
    boxes: Mapping[tuple[bool, frozenset[Thing]], list[Thing]], nearest: Set[Thing]
) -> list[tuple[tuple[bool, frozenset[Thing]], list[Thing]]]:
    """Boxes of what is hidden; those behind what follows at once from the subject as one, where
    there are many: each by itself says little."""
    many = [
        key for key, ones in boxes.items() if not key[0] and all(one in nearest for one in ones)
    ]
    if len(many) < _MANY_BOXES:
        return list(boxes.items())
    behind = frozenset().union(*(hidden for _, hidden in many))
    things = [one for key in many for one in boxes[key]]
    rest = [(key, ones) for key, ones in boxes.items() if key not in many]
    return [*rest, ((False, behind), things)]


def _complete(seen: _Seen, thing: Thing, back: bool) -> bool:
    """Whether all neighbours of a thing on that side are to be told, shown or counted: what the
    subject rests on has more that follows from it, but that is not asked here."""
    if thing == seen.subject:
        return True
    return thing in seen.before if back else thing in seen.after


def _node(web: Web, thing: Thing, *, strong: bool) -> Node:
    node = web.node(thing, strong=strong)
    if thing.what != "fact":
        return node
    names = ", ".join(web.base.facts[thing.name].attributes)
    return Node(node.id, node.label, node.shape, f"{thing.name}: {names}", strong)


def _rules(many: int) -> str:
    return "1 rule" if many == 1 else f"{many} rules"


def _counted(things: Iterable[Thing]) -> str:
    """`3 facts and 2 rules`."""
    counts: dict[str, int] = {}
    for thing in sorted(things):
        word = "fact" if thing.what == "value" else spoken(thing.what)
        counts[word] = counts.get(word, 0) + 1
    return joined(
        [f"{many} {word}{'' if many == 1 or word == 'advice' else 's'}"
         for word, many in counts.items()],
        "and",
    )  # fmt: skip


__all__ = ["MOST", "neighbourhood"]
