"""Judges a connection: both sides' facts and the settings → one line per thing that is right, doubtful or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from mappers.check_hogia import hogia_findings
from mappers.check_model import Failure, Finding, HogiaFacts, Level, ShopFacts
from mappers.check_shop import shop_findings
from mappers.connection import Connection

__all__ = ["Failure", "Finding", "HogiaFacts", "Level", "ShopFacts", "findings", "worst"]


def findings(connection: Connection, shops: Sequence[ShopFacts], hogia: HogiaFacts, *, day: date) -> tuple[Finding, ...]:
    """Everything there is to say, shop by shop, then Hogia. `day` is today."""
    currencies = hogia.reference.currencies if hogia.reference is not None else None
    told = [found for facts in shops for found in shop_findings(facts, hogia_currencies=currencies)]
    return (*told, *hogia_findings(connection, hogia, day=day))


def worst(found: Iterable[Finding]) -> Level:
    """The gravest level; `ok` for none."""
    levels = {finding.level for finding in found}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)
