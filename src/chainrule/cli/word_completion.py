"""What may stand at each place of a command line: names of runs, data, figures, studies, files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import click
from click.shell_completion import CompletionItem

from chainrule.errors import ChainruleError

__all__ = ["complete_flag", "complete_word"]

Kind: TypeAlias = Callable[[click.Context, str], Iterable[str]]
"""Returns words that may stand at a place, given what is typed of them."""

_DATA = (".csv", ".tsv", ".npz", ".npy", ".parquet", ".gz")
_MOST_ENTRIES = 2000
"""Files and folders that are looked at for runs, so that a shell does not wait."""


def complete_word(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[Any]]:
    """Return what an argument may be; without a known name, the shell completes files.

    Args:
        ctx: of the command, as far as it is typed.
        parameter: the argument.
        incomplete: what is typed of it.
    """
    command = ctx.command_path.removeprefix("chainrule ").partition(" ")[0]
    kind = _OF_COMMANDS.get((command, str(parameter.name)), _BY_NAME.get(str(parameter.name)))
    return _items(ctx, kind, incomplete)


def complete_flag(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[Any]]:
    """Return what the value of a flag may be, by its name or metavar; else as `complete_word`."""
    kind = _OF_FLAGS.get(str(parameter.name), _OF_FLAGS.get(str(parameter.metavar)))
    return _items(ctx, kind, incomplete)


def _items(ctx: click.Context, kind: Kind | None, incomplete: str) -> list[CompletionItem[Any]]:
    try:
        words = () if kind is None else kind(ctx, incomplete)
        found = sorted({word for word in words if word.startswith(incomplete)})
    except (ChainruleError, OSError):  # a storage that cannot be read, a folder that is gone
        found = []
    return [CompletionItem(word) for word in found] or [CompletionItem(incomplete, type="file")]


def _typed_folder(incomplete: str) -> str:
    """Return the folder of a path that is typed in part, with its slash; empty for the current."""
    return incomplete[: incomplete.rfind("/") + 1]


def _runs(_: click.Context, incomplete: str) -> Iterator[str]:
    """Folders of runs, and network files, below the folder that is typed; the nearest first."""
    waiting, seen = deque([_typed_folder(incomplete)]), 0
    while waiting and seen < _MOST_ENTRIES:
        folder = waiting.popleft()
        for path in Path(folder or ".").iterdir():
            seen += 1
            if path.suffix == ".safetensors" or (path / "run.json").exists():
                yield folder + path.name
            elif path.is_dir() and not path.name.startswith("."):
                waiting.append(f"{folder}{path.name}/")


def _files(incomplete: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    folder = _typed_folder(incomplete)
    for path in Path(folder or ".").iterdir():
        if path.name.lower().endswith(suffixes) and path.is_file():
            yield folder + path.name


def _data_names(*_: Any) -> Iterable[str]:
    from chainrule.data import dataset_names

    return dataset_names()


def _data(_: click.Context, incomplete: str) -> Iterator[str]:
    yield from _data_names()
    yield from _files(incomplete, _DATA)


def _bundled(*kinds: str) -> Kind:
    """Files of these kinds that come with chainrule, and TOML files."""

    def found(_: click.Context, incomplete: str) -> Iterator[str]:
        from chainrule.bundled import bundled_files

        for kind in kinds:
            yield from bundled_files(kind)
        yield from _files(incomplete, (".toml", ".json"))

    return found


def _worked_or_run(ctx: click.Context, incomplete: str) -> Iterator[str]:
    yield from _bundled("worked")(ctx, incomplete)
    yield from _runs(ctx, incomplete)


def _recipe_or_run(ctx: click.Context, incomplete: str) -> Iterator[str]:
    yield from _files(incomplete, (".toml", ".json"))
    yield from _runs(ctx, incomplete)


def _studies(ctx: click.Context, _: str) -> Iterable[str]:
    from chainrule.study import DEFAULT_STORAGE, list_studies

    storage = ctx.params.get("storage") or DEFAULT_STORAGE
    is_there = "://" in storage or Path(storage).is_file()
    return [study.name for study in list_studies(storage)] if is_there else []


def _figures(*_: Any) -> Iterable[str]:
    from chainrule.figures import FIGURES

    return FIGURES


def _figure_sources(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """What the figure that is typed needs: runs, data, tables; functions for figures of them."""
    from chainrule.equations.activations import ACTIVATIONS
    from chainrule.figures import FIGURES

    spec = FIGURES.get(str(ctx.params.get("name")))
    if spec is None:
        return ()
    if spec.needs == "table":
        return (*_files(incomplete, (".csv",)), *_studies(ctx, incomplete))
    if spec.needs == "worked":
        return _bundled("worked")(ctx, incomplete)
    if spec.needs == "nothing":
        return ACTIVATIONS if "FUNCTION" in spec.takes else ()
    of_data = _data(ctx, incomplete) if "dataset" in spec.needs else ()
    return (*of_data, *_runs(ctx, incomplete))


def _papers(*_: Any) -> Iterable[str]:
    from chainrule.papers import list_papers

    return [paper.id for paper in list_papers()]


def _presets(*_: Any) -> Iterable[str]:
    from chainrule.presets import preset_names

    return preset_names()


def _shells(*_: Any) -> Iterable[str]:
    return ("bash", "zsh", "fish")


_BY_NAME: MappingProxyType[str, Kind] = MappingProxyType(
    {"data": _data, "run": _runs, "paper": _papers, "shell": _shells}
)
_OF_COMMANDS: MappingProxyType[tuple[str, str], Kind] = MappingProxyType(
    {
        ("check", "files"): _bundled("worked"),
        ("data", "name"): _data_names,
        ("descend", "target"): _bundled("function"),
        ("diagnose", "target"): _recipe_or_run,
        ("explain", "file"): _worked_or_run,
        ("figure", "name"): _figures,
        ("figure", "sources"): _figure_sources,
        ("prove", "target"): _worked_or_run,
        ("study", "a"): _studies,
        ("study", "b"): _studies,
        ("study", "file"): _bundled("study"),
        ("study", "name"): _studies,
    }
)
_OF_FLAGS: MappingProxyType[str, Kind] = MappingProxyType(
    {"DATA": _data, "RUN": _runs, "preset": _presets}
)
