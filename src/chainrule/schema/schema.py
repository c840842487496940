"""The meaning of a data set's inputs and targets, learned from its training part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

from chainrule.plain_records import read_record
from chainrule.schema.columns import Column, LeftOut, Target
from chainrule.schema.consistency import require_consistent_schema
from chainrule.schema.image_format import ImageFormat

__all__ = ["Schema"]


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
