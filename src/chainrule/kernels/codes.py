"""Whole numbers for the names of the book: compiled code chooses by number."""

from __future__ import annotations

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES

__all__ = ["ACTIVATION_CODES", "COST_CODES", "UPDATE_CODES"]

ACTIVATION_CODES = {name: code for code, name in enumerate(ACTIVATIONS)}
COST_CODES = {name: code for code, name in enumerate(COSTS)}
UPDATE_CODES = {name: code for code, name in enumerate(UPDATES)}
