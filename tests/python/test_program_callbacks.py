"""Callbacks in a program: each comes, changes and goes, and what else stands there stays."""

from __future__ import annotations

import ast

import pytest
from test_program_reading import whole_config

import lossviz
from lossviz.program import ProgramError, read, render, update

PLAIN = lossviz.TrainingConfig()
STOPPING = (
    "early_stopping = tf.keras.callbacks.EarlyStopping(\n"
    '    monitor="val_loss", patience={}, restore_best_weights=True\n)\n'
)
REDUCING = 'reduce_lr = tf.keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience={})\n'
MINE = "mine = tf.keras.callbacks.TerminateOnNaN()  # mine\n"
BOTH = STOPPING.format(3) + REDUCING.format(2)
ROWS = "[  # all\n        {}mine,  # first\n        print_it,\n    ]"


def program(made: str = "", listed: str = "") -> str:
    """A program with these statements before the training and this list of callbacks."""
    head, run = render(PLAIN).split("run = lossviz", 1)
    given = f"    callbacks={listed},\n" if listed else ""
    run = run.removesuffix(")\n")
    return f"{head}{made}run = lossviz{run}{given})\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "stopping", "reducing", "after"),
    [
        # Together and apart, with nothing else there.
        (("", ""), 3, 2, (BOTH, "[early_stopping, reduce_lr]")),
        ((STOPPING.format(3), "[early_stopping]"), 3, 2, (BOTH, "[early_stopping, reduce_lr]")),
        ((REDUCING.format(2), "[reduce_lr]"), 3, 2, (BOTH, "[early_stopping, reduce_lr]")),
        ((BOTH, "[early_stopping, reduce_lr]"), 0, 2, (REDUCING.format(2), "[reduce_lr]")),
        ((BOTH, "[early_stopping, reduce_lr]"), 3, 0, (STOPPING.format(3), "[early_stopping]")),
        ((BOTH, "[early_stopping, reduce_lr]"), 0, 0, ("", "")),
        ((BOTH, "[early_stopping, reduce_lr]"), 7, 8,
         (STOPPING.format(7) + REDUCING.format(8), "[early_stopping, reduce_lr]")),
        ((STOPPING.format(3), "[early_stopping]"), 0, 2, (REDUCING.format(2), "[reduce_lr]")),
        ((REDUCING.format(2), "[reduce_lr]"), 3, 0, (STOPPING.format(3), "[early_stopping]")),
        # With a person's own, before and behind.
        ((MINE, "[mine]"), 3, 2, (MINE + BOTH, "[early_stopping, reduce_lr, mine]")),
        ((MINE + BOTH, "[early_stopping,  mine, reduce_lr]"), 0, 0, (MINE, "[mine]")),
        ((MINE + BOTH, "[mine, early_stopping, reduce_lr]"), 0, 0, (MINE, "[mine]")),
        ((MINE + BOTH, "[mine, early_stopping, reduce_lr]"), 3, 0,
         (MINE + STOPPING.format(3), "[mine, early_stopping]")),
        ((MINE + STOPPING.format(3), "[mine, early_stopping]"), 3, 2,
         (MINE + BOTH, "[mine, early_stopping, reduce_lr]")),
        ((MINE + STOPPING.format(3), "[mine, early_stopping]"), 0, 2,
         (MINE + REDUCING.format(2), "[reduce_lr, mine]")),
        # A list of several lines, with notes.
        ((MINE, ROWS.format("")), 3, 2,
         (MINE + BOTH, ROWS.format("early_stopping,\n        reduce_lr,\n        "))),
        ((MINE + BOTH, ROWS.format("early_stopping,\n        reduce_lr,\n        ")), 0, 0,
         (MINE, ROWS.format(""))),
        ((MINE + STOPPING.format(3), ROWS.format("early_stopping,\n        ")), 3, 2,
         (MINE + BOTH, ROWS.format("early_stopping,\n        reduce_lr,\n        "))),
        ((BOTH, "[\n        reduce_lr,  # why\n        early_stopping,\n    ]"), 3, 0,
         (STOPPING.format(3), "[\n        # why\n        early_stopping,\n    ]")),
        ((MINE + STOPPING.format(3), ROWS.format("early_stopping,\n        ")), 0, 2,
         (MINE + REDUCING.format(2), ROWS.format("reduce_lr,\n        "))),
        ((MINE + STOPPING.format(3), "[\n        early_stopping, mine\n    ]"), 0, 2,
         (MINE + REDUCING.format(2), "[\n        reduce_lr, mine\n    ]")),
        ((STOPPING.format(3), "[  # all\n        early_stopping,\n    ]"), 0, 2,
         (REDUCING.format(2), "[reduce_lr  # all\n    ]")),
        # A list that has a name.
        ((MINE + "listed = [mine]\n", "listed"), 3, 2,
         (MINE + BOTH + "listed = [early_stopping, reduce_lr, mine]\n", "listed")),
        ((BOTH + "listed = [early_stopping, reduce_lr]\n", "listed"), 0, 0,
         ("listed = []\n", "listed")),
        # Made in the list, and Keras' own patience.
        (("", "[tf.keras.callbacks.ReduceLROnPlateau(patience=2), 4]"), 0, 6,
         ("", "[tf.keras.callbacks.ReduceLROnPlateau(patience=6), 4]")),
        (("", "[tf.keras.callbacks.ReduceLROnPlateau('loss', 0.5, 2)]"), 0, 6,
         ("", "[tf.keras.callbacks.ReduceLROnPlateau('loss', 0.5, 6)]")),
        (("", "[tf.keras.callbacks.ReduceLROnPlateau(factor=0.5)]"), 0, 6,
         ("", "[tf.keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=6)]")),
        (("", "[4, tf.keras.callbacks.ReduceLROnPlateau(patience=2)]"), 0, 0, ("", "[4]")),
        # A name that says something else, and one that is used elsewhere.
        (("reduce_lr = 4\n", "[reduce_lr]"), 0, 2,
         ("reduce_lr = 4\n" + REDUCING.format(2).replace("lr =", "lr_2 ="),
          "[reduce_lr_2, reduce_lr]")),
        ((REDUCING.format(2) + "print(reduce_lr)\n", "[reduce_lr]"), 0, 0,
         (REDUCING.format(2) + "print(reduce_lr)\n", "")),
    ],
)  # fmt: skip
def test_each_comes_changes_and_goes(before, stopping, reducing, after, end):
    text, wanted = (program(*one).replace("\n", end) for one in (before, after))
    choices = {"early_stopping": stopping, "reduce_lr_on_plateau": reducing}
    changed = update(text, **choices)
    assert changed == wanted
    reading = read(changed)
    assert reading.config == whole_config(PLAIN, **choices)
    assert reading.custom == []
    ast.parse(changed)
    assert update(changed, **choices) == changed


