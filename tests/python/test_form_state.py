"""The form: nothing typed is lost, every bad value explains itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lossviz
from lossviz.widgets.form_state import FormState
from lossviz.widgets.form_view import NEXT_RUN
from lossviz.widgets.user_objects import UserObjects


def form(config=None) -> FormState:
    return FormState(config, UserObjects())


def field(state: FormState, label: str, running=None):
    return next(one for one in state.fields(running) if one["label"] == label)


def test_the_fields_have_the_names_of_the_contract():
    labels = [one["label"] for one in form().fields(None)]
    for label in ("Task", "Dataset", "Loss", "Optimizer", "Learning rate", "Epochs",
                  "Batch size", "Seed"):  # fmt: skip
        assert label in labels
    assert len(labels) == len(set(labels))


def test_it_says_what_the_config_said():
    config = lossviz.TrainingConfig(
        loss="mse", loss_params={"from_logits": True}, optimizer="adam",
        optimizer_params={"beta_1": 0.5}, learning_rate=0.02, epochs=3, batch_size=7, seed=9,
    )  # fmt: skip
    assert form(config).config() == config


@pytest.mark.parametrize("text", ["", "abc", "0", "-1", "nan", "inf", "1e400", "1_0", "0x1"])
def test_a_bad_learning_rate_keeps_its_text_and_explains_itself(text):
    state = form()
    state.edit("learning_rate", text)
    shown = field(state, "Learning rate")
    assert shown["value"] == text
    assert "greater than 0" in shown["error"]
    with pytest.raises(ValueError, match="Learning rate"):
        state.config()
    state.edit("learning_rate", "1e-2")
    assert state.config().learning_rate == 0.01


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
@pytest.mark.parametrize("text", ["0", "-3", "1.5", "ten", ""])
def test_bad_whole_numbers_explain_themselves(name, text):
    state = form()
    state.edit(name, text)
    assert list(state.errors().values()) == ["Enter a whole number of at least 1."]


@pytest.mark.parametrize("name", ["early_stopping", "reduce_lr_on_plateau"])
def test_a_patience_is_a_number_of_epochs_or_0(name):
    state = form(lossviz.TrainingConfig(**{name: 4}))
    assert getattr(state.config(), name) == 4
    for text in ("-1", "2.5", "soon", ""):
        state.edit(name, text)
        assert list(state.errors().values()) == ["Enter a whole number of at least 0."], text
    running = state.choices(state._start)
    assert running[name] == 4, "a bad text changes nothing"
    state.edit(name, "0")
    assert getattr(state.config(), name) == 0
    shown = {one["name"]: one for one in state.fields(lossviz.TrainingConfig(**{name: 4}))}
    assert shown[name]["note"] == NEXT_RUN
    assert shown[name]["group"] == "advanced"


def test_what_the_code_says_of_a_plateau_shows_in_its_field():
    state, before = form(), lossviz.TrainingConfig()
    state.follow(before, lossviz.TrainingConfig(reduce_lr_on_plateau=6))
    assert field(state, "Reduce on plateau")["value"] == "6"


@given(st.lists(st.tuples(st.sampled_from(["learning_rate", "epochs", "seed"]), st.text())))
def test_any_text_is_kept_as_it_was_typed(edits):
    state = form()
    for name, text in edits:
        state.edit(name, text)
    last = dict(edits)
    shown = {one["name"]: one["value"] for one in state.fields(None)}
    assert {name: shown[name] for name in last} == last


def test_an_untouched_learning_rate_follows_the_optimizer_and_a_typed_one_stays():
    state = form()
    state.edit("optimizer", "adam")
    assert field(state, "Learning rate")["value"] == "0.001"
    state.edit("learning_rate", "0.07")
    state.edit("optimizer", "sgd")
    assert field(state, "Learning rate")["value"] == "0.07"


def test_hidden_parameters_keep_their_text():
    state = form()
    state.edit("loss.cross_entropy.label_smoothing", "0.3")
    state.edit("loss", "quadratic")
    assert "Label smoothing" not in [one["label"] for one in state.fields(None)]
    state.edit("loss", "cross_entropy")
    assert field(state, "Label smoothing")["value"] == "0.3"
    assert state.config().loss_params == {"label_smoothing": 0.3}


def test_changes_during_a_run_apply_to_the_next_and_say_so():
    state = form()
    running = state.config()
    assert field(state, "Epochs", running)["note"] == ""
    state.edit("epochs", "7")
    state.edit("loss.cross_entropy.label_smoothing", "0.1")
    assert field(state, "Epochs", running)["note"] == NEXT_RUN
    assert field(state, "Label smoothing", running)["note"] == NEXT_RUN
    assert field(state, "Seed", running)["note"] == ""


def test_a_message_for_no_field_is_an_error():
    with pytest.raises(KeyError):
        form().edit("loss.dice.smooth", "1")


def test_the_losses_follow_the_task_and_the_others_stand_behind_all_losses():
    state = form()
    state.edit("task", "regression")
    loss = field(state, "Loss")
    assert [one["value"] for one in loss["choices"]] == lossviz.losses.names("regression")
    assert loss["value"] == "quadratic"
    with pytest.raises(KeyError):
        state.edit("loss", "ctc")
    state.edit("all_losses", "True")
    state.edit("loss", "ctc")
    loss = field(state, "Loss")
    # Of other tests' own losses there may be some, too.
    catalogued = [one for one in loss["choices"]
                  if lossviz.losses.get(one["value"]).family != "own"]  # fmt: skip
    assert {one["group"] for one in catalogued} == {"Suited to regression", "Others"}
    assert "text" in loss["warning"]
    # The choice stays, and stays on show, when the others are hidden again.
    state.edit("all_losses", "False")
    loss = field(state, "Loss")
    assert loss["value"] == "ctc"
    assert "ctc" in [one["value"] for one in loss["choices"]]


@pytest.mark.parametrize("task", lossviz.tasks.names())
def test_fields_that_nobody_touched_follow_the_task(task):
    state = form()
    state.edit("task", task)
    assert state.config() == lossviz.TrainingConfig(task=task)
    state.edit("epochs", "77")
    state.edit("task", "image_classification")
    assert state.config().epochs == 77
    assert state.config().optimizer == "sgd"


def test_data_follow_a_loss_that_cannot_learn_them_and_say_so():
    state = form(lossviz.TrainingConfig(task="object_detection"))
    state.edit("loss", "huber")
    dataset = field(state, "Dataset")
    assert dataset["value"] == "single_digit_box"
    assert "Changed from scattered_digits" in dataset["note"]
    state.edit("dataset", "scattered_digits")
    assert field(state, "Loss")["value"] == "ssd"
    assert "Changed from Huber" in field(state, "Loss")["note"]
    assert field(state, "Dataset")["note"] == ""


def test_class_weights_are_typed_as_a_list():
    state = form()
    state.edit("loss", "weighted_cross_entropy")
    assert field(state, "Class weights")["value"] == ""
    assert field(state, "Class weights")["actions"]
    assert state.config().loss_params == {}
    name = "loss.weighted_cross_entropy.class_weights"
    for bad, said in (
        ("1, 2", "10 numbers"), ("a, b", "for each class"), ("-1" + ", 1" * 9, "at least 0"),
    ):  # fmt: skip
        state.edit(name, bad)
        assert said in field(state, "Class weights")["error"]
        assert field(state, "Class weights")["value"] == bad
    state.edit(name, "[" + ", ".join(["0.5"] * 10) + "]")
    assert state.config().loss_params == {"class_weights": [0.5] * 10}
    assert form(state.config()).config() == state.config()
    # Another task has other classes: the text stays, and says what is wrong with it.
    state.edit("task", "image_segmentation")
    state.edit("loss", "weighted_cross_entropy")
    assert "4 numbers" in field(state, "Class weights")["error"]


def test_a_folder_is_typed_as_a_path(tmp_path, monkeypatch):
    state = form()
    state.edit("dataset", "folder")
    assert "path of a folder" in field(state, "Folder")["error"]
    assert "subfolder" in field(state, "Folder")["help"]
    state.edit("folder", "nowhere/at/all")
    assert "no folder" in field(state, "Folder")["error"]
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    state.edit("folder", "photos")
    assert state.config().dataset == "./photos"
    assert form(state.config()).config() == state.config()


def test_help_tells_the_bounds():
    state = form()
    state.edit("loss", "focal")
    assert "at least 0" in field(state, "Gamma")["help"].lower()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("learning_rate", "0,1", "Use a point: 0.1"),
        ("learning_rate", "1,5e-3", "Use a point: 1.5e-3"),
        ("learning_rate", "1,000", "Leave out the comma: 1000, or use a point: 1.000."),
        ("epochs", "1,500", "Leave out the comma: 1500."),
        ("epochs", "1,5", "Enter a whole number of at least 1."),
    ],
)
def test_a_number_with_a_comma_says_how_to_write_it(name, text, said):
    state = form()
    state.edit(name, text)
    assert list(state.errors().values()) == [said]
    assert state._texts[name] == text


def test_what_differs_from_its_default_says_so():
    def changed(state):
        return {one["name"] for one in state.fields(None) if one["changed"]}

    state = form()
    assert changed(state) == set()
    state.edit("jit_compile", "True")
    state.edit("optimizer.sgd.clipnorm", "1.0")
    state.edit("early_stopping", "soon")
    state.edit("seed", "0.0")
    found = {"jit_compile", "optimizer.sgd.clipnorm", "early_stopping", "seed"}
    assert changed(state) == found
    state.edit("optimizer.sgd.clipnorm", "0")
    state.edit("early_stopping", "0")
    assert changed(state) == found - {"optimizer.sgd.clipnorm", "early_stopping"}


@pytest.mark.parametrize("task", lossviz.tasks.names())
def test_a_task_as_it_begins_has_no_changed_field(task):
    state = form()
    state.edit("task", task)
    wrong = [
        one["name"]
        for one in state.fields(None)
        if one["changed"] and one["kind"] != "choice" and one["group"] == "advanced"
    ]
    assert not wrong


def test_from_logits_is_offered_only_where_the_targets_are_classes():
    state = form(lossviz.TrainingConfig(task="regression", loss="quadratic"))
    assert not [one for one in state.fields(None) if one["label"] == "From logits"]
    state = form(lossviz.TrainingConfig(loss="quadratic"))
    name = "loss.quadratic.from_logits"
    state.edit(name, "True")
    # What has been set stays in sight, with what is wrong with it, until it is put right.
    state.edit("task", "regression")
    shown = field(state, "From logits")
    assert "always 1" in shown["warning"]
    state.edit(name, "False")
    assert not [one for one in state.fields(None) if one["label"] == "From logits"]
    assert state.config().loss_params == {}
