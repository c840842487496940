"""What the formulas of costs are about: one example's outputs beside its targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.ledger.formulas.builders import subtract
from chainrule.ledger.formulas.expression import Expression, Symbol, Term

__all__ = ["Outputs"]


@dataclass(frozen=True)
class Outputs:
    """What a cost looks at.

    Args:
        a: outputs.
        y: targets.
        z: weighted sums of the last layer.
        h: Huber's threshold.
    """

    a: Sequence[Term]
    y: Sequence[Term]
    z: Sequence[Term]
    h: Symbol

    @property
    def n(self) -> Symbol:
        """The number of outputs."""
        return Symbol("n", "n", float(len(self.a)))

    def miss(self, at: int) -> Expression:
        """How far an output is above its target."""
        return subtract(self.a[at], self.y[at])

    def excess(self, at: int) -> float:
        """The same as a number."""
        return self.a[at].value - self.y[at].value
