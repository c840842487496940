"""What `chainrule diagnose` examines: a run that was kept, or a recipe that is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.cli.flags import Setting
from chainrule.cli.job import network_of
from chainrule.cli.parts import whole
from chainrule.cli.runs import DataSource, data_of, validation_of
from chainrule.cli.settings import from_file, owned_by
from chainrule.data import Dataset
from chainrule.diagnosis import Evidence, evidence_between
from chainrule.diagnosis.probe import probe
from chainrule.recipe import Recipe
from chainrule.storage import names_in
from chainrule.training import RunFacts, RunFolder, restore_training

__all__ = ["Examined", "examined"]


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A run or a recipe with its data.

    Args:
        settings: the recipe, as in a file for `chainrule train --config`.
        known: all settings by name.
        data: where the data are.
        checks: where a validation set of its own is; None without.
        offline: whether nothing may be fetched.
        run: the folder of the run; None for a recipe.
        steps: how many steps a trial takes at most; None for the usual number.
    """

    settings: Mapping[str, Any]
    known: Mapping[str, Setting]
    data: DataSource
    checks: DataSource | None
    offline: bool
    run: str | None
    steps: int | None

    def evidence(self) -> Evidence:
        """Of the run itself, or of a trial of the recipe."""
        return self.trial(self.settings) if self.run is None else self._of_run(self.run)

    def trial(self, settings: Mapping[str, Any]) -> Evidence:
        """The evidence of a trial by these settings.

        Where they hold out a part of the training set, the validation set of its own is left out.
        """
        options = owned_by("data", settings, self.known)
        pair = DataSource(source=self.data.source, options=options).load(offline=self.offline)
        given = Recipe.from_dict(owned_by("recipe", settings, self.known))
        if not pair.train.classifies and "cost" not in settings:
            given = given.replaced(cost="half_squared_error")
        recipe = given if given.seed is not None else given.replaced(seed=0)
        checks = None
        if self.checks is not None and not recipe.validation_fraction:
            checks = DataSource(source=self.checks.source, options=options)
        values = {name: value for name, value in settings.items() if value is not None}
        network = network_of(pair.train, recipe.seed or 0, values, self.known)
        more: dict[str, Any] = {"validation": self._whole(checks), "steps": self.steps}
        return probe(network, pair.train, recipe, test=pair.test, **more)

    def _whole(self, source: DataSource | None) -> Dataset | None:
        return None if source is None else whole(source.load(offline=self.offline))

    def _of_run(self, folder: str) -> Evidence:
        kept = RunFolder(folder)
        pair, validation = self.data.load(offline=self.offline), self._whole(self.checks)
        plan = restore_training(kept, pair.train, validation)
        ended = ""
        if "certificate.json" in names_in(kept.path):
            ended = str(kept.read_json("certificate.json").get("ended", ""))
        diverged = "The training diverged" if ended == "diverged" else ""
        more = {"validation": validation, "test": pair.test, "diverged": diverged}
        return evidence_between(plan, kept.first(), kept.newest(), **more)


def examined(target: str, data: str | None, known: Mapping[str, Setting], **given: Any) -> Examined:
    """What the user named.

    Args:
        target: the folder of a run, or a file with a recipe.
        data: a name or a path; None for the run's own, or for MNIST.
        known: all settings by name.
        given: validation, offline and steps, as flags have them.

    Raises: FileError, DataError, InputError, RunFolderError.
    """
    more = {"known": known, "offline": given["offline"], "steps": given["steps"]}
    if Path(target).is_dir():
        facts = RunFolder(target).facts()
        remedy = f"Say where they are now: chainrule diagnose {target} "
        source = data_of(facts, target, data, remedy + "DATA")
        checks = validation_of(facts, target, given["validation"], remedy + "--validation DATA")
        settings = _settings_of(facts, source)
        return Examined(settings=settings, data=source, checks=checks, run=target, **more)
    settings = from_file(target, known)
    options = owned_by("data", settings, known)
    source = DataSource(source=data or "mnist", options=options)
    named = given["validation"]
    checks = None if named is None else DataSource(source=named, options=options)
    return Examined(settings=settings, data=source, checks=checks, run=None, **more)


def _settings_of(facts: RunFacts, source: DataSource) -> dict[str, Any]:
    """The settings by which a run was trained; those left at None are left out."""
    described = facts.architecture.to_dict()
    described.pop("output_given")
    described["activation"] = described.pop("activations")
    every = {**described, **facts.recipe.to_dict(), **source.options}
    return {n: list(v) if isinstance(v, tuple) else v for n, v in every.items() if v is not None}
