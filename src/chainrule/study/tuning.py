"""Good settings for a network on data: a study without a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.settings import merge_settings, select_settings
from chainrule.study.saved_study import DEFAULT_STORAGE, SavedStudy, StudyPlace, compute_study
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.toml_source import StudySource

__all__ = ["describe_tuning", "tune"]

_DEFAULT_SPACE: Mapping[str, Any] = {
    "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "batch_size": [16, 32, 64, 128, 256],
}
"""What varies if nothing is named: the two settings that matter most."""

_BUDGET = ("trials", "seconds")
_SEARCH = ("metric", "search", "pruner", *_BUDGET)


def describe_tuning(
    data: str,
    settings: Mapping[str, Any],
    vary: Mapping[str, Any] | None = None,
    *,
    seeds: int = 1,
    name: str | None = None,
) -> StudySpec:
    """Return the study that searches for good settings.

    Args:
        data: a name or a path, as `load_dataset` takes it.
        settings: settings of the experiment, except seed and validation_fraction, and of the
            search: metric, search, pruner, trials and seconds.
        vary: what varies, as in [space] of a study's file; None takes the learning rate and the
            batch size.
        seeds: number of seeds of each configuration.
        name: the study's name; None takes "tune-" and the data's name.

    Raises: InputError, UnknownNameError.

    Example:
        >>> describe_tuning("mnist", {"epochs": 3}, {"batch_size": [16, 32]}).name
        'tune-mnist'
    """
    search = {key: value for key, value in settings.items() if key in _SEARCH}
    fixed = merge_settings({k: v for k, v in settings.items() if k not in search})
    budget = {key: search.pop(key) for key in _BUDGET if key in search}
    if fixed.get("task") == "numbers":
        search.setdefault("metric", "validation_cost")
    space = vary or {key: value for key, value in _DEFAULT_SPACE.items() if key not in fixed}
    for key in space:
        if key in fixed:
            raise InputError(
                "tune", expected=f"{key} to be fixed or varied", got="both", argument=key
            )
    network = {key: _one_name(key, v) for key, v in select_settings("network", fixed).items()}
    recipe = {k: v for k, v in select_settings("recipe", fixed).items() if v is not None}
    table = {
        **search,
        "seeds": seeds,
        "data": {"source": data, **select_settings("data", fixed)},
        "network": network,
        "recipe": recipe,
        "space": dict(space),
        "budget": {key: value for key, value in budget.items() if value is not None},
    }
    stem = data.rstrip("/").rpartition("/")[2].partition(".")[0] or "data"
    return parse_study(StudySource("tune", table), name or f"tune-{stem}")


def _one_name(key: str, value: Any) -> Any:
    """Return one activation for all layers by itself, as in a study's file."""
    return value[0] if key == "activation" and len(value) == 1 else value


def tune(
    data: str | Path,
    vary: Mapping[str, Any] | None = None,
    *,
    seeds: int = 1,
    name: str | None = None,
    storage: str = DEFAULT_STORAGE,
    place: StudyPlace | None = None,
    **settings: Any,
) -> SavedStudy:
    """Search for good settings for a network on data.

    Args:
        data: as in `describe_tuning`.
        vary: as in `describe_tuning`.
        seeds: as in `describe_tuning`.
        name: as in `describe_tuning`.
        storage: a journal file, or the address of a database.
        place: where trials are computed.
        settings: as in `describe_tuning`.

    Raises: what `describe_tuning` and `compute_study` raise.

    Example:
        >>> found = tune("mnist", {"neurons_1": [16, 32, 64]}, epochs=3)  # doctest: +SKIP
        >>> found.summarise().best.parameters  # doctest: +SKIP
        {'neurons_1': 64}
    """
    spec = describe_tuning(str(data), settings, vary, seeds=seeds, name=name)
    return compute_study(spec, storage, place=place)
