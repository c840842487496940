"""The tree of a displayed formula, whose nodes know where in the source they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["FormulaError", "Node", "Span", "UnknownLetterError"]


class FormulaError(Exception):
    """A formula cannot be read, or cannot be computed with the quantities of its equation."""


class UnknownLetterError(FormulaError):
    """A formula names what its equation does not."""


@dataclass(frozen=True)
class Span:
    """A part of a source: from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Node:
    """An expression, a relation or a remark.

    Args:
        kind: what it is: "number", "name", "add", "sum", "relation" …
        span: where it stands in the source.
        parts: the nodes that it consists of.
        text: its name, number or operator.
        signs: of "add", the sign of each part; of "relation", the sign between its parts.
    """

    kind: str
    span: Span
    parts: tuple[Node, ...] = ()
    text: str = ""
    signs: tuple[str, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()
