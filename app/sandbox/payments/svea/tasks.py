"""What is under way (payments.md 3.3). Every look at a task, or at its order, brings it one step on; no clock is waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.sandbox.payments.svea.errors import SveaError


@dataclass(slots=True, kw_only=True)
class Task:
    """`work` carries it out and raises SveaError where the order no longer allows it; `resource` is a path below `/api/v1`."""

    id: int
    order_id: int
    work: Callable[[], None]
    resource: str
    looks_left: int
    is_lost: bool = False
    status: str = "InProgress"

    def look(self) -> None:
        """One step."""
        if self.status != "InProgress":
            return
        if self.looks_left:
            self.looks_left -= 1
            return
        try:
            self.work()
            self.status = "Completed"
        except SveaError:
            self.status = "Failed"
