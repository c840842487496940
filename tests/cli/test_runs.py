from __future__ import annotations

import json
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.cli.runs import DataSource, data_of, judged_by, open_kept, validation_of
from chainrule.errors import InputError
from chainrule.training.run_folder import RunFolder


def test_notes_lead_back_from_any_folder(tmp_path, flowers, monkeypatch) -> None:
    notes = DataSource(source=flowers, options={"target": "kind"}).notes()
    assert notes == {"source": str(tmp_path / flowers), "options": {"target": "kind"}}
    assert DataSource(source="mnist").notes() == {"source": "mnist", "options": {}}
    # A folder of that name is not the set of that name.
    assert DataSource(source="./mnist").notes()["source"] == str(tmp_path / "mnist")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert len(DataSource(**notes).load().test) == 8


def test_a_folder_and_a_file(trained) -> None:
    folder, file = open_kept("run"), open_kept("run/network.safetensors")
    assert folder.network.digest == file.network.digest
    assert folder.facts is not None
    assert file.facts is None


def test_the_data_of_a_run(trained) -> None:
    facts = RunFolder("run").facts()
    kept = json.loads(Path("run/run.json").read_text())["notes"]["data"]["source"]
    assert data_of(facts, "run", None, "").source == kept
    assert data_of(facts, "run", "moved.csv", "").source == "moved.csv"
    assert validation_of(facts, "run", None, "") is None
    found = validation_of(facts, "run", "checks.csv", "")
    assert found is not None
    assert found.source == "checks.csv"


def test_a_run_of_the_library_on_a_named_set(flowers) -> None:
    data = cr.load_dataset(flowers).train
    named = cr.Dataset(data.inputs, data.targets, source="mnist")
    cr.train(cr.Network.create([2, 2]), named, cr.Recipe(epochs=1, seed=0), folder="run")
    assert data_of(RunFolder("run").facts(), "run", None, "").source == "mnist"


def test_options_of_the_command_line_count_more_than_the_runs(trained) -> None:
    kept = open_kept("run")
    found = judged_by(kept, "evaluate", None, {"test_fraction": 0.5})
    assert found.options == {"test_fraction": 0.5}
    with pytest.raises(InputError, match="A network file does not know its data"):
        judged_by(open_kept("run/network.safetensors"), "evaluate", None, {})
