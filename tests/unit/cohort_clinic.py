"""A small book for tests of cohorts: every type of attribute, two eras, a fact of each sort."""

from datetime import date
from functools import cache

import matchrules as mr
from matchrules.rulebook import Book

DAY = date(2026, 4, 2)

RULES = """
ruleset clinic
  version {version}
  effective from {start}

source handbook "The handbook"

enum unit
  gp ward er

fact patient
  weight  : decimal 0.5..200.0 kilograms
  fever   : yes_no optional
  units   : set of unit optional
  home    : unit optional
  age     : integer 0..120 years optional
  seen    : date optional
  holiday : day_of_year optional
  name    : text optional never read
fact carer
  name : text optional never read
  near : yes_no
fact visit many up to 3
  number : integer 1..1000 key
  day    : date
fact note many up to 5
  kind : unit

parameter most : decimal 0.5..200.0 kilograms
  from 2026-01-01 is 5.0 cite handbook
  from 2026-06-01 is 7.0 cite handbook

advice care salience 5
  see_doctor "See a doctor"
  come_back (after: integer 1..365 days)
advice again
  look (d: date, w: decimal 0.0..999.9, k: set of unit, u: unit)

define patient.heavy : yes_no
  is patient.weight > 100.0
define patient.share : decimal 0.00..2.00
  is patient.weight / 100.0 kilograms
define visit.old : yes_no
  for each visit
  is days between visit.day and as_of > 30 days

reject "Too old for {{patient.home if known else "no unit"}}"
  when patient.age > 110 years

rule see_doctor
  id C-1
  cite handbook P3
  when patient.fever and patient.weight < most
  then must care.see_doctor "{{patient.weight}} kg with a fever: a doctor today."
rule no_doctor
  cite handbook P3
  when patient.heavy
  then must_not care.see_doctor "No."
rule come_back
  cite handbook P4
  when count(visit) < 2
  then should care.come_back(after = 28 days) "Come back in {{after}} days."
rule look
  cite handbook P4
  for each visit
  when visit.old
  then may again.look(d = visit.day, w = {w}, k = (ward, er), u = patient.home) "Look."
"""


@cache
def clinic() -> Book:
    old = RULES.format(version=1, start="2026-01-01", w="1.5")
    new = RULES.format(version=2, start="2026-09-01", w="2.5")
    return mr.load_text({"old.rules": old, "new.rules": new})
