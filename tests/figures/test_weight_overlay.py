"""Histograms of the weights of several networks over each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.figures.weight_overlay import draw_weight_overlay, weight_overlay_data


def networks() -> dict[str, cr.Network]:
    return {
        "one": cr.Network.create([4, 5, 3], seed=1),
        "deeper": cr.Network.create([4, 6, 5, 3], seed=2),
    }


def test_every_weight_is_counted_once() -> None:
    found = weight_overlay_data(networks(), bins=7)
    assert found.names == ("one", "deeper")
    assert [layer.layer for layer in found.layers] == [1, 2, 3]
    assert [layer.counts.sum(axis=1).tolist() for layer in found.layers] == [
        [20, 24],
        [15, 30],
        [0, 15],
    ]
    for layer in found.layers:
        assert len(layer.edges) == 8
        assert (np.diff(layer.edges) > 0).all()
    first = networks()["one"].weights[0]
    edges = found.layers[0].edges
    expected = [((first >= a) & (first < b)).sum() for a, b in itertools.pairwise(edges)]
    assert found.layers[0].counts[0][:-1].tolist() == expected[:-1]


def test_a_panel_for_each_layer() -> None:
    figure = draw_weight_overlay(weight_overlay_data(networks()))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["W[1]", "W[2]", "W[3]"]
    assert [len(axes.patches) for axes in figure.axes] == [2, 2, 2]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["one", "deeper"]


def test_nothing_to_draw() -> None:
    with pytest.raises(InputError, match="expected at least one network, got none"):
        weight_overlay_data({})
