"""Which configurations a study has: grids by themselves, no configuration twice, more values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chainrule.errors import ChainruleError
from chainrule.study.configuration_plan import count_configurations, plan_configurations
from chainrule.study.results import count_trials, read_results
from chainrule.study.runner import begin_stored_study, work_on_study
from chainrule.study.space import configuration_key
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.stored_study import StoredStudy, create_study, load_study, write_description
from chainrule.study.study_storage import open_store
from chainrule.study.toml_source import StudySource
from chainrule.study.trial_queue import TrialQueue

LISTS: dict[str, Any] = {"batch_size": [8, 16], "activation": ["relu", "tanh", "elu"]}
RANGE: dict[str, Any] = {"learning_rate": {"low": 0.01, "high": 1.0}}
Describe = Callable[..., StudySpec]


def ignore(_: object) -> None:
    """Nobody watches."""


@pytest.fixture
def free(table: dict[str, Any]) -> Describe:
    """The small study without a search of its own, one seed each."""
    del table["search"]
    rest = {**table, "seeds": 1}
    return lambda **more: parse_study(StudySource("small", {**rest, **more}), "small")


def compute(spec: StudySpec, url: str) -> StoredStudy:
    begin_stored_study(spec, url)
    return work_on_study(url, spec.name, on_trial=ignore, on_begin=ignore)


def keys(study: StoredStudy) -> list[str]:
    return [configuration_key(entry.parameters) for entry in read_results(study)]


@pytest.mark.parametrize(
    ("space", "trials", "search", "count"),
    [
        (LISTS, None, "grid", 6),
        (LISTS, 6, "grid", 6),
        (LISTS, 5, "tpe", 5),
        ({"neurons_1": {"low": 2, "high": 9}}, None, "grid", 8),
        ({"l2": {"low": 0.0, "high": 0.3, "step": 0.1}}, None, "grid", 4),
        ({"l2": {"low": 0.1, "high": 0.3, "points": 7}}, None, "grid", 7),
        (RANGE, None, "tpe", 50),
        ({**LISTS, **RANGE}, 7, "tpe", 7),
        ({"epochs": {"low": 1, "high": 99}}, None, "tpe", 50),
        ({"epochs": {"low": 1, "high": 10**9}}, None, "tpe", 50),
    ],
)
def test_a_space_of_lists_is_a_grid(
    free: Describe, journal: str, space: Any, trials: int | None, search: str, count: int
) -> None:
    budget = {} if trials is None else {"trials": trials}
    store = open_store(journal, create=True)
    study = create_study(store, free(space=space, budget=budget), "")
    assert (study.spec.settings.search, study.count) == (search, count)
    again = load_study(store, "small")
    assert (again.spec.settings.search, again.count) == (search, count)


def test_a_search_stays_as_it_began(free: Describe, journal: str) -> None:
    store = open_store(journal, create=True)
    create_study(store, free(space=LISTS, budget={"trials": 5}), "")
    more = create_study(store, free(space=LISTS, budget={"trials": 60}), "")
    assert (more.spec.settings.search, more.count) == ("tpe", 6)
    with pytest.raises(ChainruleError, match="got another search"):
        create_study(store, free(space=LISTS, search="random", budget={"trials": 5}), "")


def test_a_study_that_was_stored_without_a_search_goes_on(free: Describe, journal: str) -> None:
    """As versions wrote it for which tpe was the default."""
    store = open_store(journal, create=True)
    spec = free(space=LISTS)
    key = store.create_study("small", higher_is_better=True)
    for name, value in {"data_digest": "", "trials": 50, "study": spec.identity()}.items():
        store.set_attribute(key, name, value)
    assert "search" not in store.attributes(key)["study"]
    study = create_study(store, spec, "")
    assert (study.spec.settings.search, study.count) == ("tpe", 50)


@pytest.mark.parametrize("search", ["random", "quasi_random", "tpe"])
def test_no_configuration_is_computed_twice(free: Describe, journal: str, search: str) -> None:
    space = {**LISTS, "neurons_1": {"low": 2, "high": 4, "points": 2}}
    study = compute(free(space=space, search=search, budget={"trials": 40, "epochs": 1}), journal)
    assert study.count == 18  # all that there are: a sampler looks at no points
    found = keys(study)
    assert len(found) == len(set(found)) == 18


def test_plans_are_the_same_however_many_are_asked_for(free: Describe) -> None:
    for search in ("random", "quasi_random"):
        spec = free(space=LISTS, search=search)
        long, short = (plan_configurations(spec, count) for count in (6, 3))
        assert long is not None
        assert short is not None
        assert [long(n) for n in (2, 0, 1)] == [short(n) for n in (2, 0, 1)]
    assert plan_configurations(free(space=LISTS, search="tpe"), 6) is None


def test_trials_beyond_the_space_repeat_it(free: Describe, journal: str) -> None:
    """A study of an earlier version may have more configurations than its space."""
    spec = free(space={"batch_size": [8, 16]}, search="tpe", budget={"trials": 2, "epochs": 1})
    study = compute(spec, journal)
    write_description(study, {"trials": 3})
    study = work_on_study(journal, "small", on_trial=ignore, on_begin=ignore)
    assert len(keys(study)) == 3


def test_values_sampled_at_the_same_time_are_withdrawn(free: Describe, journal: str) -> None:
    study = begin_stored_study(free(space=LISTS, search="tpe", budget={"trials": 5}), journal)
    queue = TrialQueue(study, spread_out=False)
    sampled: list[str] = []
    original = queue._parameters

    def parameters(number: int, *rest: Any) -> dict[str, Any]:
        """Between this process's sample and its claim another one claims the same values."""
        chosen = original(number, *rest)
        if not sampled:
            queue._write_claim(4, chosen, [])
        sampled.append(configuration_key(chosen))
        return chosen

    queue._parameters = parameters  # type: ignore[method-assign]
    claim = queue.next()
    assert claim is not None
    assert len(set(sampled)) == 2
    assert configuration_key(claim.parameters) == sampled[1]
    states = [(t.state.name, t.user_attrs.get("given_up")) for t in study.store.trials(study.key)]
    assert states == [("RUNNING", None), ("FAIL", "trial 0 has its values"), ("RUNNING", None)]


