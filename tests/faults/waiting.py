"""Waiting for conditions, with a deadline: the only way these tests pass time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[bool]], what: str, *, seconds: float, every: float = 0.02) -> float:
    """Wait until it is true; answers the seconds it took. AssertionError when it has not come true in time."""
    began = time.monotonic()
    while not await condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"waited {seconds:.0f} s for this to be so: {what}")
        await asyncio.sleep(every)
    return time.monotonic() - began
