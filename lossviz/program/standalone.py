"""Config to a script on TensorFlow alone: the same training, exported."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable
from typing import Any

from lossviz import losses, tasks
from lossviz._arguments import ArgumentError
from lossviz.program.config import TrainingConfig
from lossviz.program.extraction import Extract, extract
from lossviz.program.loss_source import loss_function
from lossviz.program.own_source import is_own, own_source
from lossviz.program.rendering import optimizer_call, policy_statement, train_step_function
from lossviz.tasks import downloads, loaded, own_data

SHUFFLED = """\
for epoch in range(1, EPOCHS + 1):
    # The order depends on the seed and the epoch alone.
    shuffle = np.random.Generator(np.random.Philox(key=[SEED, epoch]))
    order = shuffle.permutation(len(inputs))
    total = 0.0
    for start in range(0, len(order), BATCH_SIZE):
        rows = order[start : start + BATCH_SIZE]
        loss, output = train_step(tf.gather(inputs, rows), tf.gather(targets, rows))
        step_losses.append(float(loss))
        total += step_losses[-1] * len(rows)
    mean = total / len(order)
"""

VALIDATE = '''\
def validate():
    """The loss on the validation data{more}."""
    total = {zero}0.0
    for start in range(0, len(validation_inputs), BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        target = validation_targets[rows]
        output = {output}
        total += float({loss}) * len(target)
{count}    return {result}
'''

CORRECT = """\
        right = tf.argmax(output, -1) == tf.argmax(target, -1)
        correct += int(tf.math.count_nonzero(right))
