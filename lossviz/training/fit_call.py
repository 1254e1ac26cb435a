"""A call of Keras' `fit` in progress: whether it still runs, and with what error it ended.

Keras has no hook for a `fit` that is interrupted or fails. What passes through its callbacks is
heard there; for the rest the stack of its thread is looked at: a call that is not on it any more
has ended.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from lossviz._tensorflow import tf

PERIOD = 0.25
"""Seconds between two looks at the stack."""

_HEARS = "_lossviz_hears"


class FitCall:
    """One call of `fit`, from inside which this is made.

    Attributes:
        over: set when it has ended, by `end` or by itself.
    """

    def __init__(self, model: Any, left: Callable[[BaseException | None], None]) -> None:
        """Watch the model's method from which this is called, through Keras' list of callbacks.

        Args:
            model: the model that is being trained.
            left: called once when the call has ended without `end`, from another thread, with the
                error that ended it where that is known.
        """
        self._frame = _frame_of(model)
        self._thread = threading.get_ident()
        self._shown = getattr(sys, "last_value", None)
        self._left = left
        self._lock = threading.Lock()
        self.over = threading.Event()
        if self._frame is not None:
            threading.Thread(target=self._watch, name="lossviz monitor", daemon=True).start()

    def makes(self, caller: FrameType | None) -> bool:
        """Whether `caller` is this call, or belongs to it."""
        wanted = self._frame
        if wanted is None:
            # In the user's own loop nobody can tell.
            return not self.over.is_set()
        while caller is not None and caller is not wanted:
            caller = caller.f_back
        return caller is not None

    def end(self) -> None:
        """The call has come to its end, or an error goes through it that is known."""
        with self._lock:
            self.over.set()
            # A frame keeps the data that the call was given.
            self._frame = None

    def leave(self) -> None:
        """End it unless that has been done: another call has started."""
        with self._lock:
            if self.over.is_set():
                return
        self.end()
        # What Python, or the notebook, has shown of it since this call began.
        error = getattr(sys, "last_value", None)
        self._left(None if error is self._shown else error)

    def _watch(self) -> None:
        gone = 0
        while not self.over.wait(PERIOD):
            # The error is shown a moment after the call has left the stack.
            gone = 0 if self.makes(sys._current_frames().get(self._thread)) else gone + 1  # noqa: SLF001
            if gone == 2:
                self.leave()


def _frame_of(model: Any) -> FrameType | None:
    """The nearest method of the model on the stack; None in the user's own loop."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to a frame
    while frame is not None and frame.f_locals.get("self") is not model:
        frame = frame.f_back
    return frame


def hear_errors(heard: Callable[[BaseException], None]) -> None:
    """Hear the errors that pass through the list of callbacks which calls now."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to a frame
    while frame is not None:
        callbacks = frame.f_locals.get("self")
        if isinstance(callbacks, tf.keras.callbacks.CallbackList):
            break
        frame = frame.f_back
    else:
        return
    for name in dir(callbacks):
        if name.startswith("on_"):
            setattr(callbacks, name, _passing(getattr(callbacks, name), heard))


def _passing(method: Any, heard: Callable[[BaseException], None]) -> Any:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except BaseException as error:
            heard(error)
            raise

    return call
