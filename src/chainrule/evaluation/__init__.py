"""Evaluation: accuracy, cost and calibration of a network on examples, with n and intervals.

report = evaluate(network, digits.test)
report.accuracy, report.interval, report.document()
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.evaluation.class_scores import ClassRanking as ClassRanking
    from chainrule.evaluation.compatibility import match_dataset as match_dataset
    from chainrule.evaluation.ensemble import Votes as Votes
    from chainrule.evaluation.ensemble import vote as vote
    from chainrule.evaluation.evaluator import default_cost as default_cost
    from chainrule.evaluation.evaluator import evaluate as evaluate
    from chainrule.evaluation.number_format import MISSING as MISSING
    from chainrule.evaluation.number_format import count_text as count_text
    from chainrule.evaluation.number_format import fraction_text as fraction_text
    from chainrule.evaluation.number_format import number_text as number_text
    from chainrule.evaluation.number_format import percent_text as percent_text
    from chainrule.evaluation.number_format import plain_values as plain_values
    from chainrule.evaluation.number_format import short_name as short_name
    from chainrule.evaluation.predictions import Mistake as Mistake
    from chainrule.evaluation.predictions import class_columns as class_columns
    from chainrule.evaluation.predictions import output_blocks as output_blocks
    from chainrule.evaluation.report import ClassificationReport as ClassificationReport
    from chainrule.evaluation.report import Report as Report
    from chainrule.evaluation.statistics import McNemarTest as McNemarTest
    from chainrule.evaluation.statistics import SampleStatistics as SampleStatistics
    from chainrule.evaluation.statistics import fold_p_value as fold_p_value
    from chainrule.evaluation.statistics import fold_statistics as fold_statistics
    from chainrule.evaluation.statistics import mcnemar_test as mcnemar_test
    from chainrule.evaluation.statistics import sample_statistics as sample_statistics
    from chainrule.evaluation.statistics import welch_interval as welch_interval
    from chainrule.evaluation.wilson import wilson_interval as wilson_interval

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "class_scores": "ClassRanking",
        "compatibility": "match_dataset",
        "ensemble": "Votes vote",
        "number_format": (
            "MISSING count_text fraction_text number_text percent_text plain_values short_name"
        ),
        "predictions": "Mistake class_columns output_blocks",
        "report": "ClassificationReport Report",
        "evaluator": "default_cost evaluate",
        "statistics": (
            "McNemarTest SampleStatistics fold_p_value fold_statistics mcnemar_test "
            "sample_statistics welch_interval"
        ),
        "wilson": "wilson_interval",
    },
)
