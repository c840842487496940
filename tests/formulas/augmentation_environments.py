"""Environments for initialisers, keyed random numbers and augmentation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from chainrule.equations.activations import relu
from chainrule.equations.costs import COSTS
from chainrule.equations.distortions import Augmentation, distort, draw_distortion
from chainrule.equations.hashing import (
    HIGH_SALT,
    LOW_SALT,
    MULTIPLIERS,
    derive_key,
    make_key,
    normals,
    random_bits,
    uniforms,
)
from chainrule.equations.initialisers import INITIALISERS, Initialiser, InitialiserSettings
from chainrule.equations.inking import add_noise, cut_out, thicken
from chainrule.equations.mixing import mix, mixing_weights, partners
from chainrule.equations.warping import (
    AffineMap,
    displacements,
    interpolate,
    smoothing_matrix,
    source_positions,
)
from environment_registry import Sizes, positive, register
from formula_evaluation import Environment, mean_over_draws
from named_arrays import NamedArray, label, lift, number

__all__: list[str] = []

Rng = np.random.Generator
INDICES = {"i": "row", "j": "column"}


def initialiser_environments(
    initialiser: Initialiser,
) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments for an initialiser, drawn by a generator of the same seed."""

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        settings = InitialiserSettings(-0.3, 0.8, 0.6)
        shape = (s.fan_out, s.fan_in)
        seed = int(rng.integers(100))
        W = initialiser.draw(np.random.default_rng(seed), s.fan_in, s.fan_out, settings)

        def uniform(low: NamedArray, high: NamedArray) -> NamedArray:
            drawn = np.random.default_rng(seed).random(shape)
            return label(low.array + (high.array - low.array) * drawn, "out in")

        def normal(mean: NamedArray, variance: NamedArray) -> NamedArray:
            drawn = np.random.default_rng(seed).standard_normal(shape)
            return label(mean.array + np.sqrt(variance.array) * drawn, "out in")

        numbers = {
            **{"low": settings.low, "high": settings.high, "deviation": settings.deviation},
            **{"fan_in": s.fan_in, "fan_out": s.fan_out},
        }
        names = {"W": label(W, "out in")} | {k: number(v) for k, v in numbers.items()}
        yield Environment(names, functions={"U": uniform, "N": normal})

    return environments


for _initialiser in INITIALISERS.values():
    register(_initialiser.equation)(initialiser_environments(_initialiser))


def variance(value: NamedArray) -> NamedArray:
    """The variance over the draws, whose mean is 0."""
    return mean_over_draws(NamedArray(np.square(value.array), value.dims, value.axes))


@register("chapter 09")
def variance_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    """Weights of one size with all signs: independent, with mean 0 and one variance."""
    deviation, inputs, outputs = 0.7, 2, 3
    signs = np.array(list(product((-1, 1), repeat=inputs * outputs)))
    W = deviation * signs.reshape(-1, outputs, inputs)
    x, delta = rng.normal(size=inputs), rng.normal(size=outputs)
    yield Environment(
        {
            **{"s": number(deviation), "fan_in": number(inputs), "fan_out": number(outputs)},
            **{"x": label(x, "in"), "δ": label(delta, "out")},
            "z": NamedArray(W @ x, ("*draw",), ("out",)),
            "dx": NamedArray(delta @ W, ("*draw",), ("in",)),
        },
        {},
        {"j": "out", "k": "in"},
        functions={"Var": variance},
    )


@register("I6")
def halved_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    half = rng.normal(size=20)
    z = np.concatenate((half, -half))
    deviation = math.sqrt(np.square(z).mean())

    def density(at: NamedArray) -> NamedArray:
        scaled = at.array / deviation
        normal = np.exp(-0.5 * np.square(scaled)) / math.sqrt(2 * math.pi)
        return NamedArray(normal / deviation, at.dims, at.axes)

    names = {"a": label(relu(z), "*draw"), "z": label(z, "*draw")}
    yield Environment(names, functions={"p": density, "Var": variance})


@register("H1", "H2", "H3", "H4")
def hash_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    key, c = int(rng.integers(2**62)), rng.integers(0, 2**32, 6).astype(np.uint32)
    bits = random_bits(key, c)
    words = {"key_low": key & 0xFFFFFFFF, "key_high": key >> 32}
    words |= {f"m_{k}": m for k, m in enumerate(MULTIPLIERS, 1)}
    names = {name: number(np.uint32(word)) for name, word in words.items()}
    names |= {"low": names["key_low"], "high": names["key_high"]}
    names |= {"c": label(c, "*counter"), "h": label(bits, "*counter"), "modulus": number(2**32)}
    yield Environment({**names, "u": label(uniforms(key, c), "*counter")})
    for part in c:
        yield _derived_key_world(key, int(part))
    g, u = normals(key, np.arange(8)), uniforms(key, np.arange(8))
    pairs = {"g": label(g, "counter"), "u": label(u, "counter")}
    yield Environment({**pairs, "k": NamedArray(np.arange(4), ("k",))})
    halves = {"u": NamedArray(u[::2], ("k",)), "v": NamedArray(u[1::2], ("k",))}
    yield Environment({**halves, "g": pairs["g"], "k": NamedArray(np.arange(4), ("k",))})


