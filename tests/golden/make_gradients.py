"""Draw the golden file anew: gradients, updates and schedules as PyTorch computes them.

    pip install torch==2.13.0
    python tests/golden/make_gradients.py

Nothing here is taken from chainrule, and nothing is random: every input is a sine of its index,
rounded to four decimals, so that the file reads the same on every machine.
"""

from __future__ import annotations

import json
import math
from itertools import count, pairwise, product
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

torch.set_default_dtype(torch.float64)

FORMULA = "the k-th number drawn for case c is round(sin(k² + c) * size + middle, 4)"
WIDTHS = {2: (3, 4, 3), 3: (3, 4, 4, 3)}
BATCH, L1, L2, THRESHOLD = 3, 0.02, 0.05, 0.5
SHARES = [0.125, 0.5, 0.25]

ACTIVATIONS: dict[str, Any] = {
    "step": lambda z: (z >= 0).to(z.dtype) + 0 * z,
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "softmax": lambda z: F.softmax(z, dim=1),
}
# The z at which an output is about one half, for outputs that could leave (0, 1).
HALF = {"tanh": 0.55, "selu": 0.48, "gelu": 0.67, "silu": 0.8, "softplus": -0.43}
HALF |= dict.fromkeys(("identity", "relu", "leaky_relu", "elu"), 0.5)


def _log_likelihood(a: Tensor, y: Tensor) -> Tensor:
    counted = y != 0
    return torch.where(counted, y * torch.log(torch.where(counted, a, 1.0)), 0.0)


# (z, a, y) -> one number an output, to be summed over each example.
COSTS: dict[str, Any] = {
    "squared_error": lambda z, a, y: F.mse_loss(a, y, reduction="none"),
    "mean_squared_error": lambda z, a, y: F.mse_loss(a, y, reduction="none") / a.shape[1],
    "half_squared_error": lambda z, a, y: F.mse_loss(a, y, reduction="none") / 2,
    "binary_cross_entropy": lambda z, a, y: F.binary_cross_entropy(a, y, reduction="none"),
    "categorical_cross_entropy": lambda z, a, y: -_log_likelihood(a, y),
    "absolute_error": lambda z, a, y: F.l1_loss(a, y, reduction="none"),
    "huber": lambda z, a, y: F.huber_loss(a, y, reduction="none", delta=THRESHOLD),
}
STABLE: dict[tuple[str, str], Any] = {
    ("binary_cross_entropy", "sigmoid"): lambda z, a, y: F.binary_cross_entropy_with_logits(
        z, y, reduction="none"
    ),
    ("categorical_cross_entropy", "sigmoid"): lambda z, a, y: -y * F.logsigmoid(z),
    ("categorical_cross_entropy", "softmax"): lambda z, a, y: F.cross_entropy(
        z, y, reduction="none"
    )[:, None],
}


class Numbers:
    """The numbers of one case, by the formula."""

    def __init__(self, case: int) -> None:
        self.case, self.indices = case, count(1)

    def tensor(self, *shape: int, size: float = 1.0, middle: float = 0.0) -> Tensor:
        indices = [next(self.indices) for _ in range(math.prod(shape))]
        values = [round(math.sin(k * k + self.case) * size + middle, 4) for k in indices]
        return torch.tensor(values).reshape(shape)


def _network(numbers: Numbers, widths: tuple[int, ...], last: tuple[float, float]) -> Any:
    """Weights and biases; the last layer's weights of size `last[0]`, its biases near `last[1]`."""
    weights: list[Tensor] = []
    biases: list[Tensor] = []
    for fan_in, fan_out in pairwise(widths):
        end = len(weights) == len(widths) - 2
        weights.append(numbers.tensor(fan_out, fan_in, size=last[0] if end else 1.0))
        size, middle = last if end else (0.5, 0.0)
        biases.append(numbers.tensor(fan_out, size=size, middle=middle))
    return [w.requires_grad_() for w in weights], [b.requires_grad_() for b in biases]


def _forward(x: Tensor, weights: Any, biases: Any, activation: str) -> tuple[Tensor, Tensor]:
    z = x
    for w, b in zip(weights, biases, strict=True):
        z = F.linear(x, w, b)
        x = ACTIVATIONS[activation](z)
    return z, x


def gradients(case: int, activation: str, cost: str, depth: int) -> dict[str, Any]:
    """One network, its objective and all gradients."""
    numbers, entropy = Numbers(case), cost.endswith("entropy")
    x = numbers.tensor(BATCH, WIDTHS[depth][0], size=1.5)
    y = numbers.tensor(BATCH, WIDTHS[depth][-1], size=0.45, middle=0.5)
    last = (0.05, HALF[activation]) if entropy and activation in HALF else (1.0, 0.0)
    weights, biases = _network(numbers, WIDTHS[depth], last)
    z, a = _forward(x, weights, biases, activation)
    if entropy and activation == "step":  # the only targets of a finite cost
        y = a.detach().clone()
    terms = STABLE.get((cost, activation), COSTS[cost])(z, a, y)
    data = (terms.sum(dim=1) * torch.tensor(SHARES)).sum()
    penalty = sum(L1 * w.abs().sum() + 0.5 * L2 * w.square().sum() for w in weights)
    (data + penalty).backward()
    given = {"activation": activation, "cost": cost, "x": x, "y": y, "W": weights, "b": biases}
    found = {"C": data, "J": data + penalty, "dW": [w.grad for w in weights]}
    return given | found | {"db": [b.grad for b in biases]}


