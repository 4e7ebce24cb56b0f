"""What a connection file must not say: refused when it is applied, with the place and what to write instead, before any order meets it."""

from __future__ import annotations

from typing import Any

import pytest

from app.store import connections
from mappers.errors import Rejected
from tests.conftest import connection_file
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import buy
from tests.world import World

ORDERS: list[tuple[dict[str, Any], str, str]] = [
    # words
    ({"your_reference": "contakt"}, "your_reference", "'contact'"),
    ({"row_text": "shopp"}, "row_text", "'shop' or 'hogia'"),
    ({"free_freight": "nett"}, "free_freight", "'rows' or 'net'"),
    ({"missing_article": "skapa"}, "missing_article", "'create'"),
    ({"row_without_reference": "create"}, "row_without_reference", "temporary_line or park"),
    ({"zero_orders": "yes"}, "zero_orders", "'skip' or 'invoice'"),
    ({"invoice_date": "shipped"}, "invoice_date", "'placed'"),
    ({"swedish_vat_with_oss": "ignore"}, "swedish_vat_with_oss", "'park' or 'post'"),
    ({"customers": {"match": ["link", "mail"]}}, "customers.match.1", "'email'"),
    ({"customers": {"match": ["email"]}}, "customers.match", '"link"'),
    ({"customers": {"update": ["name", "adress"]}}, "customers.update.1", "'billing'"),
    ({"customers": {"guests": "all"}}, "customers.guests", "'collective'"),
    ({"customers": {"organisation_number_fields": ["orgnr"]}}, "customers.organisation_number_fields.0", "'dni'"),
    ({"payments": {"swish": {"register": "always"}}}, "payments.swish.register", "'when_paid' or 'never'"),
    # settings that there are not
    ({"freight_artcle": "x"}, "freight_artcle", "did you mean freight_article?"),
    ({"customers": {"colective_number": "1"}}, "customers.colective_number", "did you mean collective_number?"),
    ({"accounts": {"swedn": {}}}, "accounts.swedn", "did you mean sweden?"),
    ({"accounts": {"sweden": {"frieght": 3520}}}, "accounts.sweden.frieght", "did you mean freight?"),
    ({"payments": {"swish": {"acount": 1583}}}, "payments.swish.acount", "did you mean account?"),
    ({"payments": {"swish": {"fee": {"ammount_incl": 29}}}}, "payments.swish.fee.ammount_incl", "did you mean amount_incl?"),
    ({"default_payment": {"zzzz": 1}}, "default_payment.zzzz", "no such setting"),
    # rates, accounts, countries
    ({"accounts": {"sweden": {"goods": {"25%": 3001}}}}, "accounts.sweden.goods.25%", 'as "25"'),
    ({"accounts": {"sweden": {"goods": {"25.0": 3001}}}}, "accounts.sweden.goods.25.0", 'as "25"'),
    ({"accounts": {"sweden": {"services": {"25,5": 3001}}}}, "accounts.sweden.services.25,5", 'as "25.5"'),
    ({"accounts": {"output_vat": {"normal": 2611}}}, "accounts.output_vat.normal", "no VAT rate"),
    ({"accounts": {"export": {"goods": {"0": 31}}}}, "accounts.export.goods.0", "no account number"),
    ({"accounts": {"oss": {"de": {"19": 3106}}}}, "accounts.oss.de", 'write "DE"'),
    ({"accounts": {"oss": {"NO": {"25": 3106}}}}, "accounts.oss.NO", "no other EU country"),
    ({"accounts": {"oss": {"DE": {"nineteen": 3106}}}}, "accounts.oss.DE.nineteen", "no VAT rate"),
    ({"accounts": {"rounding": 0}}, "accounts.rounding", "no account number"),
    ({"countries": ["se"]}, "countries", 'write "SE"'),
    ({"countries": ["EL"]}, "countries", 'write "GR"'),
    ({"excluded_countries": ["Sweden"]}, "excluded_countries", "two capital letters"),
    ({"exempt_articles": {"KURS": 3}}, "exempt_articles.KURS", "no account number"),
    # what contradicts itself, or means nothing
    ({"transfer_states": []}, "transfer_states", "no order would ever be transferred"),
    ({"transfer_states": [0]}, "transfer_states", "no id"),
    ({"transfer_states": [2, 6]}, "transfer_states", "6 stands in cancel_states too"),
    ({"transfer_states": [2], "hold_states": [2]}, "transfer_states", "2 stands in hold_states too"),
    ({"countries": ["SE"], "excluded_countries": ["SE"]}, "countries", "SE stands in excluded_countries too"),
    ({"customer_groups": [3], "excluded_customer_groups": [3]}, "customer_groups", "3 stands in excluded_customer_groups too"),
    ({"excluded_modules": [""]}, "excluded_modules", "no name"),
    ({"minimum_total_incl": 100, "maximum_total_incl": 50}, "minimum_total_incl", "above maximum_total_incl"),
    ({"minimum_total_incl": -1}, "minimum_total_incl", "not below 0"),
    ({"minimum_age_minutes": -1}, "minimum_age_minutes", "minutes"),
    ({"sweep_minutes": 0}, "sweep_minutes", "at least 1"),
    ({"payment_terms_days": -1}, "payment_terms_days", "from 0 to 365"),
    ({"start_date": "2026-02-30"}, "start_date", "date"),
    ({"gift_card_vouchers": [" "]}, "gift_card_vouchers", "empty"),
    ({"gift_card_articles": ["K"], "exempt_articles": {"K": 3004}}, "gift_card_articles", "K stands in exempt_articles too"),
    ({"freight_articles": {"DHL": "F"}}, "freight_articles.DHL", "id_reference"),
    ({"freight_text": ""}, "freight_text", "a text is needed"),
    ({"export_text": " "}, "export_text", "a text is needed"),
    ({"row_text_length": 0}, "row_text_length", "from 10 to 200"),
    ({"unit": ""}, "unit", "1 to 10 characters"),
    # templates
    ({"order_number": "{number}"}, "order_number", "{number} is not a field; {reference} and {id} are"),
    ({"comment": "Order {reference"}, "comment", "is not a field"),
    ({"comment": "{reference.__class__}"}, "comment", "is not a field"),
    ({"comment": "{id:>999999999}"}, "comment", "is not a field"),
    ({"text_rows": ["Tack", "{namn}"]}, "text_rows.1", "{namn} is not a field"),
    ({"customers": {"number_format": "{shop}-1"}}, "customers.number_format", "must contain {customer}"),
    ({"customers": {"number_format": "{key}-{customer}"}}, "customers.number_format", "{key} is not a field"),
    # lengths
    ({"customers": {"number_format": "WEBBUTIKEN-{shop}-{customer}"}}, "customers.number_format", "shorten it to 14"),
    ({"invoice_reference_prefix": "min butik "}, "invoice_reference_prefix", "without blanks"),
    ({"our_reference": "x" * 31}, "our_reference", "31 characters, Hogia takes 30"),
    ({"fee_article": "x" * 41}, "fee_article", "41 characters, Hogia takes 40"),
    ({"cost_centre": "x" * 21}, "cost_centre", "Hogia takes 20"),
    # customers and payments
    ({"customers": {"guests": "collective"}}, "customers.collective_number", "the number of a contact in Hogia"),
    ({"customers": {"language": "svenska"}}, "customers.language", '"sv-SE"'),
    ({"payments": {"swish": {"account": 12}}}, "payments.swish.account", "no account number"),
    ({"payments": {"swish": {"terms_days": 400}}}, "payments.swish.terms_days", "from 0 to 365"),
    ({"payments": {"swish": {"fee": {"rate": 125}}}}, "payments.swish.fee.rate", "percent VAT"),
    ({"payments": {"swish": {"fee": {"maximum_incl": 0}}}}, "payments.swish.fee.maximum_incl", "more than 0"),
    ({"payments": {"swish": {"fee": {"amount_incl": 200}}}}, "payments.swish.fee.amount_incl", "at most maximum_incl"),
    ({"payments": {"swish": {"fee": {"text": ""}}}}, "payments.swish.fee.text", "a text is needed"),
    ({"default_payment": {"account": 1}}, "default_payment.account", "no account number"),
    # kinds
    ({"transfer_states": "2"}, "transfer_states", "tuple"),
    ({"accounts": 3001}, "accounts", "dict"),
    ({"order_notes": "sometimes"}, "order_notes", "boolean"),
]


