"""Prove that back-propagation is right: compare its gradients with those of other methods.

python examples/prove_gradients.py
"""

import chainrule as cr


def main(worked: str = "two-layers") -> None:
    """Prove every gradient of a worked example by ways that do not use back-propagation."""
    proof = cr.prove_gradients(worked, options=cr.ProofOptions(peers=False))
    for verdict in proof.verdicts:
        print(f"{verdict.tensor} by {verdict.method}: greatest relative error {verdict.error}")
    print("all gradients are right:", proof.holds)


if __name__ == "__main__":
    main()
