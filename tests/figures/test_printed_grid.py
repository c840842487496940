from __future__ import annotations

import pytest

from chainrule.errors import UnknownNameError
from chainrule.figures.rate_curves import GridPoint, printed_points


def test_the_printed_grid_is_whole() -> None:
    points = printed_points("investigation")
    assert len(points) == 800
    assert {point.batch_size for point in points} == set(range(5, 101, 5))
    rates = {point.learning_rate for point in points}
    expected = {*(round(0.05 * k, 2) for k in range(1, 21)), *map(float, range(1, 21))}
    assert rates == expected
    assert points[0] == GridPoint(5, 0.05, 0.4462)
    # the text names 83.50 % at batch size 40 and rate 4 as the best, but a figure has more
    assert GridPoint(40, 4.0, 0.835) in points
    assert max(points, key=lambda p: p.accuracy) == GridPoint(15, 0.9, 0.8408)


def test_another_paper_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        printed_points("investigations")
    assert str(caught.value) == (
        "figure: expected a paper, got 'investigations' (str). Did you mean "
        "'investigation'? Valid names: investigation."
    )