def _derived_key_world(key: int, c: int) -> Environment:
    """The key of a part, in whole numbers of Python, which have as many bits as they need."""

    def exact(value: int) -> NamedArray:
        return number(np.array(value, object))

    def hashed(key: NamedArray, counter: NamedArray) -> NamedArray:
        return exact(int(random_bits(int(key.array), np.array(int(counter.array)))))

    derived = derive_key(key, c)
    names = {"key": key, "c": c, "s_1": LOW_SALT, "s_2": HIGH_SALT, "key'": derived}
    exactly = {name: exact(value) for name, value in names.items()}
    return Environment(exactly, functions={"h": hashed, "H1": hashed})


@register("X1")
def affine_map_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    h, w = s.batch, s.fan_in + 1
    turn, shear, tall, wide = rng.uniform(-1, 1, 4) + np.array([0, 0, 1.5, 1.5])
    move = AffineMap(0.7, -1.2, turn, tall, wide, shear)
    q = np.moveaxis(source_positions((h, w), move), 0, -1)
    p = np.moveaxis(np.mgrid[0:h, 0:w].astype(float), 0, -1)
    numbers = {"z_y": tall, "z_x": wide, "k": shear, "θ": turn}
    names = {name: number(value) for name, value in numbers.items()}
    cos, sin = math.cos(turn), math.sin(turn)
    yield Environment(
        {
            **names,
            **{"q": label(q, "*y *x plane"), "p": label(p, "*y *x plane")},
            **{"c": label([(h - 1) / 2, (w - 1) / 2], "plane"), "t": label([0.7, -1.2], "plane")},
            "R": label([[cos, -sin], [sin, cos]], "plane plane"),
            **{"S": label([[1, 0], [shear, 1]], "plane plane")},
            "Z": label(np.diag([tall, wide]), "plane plane"),
        },
        has_columns=True,
    )


@register("X2")
def field_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    h, w, alpha, width = s.batch, s.fan_in, 1.7, 1.3
    white = rng.uniform(-1, 1, (2, h, w))
    d = NamedArray(np.arange(-40, 41), ("d",))
    names = {"α": number(alpha), "s": number(width), "d": d}
    yield Environment(
        {
            **names,
            "u": label(displacements(white, alpha, width), "*axis row column"),
            "N": label(white, "*axis whiterow whitecolumn"),
            "G_h": label(smoothing_matrix(h, width), "row whiterow"),
            "G_w": label(smoothing_matrix(w, width), "column whitecolumn"),
        }
    )
    square = label(smoothing_matrix(h, width), "row row")
    yield Environment({**names, "G": square}, {}, {"i": "row", "j": "row"})
    wide = 6.0
    middle = np.square(smoothing_matrix(161, wide)[80]).sum()

    def deviation(field: NamedArray) -> NamedArray:
        known = field.array == -3.0
        return number(alpha * math.sqrt(middle * middle / 3) if known else np.nan)

    field = {"u": number(-3.0), "α": number(alpha), "s": number(wide)}
    yield Environment(field, functions={"sd": deviation})


@register("X3")
def interpolation_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    image, places = positive(rng, 2, 2), rng.uniform(0, 1, (2, 7))
    yield Environment(
        {
            **{"I": label(image, "row column"), "v": label(interpolate(image, places), "*place")},
            **{"f_y": label(places[0], "*place"), "f_x": label(places[1], "*place")},
        }
    )


def _neighbours(places: tuple[tuple[int, int], ...]) -> Callable[..., NamedArray]:
    """The greatest of some neighbours of every pixel; 0 outside."""

    def greatest(image: NamedArray) -> NamedArray:
        h, w = image.array.shape
        framed = np.pad(image.array, 1)
        around = [framed[1 + i : 1 + i + h, 1 + j : 1 + j + w] for i, j in places]
        return label(np.max(around, axis=0), "*row *column")

    return greatest