def told(document: dict[str, Any]) -> str:
    """What the door says to a connection file that it refuses."""
    with pytest.raises(Rejected) as caught:
        connections.read_document(document, {})
    assert caught.value.code == "CONNECTION_FILE_INVALID"
    return caught.value.message


@pytest.mark.parametrize(("orders", "place", "sentence"), ORDERS, ids=[f"{place}-{number}" for number, (_, place, _) in enumerate(ORDERS)])
def test_bad_value_is_refused_with_its_place_and_what_to_write(orders: dict[str, Any], place: str, sentence: str) -> None:
    message = told(connection_file(**orders))

    assert f"shops.acme-se.orders.{place}: " in message
    assert sentence in message


URLS = [
    ("ftp://shop.example", "not an http or https address"),
    ("shop.example", "not an http or https address"),
    ("https://", "not an http or https address"),
    ("https://user:hunter2@shop.example", "user name or password"),
    ("https://shop.example/?ws_key=hunter2", "from ? or # on"),
    ("https://shop.example/#top", "from ? or # on"),
    ("https://shop example", "not an http or https address"),
    ("https://shop.example:99999", "not an address"),
]


@pytest.mark.parametrize(("url", "sentence"), URLS)
@pytest.mark.parametrize("place", ["shops.acme-se.url", "hogia.base_url", "hogia.token_url"])
def test_address_that_is_none_is_refused_and_never_repeated(place: str, url: str, sentence: str) -> None:
    document: Any = connection_file()
    if place.startswith("shops"):
        document["shops"][0]["url"] = url
    else:
        document["hogia"][place.partition(".")[2]] = url

    message = told(document)

    assert f"{place}: " in message
    assert sentence in message
    assert "hunter2" not in message


