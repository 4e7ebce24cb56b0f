"""Klarna in the contract."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from app.sandbox.payments.klarna import API_KEY, USERNAME, KlarnaState, create_klarna
from mappers.payments.klarna_bodies import tax_in
from mappers.payments.model import Provider
from tests.contracts.harness import BASKET, ORDER, Fault, Goods, Harness, Trait
from workers.clients.payments.klarna import KlarnaProvider

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
WRONG_KEY = "klarna_test_api_d3Jvbmc"
SWITCHES = {
    Fault.DROP_AFTER_COMMIT: "drop_response_after_commit",
    Fault.FAIL_BEFORE_COMMIT: "fail_before_commit",
    Fault.FAIL_AFTER_COMMIT: "fail_after_commit",
    Fault.BUSY: "too_many_requests",
}


class KlarnaHarness(Harness):
    provider = Provider.KLARNA
    traits = frozenset({Trait.KEYS, Trait.RELEASE, Trait.EXTEND, Trait.TRACKING, Trait.REVIEW})
    unknown_reference = "00000000-0000-4000-8000-000000000000"

    def __init__(self) -> None:
        super().__init__()
        self.state = KlarnaState(now=lambda: NOW)
        app = create_klarna(self.state)
        address = "http://klarna.test"
        self.client = KlarnaProvider(self.http(app), username=USERNAME, password=API_KEY, base_url=address, now=lambda: NOW)
        self.stranger = KlarnaProvider(self.http(app), username=USERNAME, password=WRONG_KEY, base_url=address, now=lambda: NOW)
        self.secrets = (API_KEY, WRONG_KEY, *(base64.b64encode(f"{USERNAME}:{key}".encode()).decode() for key in (API_KEY, WRONG_KEY)))

    def authorise(
        self,
        goods: tuple[Goods, ...] = BASKET,
        *,
        currency: str = "SEK",
        order_reference: str = ORDER,
        is_pending: bool = False,
        is_direct: bool = False,
    ) -> str:
        assert not is_direct
        return self.state.authorise(
            order_reference,
            sum(each.total for each in goods),
            currency,
            [line_of(each) for each in goods],
            fraud_status="PENDING" if is_pending else "ACCEPTED",
        )

    def strike(self, fault: Fault) -> None:
        self.state.switches.update({SWITCHES[fault]: 1})

    def expire(self, reference: str) -> None:
        self.state.expire(reference)

    def captured(self, reference: str) -> int:
        return self.state.order(reference).captured

    def refunded(self, reference: str) -> int:
        return self.state.order(reference).refunded


def line_of(goods: Goods) -> dict[str, object]:
    rate = int(goods.vat_rate * 100)
    return {
        "type": "shipping_fee" if goods.is_shipping else "physical",
        "reference": goods.reference,
        "name": goods.name,
        "quantity": goods.quantity,
        "unit_price": goods.unit_price,
        "tax_rate": rate,
        "total_amount": goods.total,
        "total_tax_amount": tax_in(goods.total, rate),
        "total_discount_amount": 0,
    }


def harness() -> Harness:
    return KlarnaHarness()
