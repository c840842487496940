"""What is drawn on an exported page: prepared as Python prepares it, by mouse, touch and keys."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.browser import PHONE, OpenPage

from chainrule import Dataset, Network, Recipe, export_network, load_dataset, train
from chainrule.data.handwriting import place_ink, prepare
from chainrule.schema import ImageFormat

if TYPE_CHECKING:
    from playwright.sync_api import Page

DIGITS = Path(__file__).resolve().parents[2] / "docs" / "examples" / "digits.html"
READY = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def said(page: Page) -> str:
    page.evaluate(READY)
    return page.locator(".said").inner_text()


def clear(page: Page) -> None:
    button = page.get_by_role("button", name="Clear")
    if button.is_enabled():
        button.click()


def seen_image(page: Page) -> np.ndarray:
    """Brightness from 0 to 1 that the network reads, flat, as the page stores it."""
    page.evaluate(READY)
    return np.array(page.evaluate("Array.from(chainrulePage.state.row)"), float)


def drawn_ink(page: Page) -> np.ndarray:
    """The ink of the drawing area, from 0 to 1."""
    text = page.evaluate(
        """() => { const ink = Float32Array.from(chainrulePage.pad.ink().data);
        const bytes = Array.from(new Uint8Array(ink.buffer), (one) => String.fromCharCode(one));
        return btoa(bytes.join("")); }"""
    )
    rows = page.evaluate("chainrulePage.pad.ink().rows")
    return np.frombuffer(base64.b64decode(text), np.float32).reshape(rows, -1)


def scribble(seed: int, size: tuple[int, int]) -> list[list[list[float]]]:
    """Two random curves that meet, in an area of width and height, as a pen would report them."""
    rng, t = np.random.default_rng(seed), np.linspace(0, 1, 25)[:, None]
    lines: list[list[list[float]]] = []
    for _ in range(2):
        a, b, c = rng.uniform(0.15, 0.85, (3, 2)) * size
        a = lines[0][-1] if lines else a  # the second begins where the first ends
        lines.append(((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c).tolist())
    return lines


def strokes_network(dark: bool, side: int = 16) -> Network:
    """A network that learned from thin strokes on paper, which lie otherwise than MNIST's."""
    rng = np.random.default_rng(0)
    images = np.zeros((60, side, side), np.uint8)
    for place, image in enumerate(images):
        left, top = rng.integers(3, side - 4, 2)
        image[2 : side - 3, left] = 220
        if place % 2:
            image[top, 2 : side - 3] = 220
    stored = 255 - images if dark else images
    data = Dataset(stored, np.arange(60) % 2, scale=1 / 255, class_names=("bar", "cross"))
    return train(Network.create([side * side, 2], seed=0), data, Recipe(epochs=1, seed=0)).network


@pytest.fixture
def visit(open_page: OpenPage, tmp_path: Path) -> Callable[[Network], Page]:
    def visited(network: Network) -> Page:
        export_network(network, "html", tmp_path / "page.html")
        return open_page(tmp_path / "page.html")

    return visited


def test_test_digits_drawn_by_mouse_get_their_labels(open_page: OpenPage) -> None:
    test = load_dataset("mnist").test
    places = [int(np.flatnonzero(test.targets == digit)[1]) for digit in range(10)]
    page = open_page(DIGITS)
    page.get_by_role("slider", name="Pen").fill("20")
    answers = []
    for place in places:
        clear(page)
        draw_pixels(page, test.inputs[place].reshape(28, 28) >= 128)
        answers.append(said(page))
    assert answers == [str(digit) for digit in range(10)]


def draw_pixels(page: Page, marked: np.ndarray) -> None:
    """Draw an image with the mouse: in every other row a stroke along each run of pixels."""
    box = page.locator(".pad").bounding_box()
    assert box is not None
    unit = box["width"] / marked.shape[1]
    for row in range(0, len(marked), 2):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], marked[row], [0]]).astype(int)))
        y = box["y"] + (row + 0.5) * unit
        for start, end in edges.reshape(-1, 2):
            page.mouse.move(box["x"] + (start + 0.5) * unit, y)
            page.mouse.down()
            page.mouse.move(box["x"] + (end - 0.5) * unit, y)
            page.mouse.up()


