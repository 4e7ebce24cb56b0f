"""Every code the order → invoice arithmetic can raise or note, in one table: code -> (when, what to do).

PARKS and SETTINGS are raised before anything is sent: `Rejected` (this order needs a person) and `Misconfigured` (the shop's settings do).
NOTICES ride along on an invoice that goes out. A test compares these tables with the code.
"""

from __future__ import annotations

PARKS: dict[str, tuple[str, str]] = {
    "ORDER_TOTALS_DISAGREE": ("total_paid is not total_paid_tax_incl (PrestaShop's demo orders)", "Invoice by hand or delete the order"),
    "ORDER_EMPTY": ("the order has no rows, yet an amount", "Look at the order in the shop"),
    "ORDER_TOTAL_NEGATIVE": ("the order's total is below zero", "Invoice by hand"),
    "CURRENCY_UNKNOWN": ("the order's currency could not be read", "Restore the currency in the shop"),
    "CURRENCY_DECIMALS": ("the total has more decimals than the accounting system keeps", "Invoice by hand"),
    "QUANTITY_INVALID": ("a row has an amount but no positive quantity", "Correct the row in the shop"),
    "PRODUCTS_MISMATCH": ("the rows do not add up to total_products", "A row is missing or was edited: correct the order"),
    "DISCOUNT_MISMATCH": ("the vouchers do not add up to total_discounts", "Correct the order's vouchers"),
    "DISCOUNT_UNEXPLAINED": ("a voucher's two values fit no split over VAT rates", "Invoice by hand with the right split"),
    "TOTAL_MISMATCH": (
        "rows, freight, wrapping and discounts miss the total by more than rounding",
        "Configure the fee, or correct the order",
    ),
    "ROUNDING_TOO_LARGE": ("the rounding row would be larger than rounding explains", "Report it: this should not happen"),
    "VAT_RATE_UNKNOWN": ("a rate cannot be told, or is no rate of the country", "Check tax rules; foreign VAT is invoiced by hand"),
    "ECOTAX_OWN_RATE": ("a row's ecotax is taxed at a rate of its own", "Give ecotax the product's rate, or invoice by hand"),
    "FREIGHT_RATE_UNKNOWN": ("freight fits no rate and no proportional mix of the goods' rates", "Check the carrier's tax rule"),
    "WRAPPING_RATE_UNKNOWN": ("gift wrapping fits no rate and no mix", "Check the shop's wrapping tax rule"),
    "VAT_ZERO_NOT_ALLOWED": (
        "0 % where Swedish or EU VAT is due",
        "Get a valid VAT number, or correct the tax rule; or list the article as exempt",
    ),
    "OSS_NOT_ENABLED": ("another EU country's rate although OSS is off", "Switch oss_registered on, or correct the shop's tax rules"),
    "SWEDISH_VAT_WITH_OSS": (
        "the seller's own rate to an EU consumer although OSS is on",
        "Correct the tax rules, or set swedish_vat_with_oss",
    ),
    "COUNTRY_UNKNOWN": ("the country that decides VAT could not be read", "Restore the address in the shop"),
    "CREDIT_EXCEEDS_INVOICE": ("a slip gives back more than is left of its invoice", "Set more_than_invoiced to cap, or credit by hand"),
    "CREDIT_WITHOUT_AMOUNT": ("a slip gives back nothing", "Discard it"),
    "CREDIT_RATE_UNKNOWN": ("a slip's row is on no line of the invoice, at a rate it does not have", "Credit by hand"),
    "CREDIT_LINES_DIFFER": ("an invoice's lines do not add up to its total in Hogia", "Credit by hand"),
    "CREDIT_NOT_BALANCED": ("credits made by hand do not follow the invoice's rates", "Credit the rest by hand"),
    "NOTHING_LEFT_TO_CREDIT": ("the invoice is credited in full already", "Nothing, or discard the slip"),
}

SETTINGS: dict[str, tuple[str, str]] = {
    "ACCOUNT_MISSING": ("no account is configured for a rate and region", "Add the account to [shops.orders.accounts]"),
}

NOTICES: dict[str, tuple[str, str]] = {
    "VAT_RATE_INFERRED": ("a row's tax id did not fit its prices; the rate was read from the prices", "Check the row's tax rule"),
    "VAT_RATE_OUTDATED": ("a foreign rate that the country has replaced", "Update the shop's tax rates; VAT shown is owed"),
    "VAT_RATE_CHANGE_WINDOW": ("the order's dates straddle a change of rate", "Ask the accountant which rate applies"),
    "FOOD_RATE": ("12 % was charged while food is at 6 %", "Check whether the article is food"),
    "VAT_DIFFERS_FROM_SHOP": ("VAT differs from the shop's own by more than rounding", "Compare with the order"),
    "DISCOUNT_TARGET_ASSUMED": ("what a voucher discounts had to be worked out from its two values", "Compare VAT per rate with the order"),
    "DISCOUNT_ON_GIFT_CARD": ("a voucher also discounted a sold gift card", "Exclude gift cards from the voucher in the shop"),
    "FREE_FREIGHT_ONCE": ("several vouchers give the same freight away; counted once", "Nothing"),
    "SPLIT_FREIGHT_DERIVED": ("a split order stores the whole cart's freight; its own share was derived", "Nothing (PrestaShop 9)"),
    "PAYMENT_FEE_ADDED": ("a fee that exists only in the totals became a row", "Nothing"),
    "FREIGHT_WITHOUT_VAT": ("freight or wrapping without VAT on taxed goods", "Give the carrier a tax rule: freight follows the goods"),
    "FREIGHT_RATE_DIFFERS": ("freight has another rate than all of the goods", "Consider the shop's PS_ATCP_SHIPWRAP"),
    "EXEMPT_SALE": ("an article sold at 0 % in the seller's country", "List it in exempt_articles or gift_card_articles"),
    "EXPORT_WITH_VAT": ("VAT was charged on what leaves the EU", "Check the shop's tax address setting"),
    "REVERSE_CHARGE_POSSIBLE": ("VAT was charged though the buyer's VAT number is valid", "The buyer may ask for 0 %"),
    "SWEDISH_VAT_WITH_OSS": ("the seller's own rate to an EU consumer although OSS is on", "Check the shop's tax rules"),
    "VAT_REGIMES_MIXED": ("one order holds rows of different VAT treatment", "Check the shop's tax rules"),
    "TWO_COUNTRIES": ("invoice and delivery address lie in different countries", "Check VAT"),
    "PAYMENT_MISSING": ("the order is paid, but the shop holds no payment", "Register the payment by hand"),
    "PAYMENT_SHORT": ("payments are below the total", "The invoice stays open with the rest"),
    "PAYMENT_ABOVE_TOTAL": ("payments exceed the total", "Book the surplus as an advance or refund it"),
    "PAYMENT_CURRENCY": ("a payment in another currency than the order's", "Register it by hand"),
    "PAYMENT_NEGATIVE": ("money went back to the customer", "Compare the payments with the payment service"),
    "CREDIT_ABOVE_SHARE": ("a slip gives back more than was paid for its rows: it ignores a voucher", "Compare with the refund"),
    "CREDIT_CAPPED": ("a slip gives back more than was left; what was left was credited", "Compare with the refund"),
    "CREDIT_ROUNDED": ("a slip is some öre above the invoice, which has no more", "Nothing"),
    "SPLIT_PAYMENT_SHORT": ("orders of one reference share payments that do not cover them all", "Check the payment service"),
}
