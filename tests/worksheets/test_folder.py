from __future__ import annotations

import pytest

from chainrule.errors import FileError, UnknownNameError
from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.sheet import Worksheet, make_worksheet
from chainrule.worksheets.sheet_folder import write_sheets


def made(count: int) -> list[Worksheet]:
    plan = ExercisePlan(layers=(1, 1))
    return [
        make_worksheet(Ledger(generate_exercise(plan, 3, at)), label=f"3-{at}")
        for at in range(count)
    ]


@pytest.mark.parametrize(("format_name", "suffix"), [("html", "html"), ("latex", "tex")])
def test_one_sheet(tmp_path, format_name, suffix) -> None:
    paths = write_sheets(made(1), tmp_path / "a" / "b", format_name)
    folder = tmp_path / "a" / "b"
    names = sorted([f"answers.{suffix}", "claims.toml", f"sheets.{suffix}"])
    assert sorted(path.name for path in folder.iterdir()) == names
    assert paths == {
        "sheets": str(folder / f"sheets.{suffix}"),
        "answers": str(folder / f"answers.{suffix}"),
        "claims": [str(folder / "claims.toml")],
    }
    assert (folder / "claims.toml").read_text() == made(1)[0].claims_text()


def test_several(tmp_path) -> None:
    paths = write_sheets(made(12), tmp_path)
    assert [path[-14:] for path in paths["claims"]][::11] == ["claims-01.toml", "claims-12.toml"]
    assert (tmp_path / "sheets.html").read_text().count("<article") == 12


def test_answers_are_not_written_over(tmp_path) -> None:
    path = tmp_path / "claims.toml"
    write_sheets(made(1), tmp_path)
    write_sheets(made(1), tmp_path)  # nobody has filled them in
    told = (
        f"{path}: expected a claims file without answers, or none, got one with answers in it. "
        "The answers would be lost. Choose another folder with --out, or remove the file."
    )
    for text in (path.read_text().replace('printed = ""', 'printed = "1"', 1), "no TOML [", ""):
        path.write_text(text)
        with pytest.raises(FileError) as caught:
            write_sheets(made(1), tmp_path)
        assert str(caught.value) == told
        assert path.read_text() == text


def test_a_file_in_the_place_of_the_folder(tmp_path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(FileError) as caught:
        write_sheets(made(1), tmp_path / "taken")
    assert str(caught.value) == (
        f"{tmp_path / 'taken'}: expected a folder that can be made, got File exists."
    )


def test_an_unknown_format(tmp_path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        write_sheets(made(1), tmp_path, "pdf")
    assert str(caught.value) == (
        "worksheet: expected a format, got 'pdf' (str). This name is unknown. Valid names: "
        "html, latex, markdown, text."
    )
