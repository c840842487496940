"""The engine that a recipe asks for."""

from __future__ import annotations

import logging
from dataclasses import replace

from chainrule.data import Dataset
from chainrule.engine.contract import Engine
from chainrule.engine.lbfgs import LbfgsEngine
from chainrule.engine.reference import ReferenceEngine
from chainrule.errors import ChainruleError, MissingLibraryError
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["make_engine"]

_LOG = logging.getLogger("chainrule")

_told: set[str] = set()
"""Warnings given: one is enough."""


def make_engine(
    architecture: Architecture,
    recipe: Recipe,
    training: Dataset,
    *,
    threads: int | None = None,
    exactly: bool = False,
) -> Engine:
    """The engine that recipe.engine names, ready for one training.

    Where the compiled engine is not to be had, the reference engine takes its place and is named in
    its recipe; a warning says so once.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: with its seed.
        training: the examples to learn from; they fit the architecture.
        threads: how many may share the work of a batch; as many as there are processors where None.
        exactly: whether no other engine may take its place, since a run has begun with it.

    Raises: MissingLibraryError where no other may take its place; InputError where the number of
        threads in CHAINRULE_THREADS is none.
    """
    if recipe.optimiser == "lbfgs":
        return LbfgsEngine(architecture, recipe, training)
    if recipe.engine == "reference":
        return ReferenceEngine(architecture, recipe, training)
    try:
        return _compiled(architecture, recipe, training, threads)
    except (ChainruleError, MemoryError):
        raise
    except Exception as error:  # whatever Numba and its compiler may raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    if exactly:
        raise MissingLibraryError(
            "train",
            expected="Numba, with which this run began",
            got=reason,
            why="The reference engine's last digits are others",
            remedy="Install it by: pip install numba",
            argument="engine",
            value=recipe.engine,
        )
    if reason not in _told:
        _told.add(reason)
        _LOG.warning("The reference engine computes, since Numba fails: %s", reason)
    return ReferenceEngine(architecture, replace(recipe, engine="reference"), training)


def _compiled(
    architecture: Architecture, recipe: Recipe, training: Dataset, threads: int | None
) -> Engine:
    """The compiled engine, compiled."""
    from chainrule.engine.compiled import CompiledEngine

    engine = CompiledEngine(architecture, recipe, training, threads)
    engine.prepare()
    return engine
