"""What is said of a case for each of many values of one attribute."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from matchrules.decision import Advice, plain_value
from matchrules.diagnostics.model import Diagnostic
from matchrules.explain.what_if.model import Difference
from matchrules.lazy import cached_property

if TYPE_CHECKING:
    from matchrules.pictures.spans import Strip

Identity = tuple[Any, ...]


@frozen
class SweepSpan:
    """Values next to each other for which the same is advised: by the same rules, of the same
    instances, with the same fields. A text may print the value itself.

    `first` and `last` are Python values, None for not known; `count` is how many values there are,
    `start` the place of the first of all. `advice` is that for the first value. Where the case is
    not valid with these values, `faults` says why. `difference` is what changes from the span
    before, or from the last one before that was valid; None where there is none.
    """

    start: int
    count: int
    first: Any
    last: Any
    label: str
    advice: tuple[Advice, ...] = field(repr=False)
    faults: tuple[Diagnostic, ...] = ()
    difference: Difference | None = field(default=None, repr=False)

    @property
    def end(self) -> int:
        """The place after the last value."""
        return self.start + self.count

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values. The whole advice stands only where nothing was before it."""
        told: dict[str, Any] = {
            "first": plain_value(self.first, None), "last": plain_value(self.last, None),
            "values": self.count,
        }  # fmt: skip
        if self.faults:
            told["faults"] = [
                {"code": f.code, "message": f.message, "path": f.path, "help": f.help}
                for f in self.faults
            ]
            return told
        if self.difference is None:
            return {**told, "advice": [advice.to_dict() for advice in self.advice]}
        changes = self.difference.to_dict()
        return {**told, **{name: changes[name] for name in ("added", "withdrawn", "changed")}}


@frozen
class Lane:
    """One piece of advice that is given for some of the values only, or with other fields for
    some. `bars` are the places where it is given, from the first up to before the last; where
    nothing lies between two bars its fields are other ones."""

    title: str
    id: str
    strength: str
    bars: tuple[tuple[int, int], ...]


@frozen(slots=False)
class Sweep:
    """What is advised for each of many values of one attribute, everything else as it is.

    `title` is what the attribute is called, `unit` what its numbers count. `now` is its value in
    the case, in words. `labels` are the values in words. `str()` gives the answer as a text for a
    terminal.
    """

    attribute: str
    title: str
    unit: str
    now: str
    labels: tuple[str, ...] = field(repr=False)
    spans: tuple[SweepSpan, ...]
    lanes: tuple[Lane, ...] = field(repr=False)

    def __iter__(self) -> Iterator[SweepSpan]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)

    @property
    def thresholds(self) -> tuple[Any, ...]:
        """The values at which another span begins."""
        return tuple(span.first for span in self.spans[1:])

    @cached_property
    def place_of_now(self) -> int | None:
        """Where the case is among the values; None where it is not."""
        return self.labels.index(self.now) if self.now in self.labels else None

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80) -> str:
        """The answer as a text of lines at most so wide."""
        from matchrules.explain.sweep.text import text

        return text(self, width)

    def to_markdown(self) -> str:
        """The answer as Markdown, with a table."""
        from matchrules.explain.sweep.markdown import markdown

        return markdown(self)

    def strip(self) -> "Strip":
        """What there is to draw: `pictures.spans.svg` makes it a picture."""
        from matchrules.explain.sweep.picture import strip

        return strip(self)

    def to_svg(self) -> str:
        """The answer as a picture: which advice is given for which values."""
        from matchrules.pictures.spans import svg

        return svg(self.strip())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "format": 1,
            "attribute": self.attribute,
            "title": self.title,
            "unit": self.unit or None,
            "now": self.now,
            "values": len(self.labels),
            "spans": [span.to_dict() for span in self.spans],
        }


def lanes_of(
    given: Sequence[tuple[SweepSpan, dict[Identity, Advice]]], titles: dict[Identity, str]
) -> tuple[Lane, ...]:
    """A lane for each piece of advice that is not alike in all spans, in the order in which advice
    begins and then as it is given."""
    valid = [(span, advice) for span, advice in given if not span.faults]
    keys = dict.fromkeys(key for _, advice in valid for key in advice)
    found = []
    for key in keys:
        bars: list[tuple[int, int]] = []
        fields: object = None
        for span, advice in valid:
            one = advice.get(key)
            if one is None:
                continue
            if bars and bars[-1][1] == span.start and fields == one.fields:
                bars[-1] = (bars[-1][0], span.end)
            else:
                bars.append((span.start, span.end))
            fields = one.fields
        everywhere = all(key in advice for _, advice in valid)
        alike = all(a[key].fields == b[key].fields for (_, a), (_, b) in pairwise(valid)
                    ) if everywhere else False  # fmt: skip
        if not alike:
            one = next(advice[key] for _, advice in valid if key in advice)
            found.append(Lane(titles[key], one.id or one.rule, one.strength, tuple(bars)))
    return tuple(found)


__all__ = ["Identity", "Lane", "Sweep", "SweepSpan", "lanes_of"]
