"""The papers' experiments: their parts on tiny sizes, and that docs/papers.md tells the record."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chainrule.bundled import bundled_files
from chainrule.study.spec import read_study

ROOT = Path(__file__).parents[2]
STUDIES = bundled_files("study")
PICTURES = ROOT / "docs" / "pictures" / "papers"


class Experiments:
    """The modules of benchmarks/experiments by name."""

    def __getattr__(self, name: str) -> ModuleType:
        return import_module(f"experiments.{name}")


@pytest.fixture(scope="module")
def experiments() -> Iterator[Experiments]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield Experiments()
    for name in [name for name in sys.modules if name.split(".")[0] == "experiments"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def quick(experiments, tmp_path_factory) -> Any:
    """A quick size on little images of ten classes, with more ink than digits have."""
    chance = np.random.default_rng(0)
    labels = np.arange(80) % 10
    images = np.zeros((80, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 8, 4:24] = 150 + chance.integers(0, 100, (8, 20))
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    parts = {"x_train": images[:60], "y_train": labels[:60], "x_test": images[60:]}
    np.savez(path, **parts, y_test=labels[60:])
    return experiments.size.Size(str(path), quick=True)


# ------------------------------------------------------------------------------------- the page


def test_the_page_tells_what_is_recorded(experiments) -> None:
    page = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
    assert experiments.page.page_part() in page
    assert experiments.page.written(page) == page
    assert page.count(experiments.page.BEGIN) == page.count(experiments.page.END) == 1


def test_a_page_without_the_part_gets_it_at_its_end(experiments) -> None:
    assert experiments.page.written("# Papers\n") == f"# Papers\n\n{experiments.page.page_part()}"


def test_each_picture_of_the_page_is_there_and_none_else(experiments) -> None:
    lines = experiments.page.page_part().splitlines()
    shown = {line.rpartition("(")[2].rstrip(")") for line in lines if line.startswith("![")}
    assert shown == {f"pictures/papers/{path.name}" for path in PICTURES.iterdir()}


def test_each_record_names_its_part_and_what_computed_it(experiments) -> None:
    for name in experiments.page.PARTS:
        record = experiments.record.kept(name)
        assert record["part"] == name
        assert set(record["versions"]) == set(experiments.record.versions())


def test_the_rates_of_later_studies_are_what_the_search_found(experiments) -> None:
    found = experiments.record.kept("matrix-based")["found"]
    rate, _, _ = experiments.ladder.best_rate(found)
    for name in ("matrix-based-l2", "matrix-based-expansion"):
        recipe = read_study(name).recipe
        assert recipe["learning_rate"] == round(rate, 2) == found["rate"]


@pytest.mark.parametrize("name", STUDIES)
def test_study_files_are_read(name: str) -> None:
    assert read_study(name).name == name
    assert f"chainrule study run {name}\n" in STUDIES[name].read_text(encoding="utf-8")


def test_the_grid_of_investigation_has_its_800_cells() -> None:
    space = {p.name: p.choices for p in read_study("investigation").space}
    rates = [round(k / 20, 2) for k in range(1, 21)], list(range(1, 21))
    assert list(space["batch_size"]) == list(range(5, 101, 5))
    assert np.float32(space["learning_rate"]).tolist() == pytest.approx([*rates[0], *rates[1]])
    assert len(set(space["learning_rate"])) == 40


# ------------------------------------------------------------------------- every part, quickly


@pytest.mark.parametrize(
    "name", ["investigation", "four-detector", "approximator", "four-equations", "matrix-based"]
)
def test_each_part_measures_is_recorded_told_and_drawn(
    name: str, experiments, quick, tmp_path: Path
) -> None:
    part = experiments.page.PARTS[name]
    experiments.record.keep(name, part.measure(quick), 0.0, tmp_path)
    record = experiments.record.kept(name, tmp_path)
    text = "\n".join(part.told(record["found"]))
    assert "nan" not in text
    drawn = experiments.pictures.draw(name, record["found"], tmp_path / "pictures", quick)
    assert [path.read_bytes()[:4] for path in drawn] == [b"\x89PNG"] * len(drawn)
    assert all(f"pictures/papers/{path.name}" in text for path in drawn)


def test_a_record_has_six_digits_and_a_line_for_each_entry(experiments, tmp_path: Path) -> None:
    found = {"a": [1 / 3, np.float32(0.5), np.int64(3)], "b": {"c": np.array([1.0000001])}}
    experiments.record.keep("part", found, 1.26, tmp_path)
    text = (tmp_path / "part.json").read_text(encoding="utf-8")
    assert json.loads(text)["found"] == {"a": [0.333333, 0.5, 3], "b": {"c": [1.0]}}
    assert '  "a": [0.333333, 0.5, 3],\n' in text
    assert json.loads(text)["seconds"] == 1
