"""Until when an order's money can be captured, whether its provider is asked, and whether the time is lengthened: tables of situations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mappers.canonical import EntityKey, Kind, OrderPayment
from mappers.changes_after import Capture, ExtendPayment, NoteExtension
from mappers.connection import CaptureRule, CaptureStrategy, Connection, HogiaOrganisation, OrderPolicy, Shop
from mappers.flows.after import wants_after
from mappers.flows.deadlines import HINT, asks_provider, deadline_of, extension_key, extensions
from mappers.hogia.model import InvoiceStatus
from mappers.payments.deadline import Deadline
from mappers.payments.model import Action, CaptureRequest, Payment, PaymentStatus, Provider
from mappers.snapshot import AfterSnapshot, Known, KnownEffect
from tests.factories import D, make_order, make_row
from tests.mappers.invoice.building import build
from tests.mappers.invoice.crediting import in_hogia

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENTITY = "acme-se/order/42"
SOON, LATER = NOW + timedelta(days=3), NOW + timedelta(days=20)
KLARNA_ID = "f3392f8b-6116-4073-ab96-e330819e2c07"
PAYMENTS = [
    OrderPayment(
        id=1, amount=D("360.00"), currency_id=1, method="k", transaction_id=KLARNA_ID, paid_at=datetime(2026, 11, 2, 9, 31, tzinfo=UTC)
    )
]
ORDER = make_order(
    [make_row("199.00", ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00", module="klarnapayment", payments=PAYMENTS
)
OPEN = in_hogia(build(ORDER), id="inv-1")
KEY = extension_key(ENTITY, SOON)


def rule(**changes: Any) -> CaptureRule:
    return CaptureRule(**({"strategy": CaptureStrategy.PSP_API, "provider": Provider.KLARNA} | changes))


def effect(state: Known = Known.CONFIRMED, *, hours: float = 1, **changes: Any) -> KnownEffect:
    return KnownEffect(**({"state": state, "called_at": NOW - timedelta(hours=hours), "attempts": 1} | changes))


def payment(**changes: Any) -> Payment:
    values: dict[str, Any] = {
        "provider": Provider.KLARNA,
        "reference": KLARNA_ID,
        "order_reference": ORDER.reference,
        "status": PaymentStatus.AUTHORISED,
        "raw_status": "AUTHORIZED",
        "currency": "SEK",
        "authorised": 36000,
        "captured": 0,
        "refunded": 0,
        "remaining": 36000,
        "actions": frozenset({Action.CAPTURE, Action.EXTEND}),
        "expires_at": SOON,
    }
    return Payment(**(values | changes))


def snapshot(*, capture: CaptureRule | None = None, effects: dict[str, KnownEffect] | None = None, **changes: Any) -> AfterSnapshot:
    shop = Shop(
        key="acme-se",
        url="https://shop.example",
        orders=OrderPolicy(cancel_states=frozenset({6})),
        capture={"klarnapayment": capture or rule()},
    )
    values: dict[str, Any] = {
        "now": NOW,
        "key": EntityKey(shop="acme-se", kind=Kind.ORDER, id="42"),
        "connection": Connection(key="acme", name="Acme", hogia=HogiaOrganisation(organization_id="org-1"), shops=(shop,)),
        "shop": shop,
        "order": ORDER,
        "invoice": OPEN,
        "effects": effects or {},
        "has_credentials": True,
    }
    return AfterSnapshot(**(values | changes))


def test_uncaptured_order_ends_by_its_providers_terms() -> None:
    ends = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)

    assert deadline_of(snapshot()) == Deadline(provider=Provider.KLARNA, expires_at=ends, certain=False)


def test_provider_that_was_asked_knows_better() -> None:
    assert deadline_of(snapshot(payment=payment())) == Deadline(provider=Provider.KLARNA, expires_at=SOON, certain=True)


def test_what_the_provider_said_stays_until_it_is_asked_again() -> None:
    said = Deadline(provider=Provider.KLARNA, expires_at=LATER, certain=True)

    assert deadline_of(snapshot(deadline=said)) == said
    assert deadline_of(snapshot(deadline=said, payment=payment())) == replace(said, expires_at=SOON)


def test_what_another_provider_said_is_forgotten() -> None:
    said = Deadline(provider=Provider.NETS, expires_at=LATER, certain=True)

    found = deadline_of(snapshot(deadline=said))

    assert found is not None
    assert (found.provider, found.certain) == (Provider.KLARNA, False)


def test_lengthened_authorisation_ends_later() -> None:
    effects = {KEY: effect(external_id=LATER.isoformat())}

    found = deadline_of(snapshot(payment=payment(), effects=effects))

    assert found == Deadline(provider=Provider.KLARNA, expires_at=LATER, certain=True)


@pytest.mark.parametrize(
    "situation",
    [
        {"capture": rule(strategy=CaptureStrategy.NONE)},
        {"capture": rule(strategy=CaptureStrategy.ALREADY_CAPTURED)},
        {"capture": rule(strategy=CaptureStrategy.ORDER_STATE, provider=None)},
        {"order": replace(ORDER, module="ps_wirepayment")},
        {"order": replace(ORDER, current_state=6)},
        {"invoice": replace(OPEN, status=InvoiceStatus.CANCELLED)},
        {"invoice": replace(OPEN, status=InvoiceStatus.CREDITED)},
        {"effects": {f"capture:{ENTITY}/36000": effect()}},
        {"effects": {f"capture:{ENTITY}/36000": effect(code="ASSUMED")}},
        {"payment": payment(is_direct=True)},
        {"payment": payment(status=PaymentStatus.CAPTURED, captured=36000, remaining=0)},
        {"capture": rule(provider=Provider.SVEA), "has_credentials": False},
    ],
)
def test_order_whose_money_needs_no_more_capture_has_no_deadline(situation: dict[str, Any]) -> None:
    assert deadline_of(snapshot(**situation)) is None


@pytest.mark.parametrize(
    "effects",
    [
        {f"capture:{ENTITY}/10000": effect()},
        {f"capture:{ENTITY}/36000": effect(Known.UNKNOWN)},
        {f"capture:{ENTITY}/36000": effect(Known.FAILED)},
    ],
)
def test_capture_of_a_part_or_of_unknown_outcome_ends_no_deadline(effects: dict[str, KnownEffect]) -> None:
    assert deadline_of(snapshot(effects=effects)) is not None


@pytest.mark.parametrize(
    ("situation", "asks"),
    [
        ({}, False),
        ({"hints": frozenset({HINT})}, True),
        ({"hints": frozenset({HINT}), "has_credentials": False}, False),
        ({"hints": frozenset({HINT}), "effects": {f"capture:{ENTITY}/36000": effect()}}, False),
        ({"effects": {KEY: effect(Known.UNKNOWN)}}, True),
        ({"capture": rule(provider=Provider.SVEA)}, True),
        ({"capture": rule(provider=Provider.SVEA), "deadline": Deadline(provider=Provider.SVEA, expires_at=None, certain=False)}, False),
        ({"capture": rule(strategy=CaptureStrategy.NONE), "hints": frozenset({HINT})}, False),
    ],
)
def test_provider_is_asked_when_the_end_is_near_or_known_to_it_alone(situation: dict[str, Any], *, asks: bool) -> None:
    assert asks_provider(snapshot(**situation)) is asks


def test_deadline_is_a_reason_for_a_look_without_the_order() -> None:
    shop = snapshot().shop

    assert wants_after(shop, None, effect(), effects={}, hints=frozenset({HINT}), entity=ENTITY)


def test_authorisation_that_ends_soon_is_lengthened_by_rule() -> None:
    (change,) = extensions(snapshot(capture=rule(extend=True), payment=payment()), ())

    assert isinstance(change, ExtendPayment)
    assert (change.key, change.reference, change.expires_at) == (f"extend:{ENTITY}/2026-11-27", KLARNA_ID, SOON)


CAPTURE = Capture(
    key="capture",
    provider=Provider.KLARNA,
    reference=KLARNA_ID,
    request=CaptureRequest(key="k", reference="r", amount=36000, currency="SEK", is_rest=True),
)


@pytest.mark.parametrize(
    "situation",
    [
        {"capture": rule(extend=False)},
        {"payment": None},
        {"payment": payment(expires_at=None)},
        {"payment": payment(expires_at=NOW + timedelta(days=5, minutes=1))},
        {"payment": payment(expires_at=NOW - timedelta(minutes=1))},
        {"payment": payment(actions=frozenset({Action.CAPTURE}))},
        {"payment": payment(provider=Provider.NETS, actions=frozenset({Action.CAPTURE}))},
        {"payment": payment(status=PaymentStatus.CAPTURED, captured=36000, remaining=0)},
        {"effects": {f"capture:{ENTITY}/36000": effect()}},
        {"effects": {KEY: effect()}},
        {"effects": {KEY: effect(Known.FAILED, hours=2)}},
        {"order": replace(ORDER, current_state=6)},
    ],
)
def test_authorisation_is_left_as_it_is(situation: dict[str, Any]) -> None:
    assert extensions(snapshot(**({"capture": rule(extend=True), "payment": payment()} | situation)), ()) == ()


def test_run_that_captures_lengthens_nothing() -> None:
    assert extensions(snapshot(capture=rule(extend=True), payment=payment()), [CAPTURE]) == ()


def test_refused_lengthening_is_asked_for_again_the_next_day_under_another_key() -> None:
    first = extensions(snapshot(capture=rule(extend=True), payment=payment()), ())[0]
    refused = {KEY: effect(Known.FAILED, hours=23, sequence=1)}

    again = extensions(snapshot(capture=rule(extend=True), payment=payment(), effects=refused), ())[0]

    assert isinstance(first, ExtendPayment)
    assert isinstance(again, ExtendPayment)
    assert again.key == first.key
    assert again.idempotency_key != first.idempotency_key


def test_lengthening_without_an_answer_is_settled_by_what_the_provider_shows() -> None:
    open_effect = {KEY: effect(Known.UNKNOWN)}
    where = {"capture": rule(extend=True), "effects": open_effect}

    moved = extensions(snapshot(payment=payment(expires_at=LATER), **where), ())
    not_moved = extensions(snapshot(payment=payment(), **where), ())
    over = extensions(snapshot(payment=payment(status=PaymentStatus.CAPTURED, captured=36000, remaining=0), **where), ())
    switched_off = extensions(snapshot(capture=rule(), payment=payment(), effects=open_effect), ())

    assert moved == (NoteExtension(key=KEY, expires_at=LATER),)
    assert [type(change) for change in not_moved] == [ExtendPayment]
    assert over == switched_off == (NoteExtension(key=KEY, expires_at=None),)
