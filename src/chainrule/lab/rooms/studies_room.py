"""Studies: what trials gave, over two parameters, along one, epoch by epoch, and one by one."""

from __future__ import annotations

from typing import Any

from chainrule.documents import Table
from chainrule.errors import InputError
from chainrule.lab.frames import RoomView
from chainrule.lab.rooms.study_charts import add_charts
from chainrule.lab.rooms.study_grid import describe_grid
from chainrule.lab.state import LabState
from chainrule.lab.study_shelf import ShownStudy, StudyShelf
from chainrule.lab.trial_trainings import MOST_SECONDS
from chainrule.study import ConfigurationResult, StudySummary, metric_text, parameters_text

__all__ = ["show"]

_MOST_LISTED = 1000
"""Trials in the table; the heat map and the curves have all."""
_DIGEST = 12
"""Characters of a digest that are shown."""


def show(shelf: StudyShelf, view: RoomView, state: LabState) -> None:
    """Add the studies of the storage, and what the chosen one has come to.

    Args:
        shelf: with the studies.
        view: to add to. The list of studies is added before a choice can be refused.
        state: of the page.

    Raises: UnknownNameError, InputError, DataError, FileError for what there is not.
    """
    chosen = state.studies
    shown = view.values["studies"] = {"storage": shelf.storage, "names": shelf.names()}
    study = shelf.find(chosen.name)
    shown |= {"name": study.name, "live": study.is_under_way, "facts": [], "ranking": None}
    if study.summary is not None:
        shown |= _describe(study.summary)
    if study.table is not None:
        shown["metric"] = study.table.metric.title
        shown |= describe_grid(study, chosen)
    trial = _find_trial(study, chosen.trial)
    shown["charts"] = add_charts(view, study, chosen, trial)
    shown["trial"] = None if trial is None else _describe_trial(study, trial)


def _describe(summary: StudySummary) -> dict[str, Any]:
    """The counts, and the tables of `chainrule study show`."""
    tables = [one for one in summary.document(_MOST_LISTED).blocks if isinstance(one, Table)]
    facts, *others = tables
    ranking = next((one for one in others if one.header[:1] == ("trial",)), None)
    counts = summary.counts
    return {
        "facts": [list(row) for row in facts.rows if row[0] != "effects"],
        "share": counts.ended / counts.planned if counts.planned else 1.0,
        "ranking": None
        if ranking is None
        else {"heads": list(ranking.header), "rows": [list(row) for row in ranking.rows]},
        "left_out": max(0, len(summary.ranked) - _MOST_LISTED),
    }


def _find_trial(study: ShownStudy, number: int | None) -> ConfigurationResult | None:
    """The trial of a number; else the best one.

    Raises: InputError for a number without a result.
    """
    if study.summary is None:
        return None
    if number is None:
        return study.summary.best
    found = next((one for one in study.summary.ranked if one.number == number), None)
    if found is None:
        raise InputError(
            "lab",
            expected="the number of a trial with a result",
            got=str(number),
            argument="studies",
            value=number,
        )
    return found


def _describe_trial(study: ShownStudy, trial: ConfigurationResult) -> dict[str, Any]:
    assert study.summary is not None, "printed tables have no trials"
    metric = study.summary.metric
    figures = tuple(dict.fromkeys((metric, "test_accuracy", "test_cost")))
    return {
        "number": trial.number,
        "ended": trial.ended,
        "value": metric_text(metric, trial.value),
        "metric": metric,
        "is_best": trial is study.summary.best,
        "parameters": [
            [name, parameters_text({name: value}).partition("=")[2]]
            for name, value in trial.parameters.items()
        ],
        "figures": list(figures),
        "runs": [_describe_run(study, trial, run, figures) for run in trial.runs],
    }


def _describe_run(
    study: ShownStudy, trial: ConfigurationResult, run: Any, figures: tuple[str, ...]
) -> dict[str, Any]:
    """A seed's training, and the key by which its network can be looked into."""
    digest = str(run.get("digest", ""))
    seconds = float(run.get("seconds", 0.0))
    can_open = trial.ended == "complete" and bool(digest)
    return {
        "seed": run["seed"],
        "ended": run.get("ended", trial.ended),
        "why": run.get("why", ""),
        "texts": [metric_text(name, run.get(name)) for name in figures],
        "epochs": run.get("epochs"),
        "seconds": f"{seconds:.2f}",
        "digest": digest[:_DIGEST],
        "key": f"{study.name}/{trial.number}/{run['seed']}" if can_open else "",
        "too_long": seconds > MOST_SECONDS,
    }
