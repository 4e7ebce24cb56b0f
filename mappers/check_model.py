"""What a check of a connection looks at, gathered before judging, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mappers.catalogue.leads import Lead
from mappers.catalogue.policy import FieldGroup
from mappers.connection import Shop
from mappers.hogia.model import HogiaArticle, HogiaReference
from mappers.prestashop.reference import ShopReference


class Level(StrEnum):
    """From harmless to what stops orders."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a check. `message` says what is, why it matters and what to click; `subject` is `shop acme-se` or `Hogia`."""

    level: Level
    code: str
    message: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error of ours that a question ended in."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFacts:
    """What a shop answered; None where the question failed, and then `failures` says why."""

    shop: Shop
    failures: tuple[Failure, ...] = ()
    version: str = ""
    clock_ahead_seconds: float | None = None  # the shop's clock minus ours
    permissions: Mapping[str, frozenset[str]] | None = None  # resource -> {"get", "post", …}
    reference: ShopReference | None = None
    has_webhook_secret: bool = False
    webhook_address: str = ""
    address_is_public: bool = True  # ORDERBRO_PUBLIC_URL is set, so the address is one that the shop can reach
    webhook_tolerance_seconds: int = 300
    leads: Mapping[FieldGroup, Lead] = field(default_factory=dict)  # who leads what in its catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaFacts:
    """What Hogia answered. `articles` has every helper article's number, folded; None where Hogia has no such article."""

    failures: tuple[Failure, ...] = ()
    modules: frozenset[str] | None = None
    reference: HogiaReference | None = None
    articles: Mapping[str, HogiaArticle | None] = field(default_factory=dict)
