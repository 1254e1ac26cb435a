"""What a model's output holds, logits or probabilities: found from its end, else from a batch."""

from __future__ import annotations

import dis
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lossviz._tensorflow import tf

Holds = Literal["logits", "probabilities", "unknown"]

PROBABILITIES = {"softmax", "sigmoid", "hard_sigmoid"}
"""Activations that end in values from 0 to 1; the others leave any numbers."""

_SAME_NAME = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax", "identity": "linear"}
"""What TensorFlow calls its functions, and what Keras calls them."""
_NAMES = {
    "softmax", "sigmoid", "hard_sigmoid", "log_softmax", "log_sigmoid", "linear", "relu", "relu6",
    "tanh", "elu", "selu", "gelu", "silu", "swish", "mish", "softplus", "softsign", "exponential",
    "leaky_relu", "hard_silu", "hard_swish", "celu", "glu", "sparsemax", "squareplus",
    "tanh_shrink",
}  # fmt: skip
_SPOKEN = {
    "tf", "tensorflow", "keras", "nn", "math", "ops", "activations", "backend", "K", "cast",
    "float32",
}  # fmt: skip
"""Names besides the activation's own in a function that does nothing else."""

_LAYERS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "prelu",
           "ELU": "elu"}  # fmt: skip
_THROUGH = {
    "Reshape", "Flatten", "Permute", "Identity", "Masking", "RepeatVector",
    "ActivityRegularization",
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
    "GaussianDropout", "GaussianNoise", "Cropping1D", "Cropping2D", "Cropping3D", "UpSampling1D",
    "UpSampling2D", "UpSampling3D", "Resizing", "AveragePooling1D", "AveragePooling2D",
    "AveragePooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    # keras.ops
    "Cast", "Squeeze", "ExpandDims", "Transpose", "Swapaxes", "Moveaxis", "Ravel", "GetItem",
    "StopGradient", "Copy", "Resize", "Repeat", "Tile", "BroadcastTo", "Mean",
}  # fmt: skip
"""Layers and operations that leave probabilities probabilities."""
_RAW = {
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization",
    "Embedding", "MultiHeadAttention", "GroupedQueryAttention", "Attention", "AdditiveAttention",
    "Dot", "Normalization", "Discretization", "LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional",
    # keras.ops
    "Matmul", "Tensordot", "Einsum", "Conv", "Log", "Negative", "LogSoftmax",
}  # fmt: skip
"""Layers and operations whose output can be any number."""
_OF_MANY = {"Add", "Subtract", "Concatenate", "Average", "Stack"}


@dataclass(frozen=True)
class Output:
    """What one output of a model holds.

    Attributes:
        holds: `"logits"` (any numbers), `"probabilities"` (from 0 to 1) or `"unknown"`.
        activation: what it ends in: `"softmax"`, `"sigmoid"`, `"relu"`, ...; `"none"` for nothing;
            `""` where that is not known.
        why: from what it is known, as a part of a sentence, such as "the model ends in softmax".
    """

    holds: Holds
    activation: str
    why: str

    @property
    def from_logits(self) -> bool | None:
        """The setting for `from_logits`; None where it is not known."""
        return None if self.holds == "unknown" else self.holds == "logits"


UNKNOWN = Output("unknown", "", "the end of the model does not reveal what its output contains")


def found(model: Any, *, sample: Any = None) -> Output:
    """What the model's output holds; of several outputs the first.

    Nothing of the model is called or changed.

    Args:
        model: a Keras model, built or not.
        sample: the model's output for a batch, an array or tensor (or a structure of them, for
            several outputs); asked only where the model's end does not tell.

    Example:
        >>> import keras
        >>> from lossviz.training.outputs import found
        >>> layers = [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
        >>> found(keras.Sequential(layers)).holds
        'probabilities'
    """
    return found_all(model, sample=sample)[0]


def found_all(model: Any, *, sample: Any = None) -> list[Output]:
    """What each of the model's outputs holds, in the order of `model.outputs`; as `found`."""
    ends = _ends(model)
    samples = [] if sample is None else tf.nest.flatten(sample)
    if ends is None:
        ends = [UNKNOWN] * max(len(samples), 1)
    return [
        _of_sample(samples[i]) if end.holds == "unknown" and i < len(samples) else end
        for i, end in enumerate(ends)
    ]


def _ends(model: Any) -> list[Output] | None:
    """What the ends of a model tell, or None where it has none that can be seen."""
    outputs = getattr(model, "outputs", None)
    if outputs and _is_keras_own(model):
        return [_of_tensor(output) for output in outputs]
    layers = getattr(model, "layers", None)
    if layers and _kind(model) == "Sequential":
        return [_of_layers(layers)]
    return None


def _of_layers(layers: Sequence[Any]) -> Output:
    """A sequence of layers that was never called has no graph; its order is known all the same."""
    before = functools.partial(_of_layers, layers[:-1]) if len(layers) > 1 else lambda: UNKNOWN
    return _of_operation(layers[-1], 0, [before])


def _of_tensor(tensor: Any) -> Output:
    history = getattr(tensor, "_keras_history", None)
    if history is None:
        return UNKNOWN
    operation = history.operation
    nodes = getattr(operation, "_inbound_nodes", [])
    inputs = nodes[history.node_index].input_tensors if history.node_index < len(nodes) else []
    before = [functools.partial(_of_tensor, value) for value in inputs]
    return _of_operation(operation, history.tensor_index, before)


