"""A sweep as a chart: a lane for each piece of advice that comes or goes."""

from matchrules.explain.sweep.model import Lane, Sweep
from matchrules.pictures.spans import Row, Strip


def strip(answer: Sweep) -> Strip:
    """What there is to draw."""
    unit = f" ({answer.unit})" if answer.unit else ""
    ends = f"from {answer.labels[0]} to {answer.labels[-1]}"
    now = answer.place_of_now
    return Strip(
        title=f"What is advised, by {answer.title}",
        axis=f"{answer.title}{unit}, {ends}",
        count=len(answer.labels),
        marks=tuple((span.start, answer.labels[span.start]) for span in answer.spans),
        now=None if now is None else (now, f"this case: {answer.now}"),
        blank=tuple(
            (span.start, span.end, f"{span.label}: {span.faults[0].message}")
            for span in answer.spans if span.faults
        ),
        rows=tuple(
            Row(
                lane.title, f"{lane.strength.replace('_', ' ')} · {lane.id}", lane.bars,
                tuple(_told(answer, lane, number) for number in range(len(lane.bars))),
            )
            for lane in answer.lanes
        ),
    )  # fmt: skip


def _told(answer: Sweep, lane: Lane, number: int) -> str:
    start, end = lane.bars[number]
    first, last = answer.labels[start], answer.labels[end - 1]
    ends = f"for {first}" if end - start == 1 else f"from {first} to {last}"
    other = number and lane.bars[number - 1][1] == start
    return f"{ends}, with other details" if other else ends


__all__ = ["strip"]
