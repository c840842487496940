"""Explanations of saved runs: one weight in one step, one neuron, one decision and its causes.

`inspect_weight`, `inspect_neuron`, `inspect_decision`, `inspect_influence`, `inspect_mislabels` and
`inspect_importance` take a run and return a document; `RunReplay` computes any step of a run again,
to the bit.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.attribution.column_inputs import ColumnInputs as ColumnInputs
    from chainrule.attribution.decision import inspect_decision as inspect_decision
    from chainrule.attribution.importance import REPEATS as REPEATS
    from chainrule.attribution.importance import inspect_importance as inspect_importance
    from chainrule.attribution.influence import inspect_influence as inspect_influence
    from chainrule.attribution.inspection import ERRORS_BY as ERRORS_BY
    from chainrule.attribution.inspection import INSPECTION_LIMITS as INSPECTION_LIMITS
    from chainrule.attribution.inspection import SUSPECTS as SUSPECTS
    from chainrule.attribution.inspection import TOP as TOP
    from chainrule.attribution.mislabels import inspect_mislabels as inspect_mislabels
    from chainrule.attribution.neuron import inspect_neuron as inspect_neuron
    from chainrule.attribution.parting import Parting as Parting
    from chainrule.attribution.parting import find_parting as find_parting
    from chainrule.attribution.replay import RunReplay as RunReplay
    from chainrule.attribution.replay_stages import REPLAY_BUDGET as REPLAY_BUDGET
    from chainrule.attribution.row_explanation import explain_row as explain_row
    from chainrule.attribution.row_explanation import row_document as row_document
    from chainrule.attribution.run_comparison import RunComparison as RunComparison
    from chainrule.attribution.run_comparison import TensorComparison as TensorComparison
    from chainrule.attribution.run_comparison import compare_runs as compare_runs
    from chainrule.attribution.run_comparison import compare_tensors as compare_tensors
    from chainrule.attribution.run_value import inspect_value as inspect_value
    from chainrule.attribution.step_ledger import formula_holds as formula_holds
    from chainrule.attribution.step_ledger import make_step_ledger as make_step_ledger
    from chainrule.attribution.weight import inspect_weight as inspect_weight

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "column_inputs": "ColumnInputs",
        "decision": "inspect_decision",
        "importance": "REPEATS inspect_importance",
        "influence": "inspect_influence",
        "inspection": "ERRORS_BY INSPECTION_LIMITS SUSPECTS TOP",
        "mislabels": "inspect_mislabels",
        "neuron": "inspect_neuron",
        "parting": "Parting find_parting",
        "replay": "RunReplay",
        "replay_stages": "REPLAY_BUDGET",
        "row_explanation": "explain_row row_document",
        "run_comparison": "RunComparison TensorComparison compare_runs compare_tensors",
        "run_value": "inspect_value",
        "step_ledger": "formula_holds make_step_ledger",
        "weight": "inspect_weight",
    },
)
