"""The presets, trained and judged: writes docs/recipes.md.

    python benchmarks/recipes.py [--write] [--seeds 5] [--only NAME,NAME]
                                 [--fashion FOLDER [--fashion-only]]

Each preset is trained on the 60,000 training images of MNIST once a seed, one training after the
other, by as many threads as there are processors, and judged by the 10,000 test images at its end.
No test image was used to choose a preset. Presets for 784 inputs and 10 classes are also trained on
Fashion-MNIST, as they are, where its folder is named.

Figures of presets that are not measured now are kept as they were. --write puts them into
src/chainrule/presets/measured.json and docs/recipes.md, preset by preset; else they are only
printed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import chainrule as cr
from chainrule.engine.augmented_epochs import augmentation_from_recipe
from chainrule.network.parameters import Layout
from chainrule.presets import preset, preset_description, preset_names
from chainrule.training.computing_conditions import versions

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "src" / "chainrule" / "presets" / "measured.json"
PAGE = ROOT / "docs" / "recipes.md"
ON_FASHION = ("fast", "balanced", "best")


def prepared(settings: dict[str, Any], seed: int) -> tuple[cr.Network, cr.Recipe]:
    """The network and the recipe that a preset's settings stand for."""
    described = {name: settings.pop(name) for name in list(settings) if name in _NETWORK}
    layers, activation = described.pop("layers"), described.pop("activation")
    network = cr.Network.create(layers, activation, seed=seed, **described)
    return network, cr.Recipe.from_dict({**settings, "seed": seed})


_NETWORK = (
    "layers",
    "activation",
    "output_activation",
    "initialiser",
    "initialiser_low",
    "initialiser_high",
    "initialiser_deviation",
    "bias_initialiser",
    "biases",
    "dtype",
)


VIEWS = 16


def trained(
    name: str,
    data: cr.DatasetPair,
    seeds: Sequence[int],
    networks: list[cr.Network] | None = None,
) -> dict[str, Any]:
    """What comes of a preset, seed by seed; the networks are added to the list."""
    accuracies, seconds, parameters, size = [], [], 0, 0
    for seed in seeds:
        network, recipe = prepared(preset(name), seed)
        run = cr.train(network, data.train, recipe)
        report = cr.evaluate(run.network, data.test)
        assert report.accuracy is not None, "digits are classes"
        accuracies.append(report.accuracy)
        seconds.append(round(run.seconds, 2))
        parameters = Layout(run.network.architecture).size
        size = bytes_of(run.network)
        if networks is not None:
            networks.append(run.network)
        print(f"{name} seed {seed}: {report.accuracy:.4f} in {run.seconds:.1f} s", file=sys.stderr)
    figures = {"accuracies": accuracies, "seconds": seconds, "seeds": list(seeds)}
    sizes = {"parameters": parameters, "bytes": size, "examples": len(data.train)}
    return {**figures, **sizes, "date": f"{date.today():%Y-%m-%d}"}


def voted(networks: Sequence[cr.Network], test: cr.Dataset) -> dict[str, Any]:
    """What the networks of the preset best answer together, and for distorted copies."""
    how = augmentation_from_recipe(prepared(preset("best"), 0)[1])
    viewed = partial(cr.vote, dataset=test, views=VIEWS, augmentation=how)
    return {
        **viewed(networks).to_dict(),
        "date": f"{date.today():%Y-%m-%d}",
        "ensemble": cr.vote(networks, test).accuracy,
        "viewed": [viewed([one]).accuracy for one in networks],
    }


def bytes_of(network: cr.Network) -> int:
    """Bytes of the network's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.safetensors"
        network.save(path)
        return path.stat().st_size


def measured(
    names: Sequence[str], seeds: int, fashion: str | None, *, digits_too: bool
) -> Iterator[dict[str, Any]]:
    """The figures of all presets, after each of the names that is measured anew."""
    kept: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    machine = {"processors": os.cpu_count(), "machine": platform.machine(), **versions()}
    parts = {part: kept.get(part, {}) for part in ("presets", "fashion", "together")}
    found: dict[str, Any] = {"machine": machine, **parts}
    if not names:  # the page anew, from what is on record
        yield found
    digits = cr.load_dataset("mnist")
    clothes = None if fashion is None else cr.load_dataset(fashion)
    for name in names:
        networks: list[cr.Network] = []
        if digits_too:
            found["presets"][name] = trained(name, digits, range(seeds), networks)
            if name == "best":
                found["together"] = voted(networks, digits.test)
            yield found
        if clothes is not None and name in ON_FASHION:
            found["fashion"][name] = trained(name, clothes, range(min(3, seeds)))
            yield found


def percents(values: Sequence[float]) -> str:
    """Median, least and greatest of some shares."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.2%} ({low:.2%} to {high:.2%})"


