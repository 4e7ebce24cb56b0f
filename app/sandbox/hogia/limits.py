"""The rate limit: a sliding window per client and organisation (hogia.md 3.15)."""

from collections import deque
from datetime import datetime, timedelta
from math import ceil


class SlidingWindow:
    def __init__(self) -> None:
        self._passed: dict[tuple[str, str], deque[datetime]] = {}

    def retry_after(self, key: tuple[str, str], *, limit: int, seconds: float, now: datetime) -> int:
        """0 and the request is counted, or the whole seconds after which there is room again."""
        if limit <= 0:
            return 0
        passed = self._passed.setdefault(key, deque())
        window = timedelta(seconds=seconds)
        while passed and passed[0] <= now - window:
            passed.popleft()
        if len(passed) < limit:
            passed.append(now)
            return 0
        return max(1, ceil((passed[0] + window - now).total_seconds()))
