"""The start of a run is accounted for: drawn again from its seed, or read again from its file."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import DataError, InputError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import branch, resume, train
from chainrule.training.run_facts import RunStart
from chainrule.training.run_folder import RunFolder
from chainrule.training.run_start import describe_start
from chainrule.training.verification import verify

UNKNOWN = "the start is not accounted for: "


def trained(network: Network, three: Dataset, recipe: Recipe) -> Network:
    """A network that no seed draws."""
    return train(network, three, recipe).network


def forget(folder: Path, *names: str) -> None:
    """Make the files of a run those of an older version, which did not write some entries."""
    for file in ("run.json", "certificate.json"):
        values = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps({n: v for n, v in values.items() if n not in names}))


def test_a_drawn_start_is_drawn_again(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    assert RunFolder(tmp_path).facts().start == RunStart("drawn", network.digest, 1, "tanh")
    found = verify(tmp_path, three)
    assert found.holds
    assert found.start == ""
    assert found.unrecorded == ()
    with pytest.raises(InputError, match=r"weights were drawn from the seed 1\. Leave it out"):
        verify(tmp_path, three, start=tmp_path)


def test_a_network_of_the_recipes_seed_is_drawn(network: Network) -> None:
    assert network.seed == 1
    same = Network(network.architecture, network.parameters)
    assert same.seed is None
    assert describe_start(same, (None, 1)).origin == "drawn"
    assert describe_start(same, (None, 2)) == RunStart("given", same.digest)
    assert network.with_parameters(network.parameters).seed is None


def test_weights_that_were_trained_before_do_not_hold_by_themselves(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    given = trained(network, three, recipe)
    train(given, three, recipe, folder=tmp_path / "run")
    found = verify(tmp_path / "run", three)
    remedy = "name the file that it came from: --start FILE"
    assert found.differences == (f"{UNKNOWN}weights were given, and not from where; {remedy}",)
    assert not found.holds
    assert found.cause == ""
    given.save(tmp_path / "given.safetensors")
    assert verify(tmp_path / "run", three, start=tmp_path / "given.safetensors").holds


def test_weights_of_a_file(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    file, given = tmp_path / "given.safetensors", trained(network, three, recipe)
    given.save(file)
    with pytest.raises(InputError, match=f"expected the weights that {file} holds, got others"):
        train(network, three, recipe, start=file)
    folder = tmp_path / "run"
    train(given, three, recipe, folder=folder, start=file)
    found = verify(folder, three)
    assert found.holds
    assert found.start == f"given weights {given.digest[:12]}…, {file}"
    moved = shutil.move(file, tmp_path / "moved.safetensors")
    gone = verify(folder, three).difference
    assert gone.startswith(f"{UNKNOWN}the weights of {file} were given, which is not there")
    assert verify(folder, three, start=moved).holds
    network.save(file)
    assert verify(folder, three).difference.startswith(
        f"the start: other weights than {file} holds: W[1]"
    )
    Network.create([4, 3]).save(file)
    assert verify(folder, three).difference == f"the start: {file} holds a network of other layers"


def test_weights_of_a_run(network: Network, three: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    given = train(network, three, recipe, folder=first).network
    train(given, three, recipe, folder=second, start=first)
    assert verify(second, three).start == f"given weights {given.digest[:12]}…, {first}"


def test_a_branch_needs_the_start_of_its_parent(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    given, parent, folder = trained(network, three, recipe), tmp_path / "parent", tmp_path / "run"
    train(given, three, recipe, folder=parent)
    branch(parent, 1, recipe.replaced(learning_rate=0.1), three, folder=folder)
    assert RunFolder(folder).facts().start is None
    assert verify(folder, three).difference.startswith(f"{UNKNOWN}weights were given")
    given.save(tmp_path / "given.safetensors")
    assert verify(folder, three, start=tmp_path / "given.safetensors").holds
    parent.rename(tmp_path / "elsewhere")
    found = verify(folder, three)
    assert found.difference.startswith(f"{UNKNOWN}it was computed from the recorded position")
    assert not found.holds


@pytest.mark.parametrize("seed", [0, 3])
def test_a_run_of_an_older_version_says_what_it_does_not_record(
    three: Dataset, recipe: Recipe, tmp_path: Path, seed: int
) -> None:
    """Its start is looked for among what its seed draws for any output activation."""
    network = Network.create([4, 5, 3], "relu", seed=seed)
    train(network, three, recipe, folder=tmp_path)
    assert RunFolder(tmp_path).facts().architecture.activations[-1] == "softmax"
    forget(tmp_path, "start", "environments")
    found = verify(tmp_path, three)
    assert found.holds
    assert found.unrecorded == ("the start", "processor, BLAS and compiler")


def test_a_run_of_an_older_version_from_weights_that_no_seed_draws(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    given = trained(network, three, recipe)
    train(given, three, recipe, folder=tmp_path / "run")
    forget(tmp_path / "run", "start")
    found = verify(tmp_path / "run", three)
    assert found.difference.startswith(f"{UNKNOWN}the run does not record it, and its seed draws")
    given.save(tmp_path / "given.safetensors")
    assert verify(tmp_path / "run", three, start=tmp_path / "given.safetensors").holds


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"origin": "dream"}, "start.origin: expected drawn or given, got 'dream'"),
        ({"seed": None}, "start.seed: expected a whole number from 0, got None"),
        ({"seed": -1}, "start.seed: expected a whole number from 0, got -1"),
    ],
)
def test_a_start_that_cannot_be(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    change: dict[str, object],
    words: str,
) -> None:
    train(network, three, recipe, folder=tmp_path)
    values = json.loads((tmp_path / "run.json").read_text())
    values["start"] |= change
    (tmp_path / "run.json").write_text(json.dumps(values))
    with pytest.raises(DataError) as caught:
        verify(tmp_path, three)
    assert words in str(caught.value)


def changed_conditions_of(folder: Path, epochs: int) -> None:
    """Have a run say that it was begun elsewhere, and is to go on for more epochs."""
    values = json.loads((folder / "run.json").read_text())
    values["recipe"]["epochs"] = epochs
    values["environments"][0]["conditions"]["blas"] = "openblas 0 Elsewhere"
    (folder / "run.json").write_text(json.dumps(values))


def test_a_run_that_is_continued_elsewhere_warns_and_records_it(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    changed_conditions_of(tmp_path, epochs=4)
    resume(tmp_path, three)  # which has ended: nothing is computed, and nothing is said
    assert len(RunFolder(tmp_path).facts().environments) == 1
    changed_conditions_of(tmp_path, epochs=6)
    with pytest.warns(RuntimeWarning, match="other conditions: blas was openblas 0 Elsewhere, is"):
        run = resume(tmp_path, three)
    first, second = RunFolder(tmp_path).facts().environments
    assert (first.epoch, second.epoch, second.batch) == (0, 4, 0)
    assert run.certificate["environments"][1]["epoch"] == 4
    resume(tmp_path, three)
    assert len(RunFolder(tmp_path).facts().environments) == 2


def test_a_run_of_an_older_version_records_where_it_goes_on(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    changed_conditions_of(tmp_path, epochs=6)
    forget(tmp_path, "environments")
    resume(tmp_path, three)
    (only,) = RunFolder(tmp_path).facts().environments
    assert only.epoch == 4
    assert "processor, BLAS and compiler" in verify(tmp_path, three).unrecorded


def part(folder: Path, *forgotten: str, **conditions: str) -> None:
    """Have the certificate say other tensors, and both files other conditions, or none."""
    forget(folder, *forgotten)
    for name in ("run.json", "certificate.json"):
        values = json.loads((folder / name).read_text())
        for one in values.get("environments", ()):
            one["conditions"] |= conditions
        for epoch in values.get("epochs", ()):
            epoch["tensor_sha256"]["W[1]"] = "0" * 64
        (folder / name).write_text(json.dumps(values))


def test_the_field_that_differs_is_named_where_bits_differ(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    part(tmp_path, blas="openblas 0 Elsewhere")
    found = verify(tmp_path, three)
    assert found.cause.startswith("computed under other conditions: blas was openblas 0 Elsewhere")
    assert found.other_conditions[0].startswith("blas was openblas 0 Elsewhere, is ")


def test_same_fields_and_different_bits(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    part(tmp_path)
    assert verify(tmp_path, three).cause == (
        "same fields, different bits: versions, processor, BLAS and compiler are as recorded"
    )
    part(tmp_path, "environments")
    assert verify(tmp_path, three).cause == (
        "the versions are the same; processor, BLAS and compiler were not recorded"
    )


def test_conditions_that_changed_within_a_run_are_named(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    values = json.loads((tmp_path / "run.json").read_text())
    (here,) = values["environments"]
    elsewhere = {**here, "conditions": {**here["conditions"], "blas": "openblas 0 Elsewhere"}}
    for name in ("run.json", "certificate.json"):
        values = json.loads((tmp_path / name).read_text())
        values["environments"] = [elsewhere, {**here, "epoch": 2}]
        (tmp_path / name).write_text(json.dumps(values))
    part(tmp_path)
    assert "other conditions: in epoch 3, blas was openblas 0" in verify(tmp_path, three).cause


def test_an_entry_that_no_version_writes_is_refused_by_its_name(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path)
    whole = json.loads((tmp_path / "certificate.json").read_text())
    epochs = [{**whole["epochs"][0], "mine": 1}, *whole["epochs"][1:]]
    changes = {
        "": {"mine": 1},
        ": versions": {"versions": {**whole["versions"], "mine": 1}},
        ": epochs[0]": {"epochs": epochs},
    }
    path = tmp_path / "certificate.json"
    for place, change in changes.items():
        path.write_text(json.dumps({**whole, **change}))
        with pytest.raises(DataError) as caught:
            verify(tmp_path, three)
        assert str(caught.value).startswith(f"{path}{place}: expected no other entries than ")
        assert "got 'mine'" in str(caught.value)


def test_weights_are_compared_bit_for_bit(network: Network) -> None:
    changed = network.parameters.copy()
    changed[-1] = np.nextafter(changed[-1], 9, dtype=np.float32)
    assert describe_start(replace(network, parameters=changed), (1,)).origin == "given"
