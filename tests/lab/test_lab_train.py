"""The room Train: settings and their address, a training that is the library's, what is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, InputError, UnknownNameError
from chainrule.lab.lab_server import lab_view
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.train_answers import TrainAnswers
from chainrule.lab.train_findings import _mended_settings
from chainrule.lab.train_measures import plane_points
from chainrule.lab.train_settings import (
    PANELS,
    RateChange,
    SettingValue,
    TrainSettings,
    form_settings,
)
from chainrule.lab.train_source import TrainSources
from chainrule.lab.train_step import make_train_step
from chainrule.lab.train_training import TrainTrainings
from chainrule.lab.workbench import Workbench

SMALL = TrainSettings(
    examples=300,
    hidden=(8,),
    activations=("tanh",),
    values=(SettingValue("batch_size", 50), SettingValue("l2", 0.01)),
    updates=20,
)


@pytest.fixture(scope="module")
def sources() -> TrainSources:
    return TrainSources()


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with a word among its columns, and three classes that can be told apart."""
    path = tmp_path_factory.mktemp("train") / "flowers.csv"
    rng, lines = np.random.default_rng(3), ["length,colour,kind"]
    for row in range(90):
        kind = row % 3
        length = 2 * kind + rng.normal(0, 0.4)
        lines.append(f"{length:.3f},{('red', 'blue', 'white')[kind]},{'abc'[kind]}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Settings by which the table is learned in no time when the lab opens."""
    path = tmp_path_factory.mktemp("train") / "quick.toml"
    path.write_text('engine = "reference"\nepochs = 30\nhidden = [6]\n')
    return str(path)


def of(*values: tuple[str, object], **more: object) -> TrainSettings:
    return replace(SMALL, values=tuple(SettingValue(*one) for one in values), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        SMALL,
        of(("dropout", (0.25,)), ("monitor", None), ("shuffle", False), ("cost", "huber")),
        of(("class_weights", "balanced"), ("output_activation", "sigmoid"), cell=(3, 5)),
        replace(SMALL, rates=(RateChange(5, 0.5), RateChange(9, 0.25)), beside=TrainSettings()),
        replace(
            SMALL, beside=of(("learning_rate", 0.5), updates=0), panel="points", map="tsne", layer=2
        ),
    ],
)
def test_values_and_address_lead_back_to_the_settings(settings: TrainSettings) -> None:
    state = LabState(room="train", train=settings, network="train")
    assert LabState.from_dict(state.to_dict()) == state
    assert LabState.from_address(state.to_address()) == state


def test_addresses_written_before_still_open() -> None:
    text = "train?train=examples:300;hidden:8;activations:tanh;batch_size:50;l2:0.01;updates:20"
    assert LabState.from_address(text).train == SMALL


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"widths": 3}, "a setting of the train"),
        ({"values": []}, "each setting by its name"),
        ({"examples": 7}, "examples learned from"),
        ({"learning_rate": 0}, "above 0"),
        ({"optimiser": "newton"}, "optimiser"),
        ({"hidden": [3]}, "one for each layer"),
        ({"hidden": [2000], "activations": ["relu"]}, "widths from 1 to 1024"),
        ({"rates": [[0, 0.1]]}, "before a change"),
        ({"rates": [[3, 0]]}, "above 0"),
        ({"rates": [[k, 0.1] for k in range(1, 60)]}, "at most 50 changes"),
        ({"cell": [1]}, "a class and an answer"),
        ({"beside": {"updates": 3}}, "without updates"),
        ({"beside": {"data": "mnist"}}, "on the same data"),
    ],
)
def test_what_settings_cannot_mean_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ChainruleError, match=words):
        TrainSettings.from_dict(wrong)


def test_a_setting_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="a setting"):
        TrainSettings(values=(SettingValue("speed", 1),))
    with pytest.raises(InputError, match="above 0"):
        TrainSettings.from_text("learning_rate:0")
    with pytest.raises(InputError, match="as in an address"):
        TrainSettings.from_text("rates:a")


def test_the_form_has_every_setting_of_a_recipe_that_needs_no_folder() -> None:
    recipe = set(cr.Recipe().to_dict()) - {"snapshots"}
    assert recipe < set(form_settings())


def test_the_training_is_that_of_the_library(sources: TrainSources) -> None:
    shown = make_train_step(TrainTrainings(sources), LabState(room="train", train=SMALL))
    digits = cr.load_dataset("mnist").train.subset(np.arange(300))
    recipe = shown.training.setup.recipe.replaced(epochs=3)
    network = cr.Network.create([784, 8, 10], ["tanh", "softmax"], seed=1)
    trained = cr.train(network, digits, recipe)
    later = shown.training.position(18)
    np.testing.assert_array_equal(later.parameters, trained.network.parameters)
    assert shown.position.step == 20
    assert shown.position.epoch == 3


