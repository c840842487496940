from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.polarity import ink_is_dark

LIGHT, DARK = (235, 230, 220), (40, 40, 60)


@pytest.mark.parametrize("digit", [0, 3, 5, 7])
@pytest.mark.parametrize("pen", [0.05, 0.2])
@pytest.mark.parametrize("light", [0.0, 0.5])
def test_both_polarities(sheet, grey, digit, pen, light) -> None:
    kind = {"digit": digit, "pen": pen, "light": light, "noise": 4}
    assert ink_is_dark(grey(sheet(**kind).photographed()))
    assert not ink_is_dark(grey(sheet(**kind, ink=LIGHT, paper=DARK).photographed()))


def test_a_digit_that_fills_its_picture(sheet, grey) -> None:
    tight = sheet(digit=0, box=(0.12, 0.1, 0.76, 0.8), size=(100, 120), pen=0.18)
    assert ink_is_dark(grey(tight.image()))
    assert not ink_is_dark(1 - grey(tight.image()))


def test_a_dark_desk_beside_the_paper(sheet, grey) -> None:
    page = grey(sheet(digit=5, light=0.3, noise=3).photographed())
    page[:, :40] *= 0.3
    assert ink_is_dark(page)


def test_a_shadow_across_the_paper(sheet, grey) -> None:
    assert ink_is_dark(grey(sheet(digit=3, shadow=0.4, noise=3).photographed()))


def test_without_any_greys() -> None:
    page = np.ones((40, 40), np.float32)
    page[8:32, 18:24] = 0
    assert ink_is_dark(page)
    assert not ink_is_dark(1 - page)


def test_an_empty_page_has_no_ink_to_be_light() -> None:
    assert ink_is_dark(np.full((30, 30), 0.2, np.float32))
