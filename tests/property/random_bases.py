"""Small random rule bases, built as IR: everything that an evaluator can meet, more densely than a
book would have it. A seed gives the same base wherever it is drawn."""

from datetime import date, timedelta

from random_expressions import BAND, COLOUR, COUNT, DAY, TYPES, Expressions, value_of

from matchrules import ir
from matchrules.types import Date, Number, SetOf, Text, Type


class Builder(Expressions):
    """Builds one rule base, later names from earlier ones."""

    each: tuple[str | None, ...] = (None, None, "keyed", "alone")  # of rules

    # Declarations --------------------------------------------------------------------------------

    def base(self) -> ir.RuleBase:
        rng = self.rng
        for name, key in (("limit", None), ("per_colour", COLOUR)):
            rows = sorted(
                {
                    (rng.choice([None, DAY - timedelta(1), DAY, DAY + timedelta(1)]), k)
                    for k in ([None] if key is None else COLOUR.members)
                    for _ in range(2)
                },
                key=lambda row: row[0] or date.min,
            )
            self.parameters[name] = ir.ParameterDeclaration(
                name, COUNT,
                tuple(ir.ParameterRow(value_of(rng, COUNT), k, start) for start, k in rows), key,
                ruleset="r",
            )  # fmt: skip
        self.fact("alone")
        self.fact("other")
        self.fact("keyed", bound=4, key=True)
        self.fact("bag", bound=4)
        for n in range(rng.randint(1, 5)):
            self.define(f"d.v{n}", None)
        for fact in ("keyed", "bag", "alone"):
            if rng.random() < 0.6:
                self.define(f"{fact}.x", fact)
        for n in range(5, 5 + rng.randint(0, 3)):
            self.define(f"d.v{n}", None)
        self.defaults()
        rules = self.rules()
        rejects = tuple(
            ir.Reject(f"reject {n}", self.template(fact), self.condition(fact, 2), fact, "r")
            for n, fact in enumerate([None, "bag", "keyed"])
            if rng.random() < 0.12
        )
        subjects = {
            name: ir.SubjectDeclaration(name, {"a": COUNT, "b": COLOUR}, unique=unique)
            for name, unique in (("one", False), ("two", True), ("three", False))
        }
        return ir.RuleBase(
            start=date(2026, 1, 1), end=None,
            rulesets={"r": ir.Ruleset("r", "1", date(2026, 1, 1))}, sources={},
            enums={
                e.name: ir.EnumDeclaration(e, {m: m.upper() for m in e.members})
                for e in (BAND, COLOUR)
            },
            facts=self.facts, parameters=self.parameters,
            advice={"plan": ir.AdviceDeclaration("plan", subjects)},
            defines=dict(sorted(self.defines.items())), rules=rules, rejects=rejects,
        )  # fmt: skip

    def fact(self, name: str, bound: int | None = None, key: bool = False) -> None:
        rng = self.rng
        attributes = {}
        if key:
            attributes["id"] = ir.AttributeDeclaration("id", COUNT, key=True)
        attributes["when"] = ir.AttributeDeclaration("when", Date(), optional=bound is None)
        for n in range(rng.randint(2, 5)):
            attributes[f"a{n}"] = ir.AttributeDeclaration(
                f"a{n}", rng.choice(TYPES), optional=rng.random() < 0.8
            )
        attributes["secret"] = ir.AttributeDeclaration(
            "secret", Text(), optional=True, never_read=True
        )
        self.facts[name] = ir.FactDeclaration(name, attributes, bound, ruleset="r")

    def defaults(self) -> None:
        """Gives attributes that no define names a default made of defines."""
        for fact in ("other", "keyed", "bag"):
            if fact not in self.facts:
                continue
            named = {
                node.name
                for define in self.defines.values()
                for e in define.expressions()
                for node in ir.walk(e)
                if isinstance(node, ir.Attribute) and node.fact == fact
            }
            picked = any(
                isinstance(node, ir.Aggregate) and node.by and node.fact == fact
                for define in self.defines.values()
                for e in define.expressions()
                for node in ir.walk(e)
            )
            many = self.facts[fact].many
            declared = dict(self.facts[fact].attributes)
            for name, attribute in declared.items():
                if picked or name in named or name in ("id", "when", "secret"):
                    continue
                if self.rng.random() < 0.5:
                    self.hidden |= {(fact, n) for n in declared if n != "when"}
                    declared[name] = ir.AttributeDeclaration(
                        name, attribute.type,
                        default=self.expression(
                            attribute.type, fact if many else None, 2, bare=True
                        ),
                        unless=self.condition(None, 1, True) if self.rng.random() < 0.4 else None,
                    )  # fmt: skip
                    break
            self.facts[fact] = ir.FactDeclaration(
                fact, declared, self.facts[fact].bound, ruleset="r"
            )
        self.hidden = set()

    def define(self, name: str, fact: str | None) -> None:
        rng = self.rng
        type_ = rng.choice(TYPES[:-1])
        plain = rng.random() < 0.5
        body = self.expression(type_, fact, 3) if plain else self.table(type_, fact)
        provisional = self.condition(fact, 1) if rng.random() < 0.3 else None
        self.defines[name] = ir.Define(name, type_, body, fact, provisional, ruleset="r")

    def table(self, type_: Type, fact: str | None) -> ir.Table:
        rng = self.rng
        heads = tuple(
            self.expression(rng.choice(TYPES[:6]), fact, 1) for _ in range(rng.randint(1, 3))
        )
        hit = rng.choice(["unique", "first", "first", "first"])
        out = type_
        if isinstance(type_, SetOf):
            hit, out = "collect", type_.of
        rows = []
        for _ in range(rng.randint(1, 4)):
            tests = tuple(self.test(head, fact) for head in heads)
            rows.append(ir.Row(tests, self.expression(out, fact, 1)))
        if hit != "collect" and rng.random() < 0.9:
            rows.append(ir.Row((ir.TRUE,) * len(heads), self.expression(out, fact, 0)))
        return ir.Table(hit, heads, tuple(rows))  # type: ignore[arg-type]

    def test(self, head: ir.Expression, fact: str | None) -> ir.Expression:
        rng = self.rng
        kind = rng.randrange(6)
        if kind == 0:
            return ir.TRUE
        if kind == 1:
            return ir.Not(ir.IsKnown(head))
        if kind == 2 and isinstance(head.type, Number | Date):
            low, high = sorted([value_of(rng, head.type), value_of(rng, head.type)])
            return ir.InRange(head, ir.Constant(low, head.type), ir.Constant(high, head.type))
        if kind == 3:
            items = tuple(self.expression(head.type, fact, 0) for _ in range(2))
            return ir.In(head, items)
        return self.comparison(head, fact)

    # Rules ---------------------------------------------------------------------------------------

    def rules(self) -> dict[str, ir.Rule]:
        rng = self.rng
        found = {}
        guard = self.condition(None, 1)
        for n in range(rng.randint(2, 7)):
            fact = rng.choice(self.each)
            thens = []
            for _ in range(rng.randint(1, 2)):
                fields = {
                    "a": self.expression(COUNT, fact, 1), "b": self.expression(COLOUR, fact, 0)
                }  # fmt: skip
                thens.append(ir.Then(
                    rng.choice(["must", "should", "may", "may", "should", "must_not"]), "plan",
                    rng.choice(["one", "two", "three", "three", "three"]),
                    self.template(fact), fields,
                ))  # fmt: skip
            when = self.condition(fact, 3) if rng.random() < 0.9 else None
            unless = tuple(self.condition(fact, 2) for _ in range(rng.choice([0, 0, 1, 2])))
            overrides = tuple(
                name for name, other in found.items()
                if rng.random() < 0.15 and fact in (None, other.fact)
            )  # fmt: skip
            reasons = {
                f"{node.fact}.{node.name}" if isinstance(node, ir.Attribute) else node.name: node
                for e in (when, *unless) if e is not None and not isinstance(e, ir.Aggregate)
                for node in ir.children(e)
                if isinstance(node, ir.Attribute | ir.Derived)
            }  # fmt: skip
            found[f"rule{n}"] = ir.Rule(
                f"rule{n}", "r", tuple(thens), fact=fact,
                guards=(guard,) if rng.random() < 0.5 else (), when=when, unless=unless,
                provisional=self.condition(fact, 1) if rng.random() < 0.2 else None,
                overrides=overrides, reasons=dict(sorted(reasons.items())),
            )  # fmt: skip
        return found

    def template(self, fact: str | None) -> ir.Template:
        holes = [ir.Format(self.expression(self.rng.choice(TYPES), fact, 1)) for _ in range(3)]
        segment = ir.Segment((" of ", holes[1], " or ", holes[2]))
        return ir.Template(("it is ", holes[0], segment, "!")[: self.rng.randint(2, 4)])


def random_base(seed: int) -> ir.RuleBase:
    return Builder(seed).base()
