import numpy as np
import pytest

from chainrule.data.catalogue import CATALOGUE
from chainrule.data.sources import dataset_names, load_dataset, verify_dataset
from chainrule.errors import DownloadError, FileError, InputError, UnknownNameError

_NAMES = (
    "emnist_balanced, emnist_byclass, emnist_bymerge, emnist_digits, emnist_letters, "
    "emnist_mnist, fashion_mnist, kmnist, mnist"
)


def test_every_name_is_listed_mnist_first():
    assert dataset_names()[0] == "mnist"
    assert sorted(dataset_names()) == _NAMES.split(", ")


def test_mnist_is_loaded_by_name(cache):
    pair = load_dataset("mnist", offline=True)
    assert (len(pair.train), len(pair.test), pair.train.source) == (60_000, 10_000, "mnist")


@pytest.mark.parametrize("name", ["kmnist", "emnist_letters"])
def test_other_names_are_looked_for_in_their_place(cache, name):
    with pytest.raises(DownloadError) as refused:
        load_dataset(name, offline=True)
    served = CATALOGUE[name].served[0]
    assert refused.value.where == served.name
    place = cache / "downloads" / CATALOGUE[name].family / served.name
    assert str(refused.value).endswith(f"and put it at {place}.")


def test_a_path_is_read_with_the_options_given(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text("kind;x\n" + "b;1\na;2\n" * 5)
    pair = load_dataset(path, target="kind", test_fraction=0.4, seed=7)
    assert (len(pair.train), len(pair.test)) == (6, 4)
    assert pair.train.class_names == ("a", "b")
    assert pair.test.name == "flowers.csv (0.4 held out of 10, seed 7)"
    assert pair.test.source == str(path)
    again = load_dataset(str(path), target=0, delimiter=";", header=True, test_fraction=0.4, seed=7)
    assert again.train.digest == pair.train.digest
    numbers = load_dataset(path, target="first", class_names=("b", "a", "z"))
    assert numbers.train.outputs == 3
    pixels = load_dataset(path, target="kind", pixels=True)
    assert pixels.train.scale == 1 / 255
    assert load_dataset(path, target="kind", limit=100).train.features == 1


def test_number_targets(tmp_path):
    (tmp_path / "t.csv").write_text("1,0.5\n2,1.5\n3,2.5\n")
    pair = load_dataset(tmp_path / "t.csv", task="numbers", test_fraction=0.4)
    assert not pair.train.classifies
    assert sorted([*pair.train.targets[:, 0], *pair.test.targets[:, 0]]) == [0.5, 1.5, 2.5]


def test_a_name_means_the_named_set_and_a_path_means_the_path(tmp_path, monkeypatch, idx_bytes):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist").mkdir()
    for part in ("train", "t10k"):
        images = np.zeros((2, 3, 3), np.uint8)
        (tmp_path / "mnist" / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        labels = np.array([0, 1], np.uint8)
        (tmp_path / "mnist" / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    assert load_dataset("./mnist").train.shape == (3, 3)
    assert load_dataset(tmp_path / "mnist").test.name == "mnist"
    assert load_dataset("mnist").train.shape == (28, 28)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError) as refused:
        load_dataset("fashon-mnist")
    assert str(refused.value) == (
        "load_dataset: expected a data set or a path, got 'fashon-mnist' (str). "
        f"Did you mean 'fashion_mnist'? Valid names: {_NAMES}."
    )
    with pytest.raises(UnknownNameError) as refused:
        verify_dataset("zzz")
    assert str(refused.value) == (
        "verify_dataset: expected a data set, got 'zzz' (str). "
        f"This name is unknown. Valid names: {_NAMES}."
    )


@pytest.mark.parametrize("source", ["t.csv", "some/where"])
def test_a_path_that_is_not_there_is_a_file_error(source):
    with pytest.raises(FileError) as refused:
        load_dataset(source)
    assert str(refused.value) == f"{source}: expected a file or a folder, got no such file."


@pytest.mark.parametrize("source", [3, None, b"mnist", ["mnist"], "a\0b", ""])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(InputError) as refused:
        load_dataset(source)
    assert str(refused.value) == (
        f"load_dataset: expected source to be a name or a path, got {source!r} "
        f"({type(source).__name__})."
    )


def test_options_are_checked_before_anything_is_read():
    with pytest.raises(InputError) as refused:
        load_dataset("mnist", test_fraction=2)
    assert str(refused.value) == (
        "load_dataset: expected test_fraction to be a number above 0 and below 1, got 2 (int). "
        "test_fraction: fraction to hold out."
    )


def test_the_files_of_a_set_are_verified(cache):
    assert [state.state for state in verify_dataset("mnist")] == ["intact"] * 4
    assert [state.state for state in verify_dataset("kmnist")] == ["missing"] * 4
    assert [state.state for state in verify_dataset("emnist_digits")] == ["missing"]
