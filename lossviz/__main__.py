"""`python -m lossviz` is the command `lossviz`."""

from __future__ import annotations

import sys

from lossviz.cli import main

sys.exit(main())
