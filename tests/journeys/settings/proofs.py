"""Which test proves which setting: each test says so itself, and `test_every_setting_is_proven` compares with the settings there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

PROVEN: dict[str, set[str]] = {}


def proves(*settings: str) -> Callable[[Test], Test]:
    """Mark a test: `@proves("OrderPolicy.start_date", "InvoiceDate.PAID")`."""

    def mark(test: Test) -> Test:
        for setting in settings:
            PROVEN.setdefault(setting, set()).add(f"{test.__module__.rpartition('.')[2]}.{test.__name__}")
        return test

    return mark
