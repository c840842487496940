"""The conventions in which a text writes addresses and numbers, and claims that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import ChainruleError
from chainrule.limits import Limit, check_record, limited

__all__ = ["Conventions", "RefusedClaim"]

_DELTA_SIGNS = ("output - target", "target - output")
"""The differences from which an error δ can be made; the first one has the sign of ∂C/∂z."""

_MARKS = ("", ".", ",")


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """How a text counts and writes what a worked example computes.

    Args:
        indices: what neurons, inputs, outputs and examples count from, 0 or 1; layers and steps
            count from 1.
        delta: "output - target", or "target - output" for a text whose errors are -∂C/∂z.
        decimal_mark: what stands before the decimals, "." or ","; empty if each number shows it.

    Raises: InputError, UnknownNameError.
    """

    indices: int = limited(0, Limit(int, "what indices count from, 0 or 1", 0, 1))
    delta: str = limited(
        "output - target",
        Limit(str, "the difference that δ is made of", choices=lambda: _DELTA_SIGNS),
    )
    decimal_mark: str = limited(
        "", Limit(str, "the sign before the decimals", choices=lambda: _MARKS)
    )

    def __post_init__(self) -> None:
        check_record(self, "conventions")

    @property
    def delta_sign(self) -> int:
        """1 where δ is ∂C/∂z, -1 where it is the opposite."""
        return 1 if self.delta == _DELTA_SIGNS[0] else -1


@dataclass(frozen=True)
class RefusedClaim:
    """A claim that names no number of the worked example, or whose text is not a number.

    Args:
        address: the text of its address; empty if there is none.
        printed: the text of its number.
        error: says what does not fit, with file and line.
        count: how many numbers it claims, as far as its address tells.
    """

    address: str
    printed: str
    error: ChainruleError
    count: int = 1
