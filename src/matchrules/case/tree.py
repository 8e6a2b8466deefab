"""A case file as plain mappings and lists that know where they were written.

The readers of the formats drive a `Builder`; it refuses what no case needs (depth, more values than
memory bears) as soon as it shows, so that a hostile file costs no more than an honest one.
"""

from typing import Any, Final

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.text import Span

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_VALUES: Final = 250_000
DEEPEST: Final = 16

Place = tuple[int, int]  # offsets into the text, half open
Path = tuple[str | int, ...]


class Mapping(dict[str, Any]):
    """A mapping with the place of itself, of its keys and of its values."""

    __slots__ = ("keys_at", "place", "values_at")

    def __init__(self, start: int) -> None:
        super().__init__()
        self.place: Place = (start, start + 1)
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}


class List(list[Any]):
    """A list with the place of itself and of its items."""

    __slots__ = ("place", "values_at")

    def __init__(self, start: int) -> None:
        super().__init__()
        self.place: Place = (start, start + 1)
        self.values_at: list[Place] = []


class Malformed(Exception):
    """The text cannot be read on from here."""

    def __init__(self, code: str, message: str, help: str, start: int, end: int) -> None:
        super().__init__(code, message, help, start, end)
        self.code, self.message, self.help = code, message, help
        self.place = (start, max(end, start + 1))


class Builder:
    """Builds the tree of one document. `faults` are those after which reading could go on."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Any = None
        self.complete = False
        self.faults: list[Diagnostic] = []
        self._open: list[Mapping | List] = []
        # For each of those open, the key at hand: name, place, whether it was there before.
        self._keys: list[tuple[str, Place, bool] | None] = []
        self._values = 0

    @property
    def wants_key(self) -> bool:
        """Whether the next value is the key of a mapping."""
        return bool(self._open) and isinstance(self._open[-1], Mapping) and self._keys[-1] is None

    def open(self, container: Mapping | List) -> None:
        start = container.place[0]
        if self.wants_key:
            raise Malformed(
                "MR503", "a name cannot be a list or a mapping", "write a plain name", start, start
            )
        if len(self._open) == DEEPEST:
            raise Malformed(
                "MR502", f"nests deeper than {DEEPEST} levels", "a case has four levels at most: "
                "facts, instances, attributes, members of a set", start, start,
            )  # fmt: skip
        self._add(container, container.place)
        self._open.append(container)
        self._keys.append(None)

    def close(self, end: int) -> None:
        container = self._open.pop()
        self._keys.pop()
        container.place = (container.place[0], end)
        self._done()

    def scalar(self, value: Any, place: Place) -> None:
        if not self.wants_key:
            self._add(value, place)
            self._done()
            return
        mapping = self._open[-1]
        assert isinstance(mapping, Mapping)
        name, again = str(value), value in mapping
        if again:
            earlier = mapping.keys_at[name]
            self.faults.append(
                Diagnostic(
                    "MR505", f"`{name[:60]}` is written twice",
                    (self.label(place, "again here"), self.label(earlier, "first here")),
                    "keep one of them", show_path((*self._path(), name)),
                )
            )  # fmt: skip
        self._keys[-1] = (name, place, again)

    def _path(self) -> Path:
        """Of the container that is open."""
        steps: list[str | int] = []
        for container, key in zip(self._open[:-1], self._keys[:-1], strict=True):
            steps.append(len(container) - 1 if isinstance(container, List) else key[0])  # type: ignore[index]
        return tuple(steps)

    def label(self, place: Place, message: str = "") -> Label:
        return Label(Span(self.source, *place), message)

    def _add(self, value: Any, place: Place) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise Malformed(
                "MR502", f"holds more than {MOST_VALUES:,} values",
                "decide a cohort case by case", *place,
            )  # fmt: skip
        if not self._open:
            self.root = value
            return
        container = self._open[-1]
        if isinstance(container, List):
            container.append(value)
            container.values_at.append(place)
            return
        key = self._keys[-1]
        assert key is not None
        name, key_place, again = key
        if not again:
            container[name] = value
            container.keys_at[name] = key_place
            container.values_at[name] = place

    def _done(self) -> None:
        if self._open:
            self._keys[-1] = None
        else:
            self.complete = True


def show_path(path: Path) -> str:
    """A path as people read it: instances are numbered from 1."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step + 1}]"
        else:
            step = step if len(step) <= 60 else f"{step[:60]}…"
            shown += f".{step}" if shown else step
    return shown


def find(tree: Any, path: Path, key: bool = False) -> Place | None:
    """Where the value at `path` is written, or its name (`key`); what is not there is shown by the
    name of what it should be in."""
    place: Place | None = tree.place if isinstance(tree, Mapping | List) else None
    for number, step in enumerate(path):
        last = number == len(path) - 1
        if isinstance(tree, Mapping) and isinstance(step, str) and step in tree:
            place = tree.keys_at[step] if key or not last else tree.values_at[step]
            tree = tree[step]
            if last and not key and isinstance(tree, Mapping | List):
                place = tree.place if tree.place[1] > tree.place[0] else place
        elif isinstance(tree, List) and isinstance(step, int) and step < len(tree):
            place = tree.values_at[step]
            tree = tree[step]
            if isinstance(tree, Mapping | List):
                place = tree.place
        else:
            break
    return place
