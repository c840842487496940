"""The answer of a study: counts, means over seeds, the best, what mattered, what to beware of."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from chainrule.study.leases import attempts, has_ended, is_stale
from chainrule.study.runner import TEST_WARNING, Kept
from chainrule.study.spec import Spec
from chainrule.study.statistics import Spread, spread

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

__all__ = ["Counts", "Entry", "Summary", "counted", "entries", "summarised"]


_SHOW = "chainrule study show"


@dataclass(frozen=True)
class Counts:
    """How far a study is.

    Args:
        planned: configurations that it has.
        complete: trained to the end.
        pruned: stopped by the pruner.
        diverged: stopped where NaN or infinity appeared.
        running: under way.
        stale: under way by the storage, but their process is gone; `resume` takes them over.
        given_up: attempts without a result; each configuration was or will be tried again.
    """

    planned: int
    complete: int
    pruned: int
    diverged: int
    running: int
    stale: int
    given_up: int

    @property
    def ended(self) -> int:
        """Configurations that have a result."""
        return self.complete + self.pruned + self.diverged

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as `chainrule study status --json` prints them."""
        return {**asdict(self), "ended": self.ended}


@dataclass(frozen=True, eq=False)
class Entry:
    """A configuration that has a result.

    Args:
        number: the trial's number, by which Optuna knows it.
        configuration: its number in the study.
        attempt: from 1.
        ended: "complete", "pruned" or "diverged".
        chosen: values of parameters by name.
        value: the metric's mean over the seeds; None where there is none.
        runs: what is kept of each seed.
        seconds: time spent training.
    """

    number: int
    configuration: int
    attempt: int
    ended: str
    chosen: Mapping[str, Any]
    value: float | None
    runs: Sequence[Mapping[str, Any]]
    seconds: float

    def figure(self, name: str) -> Spread | None:
        """A figure of its runs, such as "test_accuracy"; None where no run has it."""
        values = [run[name] for run in self.runs if run.get(name) is not None]
        return spread(values) if values else None


