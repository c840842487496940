"""The room Learn as visitors use it: a chapter read, a number opened, an exercise answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser import PHONE, OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, running, settled, visit


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    yield from running("two-layers")


def test_a_chapter_is_read_and_its_exercise_answered(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab)
    before = address_of(page)
    page.get_by_role("button", name="Learn", exact=True).click()
    settled(page, before)
    assert page.locator(".chapter h2").inner_text() == "1. One neuron"
    page.wait_for_function("() => document.querySelector('.chapter img').naturalWidth > 100")
    before = address_of(page)
    page.get_by_role("combobox", name="Chapter").select_option("3")
    settled(page, before)
    assert page.locator(".chapter h2").inner_text() == "3. A layer"
    before = address_of(page)
    page.locator(".chapter button.number", has_text="z[1][1]").first.click()
    settled(page, before)
    assert page.locator(".opened h2 code").inner_text() == "z[1][1]"
    assert page.locator(".opened h2 .value").inner_text() == "1.5"
    for label, text in (("z[1] =", "-0.1, 0.2"), ("a[1] =", "0.475, 0.6")):
        before = address_of(page)
        field = page.get_by_label(label)
        field.fill(text)
        field.press("Enter")
        settled(page, before)
    assert page.locator(".claim-right").count() == 3
    assert page.locator(".claim-wrong").count() == 1
    assert page.locator(".exercise [role=status]").inner_text().startswith("3 of 4")
    again = visit(open_page, lab, address_of(page))
    assert again.get_by_label("a[1] =").input_value() == "0.475, 0.6"


def test_chapters_are_turned_by_keyboard_on_a_phone(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "learn?chapter=11", viewport=PHONE, color_scheme="dark")
    before = address_of(page)
    page.get_by_role("button", name="12. Many examples →").focus()
    page.keyboard.press("Enter")
    settled(page, before)
    assert page.locator(".chapter h2").inner_text() == "12. Many examples"
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert page.get_by_role("button", name="← 11. Steps").count() == 1