@pytest.mark.parametrize(
    ("call", "patience"),
    [
        ("ReduceLROnPlateau()", 10),
        ("ReduceLROnPlateau('val_loss', 0.2, 4)", 4),
        ("ReduceLROnPlateau(patience=0)", 1),
        ("EarlyStopping()", 1),
        ("EarlyStopping(patience=6)", 6),
    ],
)
def test_what_keras_takes_a_call_for_is_what_is_read(call, patience):
    name = "early_stopping" if call.startswith("Early") else "reduce_lr_on_plateau"
    text = program(listed=f"[tf.keras.callbacks.{call}]")
    assert read(text).config == whole_config(PLAIN, **{name: patience})
    imported = text.replace("import lossviz\n", "import keras\nimport lossviz\n", 1)
    imported = imported.replace("tf.keras.callbacks", "keras.callbacks")
    assert read(imported).config == whole_config(PLAIN, **{name: patience})


def test_what_a_person_gave_a_callback_is_there_again_when_it_comes_back():
    own = REDUCING.format(2).replace("monitor=", "factor=0.5, monitor=")
    text = program(own, "[reduce_lr]")
    without = update(text, reduce_lr_on_plateau=0)
    assert without == program(own)
    assert update(without, reduce_lr_on_plateau=2) == text
    assert update(without, reduce_lr_on_plateau=5) == text.replace("patience=2", "patience=5")


def test_of_two_of_a_kind_the_last_is_the_choice_and_the_other_stays():
    other = "other = tf.keras.callbacks.ReduceLROnPlateau(patience=9)\n"
    text = program(other + REDUCING.format(2), "[other, reduce_lr]")
    assert read(text).config.reduce_lr_on_plateau == 2
    assert update(text, reduce_lr_on_plateau=3) == text.replace("patience=2", "patience=3")
    with pytest.raises(ProgramError, match="edit it in the code"):
        update(text, reduce_lr_on_plateau=0)


@pytest.mark.parametrize(
    ("made", "listed", "choices"),
    [
        ("", "make()", {"reduce_lr_on_plateau": 2}),
        (MINE, "(mine,)", {"reduce_lr_on_plateau": 2}),
        ("", "[tf.keras.callbacks.ReduceLROnPlateau(patience=int('3'))]",
         {"reduce_lr_on_plateau": 2}),
        ("", "[4, tf.keras.callbacks.ReduceLROnPlateau(\n        # why\n        patience=3)]",
         {"reduce_lr_on_plateau": 0}),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_for_the_person_is_refused(made, listed, choices):
    with pytest.raises(ProgramError, match="edit it in the code") as caught:
        update(program(made, listed), **choices)
    assert caught.value.argument in choices


def test_they_watch_the_loss_that_there_is():
    choices = {"early_stopping": 3, "reduce_lr_on_plateau": 2}
    text = program(BOTH, "[early_stopping, reduce_lr]")
    own = {"model": "net", "train": "(x, y)", "dataset": ""}
    alone = update(text, **own)
    assert alone.count('monitor="loss"') == 2
    assert read(alone).config == whole_config(PLAIN, **own, **choices)
    assert update(alone, validation="(xv, yv)").count('monitor="val_loss"') == 2
    accuracy = text.replace('Plateau(monitor="val_loss"', 'Plateau(monitor="val_accuracy"')
    assert 'monitor="val_accuracy"' in update(accuracy, **own)
    bare = program("", "[tf.keras.callbacks.ReduceLROnPlateau(patience=2)]")
    assert 'ReduceLROnPlateau(patience=2, monitor="loss")' in update(bare, **own)
