"""Rules said for each instance of a fact, decided for all instances at once.

A set of instances is one number, a bit for each. What a column of the instances says is sorted once
and kept as long as the instances stay: when something else in the case changes, only a place in
each column has to be found again. A session on the compiled rules works so.
"""

from .columns import Column, Places, places_of
from .plan import Lasting, lasting

__all__ = ["Column", "Lasting", "Places", "lasting", "places_of"]
