"""Health: the loop turns; events can be taken; and a deep report with reason codes for monitoring (facts: webhooks.md 4.13).

`/health/ready` speaks of taking events only: no shop, no Hogia and no worker has to be up for that.
`/health` answers 503 only for what a person must act on now.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app import metrics
from app.operations import deadlines
from app.problems import unavailable
from app.state import State
from app.store import cache, connections, keys, ledger, limits, parked
from app.store.redis import UNAVAILABLE

router = APIRouter(tags=["health"])

OLDEST_DUE_MS = 60_000
UNKNOWN_EFFECT_MS = 600_000


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The event loop turns."""
    return {"status": "ok"}


@router.get("/health/ready", response_model=None)
async def ready(request: Request) -> Response:
    """Events can be taken: Redis writes, and keeps what it acknowledges."""
    state: State = request.app.state.orderbro
    durability = await state.store.durability()
    if not durability.durable:
        return unavailable(durability.reason, durability.detail)
    return JSONResponse({"status": "ok"})


async def numbers(state: State) -> dict[str, Any]:
    """What all processes share, as numbers."""
    store = state.store
    now = await store.now_ms()
    oldest = await store.redis.zrange(keys.DUE, 0, 0, withscores=True)
    return {
        "due": int(await store.redis.zcount(keys.DUE, "-inf", now)),
        "scheduled": int(await store.redis.zcount(keys.DUE, f"({now}", "+inf")),
        "oldest_due_seconds": max(0.0, (now - oldest[0][1]) / 1000) if oldest else 0.0,
        "leased": int(await store.redis.zcard(keys.LEASES)),
        "parked": await parked.count(store),
        "effects": {s.value: await ledger.count(store, s) for s in ledger.EffectState},
        "effects_unknown_long": len(await ledger.in_state(store, ledger.EffectState.UNKNOWN, before_ms=now - UNKNOWN_EFFECT_MS)),
        "workers": len(await cache.workers(store)),
        "authorisations": await deadlines.expiring(store, now_ms=now),
    }