"""


def script(config: TrainingConfig) -> str:
    """The same training as one file on TensorFlow alone, without lossviz.

    With the same seed it produces the losses of the program from `render`, in `step_losses`.
    The task's data and model are the package's own functions; NumPy, SciPy and scikit-learn are all
    that they need. What exists only in your notebook, such as a model of your own or a folder of
    images, becomes `...` at the top, with the expression that made it in a comment: put your code
    there. A loss that is not finite does not end the script.

    Args:
        config: the choices.

    Raises:
        ArgumentError: for a loss of your own that needs more than its own text, such as a class or
            a variable of the notebook; and for a task of your own whose functions do.

    Example:
        >>> import lossviz
        >>> text = lossviz.program.script(lossviz.TrainingConfig(task="regression"))
        >>> "import lossviz" in text
        False
    """
    return _Script(config).text()


class _Script:
    def __init__(self, config: TrainingConfig) -> None:
        self.config = config
        self.task = tasks.get(config.task)
        self.dataset = self.task.dataset(config.dataset)
        known = config.dataset in self.task.datasets_by_name
        self.own_data = bool(config.train) or not known
        self.half = config.mixed_precision and not config.model
        self.accuracy = "accuracy" in self.dataset.metrics and not config.train

    def text(self) -> str:
        config = self.config
        found = self._extracted()
        loss = loss_function(losses.get(config.loss), config.all_loss_params())
        if "lossviz" in loss:
            raise ArgumentError(
                "loss",
                f"loss: {config.loss!r} needs more than its own source; a script can contain "
                "only a plain function that uses TensorFlow as `tf`.",
            )
        title = f"{self.task.title}: {losses.get(config.loss).title}"
        title = title.replace("\\", " ").replace('"', "'")
        choices = f"{config.seed}, {config.epochs}, {config.batch_size}"
        sections = [
            f'"""{title}."""\n\n{_sorted_imports(found.imports)}',
            "".join([f"SEED, EPOCHS, BATCH_SIZE = {choices}\n", *found.constants]),
            "tf.keras.utils.set_random_seed(SEED)\n",
            self._data(found),
            self._model(found),
            f"\n# The loss\n{loss}\n",
            self._optimizer(),
            self._step(),
            self._validation(),
            self._training(),
        ]
        text = "\n".join(section for section in sections if section)
        return re.sub(r"\n{4,}", "\n\n\n", text)

    def _optimizer(self) -> str:
        made = optimizer_call(self.config, "tf.keras.optimizers", 12)
        lines = ["# The optimizer", f"optimizer = {made}"]
        if self.config.optimizer == "schedulefreeadamw":
            # Built within the graph, as Keras does by itself, it would restart at every step.
            lines.append("optimizer.build(model.trainable_variables)")
        return "\n".join(lines) + "\n"

    def _extracted(self) -> Extract:
        roots: dict[str, Callable[..., Any]] = {}
        download = downloads.DOWNLOADS.get(self.config.dataset)
        if download and not self.config.train:
            roots["arrays"] = downloads.arrays
        elif not self.own_data:
            roots["load_data"] = self.dataset.load
        if not self.config.model:
            if self.own_data and not is_own(self.dataset.model):
                roots["outputs"] = own_data.outputs
            roots["build_model"] = self.dataset.model
        own = {name: function for name, function in roots.items() if is_own(function)}
        known = {name: function for name, function in roots.items() if name not in own}
        if "load_data" in own:
            known["as_loaded"] = loaded.as_loaded
        found = extract(known, {"Data", *(["outputs"] if "outputs" not in roots else [])})
        found.join(own_source(own))
        found.imports |= {"import numpy as np", "import tensorflow as tf"}
        if not (self.config.model and self.own_data):
            found.imports.add("from types import SimpleNamespace")
        return found

    def _data(self, found: Extract) -> str:
        config = self.config
        lines = ["# The data"]
        download = downloads.DOWNLOADS.get(config.dataset)
        both = ["inputs", "targets"]
        if self.own_data:
            lines = [
                "# Your data: put the code that creates it here, as arrays with one sample per row."
            ]
            lines.append(f"inputs, targets = ...  # {_comment(config.train or config.dataset)}")
            if config.one_hot:  # arrays, whatever they were in the notebook
                lines.append(f"targets = tf.one_hot(targets, {config.one_hot})")
            if self.config.held_out:
                expression = _comment(config.validation or config.dataset)
                lines.append(f"validation_inputs, validation_targets = ...  # {expression}")
                if config.one_hot:
                    lines.append(
                        f"validation_targets = tf.one_hot(validation_targets, {config.one_hot})"
                    )
            lines.append("inputs, targets = tf.constant(inputs), tf.constant(targets)")
            if not config.model:
                lines += [
                    "data = SimpleNamespace(",
                    "    inputs=inputs, targets=targets.numpy(), classes=(), anchors=None",
                    ")",
                ]
        elif download:
            count = len(download.classes)
            lines += [
                *_spaced(found.definitions["arrays"]),
                f"train, test = tf.keras.datasets.{download.module}.load_data()",
                f"inputs, targets = arrays(*train, {count})",
                f"validation_inputs, validation_targets = arrays(*test, {count})",
                "data = SimpleNamespace(inputs=inputs, targets=targets)",
                "inputs, targets = tf.constant(inputs), tf.constant(targets)",
            ]
        else:
            lines += ["Data = SimpleNamespace", *_spaced(found.definitions["load_data"])]
            lines += self._loading(found)
            lines += [f"{name} = tf.constant(data.{name})" for name in both]
            if self.config.held_out and not config.validation:
                lines += [f"validation_{one} = tf.constant(data.validation_{one})" for one in both]
        if config.validation and not self.own_data:
            lines.append(
                f"validation_inputs, validation_targets = ...  # {_comment(config.validation)}"
            )
        return "\n".join(lines) + "\n"

    def _loading(self, found: Extract) -> list[str]:
        if not is_own(self.dataset.load):
            return ["data = load_data(SEED)"]
        # A user's own loader returns its data in one of several forms.
        classes = self.dataset.classes if self.dataset.targets == "classes" else None
        call = f"{self.dataset.load.__name__}(SEED)"
        return [
            *_spaced(found.definitions["as_loaded"]),
            f'data = as_loaded("{self.dataset.name}", {call}, SEED, {classes})',
        ]

    def _model(self, found: Extract) -> str:
        if self.config.model:
            return (
                "# Your own: put the code here that makes it.\n"
                f"model = ...  # {_comment(self.config.model)}\n"
            )
        lines = ["# The model"]
        if "outputs" in found.definitions:
            lines += _spaced(found.definitions["outputs"])
        definitions = found.definitions["build_model"]
        if not self.own_data:
            count = (
                "len(data.classes)"
                if self.dataset.targets == "sequence"
                else ("data.targets.shape[-1]")
            )
            definitions = [
                re.sub(r"outputs\(data, label_axes=\d+\)", count, definition)
                for definition in definitions
            ]
        lines += _spaced(definitions)
        if self.half:
            lines.append(policy_statement("mixed_bfloat16"))
        own = is_own(self.dataset.model)
        lines.append(f"model = {self.dataset.model.__name__ if own else 'build_model'}(data)")
        if self.half:
            lines.append(policy_statement("float32"))
        return "\n".join(lines) + "\n"

    def _step(self) -> str:
        text = train_step_function(own_model=bool(self.config.model), half=self.half)
        compiled = "@tf.function(jit_compile=True)" if self.config.jit_compile else "@tf.function"
        return f"\n{compiled}\n{text}\n"

    def _validation(self) -> str:
        if not self.config.held_out:
            return ""
        output = "model(validation_inputs[rows], training=False)"
        output = f"tf.cast({output}, tf.float32)" if self.half else output
        own = " + sum(model.losses)" if self.config.model else ""
        mean = "total / len(validation_inputs)"
        return (
            VALIDATE.format(
                more=", and the accuracy" if self.accuracy else "",
                zero="correct = " if self.accuracy else "",
                output=output,
                loss=f"loss_fn(target, output){own}",
                count=CORRECT if self.accuracy else "",
                result=f"{mean}, correct / len(validation_inputs)" if self.accuracy else mean,
            )
            + "\n"
        )

    def _training(self) -> str:
        config = self.config
        lines = ["# The training", "step_losses = []"]
        if config.early_stopping:
            lines.append('best, best_weights, waited = float("inf"), model.get_weights(), 0')
        if config.reduce_lr_on_plateau:
            lines.append('lowest, stalled = float("inf"), 0')
        loop, shown = [SHUFFLED.rstrip()], ["loss {mean:.4f}"]
        watched = "mean"
        if self.config.held_out:
            names = "val_loss, val_accuracy" if self.accuracy else "val_loss"
            loop.append(f"    {names} = validate()")
            shown += [f"{name} {{{name}:.4f}}" for name in names.split(", ")]
            watched = "val_loss"
        if self.accuracy and self.config.held_out:
            first = f'f"epoch {{epoch}}: {", ".join(shown[:2])},"'
            loop.append(f'    print(\n        {first},\n        f"{shown[2]}",\n    )')
        else:
            loop.append(f'    print(f"epoch {{epoch}}: {", ".join(shown)}")')
        if config.early_stopping:
            loop.append(textwrap.indent(_early_stopping(watched, config.early_stopping), "    "))
        if config.reduce_lr_on_plateau:
            text = _reduce_on_plateau(watched, config.reduce_lr_on_plateau)
            loop.append(textwrap.indent(text, "    "))
        whole = "\n".join(loop)
        if config.device:
            whole = f'with tf.device("/{config.device}"):\n' + textwrap.indent(whole, "    ")
        lines.append(whole)
        if config.optimizer_params.get("use_ema"):
            lines.append("optimizer.finalize_variable_values(model.trainable_variables)")
        if config.early_stopping:
            lines.append("model.set_weights(best_weights)")
        return "\n".join(lines) + "\n"


def _early_stopping(watched: str, patience: int) -> str:
    return f"""\
