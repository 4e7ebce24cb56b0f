"""`decide_order`: an order's snapshot → what is to be done. Every flow sends its orders the same way (design 6).

What is asked, in this order: is it to be invoiced now; is it invoiced already; what invoice would be right; may Hogia take it; is one
there that we do not know of; which payments are missing. Anything that a person must look at is raised before any call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.canonical import ShopOrder
from mappers.changes import AdoptInvoice, AdoptPayment, Change, Changeset, CreateInvoice, RegisterPayment, Verdict, sequence_id
from mappers.customer import contact_card
from mappers.errors import Misconfigured, Rejected
from mappers.flows.articles import article_lines
from mappers.flows.contact import contact_changes, shop_code
from mappers.flows.eligibility import not_to_be_invoiced, soon
from mappers.flows.head import document, invoice_day, invoice_reference, payments_dated, terms_days, with_delivery_day
from mappers.hogia.model import HogiaInvoice, HogiaReference, InvoiceStatus
from mappers.invoice.build import build_invoice
from mappers.invoice.model import Invoice, InvoiceDocument, Notice
from mappers.snapshot import Known, KnownEffect, OrderSnapshot

MOST_ATTEMPTS = 5


def invoice_key(entity: str, version: int = 1) -> str:
    """The ledger's key of an order's invoice; of a later one where an edited order was credited and invoiced anew."""
    return f"invoice:{entity}" if version == 1 else f"invoice:{entity}/{version}"


def edit_key(entity: str, version: int) -> str:
    """The ledger's key of what ended an invoice because its order was edited: its full credit, or the cancellation of a draft."""
    return f"credit:{entity}/edit-{version}"


def invoice_version(effects: Mapping[str, KnownEffect], entity: str) -> int:
    """Which invoice of the order is the current one: one more than were ended because the order was edited."""
    version = 1
    while (ended := effects.get(edit_key(entity, version))) is not None and ended.state is Known.CONFIRMED and ended.checked:
        version += 1
    return version


def payment_key(entity: str, part: str, version: int = 1) -> str:
    """The ledger's key of one registered payment; each version of the invoice has its own."""
    return f"payment:{entity}/{part}" if version == 1 else f"payment:{entity}/{version}/{part}"


def reference_lacks(snapshot: OrderSnapshot, reference: HogiaReference) -> bool:
    """Whether the order's invoice needs a currency, year or account that this copy of Hogia's reference does not have."""
    order = snapshot.order
    assert order is not None
    zone = ZoneInfo(snapshot.time_zone)
    day = invoice_day(order, snapshot.shop.orders, now=snapshot.now, zone=zone)
    try:
        _preflight(_built(snapshot, order, day=day), reference, day=day.isoformat())
    except Misconfigured:
        return True
    except Rejected:
        return False
    return False


def _built(snapshot: OrderSnapshot, order: ShopOrder, *, day: date) -> Invoice:
    zone = ZoneInfo(snapshot.time_zone)
    today = snapshot.now.astimezone(zone).date()
    invoice = build_invoice(order, snapshot.shop.orders, shop_country=snapshot.shop.country, payment_day=day, today=today)
    return payments_dated(invoice, order, day=day, zone=zone)


def decide_order(snapshot: OrderSnapshot) -> Changeset:
    """The decision; printed, it is the dry run. Raises Rejected and Misconfigured for what a person must look at."""
    left = not_to_be_invoiced(snapshot)
    made = snapshot.effects.get(_key(snapshot))
    confirmed = made is not None and made.state is Known.CONFIRMED
    if left is not None and not confirmed:
        return _left_unsure(snapshot, made, left) if made is not None and is_unsure(made) else left
    order = snapshot.order
    if left is not None or order is None:
        assert made is not None
        return _already(made, left)
    zone = ZoneInfo(snapshot.time_zone)
    day = invoice_day(order, snapshot.shop.orders, now=snapshot.now, zone=zone)
    today = snapshot.now.astimezone(zone).date()
    invoice = _paid_not_before(build_invoice(order, snapshot.shop.orders, shop_country=snapshot.shop.country, today=today), day)
    if confirmed:
        assert made is not None
        return _payments_of(snapshot, made, invoice)
    return _invoice(snapshot, order, invoice, made)


def is_unsure(made: KnownEffect | None) -> bool:
    """Whether a call may have made the invoice: it had no usable answer, or nobody knows whether it was sent."""
    return made is not None and made.state in {Known.UNKNOWN, Known.INTENT}


