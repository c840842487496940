"""The engine that a recipe asks for."""

from __future__ import annotations

import logging

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Engine
from chainrule.engine.reference import ReferenceEngine
from chainrule.errors import MissingLibraryError
from chainrule.network.architecture import Architecture
from chainrule.recipe import Recipe

__all__ = ["make_engine"]

_LOG = logging.getLogger("chainrule")


def make_engine(architecture: Architecture, recipe: Recipe, training: Dataset) -> Engine:
    """The engine that recipe.engine names, ready for one training.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: with its seed.
        training: the examples to learn from; they fit the architecture.

    Raises: MissingLibraryError where the compiled engine is asked for without Numba.
    """
    if recipe.engine == "reference":
        return ReferenceEngine(architecture, recipe, training)
    try:
        from chainrule.engine.compiled import CompiledEngine
        from chainrule.kernels.compiling import is_compiled
    except ImportError as error:
        raise MissingLibraryError(
            "train",
            expected="Numba, which the compiled engine needs",
            got=str(error),
            remedy="Install it by: pip install 'chainrule[compiled]'; or take engine 'reference'",
            argument="engine",
            value=recipe.engine,
        ) from None
    if not is_compiled():
        _LOG.info("The kernels are compiled, this once: about 10 s.")
    return CompiledEngine(architecture, recipe, training)
