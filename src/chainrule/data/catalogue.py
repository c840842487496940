"""Named data sets: their mirrors, and the digests of their files.

Sizes and digests of the files as served are those that TensorFlow Datasets publishes; digests of
Fashion-MNIST's content were taken from Debian's package dataset-fashion-mnist. A set without a
published digest is not listed.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

__all__ = ["CATALOGUE", "ArrayAt", "NamedSet", "Served"]


@dataclass(frozen=True)
class Served:
    """One file as its makers serve it.

    Args:
        name: its name, which follows a mirror's address.
        size: its size in bytes.
        digest: its SHA-256, in hex.
    """

    name: str
    size: int
    digest: str


@dataclass(frozen=True)
class ArrayAt:
    """Where one of a set's four arrays is.

    Args:
        served: the file that holds it.
        member: its path in that file, where that is a zip archive.
        digest: the `array_digest` of its content where one is known.
    """

    served: Served
    member: str = ""
    digest: str = ""


_Four = tuple[ArrayAt, ArrayAt, ArrayAt, ArrayAt]


@dataclass(frozen=True, kw_only=True)
class NamedSet:
    """A published data set of grey images.

    Args:
        name: what `load_dataset` calls it.
        about: what it shows, in a few words.
        licence: its licence, in a few words.
        class_names: a name a class.
        mirrors: addresses that end in "/", those over HTTPS first.
        arrays: where train images, train labels, test images and test labels are.
        family: the folder for its downloads; sets that share a file share it.
        folders: where a system's package may have put the same files.
        first_label: the label of the first class.
        upright: whether the images are stored row by row, as one reads them.
    """

    name: str
    about: str
    licence: str
    class_names: tuple[str, ...]
    mirrors: tuple[str, ...]
    arrays: _Four
    family: str
    folders: tuple[str, ...] = ()
    first_label: int = 0
    upright: bool = True

    @property
    def served(self) -> tuple[Served, ...]:
        """The files to fetch, each once."""
        return tuple(dict.fromkeys(array.served for array in self.arrays))


def _gzipped(*rows: tuple[int, str, str]) -> _Four:
    """The four files of a set that is served as MNIST was: size, digest, digest of content."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    arrays = (
        ArrayAt(Served(f"{name}-ubyte.gz", size, digest), digest=content)
        for name, (size, digest, content) in zip(names, rows, strict=True)
    )
    train_images, train_labels, test_images, test_labels = arrays
    return train_images, train_labels, test_images, test_labels


_FASHION = NamedSet(
    name="fashion_mnist",
    about="70,000 pieces of clothing in 10 classes, 28 x 28",
    licence="MIT, Zalando SE",
    class_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    mirrors=(
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    arrays=_gzipped(
        (
            26421880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        (
            29515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        (
            4422102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        (
            5148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    family="fashion_mnist",
    folders=("/usr/share/datasets/fashion-mnist",),
)

_KMNIST = NamedSet(
    name="kmnist",
    about="70,000 cursive Japanese characters in 10 classes, 28 x 28",
    licence="CC BY-SA 4.0, KMNIST Dataset (made by CODH), adapted from Kuzushiji Dataset (NIJL)",
    class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ),
    arrays=_gzipped(
        (18165135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", ""),
        (29497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", ""),
        (3041136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", ""),
        (5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", ""),
    ),
    family="kmnist",
)

_EMNIST_ZIP = Served(
    "gzip.zip", 561753746, "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"
)
_DIGITS = tuple(string.digits)
# Fifteen letters look alike in both cases and are one class; these eleven do not.
_MERGED = (*_DIGITS, *string.ascii_uppercase, *"abdefghnqrt")


def _emnist(split: str, about: str, class_names: tuple[str, ...], first_label: int = 0) -> NamedSet:
    """One of the six splits in EMNIST's archive, whose images lie on their side, mirrored."""
    train_images, train_labels, test_images, test_labels = (
        ArrayAt(_EMNIST_ZIP, f"gzip/emnist-{split}-{part}-{role}-ubyte.gz")
        for part in ("train", "test")
        for role in ("images-idx3", "labels-idx1")
    )
    return NamedSet(
        name=f"emnist_{split}",
        about=f"{about}, 28 x 28",
        licence="none stated; published by NIST, from its Special Database 19",
        class_names=class_names,
        mirrors=(
            "https://biometrics.nist.gov/cs_links/EMNIST/",
            "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
        ),
        arrays=(train_images, train_labels, test_images, test_labels),
        family="emnist",
        first_label=first_label,
        upright=False,
    )


_SETS = (
    _FASHION,
    _KMNIST,
    _emnist("digits", "280,000 digits in 10 classes", _DIGITS),
    _emnist("letters", "145,600 letters in 26 classes", tuple(string.ascii_uppercase), 1),
    _emnist("balanced", "131,600 digits and letters in 47 classes of one size", _MERGED),
    _emnist("bymerge", "814,255 digits and letters in 47 classes", _MERGED),
    _emnist(
        "byclass",
        "814,255 digits and letters in 62 classes",
        (*_DIGITS, *string.ascii_uppercase, *string.ascii_lowercase),
    ),
    _emnist("mnist", "70,000 digits in 10 classes, made as MNIST was", _DIGITS),
)

CATALOGUE: dict[str, NamedSet] = {entry.name: entry for entry in _SETS}
"""The sets by name; MNIST itself is not here, as it comes with the package."""
