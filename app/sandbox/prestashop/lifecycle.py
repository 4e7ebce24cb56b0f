"""What happens to an order after it was placed, as PrestaShop's back office and webservice do it (prestashop.md 1, 4, 5, 9, 10).

State changes are not idempotent and lock nothing: the same state twice makes two history rows and fires every hook twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.sandbox.prestashop import stock
from app.sandbox.prestashop.checkout import Money, RoundMode, RoundType, six
from app.sandbox.prestashop.journal import Mail
from app.sandbox.prestashop.schema import dialect_of

if TYPE_CHECKING:
    from app.sandbox.prestashop.schema import Record
    from app.sandbox.prestashop.state import ShopState

PAID_STATES_WITH_CONFIRMATION = (2, 11)  # PS_OS_PAYMENT and PS_OS_WS_PAYMENT fire actionPaymentConfirmation
CANCELLED = 6
ROW_FIELDS = [
    "id",
    "product_id",
    "product_attribute_id",
    "product_quantity",
    "product_name",
    "product_reference",
    "product_ean13",
    "product_isbn",
    "product_upc",
    "product_price",
    "id_customization",
    "unit_price_tax_incl",
    "unit_price_tax_excl",
]
CLASSES = {
    "customers": "Customer",
    "addresses": "Address",
    "products": "Product",
    "combinations": "Combination",
    "orders": "Order",
    "stock_availables": "StockAvailable",
    "carriers": "Carrier",
    "order_states": "OrderState",
    "taxes": "Tax",
    "cart_rules": "CartRule",
    "specific_prices": "SpecificPrice",
}


def amount(record: Record, name: str) -> Decimal:
    return Decimal(str(record[name]))


def flag(record: Record, name: str) -> bool:
    return str(record[name]) == "1"


def sync_rows(state: ShopState, order_id: int) -> None:
    """`orders.associations.order_rows` is read from the details each time; keep it so."""
    rows = [{name: detail[name] for name in ROW_FIELDS} for detail in state.find("order_details", id_order=order_id)]
    if dialect_of(state.version) == "9":
        state.change("orders", order_id, associations={"order_rows": rows})
        return
    state.change("orders", order_id, associations={"order_rows": [{name: str(value) for name, value in row.items()} for row in rows]})


def set_state(state: ShopState, order_id: int, state_id: int, *, employee: int = 0, mail: bool = False, placing: bool = False) -> int:
    """Move an order to a state: payment, invoice, delivery slip, `valid`, stock of cancelled rows, history row, hooks, mail.

    KeyError for an order or state that does not exist. `placing`: the payment has been registered by the module already.
    """
    order = state.get("orders", order_id)
    new = state.get("order_states", state_id)
    old = int(order["current_state"])
    shop = int(order["id_shop"])
    if state_id in PAID_STATES_WITH_CONFIRMATION:
        state.fire("actionPaymentConfirmation", id_order=order_id)
    state.fire("actionOrderStatusUpdate", id_order=order_id, newOrderStatus=state_id, oldOrderStatus=old)
    if flag(new, "invoice") and int(order["invoice_number"]) == 0:
        make_invoice(state, order_id)
    if flag(new, "paid") and not placing:
        pay_the_rest(state, order_id)
    if flag(new, "delivery") and int(state.get("orders", order_id)["delivery_number"]) == 0:
        make_delivery_slip(state, order_id)
    if state_id == CANCELLED and old != CANCELLED:
        for row in state.find("order_details", id_order=order_id):
            article = (int(row["product_id"]), int(row["product_attribute_id"]))
            stock.move(state, *article, int(row["product_quantity"]), shop=shop)
    state.change("orders", order_id, current_state=state_id, valid=int(flag(new, "logable")), date_upd=state.now())
    state.fire("actionObjectOrderUpdateAfter", id=order_id)
    state.fire("actionOrderStatusPostUpdate", id_order=order_id, newOrderStatus=state_id, oldOrderStatus=old, id_shop=shop)
    history = state.add(
        "order_histories", {"id_employee": employee, "id_order_state": state_id, "id_order": order_id, "date_add": state.now()}
    )
    state.fire("actionOrderHistoryAddAfter", order_history=history, id_order=order_id)
    if mail:
        send_mail(state, order_id, new)
    return history


def send_mail(state: ShopState, order_id: int, new: Record) -> None:
    """The customer's mail, where the state sends one."""
    if not flag(new, "send_email"):
        return
    customers = state.find("customers", id=state.get("orders", order_id)["id_customer"])
    names = {str(text["id"]): text["value"] for text in new["name"]}
    template = new["template"][0]["value"] if new["template"] else ""
    lang = str(state.get("orders", order_id)["id_lang"])
    subject = f"[{state.shop_name}] {names.get(lang, '')}"
    state.mails.append(Mail(to=str(customers[0]["email"]) if customers else "", subject=subject, template=template, order_id=order_id))


def make_invoice(state: ShopState, order_id: int) -> int:
    """The shop's own invoice document: number, date, totals; rows, vouchers and carrier point to it."""
    order = state.get("orders", order_id)
    number = state.next_number("invoice_number")
    now = state.now()
    invoice = state.add(
        "order_invoices",
        {"id_order": order_id, "number": number, "delivery_date": "0000-00-00 00:00:00", "shop_address": state.shop_name, "date_add": now}
        | invoice_totals(order),
    )
    state.change("orders", order_id, invoice_number=number, invoice_date=now)
    for name in ("order_details", "order_carriers", "order_cart_rules"):
        for record in state.find(name, id_order=order_id):
            state.change(name, int(record["id"]), id_order_invoice=invoice)
    state.fire("actionObjectOrderInvoiceAddAfter", id=invoice)
    state.fire("actionSetInvoice", id_order=order_id, id_order_invoice=invoice)
    return invoice


