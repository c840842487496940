"""Environments for the equations of layers: forward, backward, normalisation, dropout, one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import numpy as np

from chainrule.equations.activations import ACTIVATIONS, activate, pull_back
from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient
from chainrule.equations.backpropagation import Layer, Trace, backward, forward, trace
from chainrule.equations.costs import COSTS, batch_cost, batch_shares
from chainrule.equations.dropout import apply_mask, dropout_mask, dropout_threshold
from chainrule.equations.hashing import random_bits
from chainrule.equations.normalisation import (
    NORMALISATION_EPSILON,
    fold_normalisation,
    gain_gradient,
    normalisation_gradient,
    normalise,
    scale_and_shift,
)
from environment_registry import Sizes, layer_names, positive, register
from formula_evaluation import Environment, Meaning, mean_over_draws
from named_arrays import NamedArray, Numbers, label, lift, number

__all__: list[str] = []

Rng = np.random.Generator
INDICES = {"r": "row", "s": "row", "j": "out", "k": "in"}


@register("F1")
def affine_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    names = layer_names(rng, s)
    x, W, b = (names[letter].array for letter in "xWb")
    z = affine(x, W, b)
    yield Environment({**names, "z": label(z, "row out")}, indices=INDICES)
    one = {**names, "x": label(x, "*example in"), "z": label(z, "*example out")}
    yield Environment(one, indices=INDICES)
    old = label(rng.normal(size=z.shape), "*example out")
    added = label(old.array + affine(x, W, None), "*example out")
    without = {name: value for name, value in one.items() if name != "b"}
    yield Environment({**without, "z": old}, {"z": added}, INDICES)


@register("F2")
def activation_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    for activation in ACTIVATIONS.values():
        z = label(rng.normal(size=(s.batch, s.fan_out)), "row out")
        phi = lift(activation.value)
        a = label(activate(activation, z.array), "row out")
        yield Environment({"z": z, "a": a}, functions={"φ": phi})
    W1, W2 = rng.normal(size=(s.fan_out, s.fan_in)), rng.normal(size=(4, s.fan_out))
    yield Environment(
        {
            "x": label(rng.normal(size=(s.batch, s.fan_in)), "row in"),
            **{"W_1": label(W1, "hidden in"), "W_2": label(W2, "out hidden")},
            "b_1": label(rng.normal(size=s.fan_out), "hidden"),
            "b_2": label(rng.normal(size=4), "out"),
        }
    )


def network(rng: Rng, s: Sizes, masked: bool = False) -> list[Layer]:
    """Three layers with random parameters; masks in all but the last."""
    widths = [s.fan_in, s.fan_out, 4, 3]
    layers = []
    for l, name in enumerate(("tanh", "sigmoid", "softplus")):  # noqa: E741
        W = rng.normal(size=(widths[l + 1], widths[l]))
        mask = rng.integers(0, 2, (s.batch, widths[l + 1])) / 0.7 if masked and l < 2 else None
        b = rng.normal(size=widths[l + 1])
        layers.append(Layer(W, b, ACTIVATIONS[name], mask=mask))
    return layers


def network_environments(
    first_to_last: bool, masked: bool
) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments of a whole network, with l standing for each layer in turn."""

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        x = rng.normal(size=(s.batch, s.fan_in))
        layers = network(rng, s, masked)
        depth, shares = len(layers), positive(rng, s.batch, 1)
        y = rng.normal(size=(s.batch, 3))
        t = trace(x, y, layers, COSTS["squared_error"], shares)
        if not masked:
            z, a = forward(x, layers)
            assert all(map(np.array_equal, a, t.a))
            assert all(map(np.array_equal, t.delta, backward(z, a, layers, t.delta[-1])))
        names = network_names(t, layers, shares)
        last = depth if first_to_last else depth - 1
        limits = [1, last] if first_to_last else [last, 1]
        for l in range(1, last + 1):  # noqa: E741
            if masked:
                names["δ"] = {l: label(t.delta[l - 1], f"row unit{l}")}
            yield _at_layer({**names, "range of l": label(limits, "list")}, layers, l)

    return environments


