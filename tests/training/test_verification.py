"""A kept run is computed again, and the first thing that differs is named."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import (
    ChainruleError,
    DataError,
    DivergenceError,
    IntegrityError,
    RunFolderError,
    TrainingInterrupted,
)
from chainrule.network.network import Network
from chainrule.network.sealed_file import read_sealed, write_sealed
from chainrule.recipe import Recipe
from chainrule.training.loop import resume, train
from chainrule.training.observers import TrainingProgress
from chainrule.training.run_folder import RunFolder
from chainrule.training.verification import Verification, verify

GOOD = Verification(4, "", ())
NO_PARENT = {"run": "a", "epoch": 0, "step": 0, "weights_sha256": "", "tensor_sha256": {}}


@pytest.fixture
def kept(network: Network, three: Dataset, recipe: Recipe, tmp_path: Path) -> Path:
    """A run of four epochs with a monitor."""
    train(network, three, recipe.replaced(monitor="cost"), folder=tmp_path / "run")
    return tmp_path / "run"


def rewritten(path: Path, change: Callable[[Any], object]) -> None:
    whole = json.loads(path.read_bytes())
    change(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")


def test_a_good_run_holds(kept: Path, three: Dataset) -> None:
    found = verify(kept, three)
    assert found == GOOD
    assert found.holds
    assert verify(str(kept), three) == GOOD


@pytest.mark.parametrize(
    "more",
    [
        {"schedule": "cosine", "final_factor": 0.1},
        {"schedule": "one_cycle"},
        {"schedule": "plateau", "schedule_patience": 1, "min_delta": 0.1, "learning_rate": 1.0},
        {"validation_fraction": 0.3, "monitor": "validation_cost", "patience": 1},
        {"validation_fraction": 0.3, "schedule": "plateau"},
        {"class_weights": [1, 2, 3], "l1": 0.01},
        {"class_weights": "balanced", "validation_fraction": 0.3},
        {"optimiser": "sgd", "shuffle": False},
        {"epochs": 0},
    ],
    ids=str,
)
def test_runs_of_all_kinds_hold(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, more: dict[str, Any]
) -> None:
    run = train(network, three, recipe.replaced(**more), folder=tmp_path)
    assert verify(tmp_path, three) == Verification(len(run.history), "", ())


def test_a_run_with_a_validation_set_of_its_own(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    validation = three.subset(slice(3, 20))
    train(network, three, recipe, validation=validation, folder=tmp_path)
    assert verify(tmp_path, three, validation=validation) == GOOD
    with pytest.raises(IntegrityError):
        verify(tmp_path, three)


@pytest.mark.parametrize(("monitor", "epoch"), [("cost", 0), (None, 2)])
def test_interrupted_runs_hold_and_resumed_ones_too(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    monitor: str | None,
    epoch: int,
) -> None:
    """Epochs of 800 batches last longer than a slice: the interruption is in mid-epoch."""
    many = three.subset(np.arange(800) % 41)
    how = recipe.replaced(batch_size=1, epochs=3, monitor=monitor, learning_rate=1e-3)

    def interrupts(moment: TrainingProgress) -> None:
        if (moment.position.epoch, moment.epoch_ended) == (epoch, False):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(TrainingInterrupted):
        train(network, many, how, folder=tmp_path, observers=[interrupts])
    assert RunFolder(tmp_path).newest().batch > 0
    assert verify(tmp_path, many) == Verification(epoch, "", ())
    resume(tmp_path, many)
    assert verify(tmp_path, many) == Verification(3, "", ())


def test_a_diverged_run_holds_as_far_as_it_came(line: Dataset, tmp_path: Path) -> None:
    how = Recipe(cost="squared_error", optimiser="sgd", learning_rate=1.9, epochs=400, seed=0)
    with pytest.raises(DivergenceError) as caught:
        train(Network.create([1, 1], "identity"), line, how, folder=tmp_path)
    assert verify(tmp_path, line) == Verification(len(caught.value.run.history), "", ())


def test_observers_see_the_epochs(kept: Path, three: Dataset) -> None:
    seen: list[TrainingProgress] = []
    verify(kept, three, observers=[seen.append])
    assert [m.position.epoch for m in seen if m.epoch_ended] == [1, 2, 3, 4]


def test_verifying_changes_nothing(
    kept: Path, three: Dataset, results: Callable[[Path], dict[str, bytes]]
) -> None:
    before = results(kept), sorted(kept.rglob("*"))
    verify(kept, three)
    assert (results(kept), sorted(kept.rglob("*"))) == before


@pytest.mark.parametrize(
    ("field", "value", "epoch", "tensor"),
    [
        ("learning_rate", 0.021, 1, "W[1]"),
        ("seed", 4, 1, "W[1]"),
        ("batch_size", 9, 1, "W[1]"),
        ("optimiser", "adamw", 1, "W[1]"),
        ("shuffle", False, 1, "W[1]"),
        ("l2", 1e-3, 1, "W[1]"),
        ("clip_norm", 1e-3, 1, "W[1]"),
        ("schedule", "exponential", 2, "W[1]"),
        ("schedule", "cosine", 1, "W[1]"),
    ],
)
def test_another_recipe_is_named_with_the_first_tensor_epoch_and_step(
    kept: Path, three: Dataset, field: str, value: object, epoch: int, tensor: str
) -> None:
    certificate = json.loads((kept / "certificate.json").read_bytes())
    was = certificate["epochs"][epoch - 1]["tensor_sha256"][tensor]
    rewritten(kept / "run.json", lambda whole: whole["recipe"].update({field: value}))
    found = verify(kept, three)
    said, recorded = json.dumps(value), json.dumps(certificate["recipe"][field])
    assert found.difference == found.differences[0]
    assert found.differences[:2] == (
        f"run.json: recipe.{field} is {said}, certificate.json has {recorded}",
        f"recipe.toml: {field} is {recorded if recorded != 'null' else 'null'}, "
        f"run.json has {said}",
    )
    step = epoch * (5 if field == "batch_size" else 6)
    start = f"{tensor} after epoch {epoch}, step {step}: was {was[:12]}…, is "
    assert found.epochs == epoch
    assert found.differences[-1].startswith(start)
    assert len(found.differences[-1]) == len(start) + 13
    assert not found.holds


@pytest.mark.parametrize(
    ("field", "value", "last"),
    [
        ("monitor", None, "certificate.json: best_epoch is 2, computed null"),
        ("patience", 3, "recipe.toml: patience is null, run.json has 3"),
        ("epochs", 5, 'certificate.json: ended is "all epochs done", computed "interrupted"'),
        ("epochs", 3, "recipe.toml: epochs is 4, run.json has 3"),
        ("schedule_every", 3, "recipe.toml: schedule_every is 10, run.json has 3"),
    ],
)
def test_another_recipe_that_changes_no_step(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    field: str,
    value: object,
    last: str,
) -> None:
    how = recipe.replaced(optimiser="momentum", learning_rate=3.0, monitor="cost")
    run = train(network, three, how, folder=tmp_path)
    assert run.certificate["best_epoch"] < 4
    rewritten(tmp_path / "run.json", lambda whole: whole["recipe"].update({field: value}))
    found = verify(tmp_path, three)
    assert found.difference.startswith(f"run.json: recipe.{field} is {json.dumps(value)}, cert")
    assert found.differences[-1] == last


def test_a_recipe_file_that_says_other_than_was_computed(kept: Path, three: Dataset) -> None:
    path = kept / "recipe.toml"
    text = path.read_text()
    path.write_text(text.replace("learning_rate = 0.02", "learning_rate = 0.03"))
    difference = "recipe.toml: learning_rate is 0.03, run.json has 0.02"
    assert verify(kept, three).differences == (difference,)
    path.write_text("learning_rate = ")
    (difference,) = verify(kept, three).differences
    assert difference.startswith(f"recipe.toml cannot be read: {path}: expected a TOML file, got ")
    path.unlink()
    assert verify(kept, three).difference.startswith("recipe.toml cannot be read: ")


def test_a_run_that_cannot_be_computed_as_run_json_says(kept: Path, three: Dataset) -> None:
    rewritten(kept / "run.json", lambda whole: whole["data"].update(digest="0" * 64))
    found = verify(kept, three)
    assert found.epochs == 0
    assert found.differences[0].startswith("run.json: data.digest is 000000000000…, certificate")
    assert found.differences[1].startswith(f"computed by run.json: {kept}: expected the data that")


def test_a_recipe_that_now_diverges(kept: Path, three: Dataset) -> None:
    rewritten(kept / "run.json", lambda whole: whole["recipe"].update(learning_rate=1e300))
    found = verify(kept, three)
    assert found.epochs == 0
    assert found.differences[-1].startswith(
        "epoch 1, which now diverges: train: expected finite numbers, got "
    )


def test_another_architecture(kept: Path, three: Dataset) -> None:
    rewritten(
        kept / "run.json",
        lambda whole: whole["architecture"].update(activations=["relu", "softmax"]),
    )
    found = verify(kept, three)
    assert found.difference == (
        'run.json: architecture.activations[0] is "relu", certificate.json has "tanh"'
    )
    assert found.differences[-1].startswith("W[1] after epoch 1, step 6: was ")


def test_an_epoch_in_the_certificate(kept: Path, three: Dataset) -> None:
    path = kept / "certificate.json"
    rewritten(path, lambda c: c["epochs"][2]["tensor_sha256"].update({"b[2]": "0" * 64}))
    found = verify(kept, three)
    assert found.epochs == 3
    assert found.difference.startswith("b[2] after epoch 3, step 18: was 000000000000…, is ")


def test_a_tensor_that_is_missing_in_the_certificate(kept: Path, three: Dataset) -> None:
    path = kept / "certificate.json"
    rewritten(path, lambda c: c["epochs"][1]["tensor_sha256"].pop("W[2]"))
    assert verify(kept, three).difference.startswith("W[2] after epoch 2, step 12: was None…, is ")


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            lambda c: c.update(ended="early stopping"),
            'certificate.json: ended is "early stopping", computed "all epochs done"',
        ),
        (
            lambda c: c.update(ended="interrupted"),
            'certificate.json: ended is "interrupted", computed "all epochs done"',
        ),
        (
            lambda c: c.pop("ended"),
            'certificate.json: ended is nothing, computed "all epochs done"',
        ),
        (lambda c: c.update(best_epoch=1), "certificate.json: best_epoch is 1, computed 4"),
        (
            lambda c: c.update(engine="other"),
            'certificate.json: engine is "other", computed "compiled"',
        ),
        (
            lambda c: c["data"].update(examples=40),
            "run.json: data.examples is 41, certificate.json has 40",
        ),
        (
            lambda c: c["recipe"].update(epochs=5),
            "run.json: recipe.epochs is 4, certificate.json has 5",
        ),
        (
            lambda c: c["recipe"].update(epochs="many"),
            'run.json: recipe.epochs is 4, certificate.json has "many"',
        ),
        (
            lambda c: c["architecture"].update(dtype="float64"),
            'run.json: architecture.dtype is "float32", certificate.json has "float64"',
        ),
        (
            lambda c: c["notes"].update(mine="é"),
            'run.json: notes.mine is nothing, certificate.json has "é"',
        ),
        (lambda c: c.pop("notes"), "run.json: notes is {}, certificate.json has nothing"),
        (
            lambda c: c["epochs"][0].update(epoch=7),
            "certificate.json: epochs[0].epoch is 7, computed 1",
        ),
        (
            lambda c: c.update(network_sha256="0" * 64),
            "certificate.json: network_sha256 is 000000000000…, network.safetensors has ",
        ),
    ],
)
def test_every_entry_of_the_certificate_is_looked_at(
    kept: Path, three: Dataset, change: Callable[[Any], object], difference: str
) -> None:
    assert json.loads((kept / "certificate.json").read_bytes())["best_epoch"] == 4
    rewritten(kept / "certificate.json", change)
    assert verify(kept, three).difference.startswith(difference)


def test_a_certificate_of_fewer_epochs(kept: Path, three: Dataset) -> None:
    """As if the run had been shorter: history and certificate agree, the recipe does not."""
    rewritten(kept / "certificate.json", lambda c: c.update(epochs=c["epochs"][:3]))
    found = verify(kept, three)
    start = 'certificate.json: epochs[3] is nothing, computed {"epoch": 4, "weights_sha256": '
    assert found.epochs == 4
    assert found.difference.startswith(start)
    for path in RunFolder(kept).checkpoints()[1:]:
        path.unlink()
    found = verify(kept, three)
    assert found.epochs == 3
    assert found.difference == "history.jsonl, line 4: of an epoch that was not computed"
    assert found.differences[1].startswith("network.safetensors: other weights than the run's: ")


def test_a_run_that_claims_to_be_over_without_an_epoch(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path, observers=[lambda moment: True])
    rewritten(tmp_path / "certificate.json", lambda c: c.update(ended="all epochs done"))
    assert verify(tmp_path, three).difference == (
        'certificate.json: ended is "all epochs done", computed "interrupted"'
    )


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda lines: lines[:3], "4: missing"),
        (lambda lines: [*lines, lines[3]], "5: of an epoch that was not computed"),
        (lambda lines: [lines[0], lines[0], *lines[2:]], "2: epoch is 1, computed 2; cost is "),
        (lambda lines: [lines[0], b"\n", *lines[1:]], "2: not JSON"),
        (
            lambda lines: [*lines[:2], lines[2].replace(b"0.02", b"0.03"), lines[3]],
            "3: learning_rate is 0.03, computed 0.02",
        ),
        (
            lambda lines: [*lines[:2], lines[2].replace(b": ", b":"), lines[3]],
            "3: written otherwise",
        ),
        (lambda lines: [b"\xff", *lines], "1: not JSON"),
        (lambda lines: [], "1: missing"),
    ],
    ids=["cut", "longer", "twice", "empty", "changed", "spaces", "bytes", "none"],
)
def test_the_line_of_the_history_that_differs(
    kept: Path, three: Dataset, change: Callable[[list[bytes]], list[bytes]], difference: str
) -> None:
    path = kept / "history.jsonl"
    before = path.read_bytes()
    path.write_bytes(b"".join(change(before.splitlines(keepends=True))))
    assert path.read_bytes() != before
    assert verify(kept, three).difference.startswith(f"history.jsonl, line {difference}")


def test_another_result(kept: Path, three: Dataset) -> None:
    result = RunFolder(kept).network()
    result.with_parameters(result.parameters * 2).save(kept / "network.safetensors")
    difference = verify(kept, three).difference
    assert difference.startswith("certificate.json: network_sha256 is ")
    other = Network.load(kept / "network.safetensors").digest
    rewritten(kept / "certificate.json", lambda c: c.update(network_sha256=other))
    difference = verify(kept, three).difference
    start = "network.safetensors: other weights than the run's: W[1]["
    assert difference.startswith(start)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            {"class_names": ("b", "a", "c")},
            "class_names is ('b', 'a', 'c'), the run's is ('a', 'b', 'c')",
        ),
        ({"input_scale": 1.0}, "input_scale is 1.0, the run's is 0.00392156862745098"),
        ({"input_shape": (4,)}, "input_shape is (4,), the run's is (2, 2)"),
    ],
)
def test_a_result_that_is_described_otherwise(
    kept: Path, three: Dataset, change: dict[str, Any], difference: str
) -> None:
    replace(RunFolder(kept).network(), **change).save(kept / "network.safetensors")
    assert verify(kept, three).differences == (f"network.safetensors: {difference}",)


def test_a_damaged_result(kept: Path, three: Dataset) -> None:
    content = bytearray((kept / "network.safetensors").read_bytes())
    content[-3] ^= 16
    (kept / "network.safetensors").write_bytes(content)
    with pytest.raises(IntegrityError) as caught:
        verify(kept, three)
    assert str(caught.value).startswith(f"{kept / 'network.safetensors'}: expected SHA-256 ")


def test_another_first_checkpoint(kept: Path, three: Dataset) -> None:
    path = kept / "checkpoints" / "epoch-000000-batch-00000000.safetensors"
    tensors, facts = read_sealed(path)
    parameters = tensors["parameters"].copy()
    parameters[0] = np.nextafter(parameters[0], np.float32(9))
    write_sealed(path, {**tensors, "parameters": parameters}, facts)
    found = verify(kept, three)
    wanted = (
        "run.json: start.weights_sha256 is ",
        "the start: other weights than the seed 1 draws",
    )
    assert all(one.startswith(due) for one, due in zip(found.differences, wanted, strict=False))
    assert found.differences[2].startswith("certificate.json: start_sha256.W[1] is ")
    assert found.differences[-1].startswith("W[1] after epoch 1, step 6: was ")
    write_sealed(path, {**tensors, "parameters": parameters[1:]}, facts)
    with pytest.raises(ChainruleError) as caught:
        verify(kept, three)
    assert str(caught.value) == (
        f"{path}: expected a complete checkpoint, got state: expected 42 columns, as there are "
        "parameters, got 43."
    )


def test_other_data_are_refused(kept: Path, three: Dataset) -> None:
    other = three.subset(slice(0, 40))
    with pytest.raises(IntegrityError) as caught:
        verify(kept, other)
    assert str(caught.value) == (
        f"{kept}: expected the data that it began with, digest {three.digest[:12]}…, "
        f"got {other.digest[:12]}…. Give the data set '' as it was at the start."
    )


def test_a_run_that_has_not_ended(kept: Path, three: Dataset) -> None:
    (kept / "certificate.json").unlink()
    with pytest.raises(RunFolderError) as caught:
        verify(kept, three)
    assert str(caught.value) == (
        f"{kept}: expected a run that has ended, got one without certificate.json. "
        f"Finish it with `chainrule train --resume {kept}`."
    )


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda c: c.clear(), None),
        (lambda c: c.update(format="chainrule certificate 9"), "chainrule certificate 9"),
        (lambda c: c.update(epochs={}), "chainrule certificate 1"),
        (lambda c: c.update(epochs=[1]), "chainrule certificate 1"),
        (lambda c: c["epochs"][1].pop("tensor_sha256"), "chainrule certificate 1"),
        (lambda c: c.update(versions=None), "chainrule certificate 1"),
    ],
)
def test_a_certificate_that_is_none(
    kept: Path, three: Dataset, change: Callable[[Any], object], kind: str | None
) -> None:
    rewritten(kept / "certificate.json", change)
    with pytest.raises(DataError) as caught:
        verify(kept, three)
    assert str(caught.value) == (
        f"{kept / 'certificate.json'}: expected a complete certificate of format "
        f"'chainrule certificate 1', got one of format {kind!r} that is not."
    )


def older(certificate: Any) -> None:
    """As versions wrote it that put neither notes nor the start into it."""
    del certificate["notes"], certificate["start_sha256"]


def test_an_older_certificate(kept: Path, three: Dataset) -> None:
    rewritten(kept / "certificate.json", older)
    assert verify(kept, three) == GOOD
    rewritten(kept / "certificate.json", lambda c: c["recipe"].update(epochs=5))
    difference = "run.json: recipe.epochs is 4, certificate.json has 5"
    assert verify(kept, three).differences == (difference,)
    rewritten(kept / "certificate.json", lambda c: c["recipe"].pop("epochs"))
    assert "run.json: recipe.epochs is 4, certificate.json has 10" in verify(kept, three).difference


def test_a_checkpoint_of_other_shapes(kept: Path, three: Dataset) -> None:
    path = kept / "checkpoints" / "epoch-000004-batch-00000000.safetensors"
    tensors, facts = read_sealed(path)
    write_sealed(path, {**tensors, "state": tensors["state"][:1]}, facts)
    (difference,) = verify(kept, three).differences
    assert difference.startswith(
        f"checkpoints/{path.name}: state of shape (1, 43), computed (2, 43)"
    )
    wide = tensors["parameters"].astype(np.float64)
    write_sealed(path, {**tensors, "parameters": wide}, facts)
    (difference,) = verify(kept, three).differences
    assert difference.endswith("numbers (43,) float64, computed (43,) float32")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keep_epochs": 1}, "keep_epochs: expected true or false, got 1"),
        (
            {"parent": {**NO_PARENT, "epoch": -1}},
            "parent.epoch: expected a whole number from 0, got -1",
        ),
    ],
)
def test_a_run_that_says_what_cannot_be(
    kept: Path, three: Dataset, change: dict[str, Any], words: str
) -> None:
    rewritten(kept / "run.json", lambda whole: whole.update(change))
    with pytest.raises(DataError) as caught:
        verify(kept, three)
    assert words in str(caught.value)


def test_other_versions_are_told_and_are_no_difference(kept: Path, three: Dataset) -> None:
    now = json.loads((kept / "certificate.json").read_bytes())["versions"]

    def changed(certificate: Any) -> None:
        certificate["versions"]["numpy"] = "1.0"
        del certificate["versions"]["machine"]

    rewritten(kept / "certificate.json", changed)
    found = verify(kept, three)
    assert found.holds
    assert found.other_versions == (f"numpy was 1.0, is {now['numpy']}",)
    assert found.unrecorded == ("machine",)
    assert found.cause == ""
