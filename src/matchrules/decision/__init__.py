"""Decisions: what an evaluator records, and the advice that is read from it.

Every evaluator ends in an `Outcome`; `Decision` reads it here, once, so that order and text are
the same whichever evaluator ran.
"""

from matchrules.types import decimal_of, python_value

from .advising import always, key_order, rank, said, stale_parameters
from .made import Decision, Reaching, decide, told_later
from .model import Advice, Firing, Outcome, RulesetVersion, advice_told_later
from .values import Key, about_of, plain_value, render_text, render_value

__all__ = [
    "Advice",
    "Decision",
    "Firing",
    "Key",
    "Outcome",
    "Reaching",
    "RulesetVersion",
    "about_of",
    "advice_told_later",
    "always",
    "decide",
    "decimal_of",
    "key_order",
    "plain_value",
    "python_value",
    "rank",
    "render_text",
    "render_value",
    "said",
    "stale_parameters",
    "told_later",
]
