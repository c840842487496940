"""Export of a network with proof: what is written is run and compared before it is handed over."""

from __future__ import annotations

import math
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Document, Table
from chainrule.errors import ChainruleError, DataError, InputError, unknown_name
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.forms import find_exporter
from chainrule.exchange.sample_rows import SampleRows, draw_rows
from chainrule.network import Network, predicted_classes
from chainrule.storage import is_replaceable, write_atomically

__all__ = ["ExportReport", "check_options", "export_network"]


_EXAMPLES = "drawn examples"


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """What was written, and how far its answers are from the network's.

    Args:
        form: the form's name.
        files: the files that were written.
        sizes: their sizes in bytes.
        rows: how many examples were compared; 0 for a form that cannot be run.
        runtime: what ran the files.
        difference: the largest difference of an output.
        relative: the same, divided by the largest output.
        labels: how many examples got another class.
        reason: why nothing was compared.
        compared: what was compared, in words.
    """

    form: str
    files: tuple[str, ...]
    sizes: tuple[int, ...]
    rows: int = 0
    runtime: str = ""
    difference: float = 0.0
    relative: float = 0.0
    labels: int = 0
    reason: str = ""
    compared: str = _EXAMPLES

    def sentence(self) -> str:
        """Return what was compared, in a sentence; it is written into the file."""
        if not self.rows:
            return self.reason or "This form shows the network; there is nothing to run."
        is_drawn = self.compared == _EXAMPLES
        largest = "output" if is_drawn else "of them"
        labels = f"; {self.labels} examples have another class" if is_drawn else ""
        return (
            f"Run by {self.runtime} on {self.rows} {self.compared}: the largest difference from "
            f"chainrule is {self.difference:.3g}, {self.relative:.3g} of the largest {largest}"
            f"{labels}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule export --json` prints."""
        return asdict(self)

    def document(self) -> Document:
        """Return the report as a document."""
        rows = tuple(
            (file, f"{size:,} bytes") for file, size in zip(self.files, self.sizes, strict=True)
        )
        return Document(
            f"Exported as {self.form}",
            (Table("Files", ("file", "size"), rows, self.sentence()),),
            values=self.to_dict,
        )


def export_network(network: Network, form: str, path: str | Path, **options: Any) -> ExportReport:
    """Write a network in another form, with its preprocessing and the names of its outputs.

    The files are run beside the network on 1,000 drawn examples before they are written to `path`.

    Args:
        network: any network; `open_run(path).network` is that of a run.
        form: a name of `export_forms()`, such as "onnx".
        path: the file to write; the form's suffix is added to a path without one.
        options: the form's own, such as dialect="duckdb" for "sql".

    Raises: UnknownNameError, InputError; MissingLibraryError for a library that the form needs;
        DataError if the files give other answers; FileError.
    """
    exporter = find_exporter(form)
    check_options(exporter, options)
    report = _prove(network, exporter, options)
    files = exporter.write(network, report.sentence(), **options)
    written = _file_names(Path(path), exporter, tuple(files))
    for file, content in zip(written, files.values(), strict=True):
        write_atomically(file, content)
    return ExportReport(
        **{
            **asdict(report),
            "files": tuple(map(str, written)),
            "sizes": tuple(map(len, files.values())),
        }
    )


def check_options(exporter: Exporter, options: dict[str, Any]) -> None:
    """Refuse options that a form does not have.

    Raises: UnknownNameError, InputError.
    """
    allowed = exporter.options or {}
    for name, value in options.items():
        if name not in allowed:
            raise unknown_name("export", "an option of this form", name, allowed, argument=name)
        if allowed[name] and value not in allowed[name]:
            raise InputError(
                "export",
                expected=f"{name} to be one of {', '.join(map(str, allowed[name]))}",
                got=repr(value),
                argument=name,
                value=value,
            )


def _file_names(target: Path, exporter: Exporter, endings: tuple[str, ...]) -> tuple[Path, ...]:
    """Return where the files go; several of them share a name and differ in their endings.

    Raises: InputError if a network of chainrule would be written over, or for a wrong suffix.
    """
    if not target.suffix and is_replaceable(target):
        target = target.with_suffix(exporter.suffix)
    if len(endings) > 1:
        if target.suffix not in endings:
            raise InputError(
                f"export as {exporter.form}",
                expected=f"a name that ends with {exporter.suffix}",
                got=repr(target.suffix),
                why=f"The files that end with {', '.join(endings)} find each other by their name",
                argument="path",
                value=str(target),
            )
        target = target.with_suffix(exporter.suffix)
    names = tuple(_beside(target, ending, exporter) for ending in endings)
    for name in names:
        if name.suffix == ".safetensors" and _is_network(name):
            raise InputError(
                f"export as {exporter.form}",
                expected="the name of a new file",
                got=f"{name}, a network of chainrule, which would be lost",
                argument="path",
                value=str(name),
            )
    return names


def _is_network(path: Path) -> bool:
    try:
        Network.load(path)
    except ChainruleError:
        return False
    return True


def _beside(target: Path, ending: str, exporter: Exporter) -> Path:
    """Return the path of a file: the target itself for the form's own suffix."""
    return target if ending == exporter.suffix else target.with_suffix(ending)


def _prove(network: Network, exporter: Exporter, options: dict[str, Any]) -> ExportReport:
    """Return a report on files that were written to a temporary folder and run there."""
    reason = exporter.missing()
    empty = ExportReport(form=exporter.form, files=(), sizes=(), reason=reason)
    if exporter.run is None or reason:
        return empty
    rows = draw_rows(network, exporter.count_rows(network))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"model{exporter.suffix}"
        files: ExportFiles = exporter.write(network, "", **options)
        for ending, content in files.items():
            _beside(target, ending, exporter).write_bytes(content)
        outputs = exporter.run(target, network, rows, **options)
    lossy = any(options.get(name) == value for name, value in (exporter.lossy or {}).items())
    tolerance = (
        math.inf if lossy else exporter.tolerance + 2 * _rounding(network, rows, exporter.dtype)
    )
    runtime = exporter.runtime(**options)
    return _compare(exporter, network, rows, outputs, tolerance=tolerance, runtime=runtime)


def _compare(
    exporter: Exporter,
    network: Network,
    rows: SampleRows,
    outputs: NDArray[np.float64],
    *,
    tolerance: float,
    runtime: str,
) -> ExportReport:
    if outputs.shape != rows.outputs.shape:
        raise DataError(
            f"export as {exporter.form}",
            expected=f"outputs of shape {rows.outputs.shape}",
            got=str(outputs.shape),
        )
    difference = float(np.abs(outputs - rows.outputs).max())
    largest = float(np.abs(rows.outputs).max())
    relative = difference / largest if largest else difference
    wrong = 0
    if network.class_names:
        close = _ties(rows.outputs, difference)
        other = predicted_classes(outputs) != predicted_classes(rows.outputs)
        wrong = int((other & ~close).sum())
    if not relative <= tolerance or (wrong and tolerance < 1):
        raise DataError(
            f"export as {exporter.form}",
            expected=f"the network's own answers, to {tolerance:g} of the largest",
            got=f"a difference of {relative:.3g} and {wrong} other classes",
            why="The files were not written",
        )
    return ExportReport(
        form=exporter.form,
        files=(),
        sizes=(),
        rows=len(rows),
        runtime=runtime,
        difference=difference,
        relative=relative,
        labels=wrong,
    )


def _rounding(network: Network, rows: SampleRows, form_dtype: str) -> float:
    """Return how far the network's answers are from those in another number type.

    This is the type in which the form computes if that is a shorter one, and else float64. The
    result is relative to the largest output.
    """
    dtype = form_dtype if network.architecture.dtype == "float64" and form_dtype else "float64"
    other = replace(
        network,
        architecture=replace(network.architecture, dtype=dtype),
        parameters=network.parameters.astype(dtype),
    )
    largest = float(np.abs(rows.outputs).max()) or 1.0
    return float(np.abs(other.predict(rows.inputs) - rows.outputs).max()) / largest


def _ties(outputs: NDArray[np.float64], difference: float) -> NDArray[np.bool_]:
    """Return which rows' two greatest outputs are nearer to each other than rounding can tell."""
    if outputs.shape[1] == 1:
        return np.asarray(np.abs(outputs[:, 0] - 0.5) <= 2 * difference)
    ordered = np.sort(outputs, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2] <= 2 * difference)
