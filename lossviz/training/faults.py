"""Why a run failed, in words for a newcomer."""

from __future__ import annotations

import ast
import os
import re
import sys
import sysconfig
import textwrap
import traceback
from pathlib import Path

from lossviz._arguments import ArgumentError
from lossviz.history import is_disk_full

LONGEST = 300
"""Longest part of an error's own message that is shown, in characters."""

_SHAPELESS = (
    "The shapes of the dataset's elements are unknown: set the shapes in its "
    "`output_signature`, or use tf.ensure_shape."
)
_OTHER_FORM = (
    "Structure the targets like the model's outputs: one array for one output, a list with "
    "as many arrays for several, and a dict only if the model returns a dict."
)
_HINTS = (
    ("not defined on an unknown TensorShape", _SHAPELESS),
    ("length of shape with unknown rank", _SHAPELESS),
    ("y_true and y_pred have different structures", _OTHER_FORM),
    ("Expected float32, but got out of type 'str'", _OTHER_FORM),
    (
        "Expected an instance of tuple, got {",
        "The names in metrics= must match the names of the outputs.",
    ),
)
"""What TensorFlow says in terms of its own, and what it means for who reads it."""

# Terminal colours, and which node of a graph it was.
_MARKS = re.compile(r"\x1b\[\d+m|{{function_node [^}]*}} ?")
_NODE = re.compile(r"\s*\[\[{{node [^}]*}}\]\]|\s*{{node [^}]*}}")
_NODE_FRAMES = re.compile(
    r"\A(?:Graph execution error:|Detected at node .*|<stack traces unavailable>|File \".*|\s)+"
)
_ROOT_ERROR = re.compile(
    r"^\d+ root error\(s\) found\.\s+\(0\) [A-Z_]+:\s+"
    r"|^Error in user-defined function passed to \S+ transformation with iterator: \S+: "
)
_LITERAL = re.compile(r"(['\"]).*\\n.*\1$")
_KIND = re.compile(r"^[\w.]+: ")


class TrialError(ArgumentError):
    """A loss or a step of a user's own that cannot train.

    Attributes:
        line: the line of the user's code, of its cell or file; 0 where it is not known.
    """

    def __init__(self, argument: str, message: str, line: int = 0) -> None:
        super().__init__(argument, message)
        self.line = line


class NonFiniteLossError(ArithmeticError):
    """A step's loss was NaN or infinite.

    Attributes:
        step: the number of the step, counted from 1.
    """

    def __init__(self, step: int, value: float) -> None:
        what = "not a number (NaN)" if value != value else "infinite"  # noqa: PLR0124 - NaN test
        if step == 1:
            causes = (
                "a logarithm, division or square root of zero, or inputs that contain NaN. "
                "Adding a small constant such as 1e-7 inside the logarithm helps."
            )
        else:
            causes = (
                "a learning rate that is too high, or inputs that contain NaN. Try a "
                "learning rate ten times smaller."
            )
        super().__init__(f"The loss became {what} at step {step:,}. Usual causes: {causes}")
        self.step = step


def explain(error: BaseException, step: int) -> str:
    """One or two sentences: what happened, where, and what to try.

    Args:
        error: what ended the run.
        step: how many steps had been taken.
    """
    if isinstance(error, NonFiniteLossError):
        return str(error)
    where = f"after step {step:,}" if step else "before the first step"
    if isinstance(error, TrialError):
        return f"Training failed {where}. {error}."
    if is_disk_full(error):
        # TensorFlow has one kind of error for a full memory and a full disk.
        return f"Training failed {where}: the disk is full."
    kind = type(error).__name__
    if kind == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return f"Training ran out of memory {where}. Try a smaller batch size."
    frame = place_of(error)
    place = f", on line {frame.lineno} of {frame.name}" if frame else ""
    return f"Training failed {where}{place}: {reason_of(error)} ({kind})"


def why_not_written(error: BaseException) -> str:
    """Why a file could not be written, as the part of a sentence behind a colon."""
    if is_disk_full(error):
        return "the disk is full"
    return reason_of(error).rstrip(".")


