"""Laws of order: what is said in another order says the same."""

import json
from random import Random
from typing import TYPE_CHECKING, Any

from matchrules.case.codec import read_case
from matchrules.case.model import Case
from matchrules.case.writing import write_case
from matchrules.diagnostics.model import CaseErrors, RuleErrors
from matchrules.testing.laws.trial import Broken, Draw, Found, Trial, instances, read
from matchrules.testing.strategies import drawn_in, mapping_of

if TYPE_CHECKING:
    from matchrules.rulebook import Book

ARRANGEMENTS = 2  # of the statements of a book: each has to be loaded


def facts_in_any_order(trial: Trial, draw: Draw) -> None:
    """The order of facts, of their attributes and of their instances changes no byte of a decision.

    The case is given as a mapping in another order, and asserted in a session in another order, at
    times with the decision read in between.
    """
    from hypothesis import strategies as st

    base, case = draw(drawn_in(trial.book))
    wanted = trial.decided(base, case)
    mixed = _mixed(Random(draw(st.integers(0, 2**16 - 1))), mapping_of(base, case))
    cases = {"one order": write_case(base, case), "another": _as_json(mixed)}
    _, again = read_case(trial.book.bases, mixed)
    for name in trial.engines:
        trial.same(wanted, trial.decided(base, again, name), f"the engine `{name}`", cases)
    given = draw(st.permutations(instances(case)))
    pause = draw(st.integers(0, len(given)))
    trial.met += len(given) > 1
    moved = Case(case.as_of, {})
    with trial.session(base, moved) as (session, _):
        for number, (fact, instance) in enumerate(given):
            if number == pause:
                read(session)
            session.assert_fact(fact, **{n: v for n, v in instance.items() if v is not None})
        trial.same(wanted, read(session), "a session told the facts in another order", cases)


def statements_in_any_order(trial: Trial, draw: Draw) -> None:
    """The order of statements in a rule file changes nothing; a rule stays in its section.

    The book is loaded again with its statements in another order. The decision is the same but for
    the hashes of the files.
    """
    from hypothesis import strategies as st

    seed = draw(st.integers(0, ARRANGEMENTS - 1))
    _same_in(trial, draw, _prepared(trial, ("statements", seed)), "statements")


def files_in_any_order(trial: Trial, draw: Draw) -> None:
    """The order of files, and what they are called, changes nothing.

    The book is loaded again with its files named so that they come in the opposite order.
    """
    _same_in(trial, draw, _prepared(trial, ("files", 0)), "files")


def _same_in(trial: Trial, draw: Draw, other: "Book", what: str) -> None:
    base, case = draw(drawn_in(trial.book))
    mapping = mapping_of(base, case)
    wanted = _without_hashes(trial.decided(base, case))
    cases, files = {"": write_case(base, case)}, {n: s.text for n, s in other.sources.items()}
    try:
        found_base, again = read_case(other.bases, mapping)
    except CaseErrors as error:
        raise Broken(f"the case is refused: {error}", cases, files) from None
    trial.met += 1
    for name in trial.engines:
        found = _without_hashes(trial.decided(found_base, again, name))
        try:
            trial.same(wanted, found, f"with the {what} in another order, `{name}`", cases)
        except Broken as broken:
            raise Broken(broken.reason, cases, files) from None


def _prepared(trial: Trial, key: tuple[str, int]) -> "Book":
    """The book in another order, loaded once."""
    from matchrules.rulebook import load_text

    if key not in trial.kept:
        texts = {name: source.text for name, source in trial.book.sources.items()}
        if key[0] == "statements":
            texts = {name: moved(name, text, Random(key[1])) for name, text in texts.items()}
        else:
            texts = {f"{999 - n}.rules": texts[name] for n, name in enumerate(sorted(texts))}
        try:
            trial.kept[key] = load_text(texts)
        except RuleErrors as error:
            reason = f"with the {key[0]} in another order there are faults: {error}"
            trial.kept[key] = Broken(reason, {}, texts)
    found = trial.kept[key]
    if isinstance(found, Broken):
        raise Broken(found.reason, found.cases, found.files)
    book: Book = found
    return book


def moved(name: str, text: str, random: Random) -> str:
    """A rule file with its statements in another order: rules within their sections, sections and
    all else anywhere."""
    from matchrules.syntax import ast
    from matchrules.syntax.parser import parse
    from matchrules.text import Source

    file, _ = parse(Source(name, text))
    starts = [text.rfind("\n", 0, s.span.start) + 1 for s in file.statements]
    if not starts:
        return text
    ends = [*starts[1:], len(text)]
    sections: list[list[str]] = [[]]
    free: list[str] = []
    for statement, start, end in zip(file.statements, starts, ends, strict=True):
        written = text[start:end].rstrip() + "\n\n"
        if isinstance(statement, ast.SectionStatement):
            sections.append([written])
        elif isinstance(statement, ast.RuleStatement):
            sections[-1].append(written)
        elif isinstance(statement, ast.ChapterStatement):
            sections[0].append(written)
        else:
            free.append(written)
    first, *others = sections
    random.shuffle(first)
    random.shuffle(others)
    for section in others:
        section[1:] = random.sample(section[1:], len(section) - 1)
    order = [*first, *(written for section in others for written in section)]
    for written in free:
        order.insert(random.randint(0, len(order)), written)
    return text[: starts[0]] + "".join(order)


def _mixed(random: Random, mapping: dict[str, Any]) -> dict[str, Any]:
    """The mapping with its facts, their attributes and their instances in another order."""

    def shuffled(one: dict[str, Any]) -> dict[str, Any]:
        return {name: one[name] for name in random.sample([*one], len(one))}

    def inside(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(one) for one in random.sample(value, len(value))]
        return shuffled(value) if isinstance(value, dict) else value

    return {name: inside(value) for name, value in shuffled(mapping).items()}


def _as_json(mapping: dict[str, Any]) -> str:
    def plain(value: Any) -> Any:
        return sorted(value) if isinstance(value, frozenset | set) else str(value)

    return json.dumps(mapping, default=plain, ensure_ascii=False)


def _without_hashes(found: Found) -> Found:
    """A decision but for the hashes of the files, which statements in another order change."""
    if not isinstance(found, str):
        return found
    decision = json.loads(found)
    for ruleset in decision["rulesets"]:
        del ruleset["sha256"]
    return json.dumps(decision)


__all__ = ["facts_in_any_order", "files_in_any_order", "moved", "statements_in_any_order"]
