"""The data of a study: loaded once in each process, split once, verified by digest."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.data import Dataset, dataset_names, load_dataset, split
from chainrule.errors import IntegrityError
from chainrule.study.spec import StudySpec

__all__ = ["StudyData", "load_study_data", "load_verified_data", "with_absolute_path"]

_CACHE: dict[str, StudyData] = {}
_CACHE_LOCK = threading.Lock()
_CACHE_SIZE = 4
"""Studies whose data a process holds at once; a worker computes one study, a notebook a few."""


@dataclass(frozen=True, eq=False)
class StudyData:
    """The training, validation and test set of a study.

    Args:
        learned: the training set, without the examples that are held out.
        validation: the examples held out of it, or None.
        test: the test set.
        digest: the first 16 hex digits of each one's digest, one after the other.
    """

    learned: Dataset
    validation: Dataset | None
    test: Dataset
    digest: str


def load_study_data(spec: StudySpec, *, fresh: bool = False) -> StudyData:
    """Return the data that a study describes.

    Trials of one process share them, and with them the arrays that the engine makes of them.

    Args:
        spec: the study.
        fresh: whether to read the files again, which may have changed.

    Raises: what `load_dataset` and `split` raise.
    """
    key = _cache_key(spec)
    with _CACHE_LOCK:
        if fresh:
            _CACHE.pop(key, None)
        if key not in _CACHE:
            while len(_CACHE) >= _CACHE_SIZE:
                del _CACHE[next(iter(_CACHE))]  # the oldest
            _CACHE[key] = _load(spec)
        return _CACHE[key]


def _cache_key(spec: StudySpec) -> str:
    settings = spec.settings
    return repr(
        (
            sorted(with_absolute_path(spec.data).items(), key=str),
            settings.validation_fraction,
            settings.seed,
        )
    )


def load_verified_data(spec: StudySpec, digest: str) -> StudyData:
    """Return the data of a study that has begun, perhaps in another process.

    Args:
        spec: the study.
        digest: digest of the data with which it began.

    Raises: IntegrityError if the data have changed, and what `load_study_data` raises.
    """
    data = load_study_data(spec)
    if data.digest != digest:  # the files may have been restored since this process read them
        data = load_study_data(spec, fresh=True)
    if data.digest != digest:
        raise IntegrityError(
            str(spec.data["source"]),
            expected=f"the data with which the study {spec.name!r} began, {digest[:12]}…",
            got=f"{data.digest[:12]}…",
            remedy="Restore the data, or start a study with another name",
        )
    return data


def with_absolute_path(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of data with an absolute path, which is valid in any folder."""
    source = str(data["source"])
    named = source in dataset_names()
    return {**data, "source": source if named else str(Path(source).absolute())}


def _load(spec: StudySpec) -> StudyData:
    options = dict(spec.data)
    source = options.pop("source")
    examples, test_examples = options.pop("examples", None), options.pop("test_examples", None)
    pair = load_dataset(source, **options)
    learned, test = _first(pair.train, examples), _first(pair.test, test_examples)
    validation, fraction = None, spec.settings.validation_fraction
    if fraction:
        learned, validation = split(learned, fraction, spec.settings.seed, "validation")
    parts = [part.digest[:16] for part in (learned, validation, test) if part is not None]
    return StudyData(learned, validation, test, "".join(parts))


def _first(dataset: Dataset, count: int | None) -> Dataset:
    """Return the first examples, under a name that says so."""
    if count is None or count >= len(dataset):
        return dataset
    part = dataset.subset(slice(count))
    return replace(part, name=f"{dataset.name} (first {count})")
