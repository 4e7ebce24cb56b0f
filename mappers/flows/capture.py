"""Which capture an order needs now, by the rule of its payment module (payments.md 8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from mappers.changes_after import After, Capture, NoteCapture
from mappers.connection import CaptureRule, CaptureStrategy, CaptureWhen, HogiaStatus, PartialCapture, Shop
from mappers.errors import Rejected
from mappers.flows.delivered import delivered_amount, is_all_delivered
from mappers.flows.status import reached
from mappers.hogia.model import HogiaInvoice
from mappers.payments.capture import CaptureVerdict, decide_capture, minor
from mappers.payments.model import Line, Payment, Provider
from mappers.payments.model import Parcel as PaymentParcel
from mappers.snapshot import AfterSnapshot, Known, KnownEffect

MODULE_MINUTES = 10  # how long the shop's own module may take to capture after the state was set
LOOK_AGAIN = timedelta(seconds=60)
SVEA_MINUTES = 10


def capture_rule(snapshot_shop: Shop, module: str) -> CaptureRule | None:
    """The module's rule, or None where the shop captures nothing from here. Raises Rejected for a module that no rule names."""
    if not snapshot_shop.capture:
        return None
    rule = snapshot_shop.capture.get(module)
    if rule is None:
        raise Rejected(
            "CAPTURE_STRATEGY_MISSING",
            f"the payment module {module!r} has no capture rule, so whether its money is captured is not known. Add it to [shops.capture] "
            "(order_state, psp_api, already_captured or none) and release the order.",
        )
    return rule


def capture_key(entity: str, cumulative: int) -> str:
    """The ledger's key of a capture: what has been captured once it is done, in minor units."""
    return f"capture:{entity}/{cumulative}"


def delivery_reference(invoice: HogiaInvoice, cumulative: int) -> str:
    """Our reference of a delivery at the provider: stands in its settlement files."""
    return f"{invoice.reference}:{cumulative}"


def due_amount(invoice: HogiaInvoice, rule: CaptureRule, *, credited: Decimal, service_accounts: frozenset[int]) -> tuple[Decimal, bool]:
    """What is to be captured by now, incl. VAT, and whether that is everything."""
    if rule.when is CaptureWhen.INVOICED:
        is_due = HogiaStatus.INVOICED in reached(invoice, credited=credited)
        return (invoice.gross, True) if is_due else (Decimal(0), False)
    if is_all_delivered(invoice):
        return invoice.gross, True
    if rule.partial is PartialCapture.ON_FINAL:
        return Decimal(0), False
    return delivered_amount(invoice, service_accounts=service_accounts), False


def service_accounts(shop: Shop) -> frozenset[int]:
    """The accounts of freight and fees in every region."""
    accounts = shop.orders.accounts
    regions = (accounts.sweden, accounts.eu_consumer, accounts.eu_business, accounts.export)
    return frozenset(account for region in regions for account in (region.freight, region.fee))


def needs_provider(snapshot: AfterSnapshot) -> bool:
    """Whether the provider has to be asked before deciding."""
    rule = snapshot.shop.capture.get(snapshot.order.module)
    if rule is None or rule.provider is None or not snapshot.has_credentials:
        return False
    if rule.strategy not in {CaptureStrategy.PSP_API, CaptureStrategy.ORDER_STATE}:
        return False
    due, _ = due_amount(snapshot.invoice, rule, credited=snapshot.credited, service_accounts=service_accounts(snapshot.shop))
    if not due:
        return False
    known = snapshot.effects.get(capture_key(str(snapshot.key), minor(due, snapshot.order.currency.decimals)))
    return known is None or known.state is not Known.CONFIRMED


def capture_changes(snapshot: AfterSnapshot) -> tuple[tuple[After, ...], datetime | None]:
    """What is to be done before the state is set, and when to look again. Raises Rejected for a person."""
    rule = capture_rule(snapshot.shop, snapshot.order.module)
    if rule is None or rule.strategy in {CaptureStrategy.NONE, CaptureStrategy.ORDER_STATE}:
        return (), None
    due, is_all = due_amount(snapshot.invoice, rule, credited=snapshot.credited, service_accounts=service_accounts(snapshot.shop))
    if not due:
        return (), None
    cumulative = minor(due, snapshot.order.currency.decimals)
    key = capture_key(str(snapshot.key), cumulative)
    known = snapshot.effects.get(key)
    if known is not None and known.state is Known.CONFIRMED:
        return (), None
    currency = snapshot.order.currency.code
    if rule.strategy is CaptureStrategy.ALREADY_CAPTURED:
        note = NoteCapture(key=key, code="ALREADY_CAPTURED", reason="the module captures at purchase", amount=str(due), currency=currency)
        return (note,), None
    payment = snapshot.payment
    if payment is None:
        raise Rejected(
            "CAPTURE_CREDENTIALS_MISSING",
            f"the capture rule of {snapshot.order.module} needs a provider and its credentials. Add them to [shops.capture] and release the order.",
        )
    sequence = known.sequence if known is not None else 0
    refused_to_split = any(
        effect.code.endswith("SPLIT_REFUSED") for name, effect in snapshot.effects.items() if name.startswith("capture:")
    )
    decision = decide_capture(
        payment,
        snapshot.order,
        cumulative=cumulative,
        is_all=is_all,
        may_split=rule.partial is PartialCapture.PER_DELIVERY and not refused_to_split,
        now=snapshot.now,
        lines=delivered_lines(snapshot.invoice, payment) if not is_all else (),
        parcels=_parcels(snapshot.invoice),
        delivery=delivery_reference(snapshot.invoice, cumulative),
        sequence=sequence,
        credited=minor(snapshot.credited, snapshot.order.currency.decimals),
    )
    still = _still_running(snapshot, known, payment) if decision.verdict is CaptureVerdict.CAPTURE else None
    if still is not None:
        return (), still
    if decision.verdict is CaptureVerdict.WAIT:
        return (), decision.until
    if decision.request is not None:
        change = Capture(
            key=key,
            provider=payment.provider,
            reference=payment.reference,
            request=decision.request,
            cumulative=cumulative,
            sequence=sequence,
        )
        return (change,), None
    if decision.verdict is CaptureVerdict.NOT_REQUIRED and not is_all and not payment.is_direct:
        return (), None  # comes with the final delivery
    return (NoteCapture(key=key, code=decision.code, reason=decision.reason, amount=str(due), currency=currency),), None


