"""Which experiments belong to which paper."""

from __future__ import annotations

from chainrule.papers.experiments.dice import DICE
from chainrule.papers.experiments.four_or_not import FOUR_OR_NOT
from chainrule.papers.experiments.function_pieces import APPROXIMATOR
from chainrule.papers.experiments.paper_experiment import ExperimentSet, join_sets
from chainrule.papers.experiments.printed_program import PRINTED_PROGRAM
from chainrule.papers.experiments.program_changes import PROGRAM_CHANGES
from chainrule.papers.experiments.rate_grid import RATE_GRID
from chainrule.papers.experiments.recursions import RECURSION_SET
from chainrule.papers.experiments.training_steps import TRAINING_STEPS

__all__ = ["EXPERIMENTS"]

EXPERIMENTS: dict[str, ExperimentSet] = {
    "investigation": join_sets(RATE_GRID, RECURSION_SET),
    "four-detector": join_sets(DICE, FOUR_OR_NOT),
    "approximator": APPROXIMATOR,
    "four-equations": join_sets(PRINTED_PROGRAM, PROGRAM_CHANGES),
    "matrix-based": TRAINING_STEPS,
}
"""The experiments of each paper by its id."""
