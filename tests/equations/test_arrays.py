"""The choice between branches that complex numbers need."""

from __future__ import annotations

import numpy as np

from chainrule.equations.arrays import nonnegative


def test_zero_of_either_sign_stands_right() -> None:
    assert nonnegative(np.array([-1.0, -0.0, 0.0, 1e-300, -1e-300])).tolist() == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_imaginary_part_does_not_change_the_branch() -> None:
    z = np.array([1 - 5j, -1 + 5j, 0 - 1j])
    assert nonnegative(z).tolist() == [True, False, True]
    assert nonnegative(z).dtype == bool
