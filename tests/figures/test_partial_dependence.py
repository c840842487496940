from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import chainrule as cr
from chainrule.data import Dataset, count_inputs
from chainrule.errors import DataError
from chainrule.figures.partial_dependence import draw_partial_dependence, partial_dependence_data
from chainrule.network.network import Network
from chainrule.schema import Column, Schema, Target

COLUMNS = (
    Column(name="size", kind="number"),
    Column(name="kind", kind="category", categories=("x", "y", "z")),
    Column(name="sold", kind="date"),
)


def table(kind: str = "numbers", n: int = 300) -> Dataset:
    random = np.random.default_rng(0)
    rows = np.column_stack(
        [random.normal(100, 30, n), random.integers(0, 3, n), random.integers(10_000, 20_000, n)]
    )
    price = 2 * rows[:, :1] + 50 * rows[:, 1:2]
    names = ("cheap", "dear") if kind == "classes" else ()
    targets = price if kind == "numbers" else (price[:, 0] > 250).astype(np.int64)
    schema = Schema(columns=COLUMNS, target=Target(names=("price",), kind=kind, classes=names))
    return Dataset(rows, targets, schema=schema, class_names=names, name="houses")


def trained(data: Dataset) -> Network:
    outputs = 2 if data.classifies else 1
    last = "softmax" if data.classifies else "identity"
    layers = [count_inputs(data, "one_hot"), 12, outputs]
    network = Network.create(layers, "tanh", output_activation=last, seed=2)
    cost = "categorical_cross_entropy" if data.classifies else "half_squared_error"
    recipe = cr.Recipe(cost=cost, epochs=30, learning_rate=0.01, seed=1, engine="reference")
    return cr.train(network, data, recipe).network


def test_the_curve_of_a_linear_network_is_a_line_through_the_mean_answer() -> None:
    network = Network.create([2, 1], "identity", dtype="float64").with_parameters([3.0, -1.0, 5.0])
    rows = np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 8.0], [3.0, 0.0]])
    found = partial_dependence_data(network, Dataset(rows, rows[:, :1]), ["0"])
    (curve,) = found.curves
    assert (curve.name, curve.kind) == ("input 0", "number")
    assert curve.grid.tolist() == [0, 1, 2, 3]
    assert curve.mean[:, 0] == pytest.approx(3 * curve.grid - 3.0 + 5.0)
    low, high = np.quantile(-rows[:, 1], (0.25, 0.75))
    assert curve.low[:, 0] == pytest.approx(3 * curve.grid + 5 + low)
    assert curve.high[:, 0] == pytest.approx(3 * curve.grid + 5 + high)
    assert found.outputs == ("output 1",)


def test_numbers_categories_and_dates_in_the_target_s_unit() -> None:
    data = table()
    found = partial_dependence_data(trained(data), data)
    assert [curve.name for curve in found.curves] == ["size", "kind", "sold"]
    size, kind, sold = found.curves
    assert found.outputs == ("price",)
    assert (len(size.grid), kind.labels, len(sold.grid)) == (40, ("x", "y", "z"), 40)
    slope = np.polyfit(size.grid, size.mean[:, 0], 1)[0]
    assert slope == pytest.approx(2, abs=0.3)
    assert np.diff(kind.mean[:, 0]) == pytest.approx([50, 50], abs=12)
    own = data.inputs[:, 0]
    assert size.grid[[0, -1]] == pytest.approx(np.quantile(own, (0.025, 0.975)))
    assert size.marks == pytest.approx(np.quantile(own, np.linspace(0, 1, 11)))
    figure = draw_partial_dependence(found)
    assert [axes.get_xlabel() for axes in figure.axes] == ["size", "kind", "sold"]


def test_of_two_classes_the_second_is_shown() -> None:
    data = table("classes")
    found = partial_dependence_data(trained(data), data, ["size"])
    assert found.outputs == ("dear",)
    mean = found.curves[0].mean[:, 0]
    assert mean[0] < 0.2 < 0.8 < mean[-1]


def test_many_classes_have_a_line_each_and_no_bands() -> None:
    random = np.random.default_rng(0)
    data = Dataset(random.standard_normal((50, 2)), random.integers(0, 3, 50))
    found = partial_dependence_data(Network.create([2, 3], "softmax", seed=1), data)
    assert found.outputs == ("0", "1", "2")
    assert found.curves[0].mean.sum(axis=1) == pytest.approx(1, abs=1e-6)
    figure = draw_partial_dependence(found)
    assert len(figure.axes[0].lines) == 3
    assert len(figure.axes[0].collections) == 1  # the marks


def test_a_single_output_stands_for_two_classes() -> None:
    data = Dataset([[0.0], [1.0]], [0, 1], class_names=("no", "yes"))
    network = Network.create([1, 1], "sigmoid", dtype="float64").with_parameters([2.0, 0.0])
    found = partial_dependence_data(network, data)
    assert found.outputs == ("yes",)
    assert found.curves[0].mean[:, 0] == pytest.approx([0.5, 1 / (1 + np.exp(-2))])


def test_one_column_fits_into_axes_of_the_caller() -> None:
    data = table()
    figure, (left, right) = plt.subplots(1, 2)
    found = partial_dependence_data(trained(data), data, ["kind"])
    assert draw_partial_dependence(found, ax=right) is figure
    assert right.get_title(loc="left") == "Partial dependence on kind for price"
    assert not left.lines
    plt.close(figure)


def test_bytes_stay_whole_numbers() -> None:
    random = np.random.default_rng(0)
    data = Dataset(random.integers(0, 256, (200, 2, 2), np.uint8), np.arange(200) % 2, 1 / 255)
    found = partial_dependence_data(Network.create([4, 2], "softmax"), data, ["3"])
    grid = found.curves[0].grid
    assert (grid == np.round(grid)).all()
    assert len(grid) <= 40


def test_columns_that_do_not_vary_are_left_out_unless_named() -> None:
    data = Dataset([[1.0, 0.0, 4.0], [1.0, 2.0, 5.0]], [0, 1])
    network = Network.create([3, 2], "softmax")
    found = partial_dependence_data(network, data)
    assert [curve.name for curve in found.curves] == ["input 1", "input 2"]
    assert len(partial_dependence_data(network, data, most=1).curves) == 1
    assert partial_dependence_data(network, data, ["0"]).curves[0].grid.tolist() == [1.0]
    same = Dataset([[1.0], [1.0]], [0, 1])
    assert len(partial_dependence_data(Network.create([1, 2], "softmax"), same).curves) == 1


def test_many_categories_are_written_on_the_slant() -> None:
    letters = tuple("abcdefg")
    schema = Schema(
        columns=(Column(name="letter", kind="category", categories=letters),),
        target=Target(names=("",), kind="classes", classes=("0", "1")),
    )
    data = Dataset(np.arange(14.0)[:, None] % 7, np.arange(14) % 2, schema=schema)
    network = cr.train(
        Network.create([7, 2], "softmax"),
        data,
        cr.Recipe(epochs=1, seed=0, engine="reference"),
    ).network
    figure = draw_partial_dependence(partial_dependence_data(network, data))
    assert figure.axes[0].get_xticklabels()[0].get_rotation() == 60


def test_a_column_without_any_value_is_refused() -> None:
    data = table()
    rows = np.array(data.inputs)
    rows[:, 0] = np.nan
    empty = Dataset(rows, data.targets, schema=data.schema, name="houses")
    with pytest.raises(DataError) as caught:
        partial_dependence_data(trained(data), empty, ["size"])
    assert str(caught.value) == (
        "houses: expected values in the column 'size', got none: every cell is missing."
    )
