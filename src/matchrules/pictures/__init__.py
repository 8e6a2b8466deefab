"""Diagrams of boxes and arrows, as Mermaid text and as SVG.

What is drawn is said by a `Diagram`; where things stand is worked out here.
"""

from matchrules.pictures.diagram import Diagram, Edge, Node

__all__ = ["Diagram", "Edge", "Node"]
