"""An order: gather → decide → apply. The preview is the same without the applying."""

from __future__ import annotations

from app.log import log
from app.store.marks import Claim, Outcome, Settlement
from mappers.canonical import EntityKey
from mappers.changes import Changeset, Verdict
from mappers.flows.orders import decide_order
from workers.apply import Applying, apply
from workers.gather import gather_order
from workers.resources import Resources

LOOKED_AT = frozenset({"ALREADY_INVOICED", "ORDER_CHANGED_AFTER_INVOICE"})  # nothing to do because it is done: processed, not ignored


async def process_order(resources: Resources, claim: Claim, key: EntityKey) -> Settlement:
    """Do what the order needs now; answers what the run leaves behind."""
    configured, shop = await resources.directory.shop(key.shop)
    snapshot = await gather_order(resources, configured, shop, key, since_ms=claim.since_ms, hints=claim.hints)
    decision = decide_order(snapshot)
    if decision.verdict is Verdict.CHANGES:
        run = Applying(resources=resources, claim=claim, connection=configured.connection.key, client=resources.hogia_client(configured))
        done = await apply(run, decision.changes)
        log.info("applied", entity=str(key), code=decision.code, changes=[type(change).__name__ for change in decision.changes])
        return Settlement(
            outcome=Outcome.DONE,
            status="processed",
            code="",
            reason=decision.reason,
            story="; ".join([decision.code, *done, *_told(decision)]),
        )
    return _settled(decision, now_ms=int(snapshot.now.timestamp() * 1000))


def _told(decision: Changeset) -> list[str]:
    return [f"{notice.code}: {notice.message}" for notice in decision.notices]


def _settled(decision: Changeset, *, now_ms: int) -> Settlement:
    story = "; ".join([f"{decision.code}: {decision.reason}", *_told(decision)])
    if decision.verdict is Verdict.WAIT:
        assert decision.until is not None
        wait = max(0, int(decision.until.timestamp() * 1000) - now_ms)
        return Settlement(
            outcome=Outcome.RETRY, status="retrying", code=decision.code, reason=decision.reason, wait_ms=wait, story=story, counted=False
        )
    if decision.code in LOOKED_AT:
        return Settlement(outcome=Outcome.DONE, status="processed", reason=decision.reason, story=story)
    return Settlement(outcome=Outcome.DONE, status="ignored", code=decision.code, reason=decision.reason, story=story)
