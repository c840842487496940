"""Records as plain values for JSON."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

__all__ = ["plain_values"]


def plain_values(value: Any) -> Any:
    """Return a record, array or number as dictionaries, lists, numbers, texts, truths and None.

    NaN and infinity, which JSON lacks, become None; fields keep their names and order.

    Example:
        >>> plain_values((1.5, float("nan"), np.arange(2)))
        [1.5, None, [0, 1]]
    """
    if dataclasses.is_dataclass(value):
        return {f.name: plain_values(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain_values(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain_values(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
