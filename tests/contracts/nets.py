"""Nets Easy in the contract of `test_payment_providers.py`."""

from __future__ import annotations

from typing import ClassVar

from app.sandbox.payments.nets import NetsState, create_nets, order_item
from mappers.payments.model import Provider
from tests.contracts.harness import BASKET, ORDER, Fault, Goods, Harness, Trait
from workers.clients.payments.nets import NetsProvider

WRONG_KEY = "live-secret-key-of-another-merchant"
SWITCHES = {
    Fault.DROP_AFTER_COMMIT: "drop_response_after_commit",
    Fault.FAIL_BEFORE_COMMIT: "fail_before_commit",
    Fault.FAIL_AFTER_COMMIT: "fail_after_commit",
    Fault.BUSY: "too_many_requests",
}


class NetsHarness(Harness):
    provider = Provider.NETS
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.KEYS, Trait.DIRECT})
    unknown_reference = "0" * 32

    def __init__(self) -> None:
        super().__init__()
        self.state = NetsState()
        http = self.http(create_nets(self.state))
        self.client = NetsProvider(http, base_url="http://nets.test", secret_key=self.state.secret_key)
        self.stranger = NetsProvider(http, base_url="http://nets.test", secret_key=WRONG_KEY)
        self.secrets = (self.state.secret_key, WRONG_KEY)

    def authorise(
        self,
        goods: tuple[Goods, ...] = BASKET,
        *,
        currency: str = "SEK",
        order_reference: str = ORDER,
        is_pending: bool = False,
        is_direct: bool = False,
    ) -> str:
        assert not is_pending
        rows = [
            order_item(each.reference, each.name, quantity=each.quantity, gross=each.total, rate=int(each.vat_rate * 100)) for each in goods
        ]
        amount = sum(each.total for each in goods)
        return self.state.authorise(order_reference, amount, currency, rows, payment_type="A2A" if is_direct else "CARD")

    def strike(self, fault: Fault) -> None:
        setattr(self.state.switches, SWITCHES[fault], 1)

    def expire(self, reference: str) -> None:
        self.state.expire(reference)

    def captured(self, reference: str) -> int:
        return self.state.charged(reference)

    def refunded(self, reference: str) -> int:
        return self.state.refunded(reference)


def harness() -> Harness:
    return NetsHarness()
