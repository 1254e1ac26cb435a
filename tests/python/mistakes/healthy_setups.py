"""Set-ups that look dangerous and are healthy: nothing must be told of them."""

from __future__ import annotations

import healthy_data
import healthy_feeding
import healthy_models
from healthy import HEALTHY

__all__ = ["HEALTHY", "healthy_data", "healthy_feeding", "healthy_models"]
