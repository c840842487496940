"""A network as one C99 header: no allocation, no dependency but the mathematics library."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import MissingLibraryError
from chainrule.exchange.child_process import call_program
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import output_names
from chainrule.exchange.sample_rows import SampleRows, draw_rows
from chainrule.network import Network
from chainrule.schema import Column, Feature

__all__ = ["EXPORTER"]

_FOLDER = Path(__file__).parent
_HEADER = Template((_FOLDER / "c_header.template").read_text(encoding="utf-8"))
_DRIVER = Template((_FOLDER / "c_driver.template").read_text(encoding="utf-8"))
_FLAGS = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsanitize=undefined")
_WHERE = "export as c"
_PER_LINE = 8
_TESTED = 4
"""Examples that the header's self-test computes."""

_ACTIVATIONS = {
    "step": "z >= 0 ? 1.0f : 0.0f",
    "identity": "z",
    "sigmoid": "z >= 0 ? 1.0f / (1.0f + expf(-z)) : expf(z) / (1.0f + expf(z))",
    "tanh": "tanhf(z)",
    "relu": "z > 0 ? z : 0.0f",
    "leaky_relu": "z >= 0 ? z : 0.01f * z",
    "elu": "z >= 0 ? z : expm1f(z)",
    "selu": "1.05070098735548f * (z >= 0 ? z : 1.67326324235437f * expm1f(z))",
    "gelu": "0.5f * z * erfcf(-z * 0.70710678118654752f)",
    "silu": "z >= 0 ? z / (1.0f + expf(-z)) : z * expf(z) / (1.0f + expf(z))",
    "softplus": "(z > 0 ? z : 0.0f) + log1pf(expf(-fabsf(z)))",
}


def _write(network: Network, proof: str, *, weights: str = "float32") -> ExportFiles:
    widths = network.architecture.layers
    rows = draw_rows(network, _TESTED, seed=1)
    tests = _self_test(network, rows)
    text = _HEADER.substitute(
        proof=_comment(proof),
        layers="-".join(map(str, widths)),
        outputs=widths[-1],
        names=_strings(output_names(network)),
        widest=max(widths),
        row_type=_row_type(network),
        arrays="\n".join(_arrays(network, weights == "int8")),
        functions="".join(_functions(network)),
        helpers=_helpers(network, weights == "int8"),
        encode=_encode(network),
        layers_body="".join(_layer_calls(network, weights == "int8")),
        restore=_restore(network),
        tests=tests,
        tested=len(rows),
        tolerance="1e-2" if weights == "int8" else "1e-5",
    )
    return {".h": text.encode()}


def _comment(text: str) -> str:
    return text.replace("*/", "* /")


def _strings(names: tuple[str, ...]) -> str:
    return ", ".join(map(_string, names))


def _string(text: str) -> str:
    """Return a C string literal; bytes that are not plain ASCII are written as octal numbers."""
    plain = {0x22: '\\"', 0x5C: "\\\\", 0x3F: "\\?"}
    parts = [
        plain.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
        for byte in text.encode()
    ]
    return '"' + "".join(parts) + '"'


def _table_columns(network: Network) -> tuple[Column, ...]:
    schema = network.schema
    return () if schema is None else schema.columns


def _row_type(network: Network) -> str:
    """Return the type of what is asked: a struct for a table, an array for images and numbers."""
    columns = _table_columns(network)
    if not columns:
        kind = "unsigned char" if network.input_scale != 1 else "float"
        return f"typedef {kind} chainrule_row[{network.architecture.layers[0]}];"
    fields = "".join(
        f"    {_field_type(column)}{name};  /* {_comment(column.name)}: {_meaning(column)} */\n"
        for column, name in zip(columns, _field_names(columns), strict=True)
    )
    return f"typedef struct {{\n{fields}}} chainrule_row;"


def _field_type(column: Column) -> str:
    return "const char *" if column.kind == "category" else "double "


