"""Good settings for a network on data: a study without a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.documents import Block, CodeBlock, Document, Heading, Table
from chainrule.errors import InputError
from chainrule.experiment import TrainingResult, training_command
from chainrule.settings import merge_settings, select_settings
from chainrule.study.saved_study import DEFAULT_STORAGE, SavedStudy, StudyPlace, compute_study
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.toml_source import StudySource

__all__ = ["TunedStudy", "describe_tuning", "train_best", "tune"]

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
        seeds: number of seeds of each configuration: 0, 1 …; with 0 a trial is, to the bit, the
            training that `SavedStudy.best_experiment` describes.
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
        "seeds": list(range(seeds)),
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


@dataclass(frozen=True, eq=False, kw_only=True)
class TunedStudy(SavedStudy):
    """A study with the network of its best configuration.

    Args:
        stored: the study with its storage.
        training: the training of the best configuration; None if it was not asked for, or no
            configuration is complete.
        command: the command line that trains it; empty if no configuration is complete.
    """

    training: TrainingResult | None
    command: str

    @property
    def folder(self) -> str | None:
        """The folder of the best network's run, or None."""
        folder = None if self.training is None else self.training.run.folder
        return None if folder is None else str(folder)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule tune --json` prints."""
        digest = None if self.training is None else self.training.network.digest
        return {
            **self.summarise().to_dict(),
            "best_run": self.folder,
            "best_network_sha256": digest,
            "command": self.command,
        }

    def document(self) -> Document:
        """Return the study's answer, with the best network and its command."""
        summary = self.summarise().document()
        blocks: list[Block] = [*summary.blocks]
        if self.training is not None:
            facts = (("saved", f"in {self.folder}"), ("test", self.training.describe_test()))
            blocks += [Heading("Best network"), Table("", (), facts)]
        if self.command:
            blocks += [Heading("The command that trains it"), CodeBlock(self.command)]
        return replace(summary, blocks=tuple(blocks), values=self.to_dict)


def train_best(study: SavedStudy, folder: str | Path | None) -> TunedStudy:
    """Train the best configuration of a study once more, and keep its run.

    Args:
        study: that has ended.
        folder: for the run, new or empty; None trains nothing.

    Raises: what `SavedStudy.best_experiment` and `Experiment.train` raise.
    """
    best = study.best_experiment()
    if best is None:
        return TunedStudy(stored=study.stored, training=None, command="")
    training = None if folder is None else best.train(folder=folder)
    return TunedStudy(
        stored=study.stored, training=training, command=training_command(best, folder)
    )


def tune(
    data: str | Path,
    vary: Mapping[str, Any] | None = None,
    *,
    seeds: int = 1,
    name: str | None = None,
    storage: str = DEFAULT_STORAGE,
    place: StudyPlace | None = None,
    folder: str | Path | None = None,
    **settings: Any,
) -> TunedStudy:
    """Search for good settings for a network on data, and keep the best network.

    Args:
        data: as in `describe_tuning`.
        vary: as in `describe_tuning`.
        seeds: as in `describe_tuning`.
        name: as in `describe_tuning`.
        storage: a journal file, or the address of a database.
        place: where trials are computed.
        folder: for the run of the best network, new or empty; None keeps the study alone.
        settings: as in `describe_tuning`.

    Raises: what `describe_tuning`, `compute_study` and `train_best` raise.

    Example:
        >>> found = tune(
        ...     "mnist", {"neurons_1": [16, 32, 64]}, epochs=3, folder="runs/best"
        ... )  # doctest: +SKIP
        >>> found.summarise().best.parameters  # doctest: +SKIP
        {'neurons_1': 64}
    """
    spec = describe_tuning(str(data), settings, vary, seeds=seeds, name=name)
    return train_best(compute_study(spec, storage, place=place), folder)
