"""The target of a proof: a worked file, or a few examples of a run's data."""

from __future__ import annotations

from dataclasses import replace

from chainrule.errors import InputError
from chainrule.experiment import SavedRun, is_run, open_run
from chainrule.ledger import Ledger
from chainrule.ledger.files import read_worked
from chainrule.ledger.steps import WorkedExample, supported_recipe, unsupported_settings
from chainrule.proofs.gradient_proof import Proof, ProofOptions, prove
from chainrule.randomness import generator
from chainrule.recipe import Recipe

__all__ = ["prove_gradients"]


def prove_gradients(
    target: str | SavedRun,
    data: str | None = None,
    *,
    examples: int = 4,
    batches: int = 2,
    options: ProofOptions | None = None,
) -> Proof:
    """Compare the gradients of a worked file or a network with methods without back-propagation.

    Args:
        target: a worked file or the name of a bundled one, all steps of which are checked; or a
            saved run, its folder or a network file, with a few examples of its training set.
        data: where a run's data are, if they were moved; a network file needs it.
        examples: number of examples per batch, for a run.
        batches: number of batches to check, for a run.
        options: the numbers to check in each tensor, and the methods.

    Raises: what opening the target and `prove` raise.

    Example:
        >>> prove_gradients("two-layers", options=ProofOptions(peers=False)).holds
        True
    """
    chosen = options or ProofOptions()
    if isinstance(target, SavedRun) or is_run(target):
        run = target if isinstance(target, SavedRun) else open_run(target)
        example = _draw_example(run, data, examples, batches, chosen.seed)
        return replace(prove(Ledger(example), chosen), title=example.title)
    if data is not None:
        raise InputError(
            "prove",
            expected="no data with a worked file",
            got=repr(data),
            why="It holds its own examples",
            argument="data",
            value=data,
        )
    return prove(Ledger(read_worked(target)), chosen)


def _draw_example(
    run: SavedRun, data: str | None, examples: int, batches: int, seed: int
) -> WorkedExample:
    """Return steps on from the saved network, with examples drawn from its training set."""
    network = run.network
    dataset = run.prepared_data("train", data)
    size = min(examples, len(dataset))
    count = min(batches, len(dataset) // size)
    rows = generator(seed, "proof").permutation(len(dataset))[: count * size]
    recipe = run.recipe_for(dataset)
    return WorkedExample.from_network(
        network,
        dataset,
        supported_recipe(recipe).replaced(batch_size=size, shuffle=False),
        rows=[int(row) for row in rows],
        steps=count,
        title=_describe_difference(recipe),
        where=run.path,
    )


def _describe_difference(recipe: Recipe) -> str:
    """Return what is proved, if the run's own gradients were others; empty if they were not."""
    without = list(unsupported_settings(recipe, gradients=True))
    if not without:
        return ""
    return f"Of the network as it was kept, without the run's {', '.join(without)}"
