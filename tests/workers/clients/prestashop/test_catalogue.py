"""The catalogue client on the sandbox shop, in every version it speaks to: what changes in the shop, and what does not."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.sandbox.prestashop.access import Permissions
from app.sandbox.prestashop.server import create_shop
from app.sandbox.prestashop.state import DEFAULT_KEY, ShopState
from mappers.catalogue.model import OutOfStock, ProductType, SpecificPrice
from mappers.errors import Misconfigured, Rejected, Transient, Unknown
from mappers.prestashop.catalogue import specific_price_fields
from tests.workers.clients.prestashop.fields import new_product_fields, product_fields
from workers.clients.prestashop.catalogue import ShopCatalogue
from workers.clients.prestashop.client import PrestaShopClient

D = Decimal
VERSIONS = ("9.1.4", "8.2.1", "1.7.8.11")
STOCKHOLM = ZoneInfo("Europe/Stockholm")
START = datetime(2026, 12, 1, 8, 0, 0, tzinfo=UTC)
CAMPAIGN = SpecificPrice(id=0, product_id=2, reduction=D("0.2"), is_percentage=True, starts_at=START)


class Shop:
    """A sandbox shop and the catalogue client of one of its storefronts."""

    def __init__(self, state, catalogue, client):
        self.state = state
        self.catalogue = catalogue
        self.client = client

    def texts(self, product, field="name"):
        return {int(text["id"]): text["value"] for text in self.state.get("products", product)[field]}

    def calls(self, *methods):
        return [(entry["method"], entry["path"]) for entry in self.state.requests if entry["method"] in methods]


@asynccontextmanager
async def opened(state, *, id_shop=1, output="JSON"):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_shop(state))) as http:
        client = PrestaShopClient(
            http, shop_key="acme-se", url="http://shop.example", id_shop=id_shop, webservice_key=DEFAULT_KEY, output=output
        )
        yield Shop(state, ShopCatalogue(client), client)


@pytest.fixture(params=[(version, output) for version in VERSIONS for output in ("JSON", "XML")], ids="-".join)
async def shop(request):
    version, output = request.param
    async with opened(ShopState(version=version, clock=lambda: START), output=output) as found:
        yield found


@pytest.fixture(params=VERSIONS)
async def json_shop(request):
    async with opened(ShopState(version=request.param, clock=lambda: START)) as found:
        yield found


# -- reading ------------------------------------------------------------------------------------------------------------------


async def test_products_come_with_their_combinations(shop):
    teapot, jumper = await shop.catalogue.products([5, 1, 1, 999])

    assert (teapot.id, teapot.reference, teapot.price, teapot.type) == (1, "KANNA-25", D("319.200000"), ProductType.STANDARD)
    assert (teapot.tax_rules_group, teapot.category, teapot.wholesale_price, teapot.is_active) == (1, 2, D(140), True)
    assert teapot.names == {1: "Tekanna i gjutjärn", 2: "Tekanna i gjutjärn"}
    assert teapot.updated_at == START
    assert (jumper.type, [part.reference for part in jumper.combinations]) == (
        ProductType.COMBINATIONS,
        ["TROJA-S", "TROJA-M", "TROJA-L"],
    )


async def test_virtual_products_are_told_apart(shop):
    (book,) = await shop.catalogue.products([9])

    assert book.type is ProductType.VIRTUAL


async def test_articles_are_found_by_reference_as_the_database_compares(shop):
    products = await shop.catalogue.products_by_reference(["kanna-25", "TROJA-S", "NO-SUCH", " "])
    combinations = await shop.catalogue.combinations_by_reference(["troja-s", "KANNA-25"])

    assert [product.id for product in products] == [1]
    assert [(part.id, part.product_id) for part in combinations] == [(1, 5)]


@pytest.mark.parametrize("reference", ["A|B", "A,B", "1,2", "50%", "A[1", "A]1", "<5", "Å & B", "a\\b", "it's"])
async def test_a_reference_with_signs_of_the_filter_is_found(json_shop, reference):
    json_shop.state.change("products", 3, reference=reference)

    found = await json_shop.catalogue.products_by_reference([reference, "TE-12"])

    assert [product.id for product in found] == [2, 3]


async def test_a_reference_in_brackets_is_found_by_how_it_begins(json_shop):
    json_shop.state.change("products", 3, reference="Q[1]")
    json_shop.state.change("products", 4, reference="[1]")

    assert [product.id for product in await json_shop.catalogue.products_by_reference(["Q[1]"])] == [3]
    assert await json_shop.catalogue.products_by_reference(["[1]"]) == ()


async def test_products_that_share_a_reference_are_all_found(json_shop):
    json_shop.state.change("products", 3, reference="kanna-25 ")

    assert [product.id for product in await json_shop.catalogue.products_by_reference(["KANNA-25"])] == [1, 3]


async def test_ids_are_paged_until_a_page_is_short(shop):
    first = await shop.catalogue.product_ids(0, 10)
    second = await shop.catalogue.product_ids(first[-1], 10)

    assert first + second == tuple(range(1, 17))


async def test_a_hundred_products_cost_two_calls_and_a_short_list_of_fields(json_shop):
    ids = json_shop.state.add_products(100, combinations=1)
    await json_shop.catalogue.zone()
    json_shop.state.requests.clear()

    found = await json_shop.catalogue.products(ids)

    displayed = dict(json_shop.state.requests[0]["query"])["display"]
    assert len(json_shop.state.requests) == 2
    assert len(found) == 100
    assert all(len(product.combinations) == 1 for product in found)
    assert "quantity" not in displayed
    assert displayed != "full"


async def test_no_call_asks_for_more_than_a_hundred_or_for_too_long_an_address(json_shop):
    ids = json_shop.state.add_products(230)
    await json_shop.catalogue.products(ids)
    await json_shop.catalogue.products_by_reference([f"ÅÄÖÅÄÖÅÄÖÅÄÖÅÄÖÅÄÖÅÄÖÅÄÖÅÄÖ-{number}" for number in range(230)])

    filters = [value for entry in json_shop.state.requests for name, value in entry["query"] if name.startswith("filter")]
    assert max(value.count("|") for value in filters) < 100
    assert max(len(str(httpx.QueryParams({"f": value}))) for value in filters) < 4500


async def test_a_product_of_two_hundred_combinations_is_read_whole(json_shop):
    (ident,) = json_shop.state.add_products(1, combinations=200)
    json_shop.state.add_products(3, combinations=200, prefix="MORE")

    (product,) = await json_shop.catalogue.products([ident])

    assert len(product.combinations) == 200


async def test_nothing_is_asked_about_nothing(json_shop):
    catalogue = json_shop.catalogue
    answers = [
        await catalogue.products([]),
        await catalogue.products_by_reference(["", " "]),
        await catalogue.combinations_of([0]),
        await catalogue.stocks([]),
        await catalogue.option_values([]),
    ]

    assert not any(answers)
    assert not json_shop.state.requests


async def test_options_are_named_in_every_language(shop):
    names = await shop.catalogue.option_values([1, 2])

    assert names == {1: {1: "Size: S", 2: "Storlek: S"}, 2: {1: "Colour: Red", 2: "Färg: Röd"}}


async def test_stock_is_read_for_the_pairs_asked_about(shop):
    rows = await shop.catalogue.stocks([(1, 0), (5, 2), (4711, 0)])

    assert [(row.product_id, row.combination_id, row.shop_id, row.quantity) for row in rows] == [(1, 0, 1, 500), (5, 2, 1, 500)]
    assert rows[0].out_of_stock == OutOfStock.SHOP_DEFAULT


async def test_specific_prices_of_the_merchant_are_read(shop):
    (price,) = await shop.catalogue.specific_prices([8, 1])

    assert (price.product_id, price.reduction, price.is_percentage, price.price, price.starts_at) == (8, D("0.25"), True, D(-1), None)


async def test_a_version_that_lacks_a_field_is_asked_for_all_of_them(json_shop, monkeypatch):
    monkeypatch.setattr("workers.clients.prestashop.catalogue_reads.PRODUCT", "[id,name,product_type_of_tomorrow]")
    old = ShopCatalogue(json_shop.client)

    assert [product.reference for product in await old.products([1])] == ["KANNA-25"]


async def test_plain_texts_of_a_single_language_are_in_the_shops_default_language():
    def answer(request):
        rows = {
            "/api/products": {"products": [{"id": 1, "name": "Tekanna", "description": "", "description_short": "Fin", "price": "1.0"}]},
            "/api/configurations": {
                "configurations": [
                    {"id": 1, "name": "PS_TIMEZONE", "value": "Europe/Stockholm"},
                    {"id": 2, "name": "PS_LANG_DEFAULT", "value": "3"},
                ]
            },
        }
        return httpx.Response(200, json=rows.get(request.url.path, []), headers={"PSWS-Version": "8.2.1"})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    client = PrestaShopClient(http, shop_key="a", url="https://shop.example", id_shop=1, webservice_key="K" * 32)

    (product,) = await ShopCatalogue(client).products([1])

    assert (product.names, product.descriptions) == ({3: "Tekanna"}, {3: "Fin"})


# -- writing ------------------------------------------------------------------------------------------------------------------


async def test_a_new_price_leaves_everything_else_as_it_was(shop):
    before = shop.state.get("products", 5)

    await shop.catalogue.update_product(5, product_fields(price=D("99.5")))

    changed = {name for name, value in shop.state.get("products", 5).items() if value != before[name]}
    assert changed == {"price"}
    assert shop.state.get("products", 5)["price"] == "99.500000"


async def test_a_text_in_one_language_leaves_the_other_language_alone(shop):
    """Trap 2: PrestaShop blanks the languages that a PATCH does not send."""
    await shop.catalogue.update_product(1, product_fields(names={2: "Kanna & fat"}))

    assert shop.texts(1) == {1: "Tekanna i gjutjärn", 2: "Kanna & fat"}


async def test_html_and_signs_arrive_as_they_were(shop):
    text = '<p class="a">5 &lt; 6 &amp; "ö" 🫖</p>\nrad'

    await shop.catalogue.update_product(1, {"description": {1: text, 2: "a\x00b"}, "reference": "A & B"})

    assert shop.texts(1, "description") == {1: text, 2: "ab"}
    assert shop.state.get("products", 1)["reference"] == "A & B"


async def test_an_old_shop_is_put_the_whole_product_and_others_are_patched(shop):
    await shop.client.version()
    await shop.catalogue.update_product(1, product_fields(price=D(5)))

    old = shop.state.version.startswith("1.")
    assert shop.calls("PATCH", "PUT") == [("PUT" if old else "PATCH", "/api/products/1")]


async def test_an_old_shop_of_unknown_version_is_tried_once(json_shop):
    for price in (5, 6):
        await json_shop.catalogue.update_product(1, product_fields(price=D(price)))

    old = json_shop.state.version.startswith("1.")
    assert [method for method, _ in json_shop.calls("PATCH", "PUT")] == (["PATCH", "PUT", "PUT"] if old else ["PATCH", "PATCH"])
    assert json_shop.state.get("products", 1)["price"] == "6.000000"


async def test_combinations_are_changed_and_keep_their_options_and_default(shop):
    before = {ident: shop.state.get("combinations", ident) for ident in (1, 2, 3)}

    for ident in before:
        await shop.catalogue.update_combination(ident, {"price": "-10.000000"})

    for ident, record in before.items():
        assert shop.state.get("combinations", ident) == record | {"price": "-10.000000"}


async def test_a_product_is_created_with_its_texts_and_category(shop):
    fields = new_product_fields(
        product_fields(reference="NY-1", names={1: "Mug", 2: "Mugg"}, price=D("79.2"), tax_rules_group=1, category=3)
    )

    ident = await shop.catalogue.create_product(fields, categories=[2, 3])

    (product,) = await shop.catalogue.products_by_reference(["NY-1"])
    (stock,) = await shop.catalogue.stocks([(ident, 0)])
    assert (product.id, product.names, product.price, product.category) == (ident, {1: "Mug", 2: "Mugg"}, D("79.200000"), 3)
    assert (product.is_active, product.is_draft, stock.quantity) == (False, False, 0)
    assert [int(row["id"]) for row in shop.state.get("products", ident)["associations"]["categories"]] == [2, 3]
    assert shop.texts(ident, "link_rewrite") == {1: "mug", 2: "mugg"}


async def test_stock_and_what_happens_without_it_are_set_apart_or_together(shop):
    (row,) = await shop.catalogue.stocks([(1, 0)])

    await shop.catalogue.set_stock(row, quantity=-2)
    await shop.catalogue.set_stock(row, out_of_stock=OutOfStock.ALLOW)
    await shop.catalogue.set_stock(row)

    (after,) = await shop.catalogue.stocks([(1, 0)])
    assert after == replace(row, quantity=-2, out_of_stock=OutOfStock.ALLOW)


async def test_a_campaign_is_created_changed_and_deleted(shop):
    ident = await shop.catalogue.create_specific_price(specific_price_fields(CAMPAIGN, zone=STOCKHOLM))
    (made,) = await shop.catalogue.specific_prices([2])
    await shop.catalogue.update_specific_price(ident, {"reduction": "0.300000"})
    (changed,) = await shop.catalogue.specific_prices([2])
    await shop.catalogue.delete_specific_price(ident)

    assert made == replace(CAMPAIGN, id=ident)
    assert changed == replace(made, reduction=D("0.300000"))
    assert await shop.catalogue.specific_prices([2]) == ()


async def test_deleting_what_is_gone_is_done(shop):
    await shop.catalogue.delete_specific_price(4711)

    assert shop.calls("DELETE") == [("DELETE", "/api/specific_prices/4711")]


async def test_nothing_to_change_calls_nobody(json_shop):
    await json_shop.catalogue.update_product(1, {})

    assert not json_shop.state.requests


# -- two shops ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
async def test_each_storefront_reads_and_writes_its_own_price_and_stock(version):
    state = ShopState(version=version, shops=(1, 2))
    async with opened(state) as first, opened(state, id_shop=2) as second:
        await second.catalogue.update_product(1, product_fields(price=D(7)))
        (row,) = await second.catalogue.stocks([(1, 0)])
        await second.catalogue.set_stock(row, quantity=3)

        prices = [(await one.catalogue.products([1]))[0].price for one in (first, second)]

    assert prices == [D("319.200000"), D("7.000000")]
    assert (row.shop_id, state.quantity_of("KANNA-25"), state.quantity_of("KANNA-25", id_shop=2)) == (2, 500, 3)


@pytest.mark.parametrize("share_stock", [True, False])
async def test_of_a_shops_row_and_its_groups_the_one_that_counts_is_read(share_stock):
    """A group that began or stopped sharing its stock leaves rows of the other kind behind."""
    state = ShopState(shops=(1, 2), share_stock=share_stock)
    left = {"id_shop": 2, "id_shop_group": 0} if share_stock else {"id_shop": 0, "id_shop_group": 1}
    state.add("stock_availables", {"id_product": 1, "quantity": 9999, "out_of_stock": 2, **left})
    async with opened(state, id_shop=2) as shop:
        (row,) = await shop.catalogue.stocks([(1, 0)])

    assert (row.quantity, row.shop_id, row.group_id) == ((500, 0, 1) if share_stock else (500, 2, 0))


# -- what goes wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"price": "-3"}, "price"),
        ({"ean13": "ABC"}, "ean13"),
        ({"name": {1: "a{b}", 2: "x"}}, "name"),
        ({"reference": "x" * 65}, "reference"),
    ],
)
async def test_a_value_that_the_shop_does_not_take_is_named_by_its_field(shop, fields, named):
    with pytest.raises(Rejected) as raised:
        await shop.catalogue.update_product(1, fields)

    assert raised.value.code == "SHOP_VALUE_REFUSED"
    assert f"field {named}:" in raised.value.message
    assert all(value not in raised.value.message for value in fields.values() if isinstance(value, str))


async def test_a_deleted_product_needs_a_person(shop):
    with pytest.raises(Rejected) as raised:
        await shop.catalogue.update_product(4711, product_fields(price=D(1)))

    assert raised.value.code == "SHOP_ENTITY_MISSING"


async def test_the_same_campaign_twice_is_no_second_one(json_shop):
    fields = specific_price_fields(CAMPAIGN, zone=STOCKHOLM)
    await json_shop.catalogue.create_specific_price(fields)

    with pytest.raises((Rejected, Unknown)):
        await json_shop.catalogue.create_specific_price(fields)

    assert len(await json_shop.catalogue.specific_prices([2])) == 1


async def test_a_lost_answer_to_a_creation_is_unknown_and_the_product_is_there(shop):
    shop.state.faults.add("drop_after_commit", count=1, method="POST")

    with pytest.raises(Unknown):
        await shop.catalogue.create_product(new_product_fields({"price": "1", "reference": "LOST"}), categories=[2])

    assert len(await shop.catalogue.products_by_reference(["LOST"])) == 1


@pytest.mark.parametrize("kind", ["drop_after_commit", "500_empty", "html_200"])
async def test_an_update_without_an_answer_is_made_again(json_shop, kind):
    method = "PUT" if json_shop.state.version.startswith("1.") else "PATCH"
    await json_shop.client.version()
    json_shop.state.faults.add(kind, count=1, method=method)

    with pytest.raises(Transient) as raised:
        await json_shop.catalogue.update_product(1, product_fields(price=D(5)))
    await json_shop.catalogue.update_product(1, product_fields(price=D(5)))

    assert raised.value.code == "SHOP_UPDATE_UNCONFIRMED"
    assert json_shop.state.get("products", 1)["price"] == "5.000000"


async def test_a_lost_answer_to_a_deletion_is_made_again(json_shop):
    json_shop.state.faults.add("drop_after_commit", count=1, method="DELETE")

    with pytest.raises(Transient):
        await json_shop.catalogue.delete_specific_price(1)
    await json_shop.catalogue.delete_specific_price(1)

    assert json_shop.state.find("specific_prices") == []


async def test_a_key_that_may_not_patch_is_the_merchants_to_mend():
    """A shop that knows PATCH is never put instead: PUT destroys what a module has added meanwhile."""
    state = ShopState(keys={DEFAULT_KEY: Permissions.only({"products": ("GET", "HEAD", "PUT")})})
    async with opened(state) as shop:
        with pytest.raises(Misconfigured) as raised:
            await shop.catalogue.update_product(1, product_fields(price=D(5)))

        assert raised.value.code == "SHOP_KEY_LACKS_METHOD"
        assert shop.calls("PUT") == []