def network_names(t: Trace, layers: list[Layer], shares: Numbers) -> dict[str, Meaning]:
    """Every number of one pass; the units of layer l have the label "unitl"."""

    def per_layer(arrays: Iterable[Numbers | None], labels: str) -> dict[int, NamedArray]:
        return {
            n: label(array, labels.format(n=n, below=n - 1))
            for n, array in enumerate(arrays, 1)
            if array is not None
        }

    weights, biases = [layer.W for layer in layers], [layer.b for layer in layers]
    masks = per_layer((layer.mask for layer in layers), "row unit{n}")
    x = label(t.x, "row unit0")
    return {
        **{"x": x, "c": label(t.c, "row"), "C": number(t.cost), "L": number(len(layers))},
        **{"s": label(shares[:, 0], "row"), "z": per_layer(t.z, "row unit{n}")},
        **{"a": {0: x, **per_layer(t.a, "row unit{n}")}, "b": per_layer(biases, "unit{n}")},
        **{"W": per_layer(weights, "unit{n} unit{below}"), "δ": per_layer(t.delta, "row unit{n}")},
        **{"dW": per_layer(t.dW, "unit{n} unit{below}"), "db": per_layer(t.db, "unit{n}")},
        "du": per_layer(t.du, "row unit{n}"),
        **({"m": masks} if masks else {}),
    }


def _at_layer(names: dict[str, Meaning], layers: list[Layer], l: int) -> Environment:  # noqa: E741
    phi = layers[l - 1].activation
    assert phi.derivative is not None
    indices = {"r": "row", "k": f"unit{l}"}
    if l < len(layers):
        indices["j"] = f"unit{l + 1}"
    functions = {"φ_l": lift(phi.value), "φ'_l": lift(phi.derivative)}
    strict = not any(layer.mask is not None for layer in layers)
    known = {**names, "l": number(l)}
    return Environment(known, {}, indices, functions=functions, is_strict=strict)


register("F3", "BP")(network_environments(first_to_last=True, masked=False))
register("BP2")(network_environments(first_to_last=False, masked=False))
register("BP2")(network_environments(first_to_last=False, masked=True))


@register("BP2")
def single_row_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    """One example: the errors before and after the activations of two layers."""
    yield _single_row(rng, s.fan_out)
    yield _single_row(rng, 1)


def _single_row(rng: Rng, above_width: int) -> Environment:
    W = rng.normal(size=(above_width, 4))
    z = rng.normal(size=above_width)
    sigmoid = ACTIVATIONS["sigmoid"]
    assert sigmoid.derivative is not None
    above = rng.normal(size=above_width)
    below = input_gradient(W, pull_back(sigmoid, above[None], z[None], z[None]))[0]
    names: dict[str, Meaning] = {
        "W": {2: label(W, "out in")},
        "z": {2: label(z, "out")},
        "da": {2: label(above, "out"), 1: label(below, "in")},
        "l": number(1),
    }
    if above_width == 1:
        names["both agree"] = number(1)
    indices = {"i": "out", "k": "in"}
    return Environment(names, {}, indices, functions={"φ'": lift(sigmoid.derivative)})


@register("chapter 05")
def chain_rule_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    inner, outer = rng.normal(size=(s.fan_out, s.fan_in)), rng.normal(size=s.fan_out)
    yield Environment(
        {
            "∂C/∂u": label((inner.T @ outer), "in"),
            "∂C/∂v": label(outer, "out"),
            "∂v/∂u": label(inner, "out in"),
        },
        indices={"j": "out"},
    )


