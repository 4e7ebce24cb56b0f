"""Svea brings its data to the contract: an invoice for what is authorised, Swish for what is paid directly."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal

from app.sandbox.payments.svea import MERCHANT_ID, SECRET, Row, SveaState, create_svea
from mappers.payments.model import Provider
from tests.contracts.harness import BASKET, ORDER, Fault, Goods, Harness, Trait
from workers.clients.payments.svea import SveaProvider

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
ADDRESS = "https://paymentadminapistage.svea.test"
WRONG_SECRET = "not-the-shared-secret"
SWITCHES = {
    Fault.DROP_AFTER_COMMIT: "drop_response_after_commit",
    Fault.FAIL_BEFORE_COMMIT: "fail_before_commit",
    Fault.FAIL_AFTER_COMMIT: "fail_after_commit",
    Fault.BUSY: "too_many_requests",
}


class Svea(Harness):
    provider = Provider.SVEA
    traits = frozenset({Trait.RELEASE, Trait.REVIEW, Trait.DIRECT})
    unknown_reference = "999999999"

    def __init__(self) -> None:
        super().__init__()
        self.state = SveaState(now=lambda: NOW)
        http = self.http(create_svea(self.state))
        self.client = SveaProvider(http, base_url=ADDRESS, merchant_id=MERCHANT_ID, secret=SECRET, now=self.state.clock.now)
        self.stranger = SveaProvider(http, base_url=ADDRESS, merchant_id=MERCHANT_ID, secret=WRONG_SECRET, now=self.state.clock.now)
        self.secrets = tuple(form for secret in (SECRET, WRONG_SECRET) for form in (secret, base64.b64encode(secret.encode()).decode()))

    def authorise(
        self,
        goods: tuple[Goods, ...] = BASKET,
        *,
        currency: str = "SEK",
        order_reference: str = ORDER,
        is_pending: bool = False,
        is_direct: bool = False,
    ) -> str:
        rows = [row_of(each) for each in goods]
        return self.state.authorise(
            order_reference,
            sum(each.total for each in goods),
            currency,
            rows,
            payment_type="Swish" if is_direct else "Invoice",
            is_in_review=is_pending,
        )

    def strike(self, fault: Fault) -> None:
        self.state.switches.update({SWITCHES[fault]: 1})

    def expire(self, reference: str) -> None:
        self.state.expire(reference)

    def captured(self, reference: str) -> int:
        return self.state.order(reference).delivered

    def refunded(self, reference: str) -> int:
        return self.state.order(reference).credited


def row_of(goods: Goods) -> Row:
    return Row(
        name=goods.name,
        article=goods.reference,
        quantity=goods.quantity * 100,
        unit_price=goods.unit_price,
        vat_percent=int(goods.vat_rate * Decimal(100)),
        row_type="ShippingFee" if goods.is_shipping else "Row",
    )


def harness() -> Harness:
    return Svea()
