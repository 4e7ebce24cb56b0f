"""The lines of an order: its rows with what PrestaShop says of their VAT, and its vouchers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from mappers.canonical import CartRule, OrderRow, TaxEvidence, Voucher
from mappers.prestashop.records import Record, amount, associated, flag, integer, text
from mappers.prestashop.reference import ShopReference

# Before 1.7.7 the webservice's `customizations/{id}` lists the texts that any customer has written for the product.
OWN_TEXTS_SINCE = (1, 7, 7)


def read_rows(
    details: Sequence[Record], customizations: Sequence[Record], products: Sequence[Record], reference: ShopReference
) -> tuple[OrderRow, ...]:
    """The rows in the order of their ids. Prices are after catalogue discounts (prestashop.md 4) and keep all their decimals."""
    texts = {integer(record, "id"): _texts(record, reference) for record in customizations}
    virtual = {integer(record, "id") for record in products if flag(record, "is_virtual")}
    rows = [_row(record, texts, virtual, reference) for record in details]
    return tuple(sorted(rows, key=lambda row: row.id))


def _row(record: Record, texts: Mapping[int, tuple[str, ...]], virtual: set[int], reference: ShopReference) -> OrderRow:
    evidence, rates = tax_evidence(record, reference.taxes)
    customization = integer(record, "id_customization")
    product = integer(record, "product_id")
    return OrderRow(
        id=integer(record, "id", required=True),
        product_id=product,
        product_attribute_id=integer(record, "product_attribute_id"),
        customization_id=customization,
        reference=text(record, "product_reference").strip(),
        name=text(record, "product_name"),
        quantity=integer(record, "product_quantity", required=True),
        unit_price_excl=amount(record, "unit_price_tax_excl"),
        unit_price_incl=amount(record, "unit_price_tax_incl"),
        total_excl=amount(record, "total_price_tax_excl", required=True),
        total_incl=amount(record, "total_price_tax_incl", required=True),
        tax_evidence=evidence,
        tax_rates=rates,
        ecotax=amount(record, "ecotax"),
        ecotax_rate=amount(record, "ecotax_tax_rate"),
        is_virtual=product in virtual or bool(text(record, "download_hash")),
        customization_texts=texts.get(customization, ()) if customization else (),
        refunded_incl=amount(record, "total_refunded_tax_incl"),
    )


def tax_evidence(record: Record, taxes: Mapping[int, Decimal]) -> tuple[TaxEvidence, tuple[Decimal, ...]]:
    """What `associations.taxes` says (prestashop.md 6): absent, id 0, ids that resolve, or an id that the shop does not list."""
    associations = associated(record, "taxes", "tax")
    if not associations:
        return TaxEvidence.NONE, ()
    ids = [ident for ident in (integer(tax, "id") for tax in associations) if ident]
    if not ids:
        return TaxEvidence.EXEMPTED, ()
    if any(ident not in taxes for ident in ids):
        return TaxEvidence.UNRESOLVED, ()
    return TaxEvidence.RATES, tuple(taxes[ident] for ident in ids)


def _texts(record: Record, reference: ShopReference) -> tuple[str, ...]:
    """A customisation's texts; none where they cannot be told from other customers' (several for one field, or an old version)."""
    fields = associated(record, "customized_data_text_fields", "customized_data_text_field")
    ids = [integer(entry, "id_customization_field") for entry in fields]
    if len(set(ids)) < len(ids) or () < reference.version_numbers < OWN_TEXTS_SINCE:
        return ()
    return tuple(value for value in (text(entry, "value") for entry in fields) if value)


def read_vouchers(cart_rules: Sequence[Record], rules: Sequence[Record]) -> tuple[Voucher, ...]:
    """`order_cart_rules` (`order_discounts` in 1.6) in the order of their ids, each with its rule where that could be read.

    One flagged `deleted` was taken off the order again.
    """
    known = {integer(rule, "id"): read_cart_rule(rule) for rule in rules}
    vouchers = [
        Voucher(
            id=integer(record, "id", required=True),
            cart_rule_id=integer(record, "id_cart_rule"),
            name=text(record, "name"),
            value_incl=amount(record, "value", required=True),
            value_excl=amount(record, "value_tax_excl", required=True),
            free_shipping=flag(record, "free_shipping"),
            rule=known.get(integer(record, "id_cart_rule")),
        )
        for record in cart_rules
        if not flag(record, "deleted")
    ]
    return tuple(sorted(vouchers, key=lambda voucher: voucher.id))


def read_cart_rule(record: Record) -> CartRule:
    """A `cart_rules` record."""
    return CartRule(
        id=integer(record, "id"),
        code=text(record, "code").strip(),
        reduction_product=integer(record, "reduction_product"),
        gift_product=integer(record, "gift_product"),
        free_shipping=flag(record, "free_shipping"),
        reduction_percent=amount(record, "reduction_percent"),
        reduction_amount=amount(record, "reduction_amount"),
        reduction_tax=flag(record, "reduction_tax"),
    )
