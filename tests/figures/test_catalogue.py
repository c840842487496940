from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from matplotlib.figure import Figure

from chainrule.data.dataset import Dataset
from chainrule.engine.position import EpochRecord
from chainrule.errors import InputError, UnknownNameError
from chainrule.figures.catalogue import FIGURES, Material, make_figure
from chainrule.network.network import Network

NEEDS = {"nothing", "run", "network", "dataset", "network+dataset"}
RECORD = EpochRecord(1, 0.5, 0.0, 0.5, 0.1, 1.0, weights_sha256="", tensor_sha256={})


def test_every_figure_says_what_it_is_and_needs() -> None:
    assert list(FIGURES) == sorted(FIGURES)
    for name, kind in FIGURES.items():
        assert kind.name == name
        assert kind.meaning
        assert kind.needs in NEEDS


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_figure_is_made_from_what_it_says_it_needs(
    name: str, network: Network, pictures: Dataset
) -> None:
    parts: dict[str, Any] = {
        "network": network,
        "dataset": pictures,
        "run": {"first": [RECORD]},
    }
    names = {"run": "histories"}
    needs = [need for need in FIGURES[name].needs.split("+") if need != "nothing"]
    material = Material(**{names.get(need, need): parts[need] for need in needs})
    figure = make_figure(name, material)
    assert isinstance(figure, Figure)
    assert figure.axes


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("calibration", "network"),
        ("confusion", "network"),
        ("digits", "dataset"),
        ("mistakes", "dataset"),
        ("network", "network"),
        ("weights", "network"),
    ],
)
def test_what_is_missing_is_named(name: str, missing: str) -> None:
    with pytest.raises(InputError) as caught:
        make_figure(name, Material())
    assert str(caught.value) == f"figure: expected a {missing}, got none."


def test_no_run_gives_no_curves() -> None:
    with pytest.raises(InputError) as caught:
        make_figure("learning-curves", Material())
    assert str(caught.value) == (
        "figure: expected runs with at least one epoch each, got no run. Train for an epoch first."
    )


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        make_figure("confusions", Material())
    assert str(caught.value) == (
        "figure: expected a figure, got 'confusions' (str). Did you mean 'confusion'? The names "
        "are: activations, calibration, confusion, digits, learning-curves, mistakes, network, "
        "weights."
    )


def test_how_many_to_show_can_be_said(network: Network, pictures: Dataset) -> None:
    few = Material(network, pictures, most=2)
    assert len(make_figure("mistakes", few).axes) == 2
    assert len(make_figure("digits", few).axes) == 3 * (2 + 1)
    assert len(make_figure("weights", few).axes) == 2 + 1 + 2  # images, matrix, two scales
    one = make_figure("activations", Material(names=("relu",)))
    assert len(one.axes) == 1


def test_the_cost_named_is_the_one_judged_by(network: Network, pictures: Dataset) -> None:
    with pytest.raises(UnknownNameError):
        make_figure("confusion", Material(network, pictures, cost="no such cost"))


def test_the_list_and_the_numbers_load_without_matplotlib() -> None:
    modules = (
        "activations",
        "calibration",
        "catalogue",
        "confusion",
        "digits",
        "images",
        "learning_curves",
        "mistakes",
        "network_diagram",
        "saving",
        "style",
        "weights",
    )
    program = (
        "import sys, importlib\n"
        "for name in sys.argv[1:]: importlib.import_module(f'chainrule.figures.{name}')\n"
        "print('matplotlib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program, *modules], capture_output=True, check=True)
    assert run.stdout.split() == [b"False"]
