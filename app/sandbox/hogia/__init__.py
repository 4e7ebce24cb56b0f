"""A simulated Hogia: the contract of `facts/hogia.md` part 3 and `design.md` 7, with state and fault switches.

`create_hogia(state)` is an ASGI app; `HogiaState` is what stands in its books, what a person does there, and its switches. It knows
nothing of `mappers`: it computes VAT on its own, so that a mistake made there is not repeated here.
"""

from app.sandbox.hogia.faults import Switches
from app.sandbox.hogia.server import create_hogia
from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID, HogiaState

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "ORGANIZATION_ID", "HogiaState", "Switches", "create_hogia"]
