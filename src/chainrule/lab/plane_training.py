"""The training behind the room Plane."""

from __future__ import annotations

from chainrule.lab.plane_points import PlaneData, make_data
from chainrule.lab.plane_settings import PlaneSettings
from chainrule.lab.seekable_training import ENDLESS, SeekableTraining, SeekableTrainings
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import prepare_training

__all__ = ["PlaneTraining", "PlaneTrainings"]


class PlaneTraining(SeekableTraining):
    """One training, by the points, network and recipe of the settings.

    Args:
        settings: how many updates are done does not matter.

    Raises: as `make_data` and `prepare_training`.
    """

    def __init__(self, settings: PlaneSettings) -> None:
        self.data: PlaneData = make_data(settings)
        setup = prepare_training(
            _make_network(settings),
            self.data.training,
            _make_recipe(settings),
            self.data.test,
            threads=1,
        )
        super().__init__(setup)


def _make_network(settings: PlaneSettings) -> Network:
    outputs = settings.classes if settings.classifies else 1
    last = "softmax" if settings.classifies else "identity"
    layers = [len(settings.features), *settings.hidden, outputs]
    return Network.create(layers, [*settings.activations, last], seed=settings.seed)


def _make_recipe(settings: PlaneSettings) -> Recipe:
    return Recipe(
        cost="categorical_cross_entropy" if settings.classifies else "half_squared_error",
        optimiser=settings.optimiser,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        l1=settings.l1,
        l2=settings.l2,
        seed=settings.seed,
        epochs=ENDLESS,
        engine="reference",  # networks so small gain nothing by compiling, which takes seconds
        scaling="none",
        target_scaling="none",
    )


class PlaneTrainings(SeekableTrainings[PlaneSettings, PlaneTraining]):
    """The trainings of the room that were looked at last."""

    def __init__(self) -> None:
        super().__init__(PlaneTraining)
