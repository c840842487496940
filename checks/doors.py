"""Doors: what a package exports is true, typed, read, loaded lazily, and the only way in.

    python checks/doors.py [FOLDER PACKAGE [READER ...]]        default: src, chainrule and READERS

A package's ``__init__`` lists its names twice: in the imports for type checkers, and in the table
that `attach` loads from. The two must agree, and none may be called like a module of the package,
which would hide it. Each name can be had, and
a plain import of the package loads no heavy library. A name in an ``__all__``, of a door or of a
module, is read somewhere else: in the package, or in what surrounds it, the READERS.

The rooms of the package, its direct subpackages, read each other's doors only: a module inside a
room is imported from that room alone. Imports in functions and names of modules in strings count
too. OPEN lists the rooms that are books, whose modules are meant to be read one by one.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from findings import Finding, parse_files, public_functions, python_files, report
from names import list_names

__all__ = ["HEAVY", "OPEN", "READERS", "USED_OUTSIDE", "main"]

USUAL_NAMES = 15
"""Doors with more names are listed for a reader to judge; that of the whole package is not."""

READERS = ("tests", "benchmarks", "campaigns", "examples", "docs", "README.md", "CONTRIBUTING.md")

OPEN: dict[str, str] = {
    "chainrule.equations": "a chapter for each subject, as in a textbook",
    "chainrule.figures": "a module for each figure: its numbers and its drawing",
}
"""Packages and modules that others may import deeply, each with the reason."""

USED_OUTSIDE: dict[str, str] = {
    "chainrule._lazy:attach": "every door",
    "chainrule.proofs:Proof": "the type of what prove_gradients returns, for annotations",
    "chainrule:Score": "the type of what scoring returns, for annotations",
    "chainrule:Votes": "the type of what vote returns, for annotations",
}
"""Exports that nothing here reads, as ``module:name``, each with the reason."""

HEAVY = (
    *("PIL", "dask", "distributed", "joblib", "matplotlib", "numba", "optuna", "pyarrow", "rich"),
    *("safetensors", "scipy", "sklearn", "sqlalchemy", "starlette"),
)

_IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
__import__(sys.argv[2])
print(*sorted(set(sys.argv[3:]) & set(sys.modules)), sep="\\n", end="")
"""
_OPEN = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for package in sys.argv[3:]:
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", ()):
        try:
            getattr(module, name)
        except Exception as error:
            print(f"{package} lists {name}, which fails: {type(error).__name__}: {error}")
"""

_Exports = list[tuple[str, str]]  # module, name


def main(folder: str, package: str, *readers: str) -> int:
    """Judge the doors and exports of a package; return 1 if there are findings."""
    findings: list[Finding] = []
    root = Path(folder)
    modules = list(parse_files(python_files(root / package), findings))
    doors = [(path, tree) for path, tree in modules if path.name == "__init__.py"]
    notes: list[Finding] = []
    for path, tree in doors:
        faults = list(_disagreements(path, tree, _dotted(path, root)))
        findings += [Finding(str(path), line, sentence) for line, sentence in faults]
        count = len(_listed(tree))
        if count > USUAL_NAMES and path.parent != root / package:
            notes.append(Finding(str(path), 1, f"The door has {count} names, usual are about ten."))
    findings += _failing_imports(folder, package, [_dotted(path, root) for path, _ in doors])
    findings += _ways_past_doors(modules, root)
    around = [Path(reader) for reader in readers or READERS]
    findings += _unread_exports(modules, around, root)
    print(f"{len(doors)} doors opened, {len(modules)} modules read")
    return report(findings, notes)


def _dotted(path: Path, root: Path) -> str:
    """Returns the name of a module."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _listed(tree: ast.Module) -> list[str]:
    """Returns the names in a module's ``__all__``, which a door has from `attach`."""
    call = _attach_call(tree)
    if call is not None:
        return sorted(name for _, name in _attached(call) or ())
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id == "__all__":
            return list_names(node) or []
    return []


