"""Whatever the shop has: what is decided is taken by Hogia as it is, and decided once more, nothing differs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.hogia import articles
from app.sandbox.hogia.call import Call
from app.sandbox.hogia.clock import Clock
from app.sandbox.hogia.faults import Switches
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Json
from mappers.catalogue.changes import PutArticle
from mappers.catalogue.model import ProductType, ShopCombination, ShopProduct
from mappers.catalogue.outcome import Status
from mappers.catalogue.policy import MissingReference, ProductPolicy
from mappers.catalogue.to_hogia import ItemDecision
from mappers.connection import Flow
from mappers.flows.articles import folded
from mappers.hogia.model import HogiaArticle
from mappers.hogia.reading import read_article
from tests.mappers.catalogue.looks import ENGLISH, SWEDISH, decide_items

D = Decimal
DECISIONS = {Status.CREATED, Status.UPDATED, Status.DEACTIVATED, Status.UNCHANGED}


class Hogia:
    """The sandbox's own way of taking articles."""

    def __init__(self) -> None:
        self.org = Organisation("org-1", name="Acme", clock=Clock(), switches=Switches(), notify=lambda *_: None)

    def _call(self, body: object, *, path: dict[str, str] | None = None, version: int = 0) -> Call:
        return Call(
            state=None,  # type: ignore[arg-type] - nothing here asks for another organisation
            org=self.org,
            path=path or {},
            query={"version": str(version)},
            raw=simplejson.dumps(body, use_decimal=True).encode(),
            url_path="/articles",
        )

    def take(self, change: PutArticle) -> None:
        if change.article_id:
            articles.patch(self._call(change.body, path={"id": change.article_id}, version=change.version))
        else:
            articles.create(self._call(change.body))

    def clear(self) -> None:
        for article in list(self.org.articles):
            self.org.articles.delete(article["id"])
        self.org.once.clear()

    def articles(self) -> list[HogiaArticle]:
        written: list[Json] = simplejson.loads(simplejson.dumps(list(self.org.articles), use_decimal=True), use_decimal=True)
        return [read_article(each) for each in written]


@pytest.fixture(scope="module")
def hogia() -> Hogia:
    return Hogia()


texts = st.text(max_size=30) | st.sampled_from(
    [
        "Tröja",
        "<b>Tröja</b> (ny)",
        "x " * 150,
        "e\u0301" * 210,
        "👩‍👩‍👧 " * 80,
        "a\u200bb",
        "(",
        ") (",
        "&lt;b&gt;",
        "\u00ad",
        "…" * 199 + " ab",
    ]
)
references = st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=8) | st.sampled_from(
    ["", "TR-1", "tr-1 ", "ÅÄÖ ß", "a b"]
)
money = st.decimals(0, 99_999, places=6)
eans = st.sampled_from(["", "7391234567895", "1" * 40])


@st.composite
def products(draw: st.DrawFn) -> ShopProduct:
    combinations = draw(
        st.lists(
            st.builds(
                ShopCombination,
                id=st.integers(1, 1000),
                product_id=st.just(17),
                reference=references,
                ean13=eans,
                impact=st.decimals(-50, 50, places=6),
                wholesale_price=money,
                weight_impact=st.decimals(0, 1, places=6),
                values=st.lists(st.sampled_from([11, 12, 13]), max_size=3).map(tuple),
            ),
            max_size=4,
            unique_by=lambda each: each.id,
        )
    )
    return draw(
        st.builds(
            ShopProduct,
            id=st.just(17),
            reference=references,
            ean13=eans,
            names=st.dictionaries(st.sampled_from([ENGLISH, SWEDISH]), texts),
            descriptions=st.dictionaries(st.sampled_from([ENGLISH, SWEDISH]), texts),
            price=money,
            wholesale_price=money,
            weight=st.decimals(0, 40, places=6),
            tax_rules_group=st.sampled_from([0, 1, 2, 3, 9]),
            is_active=st.booleans(),
            type=st.sampled_from(ProductType),
            combinations=st.just(tuple(combinations)),
        )
    )


situations = st.fixed_dictionaries(
    {
        "policy": st.builds(
            ProductPolicy,
            missing_reference=st.sampled_from(MissingReference),
            descriptions=st.booleans(),
            inactive_products=st.booleans(),
        ),
        "flow": st.sampled_from([Flow.PRESTASHOP_LEADS, Flow.COMBO]),
        "option_texts": st.fixed_dictionaries({11: texts, 12: texts, 13: texts}),
    }
)


def decided(hogia: Hogia, product: ShopProduct, **situation: Any) -> tuple[ItemDecision, ...]:
    known = {folded(article.number): article for article in hogia.articles()}
    return decide_items(product, articles=known, **situation)


def taken(hogia: Hogia, found: tuple[ItemDecision, ...]) -> None:
    for each in found:
        for change in each.changes:
            if isinstance(change, PutArticle):
                hogia.take(change)


@given(products(), products(), situations)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_decided_is_taken_and_then_nothing_differs(
    hogia: Hogia, first: ShopProduct, second: ShopProduct, situation: dict[str, Any]
) -> None:
    """Made, changed to something else, and each time looked at again."""
    hogia.clear()
    for product in (first, second):
        taken(hogia, decided(hogia, product, **situation))
        again = decided(hogia, product, **situation)

        assert [each.outcome.status for each in again if each.outcome.status in DECISIONS] == [
            Status.UNCHANGED for each in again if each.outcome.status in DECISIONS
        ]
        assert [change for each in again for change in each.changes if isinstance(change, PutArticle)] == []
    for article in hogia.articles():
        assert len(article.name) <= 200
        assert article.sales_accounts.keys() == {"NationalSales"}


@given(products(), situations)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_item_gets_one_decision_with_a_reason(hogia: Hogia, product: ShopProduct, situation: dict[str, Any]) -> None:
    hogia.clear()

    found = decided(hogia, product, **situation)

    assert len({each.outcome.item for each in found}) == len(found) == max(1, len(product.combinations))
    assert all(each.outcome.reason for each in found)
    assert all(each.outcome.code for each in found if each.outcome.status in {Status.REFUSED, Status.LEFT_OUT})
