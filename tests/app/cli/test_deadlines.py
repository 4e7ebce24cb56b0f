"""`orderbro deadlines`: what can soon be captured no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.store import deadlines
from app.store.redis import Store
from mappers.payments.deadline import Deadline
from mappers.payments.model import Provider
from tests.app.cli.conftest import Terminal


def test_deadlines_are_a_table_and_json(terminal: Terminal) -> None:
    async def put(store: Store) -> None:
        for order, days in ((1, 2), (2, 20)):
            ends = datetime.now(UTC) + timedelta(days=days, minutes=1)
            await deadlines.put(store, f"acme-se/order/{order}", Deadline(provider=Provider.KLARNA, expires_at=ends, certain=False))

    terminal.do(put)

    told = terminal("deadlines")
    found = terminal.json("deadlines", "--within-days", "30", "--shop", "acme-se")

    assert told.exit_code == 0
    assert "acme-se/order/1" in told.stdout
    assert "acme-se/order/2" not in told.stdout
    assert "reckoned" in told.stdout
    assert told.stdout.endswith("1 end within 5 days\n")
    assert [each["days_left"] for each in found["deadlines"]] == [2, 20]
