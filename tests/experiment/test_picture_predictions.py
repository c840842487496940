"""Pictures for networks that learned from images of all kinds: predict agrees with evaluate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import chainrule as cr
from chainrule.data import load_dataset
from chainrule.errors import DataError
from chainrule.experiment import open_run

DIGITS = load_dataset("mnist").train
IMAGES = DIGITS.inputs.reshape(-1, 28, 28)


def learn(pair, *, epochs: int = 15) -> None:
    """Train a network on the training part and leave it in network.safetensors."""
    network = cr.Network.create([pair.train.features, 32, pair.train.outputs], seed=0)
    recipe = cr.Recipe(
        cost="categorical_cross_entropy",
        optimiser="adam",
        learning_rate=0.002,
        epochs=epochs,
        seed=0,
        engine="reference",
    )
    cr.train(network, pair.train, recipe).network.save("network.safetensors")


def write(images: np.ndarray, folder: str, *, first: int = 0, suffix=".png", **options) -> None:
    """Write digits 0, 1 and 7 into class folders; the images are MNIST's from `first` on."""
    written = 0
    for row, image in enumerate(images, first):
        label = int(DIGITS.targets[row])
        if label in (0, 1, 7):
            place = Path(folder) / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{row}{suffix}", **options)
            written += 1
    assert written > 50


def share_right(files: list[Path]) -> float:
    answers = open_run("network.safetensors").predict(list(map(str, files)))
    right = [one.answer == path.parent.name for one, path in zip(answers, files, strict=True)]
    return float(np.mean(right))


def transparent(images: np.ndarray) -> np.ndarray:
    """Black ink on nothing."""
    inks = np.zeros((*images.shape, 4), np.uint8)
    inks[..., 3] = images
    return inks


@pytest.mark.parametrize(
    ("make", "suffix", "options"),
    [
        (lambda images: images, ".png", {}),
        (lambda images: 255 - images, ".png", {}),
        (lambda images: 255 - images, ".jpg", {"quality": 90}),
        (lambda images: 255 - images, ".webp", {"lossless": True}),
        (transparent, ".png", {}),
    ],
)
def test_predict_is_as_right_as_evaluate_on_the_training_files(make, suffix, options) -> None:
    write(make(IMAGES[:500]), "own", suffix=suffix, **options)
    pair = load_dataset("own")
    learn(pair)
    network = cr.Network.load("network.safetensors")
    files = sorted(Path("own").rglob(f"*{suffix}"))
    both = [cr.evaluate(network, part) for part in (pair.train, pair.test)]
    right = sum(round(one.accuracy * one.examples) for one in both)
    assert right / len(files) > 0.95
    assert abs(share_right(files) - right / len(files)) <= 2 / len(files)


@pytest.mark.parametrize("learned_dark", [False, True])
def test_pictures_of_the_other_polarity_are_understood(learned_dark) -> None:
    write(255 - IMAGES[:500] if learned_dark else IMAGES[:500], "own")
    write(IMAGES[500:800] if learned_dark else 255 - IMAGES[500:800], "others", first=500)
    learn(load_dataset("own"))
    assert share_right(sorted(Path("others").rglob("*.png"))) > 0.85
    report = open_run("network.safetensors").evaluate("others", part="all")
    assert report.accuracy > 0.85
    assert "inverted" in report.data


def test_photos_turned_by_their_notes_are_learned_and_predicted_upright() -> None:
    note = Image.Exif()
    note[0x0112] = 6
    turned = np.rot90(255 - IMAGES[:500], 1, axes=(1, 2))
    write(np.ascontiguousarray(turned), "turned", exif=note)
    write(255 - IMAGES[:500], "upright")
    learn(load_dataset("turned"))
    network = cr.Network.load("network.safetensors")
    upright = load_dataset("upright")
    np.testing.assert_array_equal(load_dataset("turned").train.inputs, upright.train.inputs)
    assert share_right(sorted(Path("turned").rglob("*.png"))) > 0.95
    assert cr.evaluate(network, upright.test).accuracy > 0.85