@register("X4", "X5", "X6")
def inking_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    image = positive(rng, 6, 7) * (rng.random((6, 7)) < 0.6)
    beside = _neighbours(((0, 1), (1, 0), (0, -1), (-1, 0)))
    across = _neighbours(((1, 1), (1, -1), (-1, 1), (-1, -1)))
    functions = {"max_4 beside": beside, "max_4 across": across}
    functions |= {"max_beside": beside, "max_across": across}
    names = {
        **{"I": label(image, "*row *column"), "r": number(0.7), "by": number(1.4)},
        "I'": label(thicken(image, 1.4), "*row *column"),
    }
    yield Environment(names, functions=functions)
    yield Environment({"by": number(-1.4), "r": number(0.7)})
    g = rng.normal(size=image.shape)
    noisy = add_noise(image - 0.5, g, 0.6, 0.9)
    letters = {"x": label(image - 0.5, "*row *column"), "x'": label(noisy, "*row *column")}
    yield Environment(
        {**letters, "g": label(g, "*row *column"), "s": number(0.6), "f": number(0.9)}
    )
    bright = add_noise(image + 0.5, g, 0.6, 9.0)
    letters = {"x": label(image + 0.5, "*row *column"), "x'": label(bright, "*row *column")}
    yield Environment(
        {**letters, "g": label(g, "*row *column"), "s": number(0.6), "f": number(9.0)}
    )
    cut = {
        "I": label(image + 1, "row column"),
        "I'": label(cut_out(image + 1, 2, 3, 3), "row column"),
    }
    corner = {"i_0": number(2), "j_0": number(3), "a": number(3)}
    yield Environment({**cut, **corner}, {}, INDICES)


@register("X7", "X8")
def mixing_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    key, n, alpha = int(rng.integers(2**62)), 5 + s.batch, 0.6
    i = np.arange(n)
    whole = {
        "partner_i": label(partners(key, n), "*row"),
        "h": label(random_bits(key, 3 * i), "*row"),
    }
    yield Environment({**whole, "n": number(n), "i": label(i, "*row")})
    yield Environment(
        {
            "λ": label(mixing_weights(key, n, alpha), "*row"),
            **{"u": label(uniforms(key, 3 * i + 1), "*row"), "α": number(alpha)},
            "v": label(uniforms(key, 3 * i + 2), "*row"),
        }
    )
    weight, a = rng.uniform(0.5, 1, n), rng.uniform(0.1, 0.9, (n, 3))
    x, other = rng.normal(size=(2, n, 3))
    y, target = rng.uniform(0, 1, (2, n, 3))
    mixed = {"x̃": mix(x, other, weight), "ỹ": mix(y, target, weight), "a": a}
    mixed |= {"x": x, "x'": other, "y": y, "y'": target}
    names = {name: label(value, "*row out") for name, value in mixed.items()}
    cost = COSTS["categorical_cross_entropy"]
    entropy = lambda a, y: NamedArray(cost.value(a.array, y.array), a.dims)  # noqa: E731
    yield Environment({**names, "λ": label(weight, "*row")}, functions={"c": entropy})


@register("X9", "X10")
def distortion_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    strengths = Augmentation(
        **{"shift": 2.0, "rotation": 20.0, "zoom": 0.2, "shear": 0.3, "elastic": 3.0},
        **{"elastic_smoothness": 2.0, "thickness": 1.0, "noise": 0.1},
        cutout=3,
    )
    key = make_key(int(rng.integers(1000)), "augmentation")
    drawn = draw_distortion(key, (9, 8), strengths)
    u = uniforms(key, np.arange(9))
    numbers = {"m": strengths.shift, "u": u[0], "v": drawn.move.down}
    yield Environment({name: number(value) for name, value in numbers.items()})
    numbers = {"z": drawn.move.tall, "m": strengths.zoom, "u": u[3]}
    yield Environment({name: number(value) for name, value in numbers.items()})
    keys = [make_key(seed, "augmentation") for seed in range(40)]
    tops = [draw_distortion(each, (9, 8), strengths).top for each in keys]
    uniform = [uniforms(each, np.array([7]))[0] for each in keys]
    many = {"i_0": label(tops, "*key"), "u": label(uniform, "*key"), "h": number(9)}
    yield Environment({**many, "a": number(3), "side": number(3)})
    image = positive(rng, 9, 8)
    copy = distort(image[:, :, None], key, strengths, 1.0)[:, :, 0]
    white = 2 * uniforms(derive_key(key, 1), np.arange(2 * 72)).reshape(2, 9, 8) - 1
    g = normals(derive_key(key, 2), np.arange(72)).reshape(9, 8)
    yield Environment(
        {
            **{"I": label(image, "row column"), "I'": label(copy, "row column")},
            "X1": label(source_positions((9, 8), drawn.move), "*axis row column"),
            "X2": label(displacements(white, 3.0, 2.0), "*axis row column"),
        },
        functions={
            "X4": lift(lambda image: thicken(image, drawn.thickness)),
            "X3": lambda image, at: label(interpolate(image.array, at.array), "row column"),
            "X5": lift(lambda image: add_noise(image, g, 0.1, 1.0)),
            "X6": lift(lambda image: cut_out(image, drawn.top, drawn.left, 3)),
        },
    )
