"""The meaning of a data set's inputs and targets, learned from its training part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

from chainrule.errors import DataError
from chainrule.plain_records import read_record, require_choice, require_finite
from chainrule.schema.columns import KINDS, Column, LeftOut, Target
from chainrule.schema.image_format import ImageFormat

__all__ = ["Schema", "require_consistent_schema"]

_TARGETS = ("classes", "numbers")
_POLARITIES = ("light on dark", "dark on light", "mixed")
_LARGEST_SIDE = 2**15
"""Pixels; larger images were never training examples, but would be allocated."""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What each input is, and what is to be learned; a function of the training data alone.

    Args:
        target: what is to be learned.
        columns: one record for each column of the inputs' matrix; empty for images, and for arrays
            whose columns nobody described.
        left_out: columns of the training data that are not inputs; new data may have them or not.
        image: the form of the images; None for tables.

    Example:
        >>> kind = Target(names=("kind",), kind="classes", classes=("cat", "dog"))
        >>> schema = Schema(columns=(Column(name="weight", kind="number"),), target=kind)
        >>> Schema.from_dict(schema.to_dict()) == schema
        True
    """

    target: Target
    columns: tuple[Column, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    image: ImageFormat | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the input columns, in the order of the matrix."""
        return tuple(column.name for column in self.columns)

    @property
    def is_table(self) -> bool:
        """Whether the inputs are described columns, which have to be encoded for a network."""
        return bool(self.columns)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of `to_dict`."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `from_dict` makes the schema again."""
        return {
            "target": self.target.to_dict(),
            "columns": [column.to_dict() for column in self.columns],
            "left_out": [asdict(one) for one in self.left_out],
            "image": None if self.image is None else self.image.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the schema that `to_dict` described.

        Raises: DataError for values that are not complete, or do not fit together.
        """
        schema = read_record(cls, values, "schema")
        require_consistent_schema(schema)
        return schema


def require_consistent_schema(schema: Schema) -> None:
    """Refuse a schema whose parts do not fit together.

    Raises: DataError.
    """
    require_finite(asdict(schema), "schema")
    require_choice("schema.target.kind", schema.target.kind, _TARGETS)
    for place, column in enumerate(schema.columns):
        require_choice(f"schema.columns[{place}].kind", column.kind, KINDS)
    if schema.image is not None:
        _require_image(schema.image)


def _require_image(image: ImageFormat) -> None:
    for name in ("height", "width"):
        side = getattr(image, name)
        if not 1 <= side <= _LARGEST_SIDE:
            raise DataError(
                f"schema.image.{name}", expected=f"1 to {_LARGEST_SIDE} pixels", got=str(side)
            )
    if image.channels not in (1, 3):
        raise DataError("schema.image.channels", expected="1 or 3", got=str(image.channels))
    if not image.bottom < image.top:
        raise DataError(
            "schema.image.top",
            expected=f"a value above bottom, {image.bottom:g}",
            got=f"{image.top:g}",
        )
    # What is measured in pixels lies within the image.
    most = float(max(image.shape))
    pairs = (*image.side_range, *image.heights, *image.widths, *image.centre)
    if not all(0 <= one <= most for one in (*pairs, image.side, image.stroke, image.centre_range)):
        raise DataError(
            "schema.image", expected=f"lengths and places from 0 to {most:g} pixels", got="others"
        )
    require_choice("schema.image.polarity", image.polarity, _POLARITIES)
