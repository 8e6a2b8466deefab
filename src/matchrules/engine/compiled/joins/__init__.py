"""Conditions on all instances of a fact at once: a set of instances is one number, a bit for each.

What a column of the instances says is sorted once, and kept as long as the instances stay: after a
change of the case only a place in it has to be found again.
"""

from .columns import Column, Columns, places_of
from .truths import Truths

__all__ = ["Column", "Columns", "Truths", "places_of"]
