"""The money of a credit: given back at the provider, given as a voucher, registered in Hogia; and authorisations that are released.

PrestaShop does not record that money went back (accounting-recordings.md 3.1 rule 7). So a refund is registered on the credit when the provider
has it, when it became a voucher (2421), or when the merchant's rule says so; and made at the provider only where the capture rule says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from mappers.changes_after import AdoptCredit, NoteCapture, RefundPayment, ReleasePayment
from mappers.connection import CaptureRule
from mappers.connection import RegisterPayment as Registering
from mappers.errors import Rejected
from mappers.flows.credit_paper import credit_key, credit_reference, named
from mappers.flows.credit_register import EDIT, is_done, registered
from mappers.flows.credit_run import CreditRun
from mappers.flows.credit_vouchers import vouchers_of_slips
from mappers.flows.head import payment_rule
from mappers.hogia.model import HogiaInvoice, InvoiceStatus
from mappers.invoice.credit_remains import living, remains_of
from mappers.invoice.money import ZERO, erp_vat, rate_key
from mappers.payments.capture import minor, refund_key
from mappers.payments.model import Action, CaptureView, Line, Payment, PaymentStatus, Provider, RefundRequest
from mappers.payments.reference import check_is_ours
from mappers.snapshot import AfterSnapshot, Known

LOOK_AGAIN = timedelta(seconds=60)
SVEA_PATIENCE = timedelta(minutes=10)
# Providers that refund a capture and not the payment (payments.md 3.3, 4.3); Klarna refunds the order.
PER_CAPTURE = frozenset({Provider.SVEA, Provider.NETS})
OVER = frozenset({PaymentStatus.CANCELLED, PaymentStatus.EXPIRED})


def refund_effect(entity: str, what: str) -> str:
    """The ledger's key of a refund at the provider, for one credit. Its `amount` is in kronor (major units)."""
    return f"refund:{entity}/{what.lower()}"


def release_effect(entity: str) -> str:
    """The ledger's key of giving up an authorisation."""
    return f"release:{entity}"


def needs_payment(snapshot: AfterSnapshot) -> bool:
    """Whether the provider has to be asked before credits are decided: a credit to refund, or an authorisation to release."""
    rule = _rule(snapshot)
    if rule is None or not snapshot.has_credentials:
        return False
    entity = str(snapshot.key)
    open_refunds = rule.refund and any(not is_done(snapshot, refund_effect(entity, name)) for name, _ in _money_credits(snapshot))
    return open_refunds or (rule.release and _has_ended(snapshot) and not is_done(snapshot, release_effect(entity)))


def money_changes(run: CreditRun) -> None:
    """Refunds, registrations and the release, of credits that are in Hogia and confirmed. Raises Rejected for a person."""
    snapshot = run.snapshot
    vouchers = vouchers_of_slips(snapshot)
    if vouchers.unclear:
        run.notice(
            "REFUND_VOUCHER_UNCLEAR",
            f"Voucher {', '.join(vouchers.unclear)} was given for a refund of this order, and which one cannot be told from its amount. No money is "
            "refunded for what it may be; register it in Hogia by hand.",
        )
    paying: list[tuple[str, HogiaInvoice]] = []
    read = {str(slip.id) for slip in snapshot.slips}
    adopted = {change.invoice.id for change in run.changes if isinstance(change, AdoptCredit)}
    for name, credit in _money_credits(snapshot):
        if credit.id in adopted or (name.isdigit() and name not in read):
            continue  # whose it is stands in the ledger first; and whether a slip became a voucher is not known without the slip
        if name in vouchers.codes:
            _register(run, name, credit, amount=-credit.left_to_pay, account=_gift_cards(snapshot), reference=vouchers.codes[name])
        elif name not in vouchers.doubtful:
            paying.append((name, credit))
    rule = _rule(snapshot)
    if rule is not None and rule.refund:
        _refunds(run, paying)
    for name, credit in paying:
        _register_refund(run, name, credit)
    if rule is not None and rule.release:
        _release(run)


def _rule(snapshot: AfterSnapshot) -> CaptureRule | None:
    """The capture rule of the order's module, where it names a provider."""
    rule = snapshot.shop.capture.get(snapshot.order.module)
    return rule if rule is not None and rule.provider is not None else None


def _gift_cards(snapshot: AfterSnapshot) -> int:
    return snapshot.shop.orders.accounts.gift_cards


def _money_credits(snapshot: AfterSnapshot) -> list[tuple[str, HogiaInvoice]]:
    """(name, credit) of every credit whose money is the customer's: confirmed ones of ours and those made by hand, oldest first."""
    found = []
    for credit in sorted(living(snapshot.credits), key=lambda each: (each.number or 0, each.id)):
        name = named(snapshot, credit)
        if name.startswith(EDIT) or credit.status is InvoiceStatus.DRAFT:
            continue
        known = snapshot.effects.get(credit_key(str(snapshot.key), name)) if name else None
        if not name or (known is not None and known.state is Known.CONFIRMED and known.checked):
            found.append((name or f"HAND-{credit.number or credit.id}", credit))
    return found


