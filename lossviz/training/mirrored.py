"""One model on several devices of this machine: each trains on its part of every batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf


class Mirrored:
    """Copies of a model and an optimizer on several devices, kept alike.

    Each device computes the gradient of its part of the batch; the sum, weighted by the parts'
    sizes, is that of the whole batch for every loss that is a mean over samples. Of losses that are
    not, such as `dice` of a whole batch, each part is a batch of its own.

    Attributes:
        model: the mirrored model.
        optimizer: its optimizer.
        original: the user's own model, which gets the weights back.
    """

    def __init__(self, model: Any, optimizer: Any, devices: Sequence[str]) -> None:
        """Copy `model` and `optimizer` to these devices, such as `["GPU:0", "GPU:1"]`.

        Raises:
            ArgumentError: for a model that cannot be copied.
        """
        self.original = model
        # Between CPUs the collective operations may come apart under load; copies do not.
        cpus = any(device.startswith("CPU") for device in devices)
        self._strategy = tf.distribute.MirroredStrategy(
            [f"/{device}" for device in devices],
            cross_device_ops=tf.distribute.ReductionToOneDevice() if cpus else None,
        )
        with self._strategy.scope():
            try:
                self.model = tf.keras.models.clone_model(model)
            except (ValueError, TypeError, NotImplementedError) as error:
                first = str(error).strip().partition("\n")[0]
                raise ArgumentError(
                    "device",
                    "device: only functional and sequential models can be trained on "
                    f"several devices ({first}). Choose one device.",
                ) from error
            self.optimizer = type(optimizer).from_config(optimizer.get_config())
            self.optimizer.build(self.model.trainable_variables)

    def step(self, objective: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """One training step: `f(inputs, target)` returns the batch's mean loss and its output."""
        count = self._strategy.num_replicas_in_sync
        model, optimizer = self.model, self.optimizer

        def replica(inputs: Any, target: Any) -> Any:
            index = tf.distribute.get_replica_context().replica_id_in_sync_group
            total = tf.shape(tf.nest.flatten(target)[0])[0]
            first, last = index * total // count, (index + 1) * total // count
            share = tf.cast(last - first, tf.float32) / tf.cast(total, tf.float32)
            # A batch smaller than the number of devices leaves some without a sample: those take
            # one that counts nothing.
            first = tf.minimum(first, total - 1)
            last = tf.maximum(last, first + 1)
            inputs, target = tf.nest.map_structure(lambda rows: rows[first:last], (inputs, target))
            with tf.GradientTape() as tape:
                output = model(inputs, training=True)
                loss = objective(target, output) * share
                if model.losses:
                    loss += tf.add_n(model.losses) / count
            variables = model.trainable_variables
            # The optimizer adds the devices' gradients up.
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return loss, output

        def step(inputs: Any, target: Any) -> Any:
            losses, outputs = self._strategy.run(replica, args=(inputs, target))
            total = tf.shape(tf.nest.flatten(target)[0])[0]
            parts = self._strategy.experimental_local_results(outputs)
            output = tf.concat(parts, axis=0)[:total]
            return self._strategy.reduce("SUM", losses, axis=None), output

        return step

    def take_weights(self) -> None:
        """Begin with the weights that the user's own model has now, when the run's turn comes."""
        self.model.set_weights(self.original.get_weights())

    def hand_back(self) -> None:
        """Copy the learned weights into the user's own model."""
        self.original.set_weights(self.model.get_weights())
