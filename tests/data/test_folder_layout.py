"""How people lay out folders of pictures: parts, classes, archives unpacked, hidden files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chainrule.data.folder_layout import choose_parts, class_folders, enter_folder
from chainrule.data.reader import ReadOptions
from chainrule.data.sources import read_source
from chainrule.errors import DataError, FileError


def draw(folder: Path, count: int = 2, classes: str = "ab", suffix: str = ".png") -> Path:
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (3, 2), 10 * number).save(folder / name / f"{number}{suffix}", "PNG")
    return folder


def sizes(folder: Path) -> tuple[int, int | None]:
    train, test = read_source(folder, ReadOptions())
    return len(train.inputs), None if test is None else len(test.inputs)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test"),
        ("training", "testing"),
        ("Training", "Testing"),
        ("train_images", "test_images"),
        ("trainingSet", "testSet"),
        ("TRAIN", "t10k"),
        ("train", "val"),
        ("train-set", "validation"),
    ],
)
def test_parts_by_the_names_that_people_give(tmp_path, train, test) -> None:
    draw(tmp_path / train, 3)
    draw(tmp_path / test, 1)
    assert sizes(tmp_path) == (6, 2)


@pytest.mark.parametrize("part", ["train", "training", "digits/training"])
def test_a_part_alone_is_all_there_is(tmp_path, part) -> None:
    draw(tmp_path / part)
    assert sizes(tmp_path) == (4, None)
    (tmp_path / "notes.txt").write_text("x")
    assert sizes(tmp_path) == (4, None)


def test_an_archive_unpacked_into_folders_of_its_own(tmp_path) -> None:
    draw(tmp_path / "digits" / "training" / "training", 3)
    draw(tmp_path / "digits" / "testing" / "testing", 1)
    (tmp_path / "__MACOSX" / "digits").mkdir(parents=True)
    (tmp_path / ".cache").mkdir()
    assert enter_folder(tmp_path) == tmp_path / "digits"
    assert sizes(tmp_path) == (6, 2)


def test_a_validation_part_beside_a_test_part(tmp_path) -> None:
    for name in ("train", "test", "val"):
        draw(tmp_path / name)
    train, test = read_source(tmp_path, ReadOptions())
    assert (len(train.inputs), len(test.inputs)) == (4, 4)
    assert train.remarks == (
        "val was left out. To validate by it, set the validation set: "
        f"--validation {tmp_path / 'val'}",
    )
    chosen = choose_parts(draw(tmp_path / "other" / "train").parent)
    assert (chosen.test, chosen.remarks) == (None, ())


def test_a_validation_part_in_place_of_a_test_part_is_remarked(tmp_path) -> None:
    draw(tmp_path / "train")
    draw(tmp_path / "val")
    train, _ = read_source(tmp_path, ReadOptions())
    assert train.remarks == ("val was taken as the test part.",)


def test_test_pictures_without_labels(tmp_path) -> None:
    draw(tmp_path / "train")
    (tmp_path / "test").mkdir()
    Image.new("L", (3, 2)).save(tmp_path / "test" / "1.png")
    train, test = read_source(tmp_path, ReadOptions())
    assert test is None
    assert train.remarks == ("test: pictures without folders for their classes, left out.",)


def test_classes_that_are_called_as_parts(tmp_path) -> None:
    draw(tmp_path, classes=["car", "train"])
    assert set(read_source(tmp_path, ReadOptions())[0].labels) == {"car", "train"}


def test_two_folders_for_one_part_are_refused(tmp_path) -> None:
    for name in ("training", "train_images", "test"):
        draw(tmp_path / name)
    with pytest.raises(DataError) as caught:
        choose_parts(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected one file or folder called train, got train_images and training."
    )


def test_files_that_are_no_pictures_are_counted(tmp_path) -> None:
    draw(tmp_path)
    (tmp_path / "a" / "notes.txt").write_text("x")
    (tmp_path / "b" / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "b" / ".hidden.png").write_text("x")
    (tmp_path / "b" / ".ipynb_checkpoints").mkdir()
    train, _ = read_source(tmp_path, ReadOptions())
    assert len(train.inputs) == 4
    assert train.remarks == (
        "2 files in the folders of the classes are no pictures and were left out.",
    )
    (tmp_path / "a" / "notes.txt").unlink()
    assert read_source(tmp_path, ReadOptions())[0].remarks == (
        "1 file in the folders of the classes is no picture and was left out.",
    )


@pytest.mark.parametrize("suffix", ["", ".dat", ".JPG", ".webp"])
def test_pictures_under_other_names(tmp_path, suffix) -> None:
    draw(tmp_path, suffix=suffix)
    assert sizes(tmp_path) == (4, None)


def test_transparent_drawings_in_class_folders_lie_on_white(tmp_path) -> None:
    for name, row in (("a", 1), ("b", 3)):
        ink = np.zeros((5, 5, 4), np.uint8)
        ink[row, :, 3] = 255
        (tmp_path / name).mkdir()
        Image.fromarray(ink).save(tmp_path / name / "1.png")
    train, _ = read_source(tmp_path, ReadOptions())
    assert train.inputs[0].tolist() == [[255] * 5, [0] * 5, *[[255] * 5] * 3]
    assert train.inputs[1].tolist() == [*[[255] * 5] * 3, [0] * 5, [255] * 5]


def test_photos_are_turned_as_their_notes_say(tmp_path) -> None:
    draw(tmp_path, 1)
    grey, note = np.zeros((3, 2), np.uint8), Image.Exif()
    grey[2, 0] = 255
    note[0x0112] = 6
    Image.fromarray(grey).save(tmp_path / "a" / "0.png", exif=note)
    train, _ = read_source(tmp_path, ReadOptions())
    assert train.inputs[0].tolist() == [[255, 0, 0], [0, 0, 0]]


def test_remarks_on_pictures_are_counted(tmp_path) -> None:
    draw(tmp_path, 1)
    for name in "ab":
        white = np.full((2, 3, 4), 255, np.uint8)
        white[0, :, 3] = 0
        Image.fromarray(white).save(tmp_path / name / "1.png")
    expected = "The picture is white on a transparent background; it was placed on black."
    assert read_source(tmp_path, ReadOptions())[0].remarks == (f"Of 2 pictures: {expected}",)
    (tmp_path / "b" / "1.png").unlink()
    assert read_source(tmp_path, ReadOptions())[0].remarks == (f"Of 1 picture: {expected}",)


def test_one_broken_picture_is_named_in_one_line(tmp_path) -> None:
    draw(tmp_path)
    path = tmp_path / "b" / "1.png"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DataError) as caught:
        read_source(tmp_path, ReadOptions())
    assert str(caught.value).startswith(f"{path}: expected an intact PNG file, got ")
    path.write_text("no picture")
    with pytest.raises(DataError) as caught:
        read_source(tmp_path, ReadOptions())
    assert str(caught.value).startswith(f"{path}: expected a picture: PNG, ")


def test_what_a_folder_without_classes_holds_is_listed(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.pt").touch()
    with pytest.raises(DataError) as caught:
        read_source(tmp_path, ReadOptions())
    assert "got folders without pictures: empty and other files: model.pt." in str(caught.value)
    for number in range(8):
        Image.new("L", (3, 2)).save(tmp_path / f"{number}.png")
        (tmp_path / f"{number}").mkdir()
    with pytest.raises(DataError) as caught:
        read_source(tmp_path, ReadOptions())
    assert (
        "got 8 pictures without a folder for their class and "
        "folders without pictures: 0, 1, 2, 3, 4, 5 …." in str(caught.value)
    )


def test_a_folder_that_is_not_there_is_a_file_error(tmp_path) -> None:
    with pytest.raises(FileError):
        class_folders(tmp_path / "none")