def _left_unsure(snapshot: OrderSnapshot, made: KnownEffect, left: Changeset) -> Changeset:
    """The order is to be left alone, and may have an invoice by now: what happens to that (a credit) needs the ledger to know of it."""
    reference = invoice_reference(snapshot.shop, int(snapshot.key.id), _version(snapshot))
    living = [i for i in snapshot.invoices if i.reference == reference and not i.credits and i.status is not InvoiceStatus.CANCELLED]
    if living:
        ident = sequence_id(snapshot.connection.hogia.organization_id, reference)
        return Changeset(
            verdict=Verdict.CHANGES,
            code="ADOPT",
            reason=f"invoice {living[0].number} was made before: {left.reason}",
            changes=(AdoptInvoice(key=_key(snapshot), sequence_id=ident, invoice=living[0]),),
        )
    if snapshot.now < made.called_at + snapshot.read_delay:
        return _being_looked_up(made.called_at + snapshot.read_delay)
    return left


def _being_looked_up(until: datetime) -> Changeset:
    return Changeset(
        verdict=Verdict.WAIT,
        code="OUTCOME_BEING_LOOKED_UP",
        reason="an earlier call may have made the invoice; it is looked up again when Hogia's reads have caught up",
        until=until,
    )


def _version(snapshot: OrderSnapshot) -> int:
    return invoice_version(snapshot.effects, str(snapshot.key))


def _key(snapshot: OrderSnapshot) -> str:
    return invoice_key(str(snapshot.key), _version(snapshot))


def _paid_not_before(invoice: Invoice, day: date) -> Invoice:
    """No payment is registered on a day before the invoice's: there is nothing to settle then."""
    return replace(invoice, payments=tuple(replace(part, on=max(part.on, day)) for part in invoice.payments))


def _already(made: KnownEffect, left: Changeset | None) -> Changeset:
    why = f"; {left.reason}" if left is not None else ""
    return Changeset(verdict=Verdict.NOTHING, code="ALREADY_INVOICED", reason=f"invoice {made.external_number} was made{why}")


def _invoice(snapshot: OrderSnapshot, order: ShopOrder, invoice: Invoice, made: KnownEffect | None) -> Changeset:
    policy = snapshot.shop.orders
    reference = snapshot.reference
    assert reference is not None, "gathered whenever the order is to be invoiced"
    day = invoice_day(order, policy, now=snapshot.now, zone=ZoneInfo(snapshot.time_zone))
    _preflight(invoice, reference, day=day.isoformat())
    card = contact_card(
        order,
        policy.customers,
        shop_key=shop_code(snapshot.shop.key),
        currency=invoice.currency,
        terms_days=terms_days(order, policy),
        your_reference_source=policy.your_reference,
    )
    number, contact = contact_changes(snapshot, card)
    invoice, lines, articles = article_lines(snapshot, invoice, reference)
    invoice = with_delivery_day(invoice, order, policy, day=day, zone=ZoneInfo(snapshot.time_zone))
    paper = document(invoice, order, snapshot.shop, card, customer_number=number, day=day, version=_version(snapshot))
    found = _found(snapshot, paper)
    wait = _wait_for_a_lost_ledger(snapshot, order, made) or (_wait_for_reads(snapshot, made) if found is None else None)
    if wait is not None:
        return replace(wait, document=paper)
    if found is not None:
        return _adopt(snapshot, found, paper)
    create = CreateInvoice(
        key=_key(snapshot),
        sequence_id=sequence_id(snapshot.connection.hogia.organization_id, paper.invoice_reference),
        document=paper,
        article_lines=lines,
    )
    return Changeset(
        verdict=Verdict.CHANGES,
        code="INVOICE",
        reason=f"invoice {paper.invoice_reference} of {invoice.gross} {invoice.currency} is to be made",
        changes=(*contact, *articles, create, *_registrations(snapshot, invoice, None)),
        notices=invoice.notices,
        document=paper,
    )


def _preflight(invoice: Invoice, reference: HogiaReference, *, day: str) -> None:
    """What Hogia would refuse, told before the call (hogia.md 3.12)."""
    if invoice.currency not in reference.currencies:
        raise Misconfigured(
            "CURRENCY_NOT_REGISTERED",
            f"the currency {invoice.currency} is not registered in Hogia. Register it there and release the order.",
        )
    if reference.financial_year is None:
        raise Misconfigured(
            "FINANCIAL_YEAR_MISSING",
            f"no financial year in Hogia covers {day}. Create or open it there, or choose another orders.invoice_date, and release the order.",
        )
    used = {row.account for row in invoice.rows if row.account} | {part.account for part in invoice.payments}
    used |= {row.vat_account for row in invoice.rows if row.vat_account is not None}
    missing = sorted(number for number in used if number not in reference.accounts or not reference.accounts[number].is_active)
    if missing:
        raise Misconfigured(
            "ACCOUNT_MISSING",
            f"account {', '.join(map(str, missing))} is missing or inactive in Hogia's chart for {day}. Add it there, or set another account "
            "in the connection file.",
        )


