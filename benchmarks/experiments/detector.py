"""four-detector: the die, and the 4 among real digits."""

from __future__ import annotations

from typing import Any

from experiments.dice import learned_dice
from experiments.four_or_not import learned_fours
from experiments.size import Size

__all__ = ["measure"]


def measure(size: Size) -> dict[str, Any]:
    """All that is computed for the paper."""
    return {"dice": learned_dice(size), "fours": learned_fours(size)}