def _refunds(run: CreditRun, credits_: Sequence[tuple[str, HogiaInvoice]]) -> None:
    """Give back at the provider what is credited and not given back yet, never more than was captured."""
    snapshot = run.snapshot
    payment, open_ = snapshot.payment, [each for each in credits_ if not is_done(snapshot, refund_effect(run.entity, each[0]))]
    if not open_:
        return
    if payment is None:
        if not snapshot.has_credentials:
            run.notice(
                "REFUND_CREDENTIALS_MISSING",
                "The rule says to refund at the provider, whose credentials are missing; refund in its portal.",
            )
        return
    check_is_ours(payment, snapshot.order)
    refunded, elsewhere = payment.refunded, _elsewhere(snapshot, payment, credits_)
    owed = _owed(snapshot, payment)
    for name, credit in open_:
        amount = minor(-credit.gross, snapshot.order.currency.decimals)
        key, reference = refund_effect(run.entity, name), credit_reference(snapshot.shop, snapshot.order.id, name)
        known = run.known(key)
        is_there = any(refund.reference == reference for refund in payment.refunds)
        if is_there or elsewhere >= amount:
            elsewhere -= 0 if is_there else amount
            _note_refunded(run, payment, credit, key=key, amount=amount)
            continue
        if known is not None and known.state in {Known.INTENT, Known.UNKNOWN} and snapshot.now < known.called_at + _patience(payment):
            run.waits.append(min(snapshot.now + LOOK_AGAIN, known.called_at + _patience(payment)))
            return  # what is left at the provider is not known before
        possible = min(amount - elsewhere, payment.captured - refunded - owed)
        elsewhere = 0
        if possible < amount:
            run.notice(
                "REFUND_BELOW_CREDIT",
                f"Credit {credit.number} is {amount} minor units, and {max(possible, 0)} can be refunded at {payment.provider.value}: "
                "the rest was refunded before, not captured, or not paid there.",
            )
        if possible > 0:
            _refuse_unless_allowed(payment, snapshot)
            _ask(run, payment, credit, key=key, reference=reference, amount=possible, before=refunded)
            refunded += possible


def _patience(payment: Payment) -> timedelta:
    """How long an unanswered refund may still come to pass: Svea works on in the background and knows no keys (payments.md 3.4)."""
    return SVEA_PATIENCE if payment.provider is Provider.SVEA else LOOK_AGAIN


def _owed(snapshot: AfterSnapshot, payment: Payment) -> int:
    """What of the payment stays with the merchant, minor units: what was credited before it was captured is never captured, nor given back."""
    return max(payment.authorised - minor(snapshot.credited, snapshot.order.currency.decimals), 0)


def _elsewhere(snapshot: AfterSnapshot, payment: Payment, credits_: Sequence[tuple[str, HogiaInvoice]]) -> int:
    """What the provider has refunded that is none of our refunds, minor units: made in its portal or by the shop's module."""
    decimals = snapshot.order.currency.decimals
    ours = 0
    for name, credit in credits_:
        known = snapshot.effects.get(refund_effect(str(snapshot.key), name))
        reference = credit_reference(snapshot.shop, snapshot.order.id, name)
        if known is not None and known.state is Known.CONFIRMED:
            ours += minor(Decimal(known.amount) if known.amount else -credit.gross, decimals)
        else:
            ours += sum(refund.amount for refund in payment.refunds if refund.reference == reference)
    return max(payment.refunded - ours, 0)


def _note_refunded(run: CreditRun, payment: Payment, credit: HogiaInvoice, *, key: str, amount: int) -> None:
    major = str(Decimal(amount).scaleb(-run.snapshot.order.currency.decimals))
    reason = f"{amount} minor units of credit {credit.number} are refunded at the provider"
    run.changes.append(NoteCapture(key=key, code="REFUNDED_ELSEWHERE", reason=reason, amount=major, currency=payment.currency))


def _refuse_unless_allowed(payment: Payment, snapshot: AfterSnapshot) -> None:
    if Action.REFUND not in payment.actions:
        raise Rejected(
            "REFUND_NOT_ALLOWED",
            f"{payment.provider.value} does not allow a refund of this payment now (its own word: {payment.raw_status[:40]}). Refund in its portal and "
            "discard this.",
            subject=str(snapshot.key),
        )


