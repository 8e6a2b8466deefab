"""What can be asked about a decision: why, why not, what if, what to ask, and how to keep it."""

from pathlib import Path

import matchrules as mr
from matchrules.records.verify import verify

book = mr.load()
decision = book.decide(Path(__file__).parent / "comeback_low_score.yaml")

print(decision.why("S2-06"), end="\n\n")
print(decision.why_not("band.band_viable"), end="\n\n")

found = decision.what_if(step2ck={"score": 231})
print(f"With a score of 231, {len(found.added)} pieces of advice come, {len(found.withdrawn)} go.")
for value in decision.sweep("step2ck.score", range(200, 261)).thresholds:
    print(f"  what is advised changes at {value}")

print(f"\n{len(decision.certain)} pieces are certain, whatever is still not known. To be asked:")
for question in decision.questions:
    print(f"  {question.title}: decides on {', '.join(question.decides)}")

record = decision.record()
checked = verify(record.to_json())
print(f"\nThe record of {record.as_of} {'holds' if checked.ok else 'does not hold'}: "
      f"{checked.steps} steps of its proof were worked out again.")  # fmt: skip
