"""The fraction of the metric's variance that each parameter explains (functional ANOVA)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from chainrule.study.results import ConfigurationResult
from chainrule.study.space import Parameter

if TYPE_CHECKING:
    from optuna import Study

__all__ = ["ParameterEffects", "parameter_effects"]


class ParameterEffects(NamedTuple):
    """The fraction of the metric's variance that each parameter explains, and a remark.

    The fractions are empty if they are not known; the remark then says why.
    """

    fractions: Mapping[str, float]
    note: str


def parameter_effects(
    space: Sequence[Parameter], results: Sequence[ConfigurationResult]
) -> ParameterEffects:
    """Return the importance of each parameter by fANOVA (Hutter, Hoos & Leyton-Brown 2014).

    Args:
        space: the parameters.
        results: all results; only complete ones count.
    """
    complete = [result for result in results if result.ended == "complete"]
    if len({result.value for result in complete}) < 2:
        return ParameterEffects({}, "not known: at least two different results are needed")
    if find_spec("sklearn") is None:
        note = "not known: scikit-learn is not installed: pip install scikit-learn"
        return ParameterEffects({}, note)
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = _numeric_study(space, complete)
        found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
    left_out = [p.name for p in space if p.name not in found]
    note = f"not for {', '.join(left_out)}, which not all trials have" if left_out else ""
    return ParameterEffects({name: float(part) for name, part in found.items()}, note)


def _numeric_study(space: Sequence[Parameter], complete: Sequence[ConfigurationResult]) -> Study:
    """Return the complete results as a study of numbers: a listed value is its index in the list.

    fANOVA makes a column of each listed value and tries all combinations of columns, which takes
    forever for forty values. Regression trees split on indices as well.
    """
    import optuna
    from optuna.distributions import BaseDistribution, IntDistribution

    study = optuna.create_study()
    listed = {p.name: p.choices for p in space if p.choices}
    distributions: dict[str, BaseDistribution] = {
        p.name: IntDistribution(0, len(p.choices) - 1) if p.choices else p.distribution()
        for p in space
    }
    for result in complete:
        numbers = {
            name: listed[name].index(value) if name in listed else value
            for name, value in result.parameters.items()
        }
        study.add_trial(
            optuna.create_trial(
                params=numbers,
                distributions={name: distributions[name] for name in numbers},
                value=result.value,
            )
        )
    return study
