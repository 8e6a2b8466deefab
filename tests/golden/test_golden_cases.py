"""Bad case files, and what is said of them: file and message side by side.

`UPDATE_GOLDEN=1` writes what came: to be read before it is committed.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from case_vocabulary import BASE

import matchrules as mr
from matchrules.case.codec import read_case
from matchrules.case.document import open_document

CASES = Path(__file__).parent / "cases"
FILES = sorted(path for path in CASES.iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_said_of_a_bad_case(path: Path) -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        read_case([BASE], open_document(path.name, path.read_bytes()))
    expected = path.with_name(path.name + ".txt")
    came = str(caught.value) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(came, encoding="utf-8")
    assert came == expected.read_text(encoding="utf-8")
    assert all(len(d.message) < 200 and d.message[-1] != "." for d in caught.value.diagnostics)