def invoice_totals(order: Record) -> dict[str, Any]:
    """The totals of `order_invoices`, from the order's."""
    same = [
        "total_paid_tax_excl",
        "total_paid_tax_incl",
        "total_products",
        "total_products_wt",
        "total_shipping_tax_excl",
        "total_shipping_tax_incl",
        "total_wrapping_tax_excl",
        "total_wrapping_tax_incl",
    ]
    renamed = {f"total_discount_tax_{side}": order[f"total_discounts_tax_{side}"] for side in ("excl", "incl")}
    return {name: order[name] for name in same} | renamed


def make_delivery_slip(state: ShopState, order_id: int) -> None:
    """A delivery number on order and invoice."""
    number, now = state.next_number("delivery_number"), state.now()
    state.change("orders", order_id, delivery_number=number, delivery_date=now)
    for invoice in state.find("order_invoices", id_order=order_id):
        state.change("order_invoices", int(invoice["id"]), delivery_number=number, delivery_date=now)


def pay_the_rest(state: ShopState, order_id: int) -> None:
    """A paid state on an order not fully paid makes the missing payment by itself; the module's name is its method."""
    order = state.get("orders", order_id)
    missing = amount(order, "total_paid_tax_incl") - amount(order, "total_paid_real")
    if missing > 0:
        add_payment(state, order_id, missing, method=str(order["payment"]), employee=None, moves_date=False)


def add_payment(
    state: ShopState,
    order_id: int,
    paid: Decimal,
    *,
    method: str,
    transaction_id: str = "",
    employee: int | None = None,
    moves_date: bool = True,
) -> int:
    """An order_payments record, keyed by the order's reference; raises total_paid_real. Returns its id."""
    order = state.get("orders", order_id)
    payment = state.add(
        "order_payments",
        {
            "order_reference": order["reference"],
            "id_currency": order["id_currency"],
            "amount": six(Decimal(paid)),
            "payment_method": method,
            "conversion_rate": order["conversion_rate"],
            "transaction_id": transaction_id,
            "date_add": state.now(),
            "id_employee": "" if employee is None else employee,
        },
    )
    real = amount(order, "total_paid_real") + Decimal(paid)
    state.change("orders", order_id, total_paid_real=six(real), **({"date_upd": state.now()} if moves_date else {}))
    shop = int(order["id_shop"])
    state.fire("actionObjectOrderPaymentAddAfter", id=payment, id_order=order_id, id_shop=shop)
    state.fire("actionPaymentCCAdd", id=payment)
    return payment


def edit_row(state: ShopState, order_id: int, detail_id: int, quantity: int) -> None:
    """New quantity of a row; the difference goes into the order's totals and into the invoice already made."""
    order = state.get("orders", order_id)
    detail = state.get("order_details", detail_id)
    unit = Money(excl=amount(detail, "unit_price_tax_excl"), incl=amount(detail, "unit_price_tax_incl"))
    mode, how = RoundMode(int(order["round_mode"])), RoundType(int(order["round_type"]) or 2)
    row = unit.rounded(mode).times(quantity) if how is RoundType.ITEM else unit.times(quantity)
    row = row.rounded(mode) if how is RoundType.LINE else row
    before = Money(excl=amount(detail, "total_price_tax_excl"), incl=amount(detail, "total_price_tax_incl"))
    more = (row - before).rounded(mode)
    if quantity:
        sides = {"total_price_tax_excl": six(row.excl), "total_price_tax_incl": six(row.incl)}
        state.change("order_details", detail_id, product_quantity=quantity, **sides)
    else:
        del state.tables["order_details"][detail_id]
    sums = {name: six(amount(order, name) + more.incl) for name in ("total_paid", "total_paid_tax_incl", "total_products_wt")}
    sums |= {name: six(amount(order, name) + more.excl) for name in ("total_paid_tax_excl", "total_products")}
    state.change("orders", order_id, date_upd=state.now(), **sums)
    sync_rows(state, order_id)
    for invoice in state.find("order_invoices", id_order=order_id):
        state.change("order_invoices", int(invoice["id"]), **invoice_totals(state.get("orders", order_id)))
    state.fire("actionOrderEdited", id_order=order_id, id_shop=int(order["id_shop"]))


def set_tracking(state: ShopState, order_id: int, number: str) -> None:
    """The number goes to order_carriers; `orders.shipping_number` shows it, `orders.date_upd` stays."""
    for record in state.find("order_carriers", id_order=order_id):
        state.change("order_carriers", int(record["id"]), tracking_number=number)
        state.fire(
            "actionObjectOrderCarrierUpdateAfter",
            id=int(record["id"]),
            id_order=order_id,
            id_shop=int(state.get("orders", order_id)["id_shop"]),
        )
    state.change("orders", order_id, shipping_number=number)


def edit(state: ShopState, name: str, ident: int, values: Mapping[str, Any]) -> None:
    """Any record's fields, with its object hook."""
    dated = {"date_upd": state.now()} if "date_upd" in state.get(name, ident) else {}
    state.change(name, ident, **(dated | dict(values)))
    if name in CLASSES:
        record = state.get(name, ident)
        more = {"id_product": int(record["id_product"])} if "id_product" in record else {}
        state.fire(f"actionObject{CLASSES[name]}UpdateAfter", id=ident, id_shop=int(record.get("id_shop") or 1), **more)
