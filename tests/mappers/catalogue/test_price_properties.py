"""For any prices in Hogia and any moment: what the shop computes from ours is what Hogia says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.sandbox.hogia.clock import instant
from app.sandbox.hogia.prices import price_of
from app.sandbox.hogia.tables import Table
from mappers.catalogue.policy import ProductPolicy
from mappers.catalogue.prices import Prices, Span, resolve
from mappers.catalogue.specific_prices import Target, plan, wanted
from mappers.hogia.reading_prices import read_price
from tests.mappers.catalogue.looks import NOW, STOCKHOLM, make_article, make_specific
from tests.mappers.catalogue.shop_prices import ShopRows, shop_price

D = Decimal
TARGET = Target(product_id=17, combination_id=0, shop_id=1, zone=STOCKHOLM)
NEAR = D("0.0002")  # Hogia rounds to four decimals, the shop keeps six
Json = dict[str, Any]

amounts = st.integers(1, 40_000).map(lambda hundredths: D(hundredths) / 100)
# Few different hours, so that starts and ends meet; the moment of the look is one of them. No clock change is near.
hours = st.integers(-6, 12).map(lambda hour: NOW + timedelta(hours=hour))
moments = st.integers(0, 14 * 3600).map(lambda second: NOW + timedelta(seconds=second)) | hours.filter(lambda at: at >= NOW)


@st.composite
def hogia_prices(draw: st.DrawFn) -> Json:
    start, end = draw(st.none() | hours), draw(st.none() | hours)
    is_campaign = draw(st.booleans())
    if is_campaign or (start and end):
        start, end = start or draw(hours), end or draw(hours)
        start, end = (start, end) if start < end else (end, start + timedelta(hours=1))
    is_discount = draw(st.booleans())
    return {
        "articleNumber": "TR-1",
        "kind": "Campaign" if is_campaign else "Regular",
        "priceListCode": "A",
        "customerNumber": draw(st.sampled_from([None, None, None, "", "1007"])),
        "currencyCode": draw(st.sampled_from(["SEK", "SEK", "SEK", "EUR"])),
        "price": None if is_discount else draw(amounts),
        "discountPercent": D(draw(st.integers(0, 95))) if is_discount else None,
        "isVatIncluded": draw(st.booleans()),
        "fromQuantity": D(draw(st.sampled_from(["1", "1", "0.5", "2", "2.5", "3", "5"]))),
        "validFrom": instant(start) if start else None,
        "validTo": instant(end) if end else None,
    }


several = st.lists(hogia_prices(), max_size=6)
bases = st.none() | amounts


def in_hogia(prices: Sequence[Json]) -> Any:
    """As much of an organisation as its order of resolution looks at."""
    versions = iter(range(1, 1000))
    table = Table(
        "ArticlePrice",
        organization_id="org-1",
        next_row_version=lambda: next(versions),
        now=lambda: NOW,
        notify=lambda *_: None,
        keys=lambda entity: {"articleNumber": entity.get("articleNumber")},
    )
    for each in prices:
        table.save(each)
    return SimpleNamespace(prices=table)


def hogias_price(prices: Sequence[Json], base: Decimal | None, *, quantity: int, at: datetime) -> Decimal | None:
    article = {"number": "TR-1", "prices": [] if base is None else [{"price": base, "currencyCode": "SEK"}]}
    return price_of(in_hogia(prices), article, currency="SEK", customer="", quantity=D(quantity), at=at, rate=D("0.25"))


def ordinary_price(prices: Sequence[Json], base: Decimal | None, *, at: datetime) -> Decimal | None:
    return hogias_price([each for each in prices if each["kind"] == "Regular"], base, quantity=1, at=at)


def resolved(prices: Sequence[Json], base: Decimal | None, *, now: datetime = NOW) -> Prices:
    article = make_article(prices={} if base is None else {"SEK": base})
    return resolve(article, [read_price(each) for each in prices], ProductPolicy(), rate=D(25), now=now)


@given(several, bases, moments)
@settings(max_examples=300)
def test_the_shop_charges_hogias_price_while_the_ordinary_price_is_what_it_was_at_the_look(
    prices: list[Json], base: Decimal | None, at: datetime
) -> None:
    """The exact condition: at that moment the list or base price of one piece is the one that was written as the product's price.

    Another list price that begins by itself is written when `next_change` comes; the next test tells that it is never missed.
    """
    found = resolved(prices, base)

    if found.ordinary is None:
        assert found.spans == ()
        assert ordinary_price(prices, base, at=NOW) is None
        return
    rows = [wanted(span, found.ordinary, TARGET) for span in found.spans]
    for moment in {at, NOW, *(edge for span in found.spans for edge in around(span))}:
        if moment < NOW or ordinary_price(prices, base, at=moment) != ordinary_price(prices, base, at=NOW):
            continue
        for quantity in range(1, 7):
            says = hogias_price(prices, base, quantity=quantity, at=moment)
            assert says is not None
            assert abs(shop_price(rows, found.ordinary, quantity=quantity, at=moment) - says) <= NEAR


def around(span: Span) -> list[datetime]:
    """The first and last second of a span, and the seconds before and after."""
    edges = [edge for edge in (span.starts_at, span.ends_at) if edge is not None]
    return [*edges, *(edge - timedelta(seconds=1) for edge in edges)]


@given(several, bases, moments)
@settings(max_examples=300)
def test_the_ordinary_price_is_hogias_and_holds_until_the_next_look(prices: list[Json], base: Decimal | None, at: datetime) -> None:
    found = resolved(prices, base)
    says = ordinary_price(prices, base, at=NOW if found.next_change is not None and at >= found.next_change else at)

    assert (found.ordinary is None) == (says is None)
    assert found.ordinary is None or says is None or abs(found.ordinary - says) <= NEAR
    assert found.next_change is None or found.next_change > NOW


@given(several, bases, moments)
@settings(max_examples=300)
def test_another_look_within_the_same_stretch_finds_the_same(prices: list[Json], base: Decimal | None, at: datetime) -> None:
    found = resolved(prices, base)
    later = at if found.next_change is None or at < found.next_change else found.next_change - timedelta(seconds=1)

    assert resolved(prices, base, now=max(later, NOW)) == found


@given(several, bases)
@settings(max_examples=200)
def test_no_two_spans_of_a_quantity_meet_and_none_is_over(prices: list[Json], base: Decimal | None) -> None:
    spans = resolved(prices, base).spans

    for one in spans:
        assert one.ends_at is None or one.ends_at > NOW
        for other in spans:
            if one is not other and one.from_quantity == other.from_quantity:
                first, second = (one, other) if spans.index(one) < spans.index(other) else (other, one)
                assert first.ends_at is not None
                assert second.starts_at is not None
                assert first.ends_at <= second.starts_at


MERCHANTS = [
    make_specific(1, is_percentage=True, reduction=D("0.2")),
    make_specific(2, is_percentage=True, reduction=D("0.1"), from_quantity=3, shop_id=0),
    make_specific(3, price=D(1), customer_group_id=3),
    make_specific(4, rule_id=9, is_percentage=True, reduction=D("0.5")),
]


@given(st.lists(st.tuples(several, amounts, st.booleans()), min_size=1, max_size=4), st.sets(st.sampled_from([1, 2, 3, 4])))
@settings(max_examples=200)
def test_whatever_changes_in_hogia_the_shop_follows_and_the_merchants_prices_stay(
    history: list[tuple[list[Json], Decimal, bool]], merchants: set[int]
) -> None:
    """Looks two hours apart; at some of them the memory of what is ours is lost."""
    shop = ShopRows(others=[each for each in MERCHANTS if each.id in merchants])
    for step, (prices, base, is_forgotten) in enumerate(history):
        now = NOW + timedelta(hours=2 * step)
        found = resolved(prices, base, now=now)
        assert found.ordinary is not None
        owned = shop.owned if not is_forgotten else {ident for ident in shop.owned if step == 0}
        forgotten = shop.owned - owned
        done = plan(found.spans, found.ordinary, target=TARGET, there=shop.there, owned=frozenset(owned), now=now)
        shop.apply(done.changes, done.owned)
        again = plan(found.spans, found.ordinary, target=TARGET, there=shop.there, owned=frozenset(shop.owned), now=now)

        assert again.changes == ()
        assert again.owned == shop.owned
        orphans = forgotten - shop.owned
        for ident in orphans:  # forgotten and not as ours would be now: nobody's but the merchant's, as far as anyone can tell
            del shop.fields[ident]
        taken = [notice for notice in done.notices if notice.code == "SPECIFIC_PRICE_TAKEN"]
        if not taken and not orphans:
            for quantity in (1, 2, 3, 5):
                says = hogias_price(prices, base, quantity=quantity, at=now)
                assert says is not None
                assert abs(shop_price(shop.fields.values(), found.ordinary, quantity=quantity, at=now) - says) <= NEAR


@given(several, several, amounts)
@settings(max_examples=150)
def test_prices_that_are_gone_from_hogia_leave_nothing_behind(before: list[Json], after: list[Json], base: Decimal) -> None:
    shop = ShopRows()
    for prices in (before, after, []):
        found = resolved(prices, base)
        assert found.ordinary is not None
        done = plan(found.spans, found.ordinary, target=TARGET, there=shop.there, owned=frozenset(shop.owned), now=NOW)
        shop.apply(done.changes, done.owned)

    assert shop.fields == {}
    assert shop.owned == set()
