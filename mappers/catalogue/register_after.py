"""The register's rows of an invoice's later life: order state, tracking and note in the shop, captures and refunds at payment providers.

A test holds them to the bodies that are written.
"""

from __future__ import annotations

from mappers.catalogue.register_model import Entry, Part, Way, entries

SHOP_ROWS: tuple[Entry, ...] = (
    *entries(
        Part.ORDER_STATE,
        Way.TO_SHOP,
        (
            ("order_history.id_order", "customerinvoices.invoiceReference", "the order that the invoice was made of"),
            (
                "order_history.id_order_state",
                "customerinvoices.status, delivery.state",
                "`order_status`: one state per status of Hogia, posted once",
            ),
            ("sendemail", "`order_status`.mail", "1: the shop mails the customer its own text for the state"),
        ),
        when="when the invoice reaches a status that `order_status` names, and the order is not there or past it",
    ),
    *entries(
        Part.TRACKING,
        Way.TO_SHOP,
        (
            ("order_carrier.id", "orders.id", "the order's carrier record"),
            (
                "order_carrier.tracking_number",
                "customerinvoices.delivery.trackingNumber",
                "as it is; before the state, whose mail carries it",
            ),
        ),
        when="when the invoice is delivered, with `order_status`.tracking",
    ),
    *entries(
        Part.NOTE,
        Way.TO_SHOP,
        (
            ("order.id", "customerinvoices.invoiceReference", "the order that the invoice was made of"),
            (
                "order.note",
                "customerinvoices.invoiceNumber, ocr, status",
                "invoice number, OCR and whether it is paid, credited or cancelled",
            ),
        ),
        when="when the invoice's number or status is new, with `write_note`",
    ),
)

AMOUNT = "minor units incl. VAT: what is delivered so far less what is captured; never more than is authorised"
REFUND = "minor units incl. VAT: what the credit gives back, never more than was captured"
LINES = "the provider's own rows, where they say the amount exactly; else left out or one row"
TRACKING = "customerinvoices.delivery"
CAPTURED = "when the invoice is delivered (or invoiced: `capture`.when), with strategy = psp_api; a part of it with partial = per_delivery"
REFUNDED = "when the invoice is credited, with `capture`.refund"
RELEASED = "when the order is cancelled before its money was captured, with `capture`.release"

KLARNA_LINE = (
    ("name", "order_lines", LINES),
    ("quantity", "customerinvoices.delivery.lines", LINES),
    ("unit_price", "order_lines", "minor units incl. VAT, rounded up"),
    ("tax_rate", "order_lines", "percent × 100"),
    ("total_amount", "order_lines", "minor units incl. VAT"),
    ("total_tax_amount", "order_lines", "the VAT inside the total, half up"),
    ("total_discount_amount", "order_lines", "what a whole unit price cannot say"),
    ("reference", "order_lines", "article number, 64 characters"),
    ("type", "order_lines", "discount, for a negative row"),
)
KLARNA: tuple[Entry, ...] = (
    *entries(
        Part.KLARNA,
        Way.TO_PROVIDER,
        (
            ("capture.captured_amount", "customerinvoices.delivery, totals", AMOUNT),
            ("capture.reference", "customerinvoices.invoiceNumber", "our delivery's id"),
            ("capture.description", "orders.reference", "Order and its reference"),
            *((f"capture.order_lines[].{name}", source, rule) for name, source, rule in KLARNA_LINE),
            ("capture.shipping_info[].shipping_company", f"{TRACKING}.carrierName", "100 characters"),
            ("capture.shipping_info[].tracking_number", f"{TRACKING}.trackingNumber", "left out above 100 characters"),
            ("capture.shipping_info[].tracking_uri", f"{TRACKING}.trackingUrl", "left out above 1024 characters"),
        ),
        when=CAPTURED,
    ),
    *entries(
        Part.KLARNA,
        Way.TO_PROVIDER,
        (
            ("refund.refunded_amount", "credit invoice", REFUND),
            ("refund.reference", "credit invoice", "our reference of the credit"),
            ("refund.description", "orders.reference", "Order and its reference"),
            *(
                (f"refund.order_lines[].{name}", source.replace("order_lines", "credit invoice"), rule)
                for name, source, rule in KLARNA_LINE
            ),
        ),
        when=REFUNDED,
    ),
)

