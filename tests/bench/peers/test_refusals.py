"""What peers say of cases before anything is trained, whether they are installed or not."""

from __future__ import annotations

import pytest

from comparison.cases import CASES
from comparison.peers.digits_package import DIGITS
from comparison.peers.pytorch import TORCH_COMPILE
from comparison.peers.scikit import SCIKIT


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("784-15-10/10", "softmax and log-loss: it has no squared error for classes"),
        ("784-800-800-10/128", ""),
        (
            "784-800-800-10/128/adam",
            "Adam's ε is added before the bias correction of the mean square",
        ),
        ("20-32-2/32", "one logistic output instead of two of softmax"),
    ],
)
def test_what_scikit_computes_otherwise(case: str, said: str) -> None:
    assert SCIKIT.differs(CASES[case]) == said


def test_what_neural_network_digits_cannot_do() -> None:
    assert DIGITS.refuses(CASES["20-32-2/32/adam"]) == "it has no Adam"
    assert DIGITS.refuses(CASES["20-32-2/32"]) == ""
    assert DIGITS.differs(CASES["784-15-10/10"]).startswith("softmax and log-loss")
    assert DIGITS.differs(CASES["20-32-2/32"]) == ""


def test_compiled_pytorch_needs_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert TORCH_COMPILE.lacks() == "torch.compile needs a C++ compiler, and there is none"
