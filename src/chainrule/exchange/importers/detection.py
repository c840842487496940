"""Which form a foreign file has, by its content, and the reader of each form."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from chainrule.errors import ChainruleError, DataError, MissingLibraryError
from chainrule.exchange.importers.foreign_model import ForeignModel, ReadChoices
from chainrule.storage import open_regular

__all__ = ["detect_form", "load_libraries", "read_form", "read_model"]


@dataclass(frozen=True, kw_only=True)
class ForeignForm:
    """A form that can be read.

    Args:
        module: where its function `read` is.
        libraries: what that needs beside NumPy.
        about: what it is, in a few words.
    """

    module: str
    libraries: tuple[str, ...] = ()
    about: str = ""


_FORMS = {
    "safetensors": ForeignForm(
        module="safetensors_weights",
        libraries=("safetensors",),
        about="a state dict of PyTorch in safetensors",
    ),
    "torch": ForeignForm(module="torch_archive", about="a state dict that torch.save wrote"),
    "torch-legacy": ForeignForm(
        module="torch_stream", about="a state dict that torch.save wrote before PyTorch 1.6"
    ),
    "keras": ForeignForm(module="keras_models", libraries=("h5py",), about="a .keras model"),
    "hdf5": ForeignForm(module="keras_hdf5", libraries=("h5py",), about="a .h5 model of Keras"),
    "skops": ForeignForm(
        module="sklearn_models",
        libraries=("skops.io", "sklearn.neural_network", "sklearn.pipeline", "sklearn.compose"),
        about="an MLP of scikit-learn that skops.io.dump wrote",
    ),
    "onnx": ForeignForm(
        module="onnx_chain",
        libraries=("onnx", "onnx.numpy_helper", "onnx.checker", "onnx.reference"),
        about="an ONNX graph",
    ),
    "json": ForeignForm(
        module="json_layers",
        libraries=("chainrule.exchange.json_model", "chainrule.schema"),
        about="JSON of chainrule, or of Nielsen's network2.py",
    ),
    "npz": ForeignForm(
        module="numpy_layers", about="arrays W1, b1, W2, … or a model of neural-network-digits"
    ),
}
"""The forms by name."""

_PICKLE = (
    "A pickle can run any program when it is opened, so none is read",
    "Of PyTorch, save the state dict: torch.save(model.state_dict(), 'model.pt'); of scikit-learn, "
    "save with skops: skops.io.dump(model, 'model.skops')",
)


def read_model(path: str | Path, choices: ReadChoices | None = None) -> ForeignModel:
    """Read a foreign model in this process, without limits: for files that are trusted.

    Raises: FileError, DataError, MissingLibraryError; what a library raises for damaged content.
    """
    form = detect_form(path)
    load_libraries(form, str(path))
    return read_form(form, path, choices or ReadChoices()).with_common_type()


def read_form(form: str, path: str | Path, choices: ReadChoices) -> ForeignModel:
    """Read a file of a form.

    Raises: FileError, DataError; what a library raises for damaged content.
    """
    module = import_module(f"chainrule.exchange.importers.{_FORMS[form].module}")
    found: ForeignModel = module.read(Path(path), choices)
    return found


def load_libraries(form: str, where: str) -> None:
    """Import what the reader of a form needs.

    Raises: MissingLibraryError.
    """
    import_module(f"chainrule.exchange.importers.{_FORMS[form].module}")
    for library in _FORMS[form].libraries:
        try:
            import_module(library)
        except ChainruleError:
            raise
        except ImportError:
            raise MissingLibraryError(
                where,
                expected=f"{library}, which reads {_FORMS[form].about}",
                got="no such library",
                remedy="Install it: pip install 'chainrule[exchange]'",
            ) from None


def detect_form(path: str | Path) -> str:
    """Return the name of a file's form, by its first bytes; of a zip archive, by its names.

    Raises: FileError, DataError.
    """
    where = str(path)
    from chainrule.data import translate_errors

    with translate_errors(where), open_regular(path) as file:
        head = file.read(64)
        size = file.seek(0, 2)
    if head.startswith(b"PK"):
        return _archive_form(where)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5"
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and length <= size - 8:
        return "safetensors"
    if head.lstrip()[:1] == b"{":
        return "json"
    if head[:1] == b"\x80":
        if head[2:13] == b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P":
            return "torch-legacy"
        raise DataError(
            where, expected="a form without programs", got="a pickle", why=_PICKLE[0],
            remedy=_PICKLE[1],
        )  # fmt: skip
    if head[:1] == b"\x08":
        return "onnx"
    raise _unknown(where, f"a file that begins with {head[:16]!r}" if head else "an empty file")


def _archive_form(where: str) -> str:
    from chainrule.data import open_archive

    with open_archive(where) as archive:
        names = archive.namelist()
        _refuse_bombs(where, archive)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(where, expected="each name once", got=f"{twice!r} twice")
    if {"config.json", "model.weights.h5"} <= set(names):
        return "keras"
    if "schema.json" in names:
        return "skops"
    if any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        return "torch"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    raise _unknown(where, f"an archive of {', '.join(names[:6]) or 'nothing'}")


def _refuse_bombs(where: str, archive: zipfile.ZipFile) -> None:
    """Refuse an archive whose content is out of proportion to it."""
    size = Path(where).stat().st_size
    content = sum(info.file_size for info in archive.infolist())
    if content > 4 * size + 64 * 2**20:
        raise DataError(
            where,
            expected=f"at most four times the {size} bytes of the archive, and 64 MiB",
            got=f"{content} bytes of content",
            remedy="Save the model without compression",
        )


def _unknown(where: str, got: str) -> DataError:
    return DataError(
        where,
        expected="; ".join(form.about for form in _FORMS.values()),
        got=got,
        why="Its content is of none of these forms",
    )
