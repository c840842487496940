"""One-line descriptions of data, architectures, recipes and reports."""

from __future__ import annotations

from chainrule.data import Dataset, DatasetPair
from chainrule.evaluation import Report, count_text, number_text, percent_text
from chainrule.network import Architecture, Layout
from chainrule.recipe import Recipe

__all__ = [
    "describe_architecture",
    "describe_data",
    "describe_recipe",
    "describe_report",
    "describe_shape",
]

_MAIN = ("cost", "optimiser", "learning_rate", "batch_size", "epochs", "seed")


def describe_shape(shape: tuple[int, ...]) -> str:
    """Return the shape of one example in words.

    >>> describe_shape((28, 28)), describe_shape((4,))
    ('28 x 28', '4 numbers')
    """
    if len(shape) == 1:
        return f"{shape[0]} number" + "s" * (shape[0] != 1)
    return " x ".join(map(str, shape))


def describe_data(pair: DatasetPair) -> str:
    """Return how many examples there are, their shape and their targets."""
    examples = f"{count_text(len(pair.train))} examples, {count_text(len(pair.test))} to test"
    return (
        f"{pair.train.name}: {examples}; {describe_shape(pair.train.shape)}, {_targets(pair.train)}"
    )


def _targets(dataset: Dataset) -> str:
    noun = "class" if dataset.classifies else "target"
    plural = "es" if dataset.classifies else "s"
    return f"{dataset.outputs} {noun}{plural if dataset.outputs != 1 else ''}"


def describe_architecture(architecture: Architecture) -> str:
    """Return the layers with their activations, and the number of parameters.

    >>> describe_architecture(Architecture.of([784, 32, 10], "sigmoid"))
    '784, 32 sigmoid, 10 sigmoid; 25,450 parameters, float32'
    """
    widths = [str(architecture.layers[0])]
    pairs = zip(architecture.layers[1:], architecture.activations, strict=True)
    widths += [f"{width} {name}" for width, name in pairs]
    size = f"{count_text(Layout(architecture).size)} parameters, {architecture.dtype}"
    return f"{', '.join(widths)}; {size}"


def describe_recipe(recipe: Recipe) -> str:
    """Return the recipe in a line: its main fields, then all that differ from their defaults.

    >>> describe_recipe(Recipe(l2=0.001))
    'categorical_cross_entropy, adam at 0.001, 10 epochs in batches of 64, l2 0.001'
    """
    steps = f"{recipe.epochs} epochs in batches of {recipe.batch_size}"
    parts = [recipe.cost, f"{recipe.optimiser} at {recipe.learning_rate:g}", steps]
    usual = Recipe().to_dict()
    unusual = {k: v for k, v in recipe.to_dict().items() if k not in _MAIN and v != usual[k]}
    return ", ".join([*parts, *(f"{name} {_value(value)}" for name, value in unusual.items())])


def _value(value: object) -> str:
    return ",".join(f"{part:g}" for part in value) if isinstance(value, tuple) else str(value)


def describe_report(report: Report) -> str:
    """Return the accuracy with n and interval, or R² for number targets; the mean cost."""
    cost = f"mean cost {number_text(report.cost)}"
    examples = count_text(report.examples)
    if report.classes is not None:
        low, high = (percent_text(end) for end in report.classes.interval)
        share = f"{percent_text(report.classes.accuracy)} of {examples} right"
        return f"{share}, 95 % interval {low} to {high}; {cost}"
    outputs = () if report.numbers is None else report.numbers.outputs
    return f"R² {', '.join(number_text(o.r_squared) for o in outputs)} on {examples}; {cost}"
