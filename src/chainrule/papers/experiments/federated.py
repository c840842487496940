"""four-detector's outlook: federated learning, in which only weights leave a device, not images.

In each round every client trains the common network on its own images, and the network becomes the
mean of theirs, weighted by their numbers of images: McMahan et al. (2017), *Communication-Efficient
Learning of Deep Networks from Decentralized Data*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chainrule.data import Dataset
from chainrule.documents import Block, Paragraph, Table
from chainrule.evaluation import evaluate
from chainrule.network import Network
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
)
from chainrule.papers.experiments.result_text import mean_text
from chainrule.recipe import Recipe
from chainrule.training import train

__all__ = ["FEDERATED", "average_networks", "deal_images"]

_CLIENTS, _ROUNDS, _SEEDS = 10, 10, 3
_HIDDEN = 16
_SHARINGS = ("all alike", "by digit")


def _measure(options: ExperimentOptions) -> Measurements:
    """The accuracy after each round, by sharing and seed, and of one network with all images."""
    training, test = _four_or_not(options.digits.train), _four_or_not(options.digits.test)
    rounds = options.at_most(_ROUNDS)
    found: dict[str, list[list[float]]] = {name: [] for name in _SHARINGS}
    central, seeds = [], range(options.at_most(_SEEDS))
    for seed in seeds:
        for name in _SHARINGS:
            options.progress(f"federated: {name}, seed {seed}")
            parts = deal_images(options.digits.train.targets, name, seed)
            clients = [training.subset(part) for part in parts]
            found[name].append(_federated_accuracy(clients, test, rounds, seed, options))
        network = _created(training.features, seed)
        run = train(network, training, _recipe(rounds, seed, options))
        central.append(_accuracy(run.network, test))
    size = int(_created(training.features, 0).parameters.nbytes)
    return {"federated": {"rounds": found, "central": central, "bytes": size}}


def _four_or_not(digits: Dataset) -> Dataset:
    fours = (digits.targets == 4).astype(np.int64)
    return replace(digits, targets=fours, class_names=("not a 4", "4"), name=f"{digits.name}: 4?")


def deal_images(digits: np.ndarray, sharing: str, seed: int) -> list[np.ndarray]:
    """Returns the images of each client, as rows of the training set.

    Args:
        digits: the digit of each image, (n,).
        sharing: "all alike" deals them at random; "by digit" gives each client two or three of the
            ten digits, as devices of different people would have them.
        seed: of the dealing.
    """
    order = np.random.default_rng([seed, 7]).permutation(len(digits))
    if sharing == "all alike":
        return np.array_split(order, _CLIENTS)
    by_digit = order[np.argsort(digits[order], kind="stable")]
    halves = np.array_split(by_digit, 2 * _CLIENTS)
    return [np.concatenate(halves[k::_CLIENTS]) for k in range(_CLIENTS)]


def _federated_accuracy(
    clients: Sequence[Dataset], test: Dataset, rounds: int, seed: int, options: ExperimentOptions
) -> list[float]:
    """The test accuracy of the common network after each round."""
    common, reached = _created(test.features, seed), []
    sizes = [len(one) for one in clients]
    for number in range(rounds):
        trained = [
            train(common, one, _recipe(1, 1000 * seed + number, options)).network for one in clients
        ]
        common = average_networks(trained, sizes)
        reached.append(_accuracy(common, test))
    return reached


def average_networks(networks: Sequence[Network], sizes: Sequence[int]) -> Network:
    """Returns the network whose parameters are the mean of others', weighted by numbers of images.

    Args:
        networks: of one architecture.
        sizes: the images that each has learned from.
    """
    shares = np.array(sizes, np.float64) / sum(sizes)
    mean = sum(
        share * one.parameters.astype(np.float64)
        for share, one in zip(shares, networks, strict=True)
    )
    return networks[0].with_parameters(np.asarray(mean, networks[0].parameters.dtype))


def _created(features: int, seed: int) -> Network:
    return Network.create([features, _HIDDEN, 1], "sigmoid", seed=seed)


def _recipe(epochs: int, seed: int, options: ExperimentOptions) -> Recipe:
    return Recipe(
        cost="binary_cross_entropy",
        optimiser="sgd",
        learning_rate=0.5,
        batch_size=10,
        epochs=epochs,
        engine=options.engine,
        seed=seed,
    )


def _accuracy(network: Network, test: Dataset) -> float:
    accuracy = evaluate(network, test).accuracy
    assert accuracy is not None, "digits are classes"
    return accuracy


def _report(measured: Measurements) -> list[Block]:
    found = measured["federated"]
    rounds = len(found["rounds"][_SHARINGS[0]][0])
    shown = sorted({1, 2, 5, rounds} & set(range(1, rounds + 1)))
    rows = [
        (
            f"ten clients, {name}",
            *(mean_text([one[number - 1] for one in found["rounds"][name]]) for number in shown),
        )
        for name in _SHARINGS
    ]
    rows.append(
        ("one network with all images", *[""] * (len(shown) - 1), mean_text(found["central"]))
    )
    return [
        Paragraph(
            "The paper would look at federated learning and learning on devices. Its question, is "
            "it a 4, by a detector 784-16-1 with cross-entropy: ten clients share the training "
            "images, each trains the common network by one pass over its own, and the means of "
            f"their weights are the next one. {len(found['central'])} seeds:"
        ),
        Table("", ("", *(f"round {number}" for number in shown)), tuple(rows)),
        Paragraph(
            f"No image leaves its client; {found['bytes'] / 1024:.0f} KiB of weights do, once a "
            "round. If all have the same kind of images, the mean comes close to the network that "
            "has seen them all; if each has two or three digits, most clients see no 4, learn to "
            "say no, and the mean says no as well for several rounds. A network of that size is a "
            "file that any device can hold."
        ),
    ]


FEDERATED = ExperimentSet(
    experiments=(
        PaperExperiment("federated", "a detector of 4s learned by ten clients together", _measure),
    ),
    sections=(ReportSection("Federated learning", ("federated",), _report),),
)
"""The experiment on four-detector's outlook."""
