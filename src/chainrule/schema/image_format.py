"""How the images of a training set lie: what a picture must be made like to be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

__all__ = ["ImageFormat"]


@dataclass(frozen=True, kw_only=True)
class ImageFormat:
    """The form of the grey images of a training set, measured on its training part.

    Args:
        height: rows of pixels.
        width: columns of pixels.
        top: the value of the brightest pixel the storage allows: 255 for bytes, 16 for the digits
            of scikit-learn, 1 for fractions.
        polarity: "light on dark", as MNIST has it, or "dark on light".
        ink_height: median height of the ink's box, as a fraction of the image's height.
        ink_width: median width of the ink's box, as a fraction of the image's width.
        centre: median centre of the ink's mass, (down, right), as fractions of height and width.
    """

    height: int
    width: int
    top: float = 255.0
    polarity: str = "light on dark"
    ink_height: float = 0.0
    ink_width: float = 0.0
    centre: tuple[float, float] = (0.5, 0.5)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `from_dict` makes the format again."""
        return {**asdict(self), "centre": list(self.centre)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the format that `to_dict` described."""
        down, right = values["centre"]
        return cls(**{**values, "centre": (float(down), float(right))})
