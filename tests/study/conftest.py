from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.toml_source import StudySource


@pytest.fixture
def points(tmp_path: Path) -> str:
    """An NPZ file: sixty points of three classes, six numbers each."""
    chance = np.random.default_rng(3)
    labels = np.arange(60) % 3
    x = chance.normal(0, 1, (60, 6)) + 2 * np.eye(3)[labels] @ chance.normal(0, 1, (3, 6))
    np.savez(tmp_path / "points.npz", x=x.astype(np.float32), y=labels)
    return str(tmp_path / "points.npz")


@pytest.fixture
def table(points: str) -> dict[str, Any]:
    """The description of a small study: a grid of four, two seeds each."""
    return {
        "search": "grid",
        "seeds": 2,
        "validation_fraction": 0.25,
        "data": {"source": points},
        "network": {"layers": [6, 4, 3]},
        "recipe": {"engine": "reference", "optimiser": "sgd"},
        "space": {"batch_size": [8, 16], "learning_rate": [0.05, 0.5]},
        "budget": {"epochs": 2},
    }


@pytest.fixture
def described(table: dict[str, Any]) -> Callable[..., StudySpec]:
    """The study with other values for some keys."""

    def make(**changes: Any) -> StudySpec:
        return parse_study(StudySource("small", {**table, **changes}), "small")

    return make


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return str(tmp_path / "studies.journal")
