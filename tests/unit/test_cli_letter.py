"""The letter: where advice stands, what is not known, and the small print."""

import re
from datetime import date

import matchrules as mr
from matchrules.cli.advice_markdown import markdown

WORDS = """
ruleset words
  version 1
  effective from 2020-01-01
  stale after 10 days
source book "The trail book"
enum season "The time of the year"
  summer "summer"
  winter "winter"
fact walker
  season  : season optional "Season; the one of the walk"
  age     : integer 0..99 years optional "Age of the walker"
  trained : yes_no optional "Has walked far before"
  spare   : yes_no optional "Spare socks"
  unread  : yes_no optional "Nobody asks"
fact hut many up to 90 "A hut on the way"
  name : text key
  open : yes_no optional "Open all year"
parameter most : integer 1..99
  is 60 cite book checked 2020-01-01
parameter tide by integer 1..9 : integer 1..9 "Low tide"
  for 2 is 3 cite book checked 2020-01-01
advice plan "The plan"
  start "Where to start"
  stop  "Where to stop"
  later "What can wait"
advice pack "What to pack"
  socks "Socks"
  rope  "A rope"
advice huts "Huts"
  sleep "Where to sleep"
advice odd
  thing
"""
RULES = """
rule start_early "Start early"
  id A-1
  cite book "P1"
  when walker.season is winter
  then should plan.start "Start early."
rule wait "What can wait"
  cite book
  then may plan.later "Buy a map[ for {walker.season}]."
rule stop_in_time "Stop in time"
  id A-3
  cite book
  provisional when walker.age is unknown
  then must plan.stop "Stop in time."
rule rest_more "Rest more"
  cite book
  when walker.age > most and walker.trained is no
  then must_not plan.start "Do not start alone."
rule socks "Spare socks"
  id A-4
  cite book
  when not (shown walker.spare)
  then should pack.socks "Take *two* pairs."
rule rope "A rope in winter"
  id A-5
  cite book
  then must pack.rope "Take a rope."
rule sleep "Sleep in a hut"
  id A-6
  cite book
  for each hut
  when hut.open is not no or walker.season is summer
  then may huts.sleep "{hut.name}: ring first. Pay in cash."
rule odd "Odd"
  cite book
  then may odd.thing "An odd thing."
"""
CHAPTERS = """
chapter "What to take" "Less is more."
  plan.later, pack, plan.stop
chapter "The day"
  plan
"""
DAY = date(2020, 3, 1)


def letter(facts=None, chapters=CHAPTERS, words=WORDS, rules=RULES, as_of=DAY):
    book = mr.load_text({"w.rules": words + rules + chapters})
    decisions = [book.decide(facts or {}, as_of=as_of, engine=e) for e in ("rete", "interpreter")]
    shown = [markdown(decision, book.bases[0], "a/my case.yaml") for decision in decisions]
    assert shown[0] == shown[1]
    return shown[0]


def headings(shown):
    return re.findall(r"^#+ .*", shown, re.MULTILINE)


def part(shown, heading):
    """The lines under a heading, up to the next one."""
    found = re.search(rf"^#+ {heading}\n(.*?)(?=^#|^---|\Z)", shown, re.MULTILINE | re.DOTALL)
    assert found, heading
    return [line for line in found[1].splitlines() if line]


def test_chapters_and_kinds_stand_in_order():
    shown = letter({"walker": {"season": "winter"}, "hut": [{"name": "A", "open": True}]})
    assert headings(shown) == [
        "# Advice for my case",
        "## What to take",
        "### What to pack",
        "## The day",
        "## Further",
        "### Huts",
        "### Odd",
        "## What is not known yet, and why it matters",
        "## Figures to look at again",
        "## Small print",
    ]
    # what a chapter names before its first kind stands before it, what it names after a kind in it
    assert part(shown, "What to take") == ["Less is more.", "- Buy a map for winter."]
    assert part(shown, "What to pack") == [
        "- **Must.** Take a rope.",
        "- **Must.** Stop in time. *(provisional)*",
        "- Take \\*two\\* pairs.",
    ]
    assert part(shown, "The day") == ["- Start early."]