def _disagreements(path: Path, tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """Yields where the two lists of one door differ: pairs of module and name."""
    call = _attach_call(tree)
    if call is None:
        return
    line, attached, typed = call.lineno, _attached(call), set(_typed(tree, package))
    if attached is None:
        yield line, "attach is not given a plain table {module: names}."
        return
    for module, name in sorted(typed - attached):
        yield line, f"attach lacks {name} of {module}, which type checkers see."
    for module, name in sorted(attached - typed):
        yield line, f"type checkers lack {name} of {module}, which attach loads."
    modules = {neighbour.stem for neighbour in path.parent.iterdir()}
    for name in sorted({name for _, name in attached} & modules):
        yield line, f"{name} is a module of the package as well, which hides the name."


def _attach_call(tree: ast.Module) -> ast.Call | None:
    """Returns the call of `attach` in a door, or None."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return next((node for node in calls if ast.unparse(node.func) == "attach"), None)


def _attached(call: ast.Call) -> set[tuple[str, str]] | None:
    """Returns the pairs of module and name that a door loads, or None if they are computed."""
    try:
        table: dict[str, str] = ast.literal_eval(call.args[1])
        return {(module, name) for module, names in table.items() for name in names.split()}
    except (ValueError, IndexError, AttributeError):
        return None


def _typed(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    """Yields the pairs that a door imports for type checkers."""
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    typed = [block for block in blocks if ast.unparse(block.test) == "TYPE_CHECKING"]
    for node in (node for block in typed for node in block.body):
        if isinstance(node, ast.ImportFrom):
            module = str(node.module).removeprefix(f"{package}.")
            yield from ((module, alias.name) for alias in node.names)


def _failing_imports(folder: str, package: str, doors: list[str]) -> Iterator[Finding]:
    """Yields heavy libraries that a plain import loads, and names of doors that lead nowhere."""
    where = str(Path(folder, package, "__init__.py"))
    error, heavy = _run_python(_IMPORT, folder, package, *HEAVY)
    if error:
        yield Finding(where, 1, f"import {package} fails: {error}.")
        return
    for name in heavy:
        yield Finding(where, 1, f"import {package} imports {name}: import it where it is used.")
    for line in _run_python(_OPEN, folder, package, *doors)[1]:
        yield Finding(where, 1, f"{line}.")


def _run_python(program: str, *arguments: str) -> tuple[str, list[str]]:
    """Run a program in a new interpreter; return its last words if it failed, and its lines."""
    command = [sys.executable, "-c", program, *arguments]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    last_words = run.stderr.strip().splitlines()[-1] if run.returncode else ""
    return last_words, run.stdout.splitlines()


def _ways_past_doors(modules: list[tuple[Path, ast.Module]], root: Path) -> Iterator[Finding]:
    """Yields the imports of modules from outside the room that they stand in."""
    names = {_dotted(path, root) for path, _ in modules if path.name != "__init__.py"}
    inside = {name for name in names if name.count(".") > 1 and not _is_open(name)}
    for path, tree in modules:
        room = _dotted(path, root).split(".")[:2]
        for line, name in _named_modules(tree):
            if name in inside and name.split(".")[:2] != room:
                door = name.rpartition(".")[0]
                yield Finding(str(path), line, f"{name} is inside: import from the door {door}.")


def _is_open(name: str) -> bool:
    return any(f"{name}.".startswith(f"{book}.") for book in OPEN)


def _named_modules(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields what may be the name of a module: in imports anywhere, and in strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, str(node.module)
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value.partition(":")[0]


def _unread_exports(
    modules: list[tuple[Path, ast.Module]], around: list[Path], root: Path
) -> Iterator[Finding]:
    """Yields the names that a module exports and nothing else reads.

    The doors on the way do not count: they hand a name on. A name of a door counts as read only
    outside of its package. A type that the signatures of a module show is read by its callers.
    """
    readers = _readers([*modules, *_trees(around)], root)
    words = {
        word for path in _texts(around) for word in re.findall(r"\w+", path.read_text("utf-8"))
    }
    for path, tree in modules:
        home = path.parent if path.name == "__init__.py" else path
        known = words | _types_in_signatures(tree)
        for name in _listed(tree):
            spelt = f"{_dotted(path, root)}:{name}"
            outside = any(not reader.is_relative_to(home) for reader in readers[name])
            if not (outside or name in known or spelt in USED_OUTSIDE):
                yield Finding(str(path), 1, f"{name} is exported and read nowhere else.")


def _types_in_signatures(tree: ast.Module) -> set[str]:
    """Returns the names in the annotations of a module's public functions, methods and fields."""
    annotations: list[ast.expr | None] = []
    for function in public_functions(tree):
        arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        annotations += [function.returns, *(argument.annotation for argument in arguments)]
    for record in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        fields = [node for node in record.body if isinstance(node, ast.AnnAssign)]
        annotations += [field.annotation for field in fields]
    names = [node for given in annotations if given for node in ast.walk(given)]
    return {node.id for node in names if isinstance(node, ast.Name)}


def _trees(around: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for folder in filter(Path.is_dir, around):
        yield from parse_files(python_files(folder), [])


def _texts(around: list[Path]) -> Iterator[Path]:
    for path in around:
        yield from [path] if path.is_file() else path.rglob("*.md")


def _readers(modules: Iterable[tuple[Path, ast.Module]], root: Path) -> dict[str, set[Path]]:
    """Returns for each name the files that import it, or read it as an attribute or in a string."""
    readers: dict[str, set[Path]] = defaultdict(set)
    for path, tree in modules:
        if path.name == "__init__.py" and path.is_relative_to(root):
            continue
        for name in _read_names(tree):
            readers[name].add(path)
    return readers


def _read_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and re.fullmatch(r"[\w.:]+", str(node.value)):
            # A function may be named by a string: "chainrule.figures.weights:draw_weights".
            yield from re.findall(r"\w+", str(node.value))


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["src", "chainrule"])))
