"""Messages between a kernel and its pages, and the one thread that sends them."""

from __future__ import annotations

from lossviz.wire.parent_request import forget_route
from lossviz.wire.publisher import Outlet, publisher
from lossviz.wire.run_stream import RunStream
from lossviz.wire.saved import saved

__all__ = ["Outlet", "RunStream", "forget_route", "publisher", "saved"]
