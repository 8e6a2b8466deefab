"""The pediatrics packs from Python: their facts as typed classes, and the program list.

```python
from matchrules import residency

chosen = residency.shortlist("case.yaml", "programs.csv")
for entry in chosen.entries:
    print(entry.category, entry.name, entry.why)
```

What makes lists is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

from matchrules.residency import facts

# every generated class; which they are, `facts.__all__` says
from matchrules.residency.facts import *  # noqa: F403

if TYPE_CHECKING:
    from matchrules.residency.catalogue import Catalogue as Catalogue
    from matchrules.residency.catalogue import read_catalogue as read_catalogue
    from matchrules.residency.faults import CatalogueErrors as CatalogueErrors
    from matchrules.residency.listing import shortlist as shortlist
    from matchrules.residency.result import Entry as Entry
    from matchrules.residency.result import Excluded as Excluded
    from matchrules.residency.result import Gap as Gap
    from matchrules.residency.result import Shortlist as Shortlist

_HOMES = {
    "Catalogue": "catalogue",
    "CatalogueErrors": "faults",
    "Entry": "result",
    "Excluded": "result",
    "Gap": "result",
    "Shortlist": "result",
    "read_catalogue": "catalogue",
    "shortlist": "listing",
}

__all__ = [*facts.__all__, *_HOMES]

if not TYPE_CHECKING:  # a type checker is to see a name that is not there

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(f"matchrules.residency.{_HOMES[name]}"), name)
            globals()[name] = value
            return value
        raise AttributeError(f"module 'matchrules.residency' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