def _ask(run: CreditRun, payment: Payment, credit: HogiaInvoice, *, key: str, reference: str, amount: int, before: int) -> None:
    """One refund; one for each capture where the provider refunds captures. The key says what is refunded, never which attempt."""
    left = amount
    for index, (capture, part) in enumerate(_captures(payment, amount)):
        request = RefundRequest(
            key=refund_key(payment.provider, payment.reference, f"refund|{reference}|{index}"),
            reference=reference if index == 0 else f"{reference}/{index + 1}",
            amount=part,
            currency=payment.currency,
            capture_id=capture,
            lines=_lines(credit, part),
            description=f"Order {run.snapshot.order.reference}",
            refunded_before=before + amount - left,
        )
        effect = key if index == 0 else f"{key}/{index + 1}"
        if not is_done(run.snapshot, effect):
            run.changes.append(RefundPayment(key=effect, provider=payment.provider, reference=payment.reference, request=request))
        left -= part


def _captures(payment: Payment, amount: int) -> list[tuple[str, int]]:
    """(capture, amount) that make up the amount: the first capture that has room for all of it, else as many as it takes."""
    if payment.provider not in PER_CAPTURE or not payment.captures:
        return [("", amount)]
    roomy: list[CaptureView] = [capture for capture in payment.captures if capture.amount > capture.refunded]
    whole = next((capture for capture in roomy if capture.amount - capture.refunded >= amount), None)
    if whole is not None:
        return [(whole.id, amount)]
    parts, left = [], amount
    for capture in roomy:
        part = min(capture.amount - capture.refunded, left)
        if part > 0:
            parts.append((capture.id, part))
            left -= part
    return parts


def _lines(credit: HogiaInvoice, amount: int) -> tuple[Line, ...]:
    """One line per VAT rate of the credit, where they add up to the refund: providers show VAT by line."""
    nets: dict[Decimal, Decimal] = {}
    for line in credit.lines:
        nets[line.rate] = nets.get(line.rate, ZERO) - line.net
    lines = tuple(
        Line(
            reference="",
            name=f"Återbetalning {rate_key(rate)} %",
            quantity=Decimal(1),
            total=minor(net + erp_vat(net, rate)),
            vat_rate=rate,
        )
        for rate, net in nets.items()
        if net
    )
    return lines if sum(line.total for line in lines) == amount else ()


def _register_refund(run: CreditRun, name: str, credit: HogiaInvoice) -> None:
    """What the provider gave back, or by `refunds.register` everything, on the payment module's account."""
    snapshot = run.snapshot
    rule = payment_rule(snapshot.order, snapshot.shop.orders)
    key = refund_effect(run.entity, name)
    known = run.known(key)
    done = known is not None and known.state is Known.CONFIRMED
    if rule.register is Registering.NEVER or not (done or snapshot.shop.refunds.register):
        return
    amount = -credit.left_to_pay
    if done and known is not None and known.amount:
        amount = min(amount, Decimal(known.amount))
    _register(run, name, credit, amount=amount, account=rule.account, reference=known.external_id if known else "")


def _register(run: CreditRun, name: str, credit: HogiaInvoice, *, amount: Decimal, account: int, reference: str) -> None:
    if amount > 0 or credit.payments:
        part = f"credit-{name.lower()}"
        registered(run, name, part=part, amount=amount, account=account, reference=reference, there=credit.payments, credit_id=credit.id)


def _has_ended(snapshot: AfterSnapshot) -> bool:
    """Whether the invoice is gone for good: cancelled, or credited in full and not to be followed by another."""
    if snapshot.invoice.status is InvoiceStatus.CANCELLED:
        return True
    standing = living(snapshot.credits)
    is_edit = any(named(snapshot, credit).startswith(EDIT) for credit in standing)
    return bool(standing) and not is_edit and remains_of(snapshot.invoice, standing).is_nothing


def _release(run: CreditRun) -> None:
    """Give up what can no longer be captured: all of an authorisation, or the rest of it."""
    snapshot, payment = run.snapshot, run.snapshot.payment
    key = release_effect(run.entity)
    if not _has_ended(snapshot) or is_done(snapshot, key) or payment is None or payment.is_direct:
        return
    known = run.known(key)
    if known is not None and known.state in {Known.INTENT, Known.UNKNOWN} and snapshot.now < known.called_at + LOOK_AGAIN:
        run.waits.append(known.called_at + LOOK_AGAIN)
        return
    check_is_ours(payment, snapshot.order)
    if payment.remaining <= 0 or payment.status in OVER:
        return
    is_rest = payment.captured > 0
    if (Action.RELEASE if is_rest else Action.CANCEL) not in payment.actions:
        run.notice(
            "RELEASE_NOT_POSSIBLE",
            f"{payment.remaining} minor units are still authorised at {payment.provider.value}, which does not let them be given up now.",
        )
        return
    run.changes.append(
        ReleasePayment(
            key=key,
            provider=payment.provider,
            reference=payment.reference,
            idempotency_key=refund_key(payment.provider, payment.reference, "release"),
            amount=payment.remaining,
            is_rest=is_rest,
        )
    )