@register("BP2a", "BP3", "BP4")
def gradient_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    names = layer_names(rng, s)
    x, W, delta = (names[letter].array for letter in "xWδ")
    dx = label(input_gradient(W, delta), "row in")
    single = {"W": names["W"], "dx": label(dx.array, "*example in")}
    yield Environment({**single, "δ": label(delta, "*example out")}, {}, INDICES)
    yield Environment({"below": dx, "delta": names["δ"], "W": names["W"]})
    dW = label(weight_gradient(x, delta), "out in")
    db = label(bias_gradient(delta), "out")
    same = np.eye(s.fan_out)
    known = {
        **names,
        **{"dx": dx, "dW": dW, "db": db, "delta": names["δ"]},
        **{"∂C/∂z": names["δ"], "∂C/∂x": dx},
        "∂z/∂x": label(np.broadcast_to(W, (s.batch, *W.shape)), "row out in"),
    }
    through_weights = np.einsum("jl,rk->rljk", same, x)
    through_biases = np.broadcast_to(same, (s.batch, s.fan_out, s.fan_out))
    kept = np.einsum("rjjk->rjk", through_weights)
    yield Environment(known, {}, INDICES)
    functions = {"∂z/∂b": label(through_biases, "row out out")}
    yield Environment(
        {**known, **functions, "∂z/∂W": label(through_weights, "row out out in")}, {}, INDICES
    )
    rates = positive(rng, s.batch, s.fan_out)
    through_rates = np.einsum("rj,jl->rjl", rates, same)
    by_chain = {"∂C/∂z": names["δ"], "∂z/∂b": label(through_rates, "row out out")}
    yield Environment({**by_chain, "db": label((delta * rates).sum(axis=0), "out")}, {}, INDICES)
    # ∂z_rj/∂x_rk has the row twice.
    twice = np.einsum("rq,jk->rjqk", np.eye(s.batch), W)
    yield Environment({**known, "∂z/∂x": label(twice, "row out row in")}, {}, INDICES)
    assert kept.shape == (s.batch, s.fan_out, s.fan_in)
    yield from _accumulating(rng, s)


def _accumulating(rng: Rng, s: Sizes) -> Iterator[Environment]:
    """One example whose gradients are added to what is there."""
    x, delta = rng.normal(size=s.fan_in), rng.normal(size=s.fan_out)
    dW, db = rng.normal(size=(s.fan_in, s.fan_out)), rng.normal(size=s.fan_out)
    yield Environment(
        {
            **{"x": label(x, "in"), "delta": label(delta, "out")},
            **{"W": label(dW, "in out"), "db": label(db, "out")},
        },
        {
            "W": label(dW + weight_gradient(x[None], delta[None]).T, "in out"),
            "db": label(db + bias_gradient(delta[None]), "out"),
        },
        INDICES,
    )


@register("BP2b", "BP1")
def pull_back_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    for activation in ACTIVATIONS.values():
        z, da = rng.normal(size=(2, s.batch, s.fan_out))
        a = activation.value(z)
        delta = pull_back(activation, da, z, a)
        unit = np.eye(s.fan_out)
        J = np.stack(
            [pull_back(activation, np.broadcast_to(e, z.shape), z, a) for e in unit], axis=1
        )
        names = {
            **{"z": label(z, "*example out"), "a": label(a, "*example out")},
            **{"da": label(da, "*example out"), "J": label(J, "*example out out")},
            **{"∂c/∂a": label(da, "*example out"), "∂a/∂z": label(J, "*example out out")},
            **{"δ": label(delta, "*example out"), "∂c/∂z": label(delta, "*example out")},
        }
        names["delta"] = names["δ"]
        functions = {}
        if activation.derivative:
            functions = {"φ'": lift(activation.derivative)}
        yield Environment(
            names, {}, {"i": "out", "j": "out"}, functions=functions, has_columns=True
        )


@register("A12", "BP2b", "BP1")
def jacobian_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    """A linear map in place of the activation: its Jacobian is not symmetric."""
    J, da = rng.normal(size=(s.fan_out, s.fan_out)), rng.normal(size=(s.batch, s.fan_out))
    dz = label(input_gradient(J, da), "*example out")
    names = {"J": label(J, "out out"), "da": label(da, "*example out")}
    names |= {"∂c/∂a": names["da"], "δ": dz, "delta": dz, "dz": dz}
    yield Environment(names, has_columns=True)