@pytest.mark.parametrize("url", ["https://shop.example", "https://shop.example/butik/", "http://127.0.0.1:8080"])
def test_address_of_a_shop_is_taken(url: str) -> None:
    document: Any = connection_file()
    document["shops"][0]["url"] = url

    assert connections.read_document(document, {}).connection.shops[0].url == url


SHOPS: list[tuple[dict[str, Any], str, str]] = [
    ({"country": "sweden"}, "country", "two capital letters"),
    ({"country": "se"}, "country", 'write "SE"'),
    ({"id_shop": 0}, "id_shop", "1 or more"),
    ({"ur1": "x"}, "ur1", "did you mean url?"),
    ({"order_status": [{"hogia": "shipped", "state": 4}]}, "order_status.0.hogia", "'delivered'"),
    ({"order_status": [{"hogia": "paid", "state": 0}]}, "order_status.0.state", "1 or more"),
    ({"order_status": [{"hogia": "paid", "state": 2}, {"hogia": "paid", "state": 3}]}, "order_status.1", "two rules for paid"),
    ({"capture": {"klarnapayment": {"strategy": "magic"}}}, "capture.klarnapayment.strategy", "'psp_api'"),
]


@pytest.mark.parametrize(("shop", "place", "sentence"), SHOPS)
def test_bad_value_of_a_shop_is_refused_with_its_place(shop: dict[str, Any], place: str, sentence: str) -> None:
    document: Any = connection_file()
    document["shops"][0] |= shop

    message = told(document)

    assert f"shops.acme-se.{place}: " in message
    assert sentence in message


def test_every_mistake_is_told_at_once() -> None:
    message = told(connection_file(countries=["se"], unit="", comment="{x}"))

    assert [place in message for place in ("orders.countries", "orders.unit", "orders.comment")] == [True] * 3


def test_secret_is_never_in_a_message() -> None:
    document: Any = connection_file()
    document["shops"][0]["webservice_kee"] = "hunter2"

    message = told(document)

    assert "did you mean webservice_key?" in message
    assert "hunter2" not in message


@proves("OrderPolicy.accounts", "OrderPolicy.payments", "OrderPolicy.customers")
def test_partial_tables_go_over_the_defaults() -> None:
    orders = {
        "accounts": {"sweden": {"goods": {"25": 3041}}, "oss": {"FI": {"25.5": 3107}}},
        "customers": {"guests": "create"},
        "payments": {"ps_wirepayment": {"terms_days": 10}, "swish": {"account": 1583}},
    }

    policy = connections.read_document(connection_file(**orders), {}).connection.shops[0].orders

    assert policy.accounts.sweden.goods == {"25": 3041, "12": 3002, "6": 3003, "0": 3004}
    assert (policy.accounts.sweden.freight, policy.accounts.eu_business.goods) == (3520, {"0": 3108})
    assert (policy.customers.guests.value, policy.customers.number_format) == ("create", "PS{shop}-{customer}")
    assert {module: rule.account for module, rule in policy.payments.items()} == {
        "ps_wirepayment": 1930,
        "ps_checkpayment": 1930,
        "ps_cashondelivery": 1580,
        "swish": 1583,
    }
    assert policy.payments["ps_wirepayment"].terms_days == 10


async def test_settings_that_were_refused_leave_the_ones_before_in_force(bridge: World) -> None:
    await bridge.configure(comment="Order {id}")
    with pytest.raises(Rejected):
        await bridge.configure(comment="Order {nummer}")

    order = await buy(bridge)

    (summary,) = bridge.invoices_of(order)
    assert bridge.hogia.invoice(summary["id"])["invoiceHeader"]["comment"] == "Order 1"
