"""Advice on case files, YAML, JSON or TOML: what must be done, and what is not known."""

from pathlib import Path

import matchrules as mr

HERE = Path(__file__).parent
book = mr.load()

for name in ("comeback_low_score.yaml", "below_the_mark.json", "almost_unknown.toml"):
    decision = book.decide(HERE / name)
    print(f"{name}, as of {decision.as_of}")
    for advice in decision:
        if advice.strength.startswith("must"):
            print(f"  - {advice.text}")
    print(f"  {len(decision.unknown)} facts that would matter are not known\n")
