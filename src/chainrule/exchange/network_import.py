"""Import of a network that another program wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.documents import Document, ItemList, Table
from chainrule.errors import InputError
from chainrule.exchange.importers import (
    ImportOptions,
    assemble_network,
    measure_difference,
    read_guarded,
    require_same_answers,
)
from chainrule.network import Network

__all__ = ["ImportReport", "import_network", "import_report"]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """A network that came from another program, and what was done to the file.

    Args:
        file: the file that was read.
        form: what it is, such as "a Keras 3 model".
        written: the network file that was written; "" if none was.
        network: the network.
        layers: the layers in the file, in order.
        remarks: what was converted, folded, left out or assumed, in sentences.
        rows: how many examples were drawn to compare the network with the file's own steps.
        difference: the largest difference of an output from those steps, computed in float64,
            divided by the largest output.
    """

    file: str
    form: str
    written: str
    network: Network
    layers: tuple[str, ...]
    remarks: tuple[str, ...]
    rows: int
    difference: float

    def sentence(self) -> str:
        """Return what was compared, in a sentence."""
        return (
            f"The steps of the file, computed in float64 on {self.rows} drawn examples, differ "
            f"from the network's answers by at most {self.difference:.3g} of the largest output."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule import --json` prints."""
        architecture = self.network.architecture
        return {
            "file": self.file,
            "form": self.form,
            "written": self.written,
            "layers": list(architecture.layers),
            "activations": list(architecture.activations),
            "dtype": architecture.dtype,
            "input_scale": self.network.input_scale,
            "input_shape": list(self.network.input_shape),
            "classes": list(self.network.class_names),
            "names": list(self.layers),
            "remarks": list(self.remarks),
            "rows": self.rows,
            "difference": self.difference,
            "digest": self.network.digest,
        }

    def table(self) -> Table:
        """Return a row for each layer: its name in the file, its shape, its activation."""
        rows = tuple(
            (layer, str(weights.shape[1]), str(weights.shape[0]), activation)
            for layer, weights, activation in zip(
                self.layers,
                self.network.weights,
                self.network.architecture.activations,
                strict=True,
            )
        )
        head = ("layer in the file", "inputs", "neurons", "activation")
        return Table("Layers", head, rows, leftward=("layer in the file", "activation"))

    def document(self) -> Document:
        """Return the report as a document."""
        remarks = ItemList((*self.remarks, self.sentence()))
        title = f"{self.file}: {self.form}"
        return Document(title, (self.table(), remarks), values=self.to_dict)


def import_report(
    path: str | Path,
    out: str | Path | None = None,
    *,
    activations: tuple[str, ...] = (),
    class_names: tuple[str, ...] = (),
    **more: Any,
) -> ImportReport:
    """Read a network that another program wrote, say what was done, and write it as our own.

    Read are state dicts of PyTorch (safetensors, .pt, .pth), models of Keras (.keras, .h5), MLPs of
    scikit-learn (skops), ONNX graphs, the JSON of `export_network` and of Nielsen's network2.py,
    models of neural-network-digits, and plain .npz of W1, b1, W2, … The file is read in a child
    process with limits; nothing in it is run.

    Args:
        path: the file.
        out: the network file to write; None for none. It gets the suffix .safetensors.
        activations: one for each layer, or two: of the hidden layers, and of the outputs. Needed
            for files of weights alone; may turn logits into "softmax".
        class_names: the class of each output, where the file does not name them.
        more: the other fields of `ImportOptions`: input_scale, input_shape, target,
            layer_order, orientation.

    Raises: FileError; DataError for what is damaged or no chain of dense layers, by the name of the
        layer; InputError, ShapeError, UnknownNameError for options that are missing or do not fit;
        MissingLibraryError.
    """
    options = ImportOptions(activations=tuple(activations), class_names=tuple(class_names), **more)
    target = None if out is None else _target(Path(path), Path(out))
    model = read_guarded(path, options.for_reader())
    made = assemble_network(model, options, str(path))
    proof = measure_difference(model, made.network, str(path), made.byte_factor)
    remarks = made.remarks
    if model.can_run:
        own = require_same_answers(model, made.network, str(path), made.byte_factor)
        remarks = (
            *remarks,
            f"The graph itself, run by onnx on {own.rows} drawn examples, differs by at most "
            f"{own.relative:.3g} of the largest output.",
        )
    if target is not None:
        made.network.save(target)
    return ImportReport(
        file=str(path),
        form=model.form,
        written="" if target is None else str(target),
        network=made.network,
        layers=made.layers,
        remarks=remarks,
        rows=proof.rows,
        difference=proof.relative,
    )


def import_network(path: str | Path, **options: Any) -> Network:
    """Read a network that another program wrote.

    Arguments and errors are those of `import_report`, which also says what was converted.

    Example:
        >>> import_network("model.keras").predict(rows)  # doctest: +SKIP
    """
    return import_report(path, **options).network


def _target(source: Path, out: Path) -> Path:
    target = out if out.suffix else out.with_suffix(".safetensors")
    if target.suffix != ".safetensors" or target.absolute() == source.absolute():
        raise InputError(
            "import",
            expected="another file to write, which ends in .safetensors",
            got=str(out),
            argument="out",
            value=str(out),
        )
    return target
