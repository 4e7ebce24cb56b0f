"""Everything the simulated Hogia knows: clients, tokens, organisations, switches, the log of requests, and notifications.

A person's acts in Hogia (bill, deliver, credit, …) are methods here; `POST /_control/{act}` calls the same ones.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.sandbox.hogia.acts import Acts
from app.sandbox.hogia.clock import Clock, utc_now
from app.sandbox.hogia.faults import Switches
from app.sandbox.hogia.limits import SlidingWindow
from app.sandbox.hogia.notifications import Outbox
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.subscriptions import Subscriptions
from app.sandbox.hogia.wire import Json

ORGANIZATION_ID = "3f2b8a52-6a0c-4a5e-9d3e-0c1d2e3f4a5b"
CLIENT_ID = "orderbro-demo"
CLIENT_SECRET = "orderbro-demo-secret"  # of a simulator on this machine

LOG_LENGTH = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An API client and the organisations it may enter."""

    secret: str
    organizations: frozenset[str]


class HogiaState(Acts):
    """One simulated Hogia. `now` is the real time, for the clock; `sleep` is what delays are made of."""

    def __init__(
        self,
        *,
        switches: Switches | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.switches = switches or Switches()
        self.clock = Clock(now)
        self.sleep = sleep
        self.reset()

    def reset(self) -> None:
        """Empty books, the demo's client and organisation, no requests. Switches and clock stay."""
        self.clients: dict[str, Client] = {}
        self.tokens: dict[str, tuple[str, datetime]] = {}  # token -> (client id, expires)
        self.organisations: dict[str, Organisation] = {}
        self.log: deque[Json] = deque(maxlen=LOG_LENGTH)
        self.window = SlidingWindow()
        self.writing: dict[str, int] = {}  # organisation -> writes under way
        self.committed_writes = 0
        self.subscriptions = Subscriptions(clock=self.clock, switches=self.switches)
        self.outbox = Outbox(clock=self.clock, switches=self.switches, subscriptions=self.subscriptions)
        self.add_organisation(ORGANIZATION_ID, name="Demobolaget AB")
        self.add_client(CLIENT_ID, CLIENT_SECRET, [ORGANIZATION_ID])

    def add_organisation(self, ident: str, *, name: str) -> Organisation:
        """A new organisation with open books."""
        made = Organisation(
            ident.lower(), name=name, clock=self.clock, switches=self.switches, notify=partial(self.outbox.changed, ident.lower())
        )
        self.organisations[made.id] = made
        return made

    def add_client(self, ident: str, secret: str, organizations: list[str]) -> None:
        self.clients[ident] = Client(secret=secret, organizations=frozenset(each.lower() for each in organizations))

    @property
    def organisation(self) -> Organisation:
        """The default organisation."""
        return self.organisations[ORGANIZATION_ID]
