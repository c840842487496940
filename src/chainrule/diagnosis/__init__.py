"""Diagnosis: why a training does not learn, by measurement, and what to set instead."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.diagnosis.condition import Finding as Finding
    from chainrule.diagnosis.condition_table import CONDITIONS as CONDITIONS
    from chainrule.diagnosis.diagnoser import Diagnosis as Diagnosis
    from chainrule.diagnosis.diagnoser import diagnose_evidence as diagnose_evidence
    from chainrule.diagnosis.diagnosis_report import diagnosis_document as diagnosis_document
    from chainrule.diagnosis.evidence import Evidence as Evidence
    from chainrule.diagnosis.probe import evidence_between as evidence_between
    from chainrule.diagnosis.probe import probe_training as probe_training
    from chainrule.diagnosis.remedies import Mended as Mended
    from chainrule.diagnosis.remedies import mend as mend
    from chainrule.diagnosis.remedies import settings_text as settings_text
    from chainrule.diagnosis.training_warnings import warning_observer as warning_observer

__all__ = [
    "CONDITIONS",
    "Diagnosis",
    "Evidence",
    "Finding",
    "Mended",
    "diagnose_evidence",
    "diagnosis_document",
    "evidence_between",
    "mend",
    "probe_training",
    "settings_text",
    "warning_observer",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "condition": ["Finding"],
        "condition_table": ["CONDITIONS"],
        "diagnoser": ["Diagnosis", "diagnose_evidence"],
        "diagnosis_report": ["diagnosis_document"],
        "evidence": ["Evidence"],
        "probe": ["evidence_between", "probe_training"],
        "remedies": ["Mended", "mend", "settings_text"],
        "training_warnings": ["warning_observer"],
    },
)
