"""The inputs of a network as formulas of a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import InputError
from chainrule.network import Network
from chainrule.schema import Feature

__all__ = ["EPOCH", "CategoryCells", "categories_of", "feature_formula", "require_dates"]

EPOCH = 25569
"""1970-01-01 as spreadsheets count days."""
_EARLIEST = 61 - EPOCH
"""1900-03-01: Excel counts a day before it that never was."""


@dataclass(frozen=True)
class CategoryCells:
    """Where the categories of a column stand in the sheet of categories.

    Args:
        first_row: of the first one, from 0.
        count: how many there are.
    """

    first_row: int
    count: int

    @property
    def span(self) -> str:
        """The cells of all of them."""
        return f"Categories!$B${self.first_row + 1}:$B${self.first_row + self.count}"

    def cell(self, category: int) -> str:
        """Return the cell of one."""
        return f"Categories!$B${self.first_row + category + 1}"


def categories_of(network: Network, column: int) -> CategoryCells:
    """Return where the categories of a column stand: below those of the columns before it."""
    assert network.schema is not None, "a table has a schema"
    columns = network.schema.columns
    before = sum(len(one.categories) for one in columns[:column])
    return CategoryCells(1 + before, len(columns[column].categories))


def require_dates(network: Network) -> None:
    """Refuse dates that spreadsheets cannot hold.

    Raises: InputError.
    """
    for column in () if network.schema is None else network.schema.columns:
        if column.kind == "date" and column.low is not None and column.low < _EARLIEST:
            raise InputError(
                "export as xlsx",
                expected="dates from 1900-03-01",
                got=f"earlier ones in the column {column.name!r}",
                why="Excel counts days from 1900, with a leap day that never was",
                remedy="Export as python, onnx or sql",
            )


def feature_formula(network: Network, place: int, cell: str) -> str:
    """Return the formula of an input.

    Args:
        network: learned from a table.
        place: of the input.
        cell: of its column.
    """
    steps = network.preprocessing
    assert steps is not None, "a table has its steps"
    feature = steps.features[place]
    kind = steps.schema.columns[feature.column].kind
    categories = categories_of(network, feature.column)
    if feature.kind == "category":
        return f"IF(EXACT({cell},{categories.cell(feature.category)}),1,0)"
    if feature.kind == "second":
        first, second = categories.cell(0), categories.cell(1)
        return f"IF(EXACT({cell},{first}),0,IF(EXACT({cell},{second}),1,0.5))"
    lost = _is_missing(kind, categories, cell)
    if feature.kind == "missing":
        return f"IF({lost},1,0)"
    line = place + 2
    known = _known(feature, kind, categories, cell)
    return f"(IF({lost},Inputs!$B${line},{known})-Inputs!$C${line})/Inputs!$D${line}"


def _is_missing(kind: str, categories: CategoryCells, cell: str) -> str:
    if kind != "category":
        return f"ISBLANK({cell})"
    return f"SUMPRODUCT(--EXACT({cell},{categories.span}))=0" if categories.count else "TRUE"


def _known(feature: Feature, kind: str, categories: CategoryCells, cell: str) -> str:
    if kind == "category":  # ordinal: its place among the categories
        if not categories.count:
            return "0"
        span, first = categories.span, categories.first_row + 1
        return f"SUMPRODUCT(EXACT({cell},{span})*(ROW({span})-{first}))"
    return _date_part(feature.part, cell) if feature.part else cell


def _date_part(part: str, cell: str) -> str:
    """Return year, month and so on; seconds are dropped."""
    minutes = f"INT(ROUND({cell}*86400,0)/60)"
    if part == "hour":
        return f"INT(MOD({minutes},1440)/60)"
    if part == "minute":
        return f"MOD({minutes},60)"
    day = f"INT({minutes}/1440)"
    return f"WEEKDAY({day},2)" if part == "weekday" else f"{part.upper()}({day})"