def seconds_text(values: Sequence[float]) -> str:
    """Median, least and greatest of some times."""
    digits = 1 if statistics.median(values) >= 1 else 2
    shown = (statistics.median(values), min(values), max(values))
    middle, least, greatest = (f"{value:.{digits}f}" for value in shown)
    return f"{middle} ({least} to {greatest})"


def page(figures: dict[str, Any]) -> str:
    """docs/recipes.md."""
    lines = [
        "# Preset recipes",
        "",
        "`chainrule train DATA --preset NAME` trains with a preset; `--list-presets` lists them.",
        "Flags of `chainrule train` override single settings. The files are in",
        "[src/chainrule/presets](../src/chainrule/presets).",
        "",
        "Accuracies are medians (least to greatest) over seeds, on the 10,000 test images, which",
        "were not used to choose any setting. Times are those of the training alone, on "
        f"{figures['machine']['processors']} {figures['machine']['machine']} processors.",
        "",
        "| preset | for | network | parameters | KiB | seeds | MNIST test accuracy | seconds | "
        "on |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(name, figures["presets"].get(name)) for name in preset_names()),
        "",
        "The same recipes, unchanged, on Fashion-MNIST:",
        "",
        "| preset | seeds | test accuracy | seconds | on |",
        "|---|---|---|---|---|",
        *(_short_row(name, found) for name, found in sorted(figures["fashion"].items())),
        "",
        *together(figures.get("together", {})),
        "The tables above are written by `python benchmarks/recipes.py --write --fashion FOLDER`.",
        "",
        "## The effect of each part",
        "",
        ablations(),
        "",
    ]
    return "\n".join(lines)


def together(found: dict[str, Any]) -> list[str]:
    """What several networks of the preset best, and several views of an image, add."""
    if not found:
        return []
    low, high = found["interval"]
    words = (
        "Several networks can vote. The {networks} networks of the preset best together, each\n"
        "also on {views} distorted copies of each image, classify {accuracy:.2%} of the test\n"
        "images correctly (Wilson 95 % interval {low:.2%} to {high:.2%}). Each network alone on\n"
        "these copies reaches {viewed}; all together without copies, {ensemble:.2%}\n"
        "(measured on {date})."
    )
    return [words.format(low=low, high=high, **{**found, "viewed": percents(found["viewed"])}), ""]


def ablations() -> str:
    """The part of the page that benchmarks/ablations.py makes, and what follows it, as they are."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    begin, end = "<!-- begin: benchmarks/ablations.py -->", "<!-- end: benchmarks/ablations.py -->"
    if begin not in page:
        return f"{begin}\n{end}"
    return page[page.index(begin) :].rstrip("\n")


def _row(name: str, found: dict[str, Any] | None) -> str:
    layers = "-".join(map(str, preset(name)["layers"]))
    if found is None:
        return f"| {name} | {preset_description(name)} | {layers} | | | | not measured | | |"
    size, seeds = f"{found['bytes'] / 1024:,.0f}", len(found["seeds"])
    figures = _figures(found)
    start = f"| {name} | {preset_description(name)} | {layers} | {found['parameters']:,} | {size}"
    return f"{start} | {seeds} | {figures} |"


def _figures(found: dict[str, Any]) -> str:
    return f"{percents(found['accuracies'])} | {seconds_text(found['seconds'])} | {found['date']}"


def _short_row(name: str, found: dict[str, Any]) -> str:
    figures = _figures(found)
    return f"| {name} | {len(found['seeds'])} | {figures} |"


def main() -> int:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default=",".join(preset_names()))
    parser.add_argument("--fashion")
    parser.add_argument("--fashion-only", action="store_true")
    given = parser.parse_args()
    names = [name for name in given.only.split(",") if name]
    on = {"fashion": given.fashion, "digits_too": not given.fashion_only}
    for figures in measured(names, given.seeds, **on):
        if given.write:
            FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
            PAGE.write_text(page(figures))
    print(page(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
