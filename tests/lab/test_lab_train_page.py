"""The room Train in a real browser: learned live, paused, gone back in, branched, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser import PHONE, OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, running, serving, settled, visit

from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    yield from running("two-layers")


@pytest.fixture(scope="module")
def table_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    folder: Path = tmp_path_factory.mktemp("page")
    table, config = folder / "rings.csv", folder / "quick.toml"
    rows = [f"{k % 7},{k % 5},{'high' if k % 7 + k % 5 > 5 else 'low'}" for k in range(140)]
    table.write_text("left,right,kind\n" + "\n".join(rows) + "\n")
    config.write_text('engine = "reference"\nepochs = 40\nhidden = [6]\nlearning_rate = 0.03\n')
    yield from serving(Workbench(open_subject(str(table), config=str(config))))


def press(page: Page, name: str) -> None:
    before = address_of(page)
    page.get_by_role("button", name=name, exact=True).click()
    settled(page, before)


def updates(page: Page) -> int:
    found = re.search(r"\d+", page.locator(".time .count").inner_text())
    assert found is not None
    return int(found[0])


def share(page: Page) -> float:
    return float(page.locator(".right-share").inner_text().split()[0])


def run_to(page: Page, goal: int) -> None:
    """Start, wait until so many updates are done, and pause."""
    page.locator(".time .main").click()
    page.wait_for_function(
        f"() => +/\\d+/.exec(document.querySelector('.time .count').innerText)[0] >= {goal}",
        timeout=60_000,
    )
    page.locator(".time .main").click()
    page.wait_for_function(
        "() => /updates:/.test(location.hash) && document.querySelector('.time .main')"
        ".ariaPressed === 'false' && location.hash.slice(1) === document.querySelector('.lab')"
        ".dataset.address && !document.querySelector('.time .count [role=status]')"
    )


def test_digits_are_learned_live_gone_back_in_and_branched(
    open_page: OpenPage, lab: RunningLab
) -> None:
    page = visit(open_page, lab)
    press(page, "Train")
    page.get_by_label("Updates a frame").select_option("100")
    run_to(page, 3000)
    paused, right = updates(page), share(page)
    assert right > 92
    for name in ("One update", "Back"):
        press(page, name)
    assert (updates(page), share(page)) == (paused, right)
    press(page, "Branch")
    before = address_of(page)
    page.get_by_label("Rate from here on").fill("0.01")
    page.keyboard.press("Tab")
    settled(page, before)
    assert f"rates:{paused},0.01" in address_of(page)
    press(page, "One epoch")
    page.wait_for_function("() => !document.querySelector('.time .count [role=status]')")
    here, beside = page.locator(".scores tbody tr").nth(3).locator("td").all_inner_texts()
    assert here != beside
    assert page.locator(".curve polyline.beside").count() == 4
    again = visit(open_page, lab, address_of(page))
    again.wait_for_function("() => !document.querySelector('.time .count [role=status]')")
    assert again.locator(".scores").inner_text() == page.locator(".scores").inner_text()
    press(page, "Swap")
    page.wait_for_function("() => !document.querySelector('.time .count [role=status]')")
    swapped = page.locator(".scores tbody tr").nth(3).locator("td").all_inner_texts()
    assert swapped == [beside, here]
    press(page, "End the comparison")
    assert page.locator(".curve polyline.beside").count() == 0


def test_a_cell_opens_its_images_and_an_image_its_numbers(
    open_page: OpenPage, lab: RunningLab
) -> None:
    page = visit(open_page, lab, "train?train=updates:300;panel:answers")
    page.wait_for_function("() => !document.querySelector('.time .count [role=status]')")
    before = address_of(page)
    page.locator(".confusions tbody tr:nth-child(3) td:nth-child(4) button").click()
    settled(page, before)
    before = address_of(page)
    page.locator(".examples-seen").first.get_by_role("button").first.click()
    settled(page, before)
    assert "point:" in address_of(page)
    assert page.get_by_text("It should be 2.").is_visible()
    press(page, "One example")
    assert page.get_by_text("Example 1 of 20 of the next update").is_visible()
    press(page, "Look into it")
    assert "network=train" in address_of(page)
    assert "after 300 updates of Train" in page.locator(".subject").inner_text()
    press(page, "Back to the lab's own network")
    assert "network=train" not in address_of(page)


def test_the_layers_are_changed_by_dragging(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "train?train=updates:5")
    bars = page.get_by_role("slider", name="Neurons of layer")

    def drag(index: int, right: int, down: int) -> None:
        box = bars.nth(index).bounding_box()
        assert box is not None
        before = address_of(page)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 6)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2 + right, box["y"] + 6 + down, steps=5)
        page.mouse.up()
        settled(page, before)

    drag(0, 0, -26)
    assert "hidden:64,16" in address_of(page)
    drag(0, 130, 0)
    assert "hidden:16,64" in address_of(page)
    drag(0, -300, 0)
    assert "hidden:64;" in address_of(page)
    before = address_of(page)
    new, bar = page.get_by_role("button", name="Add a layer"), bars.first.bounding_box()
    assert bar is not None
    new.hover()
    page.mouse.down()
    page.mouse.move(bar["x"] + 4, bar["y"] + 10, steps=5)
    page.mouse.up()
    settled(page, before)
    assert "hidden:64,64" in address_of(page)
    press(page, "Undo")
    assert "hidden:64;" in address_of(page)


def test_the_layers_and_the_recipe_are_set_by_keyboard_alone(
    open_page: OpenPage, lab: RunningLab
) -> None:
    page = visit(open_page, lab, "train")
    page.get_by_role("slider", name="Neurons of layer 1").focus()
    for key, hidden in (
        ("ArrowUp", "33,16"),
        ("Shift+ArrowDown", "23,16"),
        ("PageUp", "46,16"),
        ("ArrowRight", "16,46"),
        ("Insert", "16,46,46"),
        ("Delete", "16,46"),
    ):
        before = address_of(page)
        page.keyboard.press(key)
        settled(page, before)
        assert f"hidden:{hidden}" in address_of(page)
    page.keyboard.press("a")  # means nothing
    field = page.get_by_label("learning rate", exact=True)
    field.fill("-1")
    page.keyboard.press("Tab")
    assert page.get_by_text("Expected learning rate to be a number above 0.").is_visible()
    for typed, written in (("0,5", "learning_rate:0.5"), ("0.25", "learning_rate:0.25")):
        before = address_of(page)
        field.fill(typed)
        page.keyboard.press("Tab")
        settled(page, before)
        assert written in address_of(page)
    page.locator("summary", has_text="Regularisation").press("Enter")
    before = address_of(page)
    page.get_by_label("dropout").fill("0.2,0.1")
    page.keyboard.press("Tab")
    settled(page, before)
    assert "dropout:0.2,0.1" in address_of(page)
    before = address_of(page)
    page.locator(".time .main").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.time .main').ariaPressed === 'true'")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.time .main').ariaPressed === 'false'")


def test_a_table_of_ones_own_is_learned_and_points_are_chosen_by_keyboard(
    open_page: OpenPage, table_lab: RunningLab
) -> None:
    page = visit(open_page, table_lab, "train?train=updates:60;panel:points")
    page.wait_for_function("() => !document.querySelector('.time .count [role=status]')")
    assert share(page) > 80
    assert page.get_by_label("Data").input_value() == "own"
    marks = page.get_by_role("application", name="Map of")
    before = address_of(page)
    marks.focus()
    page.keyboard.press("ArrowRight")
    settled(page, before)
    assert "point:1" in address_of(page)
    page.wait_for_function("() => /Test example 1:/.test(document.body.innerText)")
    page.keyboard.press("t")
    assert page.locator(".point-map table").is_visible()
    press(page, "Draw for it")
    assert page.get_by_label("left").is_visible()
    page.go_back()
    page.wait_for_function("() => document.querySelector('.lab').dataset.room === 'train'")
    before = address_of(page)
    page.get_by_label("Data").select_option("mnist")
    settled(page, before)
    assert page.locator(".head .subject").inner_text().startswith("784-32-16-10")


def test_a_training_ends_by_its_epochs(open_page: OpenPage, table_lab: RunningLab) -> None:
    page = visit(open_page, table_lab, "train?train=updates:1;epochs:3")
    page.get_by_label("Updates a frame").select_option("100")
    page.locator(".time .main").click()
    page.get_by_text("The training has ended").wait_for()
    page.wait_for_function("() => document.querySelector('.time .main').ariaPressed === 'false'")


def test_what_ails_it_is_mended_with_one_click(open_page: OpenPage, lab: RunningLab) -> None:
    address = "train?train=examples:300;updates:120;panel:diagnosis;batch_size:5;initialiser:zeros"
    page = visit(open_page, lab, address)
    page.locator(".finding").get_by_text("Symmetric initial weights").wait_for()
    before = address_of(page)
    page.locator(".finding").get_by_role("button", name="Begin anew").click()
    settled(page, before)
    assert "initialiser" in address_of(page)
    assert "beside:" in address_of(page)
    assert updates(page) == 0


@pytest.mark.parametrize("panel", ["curves", "layers", "answers", "points", "diagnosis"])
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, lab: RunningLab, panel: str) -> None:
    part = "" if panel == "curves" else f";panel:{panel}"
    part = "" if panel == "curves" else f";panel:{panel}"
    page = visit(open_page, lab, f"train?train=updates:40{part}", viewport=PHONE)
    page.locator(f".tabs button:nth-child({1 + PANELS.index(panel)})").wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


PANELS = ["curves", "layers", "answers", "points", "diagnosis"]


def test_it_learns_as_fast_as_it_can_while_panels_are_changed(
    open_page: OpenPage, lab: RunningLab
) -> None:
    page = visit(open_page, lab, "train")
    page.get_by_label("Updates a frame").select_option("as many as it can")
    page.locator(".time .main").click()
    page.wait_for_function(
        "() => +/\\d+/.exec(document.querySelector('.time .count').innerText)[0] > 200"
    )
    page.get_by_role("button", name="Layers", exact=True).click()
    page.locator(".histogram").first.wait_for()
    assert page.locator(".time .main").get_attribute("aria-pressed") == "true"
    page.locator(".time .main").click()
    page.wait_for_function("() => document.querySelector('.time .main').ariaPressed === 'false'")
    page.wait_for_function(
        "() => { const shown = /updates:(\\d+)/.exec(location.hash); return shown && "
        "shown[1] === /\\d+/.exec(document.querySelector('.time .count').innerText)[0]; }"
    )
    assert 200 < updates(page) < 100_000
    position = page.get_by_label("Position")
    position.focus()
    before = address_of(page)
    page.keyboard.press("Home")
    settled(page, before)
    page.wait_for_function("() => /^Update 0 /.test(document.querySelector('.count').innerText)")
