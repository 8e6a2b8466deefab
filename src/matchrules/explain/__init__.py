"""What rules say, and why they say it, in plain English and in the words of their vocabulary."""

from matchrules.explain.wording import Wording

__all__ = ["Wording"]
