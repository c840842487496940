"""What a run records of its start."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import DataError

__all__ = ["DRAWN", "GIVEN", "RunStart"]

DRAWN, GIVEN = "drawn", "given"


@dataclass(frozen=True)
class RunStart:
    """Where the weights before the first step came from.

    Args:
        origin: "drawn" from a seed, or "given".
        weights_sha256: SHA-256 of the weights and biases, in hex.
        seed: the seed that draws them; None for given ones.
        output_activation: of the last layer when it was drawn, which decides its initialiser; ""
            for given ones.
        file: the network file, or the run, that given ones were loaded from; "" if none was named.
    """

    origin: str
    weights_sha256: str
    seed: int | None = None
    output_activation: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        if self.origin not in (DRAWN, GIVEN):
            raise DataError("start.origin", expected="drawn or given", got=repr(self.origin))
        if self.origin == DRAWN and (self.seed is None or self.seed < 0):
            raise DataError("start.seed", expected="a whole number from 0", got=str(self.seed))
