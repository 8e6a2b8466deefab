"""The talk of an interview: one question after another until nothing can change the advice."""

import sys
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, TextIO

import click
from attrs import define

from matchrules.case.values import Misread
from matchrules.cli import ask_words as words
from matchrules.cli.ask_answers import choices, read, said
from matchrules.cli.items import seen
from matchrules.cli.report import terminal_width
from matchrules.diagnostics.model import CaseErrors
from matchrules.types import Value

if TYPE_CHECKING:
    from matchrules.cli.ask_file import CaseFile
    from matchrules.cli.ask_state import Interview
    from matchrules.explain.prospects import Question

INTERRUPTED: Final = 130

_DONT_KNOW: Final = ("", "?", "i don't know", "i do not know", "don't know")
_MOST: Final = 10_000  # characters of an answer


class Ended(Exception):
    """No more is said: the end of the input, or `quit`."""


class _Withdrawn(Exception):
    """An answer is taken back before all that it needs was said."""


@define
class Talk:
    """Lines in and lines out, at a terminal or not."""

    source: TextIO
    err: bool = False

    @property
    def width(self) -> int:
        return max(min(terminal_width(), 100), 40)

    def say(self, lines: Iterable[str] | str = "") -> None:
        text = lines if isinstance(lines, str) else "\n".join(lines)
        click.echo(seen(text), err=self.err)

    def hear(self, prompt: str = "> ") -> str:
        """The next line. Raises `Ended` where there is none."""
        live = self.source is sys.stdin and sys.stdin.isatty()
        if live:
            import readline  # noqa: F401  # lines at a terminal can be edited

        edited = live and not self.err  # who edits the line knows the prompt
        if not edited:
            click.echo(prompt, nl=False, err=self.err)
        try:
            line = input(prompt if edited else "") if live else self.source.readline()
        except EOFError:
            line = ""
            live = False
        except UnicodeDecodeError:
            self.say()
            self.say("that is no text in UTF-8")
            raise Ended from None
        if not live:
            click.echo(seen(line.rstrip("\r\n")), err=self.err)  # nobody typed it here
            if not line:
                raise Ended
        return line.strip()[:_MOST]

    def day(self) -> date:
        """The day of a case that says none."""
        today = date.today()
        self.say(f"For which day is the advice? YYYY-MM-DD; an empty line is today, {today}")
        while True:
            line = self.hear()
            if line == "quit":
                raise Ended
            if not line:
                return today
            try:
                if len(line) == len("YYYY-MM-DD"):
                    return date.fromisoformat(line)
            except ValueError:
                pass
            self.say(f"`{line[:100]}` is not a date; write one such as 2026-11-01")


def interview(held: "Interview", file: "CaseFile", talk: Talk, *, new: bool) -> int:
    """Ask until nothing more can change anything, or no more is said; the exit code. Whatever ends
    it, the answers are in the file."""
    code = 0
    talk.say(words.HELP)
    talk.say()
    if not new and file.path.exists():
        talk.say(
            f"Answers go into {file.path}, which is written anew without its comments; as it is "
            "now it is kept beside it."
        )
    else:
        talk.say(f"Answers go into {file.path}.")
    try:
        talk.say(f"As of {held.now.case.as_of}: {words.counted(held.now.decision)}.")
        _asked(held, file, talk)
    except Ended:
        talk.say("You can go on later: what was answered stays.")
    except KeyboardInterrupt:
        talk.say()
        code = INTERRUPTED
    _close(held, file, talk)
    return code


def _asked(held: "Interview", file: "CaseFile", talk: Talk) -> None:
    while True:
        questions = held.now.open()
        if not questions:
            talk.say()
            talk.say("Nothing else that is not known could change the advice.")
            return
        talk.say()
        number = len(held.steps)
        talk.say(words.asked(held.base, held.now.case, questions[0], number, talk.width))
        _answered(held, file, talk, questions[0])


def _answered(held: "Interview", file: "CaseFile", talk: Talk, question: "Question") -> None:
    """Hear what is said to a question until it is answered, left out, or taken back."""
    while True:
        line = talk.hear()
        if _shown(held, talk, question, line):
            continue
        match line.lower():
            case one if one in _DONT_KNOW:
                held.skip(frozenset({held.now.mark(question)}), "a question left out")
                return
            case "back":
                if _back(held, file, talk):
                    return
            case _:
                if _taken(held, file, talk, question, line):
                    return


