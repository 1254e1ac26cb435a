"""Patching a program: only what a change concerns is touched, and it then says what was set."""

from __future__ import annotations

import ast

import pytest
from test_program_reading import CONFIGS, chosen, whole_config

import lossviz
from lossviz.program import ProgramError, edits, read, render, update

PLAIN = lossviz.TrainingConfig()
TEXT = render(PLAIN)
CUSTOM = TEXT.replace(
    "    return tf.reduce_mean(", "    return 2.0 * tf.reduce_mean(  # mine\n        "
)


def test_a_change_touches_its_literal_alone():
    text = TEXT.replace("epochs=", "epochs = ").replace("seed=0,\n", "seed=0,  # of chance\n")
    for name, old, new, value in (
        ("epochs", f"epochs = {PLAIN.epochs}", "epochs = 77", 77),
        ("batch_size", "batch_size=32", "batch_size=5", 5),
        ("learning_rate", f"learning_rate={PLAIN.learning_rate}", "learning_rate=1e-05", 1e-5),
        ("loss_params", "label_smoothing=0.0", "label_smoothing=0.1", {"label_smoothing": 0.1}),
        ("optimizer_params", "momentum=0.0", "momentum=0.9", {"momentum": 0.9}),
    ):
        assert update(text, **{name: value}) == text.replace(old, new), name
        assert len(edits(text, **{name: value})) == 1
    seeds = update(text, seed=8)
    assert seeds == text.replace("seed=0", "seed=8").replace("seed(0)", "seed(8)")


def test_no_change_is_no_edit():
    for config in CONFIGS[::5]:
        text = render(chosen(config)).replace("=", " = ", 1)
        assert edits(text, **chosen(config).as_dict()) == []


@pytest.mark.parametrize("config", CONFIGS[::3], ids=lambda config: f"{config.task}-{config.loss}")
def test_from_every_config_to_others_and_back(config):
    full = chosen(config)
    changed = update(render(config), **full.as_dict())
    assert read(changed).config == full
    assert read(changed).custom == []
    back = update(changed, **config.as_dict())
    assert read(back).config == config
    ast.parse(back)
    for other in CONFIGS[1::7]:
        text = update(render(config), **other.as_dict())
        assert read(text).config == other
        assert read(text).custom == []


def test_options_come_as_arguments_and_go_without_a_trace():
    for options in (
        {"device": "CPU:0"}, {"jit_compile": True}, {"mixed_precision": True},
        {"early_stopping": 4}, {"optimizer_params": {"clipnorm": 1.0}},
        {"reduce_lr_on_plateau": 3}, {"early_stopping": 4, "reduce_lr_on_plateau": 10**15},
        {"device": "CPU:0", "jit_compile": True},
    ):  # fmt: skip
        there = update(TEXT, **options)
        assert there == render(whole_config(PLAIN, **options)), options
        defaults = {name: getattr(PLAIN, name) for name in options}
        assert update(there, **defaults) == TEXT, options


def test_one_option_goes_as_another_comes():
    text = render(whole_config(PLAIN, device="CPU:0"))
    lines = render(whole_config(PLAIN, jit_compile=True)).splitlines()
    assert sorted(update(text, device="", jit_compile=True).splitlines()) == sorted(lines)
    text = render(whole_config(PLAIN, early_stopping=3, optimizer_params={"clipnorm": 1.0}))
    changes = {"early_stopping": 0, "device": "CPU:0", "optimizer_params": {"weight_decay": 0.1}}
    said = read(update(text, **changes))
    assert said.config == whole_config(PLAIN, **changes)


def test_a_custom_loss_survives_all_but_a_choice_of_loss():
    assert read(CUSTOM).custom == ["loss_fn"]
    own = CUSTOM[CUSTOM.index("def loss_fn") : CUSTOM.index("optimizer =")]
    changes = chosen(PLAIN).as_dict()
    for name in ("loss", "loss_params"):
        del changes[name]
    text = CUSTOM
    for name, value in changes.items():
        text = update(text, PLAIN, **{name: value})
        assert own in text, name
        assert "loss_fn" in read(text).custom
    assert own in update(CUSTOM, PLAIN, epochs=4, optimizer="adam")
    chosen_again = update(CUSTOM, PLAIN, loss=PLAIN.loss)
    assert chosen_again == TEXT
    assert read(update(CUSTOM, PLAIN, loss="hinge")).config.loss == "hinge"


