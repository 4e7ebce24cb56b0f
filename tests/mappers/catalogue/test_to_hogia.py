"""What a product of the shop becomes in Hogia: situations and decisions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mappers.catalogue.changes import PutArticle, SetReference
from mappers.catalogue.model import ProductType
from mappers.catalogue.policy import FieldGroup, MissingReference, ProductPolicy
from mappers.catalogue.to_hogia import Owner
from mappers.changes import sequence_id
from mappers.connection import Accounts, Flow, OrderPolicy, RegionAccounts
from mappers.hogia.text import ARTICLE_NAME
from tests.mappers.catalogue.looks import (
    ENGLISH,
    SWEDISH,
    decide_item,
    decide_items,
    make_article,
    make_combination,
    make_product,
    notices,
    of,
    only,
    told,
)

D = Decimal
SHIRT = make_product(reference="", combinations=(make_combination(), make_combination(32, "TR-M", values=(12,), impact=D(20))))


def body(*args: Any, **situation: Any) -> dict[str, Any]:
    """Of the article that is made or changed."""
    return dict(only(decide_item(*args, **situation).changes, PutArticle).body)


class TestNewArticle:
    def test_a_product_becomes_an_article_in_full(self) -> None:
        product = make_product(ean13="7391234567895", weight=D("0.2504"), wholesale_price=D("80.5"), descriptions={SWEDISH: "<p>Mjuk</p>"})

        found = decide_item(product)

        assert told(found.outcome) == ("created", "")
        assert found.links
        assert only(found.changes, PutArticle) == PutArticle(
            number="TR-1",
            body={
                "number": "TR-1",
                "name": "Tröja",
                "description": "Mjuk",
                "unit": "st",
                "type": "Goods",
                "salesAccounts": [{"number": 3001, "type": "NationalSales"}],
                "prices": [{"price": D("199.20"), "currencyCode": "SEK"}],
                "ean": "7391234567895",
                "weightGrams": 250,
                "purchasePrice": D("80.50"),
                "isActive": True,
                "isWebshopArticle": True,
                "isStockArticle": False,
                "sequenceId": sequence_id("org-1", "article/tr-1"),
            },
        )

    def test_each_combination_is_an_article_of_its_own_with_its_attributes_in_the_name(self) -> None:
        found = decide_items(SHIRT)

        articles = [only(each.changes, PutArticle).body for each in found]
        assert [each.outcome.item for each in found] == ["product/17/31", "product/17/32"]
        assert [(article["number"], article["name"]) for article in articles] == [
            ("TR-S", "Tröja (Storlek: S)"),
            ("TR-M", "Tröja (Storlek: M)"),
        ]

    def test_a_combinations_price_is_the_products_and_its_impact(self) -> None:
        assert [only(each.changes, PutArticle).body["prices"][0]["price"] for each in decide_items(SHIRT)] == [D("199.20"), D("219.20")]

    def test_two_hundred_combinations_are_two_hundred_articles(self) -> None:
        many = tuple(make_combination(1000 + n, f"TR-{n}", values=(11, 12)) for n in range(200))

        found = decide_items(make_product(combinations=many))

        assert {only(each.changes, PutArticle).number for each in found} == {f"TR-{n}" for n in range(200)}

    def test_a_virtual_product_is_a_service_on_the_account_of_services(self) -> None:
        home = RegionAccounts(goods={"25": 3001}, services={"25": 3301}, freight=3520, fee=3540)
        orders = OrderPolicy(accounts=replace(Accounts(), sweden=home))

        found = body(make_product(type=ProductType.VIRTUAL), orders=orders, flow=Flow.COMBO)

        assert (found["type"], found["salesAccounts"][0]["number"], found["isStockArticle"]) == ("Service", 3301, False)

    def test_a_pack_is_goods_with_a_price_of_its_own(self) -> None:
        found = body(make_product(type=ProductType.PACK), flow=Flow.COMBO)

        assert (found["type"], found["isStockArticle"]) == ("Goods", True)

    @pytest.mark.parametrize(
        ("flow", "plan", "tracked"),
        [(Flow.PRESTASHOP_LEADS, "premium", False), (Flow.COMBO, "premium", True), (Flow.COMBO, "200", False)],
    )
    def test_stock_is_tracked_where_hogia_leads_it(self, flow: Flow, plan: str, *, tracked: bool) -> None:
        assert body(make_product(), flow=flow, plan=plan)["isStockArticle"] is tracked

    @pytest.mark.parametrize(("group", "account"), [(1, 3001), (2, 3002), (3, 3003), (0, 3004)])
    def test_the_vat_rate_chooses_the_account(self, group: int, account: int) -> None:
        assert body(make_product(tax_rules_group=group))["salesAccounts"] == [{"number": account, "type": "NationalSales"}]

    def test_a_gift_card_is_a_debt_and_no_sale_as_on_the_invoice(self) -> None:
        orders = OrderPolicy(gift_card_articles=("TR-1",))

        assert body(make_product(tax_rules_group=0), orders=orders)["salesAccounts"][0]["number"] == 2421

    def test_an_exempt_article_has_its_own_account_as_on_the_invoice(self) -> None:
        orders = OrderPolicy(exempt_articles={"TR-1": 3044})

        assert body(make_product(tax_rules_group=0), orders=orders)["salesAccounts"][0]["number"] == 3044

    def test_an_article_sold_with_vat_is_not_exempt(self) -> None:
        orders = OrderPolicy(exempt_articles={"TR-1": 3044}, gift_card_articles=("TR-1",))

        assert body(make_product(), orders=orders)["salesAccounts"][0]["number"] == 3001

    def test_the_same_number_has_the_same_sequence_id_in_any_case(self) -> None:
        assert body(make_product(reference="tr-1"))["sequenceId"] == body(make_product(reference=" TR-1 "))["sequenceId"]

    def test_a_product_that_is_switched_off_makes_no_article(self) -> None:
        found = decide_item(make_product(is_active=False))

        assert told(found.outcome) == ("left_out", "PRODUCT_INACTIVE")
        assert found.changes == ()

    def test_by_rule_it_makes_an_inactive_one(self) -> None:
        assert body(make_product(is_active=False), policy=ProductPolicy(inactive_products=True))["isActive"] is False

    def test_a_draft_makes_none(self) -> None:
        assert told(decide_item(make_product(is_draft=True)).outcome) == ("left_out", "PRODUCT_DRAFT")

    @pytest.mark.parametrize("flow", [Flow.PRESTASHOP_LEADS, Flow.COMBO])
    def test_without_a_price_the_article_is_made_and_a_person_told(self, flow: Flow) -> None:
        found = decide_item(make_product(price=D(0)), flow=flow)

        assert told(found.outcome) == ("created", "")
        assert notices(found.outcome) == ["PRICE_ZERO"]

    @pytest.mark.parametrize(
        ("price", "sent"), [("79.999999", "80.00"), ("159.992000", "159.992"), ("0.123450", "0.1235"), ("1000.000000", "1000.00")]
    )
    def test_a_price_has_at_most_four_decimals_and_at_least_two(self, price: str, sent: str) -> None:
        assert str(body(make_product(price=D(price)))["prices"][0]["price"]) == sent

    def test_an_ean_too_long_for_hogia_is_left_out_and_told(self) -> None:
        found = decide_item(make_product(ean13="1" * 31))

        assert "ean" not in only(found.changes, PutArticle).body
        assert notices(found.outcome) == ["EAN_TOO_LONG"]

    def test_a_combination_has_its_own_ean_weight_and_purchase_price(self) -> None:
        combination = make_combination(ean13="42", weight_impact=D("0.05"), wholesale_price=D(70))
        product = make_product(ean13="17", weight=D("0.2"), wholesale_price=D(60), combinations=(combination,))

        found = body(product)

        assert (found["ean"], found["weightGrams"], found["purchasePrice"]) == ("42", 250, D(70))


class TestName:
    @pytest.mark.parametrize(
        ("name", "sent"),
        [
            ("<b>Tröja</b> &amp; byxa", "Tröja & byxa"),
            ("  Tröja \n\t röd ", "Tröja röd"),
            ("Skruv M6 < M8", "Skruv M6 < M8"),
            ("Kabel <3 m", "Kabel <3 m"),
            ("A&B", "A&B"),
            ("Tröja<script>alert(1)</script>", "Tröja"),
            ("Tro\u0308ja", "Tröja"),
            ("<p></p>", "TR-1"),
            ("", "TR-1"),
        ],
    )
    def test_it_is_one_line_of_text_without_html(self, name: str, sent: str) -> None:
        assert body(make_product(names={SWEDISH: name}))["name"] == sent

    @pytest.mark.parametrize(
        ("names", "sent"),
        [({ENGLISH: "Shirt", SWEDISH: "Tröja"}, "Tröja"), ({ENGLISH: "Shirt", SWEDISH: ""}, "Shirt"), ({3: "Paita"}, "Paita")],
    )
    def test_it_is_in_the_language_that_is_set_else_in_one_that_there_is(self, names: dict[int, str], sent: str) -> None:
        assert body(make_product(names=names))["name"] == sent

    def test_one_too_long_is_cut_and_says_so(self) -> None:
        found = body(make_product(names={SWEDISH: "Tröja " * 50}))["name"]

        assert len(found) <= ARTICLE_NAME
        assert found.endswith("…")

    @pytest.mark.parametrize("text", ["Storlek: S", "Storlek: 42 (EU)", "<b>Storlek</b>: S", "Storlek: " + "S" * 100])
    def test_cut_it_keeps_the_attributes_whole(self, text: str) -> None:
        product = make_product(names={SWEDISH: "Tröja " * 50}, combinations=(make_combination(),))

        found = body(product, option_texts={11: text})["name"]

        assert len(found) <= ARTICLE_NAME
        assert found.startswith("Tröja Tröja")
        assert found.endswith("… (" + text.replace("<b>", "").replace("</b>", "") + ")")

    def test_attributes_longer_than_a_name_are_cut_after_the_products_name(self) -> None:
        product = make_product(combinations=(make_combination(),))

        found = body(product, option_texts={11: "Text: " + "lång " * 60})["name"]

        assert len(found) <= ARTICLE_NAME
        assert found.startswith("Tröja (Text: lång")
        assert found.endswith("…)")

    def test_two_combinations_of_a_long_name_are_told_apart(self) -> None:
        product = replace(SHIRT, names={SWEDISH: "Tröja med en mycket lång text (ny) " * 9})

        first, second = (only(each.changes, PutArticle).body["name"] for each in decide_items(product))

        assert first != second

    def test_a_combination_without_known_attributes_has_the_products_name(self) -> None:
        assert body(make_product(combinations=(make_combination(values=()),)))["name"] == "Tröja"

    def test_a_description_is_text_too_and_cut(self) -> None:
        html = "<style>p{}</style><p>Rad ett</p><ul><li>a</li><li>b</li></ul>" + "x" * 3000

        found = body(make_product(descriptions={SWEDISH: html}))["description"]

        assert found.startswith("Rad ett a b xxx")
        assert len(found) == 2000

    def test_no_description_is_sent_by_rule(self) -> None:
        assert "description" not in body(make_product(descriptions={SWEDISH: "x"}), policy=ProductPolicy(descriptions=False))


class TestNumber:
    def test_a_missing_reference_is_reported(self) -> None:
        found = decide_item(make_product(reference="  "))

        assert told(found.outcome) == ("refused", "SKU_MISSING")
        assert found.changes == ()

    def test_by_rule_the_ean_is_the_number_and_written_to_the_shop(self) -> None:
        policy = ProductPolicy(missing_reference=MissingReference.EAN)

        found = decide_item(make_product(reference="", ean13="7391234567895"), policy=policy)

        assert of(found.changes, SetReference) == [SetReference(product_id=17, combination_id=0, reference="7391234567895")]
        assert of(found.changes, PutArticle)[0].number == "7391234567895"

    def test_without_an_ean_it_is_reported(self) -> None:
        policy = ProductPolicy(missing_reference=MissingReference.EAN)

        assert told(decide_item(make_product(reference=""), policy=policy).outcome) == ("refused", "SKU_MISSING")

    def test_by_rule_numbers_are_made_and_written_to_the_shop_before_the_article(self) -> None:
        product = make_product(reference="", combinations=(make_combination(31, ""), make_combination(32, "TR-M")))

        made, has = decide_items(product, policy=ProductPolicy(missing_reference=MissingReference.GENERATE))

        assert made.changes[0] == SetReference(product_id=17, combination_id=31, reference="P17-31")
        assert isinstance(made.changes[1], PutArticle)
        assert has.outcome.number == "TR-M"
        assert of(has.changes, SetReference) == []

    def test_a_made_number_may_have_a_form_of_its_own(self) -> None:
        policy = ProductPolicy(missing_reference=MissingReference.GENERATE, generated_number="WEB{product:06}")

        assert decide_item(make_product(reference=""), policy=policy).outcome.number == "WEB000017"

    @pytest.mark.parametrize(
        ("reference", "code"), [("X" * 41, "SKU_TOO_LONG"), ("A|B", "SKU_UNUSABLE"), ("A[1]", "SKU_UNUSABLE"), ("A\u0007B", "SKU_UNUSABLE")]
    )
    def test_one_that_either_side_cannot_have_is_reported(self, reference: str, code: str) -> None:
        found = decide_item(make_product(reference=reference))

        assert told(found.outcome) == ("refused", code)
        assert found.changes == ()

    def test_forty_characters_are_just_right(self) -> None:
        assert told(decide_item(make_product(reference="X" * 40)).outcome) == ("created", "")

    def test_one_that_another_product_has_is_reported_and_names_it(self) -> None:
        found = decide_item(make_product(), twins={"tr-1": ("product/18", "product/19/4")})

        assert told(found.outcome) == ("refused", "SKU_DUPLICATE")
        assert "product/18, product/19/4 have the same reference" in found.outcome.reason
        assert found.changes == ()

    @pytest.mark.parametrize(("one", "other"), [("TR-S", "TR-S"), ("TR-S", "tr-s"), ("TR-S", " TR-S ")])
    def test_combinations_of_one_product_that_share_a_reference_are_both_reported(self, one: str, other: str) -> None:
        product = make_product(combinations=(make_combination(31, one), make_combination(32, other), make_combination(33, "TR-L")))

        first, second, third = decide_items(product)

        assert told(first.outcome) == told(second.outcome) == ("refused", "SKU_DUPLICATE")
        assert "product/17/32 has" in first.outcome.reason
        assert "product/17/31 has" in second.outcome.reason
        assert told(third.outcome) == ("created", "")

    def test_combinations_that_share_an_ean_do_not_share_an_article(self) -> None:
        product = make_product(combinations=(make_combination(31, "", ean13="42"), make_combination(32, "", ean13="42")))

        found = decide_items(product, policy=ProductPolicy(missing_reference=MissingReference.EAN))

        assert [told(each.outcome) for each in found] == [("refused", "SKU_DUPLICATE")] * 2

    def test_an_item_is_no_twin_of_itself(self) -> None:
        assert told(decide_item(make_product(), twins={"tr-1": ("product/17",)}).outcome) == ("created", "")

    def test_one_whose_article_has_another_number_in_hogia_now_makes_no_second_article(self) -> None:
        found = decide_item(make_product(), renumbered={"tr-1": "TR-1B"})

        assert told(found.outcome) == ("refused", "ARTICLE_RENUMBERED")
        assert "TR-1B" in found.outcome.reason
        assert found.changes == ()

    @pytest.mark.parametrize("group", [9, 2])
    def test_a_rate_that_is_not_known_or_has_no_account_is_reported(self, group: int) -> None:
        home = RegionAccounts(goods={"25": 3001}, freight=3520, fee=3540)

        found = decide_item(make_product(tax_rules_group=group), orders=OrderPolicy(accounts=replace(Accounts(), sweden=home)))

        assert told(found.outcome) == ("refused", "VAT_UNKNOWN")
        assert found.changes == ()


class TestKnownArticle:
    def test_what_does_not_differ_is_left_as_it_is(self) -> None:
        found = decide_item(make_product(), make_article())

        assert told(found.outcome) == ("unchanged", "")
        assert (found.changes, found.links) == ((), True)

    def test_a_reference_in_another_case_is_the_same_article(self) -> None:
        assert told(decide_item(make_product(reference="tr-1"), make_article()).outcome) == ("unchanged", "")

    def test_only_what_differs_is_sent_with_the_version_it_was_read_at(self) -> None:
        found = decide_item(make_product(names={SWEDISH: "Tröja, ny"}), make_article())

        assert told(found.outcome) == ("updated", "")
        assert only(found.changes, PutArticle) == PutArticle(
            number="TR-1", body={"name": "Tröja, ny"}, article_id="art-1", version=4, differs=("name",)
        )

    def test_in_flow_1_the_price_follows_the_shop(self) -> None:
        found = body(make_product(price=D(149)), make_article())

        assert found == {"prices": [{"price": D("149.00"), "currencyCode": "SEK"}]}

    def test_in_combo_the_price_is_sent_once_and_is_hogias_from_then_on(self) -> None:
        made = body(make_product(price=D(149)), flow=Flow.COMBO)
        found = decide_item(make_product(price=D(149)), make_article(), flow=Flow.COMBO)

        assert made["prices"] == [{"price": D("149.00"), "currencyCode": "SEK"}]
        assert told(found.outcome) == ("unchanged", "")

    def test_where_the_shop_leaves_the_price_out_it_does_not_follow(self) -> None:
        policy = ProductPolicy(leave=(FieldGroup.PRICE,))

        assert decide_item(make_product(price=D(149)), make_article(), policy=policy).changes == ()

    def test_other_currencies_prices_stay(self) -> None:
        article = make_article(prices={"EUR": D(19), "SEK": D(10), "NOK": D(210)})

        found = body(make_product(), article)["prices"]

        assert {each["currencyCode"]: each["price"] for each in found} == {"SEK": D("199.20"), "EUR": D(19), "NOK": D(210)}

    def test_other_types_of_sales_account_stay(self) -> None:
        article = make_article(sales_accounts={"EuSales": 3108, "NationalSales": 3002, "InternationalSales": 3105})

        found = body(make_product(), article)["salesAccounts"]

        assert {each["type"]: each["number"] for each in found} == {"NationalSales": 3001, "EuSales": 3108, "InternationalSales": 3105}

    def test_the_order_of_accounts_and_the_writing_of_amounts_are_no_difference(self) -> None:
        article = make_article(
            prices={"EUR": D("199.2"), "SEK": D("199.2000"), "NOK": D("199.20")}, sales_accounts={"EuSales": 3108, "NationalSales": 3001}
        )

        assert decide_item(make_product(), article).changes == ()

    @pytest.mark.parametrize("field", ["unit", "is_service", "is_stock_article", "number"])
    def test_what_is_set_when_it_is_made_is_hogias_afterwards(self, field: str) -> None:
        article = make_article(**{field: {"unit": "kg", "is_service": True, "is_stock_article": False, "number": "tr-1"}[field]})

        assert decide_item(make_product(), article, flow=Flow.COMBO).changes == ()

    def test_what_the_shop_has_nothing_of_stays_in_hogia(self) -> None:
        article = make_article(description="Skriven i Hogia", ean="42", weight_grams=250, purchase_price=D(80))

        assert decide_item(make_product(), article).changes == ()

    def test_a_product_that_is_switched_off_makes_its_article_inactive(self) -> None:
        found = decide_item(make_product(is_active=False), make_article())

        assert told(found.outcome) == ("deactivated", "")
        assert only(found.changes, PutArticle).body == {"isActive": False}

    def test_switched_on_again_its_article_is_active_again(self) -> None:
        assert body(make_product(), make_article(is_active=False)) == {"isActive": True}

    def test_an_article_of_the_shop_is_a_webshop_article(self) -> None:
        assert body(make_product(), make_article(is_webshop_article=False)) == {"isWebshopArticle": True}

    def test_an_article_that_another_shop_leads_is_linked_and_left_alone(self) -> None:
        owners = {"tr-1": Owner(shop="acme-no", item="product/3", article_id="art-1")}

        found = decide_item(make_product(price=D(1)), make_article(), owners=owners)

        assert told(found.outcome) == ("unchanged", "LED_BY_OTHER_SHOP")
        assert (found.changes, found.links) == ((), True)

    def test_its_own_shop_leads_it_whichever_item_had_it_first(self) -> None:
        owners = {"tr-1": Owner(shop="acme-se", item="product/3")}

        assert body(make_product(price=D(1)), make_article(), owners=owners) == {"prices": [{"price": D("1.00"), "currencyCode": "SEK"}]}

    def test_a_made_number_is_written_to_the_shop_also_when_the_article_is_there(self) -> None:
        policy = ProductPolicy(missing_reference=MissingReference.GENERATE)

        found = decide_item(make_product(reference=""), make_article(number="P17"), policy=policy)

        assert only(found.changes, SetReference).reference == "P17"


class TestGone:
    def test_a_deleted_product_makes_its_articles_inactive_and_deletes_none(self) -> None:
        articles = make_article(id="a1", number="TR-S"), make_article(id="a2", number="TR-M")

        found = decide_items(None, *articles, linked={"tr-s": "product/17/31", "tr-m": "product/17/32"})

        assert [told(each.outcome) for each in found] == [("deactivated", "ITEM_GONE")] * 2
        assert {(only(each.changes, PutArticle).article_id, *only(each.changes, PutArticle).body.items()) for each in found} == {
            ("a1", ("isActive", False)),
            ("a2", ("isActive", False)),
        }

    def test_a_deleted_combination_takes_its_own_article_only(self) -> None:
        product = make_product(combinations=(make_combination(),))
        articles = (
            make_article(id="a1", number="TR-S", name="Tröja (Storlek: S)"),
            make_article(id="a2", number="TR-M", name="Tröja (Storlek: M)"),
        )

        stays, gone = decide_items(product, *articles, linked={"tr-s": "product/17/31", "tr-m": "product/17/32"})

        assert told(stays.outcome) == ("unchanged", "")
        assert gone.outcome.item == "product/17/32"
        assert only(gone.changes, PutArticle).article_id == "a2"

    def test_another_reference_makes_another_article_and_the_former_inactive(self) -> None:
        made, former = decide_items(make_product(reference="TR-2"), make_article(), linked={"tr-1": "product/17"})

        assert (made.outcome.number, told(made.outcome)) == ("TR-2", ("created", ""))
        assert (former.outcome.number, told(former.outcome)) == ("TR-1", ("deactivated", "ITEM_GONE"))

    def test_an_article_whose_number_another_item_has_taken_over_stays(self) -> None:
        found = decide_item(None, make_article(), linked={"tr-1": "product/17"}, twins={"tr-1": ("product/18",)})

        assert told(found.outcome) == ("left_out", "ITEM_GONE")
        assert found.changes == ()

    def test_an_article_that_another_shop_leads_stays(self) -> None:
        owners = {"tr-1": Owner(shop="acme-no", item="product/3")}

        assert decide_item(None, make_article(), linked={"tr-1": "product/17"}, owners=owners).changes == ()

    @pytest.mark.parametrize("articles", [(), (make_article(is_active=False),)])
    def test_an_article_that_is_inactive_or_gone_needs_nothing(self, articles: tuple[Any, ...]) -> None:
        found = decide_item(None, *articles, linked={"tr-1": "product/17"})

        assert told(found.outcome) == ("left_out", "ITEM_GONE")
        assert found.changes == ()

    def test_a_product_that_was_never_linked_needs_nothing(self) -> None:
        assert told(decide_item(None).outcome) == ("left_out", "PRODUCT_GONE")

    def test_one_of_two_that_share_a_number_is_not_taken_for_gone(self) -> None:
        """Its article stays active: it is refused, not missing."""
        found = decide_items(make_product(), make_article(), linked={"tr-1": "product/17"}, twins={"tr-1": ("product/18",)})

        assert [told(each.outcome) for each in found] == [("refused", "SKU_DUPLICATE")]


class TestWhereHogiaLeads:
    def test_products_are_left_alone(self) -> None:
        found = decide_item(make_product(), flow=Flow.HOGIA_LEADS)

        assert told(found.outcome) == ("left_out", "HOGIA_LEADS")
        assert (found.changes, found.links) == ((), False)

    def test_a_shop_that_leaves_articles_out_leaves_them_alone(self) -> None:
        found = decide_item(make_product(), policy=ProductPolicy(leave=(FieldGroup.ARTICLE,)))

        assert told(found.outcome) == ("left_out", "SHOP_LEAVES_OUT")

    def test_the_first_synchronisation_from_the_shop_makes_what_is_missing(self) -> None:
        found = body(make_product(), flow=Flow.HOGIA_LEADS, creates=True)

        assert (found["number"], found["isStockArticle"]) == ("TR-1", True)

    def test_and_changes_nothing_that_is_there(self) -> None:
        article = make_article(name="Annan", prices={}, sales_accounts={}, is_active=False, is_webshop_article=False)

        found = decide_item(make_product(ean13="42"), article, flow=Flow.HOGIA_LEADS, creates=True)

        assert told(found.outcome) == ("unchanged", "")
        assert found.changes == ()

    def test_and_switches_off_nothing(self) -> None:
        found = decide_item(None, make_article(), linked={"tr-1": "product/17"}, flow=Flow.HOGIA_LEADS, creates=True)

        assert told(found.outcome) == ("left_out", "PRODUCT_GONE")
        assert found.changes == ()
