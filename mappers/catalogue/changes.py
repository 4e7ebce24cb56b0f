"""Outward actions of the catalogue, decided but not done. Each is harmless to repeat but `CreateProduct`, which has an effect in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mappers.catalogue.model import ShopStock

Texts: TypeAlias = Mapping[int, str]  # by language id
Fields: TypeAlias = Mapping[str, str | Texts]  # PrestaShop's field -> text, or texts by language


@dataclass(frozen=True, slots=True, kw_only=True)
class PutArticle:
    """POST (no `article_id`) or merge PATCH of an article, in Hogia's words."""

    number: str
    body: Mapping[str, Any]
    article_id: str = ""
    version: int = 0
    differs: tuple[str, ...] = ()  # Hogia's field names

    @property
    def summary(self) -> str:
        return f"update article {self.number}: {', '.join(self.differs)}" if self.article_id else f"create article {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReference:
    """Write a reference to a product or combination of the shop."""

    product_id: int
    combination_id: int
    reference: str

    @property
    def summary(self) -> str:
        where = f"combination {self.combination_id}" if self.combination_id else f"product {self.product_id}"
        return f"set the reference of {where} to {self.reference}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProduct:
    """A simple product for an article. `key` and `sequence_id` are the ledger's."""

    key: str
    number: str
    fields: Fields
    categories: tuple[int, ...]

    @property
    def summary(self) -> str:
        return f"create a product for article {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptProduct:
    """The product is there that a call without an answer has made: the ledger learns of it."""

    key: str
    product_id: int

    @property
    def summary(self) -> str:
        return f"product {self.product_id} was made by a call that had no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProduct:
    """PATCH these fields of a product."""

    product_id: int
    fields: Fields

    @property
    def summary(self) -> str:
        return f"update product {self.product_id}: {', '.join(sorted(self.fields))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCombination:
    """PATCH these fields of a combination."""

    combination_id: int
    fields: Fields

    @property
    def summary(self) -> str:
        return f"update combination {self.combination_id}: {', '.join(sorted(self.fields))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStock:
    """An absolute quantity, or another behaviour when it is used up; None leaves it."""

    stock: ShopStock
    quantity: int | None = None
    out_of_stock: int | None = None

    @property
    def summary(self) -> str:
        done = [f"to {self.quantity}"] if self.quantity is not None else []
        done += [f"out_of_stock {self.out_of_stock}"] if self.out_of_stock is not None else []
        return f"set stock {self.stock.id} {', '.join(done)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutSpecificPrice:
    """POST (no `specific_price_id`) or PATCH of a specific price that we own."""

    fields: Mapping[str, str]
    specific_price_id: int = 0

    @property
    def summary(self) -> str:
        span = f"{self.fields['from']} to {self.fields['to']}"
        return f"{'change' if self.specific_price_id else 'set'} the specific price {span}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSpecificPrice:
    """Delete a specific price that we own."""

    specific_price_id: int

    @property
    def summary(self) -> str:
        return f"remove specific price {self.specific_price_id}"


CatalogueChange: TypeAlias = (
    PutArticle
    | SetReference
    | CreateProduct
    | AdoptProduct
    | UpdateProduct
    | UpdateCombination
    | SetStock
    | PutSpecificPrice
    | DropSpecificPrice
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLink:
    """Which product or combination an article number is, and what we last wrote there. Kept per shop and folded number."""

    product_id: int = 0
    combination_id: int = 0
    article_id: str = ""
    written: Mapping[str, str] = field(default_factory=dict)  # product field -> what we last wrote
    owned: frozenset[int] = frozenset()  # ids of specific prices that we made
