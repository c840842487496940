"""Proofs of gradients: comparisons with methods that do not use back-propagation."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.proofs.gradient_proof import Proof as Proof
    from chainrule.proofs.gradient_proof import ProofOptions as ProofOptions
    from chainrule.proofs.gradient_proof import prove as prove
    from chainrule.proofs.place_proof import prove_place as prove_place
    from chainrule.proofs.proof_report import proof_document as proof_document
    from chainrule.proofs.proof_target import prove_gradients as prove_gradients

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "gradient_proof": "Proof ProofOptions prove",
        "place_proof": "prove_place",
        "proof_target": "prove_gradients",
        "proof_report": "proof_document",
    },
)
