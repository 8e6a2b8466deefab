"""Conditions as the specification writes them, read and evaluated as they stand there: `and`, `or`,
`not`, comparisons, `in {…}`, `known`, `unknown`, `contains`, `not_shown`, names and members.

They happen to be Python's syntax, so Python's own parser reads them; nothing is ever executed.
"""

import ast
from collections.abc import Callable
from datetime import date
from typing import Any

from residency_case import Value, known, not_shown, unknown
from residency_facts import attempt_limit

# "Numbers in conditions are shown with their current value": only this one is not always the same.
ONE_LEFT = "fail_count == 3"
FUNCTIONS = {"known": known, "unknown": unknown, "not_shown": not_shown}


def parse(condition: str) -> ast.expr:
    return ast.parse(condition.replace(ONE_LEFT, "fail_count == one_left"), mode="eval").body


def holds(condition: ast.expr, get: Callable[[str], Any], as_of: date) -> bool:
    """Whether a condition is true of facts, looked up by name; false and unknown are not."""

    def value(node: ast.expr) -> Value:
        match node:
            case ast.Attribute(value=ast.Name(id=fact), attr=name):
                return Value(get(f"{fact}.{name}"))
            case ast.Name(id="true" | "false" as word):
                return Value(word == "true")
            case ast.Name(id="one_left"):
                return Value(attempt_limit(as_of) - 1)
            case ast.Name(id=member):
                return Value(member)
            case ast.Constant(value=number):
                return Value(number)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ~value(operand)
            case ast.BoolOp(op=op, values=operands):
                first, *rest = map(value, operands)
                for other in rest:
                    first = first & other if isinstance(op, ast.And) else first | other
                return first
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return compared(value(left), op, right)
            case ast.Call(func=ast.Name(id="contains"), args=[members, ast.Name(id=member)]):
                return value(members).contains(member)
            case ast.Call(func=ast.Name(id=function), args=[argument]):
                return FUNCTIONS[function](value(argument))
        raise ValueError(f"not of the condition language: {ast.unparse(node)}")

    def compared(left: Value, op: ast.cmpop, right: ast.expr) -> Value:
        match op, right:
            case ast.In(), ast.Set(elts=members):
                return left.among(*(value(member).it for member in members))
            case ast.Eq(), _:
                return left == value(right)
            case ast.NotEq(), _:
                return ~(left == value(right))
            case ast.GtE(), _:
                return left >= value(right)
            case ast.Gt(), _:
                return value(right) < left
            case ast.LtE(), _:
                return left <= value(right)
            case ast.Lt(), _:
                return left < value(right)
        raise ValueError(f"not of the condition language: {ast.unparse(right)}")

    return value(condition).it is True
