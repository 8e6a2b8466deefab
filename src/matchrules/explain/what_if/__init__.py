"""What would be advised if some facts were other ones."""

from matchrules.explain.what_if.answer import what_if
from matchrules.explain.what_if.model import Difference, Turn, WhatIf
from matchrules.explain.what_if.reasons import Reason
from matchrules.explain.what_if.shifts import Shift

__all__ = ["Difference", "Reason", "Shift", "Turn", "WhatIf", "what_if"]
