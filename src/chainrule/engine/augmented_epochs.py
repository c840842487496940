"""The training set as each epoch sees it: with new copies of its images every time."""

from __future__ import annotations

import importlib.util
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Augmentation, Dataset, augment, augment_reference, mixup_partners
from chainrule.equations.mixing import mix
from chainrule.limits import limits_of
from chainrule.recipe import Recipe
from chainrule.threads import thread_count

__all__ = ["AugmentedEpochs", "Mixing", "augmentation_from_recipe"]

Array = NDArray[Any]


class Mixing(NamedTuple):
    """Which examples an epoch mixes, and how [X7].

    Args:
        partners: the example that each example is mixed with, (n,).
        weights: the weight of the example itself in the mixture, ½ to 1, (n,).
    """

    partners: NDArray[np.int64]
    weights: NDArray[np.float64]


_ROWS = 8192
"""Rows mixed at once, which bounds the memory."""


def augmentation_from_recipe(recipe: Recipe) -> Augmentation:
    """The recipe's distortions of the training set."""
    names = [name for name, limit in limits_of(recipe).items() if limit.group == "augmentation"]
    return Augmentation(**{name: getattr(recipe, name) for name in names})


@dataclass(eq=False)
class AugmentedEpochs:
    """The training set as each epoch sees it: with distorted and mixed copies of its examples.

    While an epoch is under way, a thread can make the copies of the next one.

    Args:
        training: the training set.
        recipe: with its seed.
        threads: how many threads make the copies of an epoch that was not prepared; None for
            `thread_count()`.
    """

    training: Dataset
    recipe: Recipe
    threads: int | None = None
    _made: dict[int, Dataset] = field(default_factory=dict, init=False)
    _coming: dict[int, Future[Dataset]] = field(default_factory=dict, init=False)

    @cached_property
    def _augmentation(self) -> Augmentation:
        return augmentation_from_recipe(self.recipe)

    @property
    def changes(self) -> bool:
        """Whether epochs differ."""
        return self._augmentation.changes

    def dataset_of(self, epoch: int) -> Dataset:
        """The training set as an epoch, from 0, sees it; those of the last two epochs are kept."""
        if not self.changes:
            return self.training
        if epoch not in self._made:
            coming = self._coming.pop(epoch, None)
            made = self._augment(epoch, self.threads) if coming is None else coming.result()
            self._made = {**{e: d for e, d in self._made.items() if e == epoch - 1}, epoch: made}
        return self._made[epoch]

    def prepare(self, epoch: int) -> None:
        """Begin to make the copies of an epoch, on a thread beside the training."""
        if not self.changes or epoch in self._made or epoch in self._coming:
            return
        coming: Future[Dataset] = Future()
        self._coming = {epoch: coming}
        thread = threading.Thread(target=self._augment_beside, args=(coming, epoch), daemon=True)
        thread.start()

    def _augment_beside(self, coming: Future[Dataset], epoch: int) -> None:
        try:
            coming.set_result(self._augment(epoch, 1))
        except BaseException as error:
            coming.set_exception(error)

    def mixing(self, epoch: int) -> Mixing | None:
        """Which examples an epoch, from 0, mixes; None without mixup."""
        if not self._augmentation.mixup:
            return None
        n = len(self.training)
        return Mixing(*mixup_partners(n, self._augmentation, seed=self._seed, epoch=epoch))

    @property
    def _seed(self) -> int:
        assert self.recipe.seed is not None, "Recipe.with_seed comes first"
        return self.recipe.seed

    def _augment(self, epoch: int, threads: int | None) -> Dataset:
        inputs = self.training.inputs
        if self._augmentation.distorts:
            inputs = self._distort(epoch, threads)
        pairs = self.mixing(epoch)
        if pairs is not None:
            inputs = _mix_inputs(inputs, pairs)
        return replace(self.training, inputs=inputs)

    def _distort(self, epoch: int, threads: int | None) -> Array:
        """The distorted inputs; by the equations in NumPy, slowly, if Numba is missing."""
        given = (self.training.inputs, self.training.shape, self._augmentation)
        if importlib.util.find_spec("numba") is None:
            return augment_reference(*given, seed=self._seed, epoch=epoch)
        threads = thread_count() if threads is None else threads
        return augment(*given, seed=self._seed, epoch=epoch, threads=threads)


def _mix_inputs(inputs: Array, mixing: Mixing) -> Array:
    """[X8] λ x + (1 - λ) x_partner, in the inputs' own type."""
    partners, weights = mixing
    made = np.empty_like(inputs)
    for start in range(0, len(inputs), _ROWS):
        rows = slice(start, start + _ROWS)
        weight = weights[rows].astype(np.float32 if inputs.itemsize < 8 else np.float64)
        block = mix(inputs[rows], inputs[partners[rows]], weight)
        made[rows] = np.rint(block) if made.dtype == np.uint8 else block
    return made
