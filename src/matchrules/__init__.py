"""A rules engine with a decision-rule language of its own.

```python
import matchrules as mr

book = mr.load("rules/")
decision = book.decide("case.yaml")
```

Everything public is here, and loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchrules.case.classes import Fact as Fact
    from matchrules.case.classes import FactClasses as FactClasses
    from matchrules.cohort.result import FrameDecision as FrameDecision
    from matchrules.decision import Advice as Advice
    from matchrules.decision import Decision as Decision
    from matchrules.decision import RulesetVersion as RulesetVersion
    from matchrules.diagnostics.model import CaseErrors as CaseErrors
    from matchrules.diagnostics.model import Diagnostic as Diagnostic
    from matchrules.diagnostics.model import DiagnosticsError as DiagnosticsError
    from matchrules.diagnostics.model import Label as Label
    from matchrules.diagnostics.model import MatchrulesError as MatchrulesError
    from matchrules.diagnostics.model import RecordErrors as RecordErrors
    from matchrules.diagnostics.model import RuleErrors as RuleErrors
    from matchrules.diagnostics.model import UsageError as UsageError
    from matchrules.explain.prospects import Prospect as Prospect
    from matchrules.explain.prospects import Question as Question
    from matchrules.explain.sweep import Sweep as Sweep
    from matchrules.explain.what_if import WhatIf as WhatIf
    from matchrules.explain.why import Why as Why
    from matchrules.explain.why_not import WhyNot as WhyNot
    from matchrules.prove.recourse import Recourse as Recourse
    from matchrules.records import Record as Record
    from matchrules.rulebook import Book as Book
    from matchrules.rulebook import book_from_json as book_from_json
    from matchrules.rulebook import check as check
    from matchrules.rulebook import check_text as check_text
    from matchrules.rulebook import load as load
    from matchrules.rulebook import load_text as load_text
    from matchrules.rulebook import packs as packs
    from matchrules.session import Handle as Handle
    from matchrules.session import Session as Session
    from matchrules.text import Source as Source
    from matchrules.text import Span as Span
    from matchrules.types import DayOfYear as DayOfYear

    __version__: str

_HOMES = {
    "Advice": "decision",
    "Book": "rulebook",
    "CaseErrors": "diagnostics.model",
    "DayOfYear": "types",
    "Decision": "decision",
    "Diagnostic": "diagnostics.model",
    "DiagnosticsError": "diagnostics.model",
    "Fact": "case.classes",
    "FactClasses": "case.classes",
    "FrameDecision": "cohort.result",
    "Handle": "session",
    "Label": "diagnostics.model",
    "MatchrulesError": "diagnostics.model",
    "Prospect": "explain.prospects",
    "Question": "explain.prospects",
    "Record": "records",
    "RecordErrors": "diagnostics.model",
    "Recourse": "prove.recourse",
    "RuleErrors": "diagnostics.model",
    "RulesetVersion": "decision",
    "Session": "session",
    "Source": "text",
    "Span": "text",
    "Sweep": "explain.sweep",
    "UsageError": "diagnostics.model",
    "WhatIf": "explain.what_if",
    "Why": "explain.why",
    "WhyNot": "explain.why_not",
    "book_from_json": "rulebook",
    "check": "rulebook",
    "check_text": "rulebook",
    "load": "rulebook",
    "load_text": "rulebook",
    "packs": "rulebook",
}

__all__ = [*_HOMES, "__version__"]

if not TYPE_CHECKING:  # a type checker is to see a name that is not there

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(f"matchrules.{_HOMES[name]}"), name)
            globals()[name] = value
            return value
        if name == "__version__":
            from importlib.metadata import version

            return version("matchrules")
        raise AttributeError(f"module 'matchrules' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
