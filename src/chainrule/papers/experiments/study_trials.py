"""The studies of the papers, run to their end."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.study import (
    ConfigurationResult,
    StudySpec,
    begin_study,
    compute_study,
    read_study,
)

__all__ = ["accuracies", "run_trials", "trial_rows"]


def trial_rows(name: str, parameters: Sequence[str], options: ExperimentOptions) -> list[list[Any]]:
    """Returns a row for each trial of a bundled study: its parameters, and `accuracies`."""
    return [
        [*(entry.parameters[parameter] for parameter in parameters), accuracies(entry)]
        for entry in run_trials(name, options)
    ]


def accuracies(entry: ConfigurationResult) -> list[float]:
    """Returns the test accuracy of each seed of a trial."""
    return [run["test_accuracy"] for run in entry.runs if run.get("test_accuracy") is not None]


def run_trials(name: str, options: ExperimentOptions) -> list[ConfigurationResult]:
    """Computes a bundled study in a storage of its own, which is then deleted.

    Args:
        name: the study's.
        options: how much of it.

    Returns: its trials, in the order of the study.
    """
    spec = _adapted(read_study(name), options)
    done = 0

    def watch(_: object) -> None:
        nonlocal done
        done += 1
        options.progress(f"{name}: {done} trials")

    with tempfile.TemporaryDirectory() as folder:
        url = f"{folder}/papers.journal"
        if options.quick:  # in this process and thread: to start workers would take longer
            study = begin_study(spec, url).work(on_trial=watch)
        else:
            study = compute_study(spec, url, on_trial=watch)
        return study.results()


def _adapted(spec: StudySpec, options: ExperimentOptions) -> StudySpec:
    """The study on the data of the options; a quick one has a small part of its space."""
    table = spec.source.table
    data = {**spec.data, "source": options.source}
    if not options.quick:
        return spec.replaced(data=data)
    quick_budget = {"epochs": 1, "trials": 2}
    return spec.replaced(
        data={**data, "examples": options.examples, "test_examples": options.examples},
        space=_small_space(table["space"]),
        budget={name: quick_budget[name] for name in table.get("budget", {})},
        seeds=2,
        recipe={**table["recipe"], "engine": options.engine},
    )


def _small_space(space: Mapping[str, Any]) -> dict[str, Any]:
    """Two values of the first two parameters and one of the others; a range stays whole."""
    return {
        name: _first(given, 2 if at < 2 else 1) for at, (name, given) in enumerate(space.items())
    }


def _first(given: Any, count: int) -> Any:
    """The first values of a parameter."""
    if isinstance(given, Mapping):
        return {**given, "values": given["values"][:count]} if "values" in given else given
    return given[:count]
