"""The five papers: what each describes, and what chainrule computes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError, unknown_name
from chainrule.papers.paper_contents import PaperContents, read_contents

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


@dataclass(frozen=True)
class Paper:
    """One of the five papers.

    Args:
        id: its short name in chainrule.
        title: its title.
        year: in which it appeared.
        about: what it describes, in a sentence.
        network: its largest network, by the widths of its layers.
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
    functions: tuple[str, ...] = ()

    @property
    def contents(self) -> PaperContents:
        """Its equations, figures, hand computations, experiments and remarks on the future."""
        return read_contents(self.id)

    def hand_computations(self) -> tuple[HandComputation, ...]:
        """Returns the computations that the paper works out by hand."""
        from chainrule.papers.hand_computations import HandComputation

        return tuple(HandComputation(*one) for one in self.contents.computations)

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


_PAPERS = (
    Paper(
        id="investigation",
        title="An Investigation into the Mathematics of Neural Networks",
        year=2023,
        about="derives back-propagation for column vectors and measures test accuracy for 20 batch "
        "sizes and 40 learning rates",
        network="784-32-16-10",
    ),
    Paper(
        id="four-detector",
        title="The Math in Neural Networks",
        year=2023,
        about="recognises dice from seven dots, and works out one step of a detector of 4s",
        network="4-2-1",
        functions=("two-variables",),
    ),
    Paper(
        id="approximator",
        title="Exploring the Heart of Artificial Intelligence",
        year=2023,
        about="explains networks as function approximators made of ReLU pieces, and trains one on "
        "digits",
        network="784-15-10",
        functions=("parabola",),
    ),
    Paper(
        id="four-equations",
        title="Neural Networks",
        year=2021,
        about="proves the four equations of back-propagation and prints a program that trains by "
        "them",
        network="784-392-196-10",
    ),
    Paper(
        id="matrix-based",
        title="Artificial Neural Networks",
        year=2022,
        about="writes a batch as a matrix, and improves a network that saturates step by step to "
        "90.8 %",
        network="784-64-10",
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
