"""A short version of the campaign: every digit of its photographs is found, without a network."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from chainrule.data.handwriting import prepare_digits, read_picture
from chainrule.data.mnist import load_mnist

SCRIPT = Path(__file__).parents[3] / "campaigns" / "photographs.py"


@pytest.fixture(scope="module")
def campaign() -> ModuleType:
    spec = importlib.util.spec_from_file_location("photographs", SCRIPT)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def digits() -> dict[str, np.ndarray]:
    test = load_mnist().test
    images = test.inputs.reshape(-1, 28, 28)
    return {str(k): images[test.targets == k] for k in range(10)}


@pytest.mark.parametrize(
    "group", ["plain", "ruled", "squared", "dark lines", "several digits", "turned"]
)
def test_every_digit_is_found(campaign, digits, group, tmp_path) -> None:
    for scene in campaign.scenes(group, 2, seed=3):
        path = tmp_path / "photo.jpg"
        path.write_bytes(campaign.draw(scene, digits))
        found = prepare_digits(read_picture(path))
        assert len(found) == len(scene.text)
        lined = any("printed lines" in remark for remark in found[0].remarks)
        assert lined == (scene.paper != "plain")
