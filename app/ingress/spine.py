"""What every door has in common: the bounded body, and how trouble becomes an answer. Our own trouble is 503: the sender keeps the event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.ingress import signatures
from app.metrics import EVENTS, RECORD_SECONDS
from app.problems import problem, unavailable
from app.state import State
from app.store import events
from app.store.redis import UNAVAILABLE
from mappers.errors import Misconfigured


class BodyTooLargeError(Exception):
    """More bytes came than a notice may have."""


async def bounded_body(request: Request, limit: int) -> bytes:
    """The raw body, counted while it is read; raises BodyTooLargeError as soon as it is too much."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLargeError
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


async def guarded(request: Request, source: str, receive: Callable[[Request, State], Awaitable[Response]]) -> Response:
    """The door's answer, or the answer that its trouble means."""
    state: State = request.app.state.orderbro
    try:
        return await receive(request, state)
    except BodyTooLargeError:
        EVENTS.labels(source, "too_large").inc()
        limit = state.settings.max_body_bytes
        detail = f"a notice has at most {limit} bytes; send the entity's id, not its data."
        return problem(413, "BODY_TOO_LARGE", detail, headers={"Connection": "close"})
    except signatures.SignatureError as error:
        EVENTS.labels(source, "refused").inc()
        return problem(401, error.code, error.message)
    except events.NotDurableError as error:
        EVENTS.labels(source, "unavailable").inc()
        return unavailable(error.reason, error.detail)
    except UNAVAILABLE as error:
        EVENTS.labels(source, "unavailable").inc()
        state.store.doubt()
        return unavailable(
            "REDIS_UNAVAILABLE", f"the event store does not answer ({type(error).__name__}); keep the event and send it again."
        )
    except Misconfigured as error:
        EVENTS.labels(source, "unavailable").inc()
        return unavailable(error.code, error.message)


async def recorded(state: State, event: events.NewEvent) -> events.Recorded:
    """Record an event so that it may be acknowledged: on disk, on a server that keeps it.

    Raises NotDurableError otherwise, also when the server was replaced while the event was written.
    """
    durability = await state.store.durability()
    if not durability.durable:
        raise events.NotDurableError(durability.reason, durability.detail)
    with RECORD_SECONDS.time():
        found = await events.record(state.store, event, wait_aof=durability.wait_aof)
    after = await state.store.durability()
    if not after.durable:
        raise events.NotDurableError(after.reason, after.detail)
    if after != durability:
        raise events.NotDurableError("REDIS_REPLACED", "the event store was replaced while the event was written; send it again")
    return found
