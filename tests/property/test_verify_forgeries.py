"""The checker rejects every record that was edited, hashes worked out anew or not - but one that
is the true record of another decision."""

import sys
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import LONG, examples, packs
from forging import Forger, random_record, resealed, truthful
from hypothesis import assume, given
from hypothesis import strategies as st

from matchrules.records.verify import verify
from matchrules.records.verify.strict import canonical

EXAMPLES = Path(__file__).parents[2] / "examples"


def try_forgeries(record: dict[str, Any], facts: Any, rng: Random, edits: int) -> None:
    forger = Forger(record, rng)
    for _ in range(edits):
        what, edited = forger.edited()
        assert not verify(edited).ok, f"an edited record is accepted: {what}"
        sealed = resealed(edited)
        if canonical(sealed) == canonical(record):
            continue  # only a hash was changed, and is right again
        full = facts if record["salt"] is not None else None
        if verify(sealed, facts=full).ok:
            assert truthful(sealed, full), f"a forgery is accepted: {what}"


@examples(8, long=400)
@given(st.integers(0, 2**32), st.booleans())
def test_records_of_random_bases(seed: int, private: bool) -> None:
    found = random_record(seed, private)
    assume(found is not None)
    assert found is not None
    try_forgeries(*found, Random(seed), 12 if LONG else 8)


def test_records_of_the_packs() -> None:
    """Edits in the rules of the packs, and in what is concluded by them."""
    import json

    rng = Random(0)
    # each takes as long as five others
    paths = sorted(EXAMPLES.glob("*.yaml"))
    for path in paths if LONG else paths[:1]:
        decision = packs().decide(str(path), engine="compiled")
        facts = dict(decision.facts)
        try_forgeries(json.loads(decision.record(salt="pepper").to_json()), facts, rng,
                      100 if LONG else 3)  # fmt: skip