def test_a_custom_step_and_optimizer_survive():
    text = TEXT.replace(
        "    gradients = tape", "    tf.debugging.check_numerics(loss, '')\n    gradients = tape"
    )
    text = text.replace("momentum=0.0", "momentum=0.0, loss_scale_factor=2.0")
    changed = update(text, PLAIN, learning_rate=0.5, loss="hinge", mixed_precision=True)
    for written in ("check_numerics(loss, '')", "loss_scale_factor=2.0", "learning_rate=0.5"):
        assert written in changed
    assert "scale_factor" not in update(text, PLAIN, optimizer="sgd"), "chosen, so written anew"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("epochs=", "epochs=int(input()) or ", {"epochs": 3}),
        ("learning_rate=", "learning_rate=schedule or ", {"learning_rate": 3}),
        ("seed=0,\n", "seed=0,\n    **options,\n", {"device": "CPU:0"}),
        ("label_smoothing=0.0", "label_smoothing", {"loss_params": {"label_smoothing": 0.1}}),
        ("loss=loss_fn", "loss=losses[0]", {"loss": "hinge"}),
        ("optimizer=optimizer", "optimizer=make()", {"optimizer": "adam"}),
        ("optimizer=optimizer", "optimizer=make()", {"learning_rate": 0.5}),
    ],
)
def test_what_cannot_be_changed_for_the_person_is_refused(old, new, change):
    assert old in TEXT
    text = (
        TEXT.replace(old, new, 1)
        if old != "seed=0,\n"
        else TEXT.replace(f"    {old}", f"    {new}")
    )
    with pytest.raises(ProgramError, match="edit it in the code") as caught:
        update(text, PLAIN, **change)
    assert caught.value.argument in {*change, "label_smoothing"}


def test_a_value_behind_a_name_is_changed_where_it_is_written():
    text = TEXT.replace(f"epochs={PLAIN.epochs}", "epochs=count", 1)
    text = text.replace("\ntask =", f"\ncount = {PLAIN.epochs}  # passes\ntask =", 1)
    assert update(text, epochs=7) == text.replace(f"count = {PLAIN.epochs}", "count = 7")
    twice = text + "print(count)\n"
    assert update(twice, epochs=7) == twice.replace("epochs=count", "epochs=7")


def test_a_new_task_takes_its_own_loss_and_data_where_the_old_ones_do_not_fit():
    text = update(TEXT, task="object_detection")
    reading = read(text)
    assert reading.config.loss in lossviz.losses.names("object_detection")
    assert reading.config.dataset in lossviz.tasks.get("object_detection").datasets
    reading = read(update(TEXT, task="optical_character_recognition"))
    assert reading.config.loss == "ctc"
    assert reading.custom == []


def test_the_users_own_model_and_data_come_and_go():
    own = {"model": "net", "train": "(x, y)", "validation": "(xv, yv)", "one_hot": 3}
    config = whole_config(PLAIN, dataset="", **own)
    text = update(TEXT, **config.as_dict())
    assert read(text).config == config
    assert "+ sum(model.losses)" in text
    back = update(text, **PLAIN.as_dict())
    assert read(back).config == PLAIN
    assert "sum(" not in back


def test_a_loss_comes_with_the_import_that_it_needs():
    text = CUSTOM.replace("import tensorflow as tf", "import tensorflow as flow")
    text = text.replace("tf.", "flow.")
    changed = update(text, PLAIN, loss="hinge")
    assert changed.index("import tensorflow as tf") < changed.index("def loss_fn")
    assert read(changed).config.loss == "hinge"


@pytest.mark.parametrize("change", [{"epoch": 3}, {"loss": "dise"}, {"epochs": 0}])
def test_an_unknown_or_impossible_choice_is_refused(change):
    with pytest.raises((ValueError, TypeError)):
        update(TEXT, **change)


def test_a_text_that_cannot_be_read_is_not_changed():
    with pytest.raises(ProgramError) as caught:
        update(TEXT + "x = (\n", epochs=3)
    assert caught.value.line == len(TEXT.splitlines()) + 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_note_beside_an_option_stays_when_the_option_goes(end):
    config = whole_config(
        PLAIN, device="CPU:0", jit_compile=True, early_stopping=2, reduce_lr_on_plateau=1,
        optimizer_params={"clipnorm": 2},
    )  # fmt: skip
    text = render(config)
    for number, part in enumerate(
        ("early_stopping = ", "    device=", "    jit_compile=", "    callbacks=", "weights=True",
         "    task=", "reduce_lr = ")
    ):  # fmt: skip
        lines = text.splitlines()
        at = next(n for n, line in enumerate(lines) if part in line)
        lines[at] += f"  # note {number}"
        text = "\n".join(lines) + "\n"
    text = text.replace("\n", end)
    changed = update(text, **PLAIN.as_dict())
    assert read(changed).config == PLAIN
    assert [f"note {n}" in changed for n in range(7)] == [True] * 7
    assert read(update(changed, **config.as_dict())).config == config