def test_a_change_of_the_rate_on_the_way_is_replayed_to_the_bit(sources: TrainSources) -> None:
    changed = replace(SMALL, rates=(RateChange(7, 0.4), RateChange(13, 0.02)), updates=19)
    trainings = TrainTrainings(sources)
    trainings.find(SMALL).position(20)
    branched = trainings.find(changed)
    # What is the same for seven updates was not computed again.
    assert max(one.step for one in branched._kept) <= 7
    along = branched.position(19)
    alone = TrainTrainings(sources).find(changed).position(19)
    np.testing.assert_array_equal(along.parameters, alone.parameters)
    back = branched.position(7)
    np.testing.assert_array_equal(back.parameters, trainings.find(SMALL).position(7).parameters)
    assert branched.setup_at(6).recipe.learning_rate == 0.1
    assert branched.setup_at(7).recipe.learning_rate == 0.4
    assert branched.setup_at(18).recipe.learning_rate == 0.02
    assert trainings.find(changed) is branched


def test_the_training_ends_where_its_recipe_says(sources: TrainSources) -> None:
    short = replace(SMALL, values=(*SMALL.values, SettingValue("epochs", 2)))
    view = Workbench(open_subject()).view(LabState(room="train", train=short))
    assert view.values["train"]["reached"] == 12
    assert "epochs" in view.values["train"]["ended"]
    patient = of(("monitor", "validation_cost"), ("patience", 1), ("learning_rate", 5.0))
    training = TrainTrainings(sources).find(patient)
    assert training.ended(training.position(3000))


def test_the_view_counts_what_the_network_answers() -> None:
    workbench = Workbench(open_subject())
    settings = replace(SMALL, panel="answers", cell=(2, 7))
    view = workbench.view(LabState(room="train", train=settings, select="z[1][0]"))
    train = view.values["train"]
    counts = np.array(train["confusions"])
    accuracy = train["scores"][0]["accuracy"]
    assert counts.sum() == train["tested"] == 2000
    assert np.trace(counts) == accuracy["right"]
    assert accuracy["low"] < accuracy["share"] < accuracy["high"]
    targets = cr.load_dataset("mnist").test.targets
    assert train["cell"]["count"] == counts[2, 7] > 0
    assert all(targets[one["row"]] == 2 for one in train["cell"]["examples"])
    assert view.arrays["cell"].shape == (min(24, counts[2, 7]), 28, 28)
    costs = [float(one["cost"]) for one in train["worst"]]
    assert costs == sorted(costs, reverse=True)
    assert all(one["target"] != one["answer"] for one in train["worst"])
    assert view.arrays["curve"].shape == view.arrays["accuracy"].shape == (3, 3)
    assert view.arrays["maps"].shape == (8, 28, 28)
    assert view.values["opened"]["address"] == "z[1][0]"
    assert view.values["subject"]["name"] == "784-8-10"


def test_costs_are_those_of_the_engine(sources: TrainSources) -> None:
    shown = make_train_step(TrainTrainings(sources), LabState(room="train", train=SMALL))
    engine = shown.training.setup.engine
    parameters = engine.inference_parameters(shown.position)
    view = Workbench(open_subject()).view(LabState(room="train", train=SMALL, digits=6))
    score = view.values["train"]["scores"][0]
    assert float(score["tried"]) == pytest.approx(
        engine.score(parameters, shown.training.test).cost, rel=1e-5
    )
    assert float(score["total"]) == pytest.approx(
        float(score["data"]) + float(score["penalty"]), rel=1e-5
    )
    assert float(score["penalty"]) > 0
    ended = Workbench(open_subject()).view(LabState(room="train", train=replace(SMALL, updates=18)))
    last = make_train_step(
        TrainTrainings(sources), LabState(room="train", train=replace(SMALL, updates=18))
    ).position.history[-1]
    assert float(ended.values["train"]["scores"][0]["data"]) == pytest.approx(last.cost, rel=1e-5)
    first = Workbench(open_subject()).view(LabState(room="train", train=replace(SMALL, updates=0)))
    assert first.values["train"]["scores"][0]["data"] is None
    assert float(first.values["train"]["scores"][0]["penalty"]) > 0


