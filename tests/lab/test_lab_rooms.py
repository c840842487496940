"""The rooms as functions: their numbers are those of predict, explain, inspect and prove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import chainrule as cr
from chainrule.attribution import inspect_value
from chainrule.data.dataset import Dataset
from chainrule.lab.frames import pack_frame, unpack_frame
from chainrule.lab.lab_server import lab_view
from chainrule.lab.start_network import start_examples, start_network
from chainrule.lab.state import Edit, LabState
from chainrule.lab.subject import LabSubject, open_subject
from chainrule.lab.workbench import Workbench
from chainrule.ledger import explain
from chainrule.ledger.formulas import Term, leaves


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(open_subject())


def shown(bench: Workbench, **state: Any) -> dict[str, Any]:
    """What the page gets."""
    values, arrays = unpack_frame(pack_frame(bench.view(LabState(**state))))
    return {**values, "arrays": arrays}


def opened(bench: Workbench, select: str, **state: Any) -> dict[str, Any]:
    found: dict[str, Any] = shown(bench, select=select, **state)["opened"]
    return found


def test_the_lab_opens_with_a_seven_that_is_read(bench: Workbench) -> None:
    view, _ = unpack_frame(pack_frame(bench.view(bench.start_state())))
    assert view["answer"]["outputs"][view["answer"]["best"]]["name"] == "7"
    assert [one["name"] for one in view["stages"]][-1] == "centre"
    assert view["error"] is None


def test_answers_are_those_of_predict(bench: Workbench) -> None:
    network, examples = start_network(), start_examples()
    for row in range(20):
        view = shown(bench, example=row)
        found = [one["value"] for one in view["answer"]["outputs"]]
        np.testing.assert_allclose(found, network.predict(examples.inputs[[row]])[0], atol=1e-6)
        assert view["target"]["class"] == examples.targets[row]


def test_the_start_network_is_right_on_its_examples(bench: Workbench) -> None:
    found = bench.accuracy(LabState())
    assert found is not None
    assert found.right >= 190
    assert found.low < found.right / found.count < found.high


def thin(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The skeleton of a digit (Zhang and Suen 1984)."""
    left = ink.copy()
    while True:
        before = left.copy()
        for first in (True, False):
            wide = np.pad(left, 1).astype(int)
            around = [
                wide[1 + dy : wide.shape[0] - 1 + dy, 1 + dx : wide.shape[1] - 1 + dx]
                for dy, dx in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
            ]
            turns = sum((around[k] == 0) & (around[(k + 1) % 8] == 1) for k in range(8))
            count = sum(around)
            up, right, down, west = around[::2]
            edge = (
                (up * right * down == 0) & (right * down * west == 0)
                if first
                else (up * right * west == 0) & (up * down * west == 0)
            )
            left &= ~((count >= 2) & (count <= 6) & (turns == 1) & edge)
        if (left == before).all():
            return left


def pen_strokes(image: NDArray[np.uint8]) -> tuple[Any, ...]:
    """A digit as a pen would draw it, along its skeleton."""
    points = {(int(y), int(x)) for y, x in np.argwhere(thin(image > 96))}
    return tuple(
        ((10 * x + 5, 10 * y + 5), (10 * (x + dx) + 5, 10 * (y + dy) + 5))
        for y, x in sorted(points)
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1))
        if (y + dy, x + dx) in points
    )


def test_thirty_test_digits_drawn_by_a_pen_are_read(bench: Workbench) -> None:
    examples = start_examples()
    right = 0
    for row in range(30):
        ink = pen_strokes(np.asarray(examples.inputs[row]).reshape(28, 28))
        right += shown(bench, ink=ink)["answer"]["best"] == examples.targets[row]
    assert right >= 28


def test_below_the_threshold_no_answer_is_given(bench: Workbench) -> None:
    assert not shown(bench, example=0, abstain=0.5)["answer"]["withheld"]
    assert shown(bench, example=0, abstain=1.0)["answer"]["withheld"]


def test_an_edit_changes_answer_and_accuracy(bench: Workbench) -> None:
    edits = (Edit("b[2][3]", 1000.0),)
    view = shown(bench, example=0, edits=edits)
    assert view["answer"]["best"] == 3
    after = bench.accuracy(LabState(edits=edits))
    assert after is not None
    assert after.right == int((start_examples().targets == 3).sum())


