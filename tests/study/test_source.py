from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.errors import DataError, FileError
from chainrule.study.toml_source import StudySource, read_study_source

TEXT = """# a study
search = "grid"

[space]   # what varies
batch_size = [1,
  2]
"learning_rate" = { low = 1 }
[space.momentum]
low = 0.5
"""


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("search",), "a.toml, line 2"),
        (("space",), "a.toml, line 4"),
        (("space", "batch_size"), "a.toml, line 5"),
        (("space", "learning_rate"), "a.toml, line 7"),
        (("space", "momentum"), "a.toml, line 8"),
        (("space", "momentum", "low"), "a.toml, line 9"),
        (("space", "beta1"), "a.toml, line 4"),
        (("recipe", "epochs"), "a.toml"),
        ((), "a.toml"),
    ],
)
def test_places(keys: tuple[str, ...], place: str) -> None:
    assert StudySource("a.toml", {}, TEXT).where(*keys) == place


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(TEXT)
    source = read_study_source(path)
    assert (source.name, source.text) == (str(path), TEXT)
    assert source.table["space"]["momentum"] == {"low": 0.5}


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(FileError) as gone:
        read_study_source(tmp_path / "b.toml")
    expected = "expected a readable file, got No such file or directory."
    assert str(gone.value) == f"{tmp_path / 'b.toml'}: {expected}"
    (tmp_path / "b.toml").write_text("seeds = 3\nsearch = \n")
    with pytest.raises(DataError) as broken:
        read_study_source(tmp_path / "b.toml")
    told = f"{tmp_path / 'b.toml'}, line 2: expected TOML, got Invalid value at column 10."
    assert str(broken.value) == told
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"b\.toml: expected TOML, got 'utf-8' codec"):
        read_study_source(tmp_path / "b.toml")
