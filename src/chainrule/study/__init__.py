"""Studies: many trainings, compared.

study = compute_study("rates")
study.summarise().document()
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.study.results import ConfigurationResult as ConfigurationResult
    from chainrule.study.results import metric_text as metric_text
    from chainrule.study.results import parameters_text as parameters_text
    from chainrule.study.saved_study import DEFAULT_STORAGE as DEFAULT_STORAGE
    from chainrule.study.saved_study import SavedStudy as SavedStudy
    from chainrule.study.saved_study import StudyPlace as StudyPlace
    from chainrule.study.saved_study import begin_study as begin_study
    from chainrule.study.saved_study import compare_configurations as compare_configurations
    from chainrule.study.saved_study import compute_study as compute_study
    from chainrule.study.saved_study import list_studies as list_studies
    from chainrule.study.saved_study import open_study as open_study
    from chainrule.study.saved_study import repair_study as repair_study
    from chainrule.study.scheduler import FinishedTrial as FinishedTrial
    from chainrule.study.spec import StudySettings as StudySettings
    from chainrule.study.spec import StudySpec as StudySpec
    from chainrule.study.spec import read_study as read_study
    from chainrule.study.study_storage import StudyStore as StudyStore
    from chainrule.study.study_storage import is_storage as is_storage
    from chainrule.study.study_storage import open_store as open_store
    from chainrule.study.summary import StudySummary as StudySummary
    from chainrule.study.trial_network import TrialNetwork as TrialNetwork
    from chainrule.study.trial_tables import EXPORT_FORMATS as EXPORT_FORMATS
    from chainrule.study.tuning import TunedStudy as TunedStudy
    from chainrule.study.tuning import describe_tuning as describe_tuning
    from chainrule.study.tuning import train_best as train_best
    from chainrule.study.tuning import tune as tune

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "trial_tables": "EXPORT_FORMATS",
        "results": "ConfigurationResult metric_text parameters_text",
        "saved_study": (
            "DEFAULT_STORAGE SavedStudy StudyPlace begin_study compare_configurations "
            "compute_study list_studies open_study repair_study"
        ),
        "scheduler": "FinishedTrial",
        "spec": "StudySettings StudySpec read_study",
        "study_storage": "StudyStore is_storage open_store",
        "summary": "StudySummary",
        "trial_network": "TrialNetwork",
        "tuning": "TunedStudy describe_tuning train_best tune",
    },
)
