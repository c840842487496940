"""The preset best beside its recipe in PyTorch: seconds per epoch, images distorted per second.

    python benchmarks/craft.py [--rounds 3] [--epochs 3] [--threads 2]

Needs PyTorch beside chainrule. Each peer runs in a process of its own, in turn, as many rounds as
are asked for: 784-1024-1024-10 on the 60,000 images of MNIST, batches of 256, the images shifted,
turned, zoomed, sheared and bent anew in each epoch, batch normalisation, dropout, AdamW, one cycle
of the rate, and a running average of the weights over the last 40 % of the steps. PyTorch distorts
2,048 images at a time by one grid_sample, its update is fused, its average one foreach operation;
two cores are busy with either. Loading, compiling and first batches come before the clock. The
numbers drawn differ, so the accuracies agree as those of two seeds do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.data.augmentation import augment
from chainrule.engine.augmented_epochs import augmentation_from_recipe
from chainrule.presets import preset

PEERS = ("chainrule", "pytorch")
CHUNK = 2048


@dataclass(frozen=True)
class Asked:
    """How long, and how broad."""

    epochs: int
    threads: int


def recipe_of(epochs: int) -> tuple[cr.Network, cr.Recipe]:
    """The preset with other epochs."""
    settings = {**preset("best"), "epochs": epochs, "seed": 0}
    layers, activation = settings.pop("layers"), settings.pop("activation")
    return cr.Network.create(layers, activation, seed=0), cr.Recipe.from_dict(settings)


def chainrule(asked: Asked) -> dict[str, float]:
    """chainrule's seconds."""
    digits = cr.load_dataset("mnist")
    network, recipe = recipe_of(asked.epochs)
    warm = digits.train.subset(slice(2560))
    cr.train(network, warm, recipe.replaced(epochs=1), threads=asked.threads)
    run = cr.train(network, digits.train, recipe, threads=asked.threads)
    report = cr.evaluate(run.network, digits.test)
    assert report.accuracy is not None, "digits are classes"
    how, train = augmentation_from_recipe(recipe), digits.train
    out = np.empty_like(train.inputs)
    begun = time.perf_counter()
    augment(train.inputs, (28, 28), how, seed=0, epoch=9, threads=asked.threads, out=out)
    distorting = time.perf_counter() - begun
    return _told(run.seconds, asked.epochs, distorting, len(train), report.accuracy)


def pytorch(asked: Asked) -> dict[str, float]:
    """PyTorch's seconds."""
    import torch

    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    digits, (_, recipe) = cr.load_dataset("mnist"), recipe_of(asked.epochs)
    images = torch.from_numpy(digits.train.inputs.astype(np.float32) / 255).view(-1, 1, 28, 28)
    labels = torch.from_numpy(digits.train.targets.astype(np.int64))
    _torch_epochs(torch, recipe, images[:5120], labels[:5120], 1)
    begun = time.perf_counter()
    average = _torch_epochs(torch, recipe, images, labels, asked.epochs)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in _torch_copies(torch, recipe, images):
        pass
    distorting = time.perf_counter() - begun
    test = torch.from_numpy(digits.test.inputs.astype(np.float32) / 255)
    with torch.no_grad():
        right = average(test).argmax(1).numpy() == digits.test.targets
    return _told(seconds, asked.epochs, distorting, len(images), float(right.mean()))


def _torch_epochs(torch: Any, recipe: cr.Recipe, images: Any, labels: Any, epochs: int) -> Any:
    """Train, and give the averaged network with statistics of its own."""
    nn = torch.nn
    assert recipe.dropout is not None, "the preset has dropout"
    hidden = [
        part
        for fan_in in (784, 1024)
        for part in (
            nn.Linear(fan_in, 1024, bias=False),
            nn.BatchNorm1d(1024),
            nn.ReLU(),
            nn.Dropout(recipe.dropout[0]),
        )
    ]
    network = nn.Sequential(*hidden, nn.Linear(1024, 10))
    adamw = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    steps = epochs * -(-len(images) // recipe.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adamw, recipe.learning_rate, total_steps=steps)
    decay = torch.optim.swa_utils.get_ema_multi_avg_fn(recipe.averaging_decay)
    average: Any = None
    done = 0
    for _ in range(epochs):
        copies = torch.cat(list(_torch_copies(torch, recipe, images)))
        order = torch.randperm(len(images))
        for rows in order.split(recipe.batch_size):
            adamw.zero_grad()
            torch.nn.functional.cross_entropy(network(copies[rows]), labels[rows]).backward()
            adamw.step()
            schedule.step()
            done += 1
            if done >= recipe.averaging_start * steps:
                if average is None:
                    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=decay)
                average.update_parameters(network)
    torch.optim.swa_utils.update_bn(copies[:8192].split(2048), average)
    average.train(mode=False)
    return average


