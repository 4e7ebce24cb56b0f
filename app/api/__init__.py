"""The operators' API: what was received, what became of it, what needs a person, and the means to act."""

from __future__ import annotations

from fastapi import APIRouter

from app.api import api_keys, audit, catalogue, connections, deadlines, entities, events, ledger, parked, replays


def routers() -> list[APIRouter]:
    """Every router of the API. Replays come first: `POST /api/events/replay` must not be taken for an event's id."""
    return [
        replays.router,
        events.router,
        entities.router,
        parked.router,
        deadlines.router,
        ledger.router,
        connections.router,
        catalogue.router,
        api_keys.router,
        audit.router,
    ]
