"""An invoice's lines as they stand in Hogia (hogia.md 1.5): what was really invoiced, whatever the shop says today."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mappers.hogia.model import HogiaLine
from mappers.hogia.values import mapping, mappings, number, percent, text, whole

ZERO = Decimal(0)


def read_lines(body: Mapping[str, Any]) -> tuple[HogiaLine, ...]:
    """The lines with an amount, in their order; text lines have no account and are left out."""
    found = []
    for position, line in enumerate(mappings(body.get("invoiceLines"))):
        account, net = whole(line.get("salesAccountNumber")), number(line.get("netAmount"))
        if not account or net is None:
            continue
        index = whole(line.get("lineIndex"))
        found.append(
            HogiaLine(
                index=position if index is None else index,
                text=text(line.get("name")),
                article=text(line.get("articleNumber")),
                quantity=number(line.get("quantity")) or ZERO,
                unit_price=number(line.get("unitPrice")) or ZERO,
                net=net,
                rate=percent(mapping(line.get("vat")).get("percent")) or ZERO,
                account=account,
                vat_account=whole(mapping(line.get("vat")).get("accountNumber")) or None,
            )
        )
    return tuple(found)
