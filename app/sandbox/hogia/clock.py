"""The simulated organisation's clock: it runs, or stands where a test put it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Gives the time in UTC. `freeze` stops it, `advance` moves it (stopped or running), `release` lets the real time back in."""

    def __init__(self, real: Callable[[], datetime] = utc_now) -> None:
        self._real = real
        self._frozen: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        return (self._frozen or self._real()) + self._ahead

    def today(self) -> date:
        """The date in Stockholm."""
        return self.now().astimezone(STOCKHOLM).date()

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still at `at` (zone-less means Stockholm), or at the present moment."""
        at = at or self.now()
        self._frozen = (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)
        self._ahead = timedelta()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    def release(self) -> None:
        self._frozen, self._ahead = None, timedelta()


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, as the common entity block's times are written."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A written time as an aware one; zone-less is Europe/Stockholm (hogia.md 3.1). Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=STOCKHOLM)
