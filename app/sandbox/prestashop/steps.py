"""What a scenario lets happen to its order after the purchase."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from app.sandbox.prestashop.lifecycle import add_payment, edit_row, set_state, set_tracking
from app.sandbox.prestashop.refunds import add_slip, free_amount, freight_of
from app.sandbox.prestashop.scenario import Step

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState


def take_step(state: ShopState, placed: Sequence[int], step: Step) -> None:
    """One thing that a scenario lets happen after the purchase."""
    order_id, given = placed[step.part], step.values
    rows = [int(row["id"]) for row in state.find("order_details", id_order=order_id)]
    if step.kind == "state":
        set_state(state, order_id, given["state"], employee=1)
    elif step.kind == "payment":
        add_payment(
            state, order_id, Decimal(given["amount"]), method=given["method"], transaction_id=given.get("transaction_id", ""), employee=1
        )
    elif step.kind == "slip":
        add_slip(
            state,
            order_id,
            {rows[number]: pieces for number, pieces in given.get("rows", {}).items()},
            amounts={rows[number]: free_amount(state, rows[number], incl) for number, incl in given.get("amounts", {}).items()},
            shipping=freight_of(state, order_id) if given.get("shipping") else None,
        )
    elif step.kind == "edit":
        edit_row(state, order_id, rows[given["row"]], given["quantity"])
    elif step.kind == "tracking":
        set_tracking(state, order_id, given["number"])
    else:
        raise KeyError(step.kind)
