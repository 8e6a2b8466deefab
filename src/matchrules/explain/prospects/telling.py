"""What was found out about the extensions of a case, as prospects and questions."""

from collections.abc import Sequence
from typing import Any

from attrs import evolve

from matchrules.decision import Firing, about_of, python_value, render_value
from matchrules.explain.names import joined, quoted
from matchrules.explain.prospects.domains import FRESH, LEAP_YEAR
from matchrules.explain.prospects.model import Answer, Prospect, Question, Said, Span
from matchrules.explain.prospects.search import Unit
from matchrules.explain.prospects.survey import Finding, Key, Piece, Survey
from matchrules.explain.prospects.trials import Trial
from matchrules.explain.prospects.values import YES
from matchrules.ir import Then
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Type,
    Value,
    order_key,
)

Firings = dict[tuple[Unit, int], Firing]  # what each `then` of each unit says


def prospect(survey: Survey, key: Key, units: Sequence[Unit]) -> Prospect | None:
    """The piece of advice; None where it is out."""
    kind, subject, strength, about = key
    open_ = [unit for unit in units if unit in survey.unsettled]
    can = [unit for unit in units if unit in survey.seen]
    if not can and not open_:
        return None
    given = [unit for unit in units if unit.stands(survey.now)]
    certain, extension, proved = False, None, bool(can)
    if given:
        lost = survey.lost(units)
        certain = not lost.trials and lost.complete
        proved = certain or bool(lost.trials)
        extension = survey.extension(lost.trials[0]) if lost.trials else None
    elif can:
        extension = survey.extension(survey.seen[can[0]])
    rules = dict.fromkeys(unit.rule.full_name for unit in (can or open_))
    title = survey.grounds.wording.names.described(
        survey.base.advice[kind].subjects[subject].description
    )
    return Prospect(
        kind, subject, strength, about, tuple(rules), bool(given), certain, title, extension, proved
    )


def question(survey: Survey, finding: Finding) -> Question:
    """The question for an unknown attribute."""
    unknown = finding.unknown
    fact = survey.base.facts[unknown.fact]
    attribute = fact.attributes[unknown.name]
    key = None
    if unknown.index is not None and fact.keys:
        instance = survey.grounds.case.facts[unknown.fact][unknown.index]
        key = about_of(tuple(instance[name] for name in fact.keys))  # type: ignore[misc]  # keys are known
    together: list[str] = []
    if finding.witness and not finding.alone:
        others = {u for t in finding.witness for u in t.values} - {unknown}
        together = sorted(survey.path(u) for u in others)
    answers = () if together else _answers(survey, finding)
    changed = [
        f"{said.kind}.{said.subject}"
        for answer in answers for said in (*answer.adds, *answer.withdraws, *answer.changes)
    ]  # fmt: skip
    if not changed:
        changed = [f"{t.kind}.{t.subject}" for t in _changed(survey, finding)]
    return Question(
        name=unknown.attribute, index=unknown.index, key=key, path=survey.path(unknown),
        title=survey.grounds.wording.names.value(unknown.attribute),
        description=attribute.description, answers=answers, together_with=tuple(together),
        decides=tuple(sorted(set(changed))),
        touches=sum(len(unit.rule.thens) for unit in finding.units),
        witness=None if not finding.witness
        else (survey.extension(finding.witness[0]), survey.extension(finding.witness[1])),
        words=finding.words, unknown=unknown,
        proved=bool(finding.witness) and not (finding.words and finding.open),
    )  # fmt: skip


def weight(question: Question) -> tuple[object, ...]:
    """Sorts questions: what is not about words only, what decides most by itself, what could
    decide most with others, by name."""
    alone = {
        (said.rule, said.about, said.kind, said.subject)
        for answer in question.answers
        for said in (*answer.adds, *answer.withdraws, *answer.changes)
    }
    index = -1 if question.index is None else question.index
    return (
        question.words, not question.proved, -len(alone), -question.touches, question.name, index
    )  # fmt: skip


def _changed(survey: Survey, finding: Finding) -> list[Then]:
    """The `then`s that say other things in the two extensions of the witness."""
    found: list[Then] = []
    for unit in (*finding.units, *finding.worded) if finding.witness else ():
        said = [survey.search.said(t, unit, finding.words) for t in finding.witness]
        if said[0] != said[1]:
            found += unit.rule.thens
    return found


# Answers -----------------------------------------------------------------------------------------


def _answers(survey: Survey, finding: Finding) -> tuple[Answer, ...]:
    """The values of the attribute, those with the same outcome together."""
    units = (*finding.units, *finding.worded)
    now = _firings(survey.now, units)
    outcomes: list[tuple[Piece, Firings]] = []
    varies: set[tuple[Unit, int]] = set()  # what shows the value itself, or is worked out of it
    for piece in finding.pieces:
        said = _firings(piece.trials[0], units)
        outcomes.append((piece, said))
        end = _firings(piece.trials[-1], units) if len(piece.trials) > 1 else {}
        moved = [k for k, f in said.items() if k in end and _differ(f, end[k])]
        varies.update(moved)
        said.update((k, end[k]) for k in moved if k in now and not _differ(said[k], now[k]))
    groups: dict[Any, list[tuple[Piece, Firings]]] = {}
    for piece, said in outcomes:
        key = frozenset((k, None if k in varies else _content(f)) for k, f in said.items())
        groups.setdefault(key, []).append((piece, said))
    type_ = survey.domains.type_of(finding.unknown)
    found = []
    for members in groups.values():
        said = members[0][1]
        spans = _merged([s for piece, _ in members for s in _spans(piece, type_)], type_)
        answer = _against(survey, now, said, varies)
        found.append(evolve(answer, spans=spans, values=_in_words(survey, spans, type_)))
    return tuple(found)