def _shown(held: "Interview", talk: Talk, question: "Question", line: str) -> bool:
    """Whether a line only asks to see something, or to stop, which is done."""
    match line.lower():
        case "quit" | "exit":
            raise Ended
        case "help":
            talk.say(words.HELP)
        case "list":
            talk.say(words.listed(held.base, held.now.decision, talk.width))
            talk.say(words.counted(held.now.decision) + ".")
        case "why":
            talk.say(words.hanging(held.base, question))
        case _:
            return False
    return True


def _back(held: "Interview", file: "CaseFile", talk: Talk) -> bool:
    before = held.now.case
    taken = held.back()
    if taken is None:
        talk.say("There is nothing to take back: this is the first question.")
        return False
    talk.say(f"Taken back: {taken}.")
    if held.now.case != before:
        file.save(held.base, held.now.case)
    return True


def _taken(
    held: "Interview", file: "CaseFile", talk: Talk, question: "Question", line: str
) -> bool:
    """Whether a line answers the question, also where the answer turned out to be left out."""
    unknown = question.unknown
    type_ = held.base.facts[unknown.fact].attributes[unknown.name].type
    title = words.title_of(held.base, unknown.fact, unknown.name)
    try:
        value = read(held.base, type_, line)
    except Misread as fault:
        _misread(talk, title, fault)
        return False
    if value is not None:
        try:
            values = _needed(held, talk, question, value)
        except _Withdrawn:
            talk.say(f"Taken back: {title}.")
            return True  # it is asked again
    if value is None or values is None:
        held.skip(frozenset({held.now.mark(question)}), "a question left out")
        return True
    told = f"{title}: {said(held.base, type_, value)}"
    try:
        before = held.answer(unknown.fact, unknown.index, values, told)
    except CaseErrors as error:
        talk.say("That does not go together with what was said before:")
        for diagnostic in error.diagnostics:
            talk.say(f"  {diagnostic.message}")
            if diagnostic.help:
                talk.say(f"  = help: {diagnostic.help}")
        talk.say("Answer otherwise, say ? to leave it out, or back to correct the last answer.")
        return False
    file.save(held.base, held.now.case)
    talk.say(words.changes(held.base, before, held.now.decision))
    talk.say(f"  {words.counted(held.now.decision)}")
    return True


def _needed(
    held: "Interview", talk: Talk, question: "Question", value: Value
) -> Mapping[str, Value] | None:
    """The value with those that a fact must have where it is there, which are asked for; None
    where they are not known. Raises `_Withdrawn` where the value is taken back."""
    fact, found = question.unknown.fact, {question.unknown.name: value}
    if held.now.case.facts[fact]:
        return found
    for attribute in held.base.facts[fact].attributes.values():
        if not attribute.required or attribute.name in found:
            continue
        title = words.title_of(held.base, fact, attribute.name)
        talk.say(f"   That needs one thing more: {title}")
        talk.say(f"   {line}" for line in choices(held.base, attribute.type))
        while attribute.name not in found:
            line = talk.hear()
            if _shown(held, talk, question, line):
                continue
            if line.lower() == "back":
                raise _Withdrawn
            if line.lower() in _DONT_KNOW:
                talk.say("Then it is left out.")
                return None
            try:
                more = read(held.base, attribute.type, line)
            except Misread as fault:
                _misread(talk, title, fault)
                continue
            if more is not None:
                found[attribute.name] = more
    return found


def _misread(talk: Talk, title: str, fault: Misread) -> None:
    talk.say(f"{title} {fault.message}")
    if fault.help:
        talk.say(f"  = help: {fault.help}")


def _close(held: "Interview", file: "CaseFile", talk: Talk) -> None:
    """What is left to say, and where the answers are."""
    talk.say()
    left = held.now.left_out()
    if left:
        titles = [words.title_of(held.base, q.unknown.fact, q.unknown.name) for q in left]
        talk.say("Left out, and would still matter:")
        talk.say(f"  {title}" for title in dict.fromkeys(titles))
    missing = list(words.missing(held.base, held.now.case))
    if missing:
        talk.say(missing)
    talk.say(f"Now: {words.counted(held.now.decision)}.")
    if held.now.case != (file.kept or held.steps[0].case):
        file.save(held.base, held.now.case)  # interrupted between an answer and the file
    if file.kept is None:
        talk.say("No answer was given: nothing is written.")
        return
    talk.say(f"The answers are in {file.path}.")
    if file.backup is not None:
        talk.say(f"The file as it was before is {file.backup}.")


__all__ = ["INTERRUPTED", "Ended", "Talk", "interview"]
