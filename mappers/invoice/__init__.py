"""From a shop's order to an invoice that is right to the öre: one computation, pure, in Decimal (facts: accounting.md part two)."""
