"""Figures of networks, runs, studies and functions, drawn by Matplotlib.

`draw_figure` draws any figure in `FIGURES` from paths, as `chainrule figure` does, and
`save_figure` writes it. Each figure also has a module, named after the plot, with two functions:
`confusion_matrix.confusion_matrix_data` returns the numbers, and
`confusion_matrix.draw_confusion_matrix` draws them. These modules may be imported directly.

Every drawing function returns the whole `Figure`, and takes `ax`, which says where to draw:

- None: a new figure with a heading.
- Axes: these axes, if the figure has one panel. A figure of several panels needs axes made by
  `plt.subplots`, and replaces them with a SubFigure.
- a SubFigure: the whole of it.
- a Figure: the whole of it, with heading and layout as on a new one.

In axes or a subfigure, the rest of the figure, its layout and Matplotlib's settings stay as they
are, so that several figures can be combined:

    figure, (left, right) = plt.subplots(1, 2, layout="constrained")
    draw_figure("confusion", "runs/digits", ax=left)
    draw_figure("learning-curves", "runs/digits", ax=right)
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.figures.comparison_pictures import comparison_report as comparison_report
    from chainrule.figures.figure_catalogue import FIGURES as FIGURES
    from chainrule.figures.figure_sources import FigureOptions as FigureOptions
    from chainrule.figures.figure_sources import draw_figure as draw_figure
    from chainrule.figures.figure_sources import source_text as source_text
    from chainrule.figures.picture_digits import save_predictions as save_predictions
    from chainrule.figures.report_figures import save_report_figures as save_report_figures
    from chainrule.figures.saving import SUFFIXES as SUFFIXES
    from chainrule.figures.saving import figure_bytes as figure_bytes
    from chainrule.figures.saving import save_figure as save_figure
    from chainrule.figures.study_pictures import study_report as study_report

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "comparison_pictures": "comparison_report",
        "figure_catalogue": "FIGURES",
        "figure_sources": "FigureOptions draw_figure source_text",
        "picture_digits": "save_predictions",
        "report_figures": "save_report_figures",
        "saving": "SUFFIXES figure_bytes save_figure",
        "study_pictures": "study_report",
    },
)
