import gzip
import hashlib
import io
import lzma
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from chainrule.data.catalogue import ArrayAt, NamedSet
from chainrule.data.idx import array_digest
from chainrule.data.registry import download_states, load_named
from chainrule.errors import DownloadError, IntegrityError

_LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)
_NAMES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


@pytest.fixture
def content(grey_images):
    return dict(zip(_NAMES, (grey_images, _LABELS, grey_images[::-1], _LABELS[::-1]), strict=True))


@pytest.fixture
def shapes(cache, mirror, content, idx_bytes):
    """A set of four gzip files on the server."""
    served = [
        mirror.serve(f"{name}-ubyte.gz", gzip.compress(idx_bytes(array)))
        for name, array in content.items()
    ]
    return NamedSet(
        name="shapes",
        about="",
        licence="",
        class_names=("a", "b", "c"),
        mirrors=(mirror.address,),
        arrays=tuple(map(ArrayAt, served)),
        family="shapes",
    )


@pytest.fixture
def letters(cache, mirror, content, idx_bytes):
    """A set in one archive, its images on their side, its labels from 1."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, array in content.items():
            turned = array.transpose(0, 2, 1) if array.ndim == 3 else array + 1
            made.writestr(f"in/{name}-ubyte.gz", gzip.compress(idx_bytes(turned)))
    served = mirror.serve("letters.zip", stream.getvalue())
    return NamedSet(
        name="letters",
        about="",
        licence="",
        class_names=("a", "b", "c"),
        mirrors=(mirror.address,),
        arrays=tuple(ArrayAt(served, f"in/{name}-ubyte.gz") for name in _NAMES),
        family="archives",
        first_label=1,
        upright=False,
    )


def _is_right(pair, name, grey_images):
    np.testing.assert_array_equal(pair.train.inputs.reshape(6, 2, 3), grey_images)
    np.testing.assert_array_equal(pair.test.inputs.reshape(6, 2, 3), grey_images[::-1])
    assert pair.train.targets.tolist() == [0, 1, 2, 0, 1, 2]
    assert pair.test.targets.tolist() == [2, 1, 0, 2, 1, 0]
    for part in (pair.train, pair.test):
        assert (part.scale, part.shape, part.class_names) == (1 / 255, (2, 3), ("a", "b", "c"))
        assert (part.name, part.source, part.inputs.dtype) == (name, name, np.uint8)


def test_a_set_is_fetched_decoded_and_cached(shapes, grey_images, cache, mirror):
    seen = []
    _is_right(load_named(shapes, observe=lambda *now: seen.append(now)), "shapes", grey_images)
    assert {name for name, _, _ in seen} == {f"{name}-ubyte.gz" for name in _NAMES}
    for path in (cache / "downloads" / "shapes").iterdir():
        path.unlink()
    _is_right(load_named(shapes, offline=True), "shapes", grey_images)
    assert all(mirror.asked(f"{name}-ubyte.gz") == [None] for name in _NAMES)


def test_an_archive_is_fetched_once_and_its_images_put_upright(letters, grey_images, mirror, cache):
    _is_right(load_named(letters), "letters", grey_images)
    assert mirror.asked("letters.zip") == [None]
    for path in (cache / "arrays").iterdir():
        path.unlink()
    _is_right(load_named(letters, offline=True), "letters", grey_images)
    (cache / "downloads" / "archives" / "letters.zip").unlink()
    _is_right(load_named(letters, offline=True), "letters", grey_images)


def test_a_damaged_array_in_the_cache_is_made_again(shapes, grey_images, cache):
    load_named(shapes)
    for path in (cache / "arrays").iterdir():
        path.write_bytes(path.read_bytes()[:-40] + bytes(40))
    _is_right(load_named(shapes, offline=True), "shapes", grey_images)


def test_no_cache_is_needed(shapes, grey_images, monkeypatch, mirror):
    monkeypatch.setenv("CHAINRULE_CACHE", "/proc/none")
    for _ in range(2):
        _is_right(load_named(shapes), "shapes", grey_images)
    assert mirror.asked("train-labels-idx1-ubyte.gz") == [None, None]


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [(".gz", lambda content: gzip.compress(content, 1)), ("", bytes), (".xz", lzma.compress)],
)
def test_a_copy_of_a_system_package_is_told_by_its_content(
    shapes, content, idx_bytes, grey_images, tmp_path, suffix, compress
):
    folder = tmp_path / "package"
    folder.mkdir()
    for name, array in content.items():
        (folder / f"{name}-ubyte{suffix}").write_bytes(compress(idx_bytes(array)))
    arrays = tuple(
        replace(at, digest=array_digest(array))
        for at, array in zip(shapes.arrays, content.values(), strict=True)
    )
    packaged = replace(shapes, arrays=arrays, folders=("/none", str(folder)))
    _is_right(load_named(packaged, offline=True), "shapes", grey_images)


def test_a_copy_with_another_content_is_passed_over(shapes, content, idx_bytes, tmp_path, mirror):
    for name, array in content.items():
        (tmp_path / f"{name}-ubyte.gz").write_bytes(gzip.compress(idx_bytes(array ^ 1)))
    arrays = tuple(
        replace(at, digest=array_digest(array))
        for at, array in zip(shapes.arrays, content.values(), strict=True)
    )
    pair = load_named(replace(shapes, arrays=arrays, folders=(str(tmp_path),)))
    np.testing.assert_array_equal(pair.train.targets, _LABELS)
    assert mirror.asked("train-labels-idx1-ubyte.gz") == [None]


def test_content_that_is_not_what_is_known_is_refused(shapes, content, cache):
    at = shapes.arrays[0]
    wrong = replace(shapes, arrays=(replace(at, digest="0" * 64), *shapes.arrays[1:]))
    with pytest.raises(IntegrityError) as refused:
        load_named(wrong)
    path = cache / "downloads" / "shapes" / at.served.name
    assert str(refused.value) == (
        f"{path}: expected content with SHA-256 {'0' * 64}, "
        f"got {array_digest(content['train-images-idx3'])}."
    )
    assert not (cache / "arrays").exists()


def test_a_set_that_no_mirror_has_is_a_download_error(shapes, mirror):
    mirror.pages.clear()
    with pytest.raises(DownloadError, match="HTTP 404 Not Found"):
        load_named(shapes)


def test_the_states_of_the_files(shapes, cache):
    assert [state.state for state in download_states(shapes)] == ["missing"] * 4
    load_named(shapes)
    assert [state.state for state in download_states(shapes)] == ["intact"] * 4
    path = cache / "downloads" / "shapes" / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(b"abc")
    state = download_states(shapes)[3]
    assert (state.state, state.path) == ("damaged", str(path))
    assert state.found == hashlib.sha256(b"abc").hexdigest()
