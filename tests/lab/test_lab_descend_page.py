"""The room Descend as visitors use it: a function is typed, the start dragged, a step opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser import PHONE, OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, go, running, settled, visit

from chainrule.lab.state import LabState


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    yield from running("two-layers")


def address_for(formula: str, rate: float, select: str = "") -> str:
    return LabState(room="descend", formula=formula, rate=rate, select=select).to_address()


def test_a_function_is_typed_and_descended(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab)
    before = address_of(page)
    page.get_by_role("button", name="Descend", exact=True).click()
    settled(page, before)
    assert page.locator(".rates tbody tr").nth(2).locator("td").first.inner_text() == "1"
    for label, text in (("Formula of the function", "x^2"), ("η, typed", "1")):
        before = address_of(page)
        field = page.get_by_label(label)
        field.fill(text)
        field.press("Enter")
        settled(page, before)
    sentence = page.locator(".sentence").inner_text()
    assert sentence == "It oscillates between -2 and 2 for ever: the rate 1 is 2/curvature."
    before = address_of(page)
    page.locator("button[title='point[1][0]']").click()
    settled(page, before)
    assert page.locator(".opened h2 .value").inner_text() == "-2"
    again = visit(open_page, lab, address_of(page))
    assert again.locator(".opened h2 code").inner_text() == "point[1][0]"


def test_pieces_are_added(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "approximate?select=W[2][0,1]")
    before = address_of(page)
    page.get_by_role("slider", name="Neurons").focus()
    page.keyboard.press("ArrowRight")
    settled(page, before)
    page.wait_for_function("() => document.querySelectorAll('.piece').length === 5")
    before = address_of(page)
    page.locator("button[title='a[2][0]']").first.click()
    settled(page, before)
    assert page.locator(".opened h2 code").inner_text() == "a[2][0]"
    before = address_of(page)
    page.get_by_label("Formula of the function").fill("x*y")
    page.get_by_label("Formula of the function").press("Enter")
    settled(page, before)
    assert "one variable" in page.locator(".error").inner_text()


def test_the_start_is_dragged(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, address_for("x^2 + 8y^2", 0.1))
    assert page.locator(".contour").count() > 5
    box = page.locator(".path .start").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    before = address_of(page)
    page.mouse.move(box["x"] - 40, box["y"] + 60, steps=3)
    page.mouse.up()
    settled(page, before)
    page.wait_for_function(
        "() => location.hash === '#' + document.querySelector('.lab').dataset.address"
    )
    assert "start=" in address_of(page)
    field = page.get_by_label("Formula of the function")
    before = address_of(page)
    field.fill("open(x)")
    field.press("Enter")
    settled(page, before)
    assert "open" in page.locator(".error").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_the_descent_within_its_width(
    open_page: OpenPage, lab: RunningLab, scheme: str
) -> None:
    page = visit(open_page, lab, viewport=PHONE, color_scheme=scheme, has_touch=True)
    for address in ("descend", "approximate", address_for("x^2 + y^2 + x*y", 0.2, "slope[2][1]")):
        go(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
