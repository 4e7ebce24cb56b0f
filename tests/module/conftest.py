"""The PrestaShop module's tests need PHP; they fail without it. Locally they are left out with `-m "not module"`."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "module: the PrestaShop module; needs PHP and its tools (see .ci/run)")
