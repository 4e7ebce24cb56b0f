"""A purchase as it happens: who pays by Klarna is at Klarna's checkout before the shop's module tells anybody of the order."""

from __future__ import annotations

from app.cli.demo.scene import KLARNA_MODULE
from app.sandbox.remote import Remote


async def buy(remote: Remote, scenario: str) -> tuple[int, ...]:
    """Let a customer buy; the orders that the cart became. Raises RemoteError."""
    bought = await remote.place(scenario, hold=True)
    if bought.module == KLARNA_MODULE:
        payment = await remote.authorise(bought.reference, bought.total, bought.currency)
        await remote.set_transaction(bought.ids[0], payment)
    for order in bought.ids:
        await remote.tell(order)
    return bought.ids
