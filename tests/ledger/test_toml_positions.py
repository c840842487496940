from __future__ import annotations

from chainrule.ledger.files.toml_positions import TomlSource

TEXT = '''# a comment with [brackets] = 1
title = "a \\" quote # and no comment"
"quoted" = 1
dotted.key = 2

[network]
layers = [1, 2]  # [3,
weights = [
    # first
    [[1.0],
     [2.0]],
    [
        [3.0, 4.0],
    ],
]
note = """
two lines"""
[[examples]]
inputs = [1.0]
[[examples]]
inputs = [
  2.0]
inline = { a = 1, b = [1,
 2] }
'''


def test_lines_of_keys_and_elements() -> None:
    source = TomlSource("f", TEXT)
    assert source.table["examples"][1]["inline"]["b"] == [1, 2]
    lines = {
        ("title",): 2,
        ("quoted",): 3,
        ("dotted", "key"): 4,
        ("network",): 6,
        ("network", "layers"): 7,
        ("network", "layers", 1): 7,
        ("network", "weights"): 8,
        ("network", "weights", 0, 0, 0): 10,
        ("network", "weights", 0, 1): 11,
        ("network", "weights", 1, 0, 1): 13,
        ("network", "note"): 16,
        ("examples",): 18,
        ("examples", 0): 18,
        ("examples", 0, "inputs"): 19,
        ("examples", 1): 20,
        ("examples", 1, "inputs"): 21,
        ("examples", 1, "inputs", 0): 22,
        ("examples", 1, "inline", "b", 1): 24,
    }
    for key, line in lines.items():
        assert source.where(*key) == f"f, line {line}", key


def test_what_has_no_line_takes_its_surroundings() -> None:
    source = TomlSource("f", TEXT)
    assert source.where("network", "biases") == "f, line 6"
    assert source.where("state") == source.where() == "f"
