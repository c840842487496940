"""A cross-validation in view of the user: a line for each fold, then the means."""

from __future__ import annotations

from typing import Any

from chainrule.cli.console import Console
from chainrule.cli.progress import Once, duration_text
from chainrule.experiment import (
    CrossValidation,
    Experiment,
    FoldResult,
    compare_folds,
    score_text,
)
from chainrule.settings import parse_assignments

__all__ = ["conclude_folds", "cross_validate_in_view"]


def cross_validate_in_view(
    console: Console,
    experiment: Experiment,
    settings: dict[str, Any],
    given: dict[str, Any],
    introduction: Once,
) -> dict[str, Any]:
    """Cross-validate in view of the user, and compare with other settings if asked to.

    Args:
        console: where to print.
        experiment: what to cross-validate.
        settings: by which it was made.
        given: the command's parameters.
        introduction: prints what is trained, once.

    Returns: plain values: "cross_validation", and "comparison" with other settings.
    """
    changes = parse_assignments(given["against"], "--against")
    found = _validate_folds(console, experiment, given, introduction)
    introduction()
    for table in (found.folds_table(), found.means_table()):
        console.line()
        console.table(table)
    values = {"cross_validation": found.to_dict()}
    if changes:
        console.line()
        console.fact("against", ", ".join(given["against"]))
        other = Experiment.from_settings(
            given["data"],
            {**settings, "seed": experiment.recipe.seed, **changes},
            validation=given["validation"],
        )
        comparison = compare_folds(found, _validate_folds(console, other, given, introduction))
        for table in comparison.tables():
            console.line()
            console.table(table)
        values["comparison"] = comparison.to_dict()
    return values


def _validate_folds(
    console: Console, experiment: Experiment, given: dict[str, Any], introduction: Once
) -> CrossValidation:
    """Train the folds, with a line for each that ends."""
    count, done = given["cross_validate"], list[FoldResult]()

    def show(fold: FoldResult) -> None:
        done.append(fold)
        first = next(iter(fold.scores))
        score = f"{first.replace('_', ' ')} {score_text(first, fold.scores[first])}"
        console.line(f"fold {fold.fold} of {count}: {score}, {duration_text(fold.seconds)}")

    try:
        return experiment.cross_validate(
            count, observers=[introduction], threads=given["threads"], on_fold=show
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"train: interrupted in fold {len(done) + 1} of {count}. No fold was saved."
        ) from None


def conclude_folds(console: Console, validated: dict[str, Any]) -> None:
    """Print the values as JSON if asked to, and say that nothing was saved."""
    if console.as_json:
        console.json(validated)
    console.line()
    console.fact("saved", "nothing; --run DIR also trains on all folds together, and saves that")
