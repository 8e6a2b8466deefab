"""One record: its shape, its hashes, its rules, facts, steps and conclusions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matchrules.records.verify.conclusions import Conclusions
from matchrules.records.verify.facts import hides, read_facts, revealed
from matchrules.records.verify.findings import Enough, Findings, Masks
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.steps import Steps
from matchrules.records.verify.strict import (
    MOST_BYTES,
    Unfit,
    canonical,
    quoted,
    read,
    same,
    sha256,
)
from matchrules.records.verify.values import day_of
from matchrules.records.verify.verdict import Verification
from matchrules.records.verify.working import Working

FORMAT: Final = 1
KEYS: Final = (
    "format", "matchrules", "as_of", "rulesets", "rules", "facts", "salt", "advice", "derived",
    "unknown", "warnings", "proof", "sha256",
)  # fmt: skip


def check_record(
    document: str | bytes | Mapping[str, Any], rules: Sequence[Any] | None, facts: Any,
    salt: str | None, head: str | None = None,
) -> Verification:  # fmt: skip
    """The verdict on one record by itself."""
    check = Check(rules, facts, salt)
    try:
        if head is not None:
            check.found.add("MR928", "", "a record has no chain to compare the hash with",
                            "name the log, or leave the hash out")  # fmt: skip
        check.record(_tree(document))
    except Enough:
        pass
    except RecursionError:
        check.too_deep()
    except Unfit as fault:
        check.found.unfit("MR920", fault)
    return check.verdict()


def _tree(document: str | bytes | Mapping[str, Any]) -> Any:
    if isinstance(document, Mapping):
        try:
            return read(canonical(document))
        except (TypeError, ValueError):
            raise Unfit("it holds what JSON does not have") from None
    if len(document) > MOST_BYTES:
        raise Unfit(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    return read(document)


class Check:
    """Checks one record, or several that may share their rules."""

    def __init__(self, rules: Sequence[Any] | None, facts: Any, salt: str | None) -> None:
        self.at_hand, self.facts, self.salt = rules, facts, salt
        self.found = Findings()
        self.records = self.steps = self.advice = 0
        self.rulesets: tuple[str, ...] = ()
        self._compared: set[str] = set()
        self._rules_text = ""

    def too_deep(self) -> None:
        self.found.add("MR920", "", "it is nested deeper than can be checked")

    def verdict(self, **more: Any) -> Verification:
        return Verification(
            more.pop("what", "record"), tuple(self.found.faults), steps=self.steps,
            advice=self.advice, trusted=tuple(self.found.trusted),
            compared=self.at_hand is not None, rulesets=self.rulesets,
            records=more.pop("records", 1), **more,
        )  # fmt: skip

    def record(self, tree: Any, known: Mapping[str, Rules | None] | None = None) -> None:
        """One record; where `known` is given, its rules are the ones with that hash there."""
        add = self.found.add
        self.records += 1
        if not isinstance(tree, dict):
            raise Unfit(f"a record is an object, not {quoted(tree)}")
        version = tree.get("format")
        if "format" in tree and not same(version, FORMAT):
            add("MR921", "format", f"this record has format {quoted(version)}; what can be checked "
                f"is format {FORMAT}", "check it with the version of matchrules that made it: "
                f"{quoted(tree.get('matchrules'))}")  # fmt: skip
            return
        if tuple(tree) != KEYS:
            names = [name for name in KEYS if name not in tree]
            extra = [name for name in tree if name not in KEYS]
            said = f"lacks {', '.join(map(quoted, names))}" if names else (
                f"has {', '.join(map(quoted, extra))}, which no record has" if extra
                else "has its keys in another order"
            )  # fmt: skip
            raise Unfit(f"it {said}", "is it a record? They are made by `decision.record()`")
        rules = self._rules(tree["rules"], known)
        self._seal(tree, rules, known is not None)
        for name in ("matchrules", "salt"):
            if not isinstance(tree[name], str) and (name, tree[name]) != ("salt", None):
                add("MR920", name, f"must be a text, not {quoted(tree[name])}")
        day = day_of(tree["as_of"])
        if day is None:
            add("MR920", "as_of", f"must be a date, not {quoted(tree['as_of'])}")
        if rules is None or day is None:
            return
        base = rules.base
        if day < base.start or (base.end is not None and day >= base.end):
            add("MR927", "as_of", f"is {day}, but the rules are in force from {base.start}"
                + ("" if base.end is None else f" to the day before {base.end}"))  # fmt: skip
        must = [
            {"name": r.name, "version": r.version, "sha256": r.sha256}
            for r in base.rulesets.values()
        ]
        self.found.compare("MR927", "rulesets", tree["rulesets"], must)
        versions: dict[str, list[str]] = {}
        for one in base.rulesets.values():
            versions.setdefault(one.version, []).append(one.name)
        self.rulesets = tuple(
            f"{', '.join(names)} (version {version})" for version, names in versions.items()
        )
        hiding = hides(rules, tree["facts"])
        if not hiding and tree["salt"] is not None:
            add("MR924", "salt", "is there, though no private fact is")
        salt = tree["salt"] if isinstance(tree["salt"], str) else self.salt
        if isinstance(tree["salt"], str) and self.salt not in (None, tree["salt"]):
            add("MR924", "salt", "is not the one that was given")
        facts = tree["facts"]
        if self.facts is not None:
            if hiding and salt is None:
                add("MR924", "salt", "is not in the record: the facts given cannot be compared "
                    "with the hidden ones", "give it with --salt")  # fmt: skip
            facts = revealed(facts, self.facts, salt, self.found, "facts")
        instances = read_facts(rules, facts, hiding, self.found)
        working = Working(rules, day, {name: len(found) for name, found in instances.items()})
        masks = Masks(hiding, salt)
        steps = Steps(rules, working, instances, facts, masks, self.found)
        steps.check(tree["proof"])
        self.steps += steps.count
        conclusions = Conclusions(rules, working, steps.holds, instances, masks, self.found)
        self.advice += conclusions.check(tree)

    def _rules(self, raw: Any, known: Mapping[str, Rules | None] | None) -> Rules | None:
        add = self.found.add
        wanted = ["sha256", "ir"] if known is None else ["sha256"]
        if not isinstance(raw, dict) or list(raw) != wanted:
            raise Unfit(f"`rules` must be an object of {' and '.join(wanted)}")
        if known is not None:
            rules = known.get(raw["sha256"]) if isinstance(raw["sha256"], str) else None
            if rules is None and raw["sha256"] not in known:
                add("MR928", "rules", f"rules {quoted(raw['sha256'])} are in no line before")
            if rules is None:
                return None
        else:
            text = canonical(raw["ir"])
            right = sha256(text)
            self._rules_text = f'{{"sha256":{canonical(raw["sha256"])},"ir":{text}}}'
            if raw["sha256"] != right:
                add(
                    "MR922", "rules.sha256",
                    f"says {quoted(raw['sha256'])}, but the hash of the rules is "
                    f"`{right}`", "they were changed after it was made",
                )  # fmt: skip
            try:
                rules = Rules(raw["ir"], text)
            except Unfit as fault:
                self.found.unfit("MR923", fault, "rules", "ir")
                return None
        self.compare_rules(rules)
        return rules

    def compare_rules(self, rules: Rules) -> None:
        """Tells where the rules are not those at hand."""
        if self.at_hand is None or rules.sha256 in self._compared:
            return
        self._compared.add(rules.sha256)
        if any(sha256(canonical(one)) == rules.sha256 for one in self.at_hand):
            return
        start = rules.base.start.isoformat()
        eras = [one["base"] for one in self.at_hand]
        era = next((e for e in eras if e[1] == {"date": start}), eras[-1] if eras else None)
        mine = {r.name: (r.version, r.sha256) for r in rules.base.rulesets.values()}
        theirs = {} if era is None else {n: (r[2], r[-1]) for n, r in era[3].items()}
        differ = []
        for name in sorted(mine.keys() | theirs.keys()):
            one, two = mine.get(name), theirs.get(name)
            if one is None or two is None:
                differ.append(f"`{name}` is only {'at hand' if one is None else 'in the record'}")
            elif one[0] != two[0]:
                differ.append(f"`{name}` is version {quoted(one[0])} in the record, "
                              f"{quoted(two[0])} at hand")  # fmt: skip
            elif one[1] != two[1]:
                differ.append(f"the text of `{name}` {quoted(one[0])} is another one")
        self.found.add(
            "MR929", "rules",
            "are not the rules at hand: " + (
                "; ".join(differ) or "the texts are the same, what was made of them is not"
            ),
            "check with the rules of that day, or replay the record to see what differs" if differ
            else "was the record made by another version of matchrules, or changed?",
        )  # fmt: skip

    def _seal(self, tree: dict[str, Any], rules: Rules | None, in_log: bool) -> None:
        """Whether the record has the hash of all else in it, its rules too."""
        if in_log:
            if rules is None:
                return  # told
            self._rules_text = f'{{"sha256":{canonical(rules.sha256)},"ir":{rules.text}}}'
        parts = [
            f"{canonical(name)}:{self._rules_text if name == 'rules' else canonical(one)}"
            for name, one in tree.items()
            if name != "sha256"
        ]
        right = sha256("{" + ",".join(parts) + "}")
        if tree["sha256"] != right:
            self.found.add(
                "MR922", "sha256",
                f"says {quoted(tree['sha256'])}, but the hash of the record is `{right}`",
                "it was changed after it was made",
            )  # fmt: skip
