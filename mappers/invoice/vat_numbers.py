"""The buyer's VAT number as evidence for 0 % to another EU country (accounting.md 3). Syntax and check digits only; VIES is asked elsewhere."""

from __future__ import annotations

import re

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from mappers.canonical import ShopOrder
from mappers.invoice.territories import VAT_CODES


def clean_vat_number(text: str, country: str) -> str:
    """The number with its prefix (`DE129273398`, Greece as `EL`) when it is valid, else "".

    A number without prefix gets that of `country` (ISO; the address it stands on), as buyers leave it out.
    """
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    if not bare:
        return ""
    prefix = VAT_CODES.get(country.upper(), country.upper())
    for candidate in (bare, prefix + bare):
        try:
            number = str(eu_vat.validate(candidate))
        except ValidationError:
            continue
        return "EL" + number[2:] if number.startswith("GR") else number
    return ""


def buyers_vat_number(order: ShopOrder) -> str:
    """The first valid EU VAT number of the order's addresses, the invoice's before the delivery's; "" without one.

    Only `vat_number` counts: a Spanish consumer's identity number in `dni` would pass for a VAT number.
    """
    for address in (order.invoice_address, order.delivery_address):
        if address is not None and (number := clean_vat_number(address.vat_number, address.country)):
            return number
    return ""
