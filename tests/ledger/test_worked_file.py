from __future__ import annotations

import re
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import ChainruleError, DataError, FileError
from chainrule.ledger.files.worked_file import parse_worked, read_worked
from chainrule.ledger.ledger import Ledger

WORKED = list(bundled_files("worked").values())


def test_the_chain(chain) -> None:
    example = parse_worked(chain)
    assert example.title == "One neuron a layer"
    assert example.architecture.layers == (1, 1, 1)
    assert example.architecture.dtype == "float64"
    assert example.parameters.tolist() == [0.5, 1.0, 1.0, 0.0]
    assert example.recipe.optimiser == "sgd"
    assert (example.recipe.learning_rate, example.recipe.batch_size) == (1.0, 1)
    assert (example.steps, example.start, example.rows) == (2, 0, (0,))
    (claim,) = example.claims
    assert (str(claim.quantity), claim.printed, claim.numbers) == ("a[1][0]", "0.818", ("0.818",))
    assert claim.where == "worked example, line 16"


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.name)
def test_the_files_that_come_along(path) -> None:
    ledger = Ledger(read_worked(path))
    assert ledger.example.claims
    for entry in ledger.entries():
        assert entry.formula is not None


def test_state_batches_and_weights() -> None:
    text = """
    network = { layers = [2, 1], activations = "softplus", weights = [[[0.5, 1]]] }
    [training]
    cost = "huber"
    huber_threshold = 0.5
    optimiser = "adam"
    learning_rate = 0.1
    schedule = "cosine"
    steps = 5
    steps_before = 7
    batch_size = 2
    [state.mean]
    weights = [[[0.25, -0.5]]]
    [[examples]]
    inputs = [1, 0]
    targets = [0.5]
    weight = 3
    [[examples]]
    inputs = [0, 1]
    targets = [0.25]
    [[examples]]
    inputs = [1, 1]
    targets = [1]
    """
    example = parse_worked(text)
    assert not example.architecture.biases
    assert (example.start, example.recipe.epochs) == (7, 6)
    assert example.state.tolist() == [[0.25, -0.5], [0, 0]]
    assert example.dataset.sample_weights.tolist() == [3, 1, 1]
    assert [example.batch(step) for step in range(1, 4)] == [(0, 1), (2,), (0, 1)]
    assert Ledger(example).step(1).result.settings.update_settings.t == 8


def test_one_name_for_all_layers_becomes_softmax(chain) -> None:
    text = chain.replace('["sigmoid", "sigmoid"]', '"sigmoid"')
    text = text.replace('"squared_error"', '"categorical_cross_entropy"')
    assert parse_worked(text).architecture.activations == ("sigmoid", "softmax")


