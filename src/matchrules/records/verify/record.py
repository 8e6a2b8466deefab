"""One record: its shape, its hashes, its rules, facts, steps and conclusions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matchrules.records.verify.conclusions import Conclusions
from matchrules.records.verify.facts import hides, read_facts, revealed
from matchrules.records.verify.findings import Enough, Findings, Masks, Verification
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.shapes import day_of
from matchrules.records.verify.steps import MOST_TOLD, Steps
from matchrules.records.verify.strict import Unfit, canonical, quoted, read, same, sha256
from matchrules.records.verify.working import Working

FORMAT: Final = 1
KEYS: Final = (
    "format", "matchrules", "as_of", "rulesets", "rules", "facts", "salt", "advice", "derived",
    "unknown", "warnings", "proof", "sha256",
)  # fmt: skip


class Check:
    """Checks one record, or several that may share their rules."""

    def __init__(self, rules: Sequence[Any] | None, facts: Any, salt: str | None) -> None:
        self.at_hand, self.facts, self.salt = rules, facts, salt
        self.found = Findings()
        self.records = self.steps = self.advice = 0
        self.rulesets: tuple[str, ...] = ()
        self._compared: set[str] = set()

    def verdict(self, what: str, **more: Any) -> Verification:
        return Verification(
            what, tuple(self.found.faults), steps=self.steps, advice=self.advice,
            trusted=tuple(self.found.trusted), compared=self.at_hand is not None,
            rulesets=self.rulesets, **more,
        )  # fmt: skip

    def alone(self, document: str | bytes | Mapping[str, Any], head: str | None) -> Verification:
        """The verdict on one record by itself."""
        try:
            if head is not None:
                self.found.add("MR928", "", "a record has no chain to compare the hash with",
                               "name the log, or leave the hash out")  # fmt: skip
            with self.found.telling("MR920"):
                if isinstance(document, Mapping):
                    try:
                        document = canonical(document)
                    except (TypeError, ValueError):
                        raise Unfit("it holds what JSON does not have") from None
                self.record(read(document))
        except Enough:
            pass
        return self.verdict("record")

    def record(self, tree: Any, known: Mapping[str, Rules | None] | None = None) -> None:
        """One record; where `known` is given, its rules are the ones with that hash there."""
        add = self.found.add
        self.records += 1
        if not isinstance(tree, dict):
            raise Unfit(f"a record is an object, not {quoted(tree)}")
        if "format" in tree and not same(tree["format"], FORMAT):
            add("MR921", "format", f"this record has format {quoted(tree['format'])}; what can be "
                f"checked is format {FORMAT}", "check it with the version of matchrules that made "
                f"it: {quoted(tree.get('matchrules'))}")  # fmt: skip
            return
        if tuple(tree) != KEYS:
            said = [f"lacks {quoted(name)}" for name in KEYS if name not in tree]
            said += [f"has {quoted(n)}, which no record has" for n in tree if n not in KEYS]
            told = ", ".join(said[:MOST_TOLD]) or "has its keys in another order"
            raise Unfit(f"it {told}", "is it a record? They are made by `decision.record()`")
        rules = self._rules(tree, known)
        for name, wanted in (("matchrules", (str,)), ("salt", (str, type(None)))):
            if not isinstance(tree[name], wanted):
                add("MR920", name, f"must be a text, not {quoted(tree[name])}")
        day = day_of(tree["as_of"])
        if day is None:
            add("MR920", "as_of", f"must be a date, not {quoted(tree['as_of'])}")
        if rules is None or day is None:
            return
        base, salt = rules.base, tree["salt"]
        if day < base.start or (base.end is not None and day >= base.end):
            add("MR927", "as_of", f"is {day}, but the rules are in force from {base.start}"
                + ("" if base.end is None else f" to the day before {base.end}"))  # fmt: skip
        self.found.compare("MR927", "rulesets", tree["rulesets"], [
            {"name": r.name, "version": r.version, "sha256": r.sha256}
            for r in base.rulesets.values()
        ])  # fmt: skip
        versions: dict[str, list[str]] = {}
        for one in base.rulesets.values():
            versions.setdefault(one.version, []).append(one.name)
        self.rulesets = tuple(f"{', '.join(n)} (version {one})" for one, n in versions.items())
        hiding = hides(rules, tree["facts"])
        if not hiding and salt is not None:
            add("MR924", "salt", "is there, though no private fact is")
        if isinstance(salt, str) and self.salt not in (None, salt):
            add("MR924", "salt", "is not the one that was given")
        salt = salt if isinstance(salt, str) else self.salt
        facts = tree["facts"]
        if self.facts is not None:
            if hiding and salt is None:
                add("MR924", "salt", "is not in the record: the facts given cannot be compared "
                    "with the hidden ones", "give it with --salt-file")  # fmt: skip
            facts = revealed(facts, self.facts, salt, self.found, "facts")
        instances = read_facts(rules, facts, hiding, self.found)
        working = Working(rules, day, {name: len(found) for name, found in instances.items()})
        masks = Masks(hiding, salt)
        steps = Steps(rules, working, instances, facts, masks, self.found)
        steps.check(tree["proof"])
        self.steps += steps.count
        with self.found.telling("MR923", "rules"):
            conclusions = Conclusions(rules, working, steps.holds, instances, masks, self.found)
            self.advice += conclusions.check(tree)

    def _rules(self, tree: Any, known: Mapping[str, Rules | None] | None) -> Rules | None:
        """The rules of the record, None where there are none; and whether the hashes are right."""
        raw = tree["rules"]
        wanted = ["sha256", "ir"] if known is None else ["sha256"]
        if not isinstance(raw, dict) or list(raw) != wanted or not isinstance(raw["sha256"], str):
            raise Unfit(f"`rules` must be an object of {' and '.join(wanted)}")
        rules: Rules | None = None
        if known is None:
            text = canonical(raw["ir"])
            self._hash("rules.sha256", raw["sha256"], text)
            with self.found.telling("MR923", "rules.ir"):
                rules = Rules(raw["ir"], text)
        else:
            if raw["sha256"] not in known:
                add = self.found.add
                add("MR928", "rules", f"rules {quoted(raw['sha256'])} are in no line before")
            rules = known.get(raw["sha256"])
            if rules is None:
                return None  # told
            text = rules.text
        rest = {name: one for name, one in tree.items() if name != "sha256"}
        stub = canonical({**rest, "rules": {**raw, "ir": 0}})
        head, _, tail = stub.partition(',"ir":0}')
        self._hash("sha256", tree["sha256"], f'{head},"ir":{text}}}{tail}')
        if rules is not None:
            self.compare_rules(rules)
        return rules

    def _hash(self, path: str, said: Any, text: str) -> None:
        right = sha256(text)
        if said != right:
            self.found.add("MR922", path, f"says {quoted(said)}, but the hash of what it stands "
                           f"for is `{right}`", "was it changed after it was made?")  # fmt: skip

    def compare_rules(self, rules: Rules) -> None:
        """Tells where the rules are not those at hand."""
        if self.at_hand is None or rules.sha256 in self._compared:
            return
        self._compared.add(rules.sha256)
        if any(sha256(canonical(one)) == rules.sha256 for one in self.at_hand):
            return
        start = {"date": rules.base.start.isoformat()}
        eras = [one["base"] for one in self.at_hand]
        era = next((e for e in eras if e[1] == start), eras[-1] if eras else None)
        mine = {r.name: (r.version, r.sha256) for r in rules.base.rulesets.values()}
        theirs = {} if era is None else {n: (r[2], r[-1]) for n, r in era[3].items()}
        differ = []
        for name in sorted({*mine, *theirs}):
            one, two = mine.get(name), theirs.get(name)
            if one is None or two is None:
                differ.append(f"`{name}` is only {'at hand' if one is None else 'in the record'}")
            elif one[0] != two[0]:
                differ.append(f"`{name}` is version {quoted(one[0])} in the record, "
                              f"{quoted(two[0])} at hand")  # fmt: skip
            elif one[1] != two[1]:
                differ.append(f"the text of `{name}` {quoted(one[0])} is another one")
        said = "; ".join(differ) or "the texts are the same, what was made of them is not"
        self.found.add("MR929", "rules", f"are not the rules at hand: {said}",
                       "replay the record to see what differs")  # fmt: skip
