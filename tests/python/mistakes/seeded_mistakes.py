"""Set-ups with a mistake that Keras trains through, each with the rule that must tell it."""

from __future__ import annotations

import seeded_data
import seeded_feeding
import seeded_models
from seeds import SEEDED

__all__ = ["SEEDED", "seeded_data", "seeded_feeding", "seeded_models"]
