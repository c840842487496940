"""Options for showing a ledger, the same in every format."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.ledger.quantity_text import NOTATIONS
from chainrule.ledger.steps import Quantity
from chainrule.limits import Limit, check_record, limited

__all__ = ["DisplayOptions"]


_NOTATION = Limit(str, "how quantities are written", choices=lambda: NOTATIONS)


@dataclass(frozen=True, kw_only=True)
class DisplayOptions:
    """What to show of a ledger, and how.

    Args:
        digits: significant digits of numbers.
        fractions: whether rational numbers are shown as fractions.
        notation: one of `quantity_text.NOTATIONS`.
        full: whether long sums and large arrays are shown whole.
        symbolic: whether gradients are derived by SymPy too.
        step: the only step to show; None for all.
        quantities: the only numbers or arrays to show, located, in this order; none for all.

    Raises: InputError, UnknownNameError.
    """

    # fmt: off
    digits: int = limited(6, Limit(int, "significant digits of numbers", 1, 17))
    fractions: bool = limited(False, Limit(bool, "whether to write rational numbers as fractions"))
    notation: str = limited("row", _NOTATION)
    full: bool = limited(False, Limit(bool, "whether to write long sums and large arrays in full"))
    symbolic: bool = limited(False, Limit(bool, "gradients derived by SymPy, of small networks"))
    # fmt: on
    step: int | None = None
    quantities: tuple[Quantity, ...] = ()

    def __post_init__(self) -> None:
        check_record(self, "explain")
