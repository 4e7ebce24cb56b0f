"""The PrestaShop module's tests need PHP and its tools. Without them they are skipped; .ci/run requires them, and fails without."""

from __future__ import annotations

import os

import pytest

from tests.module.tools import MissingToolError, tool, wasm

REQUIRED = "ORDERBRO_TESTS_REQUIRE_PHP"
TOOLS = ("php", "phpunit", "phpcs", "phpmd", "cgi-fcgi", "mariadbd", "node")


def missing() -> str:
    """What is not installed; "" when everything is."""
    try:
        for name in TOOLS:
            tool(name)
        wasm()
    except MissingToolError as error:
        return str(error)
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = "" if os.environ.get(REQUIRED) else missing()
    for item in items:
        if lacking and item.get_closest_marker("module"):
            item.add_marker(pytest.mark.skip(reason=lacking))
