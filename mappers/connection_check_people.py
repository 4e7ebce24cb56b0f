"""The checks of `[shops.orders.customers]` and of the payment rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mappers.connection import CustomerMatch, CustomerPolicy, GuestRule, PaymentFee, PaymentRule
from mappers.connection_check_accounts import account_mistake
from mappers.flows.contact import shop_code
from mappers.hogia import text as fitting
from mappers.template import unknown_fields

Mistakes = Iterator[tuple[str, str]]

NUMBER_FIELDS = ("shop", "customer")
ROOM_FOR_CUSTOMER = 6  # digits: the number of a shop's millionth customer is told then
LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}")


def customer_mistakes(customers: CustomerPolicy, place: str, *, shop_key: str) -> Mistakes:
    """Every mistake as (place, sentence)."""
    for name, sentence in _customers(customers, shop_key):
        yield f"{place}.{name}", sentence


def _customers(customers: CustomerPolicy, shop_key: str) -> Mistakes:
    pattern = customers.number_format
    unknown = unknown_fields(pattern, NUMBER_FIELDS)
    if unknown:
        yield "number_format", f"{unknown[0]} is not a field; {{shop}} and {{customer}} are"
    elif "{customer}" not in pattern:
        yield "number_format", "it must contain {customer}, or every customer would get the same number"
    else:
        fixed = len(pattern.replace("{shop}", shop_code(shop_key)).replace("{customer}", ""))
        if fixed + ROOM_FOR_CUSTOMER > fitting.CONTACT_NUMBER:
            most = fitting.CONTACT_NUMBER - ROOM_FOR_CUSTOMER
            taken = (
                f"Hogia's customer numbers have {fitting.CONTACT_NUMBER} characters and this one takes {fixed} without the customer's own"
            )
            yield "number_format", f"{taken}; shorten it to {most} at most"
    if CustomerMatch.LINK not in customers.match:
        yield "match", 'it must contain "link", or a known customer would be parked for having its number already'
    if customers.guests is GuestRule.COLLECTIVE and not customers.collective_number.strip():
        yield "collective_number", 'guests = "collective" needs it: the number of a contact in Hogia that guests are invoiced on'
    yield from too_long({"collective_number": customers.collective_number}, fitting.CONTACT_NUMBER)
    if customers.language and not LANGUAGE.fullmatch(customers.language):
        yield "language", 'write it as "sv-SE", or leave it out for each customer\'s own'


def payment_mistakes(rule: PaymentRule, place: str) -> Mistakes:
    """Every mistake as (place, sentence)."""
    for name, sentence in _payment(rule):
        yield f"{place}.{name}", sentence


def _payment(rule: PaymentRule) -> Mistakes:
    if mistake := account_mistake(rule.account):
        yield "account", mistake
    if rule.terms_days is not None and not 0 <= rule.terms_days <= 365:
        yield "terms_days", "give days, from 0 to 365"
    yield from too_long({"text": rule.text}, fitting.ROW)
    yield from too_long({"our_reference": rule.our_reference}, fitting.REFERENCE)
    if rule.fee is not None:
        for name, sentence in _fee(rule.fee):
            yield f"fee.{name}", sentence


def _fee(fee: PaymentFee) -> Mistakes:
    if not 0 <= fee.rate < 100:
        yield "rate", "give percent VAT, for example 25"
    if fee.maximum_incl <= 0:
        yield "maximum_incl", "give the largest fee that may be taken for one, incl. VAT, more than 0"
    if fee.amount_incl is not None and not 0 < fee.amount_incl <= fee.maximum_incl:
        yield "amount_incl", f"give the fee incl. VAT, more than 0 and at most maximum_incl ({fee.maximum_incl})"
    if not fee.text.strip():
        yield "text", "a text is needed; leave the setting out for the usual one"
    yield from too_long({"text": fee.text}, fitting.ROW)


def too_long(texts: Mapping[str, str], limit: int) -> Mistakes:
    """Texts that Hogia would cut."""
    for name, text in texts.items():
        if len(text) > limit:
            yield name, f"it has {len(text)} characters, Hogia takes {limit}; shorten it"