@router.get("/health", response_model=None)
async def deep(request: Request) -> Response:
    """Everything monitoring wants: numbers, and reasons with a code. No names, no secrets."""
    state: State = request.app.state.orderbro
    durability = await state.store.durability()
    reasons: list[dict[str, str]] = []

    def reason(code: str, severity: str, text: str) -> None:
        reasons.append({"code": code, "severity": severity, "message": text})

    if not durability.durable:
        reason(durability.reason, "critical", durability.detail)
        return JSONResponse({"status": "critical", "reasons": reasons}, 503)
    try:
        found = await numbers(state)
        listed = await connections.listed(state.store)
        shops = [shop for connection in listed for shop in connection.shops]
        destinations = [f"hogia:{c.key}" for c in listed] + [f"shop:{shop.key}" for shop in shops]
        providers = {f"{rule.provider.value}:{shop.key}" for shop in shops for rule in shop.capture.values() if rule.provider is not None}
        resting = await limits.open_breakers(state.store, [*destinations, *sorted(providers)])
        sweeps = {shop.key: await cache.sweep(state.store, f"shop:{shop.key}") for shop in shops}
        goods = {shop.key: await cache.sweep(state.store, f"catalogue:{shop.key}") for shop in shops}
        feeds = {c.key: await cache.sweep(state.store, f"feed:{c.key}") for c in listed}
    except UNAVAILABLE as error:
        reason("REDIS_UNAVAILABLE", "critical", type(error).__name__)
        return JSONResponse({"status": "critical", "reasons": reasons}, 503)
    if not found["workers"]:
        reason("NO_WORKER", "critical", "no worker has reported within a minute; start one with: orderbro work")
    if found["oldest_due_seconds"] * 1000 > OLDEST_DUE_MS:
        reason("BACKLOG_OLD", "critical", f"the oldest entity has been due for {found['oldest_due_seconds']:.0f} s")
    if found["effects_unknown_long"]:
        reason("EFFECTS_UNKNOWN", "critical", f"{found['effects_unknown_long']} effects have had an unknown outcome for ten minutes")
    if found["parked"]:
        reason("PARKED", "warning", f"{found['parked']} entities wait for a person; see GET /api/parked")
    ending = found["authorisations"]
    if ending["expiring"]:
        reason(
            "AUTHORISATIONS_EXPIRING",
            "warning",
            f"{ending['expiring']} payments that are not captured end within {deadlines.NEAR_DAYS} days, the first at {ending['nearest']}; "
            "see GET /api/deadlines",
        )
    for destination, milliseconds in resting.items():
        reason("DESTINATION_RESTING", "warning", f"calls to {destination} rest for {milliseconds / 1000:.0f} s after failures in a row")
    now = await state.store.now_ms()
    for shop, stamp in sweeps.items():
        if stamp.get("ok") == "0":
            reason("SWEEP_FAILING", "warning", f"the last sweep of {shop} failed: {stamp.get('code', '')}")
        elif stamp and now - int(stamp.get("at_ms", now)) > 3 * 60_000 * max(1, int(stamp.get("every_minutes", "10"))):
            reason("SWEEP_LATE", "warning", f"{shop} was last swept {(now - int(stamp['at_ms'])) / 60_000:.0f} minutes ago")
    for shop, stamp in goods.items():
        if stamp.get("ok") == "0":
            reason("SWEEP_FAILING", "warning", f"the last sweep of {shop}'s products failed: {stamp.get('code', '')}")
    for connection, stamp in feeds.items():
        if stamp.get("ok") == "0":
            reason("FEED_FAILING", "warning", f"Hogia's change feed of {connection} could not be read: {stamp.get('code', '')}")
    critical = any(r["severity"] == "critical" for r in reasons)
    status = "critical" if critical else "warning" if reasons else "ok"
    return JSONResponse({"status": status, "reasons": reasons, **found}, 503 if critical else 200)


@router.get("/metrics", response_model=None)
async def scrape(request: Request) -> Response:
    """Prometheus: this process's own counters, and what all processes share."""
    state: State = request.app.state.orderbro
    text = generate_latest(metrics.REGISTRY).decode()
    try:
        found = await numbers(state)
        shared = await cache.counters(state.store)
    except UNAVAILABLE:
        return Response(text + "# TYPE orderbro_redis_up gauge\norderbro_redis_up 0\n", media_type=CONTENT_TYPE_LATEST)
    lines = ["# TYPE orderbro_redis_up gauge", "orderbro_redis_up 1"]
    for name in ("due", "scheduled", "oldest_due_seconds", "leased", "parked", "workers"):
        lines += [f"# TYPE orderbro_{name} gauge", f"orderbro_{name} {found[name]}"]
    lines.append("# TYPE orderbro_authorisations_expiring gauge")
    by_shop = found["authorisations"]["by_shop"]
    lines += [f'orderbro_authorisations_expiring{{shop="{shop}"}} {count}' for shop, count in by_shop.items()]
    lines.append("# TYPE orderbro_effects gauge")
    lines += [f'orderbro_effects{{state="{state_}"}} {count}' for state_, count in found["effects"].items()]
    lines.append("# TYPE orderbro_runs_total counter")
    lines += [f'orderbro_runs_total{{outcome="{n.removeprefix("run:")}"}} {v}' for n, v in sorted(shared.items()) if n.startswith("run:")]
    lines.append("# TYPE orderbro_calls_total counter")
    for name, value in sorted(shared.items()):
        if name.startswith("call|"):
            _, destination, method = name.split("|")
            lines.append(f'orderbro_calls_total{{destination="{destination}",method="{method}"}} {value}')
    return Response(text + "\n".join(lines) + "\n", media_type=CONTENT_TYPE_LATEST)
