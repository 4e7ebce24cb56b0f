"""Nets Easy (Nexi Checkout) in its real dialect (payments.md 4 and 11.2): ASGI app, state, fault switches.

state.py     the account: payments, clock, keys already used, and what a person does in the portal
payment.py   one payment, its charges and refunds, and how a GET shows them
rules.py     what may be charged, cancelled and refunded, and the code of every no
body.py      request bodies: 400 for what has the wrong shape
errors.py    the error bodies
faults.py    the switches
routes.py    the Payment API's routes
server.py    the application, and the layer where things go wrong
control.py   the simulation's own doors
"""

from __future__ import annotations

from app.sandbox.payments.nets.faults import Switches
from app.sandbox.payments.nets.payment import order_item
from app.sandbox.payments.nets.server import create_nets
from app.sandbox.payments.nets.state import SECRET_KEY, NetsState

__all__ = ["SECRET_KEY", "NetsState", "Switches", "create_nets", "order_item"]
