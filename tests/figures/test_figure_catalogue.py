from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from chainrule import figures
from chainrule.attribution.replay import RunReplay
from chainrule.data.dataset import Dataset
from chainrule.engine.history import EpochRecord
from chainrule.errors import InputError, UnknownNameError
from chainrule.figures.figure_catalogue import FIGURES, get_figure_spec
from chainrule.figures.figure_inputs import FigureInputs
from chainrule.ledger import Ledger, read_worked
from chainrule.network.network import Network

NEEDS = {"nothing", "table", "run", "replay", "worked", "network", "dataset", "network+dataset"}
TABLE = "batch_size,learning_rate,accuracy,cost\n5,0.1,0.4,2\n5,1,0.8,1\n10,0.1,0.3,3\n"
RECORD = EpochRecord(1, 0.5, 0.0, 0.5, 0.1, 1.0, weights_sha256="", tensor_sha256={})


def test_every_figure_says_what_it_is_and_needs() -> None:
    assert list(FIGURES) == sorted(FIGURES)
    for name, kind in FIGURES.items():
        assert kind.name == name
        assert kind.meaning
        assert kind.needs in NEEDS


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_figure_is_made_from_what_it_says_it_needs(
    name: str, network: Network, pictures: Dataset, replay: RunReplay, tmp_path: Path
) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    parts: dict[str, Any] = {
        "network": network,
        "dataset": pictures,
        "run": {"first": [RECORD]},
        "replay": replay,
        "table": str(tmp_path / "table.csv"),
        "worked": Ledger(read_worked("approximator-relu" if name == "sums" else "two-layers")),
    }
    names = {"run": "histories", "worked": "ledger"}
    needs = [need for need in FIGURES[name].needs.split("+") if need != "nothing"]
    material = FigureInputs(
        **{names.get(need, need): parts[need] for need in needs},
        names=("2",) if name == "pieces" else (),  # ten neurons take their time
        settings={"first": {"seed": 1}},
    )
    figure = get_figure_spec(name).draw(material)
    assert isinstance(figure, Figure)
    assert figure.axes


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("calibration", "network"),
        ("confusion", "network"),
        ("cost-slices", "run with its data"),
        ("cost-surface", "run with its data"),
        ("dependence", "network"),
        ("digits", "dataset"),
        ("mistakes", "dataset"),
        ("network", "network"),
        ("parallel", "table"),
        ("paths", "worked example"),
        ("rates", "table"),
        ("saturation", "run with its data"),
        ("slices", "table"),
        ("weights", "network"),
    ],
)
def test_what_is_missing_is_named(name: str, missing: str) -> None:
    with pytest.raises(InputError) as caught:
        get_figure_spec(name).draw(FigureInputs())
    assert str(caught.value) == f"figure: expected a {missing}, got none."


def test_no_run_gives_no_curves() -> None:
    with pytest.raises(InputError) as caught:
        get_figure_spec("learning-curves").draw(FigureInputs())
    assert str(caught.value) == (
        "figure: expected runs with at least one epoch each, got no run. Train for an epoch first."
    )


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        get_figure_spec("confusions").draw(FigureInputs())
    assert str(caught.value) == (
        "figure: expected a figure, got 'confusions' (str). Did you mean 'confusion'? Valid "
        f"names: {', '.join(FIGURES)}."
    )


def test_how_many_to_show_can_be_said(network: Network, pictures: Dataset) -> None:
    few = FigureInputs(network=network, dataset=pictures, most=2)
    assert len(get_figure_spec("mistakes").draw(few).axes) == 2
    assert len(get_figure_spec("digits").draw(few).axes) == 3 * (2 + 1)
    assert len(get_figure_spec("weights").draw(few).axes) == 2 + 1 + 2  # images, matrix, two scales
    one = get_figure_spec("activations").draw(FigureInputs(names=("relu",)))
    assert len(one.axes) == 1


def test_names_say_more(replay: RunReplay, tmp_path: Path) -> None:
    surface = get_figure_spec("cost-surface").draw(FigureInputs(replay=replay, names=("random",)))
    assert surface.axes[0].get_xlabel() == "first random direction"
    with pytest.raises(InputError) as caught:
        get_figure_spec("cost-surface").draw(
            FigureInputs(replay=replay, names=("random", "principal"))
        )
    assert str(caught.value) == (
        "figure: expected one of principal, random, got random and principal."
    )
    (tmp_path / "table.csv").write_text(TABLE)
    material = FigureInputs(table=str(tmp_path / "table.csv"), names=("investigation",))
    assert len(get_figure_spec("rates").draw(material).axes) == 3
    costs = FigureInputs(table=str(tmp_path / "table.csv"), metric="cost")
    assert get_figure_spec("slices").draw(costs).axes[0].get_ylabel() == "cost"


@pytest.mark.parametrize("name", ["batches", "cost-relief"])
@pytest.mark.parametrize("names", [("first",), ("1", "2")])
def test_an_epoch_is_one_number(name: str, names: tuple[str, ...], replay: RunReplay) -> None:
    with pytest.raises(InputError) as caught:
        get_figure_spec(name).draw(FigureInputs(replay=replay, names=names))
    assert str(caught.value) == (
        f"figure: expected the number of one epoch, got {' and '.join(names)}."
    )


def test_a_layer_of_a_network_is_lifted(network: Network, pictures: Dataset) -> None:
    inputs = FigureInputs(network=network, dataset=pictures, names=("1",))
    titles = [axes.get_title(loc="left") for axes in get_figure_spec("lift").draw(inputs).axes]
    assert any("bent by relu" in title for title in titles)


def test_a_worked_example_may_be_drawn_upright_and_in_part() -> None:
    worked = FigureInputs(ledger=Ledger(read_worked("edge-detector")))
    whole = get_figure_spec("network").draw(worked)
    part = FigureInputs(ledger=worked.ledger, names=("z[1][1]", "upright"))
    drawn = get_figure_spec("network").draw(part)
    assert drawn.get_figwidth() < whole.get_figwidth()
    path = FigureInputs(ledger=worked.ledger, names=("upright",))
    assert get_figure_spec("paths").draw(path).get_figwidth() < 5


def test_a_worked_example_has_its_numbers_drawn() -> None:
    worked = FigureInputs(ledger=Ledger(read_worked("four-detector")))
    assert len(get_figure_spec("network").draw(worked).axes) == 1
    two = FigureInputs(ledger=worked.ledger, names=("W[1][0,0]", "W[1][0,1]"))
    with pytest.raises(InputError) as caught:
        get_figure_spec("paths").draw(two)
    assert str(caught.value) == ("figure: expected one address, got W[1][0,0] and W[1][0,1].")


def test_the_cost_named_is_the_one_judged_by(network: Network, pictures: Dataset) -> None:
    with pytest.raises(UnknownNameError):
        get_figure_spec("confusion").draw(
            FigureInputs(network=network, dataset=pictures, cost="no such cost")
        )


def test_the_list_and_the_numbers_load_without_matplotlib() -> None:
    folder = Path(figures.__file__).parent
    modules = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    program = (
        "import sys, importlib\n"
        "for name in sys.argv[1:]: importlib.import_module(f'chainrule.figures.{name}')\n"
        "print('matplotlib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program, *modules], capture_output=True, check=True)
    assert run.stdout.split() == [b"False"]
