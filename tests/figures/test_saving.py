from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from chainrule.errors import FileError, InputError
from chainrule.figures.activation_curves import activation_curves_data, draw_activation_curves
from chainrule.figures.saving import SUFFIXES, save_figure

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.fixture(scope="module")
def figure() -> Figure:
    return draw_activation_curves(activation_curves_data(["relu", "sigmoid"]))


def test_every_suffix_has_a_test() -> None:
    assert set(SUFFIXES) == set(STARTS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_input_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    for name, settings in {"a": {}, "b": {"font.size": 20, "svg.hashsalt": "other"}}.items():
        with matplotlib.rc_context(settings):
            drawn = draw_activation_curves(activation_curves_data(["relu", "sigmoid"]))
            save_figure(drawn, tmp_path / f"{name}{suffix}")
    first = (tmp_path / f"a{suffix}").read_bytes()
    assert first.startswith(STARTS[suffix])
    assert first == (tmp_path / f"b{suffix}").read_bytes()


def test_saving_twice_changes_nothing(figure: Figure, tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        save_figure(figure, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_another_process_draws_the_same_bytes(figure: Figure, tmp_path: Path) -> None:
    save_figure(figure, tmp_path / "here.svg")
    program = (
        "import sys\n"
        "from chainrule.figures import activation_curves as curves\n"
        "from chainrule.figures.saving import save_figure\n"
        "data = curves.activation_curves_data(['relu', 'sigmoid'])\n"
        "save_figure(curves.draw_activation_curves(data), sys.argv[1])\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there.svg")], check=True)
    assert (tmp_path / "here.svg").read_bytes() == (tmp_path / "there.svg").read_bytes()


def test_a_letter_that_the_font_lacks_warns_nobody(tmp_path: Path) -> None:
    figure = Figure()
    figure.text(0.5, 0.5, "お")
    save_figure(figure, tmp_path / "letter.png")
    assert (tmp_path / "letter.png").stat().st_size


@pytest.mark.parametrize(
    ("name", "got"), [("figure.gif", "'.gif'"), ("figure", "no suffix"), ("png", "no suffix")]
)
def test_other_suffixes_are_refused_and_nothing_is_written(
    name: str, got: str, figure: Figure, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        save_figure(figure, tmp_path / name)
    assert str(caught.value) == (
        f"{tmp_path / name}: expected a name that ends with .png, .svg or .pdf, got {got}."
    )
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_a_file_error(figure: Figure, tmp_path: Path) -> None:
    path = tmp_path / "none" / "figure.png"
    with pytest.raises(FileError) as caught:
        save_figure(figure, path)
    assert str(caught.value) == (
        f"{path}: expected a file that can be written, got No such file or directory."
    )


def test_a_suffix_may_be_in_capitals(figure: Figure, tmp_path: Path) -> None:
    save_figure(figure, tmp_path / "FIGURE.PNG")
    assert (tmp_path / "FIGURE.PNG").read_bytes().startswith(STARTS[".png"])