def _found(snapshot: OrderSnapshot, paper: InvoiceDocument) -> HogiaInvoice | None:
    """The invoice with our reference that is already there; raises Rejected when it is not the one we would make."""
    known = [found for found in snapshot.invoices if found.reference == paper.invoice_reference and not found.credits]
    if not known:
        return None
    living = [found for found in known if found.status is not InvoiceStatus.CANCELLED]
    numbers = ", ".join(str(found.number or found.id) for found in known)
    if not living:
        raise Rejected(
            "INVOICE_CANCELLED_IN_HOGIA",
            f"invoice {numbers} of this order was cancelled in Hogia. Discard the order here, or make a new invoice there and adopt it.",
            subject=str(snapshot.key),
        )
    if len(living) > 1:
        raise Rejected(
            "INVOICE_DUPLICATED",
            f"Hogia has several invoices of this order: {numbers}. Credit all but one there, then adopt the one that stays.",
            subject=str(snapshot.key),
        )
    invoice, found = paper.invoice, living[0]
    if found.gross != invoice.gross or found.currency != invoice.currency:
        raise Rejected(
            "INVOICE_DIFFERS",
            f"invoice {numbers} of this order is {found.gross} {found.currency} in Hogia, the order is {invoice.gross} {invoice.currency}. "
            "Correct it there (credit and make a new one), or adopt it as it is.",
            subject=str(snapshot.key),
        )
    return found


def _adopt(snapshot: OrderSnapshot, found: HogiaInvoice, paper: InvoiceDocument) -> Changeset:
    change = AdoptInvoice(
        key=_key(snapshot),
        sequence_id=sequence_id(snapshot.connection.hogia.organization_id, paper.invoice_reference),
        invoice=found,
    )
    return Changeset(
        verdict=Verdict.CHANGES,
        code="ADOPT",
        reason=f"invoice {found.number} with this order's reference and total is already in Hogia",
        changes=(change, *_registrations(snapshot, paper.invoice, found)),
        notices=paper.invoice.notices,
        document=paper,
    )


def _wait_for_reads(snapshot: OrderSnapshot, made: KnownEffect | None) -> Changeset | None:
    """Whether "not found" can be believed yet: Hogia's reads lag behind its writes (hogia.md 3.8)."""
    delay = snapshot.read_delay
    if made is not None and is_unsure(made):
        if snapshot.now < made.called_at + delay:
            return _being_looked_up(made.called_at + delay)
        if made.attempts >= MOST_ATTEMPTS:
            raise Rejected(
                "OUTCOME_UNKNOWN_TOO_OFTEN",
                f"{made.attempts} calls to make the invoice had no answer, and Hogia shows none. Look in Hogia; adopt the invoice if it is there, "
                "or release the order to try again.",
                subject=str(snapshot.key),
            )
    return None


def _wait_for_a_lost_ledger(snapshot: OrderSnapshot, order: ShopOrder, made: KnownEffect | None) -> Changeset | None:
    """Whether the ledger is so young that reads may not show yet what a lost one knew: an invoice, or the payments on one that is found."""
    delay = snapshot.read_delay
    if made is None and order.placed_at < snapshot.ledger_born and snapshot.now < snapshot.ledger_born + delay:
        return Changeset(
            verdict=Verdict.WAIT,
            code="LEDGER_YOUNG",
            reason="the order is older than this ledger, which may have been lost; it waits until Hogia's reads would show an earlier invoice and its payments",
            until=snapshot.ledger_born + delay,
        )
    return None


