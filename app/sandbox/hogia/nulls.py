"""The switch `null_everything`: what a reader can do without is null (hogia.md 1.5: treat every field as nullable)."""

from typing import Any

NEEDED = frozenset(
    {
        *("id", "version", "rowVersion", "number", "articleNumber", "isDeleted", "isActive", "type", "kind", "code"),
        *("startDate", "endDate", "vatCodeId", "vatCode", "vatPercent", "accountNumber", "financialYearId"),
        *("grossAmount", "netAmount", "vatAmount", "roundingAmount", "amountToPay", "amountPaid", "amountLeftToPay"),
        *("isBilled", "isCanceled", "invoiceReference", "customerInvoiceId", "referencedCustomerInvoiceId"),
        *("percent", "amount", "price", "currencyCode", "onHand", "available", "state", "lineIndex", "quantity"),
        *("validFrom", "validTo", "discountPercent", "isWebshopArticle", "expirationDate", "modules"),
    }
)
# A reader needs these objects whole, or at least somewhere to look into.
DESCENDED = frozenset(
    {
        *("invoiceHeader", "currencyInfo", "currency", "customer", "vatDistributions", "customerInvoiceReferences"),
        *("customerInvoiceEvents", "salesAccounts", "prices", "delivery", "lines"),
    }
)


def nulled(value: Any) -> Any:
    if isinstance(value, list):
        return [nulled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: each if key in NEEDED else nulled(each) if key in DESCENDED else None for key, each in value.items()}
