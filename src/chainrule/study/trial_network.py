"""The network of a trial: trained once more, since a study keeps what trials gave, not networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.study.results import ConfigurationResult, read_results
from chainrule.study.stored_study import StoredStudy
from chainrule.study.study_data import load_verified_data
from chainrule.study.trial import train_seed
from chainrule.training import Observer

__all__ = ["TrialNetwork", "train_trial"]


@dataclass(frozen=True, eq=False)
class TrialNetwork:
    """The network of one seed of a trial.

    Args:
        network: trained once more.
        recipe: with the seed.
        test: the study's test set, as it was loaded.
        recorded: digest of the network that the trial gave, as the storage has it.
        parameters: values of the study's parameters by name.
    """

    network: Network
    recipe: Recipe
    test: Dataset
    recorded: str
    parameters: Mapping[str, Any]

    @property
    def is_same(self) -> bool:
        """Whether the network is that of the trial, to the bit."""
        return self.network.digest == self.recorded


def train_trial(
    study: StoredStudy, number: int, seed: int | None, observers: Sequence[Observer]
) -> TrialNetwork | None:
    """Train one seed of a trial once more.

    Args:
        study: that has the trial.
        number: the trial's.
        seed: one of its seeds; None for the first.
        observers: of the training.

    Returns: None if an observer stopped the training.
    Raises: InputError for a trial or seed without a result; IntegrityError, and what loading the
        data and training raise.
    """
    result = _find_result(study, number)
    recorded = _find_run(study, result, seed)
    data = load_verified_data(study.spec, study.digest)
    run = train_seed(study.spec, data, result.parameters, int(recorded["seed"]), observers)
    if len(run.history) < int(recorded["epochs"]):
        return None
    return TrialNetwork(
        run.network, run.recipe, data.test, str(recorded["digest"]), result.parameters
    )


def _find_result(study: StoredStudy, number: int) -> ConfigurationResult:
    results = read_results(study)
    found = next((one for one in results if one.number == number), None)
    if found is None or found.ended != "complete":
        raise InputError(
            f"study {study.spec.name}",
            expected="the number of a complete trial",
            got=str(number) if found is None else f"{number}, which is {found.ended}",
            argument="number",
            value=number,
        )
    return found


def _find_run(
    study: StoredStudy, result: ConfigurationResult, seed: int | None
) -> Mapping[str, Any]:
    runs = {int(run["seed"]): run for run in result.runs}
    chosen = next(iter(runs)) if seed is None else seed
    if chosen not in runs:
        raise InputError(
            f"study {study.spec.name}",
            expected=f"a seed of trial {result.number}: {', '.join(map(str, runs))}",
            got=str(seed),
            argument="seed",
            value=seed,
        )
    return runs[chosen]
