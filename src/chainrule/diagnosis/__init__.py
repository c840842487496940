"""Diagnosis: why a training does not learn, by measurement, and what to set instead.

found = diagnose_evidence(probe_training(network, training_set, recipe))
found.findings, found.document()
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.diagnosis.condition import Finding as Finding
    from chainrule.diagnosis.condition_table import CONDITIONS as CONDITIONS
    from chainrule.diagnosis.diagnosis import Diagnosis as Diagnosis
    from chainrule.diagnosis.diagnosis import diagnose_evidence as diagnose_evidence
    from chainrule.diagnosis.evidence import Evidence as Evidence
    from chainrule.diagnosis.evidence import Snapshot as Snapshot
    from chainrule.diagnosis.network_measures import NetworkMeasures as NetworkMeasures
    from chainrule.diagnosis.probe import evidence_between as evidence_between
    from chainrule.diagnosis.probe import probe_training as probe_training
    from chainrule.diagnosis.remedies import MendedSettings as MendedSettings
    from chainrule.diagnosis.remedies import mend as mend
    from chainrule.diagnosis.training_warnings import warning_observer as warning_observer

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "condition": "Finding",
        "condition_table": "CONDITIONS",
        "diagnosis": "Diagnosis diagnose_evidence",
        "evidence": "Evidence Snapshot",
        "network_measures": "NetworkMeasures",
        "probe": "evidence_between probe_training",
        "remedies": "MendedSettings mend",
        "training_warnings": "warning_observer",
    },
)
