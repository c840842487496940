"""Figures: one file a figure; `*_data` returns the numbers, `draw_*` puts them on paper."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.figures.augmentation import AugmentationData as AugmentationData
    from chainrule.figures.augmentation import augmentation_data as augmentation_data
    from chainrule.figures.augmentation import draw_augmentation as draw_augmentation
    from chainrule.figures.catalogue import FIGURES as FIGURES
    from chainrule.figures.catalogue import FigureKind as FigureKind
    from chainrule.figures.catalogue import Material as Material
    from chainrule.figures.catalogue import make_figure as make_figure
    from chainrule.figures.descent import descent_data as descent_data
    from chainrule.figures.descent import draw_descent as draw_descent
    from chainrule.figures.digits import digits_data as digits_data
    from chainrule.figures.digits import draw_digits as draw_digits
    from chainrule.figures.figure_sources import FigureOptions as FigureOptions
    from chainrule.figures.figure_sources import draw_figure as draw_figure
    from chainrule.figures.figure_sources import source_text as source_text
    from chainrule.figures.grid import draw_grid as draw_grid
    from chainrule.figures.grid import grid_data as grid_data
    from chainrule.figures.lr_range import draw_rates as draw_rates
    from chainrule.figures.parabola import draw_parabola as draw_parabola
    from chainrule.figures.parabola import parabola_data as parabola_data
    from chainrule.figures.parallel import draw_parallel as draw_parallel
    from chainrule.figures.parallel import parallel_data as parallel_data
    from chainrule.figures.preparation import save_preparation as save_preparation
    from chainrule.figures.rate_curves import GridPoint as GridPoint
    from chainrule.figures.rate_curves import draw_rate_curves as draw_rate_curves
    from chainrule.figures.rate_curves import grid_points as grid_points
    from chainrule.figures.rate_curves import printed_points as printed_points
    from chainrule.figures.rate_curves import rank_correlation as rank_correlation
    from chainrule.figures.rate_curves import rate_curves_data as rate_curves_data
    from chainrule.figures.relu_pieces import draw_relu_pieces as draw_relu_pieces
    from chainrule.figures.relu_pieces import relu_pieces_data as relu_pieces_data
    from chainrule.figures.report_figures import save_report_figures as save_report_figures
    from chainrule.figures.saving import SUFFIXES as SUFFIXES
    from chainrule.figures.saving import save_figure as save_figure
    from chainrule.figures.seed_bands import draw_bands as draw_bands
    from chainrule.figures.seed_bands import trial_bands as trial_bands
    from chainrule.figures.slices import draw_slices as draw_slices
    from chainrule.figures.slices import slices_data as slices_data
    from chainrule.figures.study_pictures import study_report as study_report
    from chainrule.figures.study_table import StudyTable as StudyTable
    from chainrule.figures.study_table import TrialRow as TrialRow
    from chainrule.figures.style import BLUE as BLUE
    from chainrule.figures.style import GREY as GREY
    from chainrule.figures.style import INK as INK
    from chainrule.figures.style import ORANGE as ORANGE
    from chainrule.figures.style import SERIES as SERIES
    from chainrule.figures.style import heading as heading
    from chainrule.figures.style import logarithmic as logarithmic
    from chainrule.figures.style import paper as paper
    from chainrule.figures.style import styled as styled

__all__ = [
    "BLUE",
    "FIGURES",
    "GREY",
    "INK",
    "ORANGE",
    "SERIES",
    "SUFFIXES",
    "AugmentationData",
    "FigureKind",
    "FigureOptions",
    "GridPoint",
    "Material",
    "StudyTable",
    "TrialRow",
    "augmentation_data",
    "descent_data",
    "digits_data",
    "draw_augmentation",
    "draw_bands",
    "draw_descent",
    "draw_digits",
    "draw_figure",
    "draw_grid",
    "draw_parabola",
    "draw_parallel",
    "draw_rate_curves",
    "draw_rates",
    "draw_relu_pieces",
    "draw_slices",
    "grid_data",
    "grid_points",
    "heading",
    "logarithmic",
    "make_figure",
    "paper",
    "parabola_data",
    "parallel_data",
    "printed_points",
    "rank_correlation",
    "rate_curves_data",
    "relu_pieces_data",
    "save_figure",
    "save_preparation",
    "save_report_figures",
    "slices_data",
    "source_text",
    "study_report",
    "styled",
    "trial_bands",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "augmentation": ["AugmentationData", "augmentation_data", "draw_augmentation"],
        "catalogue": ["FIGURES", "FigureKind", "Material", "make_figure"],
        "descent": ["descent_data", "draw_descent"],
        "digits": ["digits_data", "draw_digits"],
        "figure_sources": ["FigureOptions", "draw_figure", "source_text"],
        "grid": ["draw_grid", "grid_data"],
        "lr_range": ["draw_rates"],
        "parabola": ["draw_parabola", "parabola_data"],
        "parallel": ["draw_parallel", "parallel_data"],
        "preparation": ["save_preparation"],
        "rate_curves": [
            "GridPoint",
            "draw_rate_curves",
            "grid_points",
            "printed_points",
            "rank_correlation",
            "rate_curves_data",
        ],
        "relu_pieces": ["draw_relu_pieces", "relu_pieces_data"],
        "report_figures": ["save_report_figures"],
        "saving": ["SUFFIXES", "save_figure"],
        "seed_bands": ["draw_bands", "trial_bands"],
        "slices": ["draw_slices", "slices_data"],
        "study_pictures": ["study_report"],
        "study_table": ["StudyTable", "TrialRow"],
        "style": [
            "BLUE",
            "GREY",
            "INK",
            "ORANGE",
            "SERIES",
            "heading",
            "logarithmic",
            "paper",
            "styled",
        ],
    },
)
