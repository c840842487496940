"""Reads digits in drawn photographs: several pens and papers, several digits, turned digits.

    .venv/bin/python campaigns/photographs.py > campaigns/results/photographs.json

Each photograph is drawn from a seed: strokes or MNIST test digits, in ink on plain, ruled or
squared paper, with light, grain, a slant and a JPEG's compression. A network trained on MNIST for
`--epochs` epochs reads them. Counted are the photographs read rightly, refused in words, read
wrongly with a remark that says why or at less than 90 %, and read wrongly with 90 % or more and no
such remark.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

import chainrule as cr
from chainrule.training.computing_conditions import versions

Point = tuple[float, float]
Strokes = list[list[Point]]

SIZE = (900, 1200)
"""Width and height of a photograph."""
SURE = 0.9


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """25 points on an ellipse, angles in degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * k / 24) for k in range(25)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


STROKES = {
    "0": [arc(0.5, 0.5, 0.3, 0.45, -90, 270)],
    "1": [[(0.38, 0.2), (0.55, 0.05), (0.55, 0.95)]],
    "2": [[*arc(0.5, 0.28, 0.3, 0.25, -160, 40), (0.2, 0.95), (0.85, 0.95)]],
    "3": [[*arc(0.45, 0.27, 0.3, 0.22, -150, 90), *arc(0.45, 0.72, 0.34, 0.24, -90, 150)]],
    "4": [[(0.65, 0.95), (0.65, 0.05), (0.15, 0.65), (0.9, 0.65)]],
    "5": [[(0.75, 0.05), (0.28, 0.05), (0.25, 0.45), *arc(0.45, 0.67, 0.32, 0.27, -110, 140)]],
    "6": [[(0.62, 0.05), *arc(0.5, 0.68, 0.28, 0.27, 190, 550)]],
    "7": [[(0.15, 0.08), (0.85, 0.08), (0.4, 0.95)]],
    "8": [arc(0.5, 0.28, 0.22, 0.22, 90, 450) + arc(0.5, 0.72, 0.28, 0.24, -90, 270)],
    "9": [[*arc(0.5, 0.3, 0.26, 0.24, 10, 370), (0.74, 0.5), (0.66, 0.95)]],
}


class Box(NamedTuple):
    """Where a digit is written, in pixels."""

    left: float
    top: float
    height: int


@dataclass(frozen=True)
class Scene:
    """One photograph.

    Args:
        text: the digits, from left to right.
        written: "strokes", or "mnist": digits of its test set.
        pen: the width of the strokes as a fraction of a digit's height.
        ink: how much of the light the ink takes.
        paper: "plain", "ruled" or "squared".
        strength: how much of the light a printed line takes.
        step: the distance of the lines in pixels.
        width: the width of a line in pixels.
        slant: degrees by which the page is turned.
        aslant: how much narrower the far edge of the page is, as a fraction.
        light: how much darker the far corner is, as a fraction.
        grain: its deviation, as a fraction of white.
        blur: radius in pixels.
        turn: quarter turns of the whole picture.
        seed: of places, grain and choice of digits.
    """

    text: str
    written: str = "strokes"
    pen: float = 0.045
    ink: float = 0.8
    paper: str = "plain"
    strength: float = 0.5
    step: int = 60
    width: int = 4
    slant: float = 0.0
    aslant: float = 0.0
    light: float = 0.0
    grain: float = 0.02
    blur: float = 0.0
    turn: int = 0
    seed: int = 0


def draw(scene: Scene, digits: dict[str, NDArray[np.uint8]]) -> bytes:
    """The photograph as a JPEG file.

    Args:
        scene: what it shows.
        digits: for each class MNIST's digits, (n, 28, 28).
    """
    random = np.random.default_rng(scene.seed)
    ink = np.asarray(_write(scene, digits, random), np.float32) / 255
    page = 0.82 * (1 - scene.strength * _rule(scene)) * (1 - scene.ink * ink)
    picture = Image.fromarray((255 * page).astype(np.uint8))
    picture = _photograph(picture, scene)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    light = 1 - scene.light * (0.7 * x / SIZE[0] + 0.3 * y / SIZE[1])
    seen = np.asarray(picture, np.float32) * light + random.normal(
        0, 255 * scene.grain, light.shape
    )
    final = Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))
    final = final.rotate(90 * scene.turn, expand=True)
    stored = io.BytesIO()
    final.save(stored, "JPEG", quality=int(random.integers(70, 95)))
    return stored.getvalue()


