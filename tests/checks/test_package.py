from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from chainrule import __version__

RECORD = f"chainrule-{__version__}.dist-info"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory, pytestconfig):
    """The wheel that pip would build and install from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=pytestconfig.rootpath, capture_output=True, check=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_package(wheel, root):
    source = root / "src"
    files = {
        path.relative_to(source).as_posix(): path.stat().st_size
        for path in (source / "chainrule").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    packed = {entry.filename: entry.file_size for entry in wheel.infolist()}
    assert {name: packed.get(name) for name in files} == files


def test_the_wheel_holds_nothing_but_the_package_and_its_record(wheel):
    assert {name.split("/")[0] for name in wheel.namelist()} == {
        "chainrule",
        RECORD,
    }


def test_the_wheel_brings_the_command_and_the_licences(wheel):
    assert wheel.read(f"{RECORD}/entry_points.txt").decode().split("\n")[:2] == [
        "[console_scripts]",
        "chainrule = chainrule.cli:main",
    ]
    licences = {name for name in wheel.namelist() if name.startswith(f"{RECORD}/licenses/")}
    assert licences == {
        f"{RECORD}/licenses/LICENSE",
        f"{RECORD}/licenses/src/chainrule/data/embedded/LICENSE.md",
    }
