"""The exported page in a real browser: it answers as Python does, and explains."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from tests.browser import PHONE, OpenPage
from tests.exchange.networks import drawn, image_network, table_network, yes_or_no

from chainrule import Dataset, Network, Recipe, export_network, train
from chainrule.equations.backpropagation import trace
from chainrule.equations.costs import get_cost
from chainrule.exchange.sample_rows import draw_rows
from chainrule.schema import Column, Schema, Target

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api").expect

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
DIGITS, FLATS = EXAMPLES / "digits.html", EXAMPLES / "flats.html"
TABLE = table_network("classes")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Network], Path]:
    """The page of a network; each is written once."""
    folder, found = tmp_path_factory.mktemp("pages"), dict[int, Path]()

    def written(network: Network) -> Path:
        if id(network) not in found:
            found[id(network)] = folder / f"{len(found)}.html"
            export_network(network, "html", found[id(network)])
        return found[id(network)]

    return written


@pytest.fixture
def visit(open_page: OpenPage, exported: Callable[[Network], Path]) -> Callable[[Network], Page]:
    """Open the page of a network."""
    return lambda network: open_page(exported(network))


def said(page: Page) -> str:
    """The answer, once it is computed."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator(".said").inner_text()


def brightness(picture: bytes) -> float:
    """The mean brightness of a PNG."""
    return float(np.asarray(Image.open(io.BytesIO(picture)).convert("L")).mean())


def number(text: str) -> float:
    """A number of the page."""
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("example", [DIGITS, FLATS], ids=lambda path: path.stem)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_examples_open_on_a_desk_and_on_a_phone(
    open_page: OpenPage, example: Path, scheme: str
) -> None:
    for viewport in (None, PHONE):
        options = {"viewport": viewport} if viewport else {}
        page = open_page(example, color_scheme=scheme, **options)
        assert page.evaluate("chainrule.selfTest().passed") is True
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        heading = page.get_by_role("heading", level=1).inner_text()
        assert (
            heading
            == page.title()
            == {"digits": "Draw a digit"}.get(example.stem, "What would the rent be?")
        )
        assert "Tested in this browser: 4 examples" in page.locator("footer").inner_text()
        assert said(page) == {"digits": "7"}.get(example.stem, said(page))
        assert re.fullmatch(r"[\d.]+", said(page))


def test_a_page_is_small_and_forbids_itself_everything() -> None:
    assert DIGITS.stat().st_size < 400_000
    text = FLATS.read_text(encoding="utf-8")
    assert len(re.sub(r"^const MODEL = .*$", "", text, flags=re.MULTILINE).encode()) < 100_000
    for page in (DIGITS, FLATS):
        text = page.read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
        assert policy is not None
        assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in policy[1]
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function", text)
        assert not re.search(r'(?:src|href)="', text)


