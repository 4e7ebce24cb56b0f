"""An order: gather → decide → apply, first its invoice, then what became of it. The preview is the same without the applying.

A notice from Hogia or a deadline alone is no reason to read the whole order again: then only the second half runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from app.log import log
from app.store.connections import Configured
from app.store.marks import Claim, Outcome, Settlement
from mappers.canonical import EntityKey, ShopOrder
from mappers.changes import Changeset, Verdict
from mappers.connection import Shop
from mappers.errors import Rejected
from mappers.flows.after import decide_after, is_echo, wants_after
from mappers.flows.deadlines import HINT
from mappers.flows.orders import decide_order, invoice_key, invoice_version
from mappers.snapshot import AfterSnapshot, Known, KnownEffect
from workers.apply import Applying, apply
from workers.apply_after import ApplyingAfter, apply_after
from workers.catalogue.sales import note_order
from workers.deadlines import note_deadline
from workers.gather import effects_of, gather_order
from workers.gather_after import gather_after
from workers.providers import payment_provider
from workers.resources import Resources

LOOKED_AT = frozenset({"ALREADY_INVOICED", "ORDER_CHANGED_AFTER_INVOICE"})  # nothing to do because it is done: processed, not ignored
LONGEST_WAIT = timedelta(hours=24)
NOT_OF_THE_ORDER = frozenset({"invoice", HINT})  # reasons to look that say nothing new of the order itself


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What a half of a run came to."""

    decision: Changeset
    lines: tuple[str, ...] = ()


async def process_order(resources: Resources, claim: Claim, key: EntityKey) -> Settlement:
    """Do what the order needs now; answers what the run leaves behind."""
    configured, shop = await resources.directory.shop(key.shop)
    effects = await effects_of(resources, str(key))
    if is_echo(claim.hints, effects, str(key)):
        return Settlement(outcome=Outcome.DONE, status="ignored", code="ECHO", reason="our own state change came back", story="ECHO")
    first, order = _Done(decision=_nothing_new()), None
    made = current_invoice(effects, str(key))
    if not (claim.hints and claim.hints <= NOT_OF_THE_ORDER and is_made(made)):
        first, order = await _invoice(resources, configured, shop, claim, key)
        if order is not None:
            now_known = effects if not first.lines else await effects_of(resources, str(key))
            made_now = current_invoice(now_known, str(key))
            await note_order(resources, configured, shop, key, order, code=first.decision.code, made=made_now)
        if first.decision.verdict is Verdict.WAIT:
            return _settled([first], now_ms=_now_ms(resources))
        if first.lines:
            effects = await effects_of(resources, str(key))
            made = current_invoice(effects, str(key))
    if made is None or not is_made(made) or not wants_after(shop, order, made, effects=effects, hints=claim.hints, entity=str(key)):
        return _settled([first], now_ms=_now_ms(resources))
    second = await _after(resources, configured, shop, claim=claim, key=key, made=made, effects=effects, order=order)
    _alarm(second.decision, waiting=timedelta(milliseconds=_now_ms(resources) - claim.since_ms), subject=str(key))
    halves = [second] if first.decision.code == "ORDER_CHANGED_AFTER_INVOICE" else [first, second]
    return _settled(halves, now_ms=_now_ms(resources))


def _alarm(decision: Changeset, *, waiting: timedelta, subject: str) -> None:
    """What the other side is waited for comes within minutes, a provider's review within hours; longer is told to a person (payments.md 11.1)."""
    if decision.verdict is Verdict.WAIT and waiting > LONGEST_WAIT:
        raise Rejected(
            "OTHER_SIDE_TOO_SLOW",
            "the goods are delivered, and for more than a day the payment provider has been reviewing the payment, or the shop's module or Hogia is "
            "not as far. Look in the provider's portal; release the order when the review has ended, and the money is captured then.",
            subject=subject,
        )


def current_invoice(effects: Mapping[str, KnownEffect], entity: str) -> KnownEffect | None:
    """What the ledger has of the order's current invoice."""
    return effects.get(invoice_key(entity, invoice_version(effects, entity)))


def is_made(made: KnownEffect | None) -> bool:
    """Whether the invoice stands in Hogia and was read back."""
    return made is not None and made.state is Known.CONFIRMED and made.checked


def _nothing_new() -> Changeset:
    return Changeset(verdict=Verdict.NOTHING, code="ALREADY_INVOICED", reason="the shop's side was not looked at")


