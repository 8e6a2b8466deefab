"""Coverage: which rules, rows of tables and conditions the examples of a book show."""

from matchrules.testing.coverage.measure import Coverage, measure

__all__ = ["Coverage", "measure"]