def test_two_trainings_from_one_start_are_shown_side_by_side() -> None:
    settings = replace(SMALL, beside=of(("batch_size", 50), ("learning_rate", 0.5), updates=0))
    view = Workbench(open_subject()).view(LabState(room="train", train=settings))
    here, beside = view.values["train"]["scores"]
    assert here["step"] == beside["step"] == 20
    assert here["tried"] != beside["tried"]
    assert view.arrays["curve_beside"].shape == (3, 3)
    wild = replace(SMALL, beside=of(("learning_rate", 90.0), ("l2", 9.0), updates=0), updates=300)
    failed = Workbench(open_subject()).view(LabState(room="train", train=wild))
    assert "Lower the learning rate" in failed.values["train"]["beside"]["failure"]


def test_the_examples_of_the_next_update_are_gone_through_one_by_one(
    sources: TrainSources,
) -> None:
    trainings = TrainTrainings(sources)
    settings = replace(SMALL, updates=3, within=50)
    shown = make_train_step(trainings, LabState(room="train", train=settings))
    training = shown.training
    rows = training.next_rows(shown.position)
    assert len(rows) == 50
    np.testing.assert_allclose(
        shown.step.x[0], training.setup.training.scaled_inputs(rows[[49]])[0], rtol=1e-6
    )
    with pytest.raises(InputError, match="from 1 to 50"):
        make_train_step(trainings, LabState(room="train", train=replace(settings, within=51)))


def test_the_built_in_digits_are_learned_above_92_percent() -> None:
    found = lab_view(None, "train?train=updates:3000").to_dict()["train"]
    assert found["epoch"] == 3
    assert found["scores"][0]["accuracy"]["share"] > 0.92


def test_a_training_that_diverges_is_shown_as_far_as_it_came() -> None:
    wild = of(("learning_rate", 100.0), hidden=(32, 16), activations=("identity", "identity"))
    state = LabState(room="train", train=replace(wild, updates=500, panel="diagnosis"))
    view = Workbench(open_subject()).view(state)
    assert "Lower the learning rate" in view.values["error"]["text"]
    assert view.values["train"]["reached"] < 500
    with pytest.raises(ChainruleError):
        lab_view(None, state.to_address())


@pytest.mark.parametrize("panel", PANELS)
def test_a_table_of_ones_own_is_learned_by_the_settings_that_train_takes(
    flowers: Path, tmp_path: Path, panel: str
) -> None:
    config = tmp_path / "recipe.toml"
    config.write_text(
        'hidden = [6]\nactivation = "tanh"\nbatch_size = 10\nepochs = 9\n'
        'learning_rate = 0.05\nengine = "reference"\n'
    )
    shown = lab_view(flowers, f"train?train=updates:60;panel:{panel}", config=str(config))
    train = shown.to_dict()["train"]
    assert train["defaults"]["hidden"] == (6,)
    assert train["batch_size"] == 10
    assert train["scores"][0]["accuracy"]["share"] > 0.9
    assert train["names"] == ["a", "b", "c"]
    assert train["image"] == []
    assert train["choices"]["data"][0] == "own"


def test_the_same_table_shows_the_same_numbers_another_day(flowers: Path, quick: str) -> None:
    address = "train?train=updates:30"
    one, other = (lab_view(flowers, address, config=quick).to_dict() for _ in range(2))
    assert one["train"]["scores"] == other["train"]["scores"]


def test_numbers_are_learned_too(tmp_path: Path, quick: str) -> None:
    path = tmp_path / "numbers.csv"
    x = np.linspace(-2, 2, 80)
    path.write_text("x,y\n" + "".join(f"{one:.3f},{one * one:.4f}\n" for one in x))
    workbench = Workbench(open_subject(path, config=quick))
    for panel in PANELS:
        state = LabState(room="train", train=TrainSettings(updates=90, panel=panel))
        train = workbench.view(state).values["train"]
        assert train["scores"][0]["accuracy"] is None
        assert train["answer"]["best"] == -1
    worst = workbench.view(LabState(room="train", train=TrainSettings(panel="answers")))
    assert worst.values["train"]["confusions"] is None
    assert len(worst.values["train"]["worst"]) == 16
    cell = LabState(room="train", train=TrainSettings(panel="answers", cell=(0, 0)))
    with pytest.raises(InputError, match="no cell"):
        workbench.view(cell)


def test_a_folder_of_pictures_is_learned(tmp_path: Path, quick: str) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    for kind, bright in (("dark", 40), ("light", 200)):
        (tmp_path / kind).mkdir()
        for at in range(12):
            pixels = rng.integers(bright - 30, bright + 30, (6, 6)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / kind / f"{at}.png")
    view = Workbench(open_subject(tmp_path, config=quick)).view(
        LabState(room="train", train=TrainSettings(updates=5, panel="answers"))
    )
    assert view.values["train"]["image"] == [6, 6]
    assert view.values["train"]["names"] == ["dark", "light"]


