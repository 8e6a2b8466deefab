"""An answer to "why?" as text."""

from textwrap import wrap

from matchrules.explain.why.model import Proof, Step, Why

_DEEPEST = 10  # levels that are set in


def text(answer: Why, width: int) -> str:
    """The proofs as lines of at most that width."""
    return "\n\n".join("\n".join(_proof(proof, max(width, 40))) for proof in answer.proofs)


def _proof(proof: Proof, width: int) -> list[str]:
    lines = wrap(proof.title, width, subsequent_indent="  ")
    stack = [(step, 1) for step in reversed(proof.root.steps)]
    while stack:
        step, level = stack.pop()
        indent = "  " * min(level, _DEEPEST)
        lines += wrap(step.sentence, width, initial_indent=f"{indent}- ", subsequent_indent=f"{indent}  ")
        stack += [(inner, level + 1) for inner in reversed(step.steps)]
    return lines


def markdown(answer: Why) -> str:
    return "\n\n".join("\n".join(_proof(proof, 100_000)) for proof in answer.proofs)


__all__ = ["Step", "markdown", "text"]