@pytest.fixture(params=["journal", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Each kind of storage."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.mark.parametrize("search", ["grid", "random", "quasi_random", "tpe"])
def test_more_values_extend_a_study(free: Describe, url: str, search: str) -> None:
    name = f"extended-{search}"
    budget = {"trials": 4, "epochs": 1}
    space: dict[str, Any] = {"batch_size": [8, 16], "activation": ["relu", "tanh"]}
    first = keys(compute(free(name=name, search=search, space=space, budget=budget), url))
    assert len(first) == 4
    wide = {"activation": ["elu", "tanh", "relu"], "batch_size": [8, 16, 32]}
    budget = {"trials": 9, "epochs": 1}
    second = compute(free(name=name, search=search, space=wide, budget=budget), url)
    found = keys(second)
    assert found[:4] == first
    assert len(found) == len(set(found)) == 9
    assert [entry.attempt for entry in read_results(second)] == [1] * 9
    wider = {**wide, "batch_size": [8, 16, 32, 64]}
    budget = {"trials": 12, "epochs": 1}
    third = compute(free(name=name, search=search, space=wider, budget=budget), url)
    assert [stage.configurations for stage in third.earlier] == [4, 9]
    assert keys(third)[:9] == found
    assert len(set(keys(third))) == 12
    assert count_trials(third).given_up == 0
    # The same file again changes nothing.
    again = compute(free(name=name, search=search, space=wider, budget=budget), url)
    assert (again.count, len(again.earlier)) == (12, 2)


def test_a_range_grows(free: Describe, journal: str) -> None:
    step = {"low": 0.1, "high": 0.3, "step": 0.1}
    compute(free(space={"l2": step}, budget={"epochs": 1}), journal)
    study = compute(free(space={"l2": {**step, "low": 0.0}}, budget={"epochs": 1}), journal)
    assert [e.parameters["l2"] for e in read_results(study)] == [0.1, 0.2, 0.3, 0.0]
    assert count_configurations(study.spec, study.earlier) == 4


WHEN = {"optimiser": "momentum"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (LISTS, {"batch_size": [8, 16]}, "no activation, which the trials so far vary"),
        (
            LISTS,
            {**LISTS, "epochs": [1, 2]},
            "epochs, which the trials so far do not vary",
        ),
        (LISTS, {**LISTS, "activation": ["elu", "selu"]}, "activation without relu, tanh"),
        (LISTS, {**LISTS, "batch_size": {"low": 8, "high": 16}}, "a range of batch_size in place"),
        (RANGE, {"learning_rate": [0.01, 1.0]}, "a list of learning_rate in place of a range"),
        (
            RANGE,
            {"learning_rate": {"low": 0.1, "high": 1.0}},
            "learning_rate from 0.1 to 1, not all from 0.01 to 1",
        ),
        (
            RANGE,
            {"learning_rate": {"low": 0.01, "high": 1.0, "log": True}},
            "another log or step of learning_rate",
        ),
        (
            {"l2": {"low": 0.1, "high": 0.3, "step": 0.1}},
            {"l2": {"low": 0.05, "high": 0.35, "step": 0.1}},
            "l2 in steps of 0.1 from 0.05, which leave out 0.1",
        ),
        (
            {"optimiser": ["sgd", "momentum"], "momentum": {"values": [0.5, 0.9], "when": WHEN}},
            {"optimiser": ["sgd", "momentum"], "momentum": [0.5, 0.9]},
            "another condition of momentum",
        ),
    ],
)
def test_conflicts_are_refused(
    free: Describe, journal: str, before: Any, after: Any, told: str
) -> None:
    store = open_store(journal, create=True)
    create_study(store, free(space=before), "")
    with pytest.raises(ChainruleError) as error:
        create_study(store, free(space=after), "")
    assert told in str(error.value)
    assert "more values of its parameters" in str(error.value)
    assert load_study(store, "small").earlier == ()


def test_the_order_of_the_parameters_changes_no_number(free: Describe, journal: str) -> None:
    store = open_store(journal, create=True)
    first = create_study(store, free(space=LISTS), "")
    turned = create_study(store, free(space=dict(reversed(LISTS.items()))), "")
    assert turned.spec.space == first.spec.space
    assert turned.earlier == ()


def test_a_sampled_configuration_is_tried_again_with_its_values(
    free: Describe, journal: str
) -> None:
    study = begin_stored_study(free(space=RANGE, budget={"trials": 3, "epochs": 1}), journal)
    claim = TrialQueue(study, spread_out=False).next()
    assert claim is not None
    for name, value in {"owner": {}, "lease": 0.0}.items():  # its process is gone
        study.store.set_trial_attribute(claim.trial, name, value)
    again = TrialQueue(study, spread_out=False).next()
    assert again is not None
    assert (again.configuration, again.attempt) == (0, 2)
    assert again.parameters == claim.parameters


def test_a_study_that_was_interrupted_at_the_start_begins_again(
    free: Describe, journal: str
) -> None:
    store = open_store(journal, create=True)
    store.set_attribute(store.create_study("small", higher_is_better=True), "data_digest", "other")
    with pytest.raises(ChainruleError, match="expected a study 'small' with its description"):
        load_study(store, "small")
    study = create_study(store, free(space=LISTS), "digest")
    assert (load_study(store, "small").digest, study.count) == ("digest", 6)


def test_other_data_under_the_name_of_a_study(free: Describe, journal: str) -> None:
    store = open_store(journal, create=True)
    create_study(store, free(space=LISTS), "0123456789abcdef")
    with pytest.raises(ChainruleError) as error:
        create_study(store, free(space=LISTS), "fedcba9876543210")
    assert str(error.value) == (
        f"small: expected the data with which 'small' began in {journal}, got others, "
        "fedcba987654… for 0123456789ab…. Restore the data, or give the study another name."
    )


def test_defaults_of_the_data_stay_as_they_began(free: Describe, journal: str) -> None:
    """What a later version would choose for the same data changes no study that has begun."""
    store = open_store(journal, create=True)
    spec = free(space=LISTS)
    recipe = {**spec.recipe, "weight_decay": 1.0}
    create_study(store, spec, "")
    later = spec.replaced(recipe=recipe)
    study = create_study(store, later, "", stated=spec.recipe)
    assert "weight_decay" not in study.spec.recipe
    with pytest.raises(ChainruleError, match="got another recipe"):
        create_study(store, later, "", stated=recipe)


def test_a_study_from_before_data_were_scaled_scales_none(free: Describe, journal: str) -> None:
    store = open_store(journal, create=True)
    spec = free(space=LISTS, search="grid")
    key = store.create_study("small", higher_is_better=True)
    for name, value in {"data_digest": "", "trials": 6, "study": spec.identity()}.items():
        store.set_attribute(key, name, value)
    assert load_study(store, "small").spec.recipe["scaling"] == "none"
    study = create_study(store, spec, "", stated=spec.recipe)
    assert (study.spec.recipe["scaling"], study.earlier) == ("none", ())
    scaled = spec.replaced(recipe={**spec.recipe, "scaling": "standard"})
    with pytest.raises(ChainruleError, match="got another recipe"):
        create_study(store, scaled, "", stated=scaled.recipe)
    new = create_study(store, spec.replaced(name="new"), "")
    assert "scaling" not in load_study(store, "new").spec.recipe
    assert new.count == 6