def reason_of(error: BaseException) -> str:
    """What was wrong, of the error's own words: one line.

    Keras and TensorFlow wrap the sentence that tells it into tracebacks, lists of arguments,
    terminal colours and the names of nodes.
    """
    text = _unwrapped(str(error).strip())
    lines = [line.strip() for line in _without_arrays(text).splitlines() if line.strip()]
    if not lines:
        return "no message"
    # The operation and its wiring mean nothing to who wrote the line.
    reason = re.split(r" for '{{node|\[Op:", lines[0])[0].strip().removesuffix(" for")
    reason = _NODE.sub("", reason).strip()
    reason += next((f" {hint}" for words, hint in _HINTS if words in reason), "")
    return reason if len(reason) <= LONGEST else _cut(reason)


def _unwrapped(text: str) -> str:
    """The message inside what Keras and TensorFlow put around it, which may be several layers."""
    before = None
    while text != before:
        before = text
        if _LITERAL.match(text):
            text = str(ast.literal_eval(text))  # a KeyError's whole message
        text = _MARKS.sub("", text).strip()
        if text.startswith("in user code:"):
            text = _behind_frames(text)
        elif text.startswith("Exception encountered when calling"):
            text = text.partition("\n")[2]
        elif text.startswith(("Graph execution error", "Detected at node")):
            text = _NODE_FRAMES.sub("", text)
        else:
            text = _ROOT_ERROR.sub("", text)
        # Behind the message of a layer's call there is a list of what it was called with.
        text = re.split(r"\n\s*Arguments received by ", text)[0].strip()
    if "\nTraceback (most recent call last):" in text:
        # What Python code inside a graph raised: its type precedes the message.
        text = _KIND.sub("", text)
    return text


def _behind_frames(text: str) -> str:
    """The message of an error that was raised while AutoGraph traced: it follows the frames."""
    lines = text.splitlines()[1:]
    for at, line in enumerate(lines):
        if re.match(r" {4}(?! |File \")\S", line):
            message = textwrap.dedent("\n".join(lines[at:]))
            return _KIND.sub("", message) if ":" in message else ""
    return ""


def _without_arrays(text: str) -> str:
    """The text with arrays that fill several lines cut out of their sentences."""
    parts, depth, begin, last = [], 0, 0, 0
    for at, letter in enumerate(text):
        if letter == "[":
            begin = at if depth == 0 else begin
            depth += 1
        elif letter == "]" and depth:
            depth -= 1
            if depth == 0 and "\n" in text[begin:at]:
                parts += [text[last:begin], "[...]"]
                last = at + 1
    return "".join([*parts, text[last:]])


def _cut(reason: str) -> str:
    """Whole sentences where there are any within the limit."""
    head = reason[:LONGEST]
    end = head.rfind(". ")
    return head[: end + 1] if end > 0 else f"{head[:-3].rsplit(' ', 1)[0]}..."


def place_of(error: BaseException) -> traceback.FrameSummary | None:
    """The innermost line of the user's code that the error passed, or None."""
    found = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame)]
    found += [
        traceback.FrameSummary(file, int(line), name)
        for file, line, name in re.findall(r'File "([^"]+)", line (\d+), in (\w+)', str(error))
    ]
    own = [frame for frame in found if _is_users(frame)]
    return own[-1] if own else None


def _is_users(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is of a cell, a program or a file of the user's, not of a package."""
    name = frame.filename
    if name.startswith("<"):
        return not name.startswith(("<frozen ", "<__array_function__"))
    path = Path(os.path.realpath(name))
    if path.name.startswith("__autograph_generated_file"):
        return False
    # By where packages really lie: the user's own folders may be called like theirs.
    if {"site-packages", "dist-packages"} & set(path.parts):
        return False
    return not any(path.is_relative_to(folder) for folder in _package_folders())


def _package_folders() -> set[str]:
    """The folders of the standard library, of lossviz, and of TensorFlow and Keras."""
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders.add(str(Path(__file__).parent.parent))
    for name in ("tensorflow", "keras"):
        folders.update(getattr(sys.modules.get(name), "__path__", ()))
    return {os.path.realpath(folder) for folder in folders if folder}