NETWORKS = {
    "classes": TABLE,
    "numbers": table_network("numbers"),
    "images": image_network(),
    "one output": yes_or_no(),
    "gelu": drawn("gelu"),
    "wide": Network.create([4, 104, 15], "tanh", seed=1),
    "no hidden layer": Network.create([3, 2], "identity", seed=1),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_page_answers_pythons_vectors(visit: Any, name: str) -> None:
    network = NETWORKS[name]
    rows = draw_rows(network, 20, seed=5)
    cells: list[Any] = rows.inputs.astype(float).tolist()
    if rows.columns:
        cells = [[None if cell != cell else cell for cell in row] for row in cells]
        for place, column in enumerate(rows.columns):
            if column.kind == "category":
                for row, text in zip(cells, rows.texts(place), strict=True):
                    row[place] = text
    as_row = "Uint8Array.from(row)" if rows.inputs.dtype == np.uint8 else "row"
    page = visit(network)
    found = page.evaluate(f"(rows) => rows.map((row) => chainrule.predict({as_row}))", cells)
    largest = np.abs(rows.outputs).max()
    assert np.abs(np.array(found) - rows.outputs).max() < 2e-6 * largest


def test_a_form_answers_as_predict(visit: Any) -> None:
    page = visit(TABLE)
    page.get_by_label("age", exact=True).fill("31,5")  # a decimal comma
    page.get_by_label('port of "call"').select_option("Q'uote")
    page.get_by_label("int").select_option("m")
    page.get_by_label("sailed").fill("1990-05-01T12:30")
    page.get_by_label("landed").fill("1990-05-02")
    page.get_by_label("3 n", exact=True).fill("-0.25")
    answer = said(page)
    day = np.timedelta64(1, "D")
    sailed, landed = (
        (np.datetime64(date) - np.datetime64("1970-01-01")) / day
        for date in ("1990-05-01T12:30", "1990-05-02")
    )
    due = TABLE.predict(np.array([[31.5, 1, 1, sailed, landed, -0.25]]))[0]
    assert answer == TABLE.class_names[due.argmax()]
    shown = page.locator(".output .value").all_inner_texts()
    assert shown == [f"{100 * value:.1f} %" for value in due]

    page.get_by_label("age", exact=True).fill("")
    page.get_by_label('port of "call"').select_option("(blank)")
    page.get_by_label("sailed").fill("")
    said(page)
    due = TABLE.predict(np.array([[np.nan, np.nan, 1, np.nan, landed, -0.25]]))[0]
    shown = page.locator(".output .value").all_inner_texts()
    assert shown == [f"{100 * value:.1f} %" for value in due]
    assert re.match(r"blank: [\d.]+ is taken", page.locator("#field-0-note").inner_text())


def test_what_cannot_be_read_is_said_beside_the_field(visit: Any) -> None:
    page = visit(NETWORKS["numbers"])
    age = page.get_by_label("age", exact=True)
    age.fill("old")
    assert said(page) == "–"
    assert age.get_attribute("aria-invalid") == "true"
    assert page.locator("#field-0-note").inner_text().startswith("not a number")
    assert page.get_by_text("Some input cannot be read.").is_visible()
    age.fill("1,000")  # one thousand, or one?
    assert said(page) == "–"
    age.fill("400")
    assert said(page) != "–"
    assert "outside what was seen" in page.locator("#field-0-note").inner_text()
    page.get_by_label("age, slider").fill("90")
    assert age.input_value() == "90"
    page.get_by_role("button", name="Start values").click()
    assert age.get_attribute("aria-invalid") == "false"


def test_numbers_can_be_pasted(visit: Any) -> None:
    page = visit(NETWORKS["gelu"])
    page.get_by_label("input 1", exact=True).focus()
    page.evaluate(
        """() => { const clipboardData = new DataTransfer();
        clipboardData.setData("text", "0.5\\t-1 2;3e-1 4");
        document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })); }"""
    )
    said(page)
    values = [page.get_by_label(f"input {k}", exact=True).input_value() for k in range(1, 6)]
    assert values == ["0.5", "-1", "2", "3e-1", "4"]
    due = NETWORKS["gelu"].predict(np.array([[0.5, -1, 2, 0.3, 4]], np.float32))[0]
    shown = list(map(number, page.locator(".output .value").all_inner_texts()))
    assert shown == pytest.approx(due, rel=1e-3)


def test_a_neuron_is_opened_by_mouse_and_by_keyboard(visit: Any) -> None:
    page = visit(TABLE)
    opened = page.locator("#opened")
    expect(opened).to_have_text(re.compile("^Why “"))
    neuron = page.get_by_role("button", name=re.compile("^Layer 2, neuron 3:"))
    neuron.hover()
    expect(opened).to_have_text("Layer 2, neuron 3")
    page.get_by_role("heading", level=1).hover()
    expect(opened).to_have_text(re.compile("^Why “"))
    neuron.click()
    page.get_by_role("heading", level=1).hover()
    expect(opened).to_have_text("Layer 2, neuron 3")
    page.keyboard.press("ArrowRight")
    expect(opened).to_have_text("Layer 2, neuron 4")
    page.keyboard.press("Home")
    expect(opened).to_have_text("Layer 2, neuron 0")
    page.keyboard.press("End")
    expect(opened).to_have_text("Layer 2, neuron 5")
    # A term leads to the neuron that it comes from.
    page.locator(".terms .link").first.click()
    expect(opened).to_have_text(re.compile("^Layer 1, neuron "))


def test_the_terms_add_up_to_the_sum(visit: Any) -> None:
    page = visit(NETWORKS["images"])
    page.locator(".pad").click(position={"x": 40, "y": 50})
    said(page)
    page.locator(".neuron").nth(2).click()
    cells = page.locator(".terms tbody tr").evaluate_all(
        "(rows) => rows.map((row) => row.cells[3].textContent)"
    )
    *terms, total = map(number, cells)
    assert len(terms) == 8 + 2  # the largest, the others together, the bias
    assert sum(terms) == pytest.approx(total, abs=0.01 * max(map(abs, terms)))
    z = page.evaluate("chainrulePage.state.trace[1].z[2]")
    assert total == pytest.approx(z, rel=1e-3)
    page.get_by_role("button", name="Show more terms").click()
    assert page.locator(".terms tbody tr").count() == 36 + 2
    assert page.get_by_role("img", name=re.compile("^Its weights")).is_visible()


def test_the_backward_pass_goes_towards_the_chosen_answer(visit: Any) -> None:
    page = visit(TABLE)
    said(page)
    page.get_by_label("Right answer").select_option("no")
    cost = page.evaluate("chainrule.gradients(chainrulePage.state.row, 'no').cost")
    text = page.locator(".cost").inner_text()
    assert number(text.split()[1]) == pytest.approx(cost, rel=1e-3)
    norm = page.evaluate(
        "Math.hypot(...chainrule.gradients(chainrulePage.state.row, 'no').layers[0].W)"
    )
    row = page.locator(".lesson tbody tr").first.locator("td")
    assert number(row.nth(1).inner_text()) == pytest.approx(norm, rel=1e-2)
    before, after = map(
        number, re.findall(r"cost ([\d.e−]+) → ([\d.e−]+)", page.locator(".step").inner_text())[0]
    )
    assert before == pytest.approx(cost, rel=1e-2)
    rate = float(page.locator(".rate input").get_attribute("aria-valuetext") or "")
    assert after == pytest.approx(cost_after_step(TABLE, page, rate), rel=1e-2)


def cost_after_step(network: Network, page: Page, rate: float) -> float:
    """The cost of class 0 after a step of gradient descent on the page's row, by Python."""
    x = np.array([page.evaluate("Array.from(chainrulePage.state.trace[0].a)")])
    y, cost = np.eye(3)[:1], get_cost("categorical_cross_entropy")
    found = trace(x, y, network.layers, cost, 1.0)
    layers = [
        replace(layer, W=layer.W - rate * dW, b=layer.b - rate * db)
        for layer, dW, db in zip(network.layers, found.dW, found.db, strict=True)
    ]
    return float(trace(x, y, layers, cost, 1.0).cost)


def test_a_right_number_can_be_typed(visit: Any) -> None:
    page = visit(NETWORKS["numbers"])
    said(page)
    target = page.get_by_label("Right value of fare").last
    target.fill("101,5")
    cost = page.evaluate("chainrule.gradients(chainrulePage.state.row, 101.5).cost")
    assert number(page.locator(".cost").inner_text().split()[1]) == pytest.approx(cost, rel=1e-3)
    target.fill("x")
    assert target.get_attribute("aria-invalid") == "true"
    assert page.locator(".lesson").is_hidden()


def test_each_picture_has_its_table(open_page: OpenPage) -> None:
    page = open_page(DIGITS)
    said(page)
    names = ("What the network reads", "Layer 1", "What would raise it", "What speaks for it")
    for name in (*names, "What would lower the cost"):
        page.locator(f'summary[aria-label="Table: {name}"]').click()
        region = page.get_by_role("region", name=name, exact=True)
        count = 32 if name == "Layer 1" else 28
        region.locator("tbody tr").nth(count - 1).wait_for()
        assert region.locator("tbody tr").count() == count
    cells = (
        page.get_by_role("region", name="What the network reads").locator("td").all_inner_texts()
    )
    assert len(cells) == 784
    assert max(map(number, cells)) == 1


def test_names_of_data_are_never_markup(visit: Any) -> None:
    evil = '<img src=x onerror="document.title=1">'
    schema = Schema(
        columns=(
            Column(name=evil, kind="category", categories=(evil, "</script><b>")),
            Column(name="__proto__", kind="number", low=0, high=1),
        ),
        target=Target(names=(evil,), kind="classes", classes=(evil, "&amp;")),
    )
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.integers(0, 2, 30), rng.random(30)])
    data = Dataset(rows, rng.integers(0, 2, 30), schema=schema, class_names=(evil, "&amp;"))
    network = train(Network.create([2, 2], seed=0), data, Recipe(epochs=1, seed=0)).network
    page = visit(network)
    assert page.locator("img, b").count() == 0
    assert page.get_by_label(evil, exact=True).first.input_value() == evil
    assert page.locator(".output .name").all_inner_texts() == [evil, "&amp;"]
    found = page.evaluate(
        "(text) => chainrule.predict(JSON.parse(text))", json.dumps({evil: evil, "__proto__": 0.5})
    )
    assert found == pytest.approx(network.predict(np.array([[0, 0.5]]))[0], abs=1e-6)


def test_a_theme_can_change_while_the_page_is_open(open_page: OpenPage) -> None:
    page = open_page(DIGITS)
    said(page)
    weights = page.locator(".neuron canvas").first
    light = brightness(weights.screenshot())
    page.emulate_media(color_scheme="dark")
    said(page)
    assert brightness(weights.screenshot()) < 0.5 * light
    assert said(page) == "7"
