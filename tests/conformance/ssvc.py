"""Decision tables in the SSVC JSON format as rule files.

Each decision point becomes an enum and a required attribute, each row of `mapping` a row of a
table with hit policy `unique`.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "external" / "ssvc"


def table_files() -> list[Path]:
    """The decision tables, where they are there."""
    return sorted(FOLDER.glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def rules(table: dict[str, Any], rows: Sequence[dict[str, str]]) -> str:
    """A rule file with the table and those of its rows."""
    points = table["decision_points"]
    outcome = table["outcome"]
    inputs = [key for key in points if key != outcome]
    enums = "\n".join(
        f"enum {_name(key)}\n  " + " ".join(_member(v["key"]) for v in point["values"])
        for key, point in points.items()
    )
    attributes = "\n".join(f"  {_name(key)} : {_name(key)}" for key in inputs)
    head = "".join(f"| vulnerability.{_name(key)} " for key in inputs)
    lines = "\n".join(
        "  " + "".join(f"| {_member(row[key])} " for key in inputs) + f"| {_member(row[outcome])} |"
        for row in rows
    )
    return f"""ruleset ssvc
  version 1
  effective from 2020-01-01
source ssvc "SSVC"
{enums}
fact vulnerability
{attributes}
table outcome.said : {_name(outcome)}
  cite ssvc
  {head}| => outcome.said |
{lines}
"""


def described(table: dict[str, Any], row: dict[str, str]) -> str:
    """The one case of a row in the words of a gap."""
    inputs = [key for key in table["decision_points"] if key != table["outcome"]]
    *others, last = inputs
    when = " and ".join(f"vulnerability.{_name(key)} is {_member(row[key])}" for key in others)
    main = f"nothing covers vulnerability.{_name(last)} {_member(row[last])}"
    return f"{main} when {when}" if when else main


def asserted(table: dict[str, Any], row: dict[str, str]) -> dict[str, str]:
    """The one case of a row as values of the fact."""
    inputs = [key for key in table["decision_points"] if key != table["outcome"]]
    return {_name(key): _member(row[key]) for key in inputs}


def _name(key: str) -> str:
    return "point_" + re.sub(r"\W+", "_", key.rpartition(":")[0]).lower().strip("_")


def _member(key: str) -> str:
    return f"v_{key.lower()}"
