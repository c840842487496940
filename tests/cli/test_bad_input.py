"""Bad input of every kind: one line on stderr, exit 2, nothing on stdout, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.cli.app import COMMANDS
from chainrule.equations import activations, costs
from chainrule.settings import training_settings

ACTIVATIONS = ", ".join(sorted(activations.ACTIVATIONS))
COSTS = ", ".join(sorted(costs.COSTS))
NAMES = (
    "emnist_balanced, emnist_byclass, emnist_bymerge, emnist_digits, emnist_letters, "
    "emnist_mnist, fashion_mnist, kmnist, mnist"
)
SETTINGS = len(training_settings())
FIGURES = (
    "activations, bands, batches, calibration, confusion, cost-relief, cost-slices, "
    "cost-surface, dependence, digits, grid, learning-curves, lift, mistakes, network, parabola, "
    "parallel, partials, paths, pieces, plane, rates, roc, saturation, slices, steps, sums, "
    "tangent, thresholds, weights"
)
NO_RUN = (
    "expected a folder with a run, got no run.json. No training has begun there, or it "
    "ended before its first step."
)
RESUMED = "A run continues with the recipe with which it began."

FILES = {
    "small.csv": "a,b,kind\n1,2,x\n2,3,y\n3,4,x\n4,5,y\n5,6,x\n6,7,y\n",
    "ragged.csv": "a,b,kind\n1,2,x\n2,y\n",
    "inf.csv": "a,b,kind\n1,inf,x\n2,3,y\n3,4,x\n4,5,y\n5,6,x\n6,7,y\n",
    "empty.csv": "",
    "typo.toml": "batch_sise = 3\n",
    "zero.toml": "batch_size = 0\n",
    "text.toml": 'batch_size = "32"\n',
    "syntax.toml": "batch_size = = 0\n",
    "list.json": "[1, 2]",
    "deep.json": "[" * 100_000,
    "picture.png": "not a picture",
    "thesis/chapter.tex": "\\section{One}",
    "seven.csv": "\n".join(["0,0,200,0,0,0,0"] * 7),
}

CASES: list[tuple[str, str]] = [
    ("trian", "chainrule: expected a command, got 'trian' (str). Did you mean 'train'? "
     f"Valid names: {', '.join(sorted(COMMANDS))}."),
    ("bench --quick", "bench: The installed package does not contain the benchmarks. "
     "Run make bench in a checkout of the source."),
    ("--versoin", "chainrule: expected a flag of this command, got '--versoin'. "
     "Did you mean '--version'? See chainrule --help."),
    ("lab --port 70000", "lab: expected --port to be a whole number at least 0 and at most 65535, "
     "got 70000 (int). --port: port to listen at."),
    ("lab nothing.toml", "nothing.toml: expected a readable file, got No such file or directory."),
    ("lab --view draw?example=three", "lab: expected a value as in an address of the lab, "
     "got 'three'."),
    ("lab two-layers --view look?step=3", "lab: expected a step from 1 to 2, got 3."),
    ("train", "train: expected DATA, or a run to continue, got neither. "
     "Name data: chainrule train mnist."),
    ("train mnits", "train: expected a data set or a path, got 'mnits' (str). "
     f"Did you mean 'mnist'? Valid names: {NAMES}."),
    ("train gone.csv", "gone.csv: expected a file or a folder, got no such file."),
    ("train ragged.csv", "ragged.csv, line 3: expected 3 fields, as in the first row, got 2."),
    ("train inf.csv", "inf.csv, line 2, column 1 ('b'): expected a finite number, got inf."),
    ("train empty.csv", "empty.csv: expected at least one row, got an empty file."),
    ("train small.csv --batch-size 0", "train: expected --batch-size to be a whole number "
     "at least 1, got 0 (int). --batch-size: examples per step."),
    ("train small.csv --batch-size many", "train: expected --batch-size to be a whole number "
     "at least 1, got 'many' (str). --batch-size: examples per step."),
    ("train small.csv --batch-size 1.5", "train: expected --batch-size to be a whole number "
     "at least 1, got 1.5 (float). --batch-size: examples per step."),
    ("train small.csv --epochs -1", "train: expected --epochs to be a whole number at least 0, "
     "got -1 (int). --epochs: passes over the training set."),
    ("train small.csv --learning-rate nan", "train: expected --learning-rate to be a number "
     "above 0, got nan (float). --learning-rate: step size of the update."),
    ("train small.csv --momentum 1", "train: expected --momentum to be a number at least 0 and "
     "below 1, got 1 (int). --momentum: fraction of the velocity that is kept (momentum, "
     "nesterov)."),
    ("train small.csv --seed -1", "train: expected --seed to be a whole number at least 0 and "
     "at most 9223372036854775807 or none, got -1 (int). "
     "--seed: seed of all random numbers; drawn and recorded if it is not set."),
    ("train small.csv --cost hubr", "train: expected a name for --cost, got 'hubr' (str). "
     f"Did you mean 'huber'? Valid names: {COSTS}."),
    ("train small.csv --optimizer addam", "train: expected a name for --optimiser, got 'addam' "
     "(str). Did you mean 'adam'? Valid names: adam, adamw, lbfgs, lion, "
     "momentum, nesterov, rmsprop, sgd."),
    ("train small.csv --activation sigmod", "train: expected a name for --activation, got "
     f"'sigmod' (str). Did you mean 'sigmoid'? Valid names: {ACTIVATIONS}."),
    ("train small.csv --activation relu,relu,relu", "train: expected 2 activations, one per layer "
     "after the inputs, got 3: relu, relu, relu. The layers are 2, 128, 2."),
    ("train small.csv --layers 2", "train: expected --layers to be at least 2 values, got 2. "
     "--layers: neurons of each layer, the inputs first."),
    ("train small.csv --layers 2,x,2", "train: expected --layers to be a whole number at least 1 "
     "and at most 10000000, got 'x' (str). --layers: neurons of each layer, the inputs first."),
    ("train small.csv --layers 3,4,2", "train: expected examples of 3 values, got 2, shape (2,). "
     "The first layer has this number of inputs. Begin the layers with 2."),
    ("train small.csv --layers 2,4,3", "train: expected 2 outputs in the last layer, got 3. "
     "The data have 2 classes or target columns. End the layers with 2."),
    ("train small.csv --bath-size 3", "train: expected a flag of this command, got '--bath-size'. "
     "Did you mean '--batch-size'? See chainrule train --help."),
    ("train small.csv --run", "train: Option '--run' requires an argument. "
     "See chainrule train --help."),
    ("train small.csv extra", "train: Got unexpected extra argument (extra). "
     "See chainrule train --help."),
    ("train small.csv --patience 3", "train: expected a monitor to go with patience, got monitor "
     "None. Set it to one of: cost, total_cost, accuracy, validation_cost, validation_accuracy."),
    ("train small.csv --monitor validation_cost", "train: expected a validation set for the "
     "monitor validation_cost, got none. Set --validation-fraction, for example to 0.1, or give a "
     "validation set."),
    ("train small.csv --class-weights 1,2,3", "train: expected 2 --class-weights, one for each "
     "class, got 3."),
    ("train small.csv --class-weights 0,0", "train: expected --class-weights with at least one "
     "above 0, got [0.0, 0.0] (list)."),
    ("train small.csv --initialiser-low 2", "train: expected --initialiser-high of at least "
     "--initialiser-low 2, got 1.0 (float)."),
    ("train small.csv --set batch_size", "--set: expected name=value, got 'batch_size'."),
    ("train small.csv --set bach_size=3", "--set: expected a setting, got 'bach_size' "
     f"(str). Did you mean 'batch_size'? The nearest of the {SETTINGS} valid names: batch_size, "
     "batch_growth, batch_growth_every, hidden, epochs, biases."),
    ("train small.csv --set shuffle=maybe", "--set: expected shuffle to be true or false, "
     "got 'maybe' (str). shuffle: shuffle the examples before each epoch."),
    ("train small.csv --config typo.toml", "typo.toml: expected a setting, got 'batch_sise' "
     f"(str). Did you mean 'batch_size'? The nearest of the {SETTINGS} valid names: batch_size, "
     "batch_growth, biases, batch_growth_every, bias_initialiser, patience."),
    ("train small.csv --config zero.toml", "zero.toml: expected batch_size to be a whole number "
     "at least 1, got 0 (int). batch_size: examples per step."),
    ("train small.csv --config text.toml", "text.toml: expected batch_size to be a whole number "
     "at least 1, got '32' (str). batch_size: examples per step."),
    ("train small.csv --config syntax.toml", "syntax.toml: expected a TOML file, got "
     "Invalid value (at line 1, column 14)."),
    ("train small.csv --config gone.toml", "gone.toml: expected a readable file, got "
     "No such file or directory."),
    ("train small.csv --config list.json", "list.json: expected a table of names and values, "
     "got [1, 2] (list)."),
    ("train small.csv --config deep.json", "deep.json: expected a JSON file, "
     "got brackets that are nested too deeply."),
    ("train small.csv --target knid", "small.csv: expected a column, got 'knid' (str). "
     "Did you mean 'kind'? Valid names: a, b, first, kind, last."),
    ("train small.csv --test-fraction 1", "train: expected --test-fraction to be a number above 0 "
     "and below 1, got 1 (int). --test-fraction: fraction to hold out."),
    ("train small.csv --task numbers", "small.csv, line 2, column 2 ('kind'): expected a "
     "number, got 'x'; 5 more cells like it, at line 3, line 4, line 5, line 6 …. If these are "
     "labels, give --task classes."),
    ("train small.csv --validation gone.csv", "gone.csv: expected a file or a folder, got "
     "no such file."),
    ("train small.csv --run thesis", "thesis: expected an empty folder, got one with "
     "'chapter.tex' in it. Choose another folder."),
    ("train small.csv --run run", "run: expected a folder without a run, got one with a run. "
     "Continue it with `--resume run`, or choose another folder."),
    ("train small.csv --run small.csv", "small.csv: expected a folder that can be made, got "
     "File exists."),
    ("train --resume run --epochs 3", "train: expected no other settings with --resume, got "
     f"--epochs. {RESUMED} Leave --epochs out, or start a new run."),
    ("train --resume run --no-biases", "train: expected no other settings with --resume, got "
     f"--biases. {RESUMED} Leave --biases out, or start a new run."),
    ("train --resume run --set epochs=3", "train: expected no other settings with --resume, got "
     f"--set. {RESUMED} Leave --set out, or start a new run."),
    ("train --resume nowhere", f"nowhere: {NO_RUN} Start one with `--run nowhere`."),
    ("evaluate", "evaluate: expected RUN, got none. See chainrule evaluate --help."),
    ("evaluate nowhere", f"nowhere: {NO_RUN} Start one with `--run nowhere`."),
    ("evaluate thesis", f"thesis: {NO_RUN} Start one with `--run thesis`."),
    ("evaluate run --split tset", "evaluate: expected a name for --split, got 'tset' (str). "
     "Did you mean 'test'? Valid names: all, test, train."),
    ("evaluate run/network.safetensors", "run/network.safetensors: expected data to go "
     "with the network, got none. A network file does not record its data. Say where they are: "
     "chainrule evaluate run/network.safetensors DATA."),
    ("evaluate small.csv", "small.csv: expected a file that chainrule sealed, got 45 bytes "
     "without a readable seal. It is truncated, damaged, or another kind of file."),
    ("serve", "serve: expected MODEL..., got none. See chainrule serve --help."),
    ("serve gone --host 0.0.0.0", f"gone: {NO_RUN} Start one with `--run gone`."),
    ("serve run --port 99999", "serve: expected --port to be a whole number at least 0 and at "
     "most 65535, got 99999 (int). --port: port; 0 for any that is free."),
    ("serve run --rows 0", "serve: expected --rows to be a whole number at least 1 and at most "
     "10000000, got 0 (int). --rows: rows of a request."),
    ("serve run a/run", "serve: expected a name of its own for each model, of letters, digits, "
     "'.', '-' and '_', got 'run'. Name it: NAME=a/run."),
    ("serve a=run a=seen", "serve: expected a name of its own for each model, got 'a' twice."),
    ("serve run --token-file gone", "gone: expected a file with a token, got No such file or "
     "directory."),
    ("serve run --token-file small.csv", "small.csv: expected one word of at least 16 ASCII "
     "characters, got something else. Make one: openssl rand -hex 32."),
    ("serve run --allow-host a:1", "serve: expected a host's name without a port, got 'a:1'."),
    ("serve run --access-log gone/log", "gone/log: expected a file to add lines to, got No such "
     "file or directory."),
    ("predict run", "predict: expected FILE..., got none. See chainrule predict --help."),
    ("predict run gone.csv", "gone.csv: expected a readable file, got No such file or directory."),
    ("predict run seven.csv", "seven.csv: expected 2 or 3 columns, got 7. Columns without names "
     "are matched by their places. Name the columns in the first row, as in the training data."),
    ("predict run small.csv --top 0", "predict: expected --top to be a whole number at least 1, "
     "got 0 (int). --top: number of answers to show, the most likely first."),
    ("predict run small.csv --show steps.png", "predict: expected one picture with --show, got "
     "a network that learned from a table."),
    ("predict seen seven.csv seven.csv --show steps.png", "predict: expected one picture with "
     "--show, got 2 files."),
    ("predict seen picture.png", "picture.png, line 1, column 1: expected a number, got 'not'."),
    ("import", "import: expected FILE, got none. See chainrule import --help."),
    ("import gone.pt", "gone.pt: expected a readable file, got no such file."),
    ("import run/network.safetensors", "run/network.safetensors: expected a file of another "
     "program, got a network or a checkpoint of chainrule. Use it as it is: every command takes "
     "it."),
    ("import small.csv --input-scale 1/x", "import: expected --input-scale to be a number, such "
     "as 1/255, got '1/x'."),
    ("import small.csv --input-shape 28,x", "import: expected --input-shape to be whole numbers, "
     "such as 28,28, got '28,x'."),
    ("verify nowhere", f"nowhere: {NO_RUN} Start one with `--run nowhere`."),
    ("data shw", "data: expected a command, got 'shw' (str). Did you mean 'show'? "
     "Valid names: fetch, list, show, verify."),
    ("data fetch mnits", "data fetch: expected a data set, got 'mnits' (str). "
     f"Did you mean 'mnist'? Valid names: {NAMES}."),
    ("data verify mnits", "data verify: expected a data set, got 'mnits' (str). "
     f"Did you mean 'mnist'? Valid names: {NAMES}."),
    ("data show ragged.csv", "ragged.csv, line 3: expected 3 fields, as in the first row, got 2."),
    ("data show small.csv --save x.png", "figure: expected examples of a shape such as (28, 28), "
     "got (2,). To draw samples, examples must be images."),
    ("figure confusoin run --save x.svg", "figure: expected a figure, got 'confusoin' (str). "
     f"Did you mean 'confusion'? Valid names: {FIGURES}."),
    ("figure confusion run", "figure: expected --save FILE, got none. "
     "See chainrule figure --help."),
    ("figure confusion --save x.svg", "figure: expected RUN [DATA] after confusion, got nothing. "
     "See: chainrule figure --help."),
    ("figure network run seen --save x.svg",
     "figure: expected RUN or FILE [ADDRESS] [upright] after network, got run, seen. "
     "See: chainrule figure --help."),
    ("figure confusion run --save x.bmp", "figure: expected --save with a name that ends with "
     ".png, .svg, .pdf, got 'x.bmp'."),
    ("figure activations rleu --save x.svg", "figure: expected an activation, got 'rleu' (str). "
     f"Did you mean 'relu'? Valid names: {ACTIVATIONS}."),
]  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(("line", "message"), CASES, ids=[line for line, _ in CASES])
def test_one_line_and_nothing_written(
    chainrule: Callable, trained: Path, line: str, message: str
) -> None:
    for name, text in FILES.items():
        (trained / name).parent.mkdir(exist_ok=True)
        (trained / name).write_text(text)
    before = content(trained)
    outcome = chainrule(*line.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == message + "\n"
    assert content(trained) == before
