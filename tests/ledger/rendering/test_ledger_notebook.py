from __future__ import annotations

from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger


def test_a_ledger_shows_its_first_numbers(chain) -> None:
    text = Ledger(parse_worked(chain))._repr_html_()
    assert text.startswith('<div class="chainrule-document"><style>')
    assert text.count("<article") == 24
    assert "<p><b>One neuron a layer</b></p>" in text
    assert "The first 24 numbers. ledger.entry(address) shows any of them." in text
    assert " id=" not in text  # two of them may stand in one notebook
    assert len(text) < 30_000


def test_a_short_one_is_whole() -> None:
    text = """
    network = { layers = [1, 1], activations = "identity", weights = [[[0.5]]] }
    examples = [{ inputs = [1] }]
    """
    shown = Ledger(parse_worked(text))._repr_html_()
    assert shown.count("<article") == 2
    assert "The first" not in shown
    assert "<p><b>1-1 network, identity, no biases</b></p>" in shown