def _meaning(column: Column) -> str:
    if column.kind == "category":
        return "a category; NULL if missing"
    if column.kind == "date":
        return "days since 1970-01-01; NAN if missing"
    return "a number; NAN if missing"


def _field_names(columns: tuple[Column, ...]) -> list[str]:
    """Return a C identifier for each column, all different."""
    found: list[str] = []
    for place, column in enumerate(columns):
        name = re.sub(r"\W", "_", column.name, flags=re.ASCII)[:60] or f"column_{place}"
        name = name if re.match(r"[A-Za-z]", name) else f"x_{name}"
        found.append(f"{name}_{place}" if name in found or name in _KEYWORDS else name)
    return found


_KEYWORDS = frozenset(
    [
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
    ]
)


def _arrays(network: Network, small: bool) -> list[str]:
    """Return the declarations of weights and biases."""
    lines = []
    for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True), 1):
        if small:
            scales, codes = _quantise(W)
            lines.append(_array("signed char", f"W{layer}", [str(code) for code in codes.flat]))
            lines.append(_array("float", f"s{layer}", [_float(value) for value in scales]))
        else:
            lines.append(_array("float", f"W{layer}", [_float(value) for value in W.flat]))
        biases = np.zeros(len(W)) if b is None else b
        lines.append(_array("float", f"b{layer}", [_float(value) for value in biases]))
    return lines


