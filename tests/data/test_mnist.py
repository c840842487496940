import hashlib
import lzma
import os
import re
from importlib import resources

import numpy as np
import pytest

from chainrule.data import mnist
from chainrule.data.idx import array_digest
from chainrule.data.mnist import load_mnist, mnist_states
from chainrule.errors import FileError, IntegrityError
from chainrule.schema import ImageFormat

# As the makers of MNIST published them, decompressed.
_PUBLISHED = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def test_both_parts_are_the_published_files_to_the_byte(cache):
    for pair in (load_mnist(), load_mnist()):
        for part, prefix in ((pair.train, "train"), (pair.test, "t10k")):
            images = part.inputs.reshape(-1, 28, 28)
            assert array_digest(images) == _PUBLISHED[f"{prefix}-images-idx3-ubyte"]
            labels = part.targets.astype(np.uint8)
            assert array_digest(labels) == _PUBLISHED[f"{prefix}-labels-idx1-ubyte"]
    assert len(list((cache / "arrays").iterdir())) == 4


def test_the_record_is_as_every_loader_makes_it(cache):
    pair = load_mnist()
    assert pair.test.targets[:5].tolist() == [7, 2, 1, 0, 4]
    for part, n in ((pair.train, 60_000), (pair.test, 10_000)):
        assert part.inputs.shape == (n, 784)
        assert (part.inputs.dtype, part.scale, part.shape) == (np.uint8, 1 / 255, (28, 28))
        assert part.class_names == tuple("0123456789")
        assert (part.name, part.source) == ("mnist", "mnist")
        assert not part.inputs.flags.writeable


def test_a_damaged_cache_is_rebuilt(cache):
    digest = load_mnist().test.digest
    for path in (cache / "arrays").glob("*t10k*"):
        content = bytearray(path.read_bytes())
        content[-100] ^= 1
        path.write_bytes(content)
    damaged = {path: path.read_bytes() for path in (cache / "arrays").glob("*t10k*")}
    assert load_mnist().test.digest == digest
    assert all(path.read_bytes() != content for path, content in damaged.items())


def test_no_cache_is_needed(monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", os.devnull)
    assert len(load_mnist().test) == 10_000


@pytest.fixture
def copy(tmp_path, monkeypatch, cache):
    """The package's folder, as a copy that may be damaged."""
    source = resources.files("chainrule.data").joinpath("embedded")
    folder = tmp_path / "embedded"
    folder.mkdir()
    for file in source.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(mnist, "_FOLDER", str(folder))
    mnist._digests.cache_clear()
    yield folder
    mnist._digests.cache_clear()


def test_a_damaged_file_of_the_package_is_refused(copy):
    path = copy / "t10k-labels-idx1-ubyte.xz"
    content = bytearray(path.read_bytes())
    content[99] ^= 4
    path.write_bytes(content)
    with pytest.raises(IntegrityError) as refused:
        load_mnist()
    assert str(refused.value) == (
        "t10k-labels-idx1-ubyte.xz: expected SHA-256 "
        "f2edae9ce0307abae4671a37b70e6e3858696b48b16c3cfdfef97388dc9925d5, "
        f"got {hashlib.sha256(content).hexdigest()}. "
        "The package's own copy of MNIST is damaged. Install chainrule again."
    )
    assert [state.state for state in mnist_states()].count("damaged") == 1


def test_content_that_is_not_mnist_is_refused(copy):
    packed = lzma.compress(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))
    (copy / "t10k-labels-idx1-ubyte.xz").write_bytes(packed)
    sums = (copy / "SHA256SUMS").read_text()
    true = "f2edae9ce0307abae4671a37b70e6e3858696b48b16c3cfdfef97388dc9925d5"
    (copy / "SHA256SUMS").write_text(sums.replace(true, hashlib.sha256(packed).hexdigest()))
    with pytest.raises(IntegrityError, match=r"^t10k-labels-idx1-ubyte: expected SHA-256 ff7bcfd4"):
        load_mnist()


def test_a_missing_file_of_the_package_is_refused(copy):
    (copy / "t10k-images-idx3-ubyte.xz").unlink()
    with pytest.raises(FileError) as refused:
        load_mnist()
    assert str(refused.value) == (
        "t10k-images-idx3-ubyte.xz: expected a file of the package, "
        "got No such file or directory. Install chainrule again."
    )
    assert [state.state for state in mnist_states()].count("missing") == 1


def test_a_list_of_digests_that_lacks_a_file_is_refused(copy):
    (copy / "SHA256SUMS").write_bytes(b"\xff no list\n")
    with pytest.raises(IntegrityError, match="expected SHA-256 in SHA256SUMS, got 8f41e9b4"):
        load_mnist()


def test_the_files_of_the_package_are_intact():
    states = mnist_states()
    assert [state.state for state in states] == ["intact"] * 4
    assert all(state.found == state.expected for state in states)


def test_the_list_of_digests_holds_both_forms():
    sums = resources.files("chainrule.data").joinpath("embedded", "SHA256SUMS").read_text()
    listed = dict(reversed(line.split("  ")) for line in sums.splitlines())
    assert {name: listed[name] for name in _PUBLISHED} == _PUBLISHED
    assert len(listed) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in listed.values())


def test_the_licence_lies_beside_the_files_and_names_the_makers():
    text = resources.files("chainrule.data").joinpath("embedded", "LICENSE.md").read_text()
    for words in ("LeCun", "Cortes", "Burges", "CC BY-SA 3.0", "yann.lecun.com/exdb/mnist"):
        assert words in text


def test_the_form_that_is_written_down_is_the_measured_one():
    pair = load_mnist()
    form = ImageFormat.fit(pair.train.inputs.reshape(-1, 28, 28))
    known = pair.train.schema.image
    assert form.lies_as_mnist
    for name, value in known.to_dict().items():
        measured = form.to_dict()[name]
        assert measured == (value if isinstance(value, str) else pytest.approx(value)), name
    assert pair.test.schema == pair.train.schema
