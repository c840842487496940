"""A trial's network is trained again to the bit, and a storage is told from other files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainrule.errors import InputError, IntegrityError
from chainrule.study import (
    SavedStudy,
    begin_study,
    is_storage,
    list_studies,
    open_store,
    open_study,
)

STUDY = """
search = "grid"
seeds = 2
data = "points.csv"
[network]
layers = [2, 3, 2]
[recipe]
engine = "reference"
optimiser = "sgd"
[space]
learning_rate = [0.01, 0.1, 1e30]
[budget]
epochs = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three learning rates, the last of which diverges."""
    folder = tmp_path_factory.mktemp("trials")
    rows = [f"{x / 10},{x % 7},{'low' if x < 30 else 'high'}" for x in range(60)]
    (folder / "points.csv").write_text("\n".join(["x,y,kind", *rows]) + "\n")
    (folder / "points.toml").write_text(STUDY)
    begin_study(folder / "points.toml", str(folder / "studies.journal")).work()
    return folder


@pytest.fixture(scope="module")
def study(folder: Path) -> SavedStudy:
    return open_study("points", str(folder / "studies.journal"))


def test_every_seed_has_the_recorded_network(study: SavedStudy) -> None:
    for result in study.results()[:2]:
        for run in result.runs:
            found = study.train_trial(result.number, run["seed"])
            assert found is not None
            assert found.network.digest == found.recorded == run["digest"]
            assert found.is_same
            assert found.parameters == result.parameters
            assert (found.recipe.seed, found.recipe.epochs) == (run["seed"], 2)
            right = found.network.classify(found.test.inputs) == found.test.targets
            assert float(np.mean(right)) == run["test_accuracy"]


def test_the_first_seed_is_taken_unless_one_is_named(study: SavedStudy) -> None:
    first = study.results()[0].runs[0]
    found = study.train_trial(0)
    assert found is not None
    assert found.recorded == first["digest"]


def test_an_observer_stops_it(study: SavedStudy) -> None:
    assert study.train_trial(1, observers=[lambda _: True]) is None


def test_trials_without_a_network_are_refused(study: SavedStudy) -> None:
    with pytest.raises(InputError, match="the number of a complete trial, got 2, which is div"):
        study.train_trial(2)
    with pytest.raises(InputError, match="the number of a complete trial, got 99"):
        study.train_trial(99)
    with pytest.raises(InputError, match="a seed of trial 0: "):
        study.train_trial(0, 5)


def test_other_data_are_refused(
    folder: Path, study: SavedStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainrule.study.study_data._CACHE", {})  # as in another process
    table = folder / "points.csv"
    before = table.read_text()
    table.write_text(before.replace("low", "lower"))
    try:
        with pytest.raises(IntegrityError, match="the data with which the study"):
            SavedStudy(study.stored).train_trial(0)
    finally:
        table.write_text(before)


def test_a_storage_is_opened_once_for_many_questions(folder: Path) -> None:
    store = open_store(str(folder / "studies.journal"))
    assert [one.name for one in list_studies(store)] == ["points"]
    assert open_study("points", store).stored.store is store


def test_a_storage_is_told_from_other_files(folder: Path) -> None:
    journal = folder / "studies.journal"
    other = folder / "kept.log"
    other.write_bytes(journal.read_bytes())
    for target in (str(journal), str(other), "sqlite:///a.db", "postgresql+psycopg://h/n"):
        assert is_storage(target)
    assert is_storage(str(folder / "missing.journal"))
    for target in (str(folder / "points.csv"), "runs/a", "https://host/a.csv", "mnist"):
        assert not is_storage(target)
