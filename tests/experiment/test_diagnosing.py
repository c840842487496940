"""Diagnosing a run by itself, a file of settings by a trial, and settings as they are."""

from __future__ import annotations

from pathlib import Path

import chainrule as cr
from chainrule.experiment import open_target

SICK = {"initialiser": "zeros", "layers": [2, 4, 2], "epochs": 20, "batch_size": 4, "seed": 1}


def test_settings_and_a_file_of_them_are_the_same(flowers) -> None:
    Path("sick.toml").write_text(
        'initialiser = "zeros"\nlayers = [2, 4, 2]\nepochs = 20\nbatch_size = 4\nseed = 1\n'
    )
    found = cr.diagnose("sick.toml", flowers, steps=40)
    assert found.findings[0].name == "symmetric_weights"
    assert cr.diagnose(SICK, flowers, steps=40).to_dict() == found.to_dict()


def test_mended_settings(flowers) -> None:
    mended = cr.mend_settings(SICK, flowers, steps=40)
    assert "initialiser" in mended.changes
    assert mended.settings == {**SICK, **mended.changes}
    assert not {"symmetric_weights"} & {finding.name for finding in mended.last.findings}
    assert "layers = [2, 4, 2]\n" in mended.to_toml()


def test_a_run_and_its_folder_are_the_same(flowers) -> None:
    settings = {name: value for name, value in SICK.items() if name != "epochs"}
    cr.Experiment.create(flowers, **settings, epochs=2).train(folder="run")
    found = cr.diagnose("run")
    assert found.findings[0].name == "symmetric_weights"
    assert cr.diagnose(cr.open_run("run")).to_dict() == found.to_dict()
    target = open_target("run")
    assert target.settings["layers"] == [2, 4, 2]
    assert "patience" not in target.settings
