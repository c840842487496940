from __future__ import annotations

import pytest

PROJECT = """
[build-system]
requires = ["builder>=1"]
[project]
dependencies = ["Array.Maths>=2"]
[dependency-groups]
build = ["builder>=1"]
test = ["prover"]
check = ["liner<3"]
"""
RUN = """\
# made by: make lock
array-maths==2.1 ; python_full_version < '3.12' \\
    --hash=sha256:00
array-maths==2.2 ; python_full_version >= '3.12' \\
    --hash=sha256:11
    # via house (pyproject.toml)
builder==1.0 \\
    --hash=sha256:22
"""
TEST = RUN + "liner==2.9 \\\n    --hash=sha256:33\nprover==7 \\\n    --hash=sha256:44\n"


@pytest.fixture
def judge(plant, run_check):
    def run(*, run: str = RUN, test: str = TEST):
        plant("pyproject.toml", PROJECT)
        plant("requirements/run.txt", run)
        plant("requirements/test.txt", test)
        code, lines = run_check("locks.py")
        assert code == (1 if lines[1:] else 0)
        return lines

    return run


def test_locks_that_fit_pass(judge):
    assert judge() == [
        "requirements/run.txt pins 2 packages, requirements/test.txt pins 4 packages"
    ]


def test_a_missing_pin_is_found(judge):
    assert judge(test=TEST.replace("prover==7", "proven==7"))[1:] == [
        "requirements/test.txt:1: pyproject.toml asks for prover, the lock pins nothing: "
        "run make lock."
    ]


def test_a_pin_outside_the_range_is_found(judge):
    assert judge(test=TEST.replace("liner==2.9", "liner==3.0"))[1:] == [
        "requirements/test.txt:1: pyproject.toml asks for liner<3, the lock pins 3.0: "
        "run make lock."
    ]


def test_every_pin_of_a_name_must_fit(judge):
    changed = {"run": RUN.replace("==2.1", "==1.9"), "test": TEST.replace("==2.1", "==1.9")}
    assert judge(**changed)[1:] == [
        f"requirements/{name}.txt:1: pyproject.toml asks for Array.Maths>=2, "
        "the lock pins 1.9 and 2.2: run make lock."
        for name in ("run", "test")
    ]


def test_locks_that_differ_are_found(judge):
    assert judge(run=RUN + "extra==1 \\\n", test=TEST.replace("builder==1.0", "builder==1.1"))[
        1:
    ] == [
        "requirements/run.txt:1: builder is 1.0 here and 1.1 in requirements/test.txt: "
        "run make lock.",
        "requirements/run.txt:1: extra is 1 here and absent in requirements/test.txt: "
        "run make lock.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--find-links /opt/wheels",
        "-e .",
        "other @ file:///somewhere/other.whl",
        "./local",
    ],
)
def test_addresses_and_options_are_found(judge, line):
    assert judge(test=TEST + line + "\n")[1:] == [
        f"requirements/test.txt:13: '{line}' is not a pin: an address or option."
    ]
