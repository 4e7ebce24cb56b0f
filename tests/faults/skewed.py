"""A worker on a host whose clock is wrong by SKEW_SECONDS. Set before anything else is imported, so that everybody believes it."""

from __future__ import annotations

import datetime  # noqa: ICN001 - the module itself is changed
import os
import time
from typing import Any

SKEW_SECONDS = float(os.environ["SKEW_SECONDS"])
true_time = time.time


class Skewed(datetime.datetime):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return super().fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls) -> Any:
        return super().fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


time.time = lambda: true_time() + SKEW_SECONDS
time.time_ns = lambda: int(time.time() * 1_000_000_000)
datetime.datetime = Skewed  # type: ignore[misc]

from workers.main import main  # noqa: E402 - behind the clock

if __name__ == "__main__":
    main()
