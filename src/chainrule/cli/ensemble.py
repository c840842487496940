"""Answers that are given together: by several networks, or for several views of an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from chainrule.cli.command import Flag
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.runs import Kept, open_kept
from chainrule.data import Dataset
from chainrule.engine import augmentation_from_recipe
from chainrule.errors import InputError
from chainrule.evaluation import Table, Votes, count_text, percent_text, vote
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.training import RunFolder

__all__ = ["vote_flags", "voted", "votes_table"]

_GROUP = "together"
_VIEWS = Setting(
    name="views",
    limit=Limit(int, "distorted copies of each image, as the run's recipe distorts", 0, 10_000),
    default=0,
)


def vote_flags() -> list[click.Parameter]:
    """The flags that ask for answers given together."""
    runs = Flag(
        ["--with", "others"],
        metavar="RUN",
        multiple=True,
        group=_GROUP,
        help="another run whose outputs count as well; may be given again",
    )
    cycles = "the networks of the cycles' ends count as well (snapshots)"
    views = flag_of(_VIEWS)
    views.group = _GROUP
    return [runs, Flag(["--snapshots"], is_flag=True, group=_GROUP, help=cycles), views]


def voted(kept: Kept, dataset: Dataset, given: Mapping[str, Any]) -> Votes | None:
    """What is answered together; None where nobody asked.

    Raises: what opening runs raises; InputError.
    """
    networks = [kept.network, *(open_kept(path).network for path in given["others"])]
    if given["snapshots"]:
        networks += _snapshots(kept)
    views = given["views"] or 0
    if len(networks) == 1 and not views:
        return None
    how = None if kept.facts is None else augmentation_from_recipe(kept.facts.recipe)
    return vote(networks, dataset, views=views, augmentation=how)


def _snapshots(kept: Kept) -> list[Network]:
    found = [] if kept.facts is None else RunFolder(kept.path).snapshots()
    if not found:
        raise InputError(
            kept.path,
            expected="a run with snapshots",
            got="one without",
            remedy="Train with --schedule cosine_restarts --snapshots",
            argument="snapshots",
        )
    return found


def votes_table(votes: Votes) -> Table:
    """The answers given together, in words."""
    low, high = (percent_text(end) for end in votes.interval)
    alone = ", ".join(percent_text(accuracy) for accuracy in votes.alone)
    rows = (
        ("networks", count_text(votes.networks)),
        ("views of each example", count_text(1 + votes.views)),
        ("accuracy together", f"{percent_text(votes.accuracy)} ({low} to {high})"),
        ("each network alone", alone),
    )
    return Table("Together", (), rows, "This is no accuracy of the run.")