@register("N1", "N2", "N3", "N4", "N5")
def normalisation_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    names = layer_names(rng, s)
    x, W, b, delta = (names[letter].array for letter in ("x", "W", "b", "δ"))
    gain, u = positive(rng, s.fan_out), x @ W.T
    made = normalise(u)
    z = scale_and_shift(made, gain, b)
    du, dgain = normalisation_gradient(made, gain, delta), gain_gradient(made, delta)
    W_, b_ = fold_normalisation(W, b, gain, made.mean, made.deviation)
    whole = {
        **names,
        **{"u": label(u, "row out"), "û": label(made.values, "row out"), "γ": label(gain, "out")},
        **{"μ": label(made.mean, "out"), "σ": label(made.deviation, "out")},
        **{"z": label(z, "row out"), "du": label(du, "row out"), "dγ": label(dgain, "out")},
        **{"W'": label(W_, "out in"), "b'": label(b_, "out")},
        **{"B": number(s.batch), "ε": number(NORMALISATION_EPSILON)},
    }
    yield Environment({**whole, "variance": label(u.var(axis=0), "out")}, {}, INDICES)
    yield from _one_column(whole, s)
    by_gain = np.einsum("rj,jl->rjl", made.values, np.eye(s.fan_out))
    derived = {"∂C/∂z": label(delta, "row out"), "∂z/∂γ": label(by_gain, "row out out")}
    yield Environment({**whole, **derived}, {}, INDICES)
    of_layer = {name: whole[name] for name in ("W", "b", "γ", "μ", "σ", "W'", "b'")}
    example = {**of_layer, "x": label(x, "*example in"), "z": label(z, "*example out")}
    yield Environment(example, {}, {"j": "out", "k": "in"})


def _one_column(whole: dict[str, NamedArray], s: Sizes) -> Iterator[Environment]:
    """One column of a layer, whose derivatives are taken by a complex step."""

    def columns(name: str) -> NamedArray:
        value = whole[name]
        rows = value.axes == ("row", "out")
        return NamedArray(value.array.T if rows else value.array, ("*column",), value.axes[:-1])

    names = {name: columns(name) for name in ("u", "û", "γ", "μ", "σ", "z", "du", "dγ", "δ", "b")}
    u = whole["u"].array
    values = np.empty((s.fan_out, s.batch, s.batch))
    deviations = np.empty((s.fan_out, s.batch))
    for row in range(s.batch):
        stepped = u.astype(complex)
        stepped[row] += 1e-30j
        made = normalise(stepped)
        values[:, :, row] = made.values.imag.T / 1e-30
        deviations[:, row] = made.deviation.imag / 1e-30
    centred = np.eye(s.batch) - 1 / s.batch
    yield from _shifted_columns(u, s)
    gains = whole["γ"].array[:, None, None] * np.eye(s.batch)
    dW = label(np.swapaxes(whole["du"].array, 0, 1) @ whole["x"].array, "*column in")
    W = label(whole["W"].array, "*column in")
    names |= {
        **{"B": whole["B"], "ε": whole["ε"], "∂û/∂u": label(values, "*column row row")},
        **{"∂σ/∂u": label(deviations, "*column row"), "∂z/∂û": label(gains, "*column row row")},
        **{"∂v/∂u": label(centred, "row row"), "∂C/∂z": names["δ"]},
        "v": NamedArray((u - whole["μ"].array).T, ("*column",), ("row",)),
    }
    for without in ("u", "v"):
        known = {name: value for name, value in names.items() if name != without}
        yield Environment(known, {}, {"r": "row", "s": "row"})
    # W_jk and dW_jk of column j.
    whole_rows = {"W": label(W.array, "out in"), "dW": label(dW.array, "out in")}
    parts = {name: label(names[name].array, "*j") for name in ("γ", "dγ", "σ")}
    named = {name: NamedArray(value.array, ("j",)) for name, value in parts.items()}
    rows = {name: NamedArray(names[name].array, ("j",), ("row",)) for name in ("u", "du")}
    indices = {"s": "row", "j": "out", "k": "in"}
    yield Environment({**whole_rows, **named, **rows, "ε": whole["ε"]}, {}, indices)