def test_data_that_are_not_there_and_settings_without_data_are_refused(tmp_path: Path) -> None:
    view = Workbench(open_subject("mazur")).view(
        LabState(room="train", train=TrainSettings(data="own"))
    )
    assert "chainrule lab DATA" in view.values["error"]["text"]
    assert "train" not in view.values
    config = tmp_path / "recipe.toml"
    config.write_text("epochs = 3\n")
    for target in (None, "mazur"):
        with pytest.raises(InputError, match="data to go with config"):
            open_subject(target, config=str(config))


def test_the_trained_network_opens_in_the_other_rooms(flowers: Path, quick: str) -> None:
    workbench = Workbench(open_subject(flowers, config=quick))
    train = TrainSettings(updates=40)
    there = workbench.view(LabState(room="train", train=replace(train, point=4)))
    state = LabState(room="look", network="train", train=train, example=4)
    look = workbench.view(state)
    assert "after 40 updates" in look.values["subject"]["name"]
    assert look.values["network"]["layers"][-1]["texts"] == [
        one["text"] for one in there.values["train"]["answer"]["outputs"]
    ]
    draw = workbench.view(state.with_changes(room="draw"))
    assert [one["name"] for one in draw.values["examples"]["fields"]] == ["length", "colour"]
    accuracy = workbench.accuracy(state)
    assert accuracy is not None
    assert accuracy.right == there.values["train"]["scores"][0]["accuracy"]["right"]
    edited = workbench.accuracy(state.with_changes(silenced=("a[1][0]",)))
    assert edited is not None
    own = workbench.view(LabState(room="draw"))
    assert "learned from" in own.values["subject"]["name"]
    wild = TrainSettings(updates=500, values=(SettingValue("learning_rate", 1e30),))
    failed = workbench.view(LabState(room="draw", network="train", train=wild))
    assert failed.values["error"] is not None
    assert "learned from" in failed.values["subject"]["name"]


def test_a_run_is_trained_anew_from_its_own_start(flowers: Path, tmp_path: Path) -> None:
    settings = {"hidden": [5], "epochs": 2, "seed": 4, "engine": "reference"}
    experiment = cr.Experiment.create(str(flowers), **settings)
    experiment.train(folder=tmp_path / "run")
    view = Workbench(open_subject(tmp_path / "run")).view(LabState(room="train"))
    assert view.values["train"]["defaults"]["hidden"] == (5,)
    assert view.values["train"]["defaults"]["seed"] == 4


def test_every_setting_of_the_network_is_used(sources: TrainSources) -> None:
    settings = of(
        ("initialiser", "he"),
        ("output_activation", "sigmoid"),
        ("normalisation", "batch"),
        ("averaging", "ema"),
    )
    training = TrainTrainings(sources).find(settings)
    architecture = training.setup.network.architecture
    assert architecture.initialiser == "he"
    assert architecture.activations == ("tanh", "sigmoid")
    position = training.position(20)
    assert training.network(position).parameters.size < position.parameters.size


@pytest.fixture(scope="module")
def workbench() -> Workbench:
    return Workbench(open_subject())


def panel_of(workbench: Workbench, settings: TrainSettings, *, moving: bool = False) -> dict:  # type: ignore[type-arg]
    state = LabState(room="train", train=settings)
    values: dict = workbench.view(state, moving=moving).values  # type: ignore[type-arg]
    assert values["error"] is None
    return values["train"]  # type: ignore[no-any-return]


def test_layers_are_measured(workbench: Workbench, sources: TrainSources) -> None:
    settings = replace(SMALL, hidden=(8, 6), activations=("relu", "tanh"), panel="layers")
    layers = panel_of(workbench, settings)["layers"]
    training = TrainTrainings(sources).find(settings)
    position = training.position(20)
    trace = training.setup.engine.trace(position.parameters, training.measures.rows)
    for one, gradient in zip(layers, trace.dW, strict=True):
        assert one["norm"] == pytest.approx(float(np.linalg.norm(gradient)), rel=1e-4)
    assert [one["kind"] for one in layers] == ["dead", "saturated", "saturated"]
    assert layers[2]["flat"] is None
    assert [sum(one["weights"]["counts"]) for one in layers] == [784 * 8, 8 * 6, 6 * 10]


