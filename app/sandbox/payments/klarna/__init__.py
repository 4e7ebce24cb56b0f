"""A simulated Klarna (Order Management v1; Kustom's is the same): orders, captures, refunds, idempotency keys, expiry, risk reviews, faults."""

from app.sandbox.payments.klarna.faults import Switches
from app.sandbox.payments.klarna.order import KlarnaOrder
from app.sandbox.payments.klarna.server import create_klarna
from app.sandbox.payments.klarna.state import API_KEY, USERNAME, KlarnaState

__all__ = ["API_KEY", "USERNAME", "KlarnaOrder", "KlarnaState", "Switches", "create_klarna"]
