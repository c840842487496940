"""The lab as visitors use it, in a real browser: by mouse, by keyboard alone, on a phone."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import uvicorn
from tests.browser import PHONE, OpenPage

import chainrule as cr
from chainrule.attribution import inspect_value
from chainrule.lab.lab_application import make_lab
from chainrule.lab.lab_gate import LabSession
from chainrule.lab.start_network import start_examples
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench
from chainrule.ledger import explain

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass
class RunningLab:
    """A lab that listens in a thread of this process."""

    home: str
    token: str

    @property
    def address(self) -> str:
        return f"{self.home}/?token={self.token}"


def running(target: Any = None, other: Any = None) -> Iterator[RunningLab]:
    second = None if other is None else open_subject(other)
    yield from serving(Workbench(open_subject(target), second))


def serving(workbench: Workbench) -> Iterator[RunningLab]:
    session, listening = LabSession(), socket.create_server(("127.0.0.1", 0))
    application = make_lab(workbench, session)
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    yield RunningLab(f"http://127.0.0.1:{listening.getsockname()[1]}", session.token)
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def digits() -> Iterator[RunningLab]:
    yield from running()


@pytest.fixture(scope="module")
def layers() -> Iterator[RunningLab]:
    yield from running("two-layers")


def visit(open_page: OpenPage, lab: RunningLab, address: str = "", **options: Any) -> Page:
    page = open_page(lab.address, **options)
    page.wait_for_selector(".net canvas")
    if address:
        go(page, address)
    return page


def go(page: Page, address: str) -> None:
    """Follow a link within the page, and wait until it is shown."""
    page.evaluate("address => { location.hash = address }", address)
    page.wait_for_function(
        "address => document.querySelector('.lab').dataset.address === address", arg=address
    )


def answer(page: Page) -> str:
    return page.locator(".answer").inner_text()


def await_answer(page: Page, name: str) -> None:
    page.wait_for_function(
        "name => (document.querySelector('.answer')?.innerText ?? '').startsWith(name)", arg=name
    )


def settled(page: Page, before: str) -> None:
    """Wait until the page shows another state than before."""
    page.wait_for_function(
        "before => document.querySelector('.lab').dataset.address !== before", arg=before
    )


def address_of(page: Page) -> str:
    return str(page.locator(".lab").get_attribute("data-address"))


def test_the_lab_opens_with_a_digit_that_is_read(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits)
    assert answer(page).startswith("7")
    assert page.locator(".stages li").count() > 4
    page.get_by_text(re.compile("test examples right")).wait_for()
    assert digits.token not in page.content()
    assert digits.token not in page.url


SKELETONS = {
    "1": [[(140, 50), (140, 230)]],
    "7": [[(75, 70), (205, 70), (130, 230)]],
    "4": [[(100, 50), (85, 140), (200, 140)], [(175, 60), (165, 235)]],
    "0": [[(140, 50), (80, 100), (75, 170), (130, 228), (195, 180), (200, 110), (140, 50)]],
    "3": [[(90, 70), (150, 50), (190, 90), (140, 135), (200, 180), (150, 228), (85, 210)]],
}


@pytest.mark.parametrize("name", SKELETONS)
def test_a_digit_is_drawn_and_read(open_page: OpenPage, digits: RunningLab, name: str) -> None:
    page = visit(open_page, digits)
    before = address_of(page)
    page.get_by_role("button", name="Clear").click()
    settled(page, before)
    box = page.locator(".ink canvas").bounding_box()
    assert box is not None
    scale = box["width"] / 280
    for stroke in SKELETONS[name]:
        points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=3)
        page.mouse.up()
    await_answer(page, name)


def test_test_digits_are_read_by_number(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits)
    targets = start_examples().targets
    for row in (0, 5, 11):
        go(page, f"draw?example={row}")
        assert page.get_by_text(f"It is a {targets[row]}.").is_visible()
        assert answer(page).startswith(str(targets[row]))


def test_a_neuron_is_chosen_changed_and_restored(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits, "draw?example=0&select=a[2][3]")
    bias = page.get_by_label("Bias")
    bias.fill("1000")
    before = address_of(page)
    bias.press("Enter")
    settled(page, before)
    assert answer(page).startswith("3")
    assert "b[2][3]:1000.0" in address_of(page)
    before = address_of(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    settled(page, before)
    assert answer(page).startswith("7")


def test_a_neuron_is_silenced(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits, "draw?example=0&select=a[1][3]")
    before = address_of(page)
    page.get_by_role("button", name="Silence it").click()
    settled(page, before)
    assert page.get_by_text("nothing after it sees its activation").is_visible()
    page.get_by_role("button", name="Restore").click()
    page.get_by_role("button", name="Silence it").wait_for()


def test_what_is_refused_is_said_in_the_words_of_the_library(
    open_page: OpenPage, digits: RunningLab
) -> None:
    page = visit(open_page, digits, "draw?example=999")
    assert "the number of an example from 0 to 199, got 999" in page.locator(".error").inner_text()


def test_controls_that_a_teacher_hides(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits, "draw?example=0&select=a[1][3]&hidden=edit,stages")
    assert page.get_by_label("Bias").count() == 0
    assert page.get_by_role("button", name="Silence it").count() == 0


def test_the_drawing_by_keyboard_alone(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits)
    page.locator(".net canvas").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    said = page.locator(".net [aria-live]")
    said.filter(has_text="of layer 2").wait_for(state="attached")
    before = address_of(page)
    page.keyboard.press("Enter")
    settled(page, before)
    assert page.locator(".opened h2 code").inner_text().startswith("a[2]")
    page.keyboard.press("t")
    assert page.locator(".net table tbody tr").count() == 42


def test_a_digit_by_keyboard_alone(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(open_page, digits)
    before = address_of(page)
    page.get_by_role("button", name="Clear").press("Enter")
    settled(page, before)
    page.locator(".ink canvas").focus()
    for key, times in (("ArrowUp", 9), (" ", 1), ("ArrowDown", 18), (" ", 1)):
        for _ in range(times):
            page.keyboard.press(key)
    page.wait_for_function(
        "() => (document.querySelector('.answer')?.innerText ?? '').startsWith('1')"
    )


def test_look_inside_shows_the_numbers_of_explain(open_page: OpenPage, layers: RunningLab) -> None:
    page = visit(open_page, layers)
    values = explain("two-layers").values
    assert values is not None
    records = [one for one in values() if one["step"] == 1][::7]
    for record in records:
        example = "" if record["example"] is None else f"example={record['example']}&"
        go(page, f"look?{example}select={record['quantity']}&digits=17")
        shown = page.locator(".opened h2 .value").inner_text()
        assert float(shown) == record["value"], record["quantity"]
        if record["equation"]:
            assert f"[{record['equation']}]" in page.locator(".opened .what").inner_text()


def test_a_factor_leads_to_where_it_comes_from(open_page: OpenPage, layers: RunningLab) -> None:
    page = visit(open_page, layers, "look?select=delta[1][0]")
    before = address_of(page)
    page.locator(".opened math .to").last.click()
    settled(page, before)
    before = address_of(page)
    page.locator(".opened .made .number").first.press("Enter")
    settled(page, before)
    page.go_back()
    page.go_back()
    page.wait_for_function(
        "() => document.querySelector('.opened h2 code').innerText.includes('delta[1][0]')"
    )


def test_a_derivative_is_proved_on_the_page(open_page: OpenPage, layers: RunningLab) -> None:
    page = visit(open_page, layers, "look?select=dW[1][0,1]")
    page.get_by_role("button", name="Prove it").click()
    page.locator(".proof .holds").first.wait_for()
    assert page.locator(".proof .holds").count() == 3


def test_a_shared_address_shows_the_same(open_page: OpenPage, digits: RunningLab) -> None:
    first = visit(open_page, digits, "look?example=3&target=5&select=dW[2][5,3]&direction=backward")
    again = visit(open_page, digits)
    again.goto(f"{digits.home}/#{address_of(first)}")
    again.reload()
    again.wait_for_selector(".opened h2")
    texts = [page.locator(".opened .what").inner_text() for page in (first, again)]
    assert texts[0] == texts[1]


def test_the_numbers_of_a_run_are_those_of_inspect(open_page: OpenPage, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(1, 256, (20, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", x=images, y=np.arange(20) % 2)
    experiment = cr.Experiment.create(
        str(tmp_path / "data.npz"), layers=[64, 4, 2], epochs=1, seed=1, engine="reference"
    )
    experiment.train(folder=tmp_path / "run")
    starting = running(tmp_path / "run")
    lab = next(starting)
    values = inspect_value(str(tmp_path / "run"), "dW[2][1,2]").values
    assert values is not None
    record = values()
    page = visit(open_page, lab, f"look?step={record['step']}&select=dW[2][1,2]&digits=17")
    assert float(page.locator(".opened h2 .value").inner_text()) == record["values"][0]["value"]
    assert page.get_by_text("nothing can be changed here").is_visible()
    page.goto("about:blank")
    next(starting, None)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_all_within_its_width(
    open_page: OpenPage, digits: RunningLab, scheme: str
) -> None:
    page = visit(open_page, digits, viewport=PHONE, color_scheme=scheme, has_touch=True)
    for address in ("draw?example=2&select=z[1][3]", "look?example=2&select=dW[2][1,3]"):
        go(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
