"""The document of a proof: the verdict, failures, the objective, a table, kinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainrule.documents import (
    Block,
    CodeBlock,
    Definition,
    Definitions,
    Document,
    Heading,
    ItemList,
    Table,
)
from chainrule.evaluation import count_text
from chainrule.proofs.gradient_proof import Proof
from chainrule.proofs.verdicts import Failure, Verdict

__all__ = ["failure_lines", "kink_lines", "proof_document", "proof_table", "summary_text"]

_MAX_LISTED = 12
"""Kinks and failures that are listed one by one."""


def proof_document(proof: Proof, target: str) -> Document:
    """A proof as a document.

    Args:
        proof: the proof.
        target: the worked file or the run that it is of.
    """
    blocks: list[Block] = []
    if not proof.holds:
        blocks.append(ItemList(tuple(failure_lines(proof))))
    cost = f"J = {proof.cost:.10g}" + (" in step 1" if proof.steps > 1 else "")
    blocks += [CodeBlock("\n".join([*proof.objective, cost])), proof_table(proof)]
    if proof.left_out:
        left_out = (Definition(name, reason) for name, reason in proof.left_out.items())
        blocks.append(Definitions(tuple(left_out)))
    if proof.kinks:
        blocks.append(Heading("Kinks that differences cannot step over, not judged by them"))
        blocks.append(ItemList(tuple(kink_lines(proof))))

    def values() -> dict[str, Any]:
        return {"target": target, **proof.to_dict()}

    title = f"{target}: {summary_text(proof)}"
    return Document(title, tuple(blocks), about=proof.title, values=values)


def proof_table(proof: Proof) -> Table:
    """The worst relative error of each tensor by each method."""
    methods = tuple(dict.fromkeys(verdict.method for verdict in proof.verdicts))
    tensors = tuple(dict.fromkeys(verdict.tensor for verdict in proof.verdicts))
    by_key = {(one.tensor, one.method): one for one in proof.verdicts}
    rows = []
    for tensor in tensors:
        each = [by_key[tensor, method] for method in methods]
        # Each step may draw other numbers; all methods of one step see the same.
        size, checked = each[0].size, each[0].checked + each[0].at_kinks
        counts = (count_text(size * proof.steps), count_text(checked))
        rows.append((tensor, *counts, *map(_error_text, each)))
    header = ("gradient by", "numbers", "checked", *methods)
    title = "Worst relative errors" + (" of all steps" if proof.steps > 1 else "")
    return Table(title, header, tuple(rows), " ".join(_notes(proof)))


def _error_text(verdict: Verdict) -> str:
    return "-" if verdict.error is None else f"{verdict.error:.1e}"


def _notes(proof: Proof) -> Iterator[str]:
    most = proof.options.sample
    if any(verdict.size > most for verdict in proof.verdicts):
        yield (
            f"Of larger tensors {count_text(most)} numbers per step were drawn at random, seed "
            f"{proof.options.seed}, half of them where the gradient is not 0."
        )
    unseen = sum(verdict.unseen for verdict in proof.verdicts)
    if unseen:
        yield (
            f"Of {count_text(unseen)} comparisons the slope is too small beside rounding to have "
            "a relative error."
        )


def summary_text(proof: Proof) -> str:
    """What came of it, in a sentence."""
    steps = f"{count_text(proof.steps)} step" + "s" * (proof.steps != 1)
    if proof.holds:
        compared = sum(verdict.checked for verdict in proof.verdicts)
        return f"every gradient holds: {steps}, {count_text(compared)} comparisons"
    wrong = {(one.step, one.address) for one in proof.failures}
    numbers = f"{count_text(len(wrong))} number" + "s" * (len(wrong) != 1)
    return f"the gradient does not hold: {numbers} of {steps}"


def failure_lines(proof: Proof) -> list[str]:
    """The numbers that do not hold, the first of them one by one."""
    return _first_lines([_failure_text(one, proof.steps) for one in proof.failures])


def _failure_text(failure: Failure, steps: int = 1) -> str:
    """One number that does not hold, in words."""
    step = f"step {failure.step}, " if steps > 1 else ""
    return (
        f"{step}∂J/∂{failure.address}: back-propagation has {failure.reference:.10g}, "
        f"{failure.method} {failure.found:.10g}; they may differ by {failure.allowed:.1e}"
    )


def kink_lines(proof: Proof) -> list[str]:
    """The kinks that were found, the first of them one by one."""
    several = proof.steps > 1
    return _first_lines([f"step {step}, " * several + str(kink) for step, kink in proof.kinks])


def _first_lines(lines: list[str]) -> list[str]:
    """The lines that are listed, and how many there are besides."""
    left = len(lines) - _MAX_LISTED
    return [*lines[:_MAX_LISTED], *([f"and {count_text(left)} more"] if left > 0 else [])]
