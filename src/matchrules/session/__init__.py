"""A session: facts come and go, and the decision can be read after any step."""

from .facts import Handle
from .memory import CompiledMemory, Memory, ReteMemory
from .session import Session

__all__ = ["CompiledMemory", "Handle", "Memory", "ReteMemory", "Session"]