def _of_operation(operation: Any, index: int, before: Sequence[Callable[[], Output]]) -> Output:
    """What the operation's output contains.

    Args:
        operation: a layer, a model or an operation of `keras.ops`.
        index: which of its outputs.
        before: what each of its inputs holds, once it is asked for.
    """
    kind = _kind(operation)
    nested = _ends(operation)
    if nested is not None:
        return nested[index] if index < len(nested) else UNKNOWN
    if kind in {"TimeDistributed", "SpectralNormalization"}:
        return _of_operation(operation.layer, 0, before)
    if kind in _LAYERS:
        return _ends_in(_LAYERS[kind])
    if kind == "Lambda":
        return _of_function(operation.function)
    if kind in _RAW or kind == "Rescaling":
        inside = before[0]() if kind == "Rescaling" and before else None
        return UNKNOWN if inside and inside.holds == "probabilities" else _without(kind)
    if kind in _THROUGH:
        return before[0]() if before else UNKNOWN
    if kind in _OF_MANY:
        return _of_many(kind, [one() for one in before])
    if not kind:
        return UNKNOWN
    activation = getattr(operation, "activation", None)
    if kind == "Activation" or callable(activation):
        end = _of_function(activation)
        if end.activation in {"none", "linear"}:
            return before[0]() if kind == "Activation" and before else _without(kind)
        return end
    name = _snake(kind)
    return _ends_in(name) if name in _NAMES else UNKNOWN


def _of_many(kind: str, parts: Iterable[Output]) -> Output:
    """What the output of several joined parts contains."""
    parts = list(parts)
    if parts and all(part.holds == "logits" for part in parts):
        return _without(kind)
    alike = {part.activation for part in parts}
    # The mean of distributions is one; sigmoids side by side are sigmoids.
    keeps = kind == "Average" or (kind in {"Concatenate", "Stack"} and alike <= {"sigmoid"})
    return parts[0] if keeps and len(alike) == 1 else UNKNOWN


def _of_function(function: Any) -> Output:
    """What an activation outputs: a function, a layer or a name."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, str):
        return _ends_in(function) if function in _NAMES else UNKNOWN
    if hasattr(function, "_inbound_nodes"):
        return _of_operation(function, 0, [lambda: _ends_in("linear")])
    name = str(getattr(function, "__name__", ""))
    name = _SAME_NAME.get(name, name)
    if str(getattr(function, "__module__", "")).partition(".")[0] in {"keras", "tensorflow"}:
        return _ends_in(name) if name in _NAMES else UNKNOWN
    code = getattr(function, "__code__", None)
    called = set(getattr(code, "co_names", ())) - _SPOKEN
    if called <= {"softmax", "sigmoid"} and len(called) == 1 and _does_nothing_else(function):
        return _ends_in(called.pop())
    return UNKNOWN


def _does_nothing_else(function: Any) -> bool:
    """Whether a function of the user's own only hands its argument on to another function."""
    code = function.__code__
    plain = set(code.co_consts) <= {None, function.__doc__, -1, ("axis",)}
    computes = ("BINARY", "UNARY", "COMPARE", "STORE", "POP_JUMP", "FOR_ITER")
    return (
        plain
        and not code.co_freevars
        and not any(one.opname.startswith(computes) for one in dis.get_instructions(code))
    )


def _ends_in(activation: str) -> Output:
    if activation in {"linear", ""}:
        return Output("logits", "none", "the model ends without an activation")
    holds: Holds = "probabilities" if activation in PROBABILITIES else "logits"
    return Output(holds, activation, f"the model ends in {activation}")


def _without(kind: str) -> Output:
    return Output("logits", "none", f"the model ends in {kind} without an activation")


def _of_sample(sample: Any) -> Output:
    """What a batch of outputs tells."""
    values = np.asarray(sample)
    if values.dtype.kind not in "fiub" and "float" not in str(values.dtype):
        return UNKNOWN
    values = values.astype(np.float64)
    if not values.size or not np.isfinite(values).all():
        return UNKNOWN
    half = "float16" in str(getattr(sample, "dtype", ""))
    near = 1e-2 if half else 1e-4
    if values.min() < -near or values.max() > 1 + near:
        return Output("logits", "", "its output for a batch has values outside 0 to 1")
    if not values.any():
        return UNKNOWN
    if values.ndim > 1 and values.shape[-1] > 1 and np.abs(values.sum(-1) - 1).max() < near:
        return Output(
            "probabilities",
            "softmax",
            "its output for a batch has rows of values from 0 to 1 that sum to 1",
        )
    return Output("probabilities", "sigmoid", "its output for a batch lies between 0 and 1")


def _kind(operation: Any) -> str:
    """The name of Keras' class whose `call` computes the operation; "" for code of others."""
    order = type(operation).__mro__
    computes = next((one for one in order if "call" in vars(one)), None)
    if computes is None or not _is_keras(computes):
        return ""
    return next(one.__name__ for one in order if _is_keras(one))


def _is_keras_own(model: Any) -> bool:
    """Whether a model is computed as Keras does it: one with a `call` of its own may do more."""
    return _kind(model) in {"Functional", "Sequential"}


def _is_keras(one: Any) -> bool:
    library = str(getattr(one, "__module__", "")).partition(".")[0]
    return library in {"keras", "keras_hub", "keras_nlp"}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