def _quantise(W: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the scale of each neuron, (fan_out,), and its weights as whole numbers to ±127.

    Source: Jacob et al. (2018), symmetric quantisation by channel.
    """
    scales = np.abs(W.astype(np.float64)).max(axis=1) / 127
    scales = np.where(scales > 0, scales, 1.0)
    return scales, np.rint(W / scales[:, None]).astype(np.int64)


def _array(kind: str, name: str, values: list[str]) -> str:
    rows = (", ".join(values[at : at + _PER_LINE]) for at in range(0, len(values), _PER_LINE))
    body = ",\n    ".join(rows)
    return f"static const {kind} chainrule_{name}[{len(values)}] = {{\n    {body}\n}};"


def _float(value: Any) -> str:
    # What is 0 in the type of the code must be written as 0: compilers warn of other constants.
    text = f"{float(np.float32(value)):.9g}"
    return text + ("f" if re.search(r"[.e]", text) else ".0f")


def _functions(network: Network) -> list[str]:
    names = dict.fromkeys(network.architecture.activations)
    return [
        f"static float chainrule_{name}(float z) {{ return {_ACTIVATIONS[name]}; }}\n"
        for name in names
        if name != "softmax"
    ]


_SUMS = """/* z = W x + b, summed in the order of the inputs. */
static void chainrule_sums(const float *W, const float *b, int inputs, int width,
                           const float *x, float *z)
{
    int i, j;
    for (j = 0; j < width; j++) {
        float sum = 0;
        for (i = 0; i < inputs; i++) sum += W[j * inputs + i] * x[i];
        z[j] = sum + b[j];
    }
}
"""
_SMALL_SUMS = """/* z = s W x + b; W are whole numbers to 127, s is the scale of each neuron. */
static void chainrule_sums(const signed char *W, const float *s, const float *b, int inputs,
                           int width, const float *x, float *z)
{
    int i, j;
    for (j = 0; j < width; j++) {
        float sum = 0;
        for (i = 0; i < inputs; i++) sum += (float)W[j * inputs + i] * x[i];
        z[j] = sum * s[j] + b[j];
    }
}
"""
_SOFTMAX = """
static void chainrule_softmax(float *z, int width)
{
    float largest = z[0], sum = 0;
    int i;
    for (i = 1; i < width; i++) if (z[i] > largest) largest = z[i];
    for (i = 0; i < width; i++) sum += z[i] = expf(z[i] - largest);
    for (i = 0; i < width; i++) z[i] /= sum;
}
"""
_DATES = """
typedef struct { double year, month, day, weekday, hour, minute; } chainrule_date_parts;

/* The parts of a date in days since 1970-01-01, by the proleptic Gregorian calendar. */
static void chainrule_date(double date, chainrule_date_parts *parts)
{
    double minutes, days, era, of_era, year_of_era, of_year, month;
    if (isnan(date)) {
        parts->year = parts->month = parts->day = parts->weekday = NAN;
        parts->hour = parts->minute = NAN;
        return;
    }
    minutes = floor(floor(date * 86400 + 0.5) / 60); /* seconds are dropped */
    days = floor(minutes / 1440);
    parts->hour = floor((minutes - days * 1440) / 60);
    parts->minute = minutes - days * 1440 - parts->hour * 60;
    parts->weekday = days + 3 - 7 * floor((days + 3) / 7) + 1;
    days += 719468; /* the years begin in March, so that the leap day comes last */
    era = floor(days / 146097);
    of_era = days - era * 146097;
    year_of_era = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524)
                         - floor(of_era / 146096)) / 365);
    of_year = of_era - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100));
    month = floor((5 * of_year + 2) / 153);
    parts->day = of_year - floor((153 * month + 2) / 5) + 1;
    parts->month = month < 10 ? month + 3 : month - 9;
    parts->year = year_of_era + era * 400 + (parts->month <= 2);
}
"""


def _helpers(network: Network, small: bool) -> str:
    """Return the functions that the network needs besides its activations."""
    parts = [_SMALL_SUMS if small else _SUMS]
    if "softmax" in network.architecture.activations:
        parts.append(_SOFTMAX)
    if any(column.kind == "date" for column in _table_columns(network)):
        parts.append(_DATES)
    return "".join(parts)


def _encode(network: Network) -> str:
    """Return the lines that fill x, the inputs of the first layer."""
    columns = _table_columns(network)
    if not columns or network.preprocessing is None:
        loop = f"for (i = 0; i < {network.architecture.layers[0]}; i++)"
        return f"    {loop} x[i] = (*row)[i] * {_float(network.input_scale)};\n"
    names, lines, codes = _field_names(columns), [], {}
    for place, column in enumerate(columns):
        if column.kind == "category":
            codes[place] = f"code_{place}"
            lines.append(_code_lines(column, names[place], codes[place]))
        if column.kind == "date":
            lines.append(f"    chainrule_date(row->{names[place]}, &date_{place});\n")
    for at, feature in enumerate(network.preprocessing.features):
        cell = codes.get(feature.column, f"row->{names[feature.column]}")
        if feature.part:
            cell = f"date_{feature.column}.{feature.part}"
        lines.append(f"    x[{at}] = (float)({_feature(feature, cell)});\n")
    declared = [f"    double {name};\n" for name in codes.values()]
    dates = [p for p, column in enumerate(columns) if column.kind == "date"]
    declared += [f"    chainrule_date_parts date_{place};\n" for place in dates]
    return "".join(declared + lines)


def _code_lines(column: Column, field: str, code: str) -> str:
    lines = [f"    {code} = NAN;\n", f"    if (row->{field} != NULL) {{\n"]
    lines += [
        f"        if (strcmp(row->{field}, {_string(text)}) == 0) {code} = {place};\n"
        for place, text in enumerate(column.categories)
    ]
    return "".join([*lines, "    }\n"])


def _feature(feature: Feature, cell: str) -> str:
    if feature.kind == "missing":
        return f"isnan({cell}) ? 1.0 : 0.0"
    if feature.kind == "category":
        return f"{cell} == {feature.category} ? 1.0 : 0.0"
    if feature.kind == "second":
        return f"isnan({cell}) ? 0.5 : {cell}"
    fill, centre, spread = (repr(float(v)) for v in (feature.fill, feature.centre, feature.spread))
    return f"((isnan({cell}) ? {fill} : {cell}) - ({centre})) / ({spread})"


def _layer_calls(network: Network, small: bool) -> list[str]:
    lines, source, target = [], "x", "y"
    widths, names = network.architecture.layers, network.architecture.activations
    for layer, name in enumerate(names, 1):
        scales = f"chainrule_s{layer}, " if small else ""
        sizes = f"{widths[layer - 1]}, {widths[layer]}"
        call = f"chainrule_W{layer}, {scales}chainrule_b{layer}, {sizes}, {source}, {target}"
        lines.append(f"    chainrule_sums({call});\n")
        if name == "softmax":
            lines.append(f"    chainrule_softmax({target}, {widths[layer]});\n")
        else:
            loop = f"for (i = 0; i < {widths[layer]}; i++)"
            lines.append(f"    {loop} {target}[i] = chainrule_{name}({target}[i]);\n")
        source, target = target, source
    lines.append(f"    for (i = 0; i < {widths[-1]}; i++) outputs[i] = {source}[i];\n")
    return lines


def _restore(network: Network) -> str:
    steps = network.preprocessing
    if steps is None or not steps.target_centre:
        return ""
    return "".join(
        f"    outputs[{k}] = (float)(outputs[{k}] * {spread!r} + ({centre!r}));\n"
        for k, (centre, spread) in enumerate(
            zip(steps.target_centre, steps.target_spread, strict=True)
        )
    )


def _row_literal(network: Network, rows: SampleRows, row: int) -> str:
    if not rows.columns:
        cells = [str(v) if network.input_scale != 1 else _float(v) for v in rows.inputs[row]]
        return "{" + ", ".join(cells) + "}"
    cells = []
    for place, column in enumerate(rows.columns):
        if column.kind == "category":
            text = rows.texts(place)[row]
            cells.append("NULL" if text is None else _string(text))
        else:
            value = float(np.asarray(rows.inputs[row, place], np.float64))
            cells.append("NAN" if np.isnan(value) else repr(value))
    return "{" + ", ".join(cells) + "}"


def _self_test(network: Network, rows: SampleRows) -> str:
    given = ",\n        ".join(_row_literal(network, rows, row) for row in range(len(rows)))
    due = ",\n        ".join(
        "{" + ", ".join(_float(value) for value in outputs) + "}" for outputs in rows.outputs
    )
    return (
        f"    static const chainrule_row rows[CHAINRULE_TESTED] = {{\n        {given}\n    }};\n"
        "    static const float due[CHAINRULE_TESTED][CHAINRULE_OUTPUTS] = {\n"
        f"        {due}\n    }};\n"
    )


def _compiler() -> str:
    found = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")
    if found is None:
        raise MissingLibraryError(
            "export as c",
            expected="a C compiler, which proves what was written",
            got="neither gcc nor clang",
            remedy="Install one: apt install gcc",
        )
    return found


def _run(path: Path, network: Network, rows: SampleRows, **_options: Any) -> NDArray[np.float64]:
    literals = ",\n".join(_row_literal(network, rows, row) for row in range(len(rows)))
    driver = path.with_suffix(".c")
    driver.write_text(_DRIVER.substitute(header=path.name, count=len(rows), rows=literals))
    program = path.with_suffix("")
    call_program([_compiler(), *_FLAGS, str(driver), "-o", str(program), "-lm"], _WHERE)
    text = call_program([str(program)], _WHERE)
    values = np.array(text.split(), np.float64)
    return values.reshape(len(rows), -1)


def _runtime(**_: Any) -> str:
    compiler = _compiler()
    version = call_program([compiler, "--version"], _WHERE).splitlines()[0]
    return f"a program that {version} compiled"


EXPORTER = Exporter(
    form="c",
    suffix=".h",
    about="one header of C99 without allocation, with a self-test; int8 weights by choice",
    write=_write,
    run=_run,
    runtime=_runtime,
    dtype="float32",
    options={"weights": ("float32", "int8")},
    lossy={"weights": "int8"},
)
