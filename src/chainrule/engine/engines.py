"""The engine that a recipe asks for."""

from __future__ import annotations

import logging
from dataclasses import replace

from chainrule.engine.contract import Engine
from chainrule.engine.lbfgs import LbfgsEngine
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.errors import ChainruleError, MissingLibraryError

__all__ = ["make_engine"]

_LOG = logging.getLogger("chainrule")

_logged: set[str] = set()
"""Reasons that were logged: each is logged once."""


def make_engine(context: TrainingContext, *, exact: bool = False) -> Engine:
    """The engine that the recipe names, ready for one training.

    If the compiled engine is not available, the reference engine takes its place and is named in
    its recipe; a warning is logged once.

    Args:
        context: the training.
        exact: whether no other engine may take its place, since the run began with it.

    Raises: MissingLibraryError if no other engine may take its place; InputError if
        CHAINRULE_THREADS is not a number of threads.
    """
    recipe = context.recipe
    if recipe.optimiser == "lbfgs":
        return LbfgsEngine(context)
    if recipe.engine == "reference":
        return ReferenceEngine(context)
    try:
        return _compiled_engine(context)
    except (ChainruleError, MemoryError):
        raise
    except Exception as error:  # Numba and its compiler may raise anything
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    if exact:
        raise MissingLibraryError(
            "train",
            expected="Numba, with which this run began",
            got=reason,
            why="The last digits of the reference engine differ",
            remedy="Install it with: pip install numba",
            argument="engine",
            value=recipe.engine,
        )
    if reason not in _logged:
        _logged.add(reason)
        _LOG.warning("Numba fails, so the reference engine computes: %s", reason)
    return ReferenceEngine(replace(context, recipe=replace(recipe, engine="reference")))


def _compiled_engine(context: TrainingContext) -> Engine:
    """The compiled engine, compiled."""
    from chainrule.engine.compiled import CompiledEngine

    engine = CompiledEngine(context)
    engine.prepare()
    return engine
