"""Hogia's notification (hogia.md 3.13, assumed): thin, at least once, in any order. Only what it is about is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass

INVOICE = "CustomerInvoice"
LONGEST = 100


class NotificationError(ValueError):
    """A body that is no notification; `message` says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    id: str
    organization_id: str
    resource: str  # Hogia's own word: CustomerInvoice, Article …
    resource_id: str
    row_version: int

    @property
    def is_invoice(self) -> bool:
        return self.resource == INVOICE


def read_notification(body: bytes) -> Notification:
    """Raises NotificationError for what is no notification."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise NotificationError("BODY_NOT_JSON", "the body is not JSON; send the notification as a JSON object.") from None
    if not isinstance(data, dict):
        raise NotificationError("NOTIFICATION_UNREADABLE", "the body is not a JSON object; send one notification per request.")
    words = {name: data.get(name, "") for name in ("notificationId", "organizationId", "resourceType", "resourceId")}
    if not all(isinstance(word, str) and len(word) <= LONGEST for word in words.values()) or not words["resourceType"]:
        raise NotificationError(
            "NOTIFICATION_UNREADABLE", "resourceType, resourceId, organizationId and notificationId must be short texts."
        )
    version = data.get("rowVersion", 0)
    return Notification(
        id=words["notificationId"],
        organization_id=words["organizationId"],
        resource=words["resourceType"],
        resource_id=words["resourceId"],
        row_version=version if isinstance(version, int) else 0,
    )
