"""YAML, read event by event.

Composing and constructing are left out on purpose: nothing is expanded, nothing guessed. Scalars
stay as written until their declared type is known; anchors, aliases, tags and merge keys, which a
case has no use for, are refused where they stand.
"""

from typing import Any

from matchrules.case.tree import Builder, List, Malformed, Mapping
from matchrules.case.values import Written


def read_yaml(text: str, builder: Builder) -> None:
    """Build the tree of the one document in `text`; raises `Malformed`."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            _take(event, builder)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = mark.index if mark is not None else 0
        raise Malformed(
            "MR503", f"not YAML: {error.problem or error.context or 'it does not parse'}",
            "see the line: a missing colon, quote or blank is the usual cause", at, at,
        ) from None  # fmt: skip
    except yaml.YAMLError as error:
        # A character that YAML forbids; the error knows its place, but not in every loader.
        at = next((i for i, c in enumerate(text) if not c.isprintable() and c not in "\t\n\r"), 0)
        reason = getattr(error, "reason", "a character is not allowed here")
        raise Malformed("MR503", f"not YAML: {reason}", "take the character out", at, at) from None


def _take(event: Any, builder: Builder) -> None:
    import yaml

    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        raise Malformed(
            "MR504", f"`*{event.anchor}` is an alias", "write the value out here", start, end
        )
    if isinstance(event, yaml.DocumentStartEvent):
        if builder.complete:
            raise Malformed(
                "MR504", "a second document starts here", "keep one case in a file", start, end
            )
    elif isinstance(event, yaml.NodeEvent):
        node: Any = event
        if node.anchor is not None:
            raise Malformed(
                "MR504",
                f"`&{node.anchor}` is an anchor",
                "write the value out wherever it belongs",
                start,
                end,
            )
        # The scanner gives `!` for a quoted scalar to nobody: a tag that is there was written.
        if node.tag is not None:
            raise Malformed(
                "MR504", f"`{node.tag}` is a tag",
                "leave it out: the rules declare the type of every attribute", start, end,
            )  # fmt: skip
        if isinstance(event, yaml.MappingStartEvent):
            builder.open(Mapping(start))
        elif isinstance(event, yaml.SequenceStartEvent):
            builder.open(List(start))
        else:
            value = Written(node.value, bare=not node.style)
            if builder.wants_key and value == "<<" and value.bare:
                raise Malformed(
                    "MR504", "`<<` is a merge key", "write the attributes out here", start, end
                )
            builder.scalar(value, (start, max(end, start)))
    elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        builder.close(end)
