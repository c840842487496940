"""Where compiled code is kept."""

from __future__ import annotations

from pathlib import Path

from chainrule.kernels.compiling import is_compiled, kept_in, numba


def test_no_folder_keeps_nothing():
    assert kept_in(None) == ""


def test_the_folder_is_of_these_sources(tmp_path):
    kept = Path(kept_in(tmp_path))
    assert kept.is_dir()
    assert kept.parent == tmp_path / "kernels"
    (kept / "some.nbi").touch()
    assert kept_in(tmp_path) == str(kept)


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    (tmp_path / "file").touch()
    assert kept_in(tmp_path / "file") == ""


def test_is_compiled(monkeypatch, tmp_path):
    assert is_compiled("advance_loops")  # as Python, nothing has to be
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    assert not is_compiled("advance_loops")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert not is_compiled("advance_loops")
    (tmp_path / "kernels_03cb").mkdir()
    (tmp_path / "kernels_03cb" / "loops.advance_loops-44.py311.nbi").touch()
    assert is_compiled("advance_loops")
    assert not is_compiled("advance_tiles")
    assert not is_compiled("loops")
