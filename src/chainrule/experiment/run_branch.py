"""A branch of a saved run: its parent's data and network, from an epoch on by other settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.experiment.experiment import Experiment, require_signable
from chainrule.experiment.training_result import TrainingResult, WarningObserver
from chainrule.limits import Limit
from chainrule.settings import merge_settings, select_settings
from chainrule.training import Observer, RunFolder, branch

__all__ = ["RunBranch"]

_EPOCH = Limit(int, "epoch of the parent after which the branch begins", 0)


@dataclass(frozen=True, eq=False)
class RunBranch:
    """A branch of a saved run that can be trained.

    Args:
        parent: the folder of the run.
        epoch: of the parent, after which the branch begins; 0 for its start.
        experiment: the parent's data and architecture with the branch's recipe.
    """

    parent: str
    epoch: int
    experiment: Experiment

    @classmethod
    def create(
        cls,
        parent: str,
        experiment: Experiment,
        epoch: int,
        *,
        config: str | None = None,
        assignments: Iterable[str] = (),
        **settings: Any,
    ) -> RunBranch:
        """Return a branch of a saved run with changed settings.

        Any epoch will do: if the run kept no checkpoint of it, it is computed again, to the bit.

        Args:
            parent: the folder of the run.
            experiment: of the run.
            epoch: after which the branch begins, from 1; 0 for the start of the run.
            config: as in `Experiment.create`.
            assignments: as in `Experiment.create`.
            settings: of the recipe, by name; those that are not given stay as they were.

        Raises: InputError for settings that a branch cannot change, FileError, DataError.
        """
        values = merge_settings(settings, config=config, assignments=assignments)
        return cls.from_settings(parent, experiment, epoch, values)

    @classmethod
    def from_settings(
        cls, parent: str, experiment: Experiment, epoch: int, settings: Mapping[str, Any]
    ) -> RunBranch:
        """Return a branch by settings that were checked; otherwise as `create`."""
        epoch = _EPOCH.check("train", "epoch", epoch)
        changes = select_settings("recipe", settings)
        fixed = [name for name in settings if name not in changes]
        if fixed:
            raise InputError(
                "train",
                expected="settings of the recipe for a branch",
                got=fixed[0],
                why="A branch has the network and the data of its parent",
                remedy=f"Leave {fixed[0]} out, or start a new run",
                argument=fixed[0],
            )
        recipe = experiment.recipe.replaced(**changes)
        return cls(parent, epoch, replace(experiment, recipe=recipe))

    def describe(self) -> dict[str, str]:
        """Return a line each on data, network, recipe, seed and where the branch begins."""
        begins = f"of {self.parent}, after its epoch {self.epoch}"
        return {**self.experiment.describe(), "branch": begins}

    def train(
        self,
        *,
        folder: str | Path | None = None,
        observers: Iterable[Observer] = (),
        threads: int | None = None,
        on_warning: Callable[[str], object] | None = None,
        keep_epochs: bool = False,
        sign: str | Path | None = None,
    ) -> TrainingResult:
        """Train the branch and test the result; arguments as in `Experiment.train`.

        Raises: what `chainrule.training.branch` raises.
        """
        require_signable(folder, sign)
        experiment, data = self.experiment, self.experiment.datasets
        warnings = WarningObserver(
            RunFolder(self.parent).initial_network,
            experiment.training_data,
            experiment.recipe,
            on_warning,
        )
        run = branch(
            self.parent,
            self.epoch,
            experiment.recipe,
            data.pair.train,
            folder=folder,
            validation=data.validation,
            observers=[*observers, warnings],
            keep_epochs=keep_epochs,
            notes=experiment.notes(),
            threads=threads,
        )
        return experiment.judge(run, warnings.warnings, sign)
