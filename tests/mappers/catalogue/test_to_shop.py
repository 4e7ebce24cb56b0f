"""What an article of Hogia becomes in the shop: which product it is, what is made, what follows, what is switched off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mappers.catalogue.changes import (
    CreateProduct,
    DropSpecificPrice,
    ItemLink,
    PutSpecificPrice,
    SetReference,
    SetStock,
    UpdateCombination,
    UpdateProduct,
)
from mappers.catalogue.items import Item
from mappers.catalogue.look import ArticleDecision
from mappers.catalogue.policy import FieldGroup, ProductField, ProductPolicy
from mappers.catalogue.to_shop import SWITCHED_OFF
from mappers.connection import Flow
from mappers.snapshot import Known, KnownEffect
from tests.mappers.catalogue.looks import (
    ENGLISH,
    NOW,
    SWEDISH,
    decide_one,
    make_article,
    make_campaign,
    make_combination,
    make_link,
    make_product,
    make_specific,
    make_stock,
    notices,
    of,
    only,
    told,
)

D = Decimal
RUNS = timedelta(seconds=30)  # of a request that lost its answer
OURS = make_product(names={ENGLISH: "Tröja", SWEDISH: "Tröja"})
PRODUCT = Item(product=OURS)
SIZED = replace(OURS, combinations=(make_combination(), make_combination(32, "TR-M")))
SMALL = Item(product=SIZED, combination=SIZED.combinations[0])
SMALL_ARTICLE = make_article(number="TR-S")


def named(name: str, **changes: Any) -> Item:
    return Item(product=make_product(names={ENGLISH: name, SWEDISH: name}, **changes))


def made(**changes: Any) -> KnownEffect:
    return KnownEffect(**({"state": Known.CONFIRMED, "called_at": NOW, "attempts": 1, "external_id": "17"} | changes))


class TestNewProduct:
    def test_a_webshop_article_becomes_a_simple_product_in_full(self) -> None:
        article = make_article(name="Tröja; röd", description="Mjuk", ean="7391234567895", weight_grams=250, purchase_price=D("80.5"))

        found = decide_one(article)

        change = only(found.changes, CreateProduct)
        assert told(found.outcome) == ("created", "")
        assert (change.key, change.number, change.categories) == ("product:acme-se/tr-1", "TR-1", (2,))
        assert change.fields == {
            "state": "1",
            "show_price": "1",
            "available_for_order": "1",
            "minimal_quantity": "1",
            "visibility": "both",
            "condition": "new",
            "reference": "TR-1",
            "name": {ENGLISH: "Tröja röd", SWEDISH: "Tröja röd"},
            "link_rewrite": {ENGLISH: "troja-rod", SWEDISH: "troja-rod"},
            "description_short": {ENGLISH: "Mjuk", SWEDISH: "Mjuk"},
            "ean13": "7391234567895",
            "weight": "0.250000",
            "wholesale_price": "80.500000",
            "active": "0",
            "price": "199.200000",
            "id_tax_rules_group": "1",
            "id_category_default": "2",
        }

    def test_what_was_written_is_remembered_and_it_is_looked_at_again_at_once(self) -> None:
        found = decide_one(make_article())

        assert found.again_at == NOW
        assert found.link is not None
        assert (found.link.article_id, found.link.written["name"], found.link.product_id) == ("art-1", "Tröja", 0)

    def test_by_rule_it_is_for_sale_at_once_in_another_category(self) -> None:
        change = only(decide_one(make_article(), policy=ProductPolicy(create_active=True, category=9)).changes, CreateProduct)

        assert (change.fields["active"], change.fields["id_category_default"], change.categories) == ("1", "9", (9,))

    @pytest.mark.parametrize("ean", ["abc", "12345678901234", "12 34"])
    def test_what_the_shop_does_not_take_for_an_ean_is_left_out(self, ean: str) -> None:
        assert "ean13" not in only(decide_one(make_article(ean=ean)).changes, CreateProduct).fields

    def test_a_name_too_long_for_the_shop_is_cut(self) -> None:
        fields = only(decide_one(make_article(name="Tröja " * 33)).changes, CreateProduct).fields

        assert len(fields["name"][SWEDISH]) <= 128
        assert len(fields["link_rewrite"][SWEDISH]) <= 128

    @pytest.mark.parametrize(("name", "link"), [("毛衣", "product"), ("...", "product"), ("Å Ä Ö!", "a-a-o")])
    def test_every_name_makes_an_address(self, name: str, link: str) -> None:
        assert only(decide_one(make_article(name=name)).changes, CreateProduct).fields["link_rewrite"][SWEDISH] == link

    @pytest.mark.parametrize(
        ("situation", "code"),
        [
            ({"currency": "EUR"}, "CURRENCY_DIFFERS"),
            ({"rate": None, "tax_group": None}, "VAT_UNKNOWN"),
            ({"tax_group": None}, "TAX_GROUP_UNKNOWN"),
        ],
    )
    def test_what_cannot_be_told_is_refused_with_its_code(self, situation: dict[str, Any], code: str) -> None:
        found = decide_one(make_article(), **situation)

        assert told(found.outcome) == ("refused", code)
        assert found.changes == ()

    @pytest.mark.parametrize(
        ("prices", "code"),
        [({}, "PRICE_MISSING"), ({"EUR": D(19)}, "PRICE_MISSING"), ({"SEK": D(0)}, "PRICE_ZERO"), ({"SEK": D(-1)}, "PRICE_ZERO")],
    )
    def test_nothing_is_put_up_for_sale_without_a_price(self, prices: dict[str, Decimal], code: str) -> None:
        found = decide_one(make_article(prices=prices))

        assert told(found.outcome) == ("refused", code)
        assert found.changes == ()

    def test_group_0_is_a_group_of_its_own_for_no_vat(self) -> None:
        assert only(decide_one(make_article(), rate=D(0), tax_group=0).changes, CreateProduct).fields["id_tax_rules_group"] == "0"

    @pytest.mark.parametrize("number", ["A<1", "A;B", "A=1", "A{1}", "A|B", "A[1]"])
    def test_a_number_that_the_shop_cannot_have_is_refused(self, number: str) -> None:
        assert told(decide_one(make_article(number=number)).outcome) == ("refused", "NUMBER_UNUSABLE")

    @pytest.mark.parametrize("changes", [{"is_active": False}, {"is_webshop_article": False}])
    def test_what_is_not_for_the_shop_makes_no_product(self, changes: dict[str, bool]) -> None:
        found = decide_one(make_article(**changes))

        assert told(found.outcome) == ("left_out", "NOT_FOR_THE_SHOP")
        assert found.changes == ()

    @pytest.mark.parametrize("flow", [Flow.COMBO, Flow.PRESTASHOP_LEADS])
    def test_where_the_shop_leads_its_products_none_is_made(self, flow: Flow) -> None:
        found = decide_one(make_article(), flow=flow)

        assert told(found.outcome) == ("left_out", "NOT_IN_SHOP")
        assert found.changes == ()

    def test_the_first_synchronisation_from_hogia_makes_it_all_the_same(self) -> None:
        assert told(decide_one(make_article(), flow=Flow.COMBO, creates=True).outcome) == ("created", "")

    @pytest.mark.parametrize("state", [Known.INTENT, Known.UNKNOWN])
    def test_while_the_shop_may_still_be_making_it_no_second_is_made(self, state: Known) -> None:
        found = decide_one(make_article(), made=made(state=state, called_at=NOW - RUNS + timedelta(seconds=1)), request_runs=RUNS)

        assert told(found.outcome) == ("waiting", "PRODUCT_BEING_MADE")
        assert (found.changes, found.again_at) == ((), NOW + timedelta(seconds=1))

    def test_what_did_not_appear_in_time_is_tried_again(self) -> None:
        assert told(decide_one(make_article(), made=made(state=Known.UNKNOWN, called_at=NOW - RUNS), request_runs=RUNS).outcome) == (
            "created",
            "",
        )

    def test_one_that_the_merchant_has_deleted_is_not_made_again(self) -> None:
        found = decide_one(make_article(), made=made())

        assert told(found.outcome) == ("left_out", "DELETED_IN_SHOP")
        assert found.changes == ()

    def test_but_by_the_first_synchronisation(self) -> None:
        assert told(decide_one(make_article(), made=made(), creates=True).outcome) == ("created", "")


class TestWhichProduct:
    def test_two_of_the_same_reference_are_refused_and_neither_touched(self) -> None:
        found = decide_one(make_article(prices={"SEK": D(1)}), PRODUCT, SMALL, link=make_link())

        assert told(found.outcome) == ("refused", "SKU_DUPLICATE")
        assert "product/17, product/17/31" in found.outcome.reason
        assert found.changes == ()

    def test_an_article_that_is_gone_switches_off_none_of_two(self) -> None:
        found = decide_one(None, named("Annan", id=16), PRODUCT, link=make_link())

        assert told(found.outcome) == ("left_out", "ARTICLE_MISSING")
        assert found.changes == ()

    def test_a_number_that_was_changed_in_hogia_is_changed_in_the_shop(self) -> None:
        memory = make_link(written={"name": "Tröja"}, owned=frozenset({501}))

        found = decide_one(make_article(number="TR-1B"), former=PRODUCT, former_link=memory)

        assert told(found.outcome) == ("updated", "ARTICLE_RENUMBERED")
        assert only(found.changes, SetReference) == SetReference(product_id=17, combination_id=0, reference="TR-1B")
        assert (found.link, found.again_at) == (memory, NOW)

    def test_a_combination_follows_its_number_too(self) -> None:
        found = decide_one(make_article(number="TR-SB"), former=SMALL)

        assert only(found.changes, SetReference) == SetReference(product_id=17, combination_id=31, reference="TR-SB")

    def test_where_the_shop_leads_its_references_stay(self) -> None:
        assert told(decide_one(make_article(number="TR-1B"), former=PRODUCT, flow=Flow.COMBO).outcome) == ("left_out", "NOT_IN_SHOP")

    def test_a_number_that_the_shop_cannot_have_is_not_followed(self) -> None:
        found = decide_one(make_article(number="TR|1"), former=PRODUCT)

        assert told(found.outcome) == ("refused", "NUMBER_UNUSABLE")
        assert found.changes == ()

    def test_a_number_that_the_merchant_gave_another_product_takes_no_memory_along(self) -> None:
        """The other product's name is the merchant's, even where it is what we wrote on the first."""
        other = named("Tröja", id=18, is_active=False)
        link = make_link(written={"name": "Tröja", SWITCHED_OFF: "1"}, owned=frozenset({501, 502}))

        found = decide_one(make_article(name="Tröja, ny"), other, link=link)

        assert of(found.changes, DropSpecificPrice) == [DropSpecificPrice(specific_price_id=501), DropSpecificPrice(specific_price_id=502)]
        assert of(found.changes, UpdateProduct) == []
        assert notices(found.outcome) == ["CHANGED_BY_MERCHANT"]
        assert found.link is not None
        assert (found.link.product_id, found.link.written, found.link.owned) == (18, {}, frozenset())

    def test_where_hogia_does_not_lead_the_price_what_we_set_on_the_first_stays_remembered(self) -> None:
        link = make_link(owned=frozenset({501}))

        found = decide_one(make_article(), named("Tröja", id=18), link=link, policy=ProductPolicy(leave=(FieldGroup.PRICE,)))

        assert found.changes == ()
        assert found.link is not None
        assert found.link.owned == {501}

    def test_a_product_that_was_made_finds_its_memory(self) -> None:
        found = decide_one(make_article(name="Tröja, ny"), PRODUCT, link=ItemLink(article_id="art-1", written={"name": "Tröja"}))

        assert only(found.changes, UpdateProduct).fields == {"name": {ENGLISH: "Tröja, ny", SWEDISH: "Tröja, ny"}}
        assert found.link is not None
        assert found.link.product_id == 17


class TestFollowing:
    def test_what_does_not_differ_is_left_as_it_is(self) -> None:
        found = decide_one(make_article(), PRODUCT, link=make_link())

        assert told(found.outcome) == ("unchanged", "")
        assert (found.changes, found.link) == ((), make_link())

    def test_a_name_that_we_wrote_follows_hogia_in_every_language(self) -> None:
        found = decide_one(make_article(name="Tröja, ny"), PRODUCT, link=make_link())

        assert only(found.changes, UpdateProduct) == UpdateProduct(
            product_id=17, fields={"name": {ENGLISH: "Tröja, ny", SWEDISH: "Tröja, ny"}}
        )
        assert found.link is not None
        assert found.link.written == {"name": "Tröja, ny"}

    def test_a_name_that_the_merchant_changed_stays(self) -> None:
        found = decide_one(make_article(name="Tröja, ny"), named("Mjuk tröja"), link=make_link())

        assert told(found.outcome) == ("unchanged", "")
        assert (found.changes, notices(found.outcome)) == ((), ["CHANGED_BY_MERCHANT"])

    def test_a_name_that_the_merchant_translated_stays(self) -> None:
        translated = Item(product=make_product(names={ENGLISH: "Shirt", SWEDISH: "Tröja"}))

        found = decide_one(make_article(name="Tröja, ny"), translated, link=make_link())

        assert (found.changes, notices(found.outcome)) == ((), ["CHANGED_BY_MERCHANT"])

    def test_a_language_that_has_no_name_yet_is_no_translation(self) -> None:
        halfway = Item(product=make_product(names={ENGLISH: "", SWEDISH: "Tröja"}))

        assert only(decide_one(make_article(name="Tröja, ny"), halfway, link=make_link()).changes, UpdateProduct).fields["name"] == {
            ENGLISH: "Tröja, ny",
            SWEDISH: "Tröja, ny",
        }

    def test_a_product_linked_by_its_number_keeps_the_name_that_the_shop_gave_it(self) -> None:
        found = decide_one(make_article(name="TRÖJA 17 SV"), named("Mjuk tröja"))

        assert (found.changes, notices(found.outcome)) == ((), ["CHANGED_BY_MERCHANT"])
        assert found.link is not None
        assert (found.link.product_id, found.link.article_id, found.link.written) == (17, "art-1", {})

    def test_and_follows_from_then_on_where_both_names_are_the_same(self) -> None:
        linked = decide_one(make_article(), PRODUCT).link

        assert only(decide_one(make_article(name="Tröja, ny"), PRODUCT, link=linked).changes, UpdateProduct).fields.keys() == {"name"}

    def test_empty_fields_are_filled(self) -> None:
        article = make_article(ean="7391234567895", weight_grams=250, purchase_price=D("80.5"))

        found = decide_one(article, PRODUCT)

        assert only(found.changes, UpdateProduct).fields == {"ean13": "7391234567895", "weight": "0.250000", "wholesale_price": "80.500000"}

    def test_fields_that_hogia_has_nothing_of_stay(self) -> None:
        product = Item(product=replace(OURS, ean13="42", weight=D("0.3"), wholesale_price=D(70)))

        assert told(decide_one(make_article(), product, link=make_link()).outcome) == ("unchanged", "")

    @pytest.mark.parametrize("part", [each for each in ProductField if each is not ProductField.ACTIVE])
    def test_a_field_that_the_setting_leaves_out_does_not_follow(self, part: ProductField) -> None:
        article = make_article(name="Ny", ean="42", weight_grams=250, purchase_price=D(70))
        everything = only(decide_one(article, PRODUCT, link=make_link()).changes, UpdateProduct).fields
        policy = ProductPolicy(update=tuple(each for each in ProductField if each is not part))

        fields = only(decide_one(article, PRODUCT, link=make_link(), policy=policy).changes, UpdateProduct).fields

        assert len(fields) == len(everything) - 1 == 3

    def test_name_price_and_stock_are_one_change_of_the_product_and_one_of_its_stock(self) -> None:
        found = decide_one(
            make_article(name="Ny", prices={"SEK": D(149)}), PRODUCT, link=make_link(), available=D(5), stocks=[make_stock(3)]
        )

        assert [type(change) for change in found.changes] == [UpdateProduct, SetStock]
        assert found.changes[0].fields.keys() == {"name", "price"}  # type: ignore[union-attr]

    def test_texts_of_combinations_stay(self) -> None:
        article = make_article(number="TR-S", name="Annan", ean="42", weight_grams=9, purchase_price=D(1))

        assert decide_one(article, SMALL).changes == ()

    def test_a_decision_is_stable_once_it_is_done(self) -> None:
        first = decide_one(make_article(name="Ny", ean="42"), PRODUCT, link=make_link())
        done = Item(product=replace(OURS, names={ENGLISH: "Ny", SWEDISH: "Ny"}, ean13="42"))

        again = decide_one(make_article(name="Ny", ean="42"), done, link=first.link)

        assert told(again.outcome) == ("unchanged", "")
        assert again.link == first.link


class TestSwitchingOff:
    @pytest.mark.parametrize("changes", [{"is_active": False}, {"is_webshop_article": False}])
    def test_a_product_that_hogia_leads_is_switched_off_with_its_article(self, changes: dict[str, bool]) -> None:
        found = decide_one(make_article(**changes), PRODUCT, link=make_link())

        assert told(found.outcome) == ("deactivated", "NOT_FOR_THE_SHOP")
        assert only(found.changes, UpdateProduct).fields == {"active": "0"}
        assert found.link is not None
        assert found.link.written[SWITCHED_OFF] == "1"

    def test_an_article_that_is_gone_from_hogia_switches_its_product_off(self) -> None:
        found = decide_one(None, PRODUCT, link=make_link())

        assert told(found.outcome) == ("deactivated", "ARTICLE_GONE")
        assert only(found.changes, UpdateProduct).fields == {"active": "0"}

    def test_it_is_switched_on_again_with_its_article_if_it_was_us(self) -> None:
        off = Item(product=replace(OURS, is_active=False))

        found = decide_one(make_article(), off, link=make_link(written={"name": "Tröja", SWITCHED_OFF: "1"}))

        assert told(found.outcome) == ("updated", "")
        assert only(found.changes, UpdateProduct).fields == {"active": "1"}
        assert found.link is not None
        assert SWITCHED_OFF not in found.link.written

    def test_one_that_the_merchant_switched_off_stays_off(self) -> None:
        off = Item(product=replace(OURS, is_active=False))

        while_inactive = decide_one(make_article(is_active=False), off, link=make_link())
        after = decide_one(make_article(), off, link=while_inactive.link)

        assert (while_inactive.changes, after.changes) == ((), ())

    def test_one_that_the_merchant_switched_on_meanwhile_is_his_again(self) -> None:
        found = decide_one(make_article(), PRODUCT, link=make_link(written={"name": "Tröja", SWITCHED_OFF: "1"}))

        assert found.changes == ()
        assert found.link == make_link()

    @pytest.mark.parametrize("changes", [{"is_active": False}, {"is_webshop_article": False}])
    def test_the_merchants_own_product_with_the_number_of_an_article_that_never_was_for_the_shop_stays(
        self, changes: dict[str, bool]
    ) -> None:
        """However often it is looked at."""
        first = decide_one(make_article(**changes), PRODUCT)
        second = decide_one(make_article(**changes), PRODUCT, link=first.link)

        assert told(first.outcome) == told(second.outcome) == ("left_out", "NOT_FOR_THE_SHOP")
        assert first.changes == second.changes == ()

    def test_a_product_that_was_never_followed_stays_when_there_is_no_article(self) -> None:
        found = decide_one(None, PRODUCT)

        assert told(found.outcome) == ("left_out", "ARTICLE_MISSING")
        assert found.changes == ()

    def test_by_rule_nothing_is_switched_off(self) -> None:
        policy = ProductPolicy(update=(ProductField.NAME,))

        assert decide_one(make_article(is_active=False), PRODUCT, link=make_link(), policy=policy).changes == ()

    def test_a_combination_cannot_be_switched_off(self) -> None:
        link = make_link(combination_id=31, written={})

        found = decide_one(replace(SMALL_ARTICLE, is_active=False), SMALL, link=link)

        assert told(found.outcome) == ("left_out", "NOT_FOR_THE_SHOP")
        assert found.changes == ()

    def test_but_its_stock_goes_on_telling_what_can_be_bought(self) -> None:
        link = make_link(combination_id=31, written={})

        found = decide_one(
            replace(SMALL_ARTICLE, is_active=False),
            SMALL,
            link=link,
            available=D(0),
            stocks=[make_stock(5, combination_id=31)],
        )

        assert only(found.changes, SetStock).quantity == 0

    @pytest.mark.parametrize("flow", [Flow.COMBO, Flow.PRESTASHOP_LEADS])
    def test_where_the_shop_leads_nothing_is_switched_off(self, flow: Flow) -> None:
        assert decide_one(make_article(is_active=False), PRODUCT, link=make_link(), flow=flow).changes == ()
        assert decide_one(None, PRODUCT, link=make_link(), flow=flow).changes == ()


# What is written to the shop when everything of the article differs: by flow, plan and what the shop leaves out.
EVERYTHING = {"name", "price", "campaign", "stock"}
LED: list[tuple[str, str, tuple[str, ...], set[str]]] = [
    ("prestashop_leads", "premium", (), set()),
    ("prestashop_leads", "100", (), set()),
    ("hogia_leads", "premium", (), EVERYTHING),
    ("hogia_leads", "400", (), EVERYTHING),
    ("hogia_leads", "200", (), {"name", "stock"}),
    ("hogia_leads", "100", (), {"name"}),
    ("hogia_leads", "premium", ("article",), {"price", "campaign", "stock"}),
    ("hogia_leads", "premium", ("price",), {"name", "stock"}),
    ("hogia_leads", "premium", ("stock",), {"name", "price", "campaign"}),
    ("combo", "premium", (), {"price", "campaign", "stock"}),
    ("combo", "400", (), {"price", "campaign", "stock"}),
    ("combo", "200", (), set()),
    ("combo", "premium", ("price",), {"stock"}),
    ("combo", "premium", ("stock",), {"price", "campaign"}),
]


def written(found: ArticleDecision) -> set[str]:
    parts = {SetStock: "stock", PutSpecificPrice: "campaign", DropSpecificPrice: "campaign"}
    done = {parts[type(change)] for change in found.changes if type(change) in parts}
    return done.union(*(change.fields for change in of(found.changes, UpdateProduct)))


@pytest.mark.parametrize(("flow", "plan", "leave", "groups"), LED)
def test_each_group_is_left_alone_where_hogia_does_not_lead_it(flow: str, plan: str, leave: tuple[str, ...], groups: set[str]) -> None:
    found = decide_one(
        make_article(name="Ny", prices={"SEK": D(149)}),
        PRODUCT,
        flow=Flow(flow),
        plan=plan,
        policy=ProductPolicy(leave=tuple(FieldGroup(each) for each in leave)),
        prices=(make_campaign("99", starts=NOW, ends=NOW + timedelta(days=1)),),
        available=D(5),
        stocks=[make_stock(3)],
        specific_prices=[make_specific(501)],
        link=make_link(owned=frozenset({501})),
    )

    assert written(found) == groups
    assert (found.again_at is not None) == ("price" in groups)
    assert found.link is not None
    assert 501 in found.link.owned


def test_a_combinations_changes_are_on_the_combination() -> None:
    found = decide_one(replace(SMALL_ARTICLE, prices={"SEK": D("209.20")}), SMALL)

    assert only(found.changes, UpdateCombination) == UpdateCombination(combination_id=31, fields={"price": "10.000000"})
