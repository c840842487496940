"""The data of a study: opened once in each process, split once, verified by digest."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.data import Dataset, dataset_names, load_dataset, split
from chainrule.errors import IntegrityError
from chainrule.study.spec import Spec

__all__ = ["Material", "opened_again", "opened_material", "placed"]

_KEPT: dict[str, Material] = {}
_DOOR = threading.Lock()
_KEPT_AT_MOST = 4


@dataclass(frozen=True, eq=False)
class Material:
    """What a study learns from, chooses by and is judged by.

    Args:
        learned: the training set, without what is held out.
        validation: what is held out of it; None where nothing is.
        test: the test set.
        digest: of all three, in hex, one after the other.
    """

    learned: Dataset
    validation: Dataset | None
    test: Dataset
    digest: str


def opened_material(spec: Spec, *, fresh: bool = False) -> Material:
    """The data that a study describes.

    Trials side by side share them, and with them the engine's working form.

    Args:
        spec: the study.
        fresh: whether to read the files again, which may have changed since.

    Raises: what `load_dataset` and `split` raise.
    """
    key = _key(spec)
    with _DOOR:
        if fresh:
            _KEPT.pop(key, None)
        if key not in _KEPT:
            while len(_KEPT) >= _KEPT_AT_MOST:
                del _KEPT[next(iter(_KEPT))]
            _KEPT[key] = _material(spec)
        return _KEPT[key]


def _key(spec: Spec) -> str:
    settings = spec.settings
    return repr(
        (sorted(placed(spec.data).items(), key=str), settings.validation_fraction, settings.seed)
    )


def opened_again(spec: Spec, digest: str) -> Material:
    """The same in another process or later, which must be the same data.

    Raises: IntegrityError where they are others, and what `opened_material` raises.
    """
    material = opened_material(spec)
    if material.digest != digest:  # the files may have changed since they were opened here
        material = opened_material(spec, fresh=True)
    if material.digest != digest:
        raise IntegrityError(
            str(spec.data["source"]),
            expected=f"the data with which the study {spec.name!r} began, {digest[:12]}…",
            got=f"{material.digest[:12]}…",
            remedy="Give the data back, or begin a study of another name",
        )
    return material


def placed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The description of data with a path that holds in any folder."""
    source = str(data["source"])
    named = source in dataset_names()
    return {**data, "source": source if named else str(Path(source).absolute())}


def _material(spec: Spec) -> Material:
    options = dict(spec.data)
    source = options.pop("source")
    first, tested = options.pop("examples", None), options.pop("test_examples", None)
    pair = load_dataset(source, **options)
    learned, test = _first(pair.train, first), _first(pair.test, tested)
    validation, fraction = None, spec.settings.validation_fraction
    if fraction:
        learned, validation = split(learned, fraction, spec.settings.seed, "validation")
    parts = [part.digest[:16] for part in (learned, validation, test) if part is not None]
    return Material(learned, validation, test, "".join(parts))


def _first(dataset: Dataset, count: int | None) -> Dataset:
    """The first so many examples, called what they are."""
    if count is None or count >= len(dataset):
        return dataset
    part = dataset.subset(slice(count))
    return replace(part, name=f"{dataset.name} (first {count})")