@dataclass(frozen=True, eq=False)
class Summary:
    """The answer of a study.

    Args:
        name: the study's.
        metric: what was made as good as possible.
        rising: whether greater is better.
        counts: how far it is.
        ranked: the complete entries, the best first; then the others.
        effects: what share of the metric's variance each parameter explains (fANOVA); empty where
            that cannot be said.
        effects_note: why not.
        warnings: what to beware of.
    """

    name: str
    metric: str
    rising: bool
    counts: Counts
    ranked: tuple[Entry, ...]
    effects: Mapping[str, float]
    effects_note: str
    warnings: tuple[str, ...]

    @property
    def best(self) -> Entry | None:
        """The best complete entry; None where there is none yet."""
        first = self.ranked[0] if self.ranked else None
        return first if first is not None and first.ended == "complete" else None

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values for JSON."""
        return {
            "study": self.name,
            "metric": self.metric,
            "direction": "maximize" if self.rising else "minimize",
            "counts": self.counts.to_dict(),
            "warnings": list(self.warnings),
            "effects": dict(self.effects),
            "effects_note": self.effects_note,
            "best": None if self.best is None else _entry_dict(self.best, self.metric),
            "configurations": [_entry_dict(entry, self.metric) for entry in self.ranked],
        }


def _entry_dict(entry: Entry, metric: str) -> dict[str, Any]:
    plain = {key: value for key, value in vars(entry).items() if key not in ("runs", "chosen")}
    figures = {}
    for name in dict.fromkeys((metric, "test_accuracy", "test_cost")):
        found = entry.figure(name) if entry.ended == "complete" else None
        figures[name] = None if found is None else asdict(found)
    runs = [{k: v for k, v in run.items() if k != "test_right"} for run in entry.runs]
    return {**plain, "parameters": dict(entry.chosen), **figures, "runs": runs}


def counted(kept: Kept) -> Counts:
    """How far a study is."""
    names = {"complete": 0, "pruned": 0, "diverged": 0}
    running = stale = given_up = 0
    for several in attempts(kept.store.trials(kept.key)).values():
        ended = [trial for trial in several if has_ended(trial)]
        for trial in ended[:1]:
            names[_how(trial)] += 1
        given_up += sum(trial.state.name == "FAIL" for trial in several)
        under_way = [] if ended else [t for t in several if t.state.name == "RUNNING"]
        old = sum(map(is_stale, under_way))
        stale, running = stale + old, running + len(under_way) - old
    rest = {"running": running, "stale": stale, "given_up": given_up}
    return Counts(planned=kept.count, **names, **rest)


def _how(trial: FrozenTrial) -> str:
    return str(trial.user_attrs.get("result", {}).get("ended", "complete"))


def entries(kept: Kept) -> list[Entry]:
    """The configurations that have a result, in their order."""
    by_number = sorted(attempts(kept.store.trials(kept.key)).items())
    ended = ((number, [t for t in several if has_ended(t)]) for number, several in by_number)
    return [_entry(kept.spec, number, found[0]) for number, found in ended if found]


def _entry(spec: Spec, number: int, trial: FrozenTrial) -> Entry:
    by_name = {parameter.name: parameter for parameter in spec.space}
    result = trial.user_attrs.get("result", {})
    return Entry(
        number=trial.number,
        configuration=number,
        attempt=int(trial.user_attrs.get("attempt", 1)),
        ended=_how(trial),
        chosen={k: by_name[k].read(v) for k, v in trial.params.items() if k in by_name},
        value=None if trial.values is None else trial.values[0],
        runs=tuple(result.get("runs", ())),
        seconds=float(result.get("seconds", 0.0)),
    )


def summarised(kept: Kept, *, effects: bool = True) -> Summary:
    """The answer of a study as far as it has come.

    Args:
        kept: the study.
        effects: whether to say what each parameter explains, which takes seconds where there are
            hundreds of trials.
    """
    settings = kept.spec.settings
    found = entries(kept)
    shares, note = _effects(kept, found) if effects else ({}, f"see {_SHOW} {kept.spec.name}")
    return Summary(
        name=kept.spec.name,
        metric=settings.metric,
        rising=settings.rising,
        counts=counted(kept),
        ranked=tuple(sorted(found, key=lambda entry: _rank(entry, settings.rising))),
        effects=shares,
        effects_note=note,
        warnings=(TEST_WARNING,) if settings.on_test else (),
    )


def _rank(entry: Entry, rising: bool) -> tuple[bool, bool, float, int]:
    value = entry.value or 0.0
    kept = -value if rising else value
    return entry.ended != "complete", entry.value is None, kept, entry.configuration


def _effects(kept: Kept, found: Sequence[Entry]) -> tuple[dict[str, float], str]:
    """The importance of each parameter, or why there is none."""
    complete = [entry for entry in found if entry.ended == "complete"]
    if len({entry.value for entry in complete}) < 2:
        return {}, "not known: at least two different results are needed"
    if find_spec("sklearn") is None:
        return {}, "not known: scikit-learn is not installed: pip install scikit-learn"
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = _by_places(kept.spec, complete)
        shares = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
    left_out = [p.name for p in kept.spec.space if p.name not in shares]
    note = f"not for {', '.join(left_out)}, which not all trials have" if left_out else ""
    return {name: float(share) for name, share in shares.items()}, note


def _by_places(spec: Spec, complete: Sequence[Entry]) -> Study:
    """The complete entries as a study of numbers: a listed value is its place in the list.

    fANOVA makes a column of each listed value and tries all combinations of columns: forty values
    would take for ever. Trees tell places apart as well.
    """
    import optuna
    from optuna.distributions import IntDistribution

    study = optuna.create_study()
    listed = {p.name: p.choices for p in spec.space if p.choices}
    others = {p.name: p.distribution() for p in spec.space if not p.choices}
    places = {name: IntDistribution(0, len(values) - 1) for name, values in listed.items()}
    for entry in complete:
        chosen = {
            name: listed[name].index(value) if name in listed else value
            for name, value in entry.chosen.items()
        }
        distributions = {name: (places | others)[name] for name in chosen}
        study.add_trial(
            optuna.create_trial(params=chosen, distributions=distributions, value=entry.value)
        )
    return study
