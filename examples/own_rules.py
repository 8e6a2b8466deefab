"""Rules of your own, of another domain, checked and run from a text."""

from datetime import date

import matchrules as mr

RULES = """
ruleset garden
  version 1
  effective from 2026-01-01

source almanac "The old almanac"

parameter frost_limit : integer -30..30 degrees "Below this, plants come in"
  is 3 cite almanac

fact plant many up to 50 "A pot on the balcony"
  name    : text key
  outside : yes_no
fact tonight "The forecast"
  low : integer -30..40 degrees optional

advice care "What to do tonight"
  bring_in "Bring a plant in"

rule frost "Bring it in before the frost"
  cite almanac
  for each plant
  when plant.outside and tonight.low < frost_limit
  then must care.bring_in
    "Bring {plant.name} in: {tonight.low} degrees are forecast."

example cold_night
  given tonight: low = -2
        plant: name = "the lemon", outside = yes
        plant: name = "the cactus", outside = no
  as of 2026-11-01
  expect must care.bring_in
"""

book = mr.load_text({"garden.rules": RULES})
decision = book.decide(
    {
        "tonight": {"low": 1},
        "plant": [
            {"name": "the lemon", "outside": True},
            {"name": "the fig", "outside": True},
            {"name": "the cactus", "outside": False},
        ],
    },
    as_of=date(2026, 11, 22),
)
for advice in decision:
    print(advice.about, "->", advice.text)

# A fault in a rule file is told with its place and a way out; nothing is half loaded.
try:
    mr.load_text({"garden.rules": RULES.replace("frost_limit\n", "frost_limt\n")})
except mr.RuleErrors as errors:
    print(errors)