def test_nothing_sees_a_silenced_neuron(bench: Workbench) -> None:
    active = int(shown(bench, example=0)["arrays"]["a1"].argmax())
    silenced = {"example": 0, "silenced": (f"a[1][{active}]",)}
    view = shown(bench, **silenced)
    assert view["network"]["layers"][0]["silenced"] == [active]
    assert view["arrays"]["a1"][active] > 0
    for at in range(10):
        assert opened(bench, f"W[2][{at},{active}]", **silenced)["value"] == 0


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"edits": (Edit("W[3][0,0]", 1.0),)}, "a layer from 1 to 2"),
        ({"edits": (Edit("W[1][32,0]", 1.0),)}, "indices below 32"),
        ({"edits": (Edit("b[1][32]", 1.0),)}, "indices below 32"),
        ({"silenced": ("a[2][0]",)}, "a neuron of a hidden layer"),
        ({"example": 200}, "the number of an example from 0 to 199"),
        ({"target": 10}, "the number of a class from 0 to 9"),
        ({"step": 1}, "no step"),
        ({"ink": (((5, 5),), ((5, 5),)), "select": "z[9][0]"}, "layer"),
        ({"select": "nothing[1]"}, "nothing"),
        ({"inputs": (Edit("x[784]", 1.0),)}, "x[k] with k below 784"),
    ],
)
def test_what_there_is_not_is_said_in_the_view(
    bench: Workbench, state: dict[str, Any], text: str
) -> None:
    assert text in shown(bench, **state)["error"]["text"]


def test_a_wrong_selection_leaves_the_rest_of_the_view(bench: Workbench) -> None:
    view = shown(bench, example=1, select="z[9][0]")
    assert view["answer"]["outputs"]
    assert view["opened"] is None


def test_images_of_weights_are_sent_once(bench: Workbench) -> None:
    first = bench.view(LabState(example=0))
    again = bench.view(LabState(example=0), first.values["network"]["maps"])
    assert first.arrays["maps"].shape == (32, 28, 28)
    assert "maps" not in again.arrays


def test_a_sum_names_its_largest_terms(bench: Workbench) -> None:
    terms = opened(bench, "z[1][3]", example=0)["terms"]
    sizes = [abs(term["value"]) for term in terms]
    assert sizes == sorted(sizes, reverse=True)
    for term in terms:
        numbers = [opened(bench, one["address"], example=0)["value"] for one in term["factors"]]
        assert np.prod(numbers) == pytest.approx(term["value"], rel=1e-12)


def test_the_cost_falls_back_through_the_lit_path(bench: Workbench) -> None:
    """The products on the path of the only layer above add up to da [BP2a]."""
    view = shown(bench, room="look", example=0, select="delta[1][3]", direction="backward")
    total = opened(bench, "da[1][3]", room="look", example=0)["value"]
    path = [edge for edge in view["path"] if edge[2] == 3]
    assert sum(edge[3] for edge in path) == pytest.approx(total, abs=0.02 * abs(total) + 1e-12)


def test_a_derivative_is_proved(bench: Workbench) -> None:
    view = shown(bench, room="look", example=0, target=3)
    active = int(view["arrays"]["a1"].argmax())
    found = bench.prove(LabState(example=0, target=3, select=f"dW[2][3,{active}]"))
    assert [one["method"] for one in found] == ["differences", "complex step", "own autodiff"]
    assert [one["holds"] for one in found] == [True, None, True]
    value = opened(bench, f"dW[2][3,{active}]", example=0, target=3)["value"]
    assert found[2]["found"] == pytest.approx(value, rel=1e-9)
    with pytest.raises(cr.InputError, match="the derivative by one weight or bias"):
        bench.prove(LabState(example=0, select="a[1][0]"))


def test_numbers_of_a_worked_file_are_those_of_explain() -> None:
    """Every number of both steps: address, value, equation and name."""
    values = explain("two-layers").values
    assert values is not None
    bench = Workbench(open_subject("two-layers"))
    for record in values():
        address = record["quantity"].removeprefix("step[2].")
        state = {"room": "look", "step": record["step"], "example": record["example"]}
        found = opened(bench, address, **state)
        assert found["full_address"] == record["quantity"]
        assert found["value"] == record["value"]
        assert (found["equation"] or None, found["name"]) == (record["equation"], record["name"])


@pytest.mark.parametrize("name", ["two-layers", "han-kamber"])
def test_each_factor_leads_to_its_own_number(name: str) -> None:
    """Also those of the step before, and of another example of the batch."""
    subject = open_subject(name)
    bench = Workbench(subject)
    for step in range(1, subject.steps + 1):
        shown_step = bench.shown_step(LabState(step=step))
        for quantity in shown_step.ledger.quantities(step):
            formula = shown_step.ledger.entry(quantity).formula
            assert formula is not None
            for leaf in leaves(formula):
                if isinstance(leaf, Term):
                    address = shown_step.address(leaf.quantity)
                    found = shown_step.ledger.value(shown_step.locate(address))
                    assert found == leaf.value, (str(quantity), address)


