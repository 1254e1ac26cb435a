"""The catalogue of tasks: every task by its name, lossviz' own and those of users."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from lossviz import losses as catalogue
from lossviz import optimizers
from lossviz._arguments import ArgumentError, number, shown, unknown_name, whole_number
from lossviz.tasks.data import Data
from lossviz.tasks.task import Dataset, Task, checked_name, titled

_tasks: dict[str, Task] = {}
_built_in: set[str] = set()


def names() -> list[str]:
    """The names of all tasks.

    Example:
        >>> import lossviz
        >>> lossviz.tasks.names()[0]
        'image_classification'
    """
    return list(_tasks)


def get(name: str) -> Task:
    """The task of this name.

    Raises:
        ArgumentError: for an unknown name; the message names the nearest ones.

    Example:
        >>> import lossviz
        >>> lossviz.tasks.get("image_classification").default_loss
        'cross_entropy'
    """
    if name not in _tasks:
        raise unknown_name("task", name, _tasks)
    return _tasks[name]


def register(
    name: str,
    datasets: Dataset | Iterable[Dataset],
    *,
    losses: Iterable[str] | None = None,
    title: str | None = None,
    targets: str = "",
    epochs: int = 10,
    batch_size: int = 32,
    optimizer: str = "adam",
    learning_rate: float = 0.001,
    label_axes: int | None = None,
    pictures: bool = False,
    folder: Callable[[Path, int], Data] | None = None,
    folder_help: str = "",
) -> Task:
    """Add your own task to those of lossviz, for this session.

    It joins the lab's drop-down, `lossviz.TrainingConfig` and the programs. Registering the same
    name again replaces the earlier one, so that a cell can be run twice; the names of lossviz' own
    tasks are taken.

    Args:
        name: the name in code, of letters, digits and `_`.
        datasets: its data set, or several; the first is the default.
        losses: names of the losses that suit it, best first; the first is the default. None for a
            task that `lossviz.losses` knows already.
        title: the display name; by default derived from `name`.
        targets: what the targets are, within a sentence, such as `"a class for each pixel"`.
        epochs, batch_size, optimizer, learning_rate: what brings the starter model of the default
            data set to a useful result.
        label_axes: how many axes integer labels have that denote classes; 0 where the targets
            are not classes. None: 1 for classes, else 0.
        pictures: whether the inputs are images.
        folder: loads the data in a folder from a path and a seed, where the task can read one.
        folder_help: what such a folder must hold.

    Returns:
        The task, as `get` returns it from now on.

    Raises:
        ArgumentError: when the name is taken, there is no data set, a loss is unknown, or a number
            is out of bounds.
        TypeError: when `datasets` are none.

    Example:
        >>> import keras, numpy as np
        >>> import lossviz
        >>> from lossviz.tasks import Dataset
        >>> def two_squares(seed):
        ...     points = np.random.default_rng(seed).uniform(-1, 1, (400, 2))
        ...     return points, (points.prod(axis=1) > 0).astype(int)
        >>> def small_model(data):
        ...     layers = keras.layers
        ...     return keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(2)])
        >>> task = lossviz.tasks.register(
        ...     "squares",
        ...     Dataset(
        ...         name="two_squares", load=two_squares, model=small_model, targets="classes",
        ...         metrics=("accuracy",),
        ...     ),
        ...     losses=["cross_entropy", "focal"],
        ... )
        >>> task.title, task.default_loss, task.load().targets.shape
        ('Squares', 'cross_entropy', (320, 2))
    """
    if checked_name("name", name) in _built_in:
        raise ArgumentError("name", f"name: {name!r} is a built-in task; choose another name.")
    found = [datasets] if isinstance(datasets, Dataset) else list(datasets)
    if not found:
        raise ArgumentError("datasets", "datasets: got none; a task needs at least one.")
    for one in found:
        if not isinstance(one, Dataset):
            raise TypeError(f"datasets: got {shown(one)}; it must be a lossviz.tasks.Dataset.")
    kind = found[0].targets
    task = Task(
        name=name,
        title=title or titled(name),
        datasets_by_name={one.name: one for one in found},
        epochs=whole_number("epochs", epochs),
        batch_size=whole_number("batch_size", batch_size),
        optimizer=optimizers.get(optimizer).name,
        learning_rate=number("learning_rate", learning_rate, above=0),
        label_axes=int(kind == "classes") if label_axes is None else label_axes,
        pictures=pictures,
        folder=folder,
        folder_help=folder_help,
    )
    if losses is not None:
        catalogue.suit(name, losses, targets=kind, words=targets)
    elif name not in catalogue.SUITS:
        raise ArgumentError("losses", "losses: got None; give the names of losses for this task.")
    _tasks[name] = task
    return task


def close() -> None:
    """The tasks that are there are lossviz' own: no other may take their names."""
    _built_in.update(_tasks)
