"""Whole books: rulesets, their versions, properties and examples."""

from attrs import define

from matchrules.testing.growth.draws import Draws
from matchrules.testing.growth.soil import DAYS
from matchrules.testing.growth.statements import Statements
from matchrules.testing.growth.world import Named, World

CORE_START, EXTRA_STARTS, SECOND_START = "2024-01-01", ("2024-01-01", "2024-07-01"), "2025-07-01"


@define
class Books(Statements):
    """Grows rule files."""

    def files(self) -> dict[str, str]:
        files = {"core.rules": self.core()}
        if self.draws.chance(2):
            start = self.draws.pick(EXTRA_STARTS)
            core = self.world
            self.world = core.copy()
            files["extra.rules"] = self.extra("1", start)
            if self.draws.chance(2):
                self.world = core.copy()
                files["extra_2.rules"] = self.extra("2", SECOND_START)
        return files

    def core(self) -> str:
        draws = self.draws
        stale = "\n  stale after 400 days" if draws.chance(3) else ""
        header = f"ruleset core\n  version 2024.1\n  effective from {CORE_START}{stale}"
        sources = ['# What this stands on.\nsource guide "The guide"']
        enums = self.enums()
        self.single_facts()
        self.many_facts()
        parameters = self.parameters("")
        advice = self.advice()
        derived = []
        for number in range(draws.between(2, 5)):
            derived.append(self.derived(number, "made_"))
            if draws.chance(4):
                self.late_default(number)
        rules = self.rules("core", "rule_", draws.between(1, 4), [])
        rejects = [self.reject(1)] if draws.chance(3) else []
        facts = [plan.text() for plan in self.facts]
        checks = self.checks()
        parts = [sources, enums, facts, parameters, advice, derived, rejects, rules, checks]
        return "\n\n".join([header, *(text for part in parts for text in part)]) + "\n"

    def late_default(self, number: int) -> None:
        """An attribute of a single fact whose default reads what has been derived."""
        plan = self.draws.pick([p for p in self.facts if " many " not in p.head])
        name, type_ = self.draws.pick(list(self.types().items()))
        self.default(plan, f"{name}_{number}", type_, depth=2)

    def extra(self, version: str, start: str) -> str:
        draws = self.draws
        guard = ""
        if draws.chance(3):
            guard = f"\n  applies when {self.bound_to(None).condition(1).text}"
        header = f"ruleset extra\n  version {version}\n  effective from {start}\n  uses core{guard}"
        parameters = self.parameters("extra_") if draws.chance(2) else []
        derived = [self.derived(n, "more_") for n in range(draws.between(0, 2))]
        overridable = [rule for rule in self.world.rules if rule.ruleset == "core"]
        rules = self.rules("extra", f"more_{version}_", draws.between(1, 3), overridable)
        parts = [parameters, derived, rules]
        return "\n\n".join([header, *(text for part in parts for text in part)]) + "\n"

    def rules(self, ruleset: str, prefix: str, count: int, overridable: list) -> list[str]:  # type: ignore[type-arg]
        texts = []
        for number in range(count):
            if number and self.draws.chance(4):
                texts.append(self.section())
            texts.append(self.rule(f"{prefix}{number}", ruleset, overridable))
        return texts

    def checks(self) -> list[str]:
        """Properties and examples: they may well not hold."""
        found = [self.property(n) for n in range(self.draws.pick((0, 0, 1, 3)))]
        if self.draws.chance(3):
            found += self.examples()
        if self.draws.chance(3):
            found.append(self.chapter())
        return found

    def chapter(self) -> str:
        subjects = [f"{subject.kind}.{subject.name}" for subject in self.world.subjects]
        kinds = [subject.kind for subject in self.world.subjects]
        names = self.draws.some(list(dict.fromkeys([*subjects, *kinds])), least=1)
        return f'chapter "What to do" "To begin with."\n  {", ".join(names)}'

    def property(self, number: int) -> str:
        draws, grower = self.draws, self.bound_to(None)
        rules = [rule.name for rule in self.world.rules]
        subject = draws.pick(self.world.subjects)
        advised = f"{subject.kind}.{subject.name}"
        singles = [n.text for n in self.world.readable if n.fact is None and ".made_" not in n.text]
        forms = [
            f"when fires {draws.pick(rules)} then advised {advised} or advised against {advised}",
            f"at most one of (fires {rules[0]}, fires {rules[-1]})",
            f"when {grower.condition(1).text} then {grower.condition(1).text}",
            f"no rule fires except {rules[0]} or advised {advised}",
            f"exactly one of (fires {rules[0]}, not fires {rules[0]})",
            f"compare a, b differing only in {draws.pick(singles)} same advice except {rules[0]}",
            f"compare a, b\n  when fires {rules[0]} in a then shown fires {rules[0]} in a",
        ]
        if self.world.many:
            many = draws.pick(self.world.many).name
            forms.append(f"compare a, b b adding a {many}\n  same advice")
        if self.world.parameters:
            name = draws.pick(self.world.parameters).name
            forms.append(f"whatever {name}\n  {grower.condition(1).text}")
        return f'property claim_{number} "A claim"\n  id P-{number}\n  {draws.pick(forms)}'

    def examples(self) -> list[str]:
        draws = self.draws
        rule, subject = draws.pick(self.world.rules), draws.pick(self.world.subjects)
        advised = f"{subject.kind}.{subject.name}"
        expects = draws.some(
            (
                f"fires {rule.name}", f"no fires {rule.name}", f"no {advised}",
                f"must {advised}", self.bound_to(None).condition(1).text, "nothing else",
                'rejected "cannot be"',
            ),
            least=1,
        )  # fmt: skip
        day = draws.pick(DAYS[2:6])
        base = f'example usual "The usual case"\n  given {self.given()}\n  as of {day}'
        lines = "\n  ".join(f"expect {expect}" for expect in expects)
        changed = f'example "Built on it"\n  given usual with {self.given()}\n  {lines}'
        return [base, changed]

    def given(self) -> str:
        """What is known in an example."""
        plan = self.facts[0]
        mine: list[Named] = [
            n for n in self.world.readable
            if n.text in {f"{plan.name}.{line.split(' :')[0]}" for line in plan.lines}
        ]  # fmt: skip
        values = [
            f"{name.text.partition('.')[2]} = {self.literal(name.type).text}"
            for name in mine
            if " default"
            not in next(
                line for line in plan.lines if line.startswith(name.text.partition(".")[2] + " :")
            )
        ]
        return f"{plan.name}: {', '.join(values)}"


def grow(draws: Draws) -> dict[str, str]:
    """One random book, as rule files by name."""
    return Books(draws, World()).files()
