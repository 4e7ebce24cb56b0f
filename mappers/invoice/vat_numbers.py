"""The buyer's VAT number as evidence for 0 % to another EU country (accounting.md 3). Syntax and check digits only; VIES is asked elsewhere."""

from __future__ import annotations

from mappers.canonical import ShopOrder
from mappers.identity import read_number


def clean_vat_number(text: str, country: str) -> str:
    """The number with its prefix (`DE129273398`, Greece as `EL`) when it is valid, else "".

    A number without prefix gets that of `country` (ISO; the address it stands on), as buyers leave it out. Numbers that may be a natural
    person's, and those of sellers in the one-stop shop, are none.
    """
    return read_number(text, country=country.upper(), complete=True).vat_number


def buyers_vat_number(order: ShopOrder) -> str:
    """The valid EU VAT number of the order's invoice address, which is also the one that the contact and the document bear; "" without one.

    Only `vat_number` counts: a Spanish consumer's identity number in `dni` would pass for a VAT number.
    """
    address = order.invoice_address
    return clean_vat_number(address.vat_number, address.country) if address is not None else ""
