"""The command `lossviz`: what the history knows, in a terminal. It loads no TensorFlow."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lossviz.cli.parser import parse
from lossviz.history import FAULTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 for what failed, 2 for wrong arguments."""
    options = parse(arguments)
    try:
        return int(options.act(options))
    except (*FAULTS, TypeError) as error:
        print(f"lossviz: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except BrokenPipeError:  # `lossviz runs | head`
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