NAMES = "The layers are 1, 1, 1"
REFUSED_CLAIMS = [
    (
        '"a[1][0]"',
        '"a[3][0]"',
        "16: expected a layer from 0 to 2, got 'a[3][0]'. The network is 1-1-1.",
    ),
    (
        '"a[1][0]"',
        '"a(1)"',
        "16: expected an address such as z[1][0] or step[2].W_new[1][0,0], got 'a(1)' (str).",
    ),
    (
        '"0.818"',
        "0.818",
        "17: expected printed to be a line of text, at most 2000 characters, got 0.818 (float). "
        'Write printed = "0.818".',
    ),
    (
        '"0.818"',
        '"about 1"',
        "17: expected a number as it is printed, such as '0.818', '-3/4' or '81.8 %', "
        "got 'about 1'.",
    ),
    (
        '"0.818"',
        '"0.8, 1"',
        "17: expected 1 number with commas between them, got 2.",
    ),
]
REFUSED = [
    (
        "[[[0.5]], [[1.0]]]",
        '[\n[[0.5]],\n[["1.0"]]]',
        "8: expected weights[1][0][0] to be a number, got '1.0' (str). Write it without quotes.",
    ),
    (
        "[[[0.5]], [[1.0]]]",
        "[[[0.5]], [[1.0, 2]]]",
        f"6: expected weights[1][0] to be 1 number in brackets, got 2. {NAMES}; a row holds the "
        "weights of one neuron.",
    ),
    (
        "[[[0.5]], [[1.0]]]",
        "[[[0.5]]]",
        f"6: expected weights to have 2 parts, one per layer after the inputs, got 1. {NAMES}; a "
        "row holds the weights of one neuron.",
    ),
    (
        "[[1.0], [0.0]]",
        "[1.0, 0.0]",
        f"7: expected biases[0] to be 1 number in brackets, got 1.0 (float). {NAMES}.",
    ),
    (
        "layers = [1, 1, 1]",
        f"layers = {[1] * 1_000_000}",
        "4: expected layers to be 2 to 101 widths in brackets, the inputs first, got 1000000 "
        "layers.",
    ),
    (
        "layers = [1, 1, 1]",
        "layers = [1, 2.5, 1]",
        "4: expected layers to be a whole number at least 1 and at most 100000, got 2.5 (float). "
        "layers: neurons of each layer, the inputs first.",
    ),
    (
        'activations = ["sigmoid", "sigmoid"]',
        'activations = ["sigmoid"]',
        f"5: expected 2 activations, one per layer after the inputs, got 1: sigmoid. {NAMES}.",
    ),
    (
        "weights =",
        "weight =",
        "6: expected a key of [network], got 'weight' (str). Did you mean 'weights'? Valid "
        "names: activations, biases, layers, weights.",
    ),
    (
        'cost = "squared_error"',
        "",
        '8: expected the key cost in [training], got none. Write cost = "squared_error".',
    ),
    (
        "learning_rate = 1.0",
        'learning_rate = "1"',
        "10: expected learning_rate to be a number above 0, got '1' (str). learning_rate: "
        "step size of the update.",
    ),
    (
        "learning_rate = 1.0",
        "learning_rate = 1.0\nmomentum = 0.9",
        "11: expected optimiser to be momentum or nesterov where momentum is given, got 'sgd' "
        "(str). Nothing else uses momentum. Write optimiser = 'momentum', or leave momentum out.",
    ),
    (
        "learning_rate = 1.0",
        'learning_rate = 1.0\nschedule = "plateau"',
        "11: expected a name for schedule, got 'plateau' (str). This name is unknown. Valid "
        "names: constant, cosine, cosine_restarts, exponential, one_cycle, rise, step.",
    ),
    (
        "inputs = [1.0]",
        "inputs = [1.0, 2]",
        "13: expected inputs to be 1 number in brackets, got 2. The network has 1 input.",
    ),
    (
        "inputs = [1.0]",
        "inputs = [inf]",
        "13: expected inputs[0] to be a number of at most 1e300, got inf (float).",
    ),
    (
        "targets = [0.0]",
        "",
        "12: expected the key targets in [[examples]], got none. Write targets = [1.0].",
    ),
    (
        "[training]",
        "[state.velocity]\nweights = [[[1.0]], [[0.0]]]\n[training]",
        "8: expected no table [state], got {'velocity': {'weights': [[[1.0]], [[0.0]]]}} (dict). "
        "The optimiser sgd keeps no state.",
    ),
    (
        "[training]",
        "[trainin]",
        "8: expected a key of the file, got 'trainin' (str). Did you mean 'training'? Valid "
        "names: claims, decimal_mark, delta, examples, indices, network, state, title, training.",
    ),
    (
        'activations = ["sigmoid", "sigmoid"]',
        'activations = ["sigmoid", "sigmod"]',
        "5: expected an activation, got 'sigmod' (str). Did you mean 'sigmoid'? Valid names: "
        f"{', '.join(sorted(ACTIVATIONS))}.",
    ),
    (
        'title = "One neuron a layer"',
        "title = 3",
        "2: expected title to be a line of text, at most 200 characters, got 3 (int). "
        'Write title = "…".',
    ),
]


@pytest.mark.parametrize(("old", "new", "told"), REFUSED_CLAIMS)
def test_a_claim_that_cannot_be_read_refuses_itself_alone(chain, old, new, told) -> None:
    good = '[[claims]]\nquantity = "z[1][0]"\nprinted = "1.5"\n'
    example = parse_worked(chain.replace(old, new, 1) + good, "chain.toml")
    assert [str(one.quantity) for one in example.claims] == ["z[1][0]"]
    (refused,) = example.refused_claims
    assert (str(refused.error), refused.count) == (f"chain.toml, line {told}", 1)
    with pytest.raises(ChainruleError, match=re.escape(f"chain.toml, line {told}")):
        parse_worked(chain.replace(old, new, 1), "chain.toml")


