"""`chainrule serve`: answer for trained networks over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flags import limit_flag
from chainrule.errors import InputError
from chainrule.limits import limits_of
from chainrule.serving import ServerSettings, ServiceLimits, describe_service, serve

__all__ = ["command"]

_ABOUT = """Serve the answers of trained networks over HTTP.

MODEL is the folder of a run, or a network in a .safetensors file; NAME=MODEL gives it another name
than its folder's. The first one answers at /predict, each at /models/NAME/predict: rows in JSON,
CSV or Parquet, and pictures, prepared as chainrule predict prepares them. The first line that is
printed is the address; /docs there says more. SIGTERM and Ctrl-C stop the service once the requests
that run are answered; a second one ends it at once.

Only this machine can ask unless --host names another address; clients then have to send a token,
that of --token-file, or one that is made and printed once on standard error. The service needs
libraries: pip install 'chainrule[serve]'."""

_EXAMPLES = (
    "chainrule serve runs/digits",
    "chainrule serve digits=runs/digits flowers=runs/flowers --port 0",
    "chainrule serve runs/digits --host 0.0.0.0 --token-file token.txt --rate 50",
    "chainrule serve runs/digits --openapi > openapi.json",
)
_PLACE = "address"
_SERVER = ("host", "port", "token_file", "access_log")


def _serve(models: Sequence[str], **given: Any) -> int:
    console = Console()
    named = _named_models(models)
    limits = ServiceLimits(**_set(given, limits_of(ServiceLimits)))
    if given["openapi"]:
        console.line(describe_service(named, limits))
        return 0
    settings = ServerSettings(**_set(given, _SERVER), allow_host=tuple(given["allow_host"]))
    serve(named, settings, limits, on_start=console.line)
    return 0


def _set(given: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {name: given[name] for name in names if given[name] is not None}


def _named_models(models: Sequence[str]) -> Any:
    """Return the models by name, or their paths where none has a name of its own."""
    if not any("=" in model for model in models):
        return list(models)
    found: dict[str, str] = {}
    for model in models:
        name, _, path = model.rpartition("=")
        name = name or path.rstrip("/").rpartition("/")[2].removesuffix(".safetensors")
        if name in found:
            raise InputError(
                "serve",
                expected="a name of its own for each model",
                got=f"{name!r} twice",
                argument="models",
                value=name,
            )
        found[name] = path
    return found


def _flags() -> list[click.Parameter]:
    places, limits = limits_of(ServerSettings), limits_of(ServiceLimits)
    usual, most = ServerSettings(), ServiceLimits()
    return [
        argument("models", metavar="MODEL...", many=True),
        *(limit_flag(name, one, _PLACE, f"{getattr(usual, name)}") for name, one in places.items()),
        Flag(["--token-file"], metavar="FILE", group=_PLACE, help="the token clients must send"),
        Flag(
            ["--allow-host"],
            metavar="NAME",
            multiple=True,
            group=_PLACE,
            help="a name that clients may call this server by; may be given more than once",
        ),
        *(
            limit_flag(name, one, one.group, _default_text(getattr(most, name)))
            for name, one in limits.items()
        ),
        Flag(
            ["--access-log"],
            metavar="FILE",
            group="output",
            help="add a line of JSON for each request; - for standard error",
        ),
        Flag(
            ["--openapi"],
            is_flag=True,
            group="output",
            help="print the description of the service (OpenAPI), and end",
        ),
    ]


def _default_text(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"


command = Command("serve", _serve, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
