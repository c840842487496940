from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from chainrule.evaluation.number_format import plain_values


@dataclass(frozen=True)
class _Inner:
    name: str
    counts: np.ndarray


@dataclass(frozen=True)
class _Outer:
    inner: tuple[_Inner, ...]
    cost: float
    absent: float | None = None


def test_records_arrays_and_numbers_become_what_json_holds() -> None:
    outer = _Outer((_Inner("a", np.array([[1, 2]])),), float("inf"))
    values = plain_values(outer)
    assert values == {
        "inner": [{"name": "a", "counts": [[1, 2]]}],
        "cost": None,
        "absent": None,
    }
    assert json.loads(json.dumps(values, allow_nan=False)) == values


def test_numbers_of_numpy_become_numbers_of_python() -> None:
    assert [
        type(plain_values(value)) for value in (np.float64(1), np.int64(1), np.bool_(True))
    ] == [
        float,
        int,
        bool,
    ]
    assert plain_values(np.array([np.nan, 1.0])) == [None, 1.0]
