"""Who buys and where to: customers, addresses, carts, references, customisations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.sandbox.prestashop.catalogue import COUNTRY_IDS, CURRENCY_IDS
from app.sandbox.prestashop.scenario import Place, Scenario

if TYPE_CHECKING:
    from app.sandbox.prestashop.pricing import Priced
    from app.sandbox.prestashop.state import ShopState

UNSET = "0000-00-00 00:00:00"
GUEST_GROUP, CUSTOMER_GROUP, BUSINESS_GROUP = 2, 3, 4


def customer(state: ShopState, scenario: Scenario, id_shop: int) -> int:
    """The customer's id: one record per e-mail address, a new one for every guest purchase (prestashop.md 4)."""
    person = scenario.person
    if not person.guest:
        known = state.find("customers", email=person.email, is_guest=0, id_shop=id_shop)
        if known:
            return int(known[0]["id"])
    group = GUEST_GROUP if person.guest else BUSINESS_GROUP if person.business else CUSTOMER_GROUP
    now = state.now()
    ident = state.next_number("customers")
    nothing = dict.fromkeys(("ip_registration_newsletter", "website", "ape", "note", "reset_password_token"))
    state.add(
        "customers",
        {
            "id": ident,
            "id_default_group": group,
            "id_lang": person.language,
            "newsletter_date_add": UNSET,
            "last_passwd_gen": now,
            "secure_key": state.token("customer", ident),
            "deleted": 0,
            "passwd": state.token("passwd", ident),
            "lastname": person.lastname,
            "firstname": person.firstname,
            "email": person.email,
            "birthday": "0000-00-00",
            "newsletter": 0,
            "optin": 0,
            "company": person.company or None,
            "siret": person.siret or None,
            "outstanding_allow_amount": "0.000000",
            "show_public_prices": 0,
            "active": 1,
            "is_guest": int(person.guest),
            "id_shop": id_shop,
            "id_shop_group": 1,
            "date_add": now,
            "date_upd": now,
            "reset_password_validity": UNSET,
            "associations": {"groups": [{"id": group}]},
            **nothing,
        },
    )
    state.fire("actionObjectCustomerAddAfter", id=ident, id_shop=id_shop)
    return ident


def addresses(state: ShopState, scenario: Scenario, customer_id: int) -> tuple[int, int]:
    """Delivery and invoice address: shared between a customer's orders while nothing in them differs."""
    delivery = address(state, scenario, scenario.place, customer_id)
    return delivery, address(state, scenario, scenario.invoice_place, customer_id) if scenario.invoice_place else delivery


def address(state: ShopState, scenario: Scenario, place: Place, customer_id: int) -> int:
    values = {
        "id_customer": customer_id,
        "id_country": COUNTRY_IDS[place.country],
        "alias": "Hem",
        "company": place.company,
        "lastname": place.lastname or scenario.person.lastname,
        "firstname": place.firstname or scenario.person.firstname,
        "vat_number": place.vat_number,
        "address1": place.address1,
        "address2": place.address2,
        "postcode": place.postcode,
        "city": place.city,
        "other": place.other,
        "phone": place.phone,
        "dni": place.dni,
        "deleted": 0,
    }
    known = state.find("addresses", **values)
    if known:
        return int(known[0]["id"])
    now = state.now()
    return state.add("addresses", values | {"date_add": now, "date_upd": now})


def cart(state: ShopState, scenario: Scenario, customer_id: int, *, delivery: int, invoice: int, id_shop: int) -> int:
    """The cart behind the order."""
    now = state.now()
    return state.add(
        "carts",
        {
            "id_address_delivery": delivery,
            "id_address_invoice": invoice,
            "id_currency": CURRENCY_IDS[scenario.currency],
            "id_customer": customer_id,
            "id_lang": scenario.person.language,
            "id_shop_group": 1,
            "id_shop": id_shop,
            "id_carrier": scenario.carrier,
            "recyclable": 0,
            "gift": int(scenario.gift_wrapping),
            "gift_message": scenario.gift_message,
            "mobile_theme": 0,
            "secure_key": state.token("customer", customer_id),
            "allow_seperated_package": 0,
            "date_add": now,
            "date_upd": now,
        },
    )


def reference(state: ShopState, cart_id: int) -> str:
    """Nine capital letters; all orders of a cart have the same."""
    number = int(state.token("reference", cart_id), 16)
    return "".join(chr(ord("A") + (number >> (5 * place)) % 26) for place in range(9))


def customised(state: ShopState, item: Priced, cart_id: int, delivery: int) -> Priced:
    """Store the customer's own texts; the row then points to them (customizations/{id})."""
    if not item.item.texts:
        return item
    ident = state.add(
        "customizations",
        {
            "id_address_delivery": delivery,
            "id_cart": cart_id,
            "id_product": item.article.id,
            "id_product_attribute": item.option[0] if item.option else 0,
            "quantity": item.item.quantity,
            "in_cart": 1,
            "associations": {
                "customized_data_text_fields": [
                    {"id_customization_field": number, "value": text} for number, text in enumerate(item.item.texts, start=1)
                ]
            },
        },
    )
    return replace(item, customization=ident)
