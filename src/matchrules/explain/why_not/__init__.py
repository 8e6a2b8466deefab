"""Why something is not advised: what kept each rule that could have said it from speaking."""

from matchrules.explain.why_not.asking import why_not
from matchrules.explain.why_not.model import Guard, Lack, WhyNot, Withdrawal, Withheld

__all__ = ["Guard", "Lack", "WhyNot", "Withdrawal", "Withheld", "why_not"]
