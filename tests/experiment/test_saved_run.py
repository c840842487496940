from __future__ import annotations

import json
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.errors import DataError, InputError
from chainrule.experiment import DataSource, open_run


def test_notes_lead_back_from_any_folder(tmp_path, flowers, monkeypatch) -> None:
    notes = DataSource(source=flowers, options={"target": "kind"}).notes()
    assert notes == {"source": str(tmp_path / flowers), "options": {"target": "kind"}}
    assert DataSource(source="mnist", options={}).notes() == {"source": "mnist", "options": {}}
    # A folder of that name is not the set of that name.
    assert DataSource(source="./mnist", options={}).notes()["source"] == str(tmp_path / "mnist")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert len(DataSource(**notes).load().test) == 8


def test_a_folder_and_a_file(trained) -> None:
    folder, file = open_run("run"), open_run("run/network.safetensors")
    assert folder.network.digest == file.network.digest
    assert folder.facts is not None
    assert file.facts is None


def test_the_data_of_a_run(trained) -> None:
    run = open_run("run")
    kept = json.loads(Path("run/run.json").read_text())["notes"]["data"]["source"]
    assert run.find_data().source == kept
    assert run.find_data("moved.csv").source == "moved.csv"
    assert run.find_validation() is None
    found = run.find_validation("checks.csv")
    assert found is not None
    assert found.source == "checks.csv"


def test_a_run_of_the_library_on_a_named_set(flowers) -> None:
    data = cr.load_dataset(flowers).train
    named = cr.Dataset(data.inputs, data.targets, source="mnist")
    cr.train(cr.Network.create([2, 2]), named, cr.Recipe(epochs=1, seed=0), folder="run")
    assert open_run("run").find_data().source == "mnist"


def test_options_of_the_command_line_count_more_than_the_runs(trained) -> None:
    kept = open_run("run")
    found = kept.find_data(options={"test_fraction": 0.5})
    assert found.options == {"test_fraction": 0.5}
    with pytest.raises(InputError, match="A network file does not record its data"):
        open_run("run/network.safetensors").find_data()


@pytest.mark.parametrize(
    ("notes", "words"),
    [
        (5, "notes: expected names with values, got 5"),
        ({"options": 5}, "notes.options: expected names with values, got 5"),
        ({"options": {"extra": 1}}, "notes.options: expected no other entries than source, "),
        ({"source": 1}, "notes.source: expected a text, got 1"),
    ],
)
def test_forged_notes_are_refused(trained, notes, words) -> None:
    path = trained / "run" / "run.json"
    values = json.loads(path.read_text())
    values["notes"]["data"] = notes
    path.write_text(json.dumps(values))
    for ask in (lambda run: run.data(), lambda run: run.predict("flowers.csv")):
        with pytest.raises(DataError) as caught:
            ask(cr.open_run(trained / "run"))
        assert words in str(caught.value)
