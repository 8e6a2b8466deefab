"""Where answers change: kept among the regions, here by the name that tests know."""

from matchrules.regions.cutpoints import (
    CutPoints,
    Cuts,
    Place,
    cut_points,
    outputs,
    pool,
)

__all__ = ["CutPoints", "Cuts", "Place", "cut_points", "outputs", "pool"]