def _torch_copies(torch: Any, recipe: cr.Recipe, images: Any) -> Iterator[Any]:
    """Distorted copies of all images, (2048, 784) at a time."""
    for chunk in images.split(CHUNK):
        grid = _torch_affine(torch, recipe, len(chunk)) + _torch_field(torch, recipe, len(chunk))
        moved = torch.nn.functional.grid_sample(chunk, grid, align_corners=False)
        yield moved.view(len(chunk), -1)


def _torch_affine(torch: Any, recipe: cr.Recipe, n: int) -> Any:
    def drawn(strength: float) -> Any:
        return (2 * torch.rand(n) - 1) * strength

    turn, shear = drawn(np.pi * recipe.rotation / 180), drawn(recipe.shear)
    tall, wide = 1 / (1 + drawn(recipe.zoom)), 1 / (1 + drawn(recipe.zoom))
    cos, sin = torch.cos(turn), torch.sin(turn)
    down, right = drawn(recipe.shift / 14), drawn(recipe.shift / 14)
    across = torch.stack([wide * cos, wide * (shear * cos - sin), right], 1)
    upward = torch.stack([tall * sin, tall * (shear * sin + cos), down], 1)
    matrix = torch.stack([across, upward], 1)
    return torch.nn.functional.affine_grid(matrix, [n, 1, 28, 28], align_corners=False)


def _torch_field(torch: Any, recipe: cr.Recipe, n: int) -> Any:
    """[X2] The elastic field: smoothing by two small matrix products."""
    at = torch.arange(28.0)
    whole = torch.exp(-0.5 * (torch.arange(-40.0, 41.0) / recipe.elastic_smoothness) ** 2).sum()
    bell = torch.exp(-0.5 * ((at[:, None] - at) / recipe.elastic_smoothness) ** 2) / whole
    white = 2 * torch.rand(n, 2, 28, 28) - 1
    return (bell @ white @ bell * (recipe.elastic / 14)).permute(0, 2, 3, 1)


def _told(
    seconds: float, epochs: int, distorting: float, images: int, accuracy: float
) -> dict[str, float]:
    return {
        "seconds_an_epoch": seconds / epochs,
        "images_a_second": images / distorting,
        "accuracy": accuracy,
    }


def measured(asked: Asked, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Each peer's figures, round by round."""
    found: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
    for at in range(rounds):
        for peer in PEERS if at % 2 == 0 else PEERS[::-1]:
            asking = [
                "--peer",
                peer,
                "--epochs",
                str(asked.epochs),
                "--threads",
                str(asked.threads),
            ]
            done = subprocess.run(
                [sys.executable, __file__, *asking], stdout=subprocess.PIPE, check=True
            )
            found[peer].append(json.loads(done.stdout))
            print(peer, found[peer][-1], file=sys.stderr)
    return found


def table(found: dict[str, list[dict[str, float]]]) -> str:
    """The figures as Markdown: medians, least and greatest."""
    formats = {"seconds_an_epoch": "{:.2f}", "images_a_second": "{:,.0f}", "accuracy": "{:.2%}"}
    lines = [
        "| peer | seconds per epoch | images distorted per second | test accuracy |",
        "|---|---|---|---|",
    ]
    for peer, rounds in found.items():
        cells = []
        for name, form in formats.items():
            values = [one[name] for one in rounds]
            shown = (statistics.median(values), min(values), max(values))
            cells.append("{} ({} to {})".format(*map(form.format, shown)))
        lines.append(f"| {peer} | {' | '.join(cells)} |")
    pairs = zip(found["pytorch"], found["chainrule"], strict=True)
    ratios = [theirs["seconds_an_epoch"] / ours["seconds_an_epoch"] for theirs, ours in pairs]
    return "\n".join(
        [*lines, "", f"Ratio of the rounds' seconds: {statistics.median(ratios):.2f}."]
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer", choices=PEERS, help="this one alone, once, as JSON")
    given = parser.parse_args()
    asked = Asked(given.epochs, given.threads)
    if given.peer is not None:
        print(json.dumps({"chainrule": chainrule, "pytorch": pytorch}[given.peer](asked)))
        return 0
    print(table(measured(asked, given.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
