"""Studies: many trainings and one answer."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.study.comparison import compared as compared
    from chainrule.study.comparison import comparison_tables as comparison_tables
    from chainrule.study.export import FORMATS as FORMATS
    from chainrule.study.export import curve_rows as curve_rows
    from chainrule.study.export import export_text as export_text
    from chainrule.study.export import rows_of as rows_of
    from chainrule.study.export import write_parquet as write_parquet
    from chainrule.study.runner import Kept as Kept
    from chainrule.study.runner import begin_study as begin_study
    from chainrule.study.runner import kept_study as kept_study
    from chainrule.study.runner import resume_study as resume_study
    from chainrule.study.runner import run_study as run_study
    from chainrule.study.runner import work_on_study as work_on_study
    from chainrule.study.scheduler import Ended as Ended
    from chainrule.study.spec import ADDRESSED as ADDRESSED
    from chainrule.study.spec import Settings as Settings
    from chainrule.study.spec import Spec as Spec
    from chainrule.study.spec import read_study as read_study
    from chainrule.study.spec import study_of as study_of
    from chainrule.study.statistics import difference as difference
    from chainrule.study.statistics import spread as spread
    from chainrule.study.study_report import study_document as study_document
    from chainrule.study.study_storage import open_store as open_store
    from chainrule.study.summary import Entry as Entry
    from chainrule.study.summary import Summary as Summary
    from chainrule.study.summary import counted as counted
    from chainrule.study.summary import entries as entries
    from chainrule.study.summary import summarised as summarised
    from chainrule.study.tables import chosen_text as chosen_text
    from chainrule.study.tables import counts_text as counts_text
    from chainrule.study.tables import figure_text as figure_text
    from chainrule.study.tables import summary_tables as summary_tables
    from chainrule.study.toml_source import StudySource as StudySource

__all__ = [
    "ADDRESSED",
    "FORMATS",
    "Ended",
    "Entry",
    "Kept",
    "Settings",
    "Spec",
    "StudySource",
    "Summary",
    "begin_study",
    "chosen_text",
    "compared",
    "comparison_tables",
    "counted",
    "counts_text",
    "curve_rows",
    "difference",
    "entries",
    "export_text",
    "figure_text",
    "kept_study",
    "open_store",
    "read_study",
    "resume_study",
    "rows_of",
    "run_study",
    "spread",
    "study_document",
    "study_of",
    "summarised",
    "summary_tables",
    "work_on_study",
    "write_parquet",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "comparison": ["compared", "comparison_tables"],
        "export": ["FORMATS", "curve_rows", "export_text", "rows_of", "write_parquet"],
        "study_report": ["study_document"],
        "runner": [
            "Kept",
            "begin_study",
            "kept_study",
            "resume_study",
            "run_study",
            "work_on_study",
        ],
        "scheduler": ["Ended"],
        "spec": ["ADDRESSED", "Settings", "Spec", "read_study", "study_of"],
        "statistics": ["difference", "spread"],
        "study_storage": ["open_store"],
        "summary": ["Entry", "Summary", "counted", "entries", "summarised"],
        "tables": ["chosen_text", "counts_text", "figure_text", "summary_tables"],
        "toml_source": ["StudySource"],
    },
)
