"""What a file says of the meaning of data must fit together, before anything is computed by it."""

from __future__ import annotations

from dataclasses import asdict

from chainrule.errors import DataError
from chainrule.plain_records import require_choice, require_finite
from chainrule.schema.columns import KINDS, Column
from chainrule.schema.features import Feature
from chainrule.schema.schema import Schema, require_consistent_schema

__all__ = ["require_consistent_steps"]

_PARTS = ("year", "month", "day", "weekday", "hour", "minute")
_OF_KIND = {"number": ("number", "category", "date"), "missing": KINDS}
"""The columns that a kind of feature reads; the others read categories."""


def require_consistent_steps(
    schema: Schema,
    features: tuple[Feature, ...],
    target_centre: tuple[float, ...],
    target_spread: tuple[float, ...],
) -> None:
    """Refuse steps of preprocessing that do not fit their schema.

    Args:
        schema: of the data.
        features: of the steps.
        target_centre: what is subtracted from each target.
        target_spread: what each target is then divided by.

    Raises: DataError.
    """
    require_consistent_schema(schema)
    scales = {"target_centre": target_centre, "target_spread": target_spread}
    require_finite({**scales, "features": [asdict(one) for one in features]}, "")
    if bool(features) is not schema.is_table:
        raise DataError(
            "features",
            expected="features if there are columns, and none without",
            got=f"{len(features)} features of {len(schema.columns)} columns",
        )
    for place, feature in enumerate(features):
        _require_feature(f"features[{place}]", feature, schema.columns)
    if len(target_centre) != len(target_spread) or not all(one > 0 for one in target_spread):
        raise DataError(
            "target_spread",
            expected=f"{len(target_centre)} numbers above 0, one for each of target_centre",
            got=str(list(target_spread)),
        )
    if target_centre and schema.target.kind == "classes":
        raise DataError("target_centre", expected="none for classes", got=str(list(target_centre)))


def _require_feature(path: str, feature: Feature, columns: tuple[Column, ...]) -> None:
    if not 0 <= feature.column < len(columns):
        raise DataError(
            f"{path}.column",
            expected=f"a column from 0 to {len(columns) - 1}",
            got=str(feature.column),
        )
    column = columns[feature.column]
    require_choice(f"{path}.kind", feature.kind, ("number", "missing", "category", "second"))
    require_choice(f"{path}.column's kind", column.kind, _OF_KIND.get(feature.kind, ("category",)))
    is_part = feature.kind == "number" and column.kind == "date"
    require_choice(f"{path}.part", feature.part, _PARTS if is_part else ("",))
    if not feature.spread > 0:
        raise DataError(f"{path}.spread", expected="a number above 0", got=f"{feature.spread:g}")
    if feature.kind == "category" and not 0 <= feature.category < len(column.categories):
        raise DataError(
            f"{path}.category",
            expected=f"one of {len(column.categories)} categories, from 0",
            got=str(feature.category),
        )
