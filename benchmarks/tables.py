"""Tables with the defaults of `chainrule train` beside scikit-learn's MLP with its own.

    python benchmarks/tables.py                  all tables that are installed
    python benchmarks/tables.py wine Default     these tables
    python benchmarks/tables.py --write          also writes the table of docs/tables.md

The tables come with scikit-learn, plotnine, statsmodels and ISLP: `pip install --group tables`,
then `pip install --no-deps ISLP`, of which only the files are read. A table whose package is not
installed is left out and named.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import datasets
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from chainrule import Experiment, open_run

FOLDS = 5
WIDTH = 128
PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
_MARKS = ("<!-- tables: begin -->", "<!-- tables: end -->")


@dataclass(frozen=True)
class Source:
    """A table in an installed package.

    Args:
        package: what it comes with.
        path: the file in the package, or the name of scikit-learn's loader.
        target: the column to learn; it is written last.
        classes: whether it is a class.
        without: columns that would give the target away.
    """

    package: str
    path: str
    target: str
    classes: bool
    without: tuple[str, ...] = ()


TABLES = {
    "iris": Source("sklearn", "load_iris", "target", True),
    "wine": Source("sklearn", "load_wine", "target", True),
    "cancer": Source("sklearn", "load_breast_cancer", "target", True),
    "diabetes": Source("sklearn", "load_diabetes", "target", False),
    "penguins": Source("plotnine", "data/penguins.csv", "species", True),
    "mpg": Source("plotnine", "data/mpg.csv", "hwy", False),
    "diamonds": Source("plotnine", "data/diamonds.csv", "price", False),
    "fair": Source("statsmodels", "datasets/fair/fair.csv", "affairs", False),
    "Default": Source("ISLP", "data/Default.csv", "default", True),
    "OJ": Source("ISLP", "data/OJ.csv", "Purchase", True),
    "Wage": Source("ISLP", "data/Wage.csv", "wage", False, ("logwage",)),
    "Bikeshare": Source("ISLP", "data/Bikeshare.csv", "bikers", False, ("casual", "registered")),
    "Carseats": Source("ISLP", "data/Carseats.csv", "Sales", False),
    "Hitters": Source("ISLP", "data/Hitters.csv", "Salary", False),
}


def read_source(source: Source) -> pd.DataFrame | None:
    """Return a table with its target as the last column; None if its package is not installed."""
    if source.package == "sklearn":
        loaded = getattr(datasets, source.path)(as_frame=True, **_unscaled(source.path))
        frame = loaded.frame
    else:
        spec = importlib.util.find_spec(source.package)
        if spec is None or not spec.submodule_search_locations:
            return None
        frame = pd.read_csv(Path(spec.submodule_search_locations[0]) / source.path)
    frame = frame.drop(columns=list(source.without)).dropna(subset=[source.target])
    target = frame.pop(source.target)
    return frame.assign(**{source.target: target}).reset_index(drop=True)


def _unscaled(loader: str) -> dict[str, Any]:
    return {"scaled": False} if loader == "load_diabetes" else {}


def score_chainrule(train: pd.DataFrame, test: pd.DataFrame, fold: int) -> float:
    """Return the accuracy, or R², of `chainrule train FILE` without any flag but the seed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "all").mkdir()
        train.to_csv(path / "all" / "train.csv", index=False)
        test.to_csv(path / "all" / "test.csv", index=False)
        Experiment.create(str(path / "all"), seed=fold).train(folder=path / "run")
        report = open_run(path / "run").evaluate()
    if report.classes is not None:
        return report.classes.accuracy
    assert report.numbers is not None
    return report.numbers.outputs[0].r_squared or 0.0


def score_sklearn(train: pd.DataFrame, test: pd.DataFrame, fold: int) -> float:
    """Return the accuracy, or R², of scikit-learn's MLP behind its usual encoders."""
    target = train.columns[-1]
    texts = make_column_selector(dtype_exclude=np.number)
    numbers = make_column_selector(dtype_include=np.number)
    encoders = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), texts),
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
    )
    classifies = not pd.api.types.is_float_dtype(train[target]) and train[target].nunique() < 30
    network = (MLPClassifier if classifies else MLPRegressor)(
        hidden_layer_sizes=(WIDTH,), random_state=fold
    )
    model = make_pipeline(encoders, network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(train.drop(columns=target), train[target])
    return float(model.score(test.drop(columns=target), test[target]))


@dataclass(frozen=True)
class Row:
    """One table: means over the folds with 95 % intervals."""

    name: str
    rows: int
    columns: int
    figure: str
    ours: tuple[float, float]
    theirs: tuple[float, float]
    difference: tuple[float, float]

    def markdown(self) -> str:
        """Return the row of the page."""
        cells = [f"{mean:.4f} ± {half:.4f}" for mean, half in (self.ours, self.theirs)]
        gain, half = self.difference
        cells.append(f"{gain:+.4f} ± {half:.4f}")
        facts = (self.name, f"{self.rows:,}", str(self.columns), self.figure)
        return f"| {' | '.join((*facts, *cells))} |"


def _interval(values: list[float]) -> tuple[float, float]:
    """Return the mean, and half the width of Student's interval."""
    spread = np.std(values, ddof=1) / np.sqrt(len(values))
    return float(np.mean(values)), float(stats.t.ppf(0.975, len(values) - 1) * spread)


def measure(name: str, source: Source, frame: pd.DataFrame) -> Row:
    """Train both on each fold."""
    target = frame[source.target]
    make: Callable[..., Any] = StratifiedKFold if source.classes else KFold
    folds = make(FOLDS, shuffle=True, random_state=0)
    ours, theirs = [], []
    for fold, (train, test) in enumerate(folds.split(frame, target)):
        parts = frame.iloc[train], frame.iloc[test]
        ours.append(score_chainrule(*parts, fold))
        theirs.append(score_sklearn(*parts, fold))
    gains = [a - b for a, b in zip(ours, theirs, strict=True)]
    figure = "accuracy" if source.classes else "R²"
    columns = frame.shape[1] - 1
    return Row(
        name, len(frame), columns, figure, _interval(ours), _interval(theirs), _interval(gains)
    )


def main() -> None:
    """Measure and print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--write", action="store_true", help="write the table of docs/tables.md")
    given = parser.parse_args()
    lines = [
        "| table | rows | columns | figure | chainrule | scikit-learn | difference |",
        "|---|---:|---:|---|---:|---:|---:|",
    ]
    print(*lines, sep="\n")
    for name in given.names or TABLES:
        frame = read_source(TABLES[name])
        if frame is None:
            print(f"{name}: {TABLES[name].package} is not installed")
            continue
        lines.append(measure(name, TABLES[name], frame).markdown())
        print(lines[-1], flush=True)
    if given.write:
        text = PAGE.read_text(encoding="utf-8")
        table = "\n".join([_MARKS[0], "", *lines, "", _MARKS[1]])
        pattern = f"{re.escape(_MARKS[0])}.*?{re.escape(_MARKS[1])}"
        PAGE.write_text(re.sub(pattern, lambda _: table, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