def _shifted_columns(u: Numbers, s: Sizes) -> Iterator[Environment]:
    """σ as the root of the mean square of v = u - μ + 0.4, which does not sum to 0."""
    deviations = np.empty((s.fan_out, s.batch))
    for row in range(s.batch):
        stepped = u.astype(complex)
        stepped[row] += 1e-30j
        square = np.square(stepped - stepped.mean(axis=0) + 0.4).mean(axis=0)
        deviations[:, row] = np.sqrt(square + NORMALISATION_EPSILON).imag / 1e-30
    v = u - u.mean(axis=0) + 0.4
    sigma = np.sqrt(np.square(v).mean(axis=0) + NORMALISATION_EPSILON)
    names = {
        **{"v": label(v.T, "*column row"), "σ": label(sigma, "*column")},
        **{"∂σ/∂u": label(deviations, "*column row"), "B": number(s.batch)},
    }
    yield Environment(names, {}, {"r": "row", "s": "row"})


@register("R1", "R2")
def dropout_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    key, rows = int(rng.integers(2**62)), np.arange(2, 2 + 4 * s.batch)
    counters = rows[:, None] * s.fan_out + np.arange(s.fan_out)
    bits = random_bits(key, counters)
    nearest = bits.flat[np.abs(bits / 2**32 - 0.3).argmin()]
    p = (float(nearest) + 0.5) / 2**32  # so that rounding down matters for one neuron
    mask = dropout_mask(key, rows, s.fan_out, p, "float64")
    threshold = dropout_threshold(p)
    yield Environment({"threshold": number(threshold), "p": number(p)})
    drawn = {"h": label(bits, "row out"), "p": number(p)}
    hashed = {"H1": lambda k, c: NamedArray(random_bits(int(k.array), c.array), c.dims, c.axes)}
    a, da = rng.normal(size=(2, len(rows), s.fan_out))
    yield Environment(
        {
            **drawn,
            **{"m": label(mask, "row out"), "a": label(a, "row out"), "da'": label(da, "row out")},
            "a'": label(apply_mask(a, mask), "row out"),
            "da": label(apply_mask(da, mask), "row out"),
        },
        {},
        {"r": "row", "j": "out"},
    )
    keyed = {
        **{"p": number(p), "key": number(key), "width": number(s.fan_out)},
        **{"i": NamedArray(rows, ("i",)), "j": NamedArray(np.arange(s.fan_out), ("j",))},
        "m": NamedArray(mask, ("i", "j")),
    }
    yield Environment(keyed, {}, {}, functions=hashed)
    yield from _all_masks(rng, s)


def _all_masks(rng: Rng, s: Sizes) -> Iterator[Environment]:
    """Every mask of three neurons, each as often as its probability says, with p = 1/4."""
    entries = np.array([0, 4 / 3, 4 / 3, 4 / 3])
    masks = np.array(list(product(entries, repeat=3)))
    W, a, b = rng.normal(size=(s.fan_out, 3)), rng.normal(size=3), rng.normal(size=s.fan_out)
    y = rng.normal(size=(1, s.fan_out))
    cost = COSTS["squared_error"]
    c = cost.value(affine(apply_mask(a, masks), W, b), y)
    yield Environment(
        {
            **{"m": label(entries, "*draw"), "p": number(0.25), "c": label(c, "*draw")},
            "c without mask": number(cost.value(affine(a[None], W, b), y)[0]),
            **{"W": label(W, "out in"), "a": label(a, "in")},
        },
        {},
        {"j": "out", "k": "in"},
        functions={"E": mean_over_draws},
    )


@register("BP", "C8")
def batch_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    weights, c = positive(rng, s.batch), positive(rng, s.batch)
    shares = np.asarray(batch_shares(weights, s.batch))
    yield Environment(
        {
            **{"w": label(weights, "row"), "s": label(shares[:, 0], "row"), "c": label(c, "row")},
            **{"B": number(s.batch), "C": number(batch_cost(c, shares))},
        },
        {},
        {"r": "row", "i": "row"},
    )
    N = 7
    weights, c = positive(rng, N), positive(rng, N)
    set_names = {"w": label(weights, "row"), "c": label(c, "row"), "N": number(N)}
    yield Environment({**set_names, "B": number(s.batch)}, {}, {}, {"row": 1})
