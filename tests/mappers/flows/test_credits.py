"""What refunds, cancellations and edits in the shop become: tables of situations and decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mappers.canonical import CartRule, EntityKey, Kind, ShopOrder
from mappers.changes import AdoptPayment, RegisterPayment
from mappers.changes_after import AdoptCredit, CancelInvoice, CreditInvoice, NoteCapture, RefundPayment, ReleasePayment
from mappers.connection import (
    CancelledOrder,
    CaptureRule,
    CaptureStrategy,
    Connection,
    EditedOrder,
    HogiaOrganisation,
    MoreThanInvoiced,
    OrderPolicy,
    RefundPolicy,
    Shop,
)
from mappers.flows.credits import CreditDecision, credit_changes, needs_payment, open_slips
from mappers.hogia.model import HogiaInvoice, HogiaPayment, InvoiceStatus
from mappers.invoice.credit import full_credit
from mappers.invoice.model import RowKind
from mappers.payments.model import Action, CaptureView, Payment, PaymentStatus, Provider, RefundView
from mappers.snapshot import AfterSnapshot, Known, KnownEffect
from tests.factories import make_order, make_row, make_state
from tests.mappers.invoice.building import build
from tests.mappers.invoice.crediting import MADE_AT, credit, credit_in_hogia, in_hogia, make_slip, slip_row

D = Decimal
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENTITY = "acme-se/order/42"
STATES = {2: make_state(2), 5: make_state(5), 6: make_state(6, paid=False), 7: make_state(7, paid=False)}
ORDER = make_order(
    [make_row("199.00", ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00", module="klarnapayment", states=STATES
)
SLIP = make_slip(slip_row(1, "199.00"), ident=5)
OTHER = make_slip(slip_row(2, "112.00", rate=12), ident=6)
TOO_MUCH = make_slip(slip_row(1, "999.00"), ident=5)
OPEN = in_hogia(build(ORDER), id="inv-1")
PAID = replace(
    OPEN,
    status=InvoiceStatus.PAID,
    paid=OPEN.gross,
    left_to_pay=D(0),
    payments=(HogiaPayment(amount=OPEN.gross, account=1580, reference="tx-1"),),
)
DRAFT = replace(OPEN, status=InvoiceStatus.DRAFT, number=None)
CREDIT = credit_in_hogia(credit(SLIP, ORDER, OPEN), OPEN, id="cre-5", status=InvoiceStatus.OPEN)
FULL = credit_in_hogia(full_credit(OPEN, ()), OPEN, id="cre-full", reference="PS:1:42:CRE-FULL")
KLARNA = CaptureRule(strategy=CaptureStrategy.PSP_API, provider=Provider.KLARNA, refund=True, release=True)
VOUCHER = CartRule(id=14, code="V14C7O42", reduction_amount=D("199.00"), reduction_tax=True)


def effect(state: Known = Known.CONFIRMED, *, seconds: float = 3600, **changes: Any) -> KnownEffect:
    return KnownEffect(**({"state": state, "called_at": NOW - timedelta(seconds=seconds), "attempts": 1} | changes))


def payment(**changes: Any) -> Payment:
    values: dict[str, Any] = {
        "provider": Provider.KLARNA,
        "reference": "k-1",
        "order_reference": ORDER.reference,
        "status": PaymentStatus.CAPTURED,
        "raw_status": "CAPTURED",
        "currency": "SEK",
        "authorised": 36000,
        "captured": 36000,
        "refunded": 0,
        "remaining": 0,
        "actions": frozenset({Action.REFUND}),
    }
    return Payment(**(values | changes))


def snapshot(
    *,
    order: ShopOrder = ORDER,
    invoice: HogiaInvoice = PAID,
    effects: dict[str, KnownEffect] | None = None,
    refunds: RefundPolicy | None = None,
    capture: CaptureRule | None = None,
    policy: OrderPolicy | None = None,
    **changes: Any,
) -> AfterSnapshot:
    shop = Shop(
        key="acme-se",
        url="https://shop.example",
        orders=policy or OrderPolicy(),
        refunds=refunds or RefundPolicy(),
        capture={"klarnapayment": capture} if capture else {},
    )
    connection = Connection(key="acme", name="Acme", hogia=HogiaOrganisation(organization_id="org-1"), shops=(shop,))
    values: dict[str, Any] = {
        "now": NOW,
        "key": EntityKey(shop="acme-se", kind=Kind.ORDER, id="42"),
        "connection": connection,
        "shop": shop,
        "order": order,
        "invoice": invoice,
        "effects": {f"invoice:{ENTITY}": effect(external_id="inv-1", amount="360.00")} | (effects or {}),
        "has_credentials": True,
    }
    return AfterSnapshot(**(values | changes))


def decide(**situation: Any) -> CreditDecision:
    return credit_changes(snapshot(**situation))


def only(decision: CreditDecision, kind: type) -> Any:
    found = [change for change in decision.changes if isinstance(change, kind)]
    assert len(found) == len(decision.changes) == 1, decision
    return found[0]


def cancelled(order: ShopOrder = ORDER) -> ShopOrder:
    return replace(order, current_state=6)


def confirmed(ident: str = "cre-5", what: str = "5", **changes: Any) -> dict[str, KnownEffect]:
    return {f"credit:{ENTITY}/{what}": effect(external_id=ident, **changes)}


def codes(decision: CreditDecision) -> set[str]:
    return {notice.code for notice in decision.notices}


def parked(decision: CreditDecision) -> str:
    return decision.parked.code if decision.parked else ""


# ---------------------------------------------------------------- slips


def test_a_slip_becomes_a_credit_that_names_its_invoice():
    change = only(decide(slips=(SLIP,)), CreditInvoice)

    paper = change.document
    assert (change.key, change.credited_invoice_id, change.credited_invoice_number) == (f"credit:{ENTITY}/5", "inv-1", "1001")
    assert (paper.invoice.gross, paper.invoice_reference, paper.customer_number) == (D("199.00"), "PS:1:42:CRE-5", "PS1-7")
    assert paper.comment == "Kredit av faktura 1001 av 2026-11-02, order QWERTYUIO, återbetalning 5"
    assert paper.invoice.rows[-1].text == paper.comment
    assert (paper.invoice_date, paper.due_date) == (date(2026, 11, 24), date(2026, 11, 24))
    assert change.article_lines == {0}


def test_the_same_slip_has_the_same_sequence_id_whatever_the_day():
    first = only(decide(slips=(SLIP,)), CreditInvoice)
    later = only(decide(slips=(SLIP,), now=NOW + timedelta(days=3)), CreditInvoice)

    assert first.sequence_id == later.sequence_id


def test_two_slips_are_two_credits_and_the_second_sees_what_the_first_took():
    decision = decide(slips=(make_slip(slip_row(1, "112.00"), ident=6), SLIP))

    assert [change.key for change in decision.changes] == [f"credit:{ENTITY}/5"]
    assert parked(decision) == "CREDIT_EXCEEDS_INVOICE"


def test_a_held_slip_does_not_hold_up_another():
    decision = decide(slips=(TOO_MUCH, OTHER))

    assert [change.key for change in decision.changes] == [f"credit:{ENTITY}/6"]
    assert parked(decision) == "CREDIT_EXCEEDS_INVOICE"


def test_a_cap_credits_what_is_left():
    decision = decide(slips=(TOO_MUCH,), refunds=RefundPolicy(more_than_invoiced=MoreThanInvoiced.CAP))

    assert only(decision, CreditInvoice).document.invoice.gross == D("248.00")
    assert codes(decision) == {"CREDIT_CAPPED"}


def test_a_confirmed_slip_is_done():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed())

    assert (decision.changes, decision.until, decision.parked) == ((), None, None)


def test_a_credit_with_our_reference_is_adopted_and_not_made_again():
    """The ledger is lost: Hogia has it."""
    change = only(decide(slips=(SLIP,), credits=(CREDIT,)), AdoptCredit)

    assert (change.key, change.invoice.id) == (f"credit:{ENTITY}/5", "cre-5")


def test_a_credit_made_by_hand_of_the_same_amount_is_taken_for_the_slip():
    decision = decide(slips=(SLIP,), credits=(replace(CREDIT, reference=""),))

    assert only(decision, AdoptCredit).invoice.id == "cre-5"
    assert codes(decision) == {"CREDIT_MADE_BY_HAND"}


def test_one_credit_made_by_hand_is_not_taken_for_two_slips():
    twin = replace(make_slip(slip_row(1, "99.50"), ident=6))
    half = replace(CREDIT, reference="", gross=D("-99.50"), net=D("-79.60"), lines=(replace(CREDIT.lines[0], net=D("-79.60")),))
    half = replace(half, vat_per_rate={D(25): D("-19.90")})

    decision = decide(slips=(replace(twin, id=5), twin), credits=(half,))

    assert [type(change) for change in decision.changes] == [AdoptCredit, CreditInvoice]


@pytest.mark.parametrize(
    ("credits_", "code"),
    [
        ((CREDIT, replace(CREDIT, id="cre-6")), "CREDIT_DUPLICATED"),
        ((replace(CREDIT, status=InvoiceStatus.CANCELLED),), "CREDIT_CANCELLED_IN_HOGIA"),
    ],
)
def test_credits_that_a_person_must_sort_out_are_parked(credits_: tuple[HogiaInvoice, ...], code: str):
    decision = decide(slips=(SLIP,), credits=credits_)

    assert (decision.changes, parked(decision)) == ((), code)


@pytest.mark.parametrize("state", [Known.INTENT, Known.UNKNOWN])
def test_a_credit_of_unknown_outcome_is_waited_for_and_holds_the_next_slip(state: Known):
    decision = decide(slips=(SLIP, OTHER), effects={f"credit:{ENTITY}/5": effect(state, seconds=10)})

    assert (decision.changes, decision.until) == ((), NOW + timedelta(seconds=50))


def test_a_credit_that_was_not_made_is_made_once_reads_have_caught_up():
    decision = decide(slips=(SLIP,), effects={f"credit:{ENTITY}/5": effect(Known.UNKNOWN, seconds=61)})

    assert only(decision, CreditInvoice).key == f"credit:{ENTITY}/5"


def test_too_many_calls_without_an_answer_are_parked():
    decision = decide(slips=(SLIP,), effects={f"credit:{ENTITY}/5": effect(Known.UNKNOWN, attempts=5)})

    assert (decision.changes, parked(decision)) == ((), "OUTCOME_UNKNOWN_TOO_OFTEN")


def test_a_slip_older_than_a_young_ledger_waits_for_reads():
    decision = decide(slips=(SLIP,), ledger_born=NOW - timedelta(seconds=20))

    assert (decision.changes, decision.until) == ((), NOW + timedelta(seconds=40))


def test_a_slip_younger_than_the_ledger_does_not_wait():
    born = MADE_AT - timedelta(seconds=1)

    assert decide(slips=(SLIP,), ledger_born=born, now=MADE_AT).changes


def test_a_confirmed_credit_that_hogia_does_not_show_yet_holds_the_next():
    decision = decide(slips=(SLIP, OTHER), effects=confirmed(seconds=10))

    assert (decision.changes, decision.until) == ((), NOW + timedelta(seconds=60))


def test_a_confirmed_credit_that_hogia_never_shows_is_parked():
    decision = decide(slips=(SLIP, OTHER), effects=confirmed())

    assert (decision.changes, parked(decision)) == ((), "CREDIT_NOT_SEEN")


def test_a_credit_that_was_not_read_back_is_read_back():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(checked=False, amount="199.00"))

    assert only(decision, AdoptCredit).invoice.id == "cre-5"


def test_a_credit_that_hogia_computed_differently_is_parked():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(checked=False, amount="200.00"))

    assert (decision.changes, parked(decision)) == ((), "ENGINE_MISMATCH")


def test_an_article_that_hogia_no_longer_sells_is_credited_as_a_temporary_line():
    refused = {f"credit:{ENTITY}/5": effect(Known.FAILED, code="HOGIA_ARTICLE_UNKNOWN")}

    assert only(decide(slips=(SLIP,), effects=refused), CreditInvoice).article_lines == frozenset()


@pytest.mark.parametrize(
    "made",
    [
        {},
        {f"invoice:{ENTITY}": effect(Known.UNKNOWN)},
        {f"invoice:{ENTITY}": effect(external_id="inv-1", checked=False)},
        {f"invoice:{ENTITY}": effect(external_id="inv-9")},
    ],
)
def test_nothing_is_credited_before_the_invoice_is_confirmed_and_checked(made: dict[str, KnownEffect]):
    assert credit_changes(replace(snapshot(slips=(SLIP,)), effects=made)) == CreditDecision()


@pytest.mark.parametrize(
    ("invoice", "credits_", "code"),
    [
        (DRAFT, (), "REFUND_WAITS_FOR_INVOICE"),
        (replace(OPEN, status=InvoiceStatus.CANCELLED), (), "REFUND_OF_CANCELLED_INVOICE"),
        (PAID, (FULL,), "REFUND_COVERED"),
    ],
)
def test_slips_that_cannot_be_credited_now_are_told(invoice: HogiaInvoice, credits_: tuple[HogiaInvoice, ...], code: str):
    decision = decide(slips=(SLIP,), invoice=invoice, credits=credits_, order=replace(ORDER, current_state=7))

    assert decision.changes == ()
    assert code in codes(decision)


def test_slips_are_left_alone_where_the_merchant_says_so():
    situation = snapshot(slips=(SLIP,), refunds=RefundPolicy(slips=False))

    assert (credit_changes(situation).changes, open_slips(situation)) == ((), ())


def test_open_slips_are_those_without_a_confirmed_credit():
    assert open_slips(snapshot(slips=(OTHER, SLIP), effects=confirmed())) == (OTHER,)


# ---------------------------------------------------------------- cancelled


@pytest.mark.parametrize("invoice", [OPEN, DRAFT, replace(OPEN, status=InvoiceStatus.OVERDUE)])
def test_an_unpaid_invoice_of_a_cancelled_order_is_cancelled(invoice: HogiaInvoice):
    decision = decide(order=cancelled(), invoice=invoice, slips=(SLIP,))

    change = only(decision, CancelInvoice)
    assert (change.key, change.invoice_id) == (f"cancel:{ENTITY}", "inv-1")


@pytest.mark.parametrize(
    ("invoice", "credits_", "effects"),
    [
        (PAID, (), {}),
        (replace(OPEN, status=InvoiceStatus.PARTIALLY_PAID, paid=D(10), left_to_pay=D(350)), (), {}),
        (OPEN, (), {f"cancel:{ENTITY}": effect(Known.FAILED)}),
    ],
)
def test_any_other_invoice_of_a_cancelled_order_is_credited_in_full(
    invoice: HogiaInvoice, credits_: tuple[HogiaInvoice, ...], effects: dict[str, KnownEffect]
):
    change = only(decide(order=cancelled(), invoice=invoice, credits=credits_, effects=effects), CreditInvoice)

    assert (change.key, change.document.invoice_reference) == (f"credit:{ENTITY}/full", "PS:1:42:CRE-FULL")
    assert change.document.invoice.gross == D("360.00")
    assert change.document.comment.endswith("ordern makulerad")


def test_a_cancelled_order_without_its_rows_is_credited_from_hogias_lines():
    bare = replace(cancelled(), rows=(), customer=None, invoice_address=None, delivery_address=None)

    assert only(decide(order=bare), CreditInvoice).document.invoice.gross == D("360.00")


def test_the_slips_of_a_cancelled_order_are_credited_before_the_rest():
    decision = decide(order=cancelled(), slips=(SLIP,))

    grosses = [change.document.invoice.gross for change in decision.changes if isinstance(change, CreditInvoice)]
    assert grosses == [D("199.00"), D("161.00")]


def test_a_slip_that_is_too_large_is_covered_by_the_full_credit():
    decision = decide(order=cancelled(), slips=(TOO_MUCH,))

    assert only(decision, CreditInvoice).key == f"credit:{ENTITY}/full"
    assert decision.parked is None


@pytest.mark.parametrize(("rule", "code"), [(CancelledOrder.PARK, "ORDER_CANCELLED_AFTER_INVOICE"), (CancelledOrder.LEAVE, "")])
def test_cancelled_orders_follow_the_merchants_rule(rule: CancelledOrder, code: str):
    decision = decide(order=cancelled(), refunds=RefundPolicy(cancelled=rule))

    assert (decision.changes, parked(decision)) == ((), code)


@pytest.mark.parametrize(("invoice", "credits_"), [(PAID, (FULL,)), (replace(OPEN, status=InvoiceStatus.CANCELLED), ())])
def test_a_cancelled_order_that_is_settled_asks_for_nothing(invoice: HogiaInvoice, credits_: tuple[HogiaInvoice, ...]):
    done = confirmed("cre-full", "full") if credits_ else {f"cancel:{ENTITY}": effect()}

    decision = decide(order=cancelled(), invoice=invoice, credits=credits_, effects=done)

    assert (decision.changes, decision.parked, decision.until) == ((), None, None)


@pytest.mark.parametrize("state", [Known.CONFIRMED, Known.UNKNOWN])
def test_a_cancellation_is_waited_for_until_hogia_shows_it(state: Known):
    decision = decide(order=cancelled(), invoice=OPEN, effects={f"cancel:{ENTITY}": effect(state, seconds=5)})

    assert decision.changes == ()
    assert decision.until is not None


def test_a_draft_that_hogia_does_not_cancel_is_parked():
    decision = decide(order=cancelled(), invoice=DRAFT, effects={f"cancel:{ENTITY}": effect(Known.FAILED)})

    assert (decision.changes, parked(decision)) == ((), "DRAFT_NOT_CANCELLED")


def test_an_order_that_is_paid_again_after_its_full_credit_is_parked():
    """It would be delivered without an invoice."""
    decision = decide(credits=(FULL,), effects=confirmed("cre-full", "full"))

    assert (decision.changes, parked(decision)) == ((), "ORDER_REINSTATED")


def test_a_rounded_invoice_is_credited_rounded():
    rounded = replace(PAID, to_pay=D("360.50"))

    assert only(decide(order=cancelled(), invoice=rounded), CreditInvoice).use_rounding


# ---------------------------------------------------------------- edited

EDITED = make_order([make_row("299.00", ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00", states=STATES)


def test_an_edited_order_is_shown_with_both_sums():
    decision = decide(order=EDITED)

    assert decision.changes == ()
    (notice,) = decision.notices
    assert notice.code == "ORDER_CHANGED_AFTER_INVOICE"
    assert "460.00" in notice.message
    assert "360.00" in notice.message


def test_an_edited_order_is_parked_by_rule():
    assert parked(decide(order=EDITED, refunds=RefundPolicy(edited=EditedOrder.PARK))) == "ORDER_CHANGED_AFTER_INVOICE"


def test_slips_lower_no_total_and_are_no_edit():
    assert decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed()).notices == ()


def test_a_credit_made_by_hand_may_be_what_the_edit_was():
    by_hand = replace(CREDIT, reference="")
    smaller = make_order([make_row("112.00", rate=12, ident=2)], freight="49.00", states=STATES)

    assert decide(order=smaller, credits=(by_hand,)).notices == ()


def test_an_order_whose_rows_were_not_read_is_not_compared():
    assert decide(order=replace(EDITED, rows=())).notices == ()


def test_an_edited_order_is_credited_in_full_and_its_payments_go_back():
    decision = decide(order=EDITED, refunds=RefundPolicy(edited=EditedOrder.REINVOICE))

    made, back = decision.changes
    assert isinstance(made, CreditInvoice)
    assert (made.key, made.document.invoice_reference) == (f"credit:{ENTITY}/edit-1", "PS:1:42:CRE-EDIT-1")
    assert made.document.invoice.gross == D("360.00")
    assert isinstance(back, RegisterPayment)
    assert (back.invoice_key, back.part.amount, back.part.account) == (f"credit:{ENTITY}/edit-1", D("-360.00"), 1580)


def test_an_edited_order_that_cannot_be_invoiced_anew_keeps_its_invoice():
    broken = replace(EDITED, total_paid=D("470.00"), total_paid_incl=D("470.00"))

    decision = decide(order=broken, refunds=RefundPolicy(edited=EditedOrder.REINVOICE))

    assert (decision.changes, parked(decision)) == ((), "TOTAL_MISMATCH")


def test_an_edited_order_with_refunds_is_left_to_a_hand():
    decision = decide(
        order=EDITED,
        refunds=RefundPolicy(edited=EditedOrder.REINVOICE),
        slips=(SLIP,),
        credits=(CREDIT,),
        effects=confirmed(),
    )

    assert (decision.changes, parked(decision)) == ((), "EDITED_ORDER_HAS_CREDITS")


def test_the_draft_of_an_edited_order_is_cancelled_and_not_credited():
    decision = decide(order=EDITED, invoice=DRAFT, refunds=RefundPolicy(edited=EditedOrder.REINVOICE))

    assert only(decision, CancelInvoice).key == f"credit:{ENTITY}/edit-1"


def test_payments_of_an_ended_invoice_go_back_also_after_a_crash():
    ended = credit_in_hogia(full_credit(OPEN, ()), OPEN, id="cre-e", reference="PS:1:42:CRE-EDIT-1")

    decision = decide(order=EDITED, credits=(ended,), effects=confirmed("cre-e", "edit-1"))

    assert only(decision, RegisterPayment).part.amount == D("-360.00")


# ---------------------------------------------------------------- money


def test_a_refund_is_made_at_the_provider_once_the_credit_is_confirmed():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), capture=KLARNA, payment=payment())

    change = only(decision, RefundPayment)
    assert (change.key, change.provider, change.reference) == (f"refund:{ENTITY}/5", Provider.KLARNA, "k-1")
    assert (change.request.amount, change.request.reference, change.request.refunded_before) == (19900, "PS:1:42:CRE-5", 0)
    assert sum(line.total for line in change.request.lines) == 19900


def test_the_refunds_key_is_the_same_whatever_the_attempt():
    situation = {"slips": (SLIP,), "credits": (CREDIT,), "effects": confirmed(), "capture": KLARNA, "payment": payment()}
    again = situation["effects"] | {f"refund:{ENTITY}/5": effect(Known.UNKNOWN, attempts=2)}

    first = only(decide(**situation), RefundPayment)
    second = only(decide(**situation | {"effects": again}), RefundPayment)

    assert first.request.key == second.request.key


@pytest.mark.parametrize(
    ("situation", "kinds"),
    [
        ({"effects": {}, "credits": ()}, [CreditInvoice]),  # not before the credit is there
        ({"effects": {}}, [AdoptCredit]),
        ({"capture": replace(KLARNA, refund=False)}, []),  # no rule
        ({"capture": None}, []),
        ({"payment": None, "has_credentials": False}, []),
        ({"cart_rules": (VOUCHER,)}, [RegisterPayment]),  # given as a voucher
        ({"slips": ()}, []),  # whether it became one is not known without the slip
        ({"payment": payment(refunded=19900)}, [NoteCapture]),  # the shop's module did it
        ({"payment": payment(refunded=19900, refunds=(RefundView(id="r", amount=19900, reference="PS:1:42:CRE-5"),))}, [NoteCapture]),
        ({"payment": payment(captured=0, remaining=36000, status=PaymentStatus.AUTHORISED)}, []),
        ({"effects": confirmed() | {f"refund:{ENTITY}/5": effect(Known.UNKNOWN, seconds=5)}}, []),
        ({"effects": confirmed() | {f"refund:{ENTITY}/5": effect(amount="199.00")}}, [RegisterPayment]),
    ],
)
def test_money_goes_back_only_where_it_should(situation: dict[str, Any], kinds: list[type]):
    values = {"slips": (SLIP,), "credits": (CREDIT,), "effects": confirmed(), "capture": KLARNA, "payment": payment()} | situation

    assert [type(change) for change in decide(**values).changes] == kinds


def test_a_refund_never_exceeds_what_was_captured():
    some = payment(authorised=10000, captured=10000)

    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), capture=KLARNA, payment=some)

    assert only(decision, RefundPayment).request.amount == 10000
    assert codes(decision) == {"REFUND_BELOW_CREDIT"}


def test_what_was_credited_before_it_was_captured_is_not_given_back():
    some = payment(captured=10000, remaining=26000, status=PaymentStatus.PART_CAPTURED)

    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), capture=KLARNA, payment=some)

    assert not [change for change in decision.changes if isinstance(change, RefundPayment)]
    assert codes(decision) == {"REFUND_BELOW_CREDIT"}


def test_an_earlier_refund_of_ours_is_not_counted_against_the_next():
    second = credit_in_hogia(credit(OTHER, ORDER, OPEN, (CREDIT,)), OPEN, id="cre-6", number=1003, reference="PS:1:42:CRE-6")
    effects = confirmed() | confirmed("cre-6", "6") | {f"refund:{ENTITY}/6": effect(amount="112.00")}

    decision = decide(
        slips=(SLIP, OTHER),
        credits=(CREDIT, replace(second, left_to_pay=D(0))),
        effects=effects,
        capture=KLARNA,
        payment=payment(refunded=11200),
    )

    assert only(decision, RefundPayment).request.amount == 19900


def test_a_provider_that_refunds_captures_gets_one_refund_for_each():
    captures = (CaptureView(id="a", amount=10000), CaptureView(id="b", amount=12000, refunded=1000), CaptureView(id="c", amount=14000))
    rule = replace(KLARNA, provider=Provider.NETS)

    decision = decide(
        slips=(SLIP,),
        credits=(CREDIT,),
        effects=confirmed(),
        capture=rule,
        payment=payment(provider=Provider.NETS, captures=captures),
    )

    asked = [(change.key, change.request.capture_id, change.request.amount, change.request.refunded_before) for change in decision.changes]
    assert asked == [(f"refund:{ENTITY}/5", "a", 10000, 0), (f"refund:{ENTITY}/5/2", "b", 9900, 10000)]


def test_a_payment_of_another_order_is_never_refunded():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), capture=KLARNA, payment=payment(order_reference="SOMEOTHER"))

    assert (decision.changes, parked(decision)) == ((), "PAYMENT_REFERENCE_MISMATCH")


def test_a_voucher_settles_the_credit_against_the_gift_cards():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), cart_rules=(VOUCHER,))

    change = only(decision, RegisterPayment)
    assert (change.key, change.invoice_key) == (f"payment:{ENTITY}/credit-5", f"credit:{ENTITY}/5")
    assert (change.part.account, change.part.amount, change.part.reference) == (2421, D("-199.00"), "V14C7O42")


@pytest.mark.parametrize("code", ["V14C7O43", "V14C7O42-2", "SOMMAR"])
def test_vouchers_of_other_orders_and_rests_of_used_ones_are_no_refund_of_this_one(code: str):
    decision = decide(
        slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), cart_rules=(replace(VOUCHER, code=code),), capture=KLARNA, payment=payment()
    )

    assert only(decision, RefundPayment)


def test_no_money_goes_back_for_a_slip_that_an_unclear_voucher_may_belong_to():
    odd = replace(VOUCHER, reduction_amount=D("150.00"))

    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), cart_rules=(odd,), capture=KLARNA, payment=payment())

    assert decision.changes == ()
    assert codes(decision) == {"REFUND_VOUCHER_UNCLEAR"}


def test_a_registered_refund_is_adopted_and_not_registered_again():
    there = replace(CREDIT, left_to_pay=D(0), paid=D("-199.00"), payments=(HogiaPayment(amount=D("-199.00"), account=2421),))

    decision = decide(slips=(SLIP,), credits=(there,), effects=confirmed(), cart_rules=(VOUCHER,))

    assert only(decision, AdoptPayment).part.amount == D("-199.00")


def test_a_credit_that_its_unpaid_invoice_has_taken_up_is_not_paid_back():
    settled = replace(CREDIT, left_to_pay=D(0))

    assert decide(slips=(SLIP,), credits=(settled,), effects=confirmed(), cart_rules=(VOUCHER,)).changes == ()


def test_a_refund_is_registered_on_the_payment_modules_account_when_the_provider_has_it():
    effects = confirmed() | {f"refund:{ENTITY}/5": effect(external_id="refund-1", amount="100.00")}

    change = only(decide(slips=(SLIP,), credits=(CREDIT,), effects=effects, capture=KLARNA, payment=payment()), RegisterPayment)

    assert (change.part.account, change.part.amount, change.part.reference) == (1580, D("-100.00"), "refund-1")


def test_a_refund_is_registered_without_a_provider_where_the_rule_says_so():
    decision = decide(slips=(SLIP,), credits=(CREDIT,), effects=confirmed(), refunds=RefundPolicy(register=True))

    assert only(decision, RegisterPayment).part.amount == D("-199.00")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"captured": 0, "remaining": 36000, "actions": frozenset({Action.CANCEL, Action.CAPTURE})}, (36000, False)),
        ({"captured": 10000, "refunded": 10000, "remaining": 26000, "actions": frozenset({Action.RELEASE})}, (26000, True)),
        ({"captured": 0, "remaining": 0, "actions": frozenset({Action.CANCEL})}, None),
        ({"captured": 0, "remaining": 36000, "actions": frozenset({Action.CANCEL}), "status": PaymentStatus.EXPIRED}, None),
        ({"captured": 0, "remaining": 36000, "actions": frozenset()}, None),
    ],
)
def test_an_authorisation_is_released_when_the_invoice_is_gone(held: dict[str, Any], expected: tuple[int, bool] | None):
    gone = replace(OPEN, status=InvoiceStatus.CANCELLED)

    decision = decide(order=cancelled(), invoice=gone, effects={f"cancel:{ENTITY}": effect()}, capture=KLARNA, payment=payment(**held))

    assert [(change.amount, change.is_rest) for change in decision.changes if isinstance(change, ReleasePayment)] == (
        [expected] if expected else []
    )


@pytest.mark.parametrize(
    ("situation", "released"),
    [
        ({"invoice": OPEN, "credits": (replace(FULL, left_to_pay=D(0)),), "effects": confirmed("cre-full", "full")}, True),
        ({"invoice": OPEN, "credits": (CREDIT,), "effects": confirmed()}, False),
        ({"invoice": OPEN, "refunds": RefundPolicy(cancelled=CancelledOrder.LEAVE)}, False),
        ({"invoice": replace(OPEN, status=InvoiceStatus.CANCELLED), "capture": replace(KLARNA, release=False)}, False),
        ({"invoice": replace(OPEN, status=InvoiceStatus.CANCELLED), "effects": {f"release:{ENTITY}": effect()}}, False),
    ],
)
def test_an_authorisation_is_released_only_by_rule_and_only_at_the_end(situation: dict[str, Any], *, released: bool):
    held = payment(captured=0, remaining=36000, status=PaymentStatus.AUTHORISED, actions=frozenset({Action.CANCEL}))
    values = {"order": replace(ORDER, current_state=7), "capture": KLARNA, "payment": held} | situation

    assert any(isinstance(change, ReleasePayment) for change in decide(**values).changes) is released


def test_an_invoice_that_is_followed_by_another_keeps_its_authorisation():
    ended = credit_in_hogia(full_credit(OPEN, ()), OPEN, id="cre-e", reference="PS:1:42:CRE-EDIT-1")
    held = payment(captured=0, remaining=36000, status=PaymentStatus.AUTHORISED, actions=frozenset({Action.CANCEL}))

    decision = decide(order=EDITED, invoice=OPEN, credits=(ended,), effects=confirmed("cre-e", "edit-1"), capture=KLARNA, payment=held)

    assert not any(isinstance(change, ReleasePayment) for change in decision.changes)


@pytest.mark.parametrize(
    ("situation", "asks"),
    [
        ({}, False),
        ({"credits": (CREDIT,), "effects": confirmed()}, True),
        ({"credits": (CREDIT,), "effects": confirmed() | {f"refund:{ENTITY}/5": effect()}}, False),
        ({"credits": (CREDIT,), "effects": confirmed(), "has_credentials": False}, False),
        ({"invoice": replace(OPEN, status=InvoiceStatus.CANCELLED)}, True),
        ({"capture": None, "credits": (CREDIT,), "effects": confirmed()}, False),
    ],
)
def test_the_provider_is_asked_only_when_its_answer_matters(situation: dict[str, Any], *, asks: bool):
    assert needs_payment(snapshot(**{"capture": KLARNA} | situation)) is asks


def test_no_credit_is_ever_written_with_a_negative_or_empty_document():
    for slips in [(SLIP,), (OTHER, SLIP), (make_slip(freight="49.00"),)]:
        for change in decide(slips=slips).changes:
            assert isinstance(change, CreditInvoice)
            assert change.document.invoice.gross > 0
            assert any(row.kind is not RowKind.TEXT for row in change.document.invoice.rows)