waited += 1
if {watched} < best:
    best, best_weights, waited = {watched}, model.get_weights(), 0
elif waited >= {patience} and epoch > 1:
    break"""


def _reduce_on_plateau(watched: str, patience: int) -> str:
    return f"""\
# As Keras' ReduceLROnPlateau: only what improves by more than 0.0001 counts.
stalled += 1
if {watched} < lowest - 1e-4:
    lowest, stalled = {watched}, 0
elif stalled >= {patience}:
    optimizer.learning_rate = 0.1 * float(optimizer.learning_rate)
    stalled = 0"""


def _sorted_imports(statements: set[str]) -> str:
    """Imports as PEP 8 has them: the standard library's, then the others."""
    standard = {"dataclasses", "functools", "types", "math", "itertools"}
    blocks: list[list[str]] = [[], []]
    for statement in sorted(statements, key=lambda one: (one.startswith("from"), one)):
        blocks[statement.split()[1].split(".")[0] not in standard].append(statement)
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _spaced(definitions: list[str]) -> list[str]:
    """Definitions with two empty lines around functions and classes."""
    lines = []
    for text in definitions:
        plain = isinstance(ast.parse(text).body[0], ast.Assign)
        lines.append(text.rstrip("\n") if plain else f"\n\n{text.rstrip()}\n\n")
    return lines


def _comment(expression: str) -> str:
    """An expression on the one line of a comment."""
    return " ".join(expression.split())
