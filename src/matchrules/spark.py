"""A cohort that is too large for one machine, decided by Spark. Needs the extra `spark`.

```python
import matchrules as mr
import matchrules.spark

decided = matchrules.spark.decide(frame, mr.load("rules/"), key="id", as_of=day)
decided.frame.write.parquet("decided")
```
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Unpack

from attrs import field, frozen

from matchrules.cohort.arrow import Options, decided_schema
from matchrules.cohort.shipping import Shipment, ship
from matchrules.diagnostics.model import UsageError
from matchrules.rulebook import Book

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

Work = Callable[[Any], Iterator[Any]]  # Arrow batches in, Arrow batches out


@frozen(eq=False)
class Decided:
    """What `decide` gives: one frame, worked out in one pass, and the parts of it.

    Nothing is worked out before Spark is asked for rows, and then each time anew: write `frame`
    somewhere, or `persist` it, before looking at more than one of its parts.
    """

    frame: "DataFrame" = field(repr=False)

    @property
    def advice(self) -> "DataFrame":
        """The key and the advice: a row for each piece, or for each case where it is wide."""
        return self._part("advice")

    @property
    def errors(self) -> "DataFrame":
        """The key and what is wrong: a row for each fault."""
        return self._part("error")

    @property
    def derived(self) -> "DataFrame":
        """The key and what follows from the facts: a row for each case, where it was asked for."""
        return self._part("derived")

    def derived_of(self, fact: str) -> "DataFrame":
        """The same for what is said `for each` of a many-fact: a row for each of its instances."""
        return self._part(f"derived_{fact}")

    def _part(self, name: str) -> "DataFrame":
        names = self.frame.columns
        if names[1:2] != ["what"] or "error" not in names:
            raise UsageError(
                f"this is no frame that `matchrules.spark.decide` made: it has {', '.join(names)}"
            )
        if name not in names:
            raise UsageError(f"there is no `{name}` in it: ask for it with `derived=True`")
        rows = self.frame.where(self.frame["what"] == name)
        return rows.select(self.frame[_quoted(names[0])], f"{name}.*")


def decide(frame: "DataFrame", book: Book, key: str = "id", **options: Unpack[Options]) -> Decided:
    """The decisions on a Spark frame with one whole case in each row.

    Columns are named as facts are: a struct for a single fact, an array of structs for a many-fact;
    or `fact.attribute`, for single facts (`matchrules.cohort.case_schema` lists them). Two rows
    with the same key are two cases. The options are those of `Book.decide_frame` and of
    `matchrules.cohort.decide_batches`; `explain` counts the cases of one partition. Raises
    `CaseErrors` where the columns do not fit the rules, before anything runs.
    """
    work = worker(frame, ship(book), key, options)
    return Decided(run(frame, book, work, key, options))


def run(frame: "DataFrame", book: Book, work: Work, key: str, options: Options) -> "DataFrame":
    """What comes out where Spark calls `work` with the batches of each partition."""
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    names = frame.columns
    found = decided_schema(book, to_arrow_schema(frame.schema), key, **options)
    schema: StructType = from_arrow_schema(found)
    schema.fields[0].dataType = frame.schema[names.index(key)].dataType
    renamed = frame.toDF(*(f"c{n}" for n in range(len(names))))  # Spark reads dots in names
    return renamed.mapInArrow(work, schema)


def worker(frame: "DataFrame", shipment: Shipment, key: str, options: Options) -> Work:
    """What decides the batches of a partition.

    It is pickled by its code and refers to plain values only, so that a worker with no matchrules,
    or another version of it, comes as far as saying so.
    """
    names = frame.columns
    sha256 = shipment.sha256
    content: Any = shipment.content
    try:
        sent = content = frame.sparkSession.sparkContext.broadcast(content)
    except Exception:  # a session of Spark Connect has no context, and says so in its own ways
        sent = None

    def work(batches: Any) -> Any:
        import os

        # There is a worker for each core: one that used them all would be in the others' way.
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
        try:
            from matchrules.cohort.arrow import decide_sent
        except ImportError as error:
            raise RuntimeError(
                f"this worker cannot run matchrules ({error}): install the same version of "
                "matchrules[spark] on the driver and on every worker"
            ) from None
        given = content if sent is None else sent.value
        return decide_sent(sha256, given, names, key, options, batches)

    return work


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


__all__ = ["Decided", "decide"]
