"""Codes of a case that is read, and of files that cannot be."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR501="a case file cannot be opened, or is no text in a known format",
    MR502="a case is past a limit of size, depth or faults",
    MR503="a case file does not parse",
    MR504="a case file uses anchors, aliases, tags, merge keys or several documents",
    MR505="a name is written twice in a case file",
    MR506="the day of a case is missing or contradicts itself",
    MR507="no rules are in force on the day of a case",
    MR510="a case names a fact or an attribute that the rules do not know",
    MR511="a case asserts what the rules work out",
    MR512="a case has a list where a mapping belongs, or the other way round",
    MR513="a value is of the wrong type",
    MR514="a value is no member of its enum",
    MR515="a number is out of its range",
    MR516="a decimal has too many places",
    MR517="a number has the wrong unit",
    MR518="a set names a member twice",
    MR520="a required attribute is missing",
    MR521="one fact is there twice with different values",
    MR522="a fact is there too many times",
    MR523="a fact object belongs to other rules",
    MR524="a row of a frame belongs to no case",
    MR535="a file of cases is cut off or damaged",
    MR536="a case of a file has no key",
    MR537="several cases of a file have one key",
    MR540="there are no rules where they are looked for",
    MR541="a rule file cannot be opened",
    MR542="a stored book cannot be read, or is not what was stored",
)
