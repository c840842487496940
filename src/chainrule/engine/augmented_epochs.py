"""The training set as an epoch sees it: each epoch has other copies of its images."""

from __future__ import annotations

import importlib.util
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Augmentation, Dataset, augment, augment_reference, mixup_partners
from chainrule.equations.mixing import mixed
from chainrule.limits import limits_of
from chainrule.recipe import Recipe

__all__ = ["AugmentedEpochs", "Mixing", "augmentation_from_recipe"]

Array = NDArray[Any]
Mixing = tuple[NDArray[np.int64], NDArray[np.float64]]
"""The partner of each example, and the share of the example itself."""

_ROWS = 8192
"""Rows mixed at once, which bounds the memory."""


def augmentation_from_recipe(recipe: Recipe) -> Augmentation:
    """The recipe's distortions of the training set."""
    names = [name for name, limit in limits_of(recipe).items() if limit.group == "augmentation"]
    return Augmentation(**{name: getattr(recipe, name) for name in names})


@dataclass(eq=False)
class AugmentedEpochs:
    """A training set and its copies.

    While an epoch goes on, a thread makes the copies of the next one.

    Args:
        dataset: the training set.
        recipe: with its seed.
        threads: how many make the copies of an epoch that nothing was made for yet.
    """

    dataset: Dataset
    recipe: Recipe
    threads: int = 1
    _made: dict[int, Dataset] = field(default_factory=dict, init=False)
    _coming: dict[int, Future[Dataset]] = field(default_factory=dict, init=False)

    @cached_property
    def _how(self) -> Augmentation:
        return augmentation_from_recipe(self.recipe)

    @property
    def changes(self) -> bool:
        """Whether epochs differ."""
        return self._how.changes

    def of(self, epoch: int) -> Dataset:
        """The training set as an epoch, from 0, sees it; that of the last two is kept."""
        if not self.changes:
            return self.dataset
        if epoch not in self._made:
            coming = self._coming.pop(epoch, None)
            made = self._copies(epoch, self.threads) if coming is None else coming.result()
            self._made = {**{e: d for e, d in self._made.items() if e == epoch - 1}, epoch: made}
        return self._made[epoch]

    def foresee(self, epoch: int) -> None:
        """Begin to make the copies of an epoch, on a thread beside the training."""
        if not self.changes or epoch in self._made or epoch in self._coming:
            return
        coming: Future[Dataset] = Future()
        self._coming = {epoch: coming}
        thread = threading.Thread(target=self._fulfil, args=(coming, epoch), daemon=True)
        thread.start()

    def _fulfil(self, coming: Future[Dataset], epoch: int) -> None:
        try:
            coming.set_result(self._copies(epoch, 1))
        except BaseException as error:
            coming.set_exception(error)

    def mixup_partners(self, epoch: int) -> Mixing | None:
        """Who is mixed with whom in an epoch; None where nobody is."""
        if not self._how.mixup:
            return None
        return mixup_partners(len(self.dataset), self._how, seed=self._seed, epoch=epoch)

    @property
    def _seed(self) -> int:
        assert self.recipe.seed is not None, "Recipe.with_seed comes first"
        return self.recipe.seed

    def _distorted(self, epoch: int, threads: int) -> Array:
        """The distorted inputs; by the law, slowly, where there is no Numba."""
        given = (self.dataset.inputs, self.dataset.shape, self._how)
        if importlib.util.find_spec("numba") is None:
            return augment_reference(*given, seed=self._seed, epoch=epoch)
        return augment(*given, seed=self._seed, epoch=epoch, threads=threads)

    def _copies(self, epoch: int, threads: int) -> Dataset:
        dataset, inputs = self.dataset, self.dataset.inputs
        if self._how.distorts:
            inputs = self._distorted(epoch, threads)
        pairs = self.mixing(epoch)
        return replace(dataset, inputs=inputs if pairs is None else _mixed(inputs, pairs))


def _mixed(inputs: Array, pairs: Mixing) -> Array:
    """[X8] λ x + (1 - λ) x_partner, in the inputs' own type."""
    partners, shares = pairs
    made = np.empty_like(inputs)
    for start in range(0, len(inputs), _ROWS):
        rows = slice(start, start + _ROWS)
        share = shares[rows].astype(np.float32 if inputs.itemsize < 8 else np.float64)
        block = mixed(inputs[rows], inputs[partners[rows]], share)
        made[rows] = np.rint(block) if made.dtype == np.uint8 else block
    return made
