"""Evaluation: what a network is worth on examples, with n, intervals and its own mistakes."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.evaluation.compatibility import matched as matched
    from chainrule.evaluation.ensemble import Votes as Votes
    from chainrule.evaluation.ensemble import vote as vote
    from chainrule.evaluation.mistakes import Mistake as Mistake
    from chainrule.evaluation.number_format import MISSING as MISSING
    from chainrule.evaluation.number_format import count_text as count_text
    from chainrule.evaluation.number_format import number_text as number_text
    from chainrule.evaluation.number_format import percent_text as percent_text
    from chainrule.evaluation.number_format import share_text as share_text
    from chainrule.evaluation.number_format import short_name as short_name
    from chainrule.evaluation.predictions import answered as answered
    from chainrule.evaluation.predictions import in_columns as in_columns
    from chainrule.evaluation.report import ClassReport as ClassReport
    from chainrule.evaluation.report import Report as Report
    from chainrule.evaluation.report import evaluate as evaluate
    from chainrule.evaluation.report import natural_cost as natural_cost
    from chainrule.evaluation.serialisation import plain as plain
    from chainrule.evaluation.tables import report_document as report_document
    from chainrule.evaluation.tables import report_tables as report_tables
    from chainrule.evaluation.wilson import wilson_interval as wilson_interval

__all__ = [
    "MISSING",
    "ClassReport",
    "Mistake",
    "Report",
    "Votes",
    "answered",
    "count_text",
    "evaluate",
    "in_columns",
    "matched",
    "natural_cost",
    "number_text",
    "percent_text",
    "plain",
    "report_document",
    "report_tables",
    "share_text",
    "short_name",
    "vote",
    "wilson_interval",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "compatibility": ["matched"],
        "ensemble": ["Votes", "vote"],
        "mistakes": ["Mistake"],
        "number_format": [
            "MISSING",
            "count_text",
            "number_text",
            "percent_text",
            "share_text",
            "short_name",
        ],
        "predictions": ["answered", "in_columns"],
        "report": ["ClassReport", "Report", "evaluate", "natural_cost"],
        "serialisation": ["plain"],
        "tables": ["report_document", "report_tables"],
        "wilson": ["wilson_interval"],
    },
)
