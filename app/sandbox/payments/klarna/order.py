"""One order of the simulated Klarna with its rules. Amounts are öre incl. VAT.

    order_amount = captured + remaining + released

AUTHORIZED ─capture─► PART_CAPTURED ─capture, release─► CAPTURED;  AUTHORIZED ─cancel─► CANCELLED;  time ─► EXPIRED, while anything remains
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from app.sandbox.hogia.clock import instant
from app.sandbox.payments.klarna.answers import Json, KlarnaNo

LONGEST_DAYS = 180
RISKS = frozenset({"ACCEPTED", "PENDING", "REJECTED", "STOPPED"})


@dataclass(slots=True, kw_only=True)
class KlarnaOrder:
    """An order. `captures` and `refunds` are in Klarna's own words."""

    id: str
    klarna_reference: str
    merchant_reference1: str
    merchant_reference2: str
    currency: str
    order_amount: int
    lines: list[Json]
    created_at: datetime
    expires_at: datetime
    fraud_status: str = "ACCEPTED"
    released: int = 0
    is_cancelled: bool = False
    captures: list[Json] = field(default_factory=list)
    refunds: list[Json] = field(default_factory=list)
    shipping_info: list[Json] = field(default_factory=list)

    @property
    def captured(self) -> int:
        return sum(each["captured_amount"] for each in self.captures)

    @property
    def refunded(self) -> int:
        return sum(each["refunded_amount"] for each in self.refunds)

    @property
    def remaining(self) -> int:
        return 0 if self.is_cancelled else self.order_amount - self.captured - self.released

    def status(self, now: datetime) -> str:
        if self.is_cancelled:
            return "CANCELLED"
        if self.captures and not self.remaining:
            return "CAPTURED"
        if now >= self.expires_at:
            return "EXPIRED"
        return "PART_CAPTURED" if self.captures else "AUTHORIZED"

    def shown(self, now: datetime) -> Json:
        """As `GET` gives it."""
        return {
            "order_id": self.id,
            "status": self.status(now),
            "fraud_status": self.fraud_status,
            "order_amount": self.order_amount,
            "original_order_amount": self.order_amount,
            "captured_amount": self.captured,
            "refunded_amount": self.refunded,
            "remaining_authorized_amount": self.remaining,
            "purchase_currency": self.currency,
            "locale": "sv-SE",
            "order_lines": self.lines,
            "merchant_reference1": self.merchant_reference1,
            "merchant_reference2": self.merchant_reference2,
            "klarna_reference": self.klarna_reference,
            "created_at": instant(self.created_at),
            "expires_at": instant(self.expires_at),
            "captures": self.captures,
            "refunds": self.refunds,
            "initial_payment_method": {"type": "INVOICE", "description": "Faktura"},
        }

    def capture(self, body: Json, now: datetime, *, days: int, vague: bool = False) -> Json:
        """A new capture; what remains can be captured for `days` more. Raises KlarnaNo 403 CAPTURE_NOT_ALLOWED."""
        reason = self._why_no_capture(body["captured_amount"], now)
        if reason:
            raise KlarnaNo(403, "CAPTURE_NOT_ALLOWED", "Capture not allowed." if vague else reason)
        made = {
            "capture_id": str(uuid4()),
            "klarna_reference": f"{self.klarna_reference}-{len(self.captures) + 1}",
            "captured_amount": body["captured_amount"],
            "captured_at": instant(now),
            "refunded_amount": 0,
            "description": body.get("description", ""),
            "reference": body.get("reference", ""),
            "order_lines": body.get("order_lines", []),
            "shipping_info": list(body.get("shipping_info", [])),
        }
        self.captures.append(made)
        if self.remaining:
            self.expires_at = max(self.expires_at, now + timedelta(days=days))
        return made

    def _why_no_capture(self, amount: int, now: datetime) -> str:
        if self.is_cancelled:
            return f"Order {self.id} is cancelled. Capture not possible."
        if self.status(now) == "EXPIRED":
            return f"Order {self.id} is expired. Capture not possible."
        if self.fraud_status != "ACCEPTED":
            return "Capture not allowed."
        if amount > self.remaining:
            return "Captured amount is higher than the remaining authorized amount. Capture not possible."
        return "" if amount else "Captured amount is zero. Capture not possible."

    def refund(self, body: Json, now: datetime) -> Json:
        """A new refund, taken from the captures in their order. Raises KlarnaNo 403 REFUND_NOT_ALLOWED."""
        amount = body["refunded_amount"]
        if not self.captures:
            raise KlarnaNo(403, "REFUND_NOT_ALLOWED", "Order has no captures. Refund not possible.")
        if not 0 < amount <= self.captured - self.refunded:
            raise KlarnaNo(403, "REFUND_NOT_ALLOWED", "Refunded amount is higher than what is captured. Refund not possible.")
        made = {
            "refund_id": str(uuid4()),
            "refunded_amount": amount,
            "refunded_at": instant(now),
            "description": body.get("description", ""),
            "reference": body.get("reference", ""),
            "order_lines": body.get("order_lines", []),
        }
        self.refunds.append(made)
        for each in self.captures:
            part = min(amount, each["captured_amount"] - each["refunded_amount"])
            each["refunded_amount"] += part
            amount -= part
        return made

    def cancel(self, now: datetime) -> None:
        """Raises KlarnaNo 403 CANCEL_NOT_ALLOWED."""
        if self.captures:
            raise KlarnaNo(403, "CANCEL_NOT_ALLOWED", "Order has previous captures. Cancel not possible.")
        if self.status(now) != "AUTHORIZED":
            raise KlarnaNo(403, "CANCEL_NOT_ALLOWED", "Order is closed. Cancel not possible.")
        self.is_cancelled = True

    def release(self) -> None:
        """Raises KlarnaNo 403 NOT_ALLOWED."""
        if self.is_cancelled:
            raise KlarnaNo(403, "NOT_ALLOWED", "Order is cancelled. Remaining authorization cannot be released.")
        if not self.captures:
            raise KlarnaNo(403, "NOT_ALLOWED", "Order has no captures. Remaining authorization cannot be released.")
        if not self.remaining:
            raise KlarnaNo(403, "NOT_ALLOWED", "Order is fully captured. Remaining authorization cannot be released.")
        self.released += self.remaining

    def extend(self, now: datetime, *, days: int) -> None:
        """`days` counted from today, never beyond 180 days after the purchase. Raises KlarnaNo 403 NOT_ALLOWED."""
        if self.status(now) not in {"AUTHORIZED", "PART_CAPTURED"}:
            raise KlarnaNo(403, "NOT_ALLOWED", "Authorization time cannot be extended.")
        last = self.created_at + timedelta(days=LONGEST_DAYS)
        self.expires_at = max(self.expires_at, min(_end_of_day(now) + timedelta(days=days), last))

    def capture_of(self, ident: str) -> Json:
        """Raises KlarnaNo 404 NO_SUCH_CAPTURE."""
        for each in self.captures:
            if each["capture_id"] == ident:
                return each
        raise KlarnaNo(404, "NO_SUCH_CAPTURE", f"No such capture: {ident}")

    def refund_of(self, ident: str) -> Json:
        """Raises KlarnaNo 404 NOT_FOUND."""
        for each in self.refunds:
            if each["refund_id"] == ident:
                return each
        raise KlarnaNo(404, "NOT_FOUND", f"Refund {ident} cannot be found for order {self.id}")


def _end_of_day(now: datetime) -> datetime:
    """Calls on the same day give the same date (payments.md 2.7)."""
    return now.replace(hour=23, minute=59, second=59, microsecond=0)
