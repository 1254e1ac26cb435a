"""`python -m lossviz.cli` is the command `lossviz`."""

from __future__ import annotations

import sys

from lossviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
