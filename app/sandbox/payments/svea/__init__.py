"""Svea's Payment Admin API in its real dialect (payments.md 3 and 11.2): ASGI app, state, fault switches.

state.py      the merchant: orders, tasks, clock, and what happens at the checkout or in Svea's admin
order.py      one order, its deliveries and credits, its actions, and how a GET shows them
rules.py      what may be delivered, cancelled and credited
tasks.py      what is under way: every look at a task or at its order brings it one step on
signature.py  who is calling
body.py       request bodies, keys in any case
errors.py     every no, in the four forms that Svea has for one
faults.py     the switches
server.py     routes; front.py is the layer before them where things go wrong
control.py    the simulation's own doors
"""

from __future__ import annotations

from app.sandbox.payments.svea.faults import Switches
from app.sandbox.payments.svea.order import Row
from app.sandbox.payments.svea.server import create_svea
from app.sandbox.payments.svea.state import MERCHANT_ID, SECRET, SveaState

__all__ = ["MERCHANT_ID", "SECRET", "Row", "SveaState", "Switches", "create_svea"]