def test_points_are_the_directions_of_the_greatest_variance(workbench: Workbench) -> None:
    settings = replace(SMALL, panel="points", layer=1)
    view = workbench.view(LabState(room="train", train=settings))
    points = view.arrays["map"]
    assert points.shape == (500, 5)
    np.testing.assert_array_equal(points[:, 2], np.arange(500))
    spread = points[:, :2].std(axis=0)
    assert spread[0] > spread[1] > 0
    single = replace(settings, hidden=(1,))
    assert not workbench.view(LabState(room="train", train=single)).arrays["map"][:, 1].any()


def test_tsne_waits_for_the_pause(workbench: Workbench) -> None:
    settings = replace(SMALL, panel="points", map="tsne")
    assert panel_of(workbench, settings, moving=True)["map"]["method"] == "pca"
    still = workbench.view(LabState(room="train", train=settings))
    assert still.values["train"]["map"]["method"] == "tsne"
    assert still.arrays["map"].shape == (300, 5)
    again = workbench.view(LabState(room="train", train=settings))
    np.testing.assert_array_equal(still.arrays["map"], again.arrays["map"])


def test_values_that_are_all_the_same_are_one_point(workbench: Workbench) -> None:
    dead = of(("initialiser", "zeros"), activations=("relu",), panel="points", map="tsne")
    view = workbench.view(LabState(room="train", train=replace(dead, updates=0)))
    assert not view.arrays["map"][:, :2].any()


def test_what_ails_a_training_is_said_and_mended_with_one_click(workbench: Workbench) -> None:
    ill = of(("initialiser", "zeros"), ("batch_size", 5), activations=("relu",), updates=120)
    (finding, *_) = panel_of(workbench, ill)["findings"]
    assert finding["name"] == "symmetric_weights"
    mended = TrainSettings.from_dict(finding["mended"])
    assert mended.updates == 0
    assert mended.beside == replace(ill, updates=0)
    share = [
        panel_of(workbench, replace(one, updates=120))["scores"][0]["accuracy"]["share"]
        for one in (ill, mended)
    ]
    assert share[1] > share[0] + 0.2


def test_a_look_at_a_moving_training_is_kept_for_a_second(workbench: Workbench) -> None:
    ill = of(("initialiser", "zeros"), ("batch_size", 4), activations=("relu",), updates=60)
    before = panel_of(workbench, ill, moving=True)["findings"]
    after = panel_of(workbench, replace(ill, updates=61), moving=True)["findings"]
    assert before
    assert after is before
    assert panel_of(workbench, replace(ill, updates=61))["findings"]


def test_the_whole_diagnosis_waits_for_the_pause(workbench: Workbench) -> None:
    ill = of(("learning_rate", 1e-6), ("batch_size", 5), updates=60, panel="diagnosis")
    assert panel_of(workbench, ill, moving=True)["diagnosis"] is None
    found = panel_of(workbench, ill)["diagnosis"]
    assert found["step"] == 60
    assert found["skill"] < 0.5
    assert any(one["mended"] for one in found["findings"])
    assert panel_of(workbench, ill)["diagnosis"] == found


@pytest.mark.parametrize(
    ("changes", "mended"),
    [
        ({"learning_rate": 0.5}, {"learning_rate": 0.5}),
        ({"layers": [784, 64, 10]}, {"hidden": [64]}),
        ({"activation": "relu", "initialiser": "he"}, {"activations": ["relu"]}),
        ({"layers": [784, 2000, 10]}, None),
        ({"pixels": True}, None),
        ({}, None),
    ],
)
def test_only_what_the_room_can_set_is_mended(
    sources: TrainSources, changes: dict[str, object], mended: dict[str, object] | None
) -> None:
    training = TrainTrainings(sources).find(SMALL)
    found = _mended_settings(SMALL, changes, training)
    assert (found is None) == (mended is None)
    if found is not None and mended is not None:
        assert mended.items() <= found.to_dict().items()


def test_numbers_that_are_none_have_no_map() -> None:
    dataset = cr.Dataset(np.zeros((6, 2)), np.zeros(6, np.int64), class_names=("a", "b"))
    none = np.full((6, 2), np.nan)
    answers = TrainAnswers(dataset, (none, none), np.zeros(6), np.zeros(6, np.int64))
    for method in ("pca", "tsne"):
        assert not plane_points(answers, 1, method)[:, :2].any()


def test_a_part_that_is_held_out_is_judged_too(sources: TrainSources) -> None:
    settings = replace(SMALL, values=(*SMALL.values, SettingValue("validation_fraction", 0.2)))
    setup = TrainTrainings(sources).find(settings).setup
    assert setup.validation is not None
    assert (len(setup.training), len(setup.validation)) == (240, 60)
