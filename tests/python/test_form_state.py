"""The form: nothing typed is lost, every bad value explains itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lossviz
from lossviz.widgets.form_state import NEXT_RUN, FormState
from lossviz.widgets.own_objects import OwnObjects


def form(config=None) -> FormState:
    return FormState(config, OwnObjects())


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