def _write(
    scene: Scene, digits: dict[str, NDArray[np.uint8]], random: np.random.Generator
) -> Image.Image:
    """The ink alone, white on black; the page is larger than the photograph by 300 pixels."""
    page = Image.new("L", (SIZE[0] + 300, SIZE[1] + 300), 0)
    count = len(scene.text)
    height = int(random.integers(350, 620)) if count == 1 else int(680 / count)
    across = (SIZE[0] - 60) / count
    for place, digit in enumerate(scene.text):
        left = 150 + 30 + place * across + random.uniform(0.1, 0.3) * (across - 0.66 * height)
        top = 150 + 0.5 * (SIZE[1] - height) + random.uniform(-0.05, 0.05) * height
        if scene.written == "mnist":
            _paste(page, digits[digit], Box(left, top, height), random)
        else:
            _stroke(page, STROKES[digit], Box(left, top, height), scene.pen * height)
    return page


def _paste(
    page: Image.Image, digits: NDArray[np.uint8], box: Box, random: np.random.Generator
) -> None:
    left, top, height = box
    chosen = Image.fromarray(digits[random.integers(len(digits))])
    chosen = chosen.crop(chosen.getbbox())
    scale = height / chosen.height if chosen.height >= chosen.width else 0.8 * height / chosen.width
    size = (round(chosen.width * scale), round(chosen.height * scale))
    large = chosen.resize(size, Image.Resampling.BICUBIC)
    # A pen leaves full ink up to its edge, which MNIST's grey pixels have blurred.
    sharp = large.point(lambda level: int(np.clip((level - 90) * 5, 0, 255)))
    page.paste(255, (round(left), round(top)), sharp)


def _stroke(page: Image.Image, strokes: Strokes, box: Box, width: float) -> None:
    left, top, height = box
    ink, radius = ImageDraw.Draw(page), width / 2
    for stroke in strokes:
        points = [(left + 0.66 * height * x, top + height * y) for x, y in stroke]
        ink.line(points, fill=255, width=max(1, round(width)), joint="curve")
        for x, y in (points[0], points[-1]):
            ink.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _rule(scene: Scene) -> NDArray[np.bool_]:
    """Where the page is printed."""
    rows, columns = np.arange(SIZE[1] + 300), np.arange(SIZE[0] + 300)
    lines = np.zeros((len(rows), len(columns)), bool)
    if scene.paper != "plain":
        lines[rows % scene.step < scene.width] = True
    if scene.paper == "squared":
        lines[:, columns % scene.step < scene.width] = True
    return lines


def _photograph(page: Image.Image, scene: Scene) -> Image.Image:
    """The page turned, seen aslant, and cut to the size of the photograph."""
    turned = page.rotate(scene.slant, Image.Resampling.BICUBIC, fillcolor=209)
    inset = scene.aslant * SIZE[0] / 2
    right, bottom = 150 + SIZE[0], 150 + SIZE[1]
    corners = (150 - inset, 150, 150, bottom, right, bottom, right + inset, 150)
    seen = turned.transform(
        SIZE, Image.Transform.PERSPECTIVE, _homography(corners), Image.Resampling.BICUBIC
    )
    return seen.filter(ImageFilter.GaussianBlur(scene.blur)) if scene.blur else seen


def _homography(corners: tuple[float, ...]) -> list[float]:
    """The eight numbers by which a photograph's corners come from these, as Pillow wants them."""
    width, height = SIZE
    ends = [(0, 0), (0, height), (width, height), (width, 0)]
    table, right = [], []
    for (x, y), (u, v) in zip(ends, zip(corners[::2], corners[1::2], strict=True), strict=True):
        table += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = np.linalg.solve(np.array(table, float), np.array(right, float))
    return list(map(float, solved))


GROUPS = ("plain", "ruled", "squared", "dark lines", "several digits", "turned")
TURNABLE = "23457"
"""Digits that are no digits, or other ones, when they lie or stand on their heads."""