def test_a_drawing_is_prepared_as_python_prepares_it(open_page: OpenPage) -> None:
    page = open_page(DIGITS)
    like_mnist = ImageFormat(
        height=28,
        width=28,
        polarity="light on dark",
        side=20.0,
        side_range=(20.0, 20.0),
        centre=(14.0, 14.0),
        centre_range=0.5,
    )
    assert like_mnist.lies_as_mnist
    means = []
    for seed in range(5):
        clear(page)
        page.evaluate("(lines) => chainrulePage.pad.draw(lines)", scribble(seed, (280, 280)))
        found = seen_image(page).reshape(28, 28)
        ink = drawn_ink(page)
        due = place_ink(ink, like_mnist) * 255
        assert np.abs(found - due).max() <= 1
        # From the picture of the drawing on paper, through all stages for photographs.
        picture = prepare(1 - ink).image.astype(float)
        means.append(np.abs(found - picture).mean())
    assert max(means) < 0.5


@pytest.mark.parametrize("dark", [False, True])
def test_so_it_is_for_images_that_lie_otherwise(visit: Any, dark: bool) -> None:
    network = strokes_network(dark)
    assert network.schema is not None
    form = network.schema.image
    assert form is not None
    assert form.has_ink
    assert not form.lies_as_mnist
    page = visit(network)
    for seed in range(2):
        clear(page)
        page.evaluate("(lines) => chainrulePage.pad.draw(lines)", scribble(seed, (280, 280)))
        found = seen_image(page).reshape(16, 16)
        due = place_ink(drawn_ink(page), form) * 255
        assert np.abs(found - due).max() <= 1
        assert np.median(found) == (255 if dark else 0)
    answer = network.classify(found.astype(np.uint8).reshape(1, -1))[0]
    assert said(page) == network.class_names[answer]


def test_images_without_paper_are_scaled_as_a_whole(visit: Any) -> None:
    rng = np.random.default_rng(0)
    photos = rng.random((20, 6, 9, 3)).astype(np.float32)
    data = Dataset(photos, np.arange(20) % 2)
    network = train(Network.create([162, 2], seed=0), data, Recipe(epochs=1, seed=0)).network
    page = visit(network)
    assert page.get_by_text("The whole drawing is scaled to 9 × 6 pixels.").count() == 1
    page.evaluate("chainrulePage.pad.draw([[[0, 0], [0, 186]]])")
    found = seen_image(page).reshape(6, 9, 3)
    ink = drawn_ink(page)
    assert ink.shape == (187, 280)
    assert found[:, 0].min() > 0.3
    assert found[:, 1:].max() == 0
    assert (found == found[:, :, :1]).all()


def test_undo_clear_and_an_empty_drawing(open_page: OpenPage) -> None:
    page = open_page(DIGITS)
    assert said(page) == "7"
    undo, empty = (page.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    undo.click()
    assert said(page) == "–"
    assert page.get_by_text("Nothing drawn yet.").is_visible()
    assert undo.is_disabled()
    assert empty.is_disabled()
    assert page.locator("#opened").inner_text() != ""


def test_the_keyboard_draws(open_page: OpenPage) -> None:
    page = open_page(DIGITS)
    clear(page)
    page.get_by_role("application").focus()
    keys = ["ArrowUp"] * 9 + ["Space"] + ["ArrowDown"] * 18 + ["Space"]
    for key in keys:
        page.keyboard.press(key)
    assert said(page) == "1"
    strokes = page.evaluate("chainrulePage.pad.strokes().map((one) => one.points.length)")
    assert strokes == [19]
    assert page.get_by_role("status").filter(has_text="The pen is up.").count() == 1
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    assert said(page) == "1"
    page.keyboard.press("Control+z")
    assert said(page) == "–"


def test_a_finger_draws_and_does_not_scroll(open_page: OpenPage) -> None:
    page = open_page(DIGITS, viewport=PHONE, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Clear").tap()
    box = page.locator(".pad").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.1), *(("touchMove", k / 10) for k in range(2, 10))):
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + share * box["height"]}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert said(page) == "1"
    assert page.evaluate("scrollY") == 0


def test_controls_have_names_and_the_answer_is_announced(open_page: OpenPage) -> None:
    page = open_page(DIGITS)
    said(page)
    status = page.get_by_role("status").filter(has_text=re.compile("^The answer is 7"))
    status.wait_for(state="attached")
    tree = page.locator("body").aria_snapshot()
    kinds = "button|slider|combobox|textbox|img|application"
    assert not re.search(rf"- ({kinds})(:|$)", tree, re.MULTILINE)
    for name in ("Your drawing", "Inside", "Answer", "The backward pass"):
        assert page.get_by_role("region", name=name, exact=True).count() == 1
