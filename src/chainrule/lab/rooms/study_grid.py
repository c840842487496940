"""The heat map of a study as plain values, each cell with the trials behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.figures.parameter_grid import ParameterGridData, parameter_grid_data
from chainrule.figures.study_table import StudyTable, Value, distinct, study_value
from chainrule.lab.studies_settings import StudiesSettings
from chainrule.lab.study_shelf import ShownStudy

__all__ = ["describe_grid"]


def describe_grid(study: ShownStudy, chosen: StudiesSettings) -> dict[str, Any]:
    """Return the metric over two parameters; without a grid where fewer than two vary.

    Args:
        study: with a complete trial.
        chosen: its parameters across and upward.

    Raises: UnknownNameError for a parameter that there is not; InputError for one taken twice.
    """
    table = study.table
    assert table is not None, "a study without a complete trial has no heat map"
    names = list(table.rows[0].parameters)
    varied = [name for name in names if len(distinct(table.column(name))) > 1]
    found: dict[str, Any] = {"varied": varied, "grid": None}
    if len(varied) > 1:
        data = parameter_grid_data(table, _choose(table, chosen))
        found["grid"] = _plain(data, _trials_by_cell(study, data))
    return found


def _choose(table: StudyTable, chosen: StudiesSettings) -> tuple[str, ...]:
    """The two parameters; what is left open is the one of most values that is not taken."""
    if not chosen.across and not chosen.upward:
        return ()
    if chosen.across == chosen.upward:
        raise InputError(
            "lab",
            expected="two different parameters",
            got=chosen.across,
            argument="studies",
            value=chosen.across,
        )
    free = [n for n in table.choose_parameters(()) if n not in (chosen.across, chosen.upward)]
    return chosen.across or free[0], chosen.upward or free[0]


def _trials_by_cell(
    study: ShownStudy, data: ParameterGridData
) -> Mapping[tuple[Value, Value], list[int]]:
    """The numbers of the trials at each pair of values, the best first."""
    found: dict[tuple[Value, Value], list[int]] = {}
    for one in study.complete:
        across, upward = (
            study_value(one.parameters.get(scale.name, "-")) for scale in (data.across, data.upward)
        )
        found.setdefault((across, upward), []).append(one.number)
    return found


def _plain(
    data: ParameterGridData, trials: Mapping[tuple[Value, Value], list[int]]
) -> dict[str, Any]:
    low, high = float(np.nanmin(data.values)), float(np.nanmax(data.values))

    def cell(row: int, column: int) -> dict[str, Any] | None:
        value = float(data.values[row, column])
        if np.isnan(value):
            return None
        share = (value - low) / (high - low) if high > low else 0.5
        place = data.across.values[column], data.upward.values[row]
        return {
            "text": data.metric.text(value),
            "share": share if data.metric.sign > 0 else 1 - share,
            "count": int(data.counts[row, column]),
            "trials": trials.get(place, []),
        }

    height, width = data.values.shape
    return {
        "across": data.across.name,
        "upward": data.upward.name,
        "across_texts": [data.across.text(value) for value in data.across.values],
        "upward_texts": [data.upward.text(value) for value in data.upward.values],
        "best": list(data.best),
        "summary": data.summary,
        "low": data.metric.text(low),
        "high": data.metric.text(high),
        "higher_is_better": data.metric.sign > 0,
        "cells": [[cell(row, column) for column in range(width)] for row in range(height)],
    }