def _now_ms(resources: Resources) -> int:
    return int(resources.now().timestamp() * 1000)


async def _invoice(
    resources: Resources, configured: Configured, shop: Shop, claim: Claim, key: EntityKey
) -> tuple[_Done, ShopOrder | None]:
    snapshot = await gather_order(resources, configured, shop, key, since_ms=claim.since_ms, hints=claim.hints)
    decision = decide_order(snapshot)
    if decision.verdict is not Verdict.CHANGES:
        return _Done(decision=decision), snapshot.order
    run = _applying(resources, configured, claim)
    if snapshot.order is not None and not is_made(current_invoice(snapshot.effects, str(key))):
        # Before the invoice is: a run that is killed behind it must not leave its pieces uncounted.
        await note_order(resources, configured, shop, key, snapshot.order, code=decision.code, made=None)
    done = await apply(run, decision.changes)
    log.info("applied", entity=str(key), code=decision.code, changes=[type(change).__name__ for change in decision.changes])
    return _Done(decision=decision, lines=tuple(done)), snapshot.order


async def _after(
    resources: Resources,
    configured: Configured,
    shop: Shop,
    *,
    claim: Claim,
    key: EntityKey,
    made: KnownEffect,
    effects: dict[str, KnownEffect],
    order: ShopOrder | None,
) -> _Done:
    snapshot = await gather_after(resources, configured, shop, key, made=made, effects=effects, order=order, hints=claim.hints)
    await note_deadline(resources, key, snapshot)
    if snapshot is None:
        reason = f"the shop has the order no more; invoice {made.external_number} stays as it is"
        return _Done(decision=Changeset(verdict=Verdict.NOTHING, code="ORDER_GONE", reason=reason))
    decision = decide_after(snapshot)
    if not decision.changes:
        return _Done(decision=decision)
    after = _applying_after(resources, configured, shop, claim, snapshot)
    done = await apply_after(after, decision.changes)
    await note_deadline(resources, key, replace(snapshot, effects=await effects_of(resources, str(key))))
    log.info("applied", entity=str(key), code=decision.code, changes=[type(change).__name__ for change in decision.changes])
    if decision.parked is not None:
        raise decision.parked
    return _Done(decision=decision, lines=tuple(done))


def _applying(resources: Resources, configured: Configured, claim: Claim) -> Applying:
    return Applying(resources=resources, claim=claim, connection=configured.connection.key, client=resources.hogia_client(configured))


def _applying_after(resources: Resources, configured: Configured, shop: Shop, claim: Claim, snapshot: AfterSnapshot) -> ApplyingAfter:
    rule = shop.capture.get(snapshot.order.module)
    provider = payment_provider(resources, configured, shop, snapshot.order.module, rule) if rule is not None else None
    return ApplyingAfter(run=_applying(resources, configured, claim), shop=resources.shop_client(configured, shop), provider=provider)


def _settled(halves: list[_Done], *, now_ms: int) -> Settlement:
    """One settlement for the run: a wait wins, then what was done, then why nothing was."""
    parts: list[str] = []
    for half in halves:
        parts += [half.decision.code, *half.lines] if half.lines else [f"{half.decision.code}: {half.decision.reason}"]
        parts += [f"{notice.code}: {notice.message}" for notice in half.decision.notices]
    story = "; ".join(parts)
    waits = [half.decision for half in halves if half.decision.until is not None]
    if waits:
        first = min(waits, key=lambda decision: decision.until.timestamp() if decision.until else 0)
        assert first.until is not None
        wait = max(0, int(first.until.timestamp() * 1000) - now_ms)
        code, reason = first.code, first.reason
        if first.changes:
            code, reason = "FOLLOWED_UP", "it was done; what follows from it is looked at when it can be seen"
        return Settlement(outcome=Outcome.RETRY, status="retrying", code=code, reason=reason, wait_ms=wait, story=story, counted=False)
    done = [half for half in halves if half.lines]
    if done:
        return Settlement(outcome=Outcome.DONE, status="processed", reason="; ".join(h.decision.reason for h in done), story=story)
    last = halves[-1].decision
    if last.code in LOOKED_AT:
        return Settlement(outcome=Outcome.DONE, status="processed", reason=last.reason, story=story)
    return Settlement(outcome=Outcome.DONE, status="ignored", code=last.code, reason=last.reason, story=story)
