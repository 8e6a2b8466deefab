"""The same by CLIPS and experta, which match patterns of two facts."""

from collections.abc import Sequence
from typing import Any

from join import JOIN_APPLICANT, JOIN_RULES, JoinTest, Of, Program
from workload import OPERATORS, Applicant

from peers.joining import COLUMNS, Pair
from peers.networks import clips_literal


class ClipsJoin:
    """clipspy through its own foreign calls: the programs are asserted once, the applicant is
    asserted and retracted, a rule that fires calls back."""

    def __init__(self, programs: Sequence[Program]) -> None:
        import clips
        from clips.facts import environment_builder, lib
        from clips.values import clips_value

        self.environment = environment = clips.Environment()
        self.out: list[Pair] = []

        def hit(name: Any, number: Any, out: list[Pair] = self.out) -> None:
            out.append((int(number), str(name)))

        environment.define_function(hit, name="hit")
        for fact, names in (("applicant", JOIN_APPLICANT), ("program", COLUMNS)):
            slots = " ".join(f"(slot {name})" for name in names)
            environment.build(f"(deftemplate {fact} {slots})")
        for name, tests in JOIN_RULES:
            environment.build(self.written(name, tests))
        self.lib, self.value, self.handle = lib, clips_value, environment._env
        self.builder = environment_builder(self.handle, "fact")
        for program in programs:
            self.asserted(b"program", program, COLUMNS)
        lib.Run(self.handle, -1)

    @staticmethod
    def written(name: str, tests: Sequence[JoinTest]) -> str:
        bound: dict[str, str] = {}
        slots: dict[str, list[str]] = {}
        for attribute, op, value in tests:
            if isinstance(value, Of):
                right = bound.setdefault(value.attribute, f"?a_{value.attribute}")
                if value.plus:
                    right = f"(+ {right} {value.plus})"
            else:
                right = clips_literal(value)
            spelt = {"==": "eq", "!=": "neq"}.get(op, op)
            slots.setdefault(attribute, []).append(f":({spelt} ?p_{attribute} {right})")
        mine = " ".join(f"({attribute} {variable})" for attribute, variable in bound.items())
        theirs = " ".join(f"({a} ?p_{a}&{'&'.join(said)})" for a, said in slots.items())
        return (
            f"(defrule {name} (applicant {mine}) (program (pid ?pid) {theirs})"
            f" => (hit {name} ?pid))"
        )

    def asserted(self, fact: bytes, values: dict[str, Any], names: Sequence[str]) -> Any:
        lib = self.lib
        lib.FBSetDeftemplate(self.builder, fact)
        for name in names:
            given = self.value(self.handle, value=values[name])
            lib.FBPutSlot(self.builder, name.encode(), given)
        return lib.FBAssert(self.builder)

    def decide(self, applicant: Applicant) -> list[Pair]:
        self.out.clear()
        fact = self.asserted(b"applicant", applicant, JOIN_APPLICANT)
        self.lib.Run(self.handle, -1)
        self.lib.Retract(fact)
        return list(self.out)


class ExpertaJoin:
    """experta: a reset for each applicant, which forgets the programs too."""

    def __init__(self, programs: Sequence[Program]) -> None:
        import experta

        self.programs = programs
        self.applicant = type("Applicant", (experta.Fact,), {})
        self.program = type("Program", (experta.Fact,), {})
        members: dict[str, Any] = {"out": []}
        for name, tests in JOIN_RULES:
            mine: dict[str, Any] = {}
            theirs: dict[str, Any] = {"pid": experta.MATCH.pid}
            joined = []
            for attribute, op, value in tests:
                if isinstance(value, Of):
                    mine[value.attribute] = getattr(experta.MATCH, f"a_{value.attribute}")
                    theirs[attribute] = getattr(experta.MATCH, f"p_{attribute}")
                    right = f"a_{value.attribute}"
                    text = f"lambda p_{attribute}, {right}: o(p_{attribute}, {right} + k)"
                    if not value.plus:
                        text = f"lambda p_{attribute}, {right}: o(p_{attribute}, {right})"
                    space = {"o": OPERATORS[op], "k": value.plus}
                elif attribute in theirs:
                    text = f"lambda p_{attribute}: o(p_{attribute}, k)"
                    space = {"o": OPERATORS[op], "k": value}
                else:
                    compare = OPERATORS[op]
                    theirs[attribute] = experta.P(lambda x, o=compare, k=value: o(x, k))
                    continue
                joined.append(experta.TEST(eval(text, space)))

            def then(engine: Any, pid: int, name: str = name) -> None:
                engine.out.append((pid, name))

            patterns = [self.applicant(**mine), self.program(**theirs), *joined]
            members[name] = experta.Rule(*patterns)(then)
        self.engine = type("Engine", (experta.KnowledgeEngine,), members)()

    def decide(self, applicant: Applicant) -> list[Pair]:
        engine = self.engine
        engine.reset()
        engine.out = []
        for program in self.programs:
            engine.declare(self.program(**program))
        engine.declare(self.applicant(**applicant))
        engine.run()
        return engine.out
