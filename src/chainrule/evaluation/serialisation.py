"""Records as plain values: what JSON can hold, and nothing else."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """A record, array or number as dictionaries, lists, numbers, texts, true, false and None.

    NaN and infinity become None, which JSON has; fields keep their names and order.

    Example:
        >>> plain((1.5, float("nan"), np.arange(2)))
        [1.5, None, [0, 1]]
    """
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
