import re

import pytest

from chainrule.data.catalogue import CATALOGUE


@pytest.mark.parametrize("named", CATALOGUE.values(), ids=str)
def test_every_record_is_complete(named):
    assert CATALOGUE[named.name] is named
    assert named.about
    assert named.licence
    assert len(set(named.class_names)) == len(named.class_names)
    for served in named.served:
        assert re.fullmatch("[0-9a-f]{64}", served.digest)
        assert served.size > 1000
        assert "/" not in served.name
    for array in named.arrays:
        assert re.fullmatch("([0-9a-f]{64})?", array.digest)
    assert len({(array.served, array.member) for array in named.arrays}) == 4


@pytest.mark.parametrize("named", CATALOGUE.values(), ids=str)
def test_mirrors_over_https_come_first(named):
    schemes = [mirror.partition("://")[0] for mirror in named.mirrors]
    assert schemes[0] == "https"
    assert schemes == sorted(schemes, reverse=True)
    assert set(schemes) <= {"http", "https"}
    assert all(mirror.endswith("/") for mirror in named.mirrors)


def test_the_classes_are_as_published():
    counts = {name: len(named.class_names) for name, named in CATALOGUE.items()}
    assert counts == {
        "fashion_mnist": 10,
        "kmnist": 10,
        "emnist_digits": 10,
        "emnist_letters": 26,
        "emnist_balanced": 47,
        "emnist_bymerge": 47,
        "emnist_byclass": 62,
        "emnist_mnist": 10,
    }
    # Numbers of the published mapping: 36 is "a", 46 is "t"; by class, 36 is "a" and 61 is "z".
    balanced, by_class = (CATALOGUE[f"emnist_{k}"].class_names for k in ("balanced", "byclass"))
    assert (balanced[9], balanced[10], balanced[36], balanced[46]) == ("9", "A", "a", "t")
    assert "".join(balanced[36:]) == "abdefghnqrt"
    assert (by_class[35], by_class[36], by_class[61]) == ("Z", "a", "z")
    assert CATALOGUE["emnist_letters"].first_label == 1
    assert CATALOGUE["fashion_mnist"].class_names[::9] == ("T-shirt/top", "Ankle boot")


def test_the_splits_of_emnist_share_one_archive():
    emnist = [named for name, named in CATALOGUE.items() if name.startswith("emnist")]
    assert {named.served for named in emnist} == {emnist[0].served}
    assert len(emnist[0].served) == 1
    assert [array.member for array in CATALOGUE["emnist_letters"].arrays] == [
        "gzip/emnist-letters-train-images-idx3-ubyte.gz",
        "gzip/emnist-letters-train-labels-idx1-ubyte.gz",
        "gzip/emnist-letters-test-images-idx3-ubyte.gz",
        "gzip/emnist-letters-test-labels-idx1-ubyte.gz",
    ]
