"""One article and what a shop has of its number, frozen; what it comes to; and the draft that is filled in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.catalogue.changes import CatalogueChange, ItemLink
from mappers.catalogue.items import Item
from mappers.catalogue.leads import Lead, Leader
from mappers.catalogue.model import ShopStock, SpecificPrice
from mappers.catalogue.outcome import Notice, Outcome
from mappers.catalogue.policy import FieldGroup
from mappers.catalogue.vat import TaxGroups
from mappers.connection import Connection, Shop
from mappers.hogia.model import HogiaArticle, HogiaPrice
from mappers.snapshot import KnownEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLook:
    """One article and what the shop has of its number."""

    now: datetime
    zone: ZoneInfo
    connection: Connection
    shop: Shop
    leads: Mapping[FieldGroup, Lead]
    number: str  # folded
    article: HogiaArticle | None
    prices: tuple[HogiaPrice, ...] = ()
    available: Decimal | None = None  # pieces at all stock points; None: Hogia tracks no stock of it
    is_counted: bool = True  # False: a balance is there, and nobody has ever counted or moved it
    pending: int = 0  # pieces sold in any shop of the connection that Hogia's stock does not show yet
    rate: Decimal | None = None  # the article's VAT, percent
    tax_group: int | None = None  # the shop's group for that rate
    taxes: TaxGroups = field(default_factory=TaxGroups)
    found: tuple[Item, ...] = ()  # what in the shop has the number (case and blanks do not count)
    former: Item | None = None  # what the article was linked to under the number that it had before
    former_link: ItemLink | None = None  # and what was remembered of it
    stocks: Sequence[ShopStock] = ()  # of what was found
    specific_prices: Sequence[SpecificPrice] = ()  # of the product that was found
    link: ItemLink | None = None
    made: KnownEffect | None = None  # what the ledger has of the product that was made for the number, the last one
    create_key: str = ""  # the ledger's key of the product that may be made now
    request_runs: timedelta = timedelta(seconds=90)  # how long a request that lost its answer may still be carried out by the shop's PHP
    has_category: bool = True  # the shop has the category that new products get
    languages: tuple[int, ...] = ()
    currency: str = "SEK"  # the shop's default currency
    creates: bool = False  # the initial synchronisation from Hogia: what is missing in the shop is made, whoever leads

    def hogia_leads(self, group: FieldGroup) -> bool:
        return self.leads[group].leader is Leader.HOGIA


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDecision:
    """What one article comes to. `link` is what is remembered once the changes are done; `again_at` when to look by itself."""

    outcome: Outcome
    changes: tuple[CatalogueChange, ...] = ()
    link: ItemLink | None = None
    again_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is being decided, part by part. `link` is what is remembered of the item, as it was before."""

    link: ItemLink
    changes: list[CatalogueChange] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    product: dict[str, str | Mapping[int, str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    owned: frozenset[int] = frozenset()
    deactivated: bool = False

    def note(self, code: str, message: str) -> None:
        self.notices.append(Notice(code=code, message=message))
