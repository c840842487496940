"""Texts that are called like tables, and are something else: pages, pointers, sparse rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from chainrule.errors import DataError

__all__ = ["refuse_other_texts"]

_STARTS = {
    "<!doctype html": ("an HTML page", "Download the file itself; on GitHub it is behind Raw"),
    "<html": ("an HTML page", "Download the file itself; on GitHub it is behind Raw"),
    "version https://git-lfs": ("a pointer of Git LFS", "Fetch the file by git lfs pull"),
    "@relation": ("a table of Weka or KEEL", "Let its name end in .arff"),
}
"""How a text begins, in small letters; what it is, and what to do."""

_LOOKED_AT = 5
_FEWEST_PAIRS = 3
_SPARSE_ROW = re.compile(r"[-+\w.,]+((?:\s+[1-9]\d*:[-+.\deE]+)+)\s*(?:#.*)?", re.ASCII)


def refuse_other_texts(where: str, lines: Sequence[str]) -> None:
    """Refuse a text that is not a table.

    Args:
        where: the file, for the error text.
        lines: the first ones.

    Raises: DataError that says what it is.
    """
    start = lines[0].lstrip().lower() if lines else ""
    for sign, (kind, remedy) in _STARTS.items():
        if start.startswith(sign):
            raise DataError(where, expected="a table", got=kind, remedy=remedy)
    if _are_sparse(lines[:_LOOKED_AT]):
        raise DataError(
            where,
            expected="a value for each column",
            got="sparse rows of LIBSVM",
            remedy="In Python, sklearn.datasets.load_svmlight_file reads them",
        )


def _are_sparse(lines: Sequence[str]) -> bool:
    """Return whether rows are a label and pairs of index and value, with indices that rise."""
    most = 0
    for line in lines:
        match = _SPARSE_ROW.fullmatch(line.strip())
        if match is None:
            return False
        places = [int(pair.partition(":")[0]) for pair in match[1].split()]
        if any(second <= first for first, second in itertools.pairwise(places)):
            return False
        most = max(most, len(places))
    return most >= _FEWEST_PAIRS