def _firings(trial: Trial, units: Sequence[Unit]) -> Firings:
    found: Firings = {}
    for unit in units:
        standing = list(trial.standing_of(unit.name))
        if unit.index in standing:
            size = len(unit.rule.thens)
            start = standing.index(unit.index) * size
            for place, firing in enumerate(trial.said(unit.name)[start : start + size]):
                found[unit, place] = firing
    return found


def _content(firing: Firing) -> Any:
    return frozenset(firing.fields.items()), firing.text, firing.provisional


def _differ(one: Firing, two: Firing) -> bool:
    return bool(_content(one) != _content(two))


def _against(survey: Survey, now: Firings, then: Firings, varies: set[tuple[Unit, int]]) -> Answer:
    """What an outcome changes of what is advised now."""

    def said(keys: Sequence[tuple[Unit, int]], of: Firings) -> tuple[Said, ...]:
        return tuple(_said(survey, key, of[key], key in varies) for key in keys)

    both = [key for key in then if key in now]
    fields = [k for k in both if now[k].fields != then[k].fields]
    words = [k for k in both if k not in fields and _differ(now[k], then[k])]
    return Answer(
        (), "",
        adds=said([k for k in then if k not in now], then),
        withdraws=said([k for k in now if k not in then], now),
        changes=said(fields, then), words=said(words, then),
    )  # fmt: skip


def _said(survey: Survey, key: tuple[Unit, int], firing: Firing, varies: bool) -> Said:
    unit, place = key
    then = unit.rule.thens[place]
    types = survey.base.advice[then.kind].subjects[then.subject].fields
    return Said(
        then.kind, then.subject, then.strength, about_of(firing.about), unit.rule.full_name,
        unit.rule.id, {n: python_value(v, types[n]) for n, v in sorted(firing.fields.items())},
        firing.text, varies,
    )  # fmt: skip


def _spans(piece: Piece, type_: Type) -> list[Span]:
    many = piece.values
    if isinstance(many, int):
        return [Span(many == YES, many == YES)]
    known: Any = many.known
    if isinstance(known, frozenset):
        return [Span(v, v) for v in known if not isinstance(v, str) or v not in FRESH[1:]]
    if hasattr(known, "low"):
        return [Span(known.low, known.high)]
    return [Span(known.must, known.may)]


def _merged(spans: list[Span], type_: Type) -> tuple[Span, ...]:
    """In order, those that meet as one."""
    if isinstance(type_, SetOf):
        return tuple(spans)
    spans.sort(key=lambda s: order_key(s.low, type_))
    if not isinstance(type_, Number | Date | AnyDayOfYear):
        return tuple(spans)
    found: list[Span] = []
    for span in spans:
        if found and _next(found[-1].high, type_) == span.low:
            found[-1] = Span(found[-1].low, span.high)
        else:
            found.append(span)
    return tuple(found)


def _next(value: Any, type_: Type) -> Any:
    from datetime import date, timedelta
    from fractions import Fraction

    if isinstance(value, DayOfYear):
        day = date(LEAP_YEAR, value.month, value.day) + timedelta(days=1)
        return DayOfYear(day.month, day.day)
    if isinstance(value, date):
        return value if value == date.max else value + timedelta(days=1)
    return value + Fraction(1, 10 ** (getattr(type_, "places", 0) or 0))


def _in_words(survey: Survey, spans: Sequence[Span], type_: Type) -> str:
    """The values as one reads them out."""
    return joined([_one_in_words(survey, span, type_) for span in spans], "or")


def _one_in_words(survey: Survey, span: Span, type_: Type) -> str:
    names = survey.grounds.wording.names

    def say(value: Value) -> str:
        if isinstance(type_, Enum | SetOf):
            said = render_value(value, type_, survey.base) or ""
            return said if isinstance(value, frozenset) and not value else quoted(said)
        return names.literal(value, type_)

    if span.single:
        return "any other text" if span.low in FRESH else say(span.low)
    if isinstance(type_, SetOf):
        must, may = span.low, span.high
        assert isinstance(must, frozenset)
        assert isinstance(may, frozenset)
        out = frozenset(type_.of.members) - may
        parts = [f"with {say(must)}" if must else "", f"without {say(out)}" if out else ""]
        return " and ".join(filter(None, parts)) or "whatever they are"
    if isinstance(type_, Date):
        first, last = str(span.low), str(span.high)
        if first == "0001-01-01":
            return f"on or before {last}"
        return f"on or after {first}" if last == "9999-12-31" else f"from {first} to {last}"
    if isinstance(type_, AnyDayOfYear):
        return f"{say(span.low)} to {say(span.high)}"
    return f"{say(span.low).partition(' ')[0]} to {say(span.high)}"