def test_a_network_of_small_digits_understands_its_own_and_larger_ones() -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    np.savez("small.npz", x=digits.images, y=digits.target)
    learn(load_dataset("small.npz"), epochs=20)
    levels, names = digits.images.astype(np.uint8), digits.target
    for folder, factor in (("levels", 1), ("bytes", 15)):
        for row in range(150):
            place = Path(folder) / str(names[row])
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(levels[row] * np.uint8(factor)).save(place / f"{row}.png")
    assert share_right(sorted(Path("levels").rglob("*.png"))) > 0.95
    assert share_right(sorted(Path("bytes").rglob("*.png"))) > 0.95
    write(IMAGES[:300], "mnist")
    assert share_right(sorted(Path("mnist").rglob("*.png"))[::3]) > 0.5


def test_a_network_of_rows_takes_pictures_as_squares() -> None:
    few = np.flatnonzero(np.isin(DIGITS.targets[:500], (0, 1, 7)))
    np.savez("rows.npz", x=DIGITS.inputs[few], y=DIGITS.targets[few])
    learn(load_dataset("rows.npz"))
    Image.fromarray(255 - IMAGES[1]).save("nought.png")
    (found,) = open_run("network.safetensors").predict("nought.png")
    assert found.answer == "0"
    assert found.remarks[0] == "The network's inputs were taken for an image of 28 x 28."


def test_networks_of_colours_and_of_tables_refuse_pictures() -> None:
    Image.fromarray(IMAGES[0]).save("five.png")
    colours = np.repeat(IMAGES[:60, ..., None], 3, axis=3)
    np.savez("colours.npz", x=colours, y=DIGITS.targets[:60])
    learn(load_dataset("colours.npz"), epochs=1)
    with pytest.raises(DataError) as caught:
        open_run("network.safetensors").predict("five.png")
    assert str(caught.value) == (
        "five.png: expected a table of 2352 numbers a row, got a picture. The network learned "
        "from inputs of shape (28, 28, 3); pictures are read as grey images."
    )
    network = cr.Network.create([2, 2], seed=0)
    network.save("network.safetensors")
    with pytest.raises(DataError, match="expected a table of 2 numbers a row, got a picture"):
        open_run("network.safetensors").predict("five.png")


@pytest.mark.parametrize("scale", [1 / 255, 1.0])
def test_images_given_as_arrays_have_a_form_too(scale) -> None:
    few = np.flatnonzero(np.isin(DIGITS.targets[:500], (0, 1, 7)))
    inputs = 255 - IMAGES[few] if scale < 1 else 1 - IMAGES[few] / np.float32(255)
    dataset = cr.Dataset(inputs, DIGITS.targets[few], scale=scale)
    network = cr.Network.create([784, 16, 8], seed=0)
    recipe = cr.Recipe(
        cost="categorical_cross_entropy", optimiser="adam", epochs=15, seed=0, engine="reference"
    )
    trained = cr.train(network, dataset, recipe).network
    trained.save("network.safetensors")
    Image.fromarray(255 - IMAGES[1]).save("nought.png")
    (found,) = open_run("network.safetensors").predict("nought.png")
    assert found.remarks == ()
    due = trained.predict(np.asarray(dataset.scaled_inputs([list(few).index(1)], np.float32)))[0]
    assert found.outputs[0].value == pytest.approx(float(due.max()), abs=1e-6)
    assert trained.schema.image.polarity == "dark on light"


def test_small_arrays_are_no_images() -> None:
    dataset = cr.Dataset(np.random.default_rng(0).random((30, 4, 9)), np.arange(30) % 2)
    trained = cr.train(cr.Network.create([36, 2], seed=0), dataset, cr.Recipe(epochs=1, seed=0))
    assert trained.network.schema is None
