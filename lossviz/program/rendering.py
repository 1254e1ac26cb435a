"""Config to source text: the backing program."""

from __future__ import annotations

import ast
import json

from lossviz import losses
from lossviz.program import optimizers
from lossviz.program.config import TrainingConfig
from lossviz.program.loss_source import literal, loss_function

WIDTH = 88
"""The longest line, ruff's and black's default."""


def render(config: TrainingConfig) -> str:
    """The text of the program that trains what `config` says: what Train runs.

    Ordinary Python on lossviz' public API, in the order of a lesson: data and model, loss,
    optimizer, one step, and the training.

    Example:
        >>> import lossviz
        >>> text = lossviz.program.render(lossviz.TrainingConfig(loss="quadratic"))
        >>> "def loss_fn(target, output, from_logits=False):" in text
        True
    """
    loss = loss_function(losses.get(config.loss), config.all_loss_params())
    sections = [
        "import tensorflow as tf\n\nimport lossviz\n",
        _data_and_model(config),
        f"\n{loss}\n",
        _optimizer(config),
        _train_step(config),
        _train(config),
    ]
    return "\n".join(sections)


def _data_and_model(config: TrainingConfig) -> str:
    lines = [f"tf.keras.utils.set_random_seed({config.seed})", ""]
    if not config.train or not config.model:
        lines.append(f'task = lossviz.tasks.get("{config.task}")')
    if config.train:
        lines.append(f"data = {_encoded(config.train, config.one_hot)}")
        if config.validation:
            lines.append(f"validation = {_encoded(config.validation, config.one_hot)}")
    else:
        lines.append(f"data = task.load({_quoted(config.dataset)}, seed={config.seed})")
    if config.model:
        if config.model != "model":
            lines.append(f"model = {config.model}")
    elif config.mixed_precision:
        # The policy is that of the layers made under it; the next program's are not changed.
        lines += [
            'tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")',
            "model = task.build_model(data)",
            'tf.keras.mixed_precision.set_global_policy("float32")',
        ]
    else:
        lines.append("model = task.build_model(data)")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A string literal with double quotes, whatever is in the text."""
    return json.dumps(text, ensure_ascii=False)


def _encoded(data: str, classes: int) -> str:
    if not classes:
        return data
    pair = ast.parse(data, mode="eval").body
    if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
        inputs, labels = map(ast.unparse, pair.elts)
    else:
        inputs, labels = f"{data}[0]", f"{data}[1]"
    return f"({inputs}, tf.one_hot({labels}, {classes}))"


def _optimizer(config: TrainingConfig) -> str:
    optimizer = optimizers.get(config.optimizer)
    arguments = {"learning_rate": config.learning_rate}
    for name, value in config.all_optimizer_params().items():
        card = optimizer.params[name]
        if not card.advanced or value != card.default:
            arguments[name] = value
    written = [f"{name}={literal(value)}" for name, value in arguments.items()]
    begin = f"optimizer = tf.keras.optimizers.{optimizer.class_name}("
    line = f"{begin}{', '.join(written)})"
    if len(line) <= WIDTH:
        return f"{line}\n"
    inside = f"    {', '.join(written)}"
    if len(inside) <= WIDTH:
        return f"{begin}\n{inside}\n)\n"
    return begin + "".join(f"\n    {one}," for one in written) + "\n)\n"


def _train_step(config: TrainingConfig) -> str:
    # A model of the user's own may carry regularisation; the starter models have none.
    own = " + sum(model.losses)" if config.model else ""
    # Losses are computed in float32: half precision has too few digits for sums and logarithms.
    half = config.mixed_precision and not config.model
    output = "model(inputs, training=True)"
    output = f"tf.cast({output}, tf.float32)" if half else output
    return f"""
def train_step(inputs, target):
    with tf.GradientTape() as tape:
        output = {output}
        loss = loss_fn(target, output){own}
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss, output

"""


def _train(config: TrainingConfig) -> str:
    arguments = [
        "model",
        "data",
        "loss=loss_fn",
        "optimizer=optimizer",
        "train_step=train_step",
        *(["validation=validation"] if config.validation else []),
        f"epochs={config.epochs}",
        f"batch_size={config.batch_size}",
        f"seed={config.seed}",
        f'task="{config.task}"',
    ]
    if config.device:
        arguments.append(f"device={_quoted(config.device)}")
    if config.jit_compile:
        arguments.append("jit_compile=True")
    before = ""
    if config.early_stopping:
        held_out = config.validation or not config.train
        monitor = "val_loss" if held_out else "loss"
        before = (
            "early_stopping = tf.keras.callbacks.EarlyStopping(\n"
            f'    monitor="{monitor}", patience={config.early_stopping}, '
            "restore_best_weights=True\n)\n"
        )
        arguments.append("callbacks=[early_stopping]")
    inside = "".join(f"    {argument},\n" for argument in arguments)
    return f"{before}run = lossviz.train(\n{inside})\n"
