"""The five papers: what each describes, and what chainrule computes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.errors import InputError, unknown_name

if TYPE_CHECKING:
    from chainrule.papers.experiment_run import ExperimentRun
    from chainrule.papers.experiments.paper_experiment import (
        ExperimentSet,
        PaperExperiment,
        SectionFigure,
    )
    from chainrule.papers.formula_check import FormulaReport
    from chainrule.papers.hand_computations import HandComputation, HandComputationReport
    from chainrule.papers.printed_formulas import PrintedFormula
    from chainrule.papers.printed_program_run import PrintedProgramRun

__all__ = ["Paper", "list_papers", "paper"]

_WITH_PROGRAM = "four-equations"


class PrintedEquation(NamedTuple):
    """An equation of a paper, and where it is derived here.

    Args:
        place: equation number or section in the paper.
        what: the equation, or its subject.
        ids: of the equations in docs/derivation.
    """

    place: str
    what: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """One of the five papers.

    Args:
        id: its short name in chainrule.
        title: its title.
        year: in which it appeared.
        about: what it describes, in a sentence.
        network: its largest network, by the widths of its layers.
        equations: what it prints, with the ids of docs/derivation.
        computations: names and titles of its hand computations.
        functions: names of the functions that it descends or slices, for `chainrule descend`.

    Example:
        >>> paper("matrix-based").year
        2022
    """

    id: str
    title: str
    year: int
    about: str
    network: str
    equations: tuple[PrintedEquation, ...]
    computations: tuple[tuple[str, str], ...] = ()
    functions: tuple[str, ...] = ()

    def hand_computations(self) -> tuple[HandComputation, ...]:
        """Returns the computations that the paper works out by hand."""
        from chainrule.papers.hand_computations import HandComputation

        return tuple(HandComputation(name, title) for name, title in self.computations)

    def formulas(self) -> tuple[PrintedFormula, ...]:
        """Returns the formulas for errors and gradients as the paper prints them."""
        from chainrule.papers.printed_formulas import FORMULAS

        return tuple(one for one in FORMULAS if one.paper == self.id)

    def experiments(self) -> tuple[PaperExperiment, ...]:
        """Returns what the paper trained, or describes and did not train."""
        return self._experiment_set().experiments

    def figures(self) -> tuple[SectionFigure, ...]:
        """Returns the figures that a run of all experiments draws."""
        found = (section.figure for section in self._experiment_set().sections)
        return tuple(figure for figure in found if figure is not None)

    def check(self) -> HandComputationReport:
        """Judges each number of the hand computations."""
        from chainrule.papers.hand_computations import HandComputationReport

        return HandComputationReport(tuple(one.check() for one in self.hand_computations()))

    def prove(self) -> FormulaReport:
        """Compares each printed formula with the gradient of the cost."""
        from chainrule.papers.formula_check import check_formulas

        return check_formulas(self.id)

    def run(
        self,
        experiments: Sequence[str] = (),
        *,
        quick: bool = False,
        data: str = "mnist",
        progress: Callable[[str], object] | None = None,
    ) -> ExperimentRun:
        """Runs experiments and returns them beside the printed numbers.

        Args:
            experiments: names of those to run; none for all.
            quick: whether to compute only so much as shows that everything works.
            data: the digits, as `load_dataset` takes them.
            progress: called with a few words on the work under way.

        Raises: UnknownNameError for another name, and what loading data and training raise.
        """
        from chainrule.papers.experiment_run import run_experiments
        from chainrule.papers.experiments.experiment_options import ExperimentOptions, ignore

        options = ExperimentOptions(data, quick, progress or ignore)
        return run_experiments(self.id, experiments, options=options)

    def run_as_printed(
        self,
        *,
        quick: bool = False,
        data: str = "mnist",
        seed: int = 0,
        progress: Callable[[str], object] | None = None,
    ) -> PrintedProgramRun:
        """Runs the paper's program as it is printed, beside the reference equations.

        Args:
            quick: whether to make four updates only.
            data: the digits, as `load_dataset` takes them.
            seed: of the program's generator; the paper sets none.
            progress: called with a few words on the work under way.

        Raises: InputError for a paper that prints no program, and what loading data raises.
        """
        if self.id != _WITH_PROGRAM:
            raise InputError(
                "papers run",
                expected=f"{_WITH_PROGRAM}, the one paper that prints a program",
                got=self.id,
                argument="as_printed",
            )
        from chainrule.papers.experiments.experiment_options import ExperimentOptions, ignore
        from chainrule.papers.printed_program_run import run_as_printed

        return run_as_printed(ExperimentOptions(data, quick, progress or ignore), seed=seed)

    def recorded_run(self, values: Mapping[str, Any]) -> ExperimentRun:
        """Returns a run from its plain values, as `ExperimentRun.to_dict` gives them."""
        from chainrule.papers.experiment_run import ExperimentRun

        return ExperimentRun(self.id, values["found"], values["seconds"], values["versions"])

    def _experiment_set(self) -> ExperimentSet:
        # Here and not above: to list the papers needs neither Optuna nor the engines.
        from chainrule.papers.experiment_run import EXPERIMENTS

        return EXPERIMENTS[self.id]


def _equation(place: str, what: str, *ids: str) -> PrintedEquation:
    return PrintedEquation(place, what, ids)


_PAPERS = (
    Paper(
        id="investigation",
        title="An Investigation into the Mathematics of Neural Networks",
        year=2023,
        about="derives back-propagation for column vectors and measures test accuracy for 20 batch "
        "sizes and 40 learning rates",
        network="784-32-16-10",
        equations=(
            _equation("feed forward", "z = w a + b, a^l = σ(w^l a^(l-1) + b^l)", "F1", "F2", "F3"),
            _equation("cost of a single training example", "Σ (a - y)² / n", "C2"),
            _equation("cost of several outputs, and all gradients", "Σ (a - y)²", "C1"),
            _equation("full cost function", "the mean over the examples", "C8"),
            _equation("summary", "2(a^L - y) σ'(z^L)", "BP1"),
            _equation("summary", "σ'(z) ∂C/∂a", "BP2b"),
            _equation("summary", "∂C/∂a^(L-j), as a product of two sums", "BP2"),
            _equation("summary", "∂C/∂b = σ'(z) ∂C/∂a", "BP3"),
            _equation("summary", "∂C/∂w = (σ'(z) ∂C/∂a) • T(a)", "BP4"),
            _equation("summary", "one example, forward and back", "BP"),
            _equation("how to use the gradients", "learning rate times mean gradient", "U1"),
            _equation("appendix 1", "the derivative of the sigmoid", "A3"),
        ),
        computations=(
            ("investigation-chain", "the chain of one neuron a layer, by the printed formulas"),
        ),
    ),
    Paper(
        id="four-detector",
        title="The Math in Neural Networks",
        year=2023,
        about="recognises dice from seven dots, and works out one step of a detector of 4s",
        network="4-2-1",
        equations=(
            _equation("the network of the paper", "net, the weighted sum", "F1"),
            _equation("output", "out = σ(net), and its derivative", "A3"),
            _equation("loss", "J = (1/n) Σ (y - ŷ)²", "C2"),
            _equation("output", "J = ½ (y - out)²", "C3"),
            _equation("output", "∂J/∂w_9, the chain rule for the output", "BP1", "BP4"),
            _equation("hidden", "∂J/∂w_1, the chain rule for the hidden layer", "BP2", "BP4"),
            _equation("output", "w_new = w_old - η ∂J/∂w_old", "U1"),
        ),
        computations=(("four-detector", "a 4 in four pixels: one step of a network 4-2-1"),),
        functions=("two-variables",),
    ),
    Paper(
        id="approximator",
        title="Exploring the Heart of Artificial Intelligence",
        year=2023,
        about="explains networks as function approximators made of ReLU pieces, and trains one on "
        "digits",
        network="784-15-10",
        equations=(
            _equation("introducing the neural network", "w · a + b", "F1"),
            _equation("introducing the neural network", "the binary step", "A1"),
            _equation("introducing the neural network", "ReLU", "A5"),
            _equation("calculating the gradient", "the sigmoid and its derivative", "A3"),
            _equation("calculating the gradient", "C(ŷ, y) = (ŷ - y)²", "C1"),
            _equation("calculating the gradient", "v^(L), the error of the last layer", "BP1"),
            _equation("calculating the gradient", "v^(n), the sum over the paths", "BP2a", "BP2"),
            _equation("calculating the gradient", "∂c/∂w^(n)", "BP4"),
            _equation("how it learns", "gradient descent, on x² - 2x + 1.5", "U1"),
        ),
        computations=(
            ("approximator-relu", "hand computation 1: a sum of two ReLUs"),
            ("approximator-descent-rate-1", "x² - 2x + 1.5 by gradient descent, rate 1"),
            ("approximator-descent-rate-0.1", "x² - 2x + 1.5 by gradient descent, rate 0.1"),
            ("approximator-back-propagation", "hand computation 2: a step of back-propagation"),
        ),
        functions=("parabola",),
    ),
    Paper(
        id="four-equations",
        title="Neural Networks",
        year=2021,
        about="proves the four equations of back-propagation and prints a program that trains by "
        "them",
        network="784-392-196-10",
        equations=(
            _equation("(9), (11)", "z^l = w^l a^(l-1) + b^l", "F1"),
            _equation("(12)", "C = 1/(2N) Σ_x ‖a^L - y‖²", "C8"),
            _equation("(13), (18)", "½ ‖a - y‖²", "C3"),
            _equation("(16) to (21)", "δ^L = ∇_a C ⊙ σ'(z^L)", "BP1"),
            _equation("(22)", "(w^(l+1))ᵀ δ^(l+1)", "BP2a"),
            _equation("sections 2.1 and 2.2", "… ⊙ σ'(z^l)", "BP2b"),
            _equation("(22), with a proof in (24) to (26)", "δ^l", "BP2"),
            _equation("(27) to (33)", "∂C/∂b = δ", "BP3"),
            _equation("(34) to (42)", "∂C/∂w = δ (a^(l-1))ᵀ", "BP4"),
            _equation(
                "section 3", "the program: a pass forward and back, and its update", "BP", "U1"
            ),
            _equation("section 3", "weights and biases from rand · 0.01", "I2"),
        ),
    ),
    Paper(
        id="matrix-based",
        title="Artificial Neural Networks",
        year=2022,
        about="writes a batch as a matrix, and improves a network that saturates step by step to "
        "90.8 %",
        network="784-64-10",
        equations=(
            _equation("(1), for a batch (10)", "the weighted sums", "F1"),
            _equation("(2)", "the network as a composition of its layers", "F3"),
            _equation("(3)", "the activations of a layer", "F2"),
            _equation("(4)", "ρ ← ρ - η ∇C", "U1"),
            _equation("section 2.1", "the error of the last layer", "BP1"),
            _equation("(5)", "∂C/∂b = δ", "BP3"),
            _equation("(6), for a batch (12)", "∂C/∂w_jk = δ_j a_k", "BP4"),
            _equation("(7), for a batch (13)", "δ^l from δ^(l+1)", "BP2"),
            _equation("section 3.2", "ReLU", "A5"),
            _equation("section 3.2", "weights from N(0, 1), then from N(0, 1/n)", "I3", "I4"),
            _equation("section 3.2", "L2 regularisation", "P2"),
            _equation("section 3.2", "the expanded training set", "X1"),
        ),
    ),
)


def list_papers() -> tuple[Paper, ...]:
    """Returns the five papers."""
    return _PAPERS


def paper(paper_id: str) -> Paper:
    """Returns a paper.

    Args:
        paper_id: its id, such as "investigation".

    Raises: UnknownNameError.
    """
    found = {one.id: one for one in _PAPERS}
    if paper_id not in found:
        raise unknown_name("papers", "a paper", paper_id, found, argument="paper")
    return found[paper_id]