def _registrations(snapshot: OrderSnapshot, invoice: Invoice, found: HogiaInvoice | None) -> tuple[Change, ...]:
    """The payments that are not in the ledger: to be registered, or found registered already."""
    entity, version = str(snapshot.key), _version(snapshot)
    reference = invoice_reference(snapshot.shop, invoice.order_id, version)
    there = list(found.payments) if found else []
    changes: list[Change] = []
    for part in invoice.payments:
        key = payment_key(entity, part.key, version)
        known = snapshot.effects.get(key)
        if known is not None and known.state is Known.CONFIRMED:
            continue
        ident = sequence_id(snapshot.connection.hogia.organization_id, f"{reference}/{part.key}")
        match = next(
            (p for p in there if p.sequence_id == ident or (not p.sequence_id and p.amount == part.amount and p.account == part.account)),
            None,
        )
        if match is not None:
            there.remove(match)
            changes.append(AdoptPayment(key=key, sequence_id=ident, part=part, currency=invoice.currency))
        else:
            changes.append(
                RegisterPayment(key=key, sequence_id=ident, invoice_key=invoice_key(entity, version), part=part, currency=invoice.currency)
            )
    return tuple(changes)


def _read_back(snapshot: OrderSnapshot, made: KnownEffect, invoice: Invoice, found: HogiaInvoice | None) -> Changeset:
    """The invoice was made and never read back: nothing is paid on it before it is known to be right (accounting.md 16.7)."""
    if found is None:
        return Changeset(
            verdict=Verdict.WAIT,
            code="READ_BACK_PENDING",
            reason="the invoice was made; it is read back when Hogia's reads show it",
            until=max(made.called_at + snapshot.read_delay, soon(snapshot, since=made.called_at)),
        )
    mismatch = engine_mismatch(found, invoice)
    if mismatch is not None:
        raise mismatch
    return Changeset(
        verdict=Verdict.CHANGES,
        code="READ_BACK",
        reason=f"invoice {found.number} is as decided",
        changes=(
            AdoptInvoice(
                key=_key(snapshot),
                sequence_id=sequence_id(
                    snapshot.connection.hogia.organization_id,
                    invoice_reference(snapshot.shop, invoice.order_id, _version(snapshot)),
                ),
                invoice=found,
            ),
            *_registrations(snapshot, invoice, found),
        ),
        notices=invoice.notices,
    )


def engine_mismatch(found: HogiaInvoice, invoice: Invoice) -> Rejected | None:
    """What a person is told when Hogia's total or VAT per rate is not ours; None when they agree (accounting.md 16.7)."""
    wrong = []
    if found.gross != invoice.gross:
        wrong.append(f"total {found.gross} instead of {invoice.gross}")
    for line in invoice.vat:
        there = found.vat_per_rate.get(line.rate)
        if there is not None and there != line.vat:
            wrong.append(f"VAT at {line.rate} % {there} instead of {line.vat}")
    if not wrong:
        return None
    return Rejected(
        "ENGINE_MISMATCH",
        f"Hogia computed invoice {found.number or found.id} differently: {'; '.join(wrong)}. No payment was registered. Look at the invoice "
        "in Hogia; credit it and adopt a corrected one.",
        subject=found.reference,
    )


def _payments_of(snapshot: OrderSnapshot, made: KnownEffect, invoice: Invoice) -> Changeset:
    """The invoice is there: what has been paid since, and what was edited since."""
    notices: tuple[Notice, ...] = ()
    if made.amount and Decimal(made.amount) != invoice.gross:
        notices = (
            Notice(
                code="ORDER_CHANGED_AFTER_INVOICE",
                message=f"the order is now {invoice.gross} {invoice.currency}, its invoice {made.external_number} was {made.amount}.",
            ),
        )
        return Changeset(
            verdict=Verdict.NOTHING,
            code="ORDER_CHANGED_AFTER_INVOICE",
            reason=f"{notices[0].message} A booked invoice is never changed: credit it in Hogia and adopt its successor.",
            notices=notices,
        )
    found = next((i for i in snapshot.invoices if i.id == made.external_id), None)
    if not made.checked:
        return _read_back(snapshot, made, invoice, found)
    changes = _registrations(snapshot, invoice, found)
    unsure = [snapshot.effects[c.key] for c in changes if isinstance(c, RegisterPayment) and c.key in snapshot.effects]
    waiting = [e.called_at + snapshot.read_delay for e in unsure if e.state in {Known.UNKNOWN, Known.INTENT}]
    if waiting and snapshot.now < max(waiting):
        return Changeset(
            verdict=Verdict.WAIT,
            code="OUTCOME_BEING_LOOKED_UP",
            reason="an earlier call may have registered the payment; it is looked up again when Hogia's reads have caught up",
            until=max(waiting),
        )
    if not changes:
        return _already(made, None)
    return Changeset(
        verdict=Verdict.CHANGES,
        code="PAYMENT",
        reason=f"payments of invoice {made.external_number} are to be registered",
        changes=changes,
        notices=notices,
    )