def test_without_chapters_kinds_are_the_sections():
    shown = letter({"walker": {"season": "winter"}}, chapters="")
    assert headings(shown)[1:4] == ["## What to pack", "## The plan", "## Odd"]
    assert part(shown, "The plan") == [
        "- **Must.** Stop in time. *(provisional)*",
        "- Start early.",
        "- Buy a map for winter.",
    ]


def test_a_chapter_that_is_called_as_the_rest_holds_the_rest() -> None:
    own = 'chapter "Further" "And last:" pack\nchapter "The day" plan\n'
    shown = letter({"walker": {"season": "winter"}}, chapters=own)
    assert headings(shown)[1:5] == ["## Further", "### What to pack", "### Odd", "## The day"]
    alone = letter(chapters='chapter "Further" "And last:" pack\n')
    assert headings(alone)[1:3] == ["## Further", "### What to pack"]
    assert part(alone, "Further") == ["And last:"]


def test_a_chapter_without_words_is_called_by_its_first_kind() -> None:
    shown = letter(chapters='chapter "" pack.socks, odd\nchapter " " plan\n')
    assert headings(shown)[1:4] == ["## What to pack", "### Odd", "## The plan"]
    assert "- The plan, in its order: A-3, words.wait." in shown


def test_provisional_is_explained_once_and_where_there_is_some():
    shown = letter()
    assert shown.count("may change") == 1
    assert "may change" in shown.splitlines()[2]
    assert "provisional" not in letter({"walker": {"age": 9}}).lower()


def test_instances_are_one_item_and_not_without_end():
    huts = [{"name": f"Hut {n:02}", "open": True} for n in range(30)]
    lines = part(letter({"hut": huts}), "Huts")
    assert lines[0] == "- *Where to sleep.* Pay in cash."
    assert lines[1] == "  - Hut 00: ring first."
    assert len(lines) == 1 + 25 + 1
    assert lines[-1] == "  - and 5 more: `--format json` lists them all"


def test_what_is_not_known_is_told_with_what_hangs_on_it():
    shown = letter({"walker": {"trained": False}, "hut": [{"name": "A"}]})
    assert part(shown, "What is not known yet, and why it matters")[1:] == [
        "- **Season** (the one of the walk): Sleep in a hut; Start early",
        "- **Open all year** (a hut on the way): Sleep in a hut",
        "- **Age of the walker**: Rest more",
        "- **Spare socks**: Spare socks",
    ]


def test_what_decides_on_nothing_by_itself_is_counted():
    shown = letter({"walker": {"trained": True, "season": "winter"}})
    found = part(shown, "What is not known yet, and why it matters")
    assert found[1:] == [
        "- **Spare socks**: Spare socks",
        "1 more thing is not known; as far as we can see, none of that would by itself change what"
        " is said here.",
    ]


def test_what_a_guard_keeps_silent_wants_to_know_nothing():
    words = WORDS.replace("  stale", "  applies when walker.trained\n  stale")
    shown = letter({"walker": {"trained": False}}, words=words)
    assert "No advice: no rule applies" in shown
    assert "What is not known" not in shown


def test_unknowns_that_decide_on_the_same_share_a_line():
    rules = """
rule both "Both"
  cite book
  when walker.trained or walker.spare
  then may odd.thing "Both."
"""
    shown = letter(rules=rules)
    assert part(shown, "What is not known yet, and why it matters")[1:] == [
        "- **Spare socks**; **Has walked far before**: Both"
    ]


def test_values_that_a_reject_refuses_are_not_tried():
    refused = 'reject "no" when walker.spare is yes\n'
    assert "**Spare socks**" in letter()
    assert "**Spare socks**" not in letter(rules=RULES + refused)


def test_the_small_print_tells_the_day_versions_rules_and_sources():
    shown = letter({"walker": {"season": "winter"}})
    assert part(shown, "Small print") == [
        "- Case: my case.yaml, on 2020-03-01.",
        "- Rules: words (version 1).",
        "- What to take, in its order: words.wait, A-5, A-3, A-4.",
        "- The day, in its order: A-1.",
        "- Further, in its order: words.odd.",
        "- Source book: The trail book.",
    ]
    assert part(shown, "Figures to look at again")[0].startswith("- These values were last checked")
    assert part(shown, "Figures to look at again")[0].endswith(" days: most; Low tide (2).")
    assert "Figures" not in letter(as_of=date(2020, 1, 2))