OPTIMISERS: dict[str, tuple[Any, dict[str, Any], dict[str, float]]] = {
    "sgd": (torch.optim.SGD, {}, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.8}, {"mu": 0.8}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.8, "nesterov": True}, {"mu": 0.8}),
    "rmsprop": (torch.optim.RMSprop, {"alpha": 0.7, "eps": 1e-3}, {"rho": 0.7, "epsilon": 1e-3}),
    "adam": (
        torch.optim.Adam,
        {"betas": (0.8, 0.95), "eps": 1e-3},
        {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
    ),
    "adamw": (
        torch.optim.AdamW,
        {"betas": (0.8, 0.95), "eps": 1e-3},
        {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "decay": 0.1},
    ),
}


def updates(name: str) -> dict[str, Any]:
    """Five steps on given gradients; three weights and two biases."""
    numbers = Numbers(len(name))
    optimiser, theirs, ours = OPTIMISERS[name]
    weights, biases = (nn.Parameter(numbers.tensor(n)) for n in (3, 2))
    theta0 = torch.cat((weights, biases)).detach()
    groups = [{"params": [weights]}, {"params": [biases]}]
    if name == "adamw":
        for group, decay in zip(groups, (ours["decay"], 0.0), strict=True):
            group["weight_decay"] = decay  # type: ignore[assignment]
    stepper = optimiser(groups, lr=0.1, **theirs)
    pushes, thetas = numbers.tensor(5, 5), []
    for push in pushes:
        weights.grad, biases.grad = push[:3].clone(), push[3:].clone()
        stepper.step()
        thetas.append(torch.cat((weights, biases)).detach())
    settings = {"eta": 0.1, **ours}
    return {"settings": settings, "theta0": theta0, "gradients": pushes, "thetas": thetas}


STEPS, FINAL, WARMUP = 40, 0.1, 0.3
SCHEDULES: dict[str, Any] = {
    "step": lambda s: torch.optim.lr_scheduler.StepLR(s, step_size=3, gamma=0.7),
    "exponential": lambda s: torch.optim.lr_scheduler.ExponentialLR(s, gamma=0.7),
    "cosine": lambda s: torch.optim.lr_scheduler.CosineAnnealingLR(
        s, T_max=STEPS, eta_min=0.8 * FINAL
    ),
    # PyTorch's cycle is at its top one step before its share of the steps has passed, and at its
    # end one step before the last: with one step more, both clocks agree.
    "one_cycle": lambda s: torch.optim.lr_scheduler.OneCycleLR(
        s,
        max_lr=0.8,
        total_steps=STEPS + 1,
        pct_start=(WARMUP * STEPS + 1) / (STEPS + 1),
        cycle_momentum=False,
        div_factor=25.0,
        final_div_factor=1 / (25 * FINAL),
    ),
}


def _stepper() -> Any:
    return torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.8)


def schedules(name: str) -> dict[str, Any]:
    """The rate before the first step and after each of STEPS steps."""
    stepper = _stepper()
    schedule, rates = SCHEDULES[name](stepper), []
    for i in range(STEPS + 1):
        rates.append(stepper.param_groups[0]["lr"])
        stepper.step()
        if i < STEPS:
            schedule.step()
    course = {"factor": 0.7, "every": 3, "final": FINAL, "warmup": WARMUP}
    return {"eta0": 0.8, "steps": STEPS, "course": course, "rates": rates}


def plateau() -> dict[str, Any]:
    """Rates on a cost that sinks more and more slowly, and in waves."""
    stepper = _stepper()
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        stepper, factor=0.7, patience=1, threshold=0.01, threshold_mode="abs"
    )
    costs, rates = [round(1 / k + 0.02 * math.sin(k * k), 4) for k in range(1, 41)], []
    for cost in costs:
        stepper.step()
        schedule.step(cost)
        rates.append(stepper.param_groups[0]["lr"])
    # PyTorch counts the epochs that it lets pass; chainrule the one at which the rate drops.
    return {"eta0": 0.8, "factor": 0.7, "patience": 2, "min_delta": 0.01, "costs": costs} | {
        "rates": rates
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().tolist()
    raise TypeError(type(value).__name__)


def main() -> None:
    """Write gradients.json beside this script."""
    cases = enumerate(product(ACTIVATIONS, COSTS, WIDTHS))
    content = {
        "made with": f"torch {torch.__version__.partition('+')[0]}",
        "made by": "python tests/golden/make_gradients.py",
        "inputs": FORMULA,
        "objective": {"shares": SHARES, "l1": L1, "l2": L2, "huber_threshold": THRESHOLD},
        "gradients": [gradients(c, *case) for c, case in cases],
        "updates": {name: updates(name) for name in OPTIMISERS},
        "schedules": {name: schedules(name) for name in SCHEDULES} | {"plateau": plateau()},
    }
    text = json.dumps(content, default=_plain, ensure_ascii=False)
    text = text.replace(', {"activation"', ',\n{"activation"')
    Path(__file__).with_name("gradients.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
