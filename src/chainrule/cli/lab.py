"""`chainrule lab`: a page to draw for a network, look into it and change it."""

from __future__ import annotations

import json
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import Setting, flag_of, json_flag, offline_flag
from chainrule.lab import lab_view, open_lab
from chainrule.limits import Limit
from chainrule.study import DEFAULT_STORAGE

__all__ = ["command"]

_ABOUT = """Open a page to draw for a network, look into it and change it.

TARGET is the folder of a run (chainrule train --run), a network file, a worked example or the name
of a bundled one, or data such as a table or a folder of pictures, which are learned first with the
settings of chainrule train (--config). Without it, the lab opens with a small network trained on
digits. OTHER is a second model: the room Compare shows both, their tensors, weights, activations
and answers. TARGET may also be the storage of studies, a journal file or the address of a database:
the lab then opens with them.

Every number on the page can be opened: it shows its address, the formula that made it, with the
numbers in it, and, for gradients, a proof. The page's address holds its whole state, so that a link
shows the same again. --view prints what the page shows at such an address, without a page.

The page is served on this machine alone. The first line printed is its address, with the token that
lets it in. Ctrl-C ends it."""

_EXAMPLES = (
    "chainrule lab",
    "chainrule lab runs/digits",
    "chainrule lab mazur",
    "chainrule lab runs/digits runs/faster",
    "chainrule lab studies.journal",
    "chainrule lab flowers.csv --no-open --port 8080",
    "chainrule lab flowers.csv --config recipe.toml",
    'chainrule lab two-layers --view "look?select=delta[1][0]"',
)

_STORAGE = (
    f"studies of the room Studies: a journal file or a database [{DEFAULT_STORAGE}, if there]"
)

_PORT = Setting(
    name="port",
    limit=Limit(int, "port to listen at", 0, 65535, group="address"),
    default=0,
    default_text="any that is free",
)


def _lab(target: str | None, other: str | None, **given: Any) -> None:
    console = Console()
    with errors_by_flags("lab", ("data", "config", "port")):
        if given["view"] is not None:
            shown = lab_view(
                target,
                given["view"],
                other=other,
                data=given["data"],
                config=given["config"],
                storage=given["storage"],
            )
            console.line(json.dumps(shown.to_dict(), indent=1, ensure_ascii=False))
            return
        open_lab(
            target,
            other,
            data=given["data"],
            config=given["config"],
            storage=given["storage"],
            port=given["port"] or 0,
            browser=not given["no_open"],
            on_start=lambda address: print(address, flush=True),
        )


def _flags() -> list[click.Parameter]:
    return [
        argument("target", required=False, metavar="RUN|MODEL|FILE|DATA"),
        argument("other", required=False, metavar="OTHER"),
        Flag(["--data"], metavar="DATA", group="input", help="where the run's data are, if moved"),
        Flag(
            ["--config"],
            metavar="FILE",
            group="input",
            help="settings by which data are learned, as for chainrule train",
        ),
        Flag(["--storage"], metavar="URL", group="input", help=_STORAGE),
        offline_flag("input"),
        flag_of(_PORT),
        Flag(["--no-open"], is_flag=True, group="address", help="do not open the browser"),
        Flag(
            ["--view"],
            metavar="ADDRESS",
            group="output",
            help="print what the page shows there as JSON, and open no page",
        ),
        json_flag(),
    ]


command = Command("lab", _lab, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
