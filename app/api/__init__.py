"""The operators' API: what was received, what became of it, what needs a person, and the means to act."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """Every router of the API."""
    return []