def _still_running(snapshot: AfterSnapshot, known: KnownEffect | None, payment: Payment) -> datetime | None:
    """When an earlier call may be believed to have had no effect.

    Klarna and Nets give the same answer to the same key; Svea has no keys and works on in the background, so it is read for ten minutes.
    """
    if known is None or known.state not in {Known.INTENT, Known.UNKNOWN} or payment.provider is not Provider.SVEA:
        return None
    over = known.called_at + timedelta(minutes=SVEA_MINUTES)
    return min(over, snapshot.now + LOOK_AGAIN) if snapshot.now < over else None


def delivered_lines(invoice: HogiaInvoice, payment: Payment) -> tuple[Line, ...]:
    """The provider's rows that a partial delivery takes now: what is delivered so far less what its rows show as captured already."""
    delivery = invoice.delivery
    if delivery is None:
        return ()
    pieces = {line.line_index: line.quantity for line in delivery.lines}
    lines = []
    for row in payment.rows:
        own = next(
            (line for line in invoice.lines if line.net > 0 and line.article and line.article.casefold() == row.reference.casefold()), None
        )
        if own is None or not row.quantity:
            continue
        new = pieces.get(own.index, Decimal(0)) - (own.quantity - row.quantity)
        new = min(max(new, Decimal(0)), row.quantity)
        if new:
            total = int((row.amount * new / row.quantity).to_integral_value())
            lines.append(
                Line(reference=row.reference, name=row.name, quantity=new, total=total, vat_rate=row.vat_rate or own.rate, row_id=row.id)
            )
    return tuple(lines)


def verification(snapshot: AfterSnapshot, *, state_set_at: datetime) -> tuple[tuple[After, ...], datetime | None]:
    """After the state that makes the shop's module capture: what the provider says. Without credentials it is recorded as assumed."""
    rule = snapshot.shop.capture.get(snapshot.order.module)
    if rule is None or rule.strategy is not CaptureStrategy.ORDER_STATE:
        return (), None
    due = snapshot.invoice.gross
    cumulative = minor(due, snapshot.order.currency.decimals)
    key = capture_key(str(snapshot.key), cumulative)
    known = snapshot.effects.get(key)
    if known is not None and known.state is Known.CONFIRMED:
        return (), None
    currency = snapshot.order.currency.code
    payment = snapshot.payment
    if payment is None:
        reason = "the shop's module was to capture on the state; without the provider's credentials that is not verified"
        return (NoteCapture(key=key, code="ASSUMED", reason=reason, amount=str(due), currency=currency),), None
    if payment.is_direct or payment.captured >= cumulative:
        reason = f"{payment.captured} minor units are captured at the provider"
        return (NoteCapture(key=key, code="CAPTURED_BY_MODULE", reason=reason, amount=str(due), currency=currency),), None
    if snapshot.now < state_set_at + timedelta(minutes=MODULE_MINUTES):
        return (), snapshot.now + LOOK_AGAIN
    if rule.fallback:
        decision = decide_capture(
            payment,
            snapshot.order,
            cumulative=cumulative,
            is_all=True,
            may_split=False,
            now=snapshot.now,
            parcels=_parcels(snapshot.invoice),
            delivery=delivery_reference(snapshot.invoice, cumulative),
            credited=minor(snapshot.credited, snapshot.order.currency.decimals),
        )
        if decision.request is not None:
            return (Capture(key=key, provider=payment.provider, reference=payment.reference, request=decision.request),), None
    raise Rejected(
        "CAPTURE_NOT_SEEN",
        f"the order state was set {MODULE_MINUTES} minutes ago and the provider shows no capture. The shop's module did not run: check its list of "
        "capture states, whether it is allowed for the group Visitor, and its log; capture in the portal and release the order.",
        subject=str(snapshot.key),
    )


def _parcels(invoice: HogiaInvoice) -> tuple[PaymentParcel, ...]:
    delivery = invoice.delivery
    if delivery is None or not delivery.tracking_number:
        return ()
    return (PaymentParcel(carrier=delivery.carrier, number=delivery.tracking_number, url=delivery.tracking_url),)
