"""The room Plane as visitors use it: train, pause, step, set points, share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.browser import PHONE, OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, go, running, settled, visit

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    yield from running("two-layers")


def updates(page: Page) -> int:
    found = re.match(r"Update (\d+)", page.locator(".time .count").inner_text())
    assert found is not None
    return int(found[1])


def press(page: Page, name: str) -> None:
    before = address_of(page)
    page.get_by_role("button", name=name, exact=True).click()
    settled(page, before)


def click_map(page: Page, x: float, y: float) -> None:
    """Click at a place of the plane."""
    canvas = page.locator(".plane-map canvas")
    box = canvas.bounding_box()
    assert box is not None
    before = address_of(page)
    side = box["width"]
    canvas.click(position={"x": side * (x + 6) / 12, "y": side * (6 - y) / 12})
    settled(page, before)


def test_a_network_learns_is_paused_and_shared(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab)
    press(page, "Plane")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function(
        "() => Number(/\\d+/.exec(document.querySelector('.time .count').innerText)[0]) >= 150"
    )
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("() => location.hash.includes('updates:')")
    page.wait_for_function(
        "() => location.hash === '#' + document.querySelector('.lab').dataset.address"
    )
    paused = updates(page)
    scores = page.locator(".scores").inner_text()
    page.wait_for_timeout(300)
    assert updates(page) == paused
    again = visit(open_page, lab, address_of(page))
    assert updates(again) == paused
    assert again.locator(".scores").inner_text() == scores


def test_steps_forth_and_back(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane?plane=updates:20")
    assert "epoch 1, batch 6 of 14" in page.locator(".time .count").inner_text()
    scores = page.locator(".scores").inner_text()
    press(page, "One update")
    assert updates(page) == 21
    press(page, "One epoch")
    assert updates(page) == 28
    go(page, "plane?plane=updates:21")
    press(page, "Back")
    assert page.locator(".scores").inner_text() == scores
    press(page, "Reset")
    assert updates(page) == 0


def test_undo_and_divergence_while_it_trains(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane?plane=points:function")
    for rate in ("0.05", "90"):
        before = address_of(page)
        page.get_by_label("Learning rate").fill(rate)
        page.get_by_label("Learning rate").press("Enter")
        settled(page, before)
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".steps .error").wait_for()
    page.get_by_role("button", name="Start", exact=True).wait_for()
    assert page.locator(".plane-map canvas").is_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.locator(".steps .error").wait_for(state="detached")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_function(
        "() => !document.querySelector('.lab').dataset.address.includes('learning_rate')"
    )


def test_points_are_set_by_mouse_and_keyboard(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane?plane=points:drawn;drawn:0,0,0")
    page.get_by_label("A click").select_option("set 1")
    click_map(page, 3, -2)
    page.locator(".plane-map canvas").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    before = address_of(page)
    page.keyboard.press("Enter")
    settled(page, before)
    found = re.findall(r"/([-.\d]+),([-.\d]+),1", address_of(page))
    assert [(round(float(x)), round(float(y))) for x, y in found] == [(3, -2), (1, 0)]
    assert "1,0.25,1" in address_of(page)
    page.get_by_label("A click").select_option("remove")
    click_map(page, 3, -2)
    assert address_of(page).endswith("drawn:0,0,0/1,0.25,1")
    page.keyboard.press("t")
    assert page.locator(".plane-map tbody tr").count() == 2


def test_points_are_typed_and_wrong_lines_named(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane")
    page.get_by_text("Set by hand: 0").click()
    field = page.locator(".typed textarea")
    field.fill("1 2 0\n3 up 1")
    field.blur()
    assert "Line 2: expected x and y from -6 to 6" in page.locator(".error").inner_text()
    before = address_of(page)
    field.fill("1 2 0\n-3, 4, 1")
    field.blur()
    settled(page, before)
    assert address_of(page) == "plane?plane=drawn:1,2,0/-3,4,1"
    field.fill("1 2 0\n-3, 40, 1")
    field.blur()
    assert "got -3, 40, 1" in page.locator(".error").inner_text()
    press(page, "One update")
    assert updates(page) == 1


def test_a_function_is_typed(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane?plane=points:function")
    before = address_of(page)
    field = page.get_by_label("Target")
    field.fill("x + open(3)")
    field.blur()
    settled(page, before)
    assert "open" in page.locator(".error").inner_text()
    before = address_of(page)
    field.fill("x*y/6")
    field.blur()
    settled(page, before)
    press(page, "One epoch")
    assert updates(page) == 14
    assert page.locator(".curve svg").is_visible()


def test_the_network_is_built(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane")
    press(page, "Add a layer")
    press(page, "xy")
    before = address_of(page)
    page.get_by_label("Activation of layer 3").select_option("relu")
    settled(page, before)
    before = address_of(page)
    page.get_by_label("Neurons of layer 3").fill("5")
    page.get_by_label("Neurons of layer 3").press("Enter")
    settled(page, before)
    assert page.locator(".subject").inner_text() == "3-4-3-5-2"
    field = page.get_by_label("Learning rate")
    field.fill("0")
    field.blur()
    text = page.locator(".error").inner_text()
    assert text == "Expected Learning rate to be a number above 0 and at most 100."


def test_a_number_of_the_plane_opens(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "plane?select=z[1][0]&plane=updates:30")
    assert page.locator(".opened h2 code").inner_text() == "z[1][0]"
    click_map(page, 0, 0)
    assert "point:" in address_of(page)
    press(page, "Look inside")
    assert "select" not in address_of(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_the_plane_within_its_width(
    open_page: OpenPage, lab: RunningLab, scheme: str
) -> None:
    page = visit(open_page, lab, viewport=PHONE, color_scheme=scheme, has_touch=True)
    for address in ("plane?plane=points:spiral;classes:6;updates:50", "plane?plane=points:numbers"):
        go(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
