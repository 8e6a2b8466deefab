"""A valid case out of asserted facts: complete, without conflicts, in canonical order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from matchrules.case.findings import Enough, Findings
from matchrules.case.model import Case, Instance
from matchrules.case.tree import Path, show_path
from matchrules.case.values import plain, shown
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.types import Value, sort_key

Placed = tuple[Path, Instance]  # an instance with the path under which it was asserted


def assemble(base: RuleBase, as_of: date, facts: Mapping[str, Sequence[Instance]]) -> Case:
    """The case of those facts, given as values of the language.

    Attributes left out are unknown. Raises `CaseErrors` with every fault, sorted, where an
    attribute is missing, facts are in conflict, or there are too many.
    """
    findings = Findings()
    placed: dict[str, list[Placed]] = {}
    try:
        for name, instances in facts.items():
            declaration = base.facts.get(name)
            if declaration is None:
                findings.add("MR510", (name,), "is no fact", did_you_mean(name, base.facts))
                continue
            placed[name] = []
            for index, instance in enumerate(instances):
                path: Path = (name, index) if declaration.many else (name,)
                for attribute in instance:
                    if attribute not in declaration.attributes:
                        near = did_you_mean(attribute, declaration.attributes)
                        findings.add("MR510", (*path, attribute), "is no attribute", near)
                placed[name].append((path, instance))
        case = complete(base, as_of, placed, findings)
    except Enough:
        pass
    findings.raise_if_any()
    return case


def complete(
    base: RuleBase, as_of: date, placed: Mapping[str, Sequence[Placed]], findings: Findings
) -> Case:
    """The case of those facts; what is wrong is added to `findings`."""
    return Case(
        as_of,
        {
            name: _instances(declaration, placed.get(name, ()), findings)
            for name, declaration in base.facts.items()
        },
    )


def _instances(
    declaration: FactDeclaration, placed: Sequence[Placed], findings: Findings
) -> tuple[Instance, ...]:
    if not placed:
        return ()
    names = tuple(declaration.attributes)
    whole = [(path, {name: given.get(name) for name in names}) for path, given in placed]
    for path, instance in whole:
        _check_required(declaration, path, instance, findings)
    if declaration.keys or not declaration.many:
        whole = _once_per_key(declaration, whole, findings)
    bound = declaration.bound
    if bound is not None and len(whole) > bound:
        findings.add(
            "MR522", (declaration.name,),
            f"is there {len(whole)} times, at most {bound} are allowed",
            "leave some out, or raise the bound where the fact is declared", key=True,
        )  # fmt: skip
    instances = [instance for _, instance in whole]
    return tuple(canonical(declaration, instances)) if len(instances) > 1 else tuple(instances)


def _check_required(
    declaration: FactDeclaration, path: Path, instance: Mapping[str, Any], findings: Findings
) -> None:
    for name, attribute in declaration.attributes.items():
        if instance[name] is None and attribute.required and not findings.has((*path, name)):
            owner = f"every `{declaration.name}`" if declaration.many else (
                f"`{declaration.name}`, where it is given,"
            )  # fmt: skip
            findings.add(
                "MR520", (*path, name), "is missing", f"{owner} needs its `{name}`", key=True,
                label=f"`{name}` is missing here",
            )  # fmt: skip


def _once_per_key(
    declaration: FactDeclaration,
    whole: list[tuple[Path, dict[str, Value | None]]],
    findings: Findings,
) -> list[tuple[Path, dict[str, Value | None]]]:
    """Each key once. A single fact has one constant key."""
    first: dict[tuple[Value | None, ...], tuple[Path, dict[str, Value | None]]] = {}
    keys = declaration.keys if declaration.many else ()
    for path, instance in whole:
        key = tuple(instance[name] for name in keys)
        if declaration.many and None in key:
            continue  # reported as missing
        earlier_path, earlier = first.setdefault(key, (path, instance))
        if earlier == instance:
            continue
        name = next(n for n in instance if instance[n] != earlier[n])
        type_ = declaration.attributes[name].type
        one, other = (
            "not known" if v is None else shown(plain(v, type_))
            for v in (earlier[name], instance[name])
        )
        which = " and ".join(
            f"`{k}` {shown(plain(v, declaration.attributes[k].type))}"
            for k, v in zip(keys, key, strict=True)
        )
        where = f"with {which} " if which else ""
        before = show_path(earlier_path)
        findings.add(
            "MR521", path,
            f"{where}is there twice, with other values: `{name}` is {one} in one and {other} in "
            f"the other",
            f"correct it, or the one before (`{before}`)" if declaration.many
            else "give one of them", also=(earlier_path, "the one before"),
        )  # fmt: skip
    return list(first.values())


def canonical(
    declaration: FactDeclaration, instances: Iterable[Mapping[str, Value | None]]
) -> list[Mapping[str, Value | None]]:
    """Instances in the one order that the language knows: by their attributes as declared; those
    never read come last, so that they only part what is otherwise equal."""
    return sorted(instances, key=order_of(declaration))


def order_of(
    declaration: FactDeclaration,
) -> Callable[[Mapping[str, Value | None]], tuple[object, ...]]:
    """What instances of a fact are sorted by, to stand in canonical order."""
    attributes = sorted(declaration.attributes.values(), key=lambda a: a.never_read)
    named = [(a.name, a.type) for a in attributes]
    return lambda instance: tuple([sort_key(instance.get(name), type_) for name, type_ in named])
