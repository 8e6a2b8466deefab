"""Codes of types and units."""

from matchrules.diagnostics.codes import declare

CODES = declare(
    MR301="value of another type",
    MR302="values that cannot be compared",
    MR303="values without an order",
    MR304="different units",
    MR305="time unit left off",
    MR306="spelling of a unit",
    MR307="product or quotient of two facts",
    MR308="division by what may be zero",
    MR309="fraction stored as an integer",
    MR310="value that never fits its range",
    MR311="time added to a date",
    MR312="one date minus another",
    MR313="set where a member is meant, or the other way round",
    MR314="comparison that is always or never true",
    MR315="aggregate of such values",
    MR316="order of a pick",
    MR317="what a text can hold",
    MR318="type that cannot be",
    MR319="literal expected",
    MR320="parameter expected",
)