def pictures(n: int = 20) -> Dataset:
    rng = np.random.default_rng(0)
    inputs = rng.integers(1, 256, (n, 64), dtype=np.uint8)
    return Dataset(
        inputs, np.arange(n) % 3, scale=1 / 255, shape=(8, 8), class_names=("a", "b", "c")
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run on small images, kept with their file."""
    folder = tmp_path_factory.mktemp("lab")
    data = pictures()
    np.savez(folder / "data.npz", x=np.asarray(data.inputs).reshape(-1, 8, 8), y=data.targets)
    experiment = cr.Experiment.create(
        str(folder / "data.npz"), layers=[64, 6, 3], epochs=2, seed=1, engine="reference"
    )
    experiment.train(folder=folder / "run")
    return folder / "run"


def test_numbers_of_a_run_are_those_of_inspect(run: Path) -> None:
    bench = Workbench(open_subject(run))
    step = bench.subject.steps
    row = shown(bench, room="look", step=step)["batch"]["row"]
    for address in ("z[1]", "delta[2]", "dW[2]", "W_new[2]", "b_new[1]", "cost", "learning_rate"):
        values = inspect_value(str(run), address, step=step, image=row).values
        assert values is not None
        for record in values()["values"]:
            found = opened(bench, record["quantity"], room="look", step=step, example=row)
            assert found["value"] == record["value"], record["quantity"]


def test_a_step_with_normalisation_and_dropout(run: Path, tmp_path: Path) -> None:
    experiment = cr.Experiment.create(
        str(run.with_name("data.npz")),
        layers=[64, 6, 4, 3],
        epochs=2,
        seed=1,
        engine="reference",
        normalisation="batch",
        dropout=0.3,
    )
    experiment.train(folder=tmp_path / "run")
    bench = Workbench(open_subject(tmp_path / "run"))
    made = set()
    for address in ("a[1][0]", "W[1][0,3]", "delta[1][1]", "dW[2][0,1]", "b_new[3][0]"):
        found = opened(bench, address, room="look", step=2)
        values = inspect_value(str(tmp_path / "run"), address, step=2).values
        assert values is not None
        records = {one["quantity"]: one["value"] for one in values()["values"]}
        assert records[found["full_address"]] == found["value"]
        assert bool(found["lines"]) == (found["made"] == "formula")
        made.add(found["made"])
    assert made == {"given", "formula", "otherwise"}


def test_a_step_that_the_run_did_not_take(run: Path) -> None:
    view = shown(Workbench(open_subject(run)), room="look", step=10**6)
    assert "expected a step from 1 to" in view["error"]["text"]


def test_a_network_file_takes_ink_without_examples(run: Path) -> None:
    subject = open_subject(run / "network.safetensors")
    assert subject.takes_ink
    assert subject.examples is None
    assert Workbench(subject).accuracy(LabState()) is None


def test_a_form_for_a_table(tmp_path: Path) -> None:
    rows = [f"{1 + i / 100},red,rose\n{5 + i / 100},blue,tulip" for i in range(20)]
    (tmp_path / "flowers.csv").write_text("\n".join(["length,colour,kind", *rows]) + "\n")
    cr.Experiment.create(
        str(tmp_path / "flowers.csv"),
        layers=[2, 8, 2],
        epochs=100,
        learning_rate=0.1,
        seed=1,
        engine="reference",
    ).train(folder=tmp_path / "run")
    bench = Workbench(open_subject(tmp_path / "run"))
    view = shown(bench, example=0)
    fields = {one["name"]: one for one in view["examples"]["fields"]}
    assert fields["colour"]["choices"] == ["blue", "red"]
    assert fields["length"]["kind"] == "number"
    changes = (
        Edit(fields["length"]["address"], 5.1),
        Edit(fields["colour"]["address"], 0.0),
    )
    after = shown(bench, example=0, inputs=changes)
    assert after["answer"]["outputs"][after["answer"]["best"]]["name"] == "tulip"
    assert {one["name"]: one["value"] for one in after["examples"]["fields"]}["length"] == 5.1


def test_data_are_learned_first(tmp_path: Path) -> None:
    rows = [f"{1 + i / 100},2,rose\n{5 + i / 100},7,tulip" for i in range(20)]
    (tmp_path / "flowers.csv").write_text("\n".join(["length,width,kind", *rows]) + "\n")
    (tmp_path / "small.csv").write_text("length,width,kind\n1,2,rose\n5,7,tulip\n")
    subject = open_subject(tmp_path / "flowers.csv")
    assert isinstance(subject, LabSubject)
    assert shown(Workbench(subject), example=0)["answer"]["classifies"]


def test_a_file_of_numbers_needs_examples(tmp_path: Path) -> None:
    cr.Network.create([4, 3, 2], seed=0).save(tmp_path / "numbers.safetensors")
    with pytest.raises(cr.InputError, match="expected --data with examples"):
        open_subject(tmp_path / "numbers.safetensors")


def test_one_view_without_a_page() -> None:
    found = lab_view("two-layers", "look?select=z[1][0]").to_dict()
    assert found["opened"]["address"] == "z[1][0]"
    assert len(found["arrays"]["a1"]) == 2
    assert lab_view("two-layers").to_dict()["state"] == {"version": 1, "room": "look"}


def test_one_view_of_what_there_is_not_is_refused() -> None:
    with pytest.raises(cr.InputError, match="a step from 1 to 2, got 3"):
        lab_view("two-layers", "look?step=3")
    with pytest.raises(cr.ChainruleError, match="layer"):
        lab_view("two-layers", "look?select=z[3][0]")
