"""Studies: many trainings and one answer."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.study.comparison import comparison_tables as comparison_tables
    from chainrule.study.export import FORMATS as FORMATS
    from chainrule.study.export import export_text as export_text
    from chainrule.study.export import write_parquet as write_parquet
    from chainrule.study.runner import Kept as Kept
    from chainrule.study.runner import begin_study as begin_study
    from chainrule.study.runner import kept_study as kept_study
    from chainrule.study.runner import run_study as run_study
    from chainrule.study.runner import work_on_study as work_on_study
    from chainrule.study.saved_study import STORAGE as STORAGE
    from chainrule.study.saved_study import SavedStudy as SavedStudy
    from chainrule.study.saved_study import StudyPlace as StudyPlace
    from chainrule.study.saved_study import compare_configurations as compare_configurations
    from chainrule.study.saved_study import compute_study as compute_study
    from chainrule.study.saved_study import list_studies as list_studies
    from chainrule.study.saved_study import open_study as open_study
    from chainrule.study.scheduler import Ended as Ended
    from chainrule.study.spec import ADDRESSED as ADDRESSED
    from chainrule.study.spec import Settings as Settings
    from chainrule.study.spec import Spec as Spec
    from chainrule.study.spec import read_study as read_study
    from chainrule.study.spec import study_of as study_of
    from chainrule.study.statistics import difference as difference
    from chainrule.study.statistics import spread as spread
    from chainrule.study.study_report import study_document as study_document
    from chainrule.study.summary import Entry as Entry
    from chainrule.study.summary import Summary as Summary
    from chainrule.study.summary import counted as counted
    from chainrule.study.summary import entries as entries
    from chainrule.study.summary import summarised as summarised
    from chainrule.study.tables import chosen_text as chosen_text
    from chainrule.study.tables import counts_text as counts_text
    from chainrule.study.tables import figure_text as figure_text
    from chainrule.study.tables import summary_tables as summary_tables
    from chainrule.study.tuning import describe_tuning as describe_tuning
    from chainrule.study.tuning import tune as tune

__all__ = [
    "ADDRESSED",
    "FORMATS",
    "STORAGE",
    "Ended",
    "Entry",
    "Kept",
    "SavedStudy",
    "Settings",
    "Spec",
    "StudyPlace",
    "Summary",
    "begin_study",
    "chosen_text",
    "compare_configurations",
    "comparison_tables",
    "compute_study",
    "counted",
    "counts_text",
    "describe_tuning",
    "difference",
    "entries",
    "export_text",
    "figure_text",
    "kept_study",
    "list_studies",
    "open_study",
    "read_study",
    "run_study",
    "spread",
    "study_document",
    "study_of",
    "summarised",
    "summary_tables",
    "tune",
    "work_on_study",
    "write_parquet",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "comparison": ["comparison_tables"],
        "export": ["FORMATS", "export_text", "write_parquet"],
        "runner": ["Kept", "begin_study", "kept_study", "run_study", "work_on_study"],
        "saved_study": [
            "STORAGE",
            "SavedStudy",
            "StudyPlace",
            "compare_configurations",
            "compute_study",
            "list_studies",
            "open_study",
        ],
        "scheduler": ["Ended"],
        "spec": ["ADDRESSED", "Settings", "Spec", "read_study", "study_of"],
        "statistics": ["difference", "spread"],
        "study_report": ["study_document"],
        "summary": ["Entry", "Summary", "counted", "entries", "summarised"],
        "tables": ["chosen_text", "counts_text", "figure_text", "summary_tables"],
        "tuning": ["describe_tuning", "tune"],
    },
)
