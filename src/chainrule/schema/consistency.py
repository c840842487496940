"""What a file says of the meaning of data must fit together, before anything is computed by it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from chainrule.errors import DataError
from chainrule.plain_records import require_finite
from chainrule.schema.columns import KINDS, Column
from chainrule.schema.image_format import ImageFormat

if TYPE_CHECKING:
    from chainrule.schema.preprocessing import Feature, Preprocessing
    from chainrule.schema.schema import Schema

__all__ = ["require_consistent_schema", "require_consistent_steps"]

_TARGETS = ("classes", "numbers")
_POLARITIES = ("light on dark", "dark on light", "mixed")
_LARGEST_SIDE = 2**15
"""Pixels; larger images were never training examples, but would be allocated."""
_PARTS = ("year", "month", "day", "weekday", "hour", "minute")
_OF_KIND = {"number": ("number", "category", "date"), "missing": KINDS}
"""The columns that a kind of feature reads; the others read categories."""


def require_consistent_schema(schema: Schema) -> None:
    """Refuse a schema whose parts do not fit together.

    Raises: DataError.
    """
    require_finite(asdict(schema), "schema")
    _require_choice("schema.target.kind", schema.target.kind, _TARGETS)
    for place, column in enumerate(schema.columns):
        _require_choice(f"schema.columns[{place}].kind", column.kind, KINDS)
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
    _require_choice("schema.image.polarity", image.polarity, _POLARITIES)


def require_consistent_steps(steps: Preprocessing, encodings: tuple[str, ...]) -> None:
    """Refuse steps of preprocessing that do not fit their schema.

    Args:
        steps: with features and scales of targets.
        encodings: the encodings of categories that there are.

    Raises: DataError.
    """
    require_consistent_schema(steps.schema)
    scales = {name: getattr(steps, name) for name in ("target_centre", "target_spread")}
    require_finite({**scales, "features": [asdict(one) for one in steps.features]}, "")
    _require_choice("encoding", steps.encoding, encodings)
    if bool(steps.features) is not steps.schema.is_table:
        raise DataError(
            "features",
            expected="features if there are columns, and none without",
            got=f"{len(steps.features)} features of {len(steps.schema.columns)} columns",
        )
    for place, feature in enumerate(steps.features):
        _require_feature(f"features[{place}]", feature, steps.schema.columns)
    centre, spread = steps.target_centre, steps.target_spread
    if len(centre) != len(spread) or not all(one > 0 for one in spread):
        raise DataError(
            "target_spread",
            expected=f"{len(centre)} numbers above 0, one for each of target_centre",
            got=str(list(spread)),
        )
    if centre and steps.schema.target.kind == "classes":
        raise DataError("target_centre", expected="none for classes", got=str(list(centre)))


def _require_feature(path: str, feature: Feature, columns: tuple[Column, ...]) -> None:
    if not 0 <= feature.column < len(columns):
        raise DataError(
            f"{path}.column",
            expected=f"a column from 0 to {len(columns) - 1}",
            got=str(feature.column),
        )
    column = columns[feature.column]
    _require_choice(f"{path}.kind", feature.kind, ("number", "missing", "category", "second"))
    _require_choice(f"{path}.column's kind", column.kind, _OF_KIND.get(feature.kind, ("category",)))
    is_part = feature.kind == "number" and column.kind == "date"
    _require_choice(f"{path}.part", feature.part, _PARTS if is_part else ("",))
    if not feature.spread > 0:
        raise DataError(f"{path}.spread", expected="a number above 0", got=f"{feature.spread:g}")
    if feature.kind == "category" and not 0 <= feature.category < len(column.categories):
        raise DataError(
            f"{path}.category",
            expected=f"one of {len(column.categories)} categories, from 0",
            got=str(feature.category),
        )


def _require_choice(path: str, given: str, choices: tuple[str, ...]) -> None:
    if given not in choices:
        named = ", ".join(map(repr, choices))
        raise DataError(path, expected=f"one of {named}", got=repr(given))
