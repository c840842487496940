"""Figures of a diagnosis in a few characters."""

from __future__ import annotations

__all__ = ["figure_text"]


def figure_text(value: float) -> str:
    """A figure in three digits.

    >>> figure_text(4871.3), figure_text(0.0012345), figure_text(19.83)
    ('4870', '0.00123', '19.8')
    """
    return f"{float(f'{value:.3g}'):g}"