def scenes(group: str, count: int, seed: int) -> Iterator[Scene]:
    """Photographs of one group, drawn from a seed."""
    random = np.random.default_rng([seed, GROUPS.index(group)])
    for _ in range(count):
        yield _scene(group, random)


def _scene(group: str, random: np.random.Generator) -> Scene:
    several = group == "several digits"
    paper = {"plain": "plain", "turned": "plain", "ruled": "ruled", "squared": "squared"}.get(
        group, str(random.choice(["ruled", "squared"]))
    )
    if several and random.random() < 0.5:
        paper = "plain"
    ink = random.uniform(0.6, 0.9)
    dark = group == "dark lines"
    digits = TURNABLE if group == "turned" else "0123456789"
    step = int(random.integers(30, 120))
    return Scene(
        text="".join(random.choice(list(digits), random.integers(2, 6) if several else 1)),
        written=str(random.choice(["strokes", "mnist"])),
        pen=random.uniform(0.025, 0.08),
        ink=ink,
        paper=paper,
        strength=ink * random.uniform(0.8, 1.0) if dark else random.uniform(0.15, 0.6),
        step=step,
        width=int(random.integers(1, max(3, step // 10))),
        slant=random.uniform(-4, 4) * random.integers(0, 2),
        aslant=random.uniform(0, 0.15) * random.integers(0, 2),
        light=random.uniform(0, 0.4),
        grain=random.uniform(0.005, 0.03),
        blur=random.uniform(0, 1.5),
        turn=int(random.choice([1, 2, 3])) if group == "turned" else 0,
        seed=int(random.integers(2**31)),
    )


def judge(run: cr.SavedRun, scene: Scene, path: Path) -> str:
    """What became of one photograph: right, refused, doubted or wrong."""
    try:
        found = run.predict(str(path))
    except cr.DataError:
        return "refused"
    flags = ("lies on its side", "upside down", "hardly looks like")
    said = any(flag in remark for one in found for remark in one.remarks for flag in flags)
    if "".join(str(one.answer) for one in found) == scene.text and scene.turn == 0:
        return "right"
    if scene.turn:
        upright = any(f"upright it reads {scene.text}" in r for one in found for r in one.remarks)
        return "right" if upright else "doubted" if said else _sureness(found)
    return "doubted" if said else _sureness(found)


def _sureness(found: tuple[cr.Prediction, ...]) -> str:
    return "wrong" if min(one.outputs[0].value for one in found) >= SURE else "doubted"


def main() -> int:
    """Draw, read, count, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photographs", type=int, default=200, help="of each group")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--run", help="a saved run on MNIST, instead of training one")
    parser.add_argument("--keep", type=Path, help="a folder for photographs not read rightly")
    asked = parser.parse_args()
    began = time.monotonic()
    test = cr.load_dataset("mnist").test
    images = test.inputs.reshape(-1, 28, 28)
    digits = {str(k): images[test.targets == k] for k in range(10)}
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        run = cr.open_run(asked.run or _train(asked, folder))
        for group in GROUPS:
            judged = []
            for number, scene in enumerate(scenes(group, asked.photographs, asked.seed)):
                path = Path(folder) / "photo.jpg"
                path.write_bytes(draw(scene, digits))
                judged.append(judge(run, scene, path))
                if asked.keep and judged[-1] != "right":
                    name = f"{judged[-1]}-{group.replace(' ', '-')}-{number}-{scene.text}"
                    asked.keep.mkdir(parents=True, exist_ok=True)
                    (asked.keep / f"{name}.jpg").write_bytes(path.read_bytes())
                    (asked.keep / f"{name}.json").write_text(json.dumps(asdict(scene)))
            counts[group] = dict(Counter(judged))
    told = {
        "campaign": "photographs",
        "seed": asked.seed,
        "photographs": asked.photographs,
        **counts,
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }
    print(json.dumps(told))
    return 0


def _train(asked: argparse.Namespace, folder: str) -> str:
    run = str(Path(folder) / "run")
    made = cr.Experiment.create(
        "mnist", layers=[784, 256, 10], schedule="cosine", epochs=asked.epochs, seed=asked.seed
    )
    made.train(folder=run)
    return run


if __name__ == "__main__":
    sys.exit(main())