NETS_LINE = (
    ("reference", "orderItems", "article number, 128 characters"),
    ("name", "orderItems", LINES),
    ("quantity", "customerinvoices.delivery.lines", "one, with the number in its name, where the unit price would not be whole"),
    ("unit", "–", "pcs"),
    ("unitPrice", "orderItems", "minor units excl. VAT"),
    ("taxRate", "orderItems", "percent × 100"),
    ("taxAmount", "orderItems", "net × rate, half up"),
    ("grossTotalAmount", "orderItems", "net and tax; a row Rounding makes up the difference to the amount"),
    ("netTotalAmount", "orderItems", "the net whose gross is the row's"),
)
NETS: tuple[Entry, ...] = (
    *entries(
        Part.NETS,
        Way.TO_PROVIDER,
        (
            ("charge.amount", "customerinvoices.delivery, totals", AMOUNT),
            ("charge.myReference", "customerinvoices.invoiceNumber", "our delivery's id"),
            *((f"charge.orderItems[].{name}", source, rule) for name, source, rule in NETS_LINE),
            ("charge.shipping.trackingNumber", f"{TRACKING}.trackingNumber", "the first there is"),
            ("charge.shipping.provider", f"{TRACKING}.carrierName", "- where it is not known"),
        ),
        when=CAPTURED,
    ),
    *entries(
        Part.NETS,
        Way.TO_PROVIDER,
        (
            ("refund.amount", "credit invoice", REFUND),
            ("refund.myReference", "credit invoice", "our reference of the credit"),
            *((f"refund.orderItems[].{name}", source.replace("orderItems", "credit invoice"), rule) for name, source, rule in NETS_LINE),
        ),
        when=REFUNDED,
    ),
    *entries(Part.NETS, Way.TO_PROVIDER, (("cancel.amount", "the payment at Nets", "all that was reserved"),), when=RELEASED),
)

ROW_IDS = "Svea's own rows whose article numbers were delivered; never an empty list, which would mean every row"
SVEA: tuple[Entry, ...] = (
    *entries(
        Part.SVEA,
        Way.TO_PROVIDER,
        (
            ("delivery.OrderRowIds", "OrderRows, customerinvoices.delivery.lines", ROW_IDS),
            ("delivery.RowDeliveryOptions[].OrderRowId", "OrderRows", "a row of which a part is delivered"),
            ("delivery.RowDeliveryOptions[].Quantity", "customerinvoices.delivery.lines", "hundredths of a piece"),
            ("delivery.DeliveredAmount", "customerinvoices.delivery, totals", f"{AMOUNT}; where rows cannot say it and nothing more comes"),
        ),
        when=CAPTURED,
    ),
    *entries(
        Part.SVEA,
        Way.TO_PROVIDER,
        (
            ("credit.OrderRowIds", "delivered OrderRows, credit invoice", "rows that are given back"),
            ("credit.RowCreditingOptions[].OrderRowId", "delivered OrderRows", "a row of which a part is given back"),
            ("credit.RowCreditingOptions[].Quantity", "credit invoice", "hundredths of a piece"),
            ("credit.NewCreditOrderRow.Name", "credit invoice", "a row of the amount, where Svea's rows cannot say it"),
            ("credit.NewCreditOrderRow.Quantity", "–", "one piece"),
            ("credit.NewCreditOrderRow.UnitPrice", "credit invoice", REFUND),
            ("credit.NewCreditOrderRow.VatPercent", "credit invoice", "percent × 100"),
            ("credit.CreditedAmount", "credit invoice", f"{REFUND}; all credits of the delivery together"),
        ),
        when=REFUNDED,
    ),
    *entries(
        Part.SVEA,
        Way.TO_PROVIDER,
        (
            ("cancel.IsCancelled", "orders.current_state", "the whole order, of which nothing was delivered"),
            ("cancel.OrderRowIds", "OrderRows", "what remains after a part was delivered"),
            ("cancel.CancelledAmount", "the order at Svea", "what remains, where rows cannot be cancelled; all cancellations together"),
        ),
        when=RELEASED,
    ),
)

AFTER: tuple[Entry, ...] = (*SHOP_ROWS, *KLARNA, *NETS, *SVEA)
