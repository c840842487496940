"""The examples of docs/serving.md are answered."""

import json
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyarrow import csv, parquet
from tests.serving.conftest import running

from chainrule.serving import ServiceLimits

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "serving.md").read_text("utf-8")
EXAMPLES = re.findall(r"^    (curl .*)$", PAGE, re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_examples_are_answered(models: Path, tmp_path: Path) -> None:
    assert len(EXAMPLES) == 10
    shutil.copy(models / "people.csv", tmp_path / "people.csv")
    parquet.write_table(csv.read_csv(models / "people.csv"), tmp_path / "people.parquet")
    paper = np.full((60, 60), 250, np.uint8)
    paper[10:50, 26:34] = 5
    Image.fromarray(paper).save(tmp_path / "photo.png")
    pixels = np.arange(36, dtype=np.uint8)
    (tmp_path / "pixels.json").write_text(json.dumps(pixels.tolist()))
    (tmp_path / "pixels.bin").write_bytes(pixels.tobytes())
    named = (f"digits={models / 'images.safetensors'}", f"people={models / 'people'}")
    with running(*named, "--port", "0") as (_, address):
        for line in EXAMPLES:
            command = line.replace("http://127.0.0.1:8000", address)
            done = subprocess.run(
                f"{command} -sS --fail-with-body",
                shell=True,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            found = json.loads(done.stdout)
            assert found.get("predictions") or found["input_parts"]


def test_the_limits_are_listed() -> None:
    flags = re.findall(r"^\| `--([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert flags == [field.name.replace("_", "-") for field in fields(ServiceLimits)]
