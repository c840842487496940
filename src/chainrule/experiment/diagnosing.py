"""Diagnose a saved run, or settings that are tried on data for a few hundred steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.diagnosis import (
    Diagnosis,
    Evidence,
    MendedSettings,
    diagnose_evidence,
    evidence_between,
    mend,
    probe_training,
)
from chainrule.experiment.data_source import DataSource, is_run, join_parts
from chainrule.experiment.experiment import Experiment
from chainrule.experiment.saved_run import SavedRun, open_run
from chainrule.settings import read_settings, select_settings
from chainrule.training import RunFacts, RunFolder, restore_training

__all__ = ["DiagnosisTarget", "diagnose", "mend_settings", "open_target"]


@dataclass(frozen=True, kw_only=True)
class DiagnosisTarget:
    """A saved run, or settings, with the data to diagnose it by.

    Args:
        settings: as in a file for `chainrule train --config`; those left at None are left out.
        data: where the data are.
        validation: a separate validation set; None if there is none.
        run: the saved run; None for settings.
        steps: how many steps a trial takes at most; None for the usual number.
    """

    settings: Mapping[str, Any]
    data: DataSource
    validation: DataSource | None = None
    run: SavedRun | None = None
    steps: int | None = None

    def diagnose(self) -> Diagnosis:
        """Diagnose the run itself, or a trial of the settings."""
        return diagnose_evidence(
            self._measure_run() if self.run else self.try_settings(self.settings)
        )

    def mend(self, found: Diagnosis) -> MendedSettings:
        """Mend the settings from their diagnosis on, and try them again until nothing is found."""
        return mend(
            self.settings, found, lambda changed: diagnose_evidence(self.try_settings(changed))
        )

    def try_settings(self, settings: Mapping[str, Any]) -> Evidence:
        """Train by the settings for a few steps, and return what was measured.

        Where they hold out a part of the training set, the validation set of its own is left out.

        Args:
            settings: as in `DiagnosisTarget`.

        Raises: what `Experiment.create` and `probe` raise.
        """
        given = {name: value for name, value in settings.items() if value is not None}
        holds_out = given.get("validation_fraction", 0) > 0
        checks = None if self.validation is None or holds_out else self.validation.source
        experiment = Experiment.from_settings(
            self.data.source, {"seed": 0, **given}, validation=checks
        )
        loaded = experiment.datasets
        return probe_training(
            experiment.network(),
            loaded.pair.train,
            experiment.recipe,
            validation=loaded.validation,
            test=loaded.pair.test,
            steps=self.steps,
        )

    def _measure_run(self) -> Evidence:
        assert self.run is not None, "settings are tried"
        saved, pair = RunFolder(self.run.path), self.data.load()
        validation = None if self.validation is None else join_parts(self.validation.load())
        ended = ""
        if saved.has("certificate.json"):
            ended = str(saved.read_json("certificate.json").get("ended", ""))
        return evidence_between(
            restore_training(saved, pair.train, validation),
            saved.first(),
            saved.newest(),
            validation=validation,
            test=pair.test,
            diverged="The training diverged" if ended == "diverged" else "",
        )


def open_target(
    target: str | SavedRun | Mapping[str, Any],
    data: str | None = None,
    *,
    validation: str | None = None,
    steps: int | None = None,
) -> DiagnosisTarget:
    """Return what is to be diagnosed together with its data.

    Args:
        target: a saved run or its folder, settings, or a TOML or JSON file of settings.
        data: a name or a path; None for the run's own data, or for MNIST.
        validation: the same for a validation set of its own.
        steps: how many steps a trial takes at most; None takes 400, or fewer for large networks.

    Raises: FileError, DataError, InputError, RunFolderError.
    """
    if isinstance(target, SavedRun) or (isinstance(target, str) and is_run(target)):
        run = target if isinstance(target, SavedRun) else open_run(target)
        source = run.find_data(data)
        return DiagnosisTarget(
            settings=_run_settings(run.require_facts(), source),
            data=source,
            validation=run.find_validation(validation),
            run=run,
            steps=steps,
        )
    settings = read_settings(target) if isinstance(target, str) else target
    options = select_settings("data", settings)
    return DiagnosisTarget(
        settings=settings,
        data=DataSource(source=data or "mnist", options=options),
        validation=None if validation is None else DataSource(source=validation, options=options),
        steps=steps,
    )


def diagnose(
    target: str | SavedRun | Mapping[str, Any],
    data: str | None = None,
    *,
    validation: str | None = None,
    steps: int | None = None,
) -> Diagnosis:
    """Say why a training does not learn, by measurement, and what to set instead.

    Arguments and errors are those of `open_target`, and what loading and training raise.

    Example:
        >>> diagnose("runs/digits").findings  # doctest: +SKIP
        ()
    """
    return open_target(target, data, validation=validation, steps=steps).diagnose()


def mend_settings(
    target: str | SavedRun | Mapping[str, Any],
    data: str | None = None,
    *,
    validation: str | None = None,
    steps: int | None = None,
) -> MendedSettings:
    """Diagnose settings, correct the root cause, and repeat until nothing is found.

    Arguments and errors are those of `diagnose`.

    Returns: the corrected settings with all changes, and the last diagnosis.
    """
    found = open_target(target, data, validation=validation, steps=steps)
    return found.mend(found.diagnose())


def _run_settings(facts: RunFacts, source: DataSource) -> dict[str, Any]:
    """Return the settings by which a run was trained; those that are None are left out."""
    network = facts.architecture.to_dict()
    network.pop("output_given")
    network["activation"] = network.pop("activations")
    every = {**network, **facts.recipe.to_dict(), **source.options}
    return {n: list(v) if isinstance(v, tuple) else v for n, v in every.items() if v is not None}
