"""The checks of `[shops.orders]` without its tables of accounts, customers and payments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from mappers.connection import MissingArticle, OrderPolicy
from mappers.connection_check_accounts import account_mistake, account_mistakes, oss_country_hint
from mappers.connection_check_people import customer_mistakes, payment_mistakes, too_long
from mappers.country_codes import ALPHA_2, OTHER_SPELLINGS
from mappers.hogia import text as fitting
from mappers.template import unknown_fields

Mistakes = Iterator[tuple[str, str]]

ORDER_FIELDS = ("reference", "id")  # what `order_number`, `comment` and `text_rows` can name
LONGEST_PREFIX = 40
LONGEST_UNIT = 10
LONGEST_DIMENSION = 20
SHORTEST_ROW = 10  # characters; less says nothing of an article
YEAR_MINUTES = 366 * 24 * 60

__all__ = ["ORDER_FIELDS", "order_mistakes"]


def order_mistakes(orders: OrderPolicy, place: str, *, shop_key: str) -> Mistakes:
    """Every mistake as (place, sentence)."""
    for parts in (_which(orders), _document(orders), _rows(orders), _articles(orders)):
        for name, sentence in parts:
            yield f"{place}.{name}", sentence
    yield from account_mistakes(orders.accounts, f"{place}.accounts")
    yield from customer_mistakes(orders.customers, f"{place}.customers", shop_key=shop_key)
    for module, rule in orders.payments.items():
        yield from payment_mistakes(rule, f"{place}.payments.{module}")
    yield from payment_mistakes(orders.default_payment, f"{place}.default_payment")


def _which(orders: OrderPolicy) -> Mistakes:
    ids: dict[str, Iterable[int]] = {
        "transfer_states": orders.transfer_states or (),
        "hold_states": orders.hold_states,
        "cancel_states": orders.cancel_states,
        "customer_groups": orders.customer_groups,
        "excluded_customer_groups": orders.excluded_customer_groups,
        "pickup_carriers": orders.pickup_carriers,
    }
    for name, numbers in ids.items():
        if wrong := [number for number in numbers if number < 1]:
            yield name, f"{wrong[0]} is no id; ids are 1 or more"
    if orders.transfer_states == ():
        yield "transfer_states", "no order would ever be transferred; name a state, or leave it out for every state that is flagged paid"
    yield from _both(orders.transfer_states or (), orders.cancel_states, "transfer_states", "cancel_states")
    yield from _both(orders.transfer_states or (), orders.hold_states, "transfer_states", "hold_states")
    yield from _both(orders.customer_groups, orders.excluded_customer_groups, "customer_groups", "excluded_customer_groups")
    yield from _both(orders.countries, orders.excluded_countries, "countries", "excluded_countries")
    for name, codes in (("countries", orders.countries), ("excluded_countries", orders.excluded_countries)):
        for code in codes:
            if code not in ALPHA_2:
                yield name, f"{code!r} is not a country in two capital letters (ISO 3166){oss_country_hint(code, OTHER_SPELLINGS)}"
    if any(not module.strip() for module in orders.excluded_modules):
        yield "excluded_modules", "a payment module has no name; write it as the shop does, for example ps_wirepayment"
    if not 0 <= orders.minimum_age_minutes <= YEAR_MINUTES:
        yield "minimum_age_minutes", "give minutes, from 0 to a year"
    if not 1 <= orders.sweep_minutes <= YEAR_MINUTES:
        yield "sweep_minutes", "give minutes, at least 1"
    least, most = orders.minimum_total_incl, orders.maximum_total_incl
    if (least is not None and least < 0) or (most is not None and most < 0):
        yield "minimum_total_incl", "totals are not below 0"
    elif least is not None and most is not None and least > most:
        yield "minimum_total_incl", f"it is {least}, above maximum_total_incl {most}: no order would be transferred"


def _both(one: Collection[object], other: Collection[object], name: str, second: str) -> Mistakes:
    if shared := [str(entry) for entry in one if entry in other]:
        yield name, f"{', '.join(shared)} stands in {second} too; keep it in one of them"


def _document(orders: OrderPolicy) -> Mistakes:
    if not 0 <= orders.payment_terms_days <= 365:
        yield "payment_terms_days", "give days, from 0 to 365"
    prefix = orders.invoice_reference_prefix
    if len(prefix) > LONGEST_PREFIX or not prefix.isascii() or not prefix.isprintable() or " " in prefix:
        yield (
            "invoice_reference_prefix",
            f"use at most {LONGEST_PREFIX} letters, digits and signs, without blanks: invoices are found by it",
        )
    templates = {"order_number": orders.order_number, "comment": orders.comment}
    templates |= {f"text_rows.{index}": text for index, text in enumerate(orders.text_rows)}
    for name, template in templates.items():
        if unknown := unknown_fields(template, ORDER_FIELDS):
            yield name, f"{unknown[0]} is not a field; {{reference}} and {{id}} are"
    yield from too_long({"our_reference": orders.our_reference}, fitting.REFERENCE)
    yield from too_long({"comment": orders.comment}, fitting.COMMENT)
    yield from too_long({"cost_centre": orders.cost_centre, "project": orders.project}, LONGEST_DIMENSION)


def _rows(orders: OrderPolicy) -> Mistakes:
    needed = {
        "freight_text": orders.freight_text,
        "wrapping_text": orders.wrapping_text,
        "discount_text": orders.discount_text,
        "export_text": orders.export_text,
        "eu_goods_text": orders.eu_goods_text,
        "reverse_charge_text": orders.reverse_charge_text,
    }
    yield from ((name, "a text is needed; leave the setting out for the usual one") for name, text in needed.items() if not text.strip())
    yield from too_long(needed | {f"text_rows.{index}": text for index, text in enumerate(orders.text_rows)}, fitting.ROW)
    if not SHORTEST_ROW <= orders.row_text_length <= fitting.ROW:
        yield "row_text_length", f"give characters, from {SHORTEST_ROW} to {fitting.ROW}"
    if not orders.unit.strip() or len(orders.unit) > LONGEST_UNIT:
        yield "unit", f"give a unit of 1 to {LONGEST_UNIT} characters, for example st"


def _articles(orders: OrderPolicy) -> Mistakes:
    numbers = {
        "freight_article": orders.freight_article,
        "fee_article": orders.fee_article,
        "discount_article": orders.discount_article,
        "wrapping_article": orders.wrapping_article,
        **{f"freight_articles.{carrier}": number for carrier, number in orders.freight_articles.items()},
    }
    yield from too_long(numbers, fitting.ARTICLE_NUMBER)
    for carrier in orders.freight_articles:
        if not (carrier.isascii() and carrier.isdigit() and int(carrier) > 0):
            yield f"freight_articles.{carrier}", "the key is a carrier's id_reference, a number in quotes"
    if orders.row_without_reference is MissingArticle.CREATE:
        yield "row_without_reference", "an article cannot be created without a number; use temporary_line or park"
    lists: dict[str, Sequence[str]] = {
        "gift_card_articles": orders.gift_card_articles,
        "gift_card_vouchers": orders.gift_card_vouchers,
        "exempt_articles": tuple(orders.exempt_articles),
    }
    yield from (
        (name, "an entry is empty; every voucher or article would count")
        for name, given in lists.items()
        if any(not g.strip() for g in given)
    )
    yield from _both(orders.gift_card_articles, tuple(orders.exempt_articles), "gift_card_articles", "exempt_articles")
    for number, account in orders.exempt_articles.items():
        if mistake := account_mistake(account):
            yield f"exempt_articles.{number}", mistake
