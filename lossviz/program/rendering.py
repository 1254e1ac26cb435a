"""Config to source text: the backing program."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lossviz import losses, optimizers
from lossviz.program.callbacks import CALLBACKS, PatientCallback, monitor
from lossviz.program.config import TrainingConfig
from lossviz.program.loss_source import literal, loss_function

STREAMED = "lambda inputs, target: (inputs, tf.one_hot(target, {classes}))"
"""What encodes the labels of a dataset."""

WIDTH = 88
"""The longest line, ruff's and black's default."""


@dataclass(frozen=True)
class StepNames:
    """What a program calls the parts of its training step."""

    model: str = "model"
    loss: str = "loss_fn"
    optimizer: str = "optimizer"
    step: str = "train_step"


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
        lines.append(f"task = {_task(config)}")
    lines.append(f"data = {data_expression(config, 'data', 'task')}")
    if config.validation:
        lines.append(f"validation = {data_expression(config, 'validation')}")
    if config.model != "model":
        lines.append(f"model = {model_expression(config, 'task')}")
    if config.mixed_precision and not config.model:
        # The policy is that of the layers made under it; the next program's are not changed.
        lines.insert(-1, policy_statement("mixed_bfloat16"))
        lines.append(policy_statement("float32"))
    return "\n".join(lines) + "\n"


def _task(config: TrainingConfig) -> str:
    return f"lossviz.tasks.get({quoted(config.task)})"


def data_expression(config: TrainingConfig, name: str, task: str = "") -> str:
    """The expression of the data or the validation data; "" for none.

    Args:
        config: the choices.
        name: `"data"` or `"validation"`.
        task: the name of the task in the program; "" writes the task out.
    """
    if name == "validation":
        return _encoded(config, "validation") if config.validation else ""
    if config.train:
        return _encoded(config, "train")
    return f"{task or _task(config)}.load({quoted(config.dataset)}, seed={config.seed})"


def model_expression(config: TrainingConfig, task: str = "") -> str:
    """The expression of the model; `task` is the task's name in the program, as above."""
    return config.model or f"{task or _task(config)}.build_model(data)"


def policy_statement(policy: str) -> str:
    """The line that sets the number format of the layers that are made after it."""
    return f'tf.keras.mixed_precision.set_global_policy("{policy}")'


def quoted(text: str) -> str:
    """A string literal with double quotes, whatever is in the text."""
    return json.dumps(text, ensure_ascii=False)


def _encoded(config: TrainingConfig, name: str) -> str:
    data, classes = getattr(config, name), config.one_hot
    if not classes:
        return str(data)
    if name in config.streamed:
        return f"{data}.map({STREAMED.format(classes=classes)})"
    pair = ast.parse(data, mode="eval").body
    if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
        inputs, labels = map(ast.unparse, pair.elts)
    else:
        inputs, labels = f"{data}[0]", f"{data}[1]"
    return f"({inputs}, tf.one_hot({labels}, {classes}))"


def optimizer_call(config: TrainingConfig, module: str, before: int) -> str:
    """The call that makes the optimizer, with every hyperparameter that matters.

    Args:
        config: the choices.
        module: what the program calls `tf.keras.optimizers`.
        before: how many characters precede the call on its line.
    """
    optimizer = optimizers.get(config.optimizer)
    arguments = {"learning_rate": literal(config.learning_rate)}
    for name, value in config.all_optimizer_params().items():
        card = optimizer.params[name]
        if not card.advanced or value != card.default:
            arguments[name] = literal(value)
    return _call(f"{module}.{optimizer.class_name}", arguments, before)


def _optimizer(config: TrainingConfig) -> str:
    begin = "optimizer = "
    return f"{begin}{optimizer_call(config, 'tf.keras.optimizers', len(begin))}\n"


def _train_step(config: TrainingConfig) -> str:
    half = config.mixed_precision and not config.model
    return f"\n{train_step_function(own_model=bool(config.model), half=half)}\n"


def train_step_function(*, own_model: bool, half: bool, names: StepNames | None = None) -> str:
    """`def train_step(inputs, target)` with a gradient tape.

    Args:
        own_model: the model may carry regularisation; the starter models have none.
        half: the model computes in half precision.
        names: what the program calls the model, the loss function, the optimizer and the step.
    """
    called = names or StepNames()
    own = f" + sum({called.model}.losses)" if own_model else ""
    # Losses are computed in float32: half precision has too few digits for sums and logarithms.
    output = f"{called.model}(inputs, training=True)"
    output = f"tf.cast({output}, tf.float32)" if half else output
    weights = f"{called.model}.trainable_variables"
    return f"""def {called.step}(inputs, target):
    with tf.GradientTape() as tape:
        output = {output}
        loss = {called.loss}(target, output){own}
    gradients = tape.gradient(loss, {weights})
    {called.optimizer}.apply_gradients(zip(gradients, {weights}))
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
        f"task={quoted(config.task)}",
    ]
    if config.device:
        arguments.append(f"device={quoted(config.device)}")
    if config.jit_compile:
        arguments.append("jit_compile=True")
    callbacks = [callback for callback in CALLBACKS if callback.chosen(config)]
    if callbacks:
        arguments.append(f"callbacks=[{', '.join(one.variable for one in callbacks)}]")
    inside = "".join(f"    {argument},\n" for argument in arguments)
    before = "".join(callback_statement(callback, config) for callback in callbacks)
    return f"{before}run = lossviz.train(\n{inside})\n"


def callback_statement(one: PatientCallback, config: TrainingConfig, name: str = "") -> str:
    """The lines that make a callback.

    Args:
        one: which.
        config: the choices.
        name: what the program calls it; "" for the usual name.
    """
    begin = f"{name or one.variable} = "
    arguments = {"monitor": quoted(monitor(config)), "patience": literal(one.chosen(config))}
    arguments |= {each: literal(value) for each, value in one.more.items()}
    return f"{begin}{_call(f'tf.keras.callbacks.{one.class_name}', arguments, len(begin))}\n"


def _call(function: str, arguments: Mapping[str, str], before: int) -> str:
    """A call on as few lines as it takes; `before` are the characters before it on its line."""
    written = [f"{name}={value}" for name, value in arguments.items()]
    begin = f"{function}("
    line = f"{begin}{', '.join(written)})"
    if before + len(line) <= WIDTH:
        return line
    inside = f"    {', '.join(written)}"
    if len(inside) <= WIDTH:
        return f"{begin}\n{inside}\n)"
    return begin + "".join(f"\n    {one}," for one in written) + "\n)"
