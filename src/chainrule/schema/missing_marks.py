"""Texts that stand for a missing cell, as programs and people write them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NUMBER_MARKS", "marked_missing"]

_MARKS = frozenset(
    (
        *("", "?", "na", "n/a", "#n/a", "#na", "<na>", "n.a.", "nan", "nat", "null", "(null)"),
        *("#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "\\n", "#n/a n/a", "[null]"),
        *("-nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    )
)
"""What is a missing cell in every column, in small letters: pandas, R, SQL, Excel and UCI."""

NUMBER_MARKS = _MARKS | {
    *("none", "nil", "-", "--", "---", "–", "—", ".", "..", "...", "…", "*", "**", ":"),
    *("missing", "unknown", "unk", "not available", "n.d.", "nd"),
}
"""What is a missing cell in a column of numbers or dates; among words it may be a category."""


def marked_missing(
    distinct: Any, given: Collection[str] = (), *, of_numbers: bool = False
) -> NDArray[np.bool_]:
    """Return which texts stand for a missing cell, (texts,).

    Args:
        distinct: texts, each once: an Arrow array of strings.
        given: texts that the caller counts as missing, as they are written.
        of_numbers: whether the column holds numbers or dates.
    """
    import pyarrow as pa
    from pyarrow import compute

    known = pa.array(sorted(NUMBER_MARKS if of_numbers else _MARKS), pa.string())
    found = compute.is_in(compute.utf8_lower(distinct), value_set=known)
    if given:
        found = compute.or_(found, compute.is_in(distinct, pa.array(sorted(given), pa.string())))
    missing: NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return missing
