"""The register's rows of orders: contact, invoice, payment and credit in Hogia. A test holds them to the bodies that the mappers write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mappers.catalogue.register_model import Entry, Part, Way, entries

ALWAYS_SAME = "UUIDv5 of the organisation and of what the call is about: the same at every attempt"
INVOICE_ADDRESS = "the order's invoice address, else its delivery address"
DELIVERY_ADDRESS = "the order's delivery address"
CUT = "one line, cut to {} characters"


def _address(prefix: str, whose: str) -> tuple[tuple[str, str, str], ...]:
    return (
        (f"{prefix}.street", "addresses.address1", f"{whose}; {CUT.format(60)}"),
        (f"{prefix}.streetExtraLine", "addresses.address2", f"{whose}; {CUT.format(60)}"),
        (f"{prefix}.zipCode", "addresses.postcode", f"{whose}; {CUT.format(12)}"),
        (f"{prefix}.city", "addresses.city", f"{whose}; {CUT.format(50)}"),
        (f"{prefix}.country", "addresses.id_country → countries.iso_code", f"{whose}; the country's Swedish name"),
    )


def _dimensions(prefix: str) -> tuple[tuple[str, str, str], ...]:
    return (
        (f"{prefix}.dimensions[].type", "`cost_centre`", "One: Hogia's profit centre; where a cost centre is set"),
        (f"{prefix}.dimensions[].number", "`cost_centre`", "as it is set"),
        (f"{prefix}.projectNumber", "`project`", "as it is set"),
    )


# Contact ----------------------------------------------------------------------------------------------------------------------------

NAMES = (
    ("companyName", "addresses.company | customers.company", "of a company: a valid number, or `company_name_is_company`; 50 characters"),
    ("givenName", "addresses.firstname | customers.firstname", "of whoever is no company; 50 characters"),
    ("surName", "addresses.lastname | customers.lastname", "of whoever is no company; 50 characters"),
)
CONTACT: tuple[Entry, ...] = (
    *entries(
        Part.CONTACT,
        Way.TO_HOGIA,
        (
            ("number", "customers.id", "`number_format`; the order's id where the shop has lost the customer; at most 20 characters"),
            ("contactTypes", "–", "customer"),
            ("language", "customers.id_lang → languages.iso_code", "`language`, else Swedish speakers sv-SE and others en-GB"),
            ("customer.isActive", "–", "always true"),
            ("customer.paymentTerms", "orders.module", "days: `payments`.terms_days, else 0 for a paid order, else `payment_terms_days`"),
            ("customer.selectedCurrencyCode", "orders.id_currency → currencies.iso_code", "the order's"),
            ("customer.isReverseCharge", "–", "always false: each invoice says so for itself"),
            ("customer.invoiceReference", "addresses.firstname, lastname | addresses.other", "`your_reference`; 30 characters"),
            ("addresses[].addressType", "–", "postal and billing from the invoice address, shipping from the delivery address"),
        ),
    ),
    *entries(Part.CONTACT, Way.TO_HOGIA, NAMES, when="when it is made, and when the shop has it newer (`update`: name)"),
    *entries(
        Part.CONTACT,
        Way.TO_HOGIA,
        (
            (
                "identificationNumber",
                "addresses.vat_number | addresses.dni | customers.siret",
                "valid organisation numbers only, never personal",
            ),
            (
                "vatNumber",
                "addresses.vat_number | addresses.dni | customers.siret",
                "valid, with its country; not with send_vat_number = false",
            ),
        ),
        when="when it is made, and when the shop has it newer (`update`: vat_number)",
    ),
    *entries(
        Part.CONTACT,
        Way.TO_HOGIA,
        (
            ("contactChannels[].value", "customers.email", "an address above 60 characters is left out; others' channels stay"),
            ("contactChannels[].contactChannelType", "–", "e-mail"),
            ("customer.eInvoiceReceiverEmail", "customers.email", "as the channel; another one that the merchant chose stays"),
        ),
        when="when it is made, and when the shop has it newer (`update`: email)",
    ),
    *entries(
        Part.CONTACT,
        Way.TO_HOGIA,
        (
            ("countryCode", "addresses.id_country → countries.iso_code", INVOICE_ADDRESS),
            ("country", "addresses.id_country → countries.iso_code", "its Swedish name"),
            *_address("addresses[]", "invoice and delivery address"),
        ),
        when="when it is made, and when the shop has it newer (`update`: billing, delivery)",
    ),
)

# An article that an order needs -----------------------------------------------------------------------------------------------------

ORDER_ARTICLE: tuple[Entry, ...] = entries(
    Part.ORDER_ARTICLE,
    Way.TO_HOGIA,
    (
        ("sequenceId", "–", ALWAYS_SAME),
        ("number", "order_details.product_reference", "the row's reference; at most 40 characters"),
        ("name", "order_details.product_name", "200 characters"),
        ("unit", "`unit` of the order settings", "as it is set"),
        ("type", "products.is_virtual", "Service for what is virtual, else Goods"),
        ("salesAccounts[].number", "order_details → taxes.rate", "`accounts.sweden` by VAT rate"),
        ("salesAccounts[].type", "–", "NationalSales"),
        ("isActive", "–", "always true"),
        ("isWebshopArticle", "–", "always true"),
    ),
    when="when an order has an article that Hogia lacks, with missing_article = create",
)

# Invoice ----------------------------------------------------------------------------------------------------------------------------

HEAD = "customerInvoice"
ARTICLE_LINE = "invoiceLines[].articleInvoiceLine"
LINE = "invoiceLines[].invoiceLine"
TEXT_LINE = "invoiceLines[].textInvoiceLine.description"
PRICE_RULE = "kronor excl. VAT, four decimals: what the customer paid; discounts are rows of their own"
INVOICE_ROWS: tuple[tuple[str, str, str], ...] = (
    ("sequenceId", "–", ALWAYS_SAME),
    (f"{HEAD}.customerNumber", "customers, addresses", "the contact that `customers.match` finds, or the one that is made"),
    (f"{HEAD}.isReverseCharge", "addresses.vat_number, addresses.id_country", "sold without VAT to a company in another EU country"),
    (f"{HEAD}.invoiceDate", "order_payments | order_histories | orders.date_add", "`invoice_date`: paid, placed, transfer_state or today"),
    (
        f"{HEAD}.invoiceExpirationDate",
        "orders.module",
        "invoice date and `payments`.terms_days, else 0 when paid, else `payment_terms_days`",
    ),
    (f"{HEAD}.customerOrderNumber", "orders.reference, orders.id", "`order_number`; 50 characters"),
    (f"{HEAD}.invoiceReference", "orders.id", "`invoice_reference_prefix`PS:{id_shop}:{id}:INV: what the invoice is looked up by"),
    (f"{HEAD}.comment", "orders.reference, orders.id", "`comment`; 500 characters"),
    (f"{HEAD}.ourReference", "orders.module", "`payments`.our_reference, else `our_reference`; 30 characters"),
    (
        f"{HEAD}.yourReference",
        "addresses.firstname, lastname | addresses.other",
        "`your_reference`; 30 characters, never a personal number",
    ),
    (f"{HEAD}.useRounding", "–", "always false: the customer paid the öre"),
    (f"{HEAD}.currency.code", "orders.id_currency → currencies.iso_code", "the order's"),
    (f"{HEAD}.distributionMethod", "`send_email`", "e-mail, where it is set"),
    (f"{HEAD}.distributionEmail", "customers.email", "where `send_email` is set"),
    *_dimensions(HEAD),
    *_address(f"{HEAD}.billingAddress", INVOICE_ADDRESS),
    *_address(f"{HEAD}.shippingAddress", DELIVERY_ADDRESS),
    (TEXT_LINE, "orders, messages, order_cart_rules", "VAT texts, day of delivery, vouchers, notes, `text_rows`; 200 characters"),
    (f"{ARTICLE_LINE}.articleNumber", "order_details.product_reference", "an article that Hogia has with the row's account and VAT"),
    (f"{ARTICLE_LINE}.description", "order_details.product_name", "`row_text`, `row_text_length`"),
    (f"{ARTICLE_LINE}.quantity", "order_details.product_quantity", "as it is"),
    (f"{ARTICLE_LINE}.unitPrice", "order_details.total_price_tax_incl, _excl", PRICE_RULE),
    (
        f"{ARTICLE_LINE}.salesAccountNumber",
        "order_details → taxes.rate, addresses.id_country",
        "`accounts`: by region, goods or service, and rate",
    ),
    *_dimensions(ARTICLE_LINE),
    (f"{LINE}.description", "order_details.product_name | orders.total_shipping, _wrapping, _discounts", "`row_text`, `freight_text` …"),
    (f"{LINE}.quantity", "order_details.product_quantity", "1 for freight, fee, wrapping and discount"),
    (f"{LINE}.unitPrice", "order_details, orders.total_shipping, _wrapping, _discounts, order_cart_rules", PRICE_RULE),
    (f"{LINE}.unitType", "`unit` of the order settings", "as it is set"),
    (f"{LINE}.salesAccountNumber", "order_details → taxes.rate, addresses.id_country", "`accounts`: by region, kind of row, and rate"),
    (f"{LINE}.vat.percent", "order_details → taxes.rate, orders.carrier_tax_rate", "as a fraction; a row's rate fits its amounts"),
    (f"{LINE}.vat.accountNumber", "order_details → taxes.rate", "`accounts.output_vat`, `accounts.oss_vat`; none at 0 %"),
    *_dimensions(LINE),
)
INVOICE: tuple[Entry, ...] = entries(
    Part.INVOICE, Way.TO_HOGIA, INVOICE_ROWS, when="when the order has been in one of `transfer_states` and has no invoice"
)

PAYMENT: tuple[Entry, ...] = entries(
    Part.PAYMENT,
    Way.TO_HOGIA,
    (
        ("sequenceId", "–", ALWAYS_SAME),
        ("payer", "–", "Customer"),
        ("date", "order_payments.date_add", "the payment's own day, never before the invoice's"),
        ("amount", "order_payments.amount | order_cart_rules.value", "kronor incl. VAT in the order's currency; a gift card is a payment"),
        ("accountNumber", "orders.module", "`payments`.account, else `default_payment`.account; a gift card `accounts.gift_cards`"),
        ("reference", "order_payments.transaction_id", "where the shop knows it"),
    ),
    when="when the invoice is there and the order is paid, but not with register = never; on a credit, when its money has gone back",
)

# Credit -----------------------------------------------------------------------------------------------------------------------------

SLIP = "order_slips | orders.current_state"
CREDITED: Mapping[str, tuple[str, str]] = {  # what differs from an invoice
    f"{HEAD}.customerNumber": ("the invoice in Hogia", "its contact"),
    f"{HEAD}.isReverseCharge": ("the invoice in Hogia", "as the invoice"),
    f"{HEAD}.invoiceDate": ("–", "the day it is made: a correction is booked when it is found; never before the invoice's"),
    f"{HEAD}.invoiceExpirationDate": ("–", "the same day"),
    f"{HEAD}.customerOrderNumber": ("the invoice in Hogia", "as the invoice"),
    f"{HEAD}.invoiceReference": (
        "order_slips.id, orders.id",
        "`invoice_reference_prefix`PS:{id_shop}:{id}:CRE…: what the credit is looked up by",
    ),
    f"{HEAD}.comment": ("the invoice in Hogia", "Kredit av faktura and its number: a credit must name its invoice (17 kap. 22 § ML)"),
    f"{HEAD}.useRounding": ("the invoice in Hogia", "true only for the full credit of an invoice that was rounded to whole kronor"),
    TEXT_LINE: ("the invoice in Hogia, order_slips.id", "number and date of the invoice that is credited, and why; 200 characters"),
    f"{ARTICLE_LINE}.quantity": ("order_slip_details.product_quantity", "negative"),
    f"{LINE}.quantity": ("order_slip_details.product_quantity", "negative"),
    f"{ARTICLE_LINE}.unitPrice": ("order_slip_details.total_price_tax_incl, _excl", "never more than is left of the invoice, per VAT rate"),
    f"{LINE}.unitPrice": ("order_slip_details, order_slips.total_shipping", "never more than is left of the invoice, per VAT rate"),
}
WHEN_CREDITED = "when an order slip is made (`refunds.slips`), a paid order is cancelled (`refunds.cancelled`) or edited (`refunds.edited`)"
CREDIT: tuple[Entry, ...] = (
    *(
        replace(entry, part=Part.CREDIT, when=WHEN_CREDITED, source=CREDITED[entry.target][0], rule=CREDITED[entry.target][1])
        if entry.target in CREDITED
        else replace(entry, part=Part.CREDIT, when=WHEN_CREDITED)
        for entry in INVOICE
    ),
    *entries(
        Part.CREDIT,
        Way.TO_HOGIA,
        ((f"{HEAD}.creditedCustomerInvoiceId", SLIP, "the id of the invoice that is credited"),),
        when=WHEN_CREDITED,
    ),
)

ORDERS: tuple[Entry, ...] = (*CONTACT, *ORDER_ARTICLE, *INVOICE, *PAYMENT, *CREDIT)
