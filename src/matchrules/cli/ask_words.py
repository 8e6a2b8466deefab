"""What an interview says: its questions, what an answer changed, and what is left at the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from matchrules.case.model import Case
from matchrules.cli.ask_answers import choices
from matchrules.cli.items import STRENGTHS, grouped, in_words
from matchrules.decision import Advice, Decision, render_value
from matchrules.explain.names import joined, spoken
from matchrules.explain.writing import filled
from matchrules.ir import Aggregate, Attribute, RuleBase, walk
from matchrules.types import Enum, SetOf, Type

if TYPE_CHECKING:
    from matchrules.explain.prospects import Answer, Question, Said

MOST_DECIDED: Final = 3
MOST_CHANGES: Final = 12
_MOST_MEMBERS: Final = 5
_MOST_TOLD: Final = 3  # values that tell which instance is meant

HELP: Final = """\
Answer in words or by number. You can also say
  ?      I don't know: the question is left out (an empty line does the same)
  back   take the last answer back
  list   show the advice so far
  why    show what each answer would change now
  quit   stop here; what was answered is kept"""


def asked(
    base: RuleBase, case: Case, question: "Question", number: int, width: int
) -> Iterator[str]:
    """A question with what can be answered and what hangs on it."""
    title, note = _titled(base, question.unknown.fact, question.unknown.name)
    yield f"{number}. {title}{_whose(base, case, question)}"
    if note:
        yield f"   {note}"
    attribute = base.facts[question.unknown.fact].attributes[question.unknown.name]
    for line in choices(base, attribute.type):
        yield f"   {line}"
    yield from filled(_decides(base, question), width, "   ", "   ")


def title_of(base: RuleBase, fact: str, name: str) -> str:
    """What the vocabulary calls an attribute."""
    return _titled(base, fact, name)[0]


def changes(base: RuleBase, before: Decision, after: Decision) -> Iterator[str]:
    """What came, went and changed, a line each, and how much there is now."""
    old, new = _keyed(before), _keyed(after)
    lines = [f"+ {_line(base, advice)}" for key, advice in new.items() if key not in old]
    lines += [f"- {_line(base, advice)}" for key, advice in old.items() if key not in new]
    for key, advice in new.items():
        was = old.get(key)
        if was is not None and was.fields != advice.fields:
            lines.append(f"~ {_line(base, advice)}: {advice.text}")
        elif was is not None and was.text != advice.text:
            lines.append(f"~ {_line(base, advice)}, in other words")
    yield from lines[:MOST_CHANGES]
    if len(lines) > MOST_CHANGES:
        yield f"  and {len(lines) - MOST_CHANGES} more changes (say list to see all advice)"
    if not lines:
        yield "  the advice stays as it is"


def counted(decision: Decision) -> str:
    """How much is advised, and how much of it is settled."""
    many = len(decision.advice)
    given = sum(one.given for one in decision.certain)
    come = sum(not one.given for one in (*decision.certain, *decision.possible))
    pieces = "1 piece" if many == 1 else f"{many} pieces"
    certain = "" if not many else f", {'all' if given >= many else given or 'none'} certain"
    return f"{pieces} of advice{certain}; {come or 'none'} more possible"


def listed(base: RuleBase, decision: Decision, width: int) -> Iterator[str]:
    """All the advice, by kind."""
    if not decision.advice:
        yield "No advice yet."
    for group in grouped(decision, base):
        yield group.title
        for item in group.items:
            for text in item.texts:
                lead = f"  {STRENGTHS[item.strength]}: "
                said = f"{text} ({item.id or item.rule})"
                yield from filled(said, width, lead, "    ")


def hanging(base: RuleBase, question: "Question") -> Iterator[str]:
    """What each answer would change now, everything else staying as it is."""
    if question.together_with:
        others = joined([_place(base, path) for path in question.together_with], "and")
        yield f"By itself it changes nothing now; it decides together with {others}."
    for answer in question.answers:
        yield f"{answer.values}:"
        lines = list(_outcome(base, answer))
        yield from lines[:MOST_CHANGES]
        if len(lines) > MOST_CHANGES:
            yield f"  and {len(lines) - MOST_CHANGES} more"


def missing(base: RuleBase, case: Case) -> Iterator[str]:
    """The many-facts that rules read and the case has none of, and how to add them."""
    read = {
        node.fact for top in base.expressions() for node in walk(top)
        if isinstance(node, Attribute | Aggregate)
    } | {rule.fact for rule in base.rules.values()}  # fmt: skip
    none = [
        fact for fact in base.facts.values()
        if fact.many and fact.name in read and not case.facts[fact.name]
    ]  # fmt: skip
    if not none:
        return
    yield "An interview does not ask for things of which there can be many. The case has none of:"
    for fact in none:
        yield f"  {fact.name}: {fact.description or in_words(fact.name)}"
    first = none[0]
    required = [a for a in first.attributes.values() if a.required] or [*first.attributes.values()][
        :1
    ]
    yield "If there are any, add them to the file as a list and ask again; one begins so:"
    yield f"  {first.name}:"
    for place, attribute in enumerate(required):
        lead = "- " if not place else "  "
        yield f"    {lead}{attribute.name}: …   # {_form(base, attribute.type)}"


def _form(base: RuleBase, type_: Type) -> str:
    """How a value of that type is written in a case file."""
    members = type_.members if isinstance(type_, Enum) else ()
    members = type_.of.members if isinstance(type_, SetOf) else members
    if not members:
        return next(choices(base, type_)).strip()
    shown = [*members[:_MOST_MEMBERS], *(["another"] if len(members) > _MOST_MEMBERS else [])]
    return f"{'a list of ' if isinstance(type_, SetOf) else ''}{joined(shown, 'or')}"


def _titled(base: RuleBase, fact: str, name: str) -> tuple[str, str]:
    """What the vocabulary calls an attribute, and what it says further."""
    description = base.facts[fact].attributes[name].description
    title, _, note = (part.strip() for part in description.partition(";"))
    if not title:
        return f"{in_words(name)} of {spoken(fact)}", note
    return title[:1].upper() + title[1:], note.replace("`", "")


def _whose(base: RuleBase, case: Case, question: "Question") -> str:
    """Which of many is meant: by what is known of it."""
    unknown = question.unknown
    if unknown.index is None:
        return ""
    fact = base.facts[unknown.fact]
    instance = case.facts[unknown.fact][unknown.index]
    known = [
        f"{render_value(value, attribute.type, base)}"
        for name, attribute in fact.attributes.items()
        if (value := instance[name]) is not None
    ]
    which = ", ".join(known[:_MOST_TOLD])
    return f" – {spoken(fact.name)} {unknown.index + 1}" + (f" ({which})" if which else "")


def _decides(base: RuleBase, question: "Question") -> str:
    titles = list(dict.fromkeys(_subject(base, name) for name in question.decides))
    more = len(titles) - MOST_DECIDED
    shown = titles[:MOST_DECIDED] + ([f"{more} more"] if more > 0 else [])
    if question.words:
        return f"words the advice on: {joined(shown, 'and')}"
    if question.together_with:
        others = [_place(base, path) for path in question.together_with]
        also = others[:2] + (["other answers"] if len(others) > 2 else [])
        return f"together with {joined(also, 'and')} decides on: {joined(shown, 'and')}"
    return f"decides on: {joined(shown, 'and')}" if shown else "may decide on advice"


def _subject(base: RuleBase, dotted: str) -> str:
    kind, _, subject = dotted.partition(".")
    return base.advice[kind].subjects[subject].description or spoken(subject)


def _place(base: RuleBase, path: str) -> str:
    """An attribute by its path, in words."""
    fact, _, name = path.partition(".")
    fact = fact.partition("[")[0]
    title = title_of(base, fact, name)
    return f"“{title}”"


def _outcome(base: RuleBase, answer: "Answer") -> Iterator[str]:
    if answer.quiet:
        yield "  the advice stays as it is"
    for sign, found in (
        ("+", answer.adds), ("-", answer.withdraws), ("~", answer.changes), ("~", answer.words)
    ):  # fmt: skip
        other = ", in other words" if found is answer.words else ""
        for said in found:
            yield f"  {sign} {_line(base, said)}{other}"


def _line(base: RuleBase, advice: "Advice | Said") -> str:
    """A piece of advice in a line."""
    title = _subject(base, f"{advice.kind}.{advice.subject}")
    about = "" if advice.about is None else f", {advice.about}"
    return f"{STRENGTHS[advice.strength]}: {title}{about} ({advice.id or advice.rule})"


def _keyed(decision: Decision) -> dict[tuple[object, ...], Advice]:
    """The advice by what makes it the same piece; the text only tells apart what nothing else
    does."""
    found: dict[tuple[object, ...], Advice] = {}
    for advice in decision:
        key: tuple[object, ...] = (
            advice.rule, advice.kind, advice.subject, advice.strength, advice.about
        )  # fmt: skip
        number = 0
        while (*key, number) in found:
            number += 1
        found[(*key, number)] = advice
    return found


__all__ = [
    "HELP", "asked", "changes", "counted", "hanging", "listed", "missing",
    "title_of",
]  # fmt: skip
