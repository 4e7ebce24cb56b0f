"""Subscriptions to changes (hogia.md 3.13): valid 180 days, renewed by PATCH, then gone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.clock import Clock, instant
from app.sandbox.hogia.errors import MissingError
from app.sandbox.hogia.faults import Switches
from app.sandbox.hogia.wire import Answer, Json

DAYS = timedelta(days=180)
RESOURCES = ("Article", "ArticlePrice", "StockBalance", "Contact", "CustomerInvoice")
FIELDS = ("resourceType", "callbackUrl", "secret", "isActive", "sequenceId")
SHORTEST_SECRET = 32
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})  # may be called without TLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who wants to hear of one kind of entity of one organisation."""

    id: str
    organization_id: str
    resource: str
    url: str
    secret: str
    expires: datetime
    is_active: bool = True


class Subscriptions:
    def __init__(self, *, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._all: dict[str, Subscription] = {}

    def keep(self, subscription: Subscription) -> Subscription:
        self._all[subscription.id] = subscription
        return subscription

    def remove(self, ident: str) -> None:
        self._all.pop(ident, None)

    def get(self, ident: str, organization_id: str = "") -> Subscription | None:
        """The subscription, unless it has expired or is another organisation's."""
        found = self._all.get(ident)
        if found is None or organization_id not in ("", found.organization_id):
            return None
        return None if self._switches.expire_subscription or found.expires <= self._clock.now() else found

    def wanting(self, organization_id: str, resource: str) -> list[Subscription]:
        """Active ones that hear of this."""
        found = [self.get(each.id) for each in self._all.values() if (each.organization_id, each.resource) == (organization_id, resource)]
        return [each for each in found if each is not None and each.is_active]

    def of(self, organization_id: str) -> list[Subscription]:
        found = (self.get(ident, organization_id) for ident in self._all)
        return [each for each in found if each is not None]


def create(call: Call) -> Answer:
    body = call.body()

    def make() -> Answer:
        reader = call.reader(body, FIELDS)
        resource = reader.word("resourceType", RESOURCES)
        url, secret = reader.text("callbackUrl", required=True), reader.text("secret", required=True, longest=200)
        if resource is None:
            reader.refuse("resourceType", "The resourceType field is required.")
        if secret and len(secret) < SHORTEST_SECRET:
            reader.refuse("secret", f"The secret must have at least {SHORTEST_SECRET} characters.")
        if url and not _callable(url):
            reader.refuse("callbackUrl", "The callbackUrl must be an https address.")
        active = reader.flag("isActive", default=True)
        reader.done()
        made = Subscription(
            id=str(uuid4()),
            organization_id=call.org.id,
            resource=resource or "",
            url=url or "",
            secret=secret or "",
            expires=call.org.clock.now() + DAYS,
            is_active=active,
        )
        return call.one(_shown(call.state.subscriptions.keep(made)), status=201)

    return call.once("subscriptions", body, make)


def listed(call: Call) -> Answer:
    return call.many([_shown(each) for each in call.state.subscriptions.of(call.org.id)])


def one(call: Call) -> Answer:
    return call.one(_shown(_found(call)))


def renew(call: Call) -> Answer:
    """180 days from now; `isActive`, `callbackUrl` and `secret` may be changed on the way."""
    before = _found(call)
    reader = call.reader(call.body() if call.raw.strip() else {}, FIELDS)
    url, secret = reader.text("callbackUrl") or before.url, reader.text("secret", longest=200) or before.secret
    if not _callable(url):
        reader.refuse("callbackUrl", "The callbackUrl must be an https address.")
    if len(secret) < SHORTEST_SECRET:
        reader.refuse("secret", f"The secret must have at least {SHORTEST_SECRET} characters.")
    active = reader.flag("isActive", default=before.is_active)
    reader.done()
    renewed = replace(before, url=url, secret=secret, is_active=active, expires=call.org.clock.now() + DAYS)
    return call.one(_shown(call.state.subscriptions.keep(renewed)))


def delete(call: Call) -> Answer:
    call.state.subscriptions.remove(_found(call).id)
    return Answer(status=204, raw=b"")


def _found(call: Call) -> Subscription:
    found = call.state.subscriptions.get(call.path["id"], call.org.id)
    if found is None:
        raise MissingError("Subscription")
    return found


def _callable(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE))


def _shown(subscription: Subscription) -> Json:
    """Without the secret, which is never given back."""
    return {
        "id": subscription.id,
        "organizationId": subscription.organization_id,
        "resourceType": subscription.resource,
        "callbackUrl": subscription.url,
        "isActive": subscription.is_active,
        "expirationDate": instant(subscription.expires),
    }