def test_a_claim_that_is_no_table() -> None:
    good = 'network = { layers = [1, 1], activations = "relu", weights = [[[1]]] }'
    claims = 'claims = [3, { quantity = "z[1][0]", printed = "1" }]'
    example = parse_worked(f"{claims}\n{good}\nexamples = [{{ inputs = [1] }}]", "f.toml")
    (refused,) = example.refused_claims
    assert (refused.address, refused.printed, len(example.claims)) == ("", "", 1)
    assert str(refused.error).startswith("f.toml, line 1: expected a table [claims.0]")


@pytest.mark.parametrize(("old", "new", "told"), REFUSED)
def test_bad_files_name_line_and_key(chain, old, new, told) -> None:
    assert old in chain
    with pytest.raises(ChainruleError) as caught:
        parse_worked(chain.replace(old, new, 1), "chain.toml")
    assert str(caught.value) == f"chain.toml, line {told}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[network\n", "chain.toml, line 1: expected TOML, got "),
        (
            "\nx = " + "[" * 5000,
            "chain.toml, line 2: expected TOML, got brackets that are nested too deeply.",
        ),
        (
            "\nx = " + "9" * 5000,
            "chain.toml, line 2: expected TOML, got a whole number of more than 4300 digits.",
        ),
        (
            'title = """\n\n',
            "chain.toml, line 3: expected TOML, got Unterminated string (at end of document).",
        ),
        ("x = 1e", "chain.toml, line 1: expected TOML, got "),
        ("", "chain.toml: expected the key network in the file, got none. Write network = "),
    ],
)
def test_no_toml(text, told) -> None:
    with pytest.raises(ChainruleError) as caught:
        parse_worked(text, "chain.toml")
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError) as caught:
        read_worked("none.toml")
    assert str(caught.value) == (
        "none.toml: expected a readable file, got No such file or directory."
    )
    with pytest.raises(FileError) as caught:
        read_worked(tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected a readable file, got Is a directory."
    Path("bytes.toml").write_bytes(b"# one\n# \xff\xfe")
    with pytest.raises(DataError) as caught:
        read_worked("bytes.toml")
    assert str(caught.value) == (
        "bytes.toml, line 2: expected text in UTF-8, got the byte 0xff. Save the file as UTF-8."
    )
    Path("large.toml").write_bytes(b"#" * 16_000_001)
    with pytest.raises(DataError) as caught:
        read_worked("large.toml")
    assert str(caught.value) == "large.toml: expected a file of at most 16 MB, got a larger one."


def test_lines_of_files_from_windows(chain, tmp_path) -> None:
    path = tmp_path / "chain.toml"
    path.write_bytes(chain.replace("a[1][0]", "q[1]").replace("\n", "\r\n").encode())
    with pytest.raises(ChainruleError) as caught:
        read_worked(path)
    assert str(caught.value).startswith(f"{path}, line 16: expected a quantity, got 'q' (str).")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("network = 3", "chain.toml, line 1: expected a table [network], got 3 (int)."),
        (
            "claims = 3",
            "chain.toml, line 1: expected claims to be at most 10000 tables [[claims]], got 3 "
            "(int).",
        ),
        (
            "examples = []",
            "chain.toml, line 1: expected examples to be 1 to 10000 tables [[examples]], got 0 "
            "(int).",
        ),
    ],
)
def test_tables_of_another_kind(text, told) -> None:
    good = {
        "network": 'network = { layers = [1, 1], activations = "relu", weights = [[[1]]] }',
        "examples": "examples = [{ inputs = [1] }]",
    }
    good.pop(text.split()[0], None)
    with pytest.raises(ChainruleError) as caught:
        parse_worked("\n".join([text, *good.values()]), "chain.toml")
    assert str(caught.value) == told
