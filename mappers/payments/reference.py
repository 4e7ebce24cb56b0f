"""Which payment at the provider an order's money is: found in the shop's own payment rows, cross-checked at the provider (payments.md 8.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mappers.canonical import ShopOrder
from mappers.errors import Rejected
from mappers.payments.model import Payment, Provider

PATTERNS: Mapping[Provider, re.Pattern[str]] = {
    Provider.KLARNA: re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE),
    Provider.SVEA: re.compile(r"[1-9][0-9]{0,17}"),
    Provider.NETS: re.compile(r"[0-9a-f]{32}", re.IGNORECASE),
}


def payment_reference(order: ShopOrder, provider: Provider) -> str:
    """The provider's id of the order's payment; raises Rejected when the shop has none, or several."""
    found = sorted({p.transaction_id for p in order.payments if PATTERNS[provider].fullmatch(p.transaction_id)})
    if not found:
        raise Rejected(
            "PAYMENT_REFERENCE_MISSING",
            f"the order's payments in the shop have no {provider.value} reference, so its payment cannot be captured from here. Capture it in the "
            "provider's portal, or give the shop's payment row its transaction id and release the order.",
            subject=f"order {order.id}",
        )
    if len(found) > 1:
        raise Rejected(
            "PAYMENT_REFERENCE_AMBIGUOUS",
            f"the order has {len(found)} {provider.value} payments; which one is to be captured is for a person to say. Capture in the provider's "
            "portal and discard the event.",
            subject=f"order {order.id}",
        )
    return found[0]


def check_is_ours(payment: Payment, order: ShopOrder) -> None:
    """Raises Rejected when the provider's payment is somebody else's, or another currency."""
    if payment.order_reference and payment.order_reference not in {order.reference, str(order.id), str(order.cart_id)}:
        raise Rejected(
            "PAYMENT_REFERENCE_MISMATCH",
            "the payment at the provider bears another order's reference. Nothing was captured; look in the provider's portal.",
            subject=f"order {order.id}",
        )
    if payment.currency.upper() != order.currency.code:
        raise Rejected(
            "PAYMENT_CURRENCY_DIFFERS",
            f"the payment is in {payment.currency}, the order in {order.currency.code}. Nothing was captured; look in the provider's portal.",
            subject=f"order {order.id}",
        )
