"""The five papers that chainrule reproduces: their equations, hand computations and experiments.

`paper("investigation")` is one of `list_papers()`; it judges its hand computations (`check`),
compares its printed formulas with the gradient of the cost (`prove`) and runs its experiments
beside the printed numbers (`run`). `run_as_printed` runs the one program that a paper prints. Each
returns a report with a `document()`.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.papers.experiment_run import ExperimentRun as ExperimentRun
    from chainrule.papers.formula_check import FormulaReport as FormulaReport
    from chainrule.papers.formula_check import check_formulas as check_formulas
    from chainrule.papers.hand_computations import HandComputationReport as HandComputationReport
    from chainrule.papers.overview import figure_command as figure_command
    from chainrule.papers.overview import paper_list as paper_list
    from chainrule.papers.overview import paper_overview as paper_overview
    from chainrule.papers.overview import papers_overview as papers_overview
    from chainrule.papers.paper_contents import OutlookRow as OutlookRow
    from chainrule.papers.paper_contents import PrintedFigure as PrintedFigure
    from chainrule.papers.paper_table import Paper as Paper
    from chainrule.papers.paper_table import list_papers as list_papers
    from chainrule.papers.paper_table import paper as paper

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "experiment_run": "ExperimentRun",
        "formula_check": "FormulaReport check_formulas",
        "hand_computations": "HandComputationReport",
        "overview": "figure_command paper_list paper_overview papers_overview",
        "paper_contents": "OutlookRow PrintedFigure",
        "paper_table": "Paper list_papers paper",
    },
)
