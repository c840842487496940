"""Ask a network about a picture of a handwritten digit, and see how the picture was prepared.

python examples/predict_picture.py [photo.png]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import chainrule as cr


def draw_seven(path: Path) -> None:
    """Draw a 7 in dark ink on light paper, as a camera may see it: too large and off the middle."""
    page = np.full((240, 200), 225, np.uint8)
    page[60:72, 50:130] = 40
    for row in range(60, 180):
        column = round(130 - 0.45 * (row - 60))
        page[row, column - 12 : column] = 40
    Image.fromarray(page).save(path)


def main(picture: str = "", epochs: int = 3) -> None:
    """Train a network on MNIST, then read a picture with it."""
    if not picture:
        picture = "seven.png"
        draw_seven(Path(picture))
    digits = cr.load_dataset("mnist")
    network = cr.Network.create([784, 64, 10], activation="sigmoid", seed=0)
    recipe = cr.Recipe(
        cost="categorical_cross_entropy",
        optimiser="adam",
        learning_rate=0.003,
        epochs=epochs,
        seed=0,
    )
    run = cr.train(network, digits.train, recipe)

    preparation = cr.prepare(cr.read_picture(picture))
    for stage in preparation.stages:
        print(f"{stage.name}: {stage.sentence}")
    outputs = run.network.predict(preparation.image.reshape(1, -1))
    print("the network reads:", int(outputs.argmax()))


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "")
