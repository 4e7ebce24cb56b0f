"""The benchmark runs, briefly, and says something; no time is asserted."""

from __future__ import annotations

import pytest

from tests.bench import module

pytestmark = [pytest.mark.module, pytest.mark.bench]


def test_the_module_is_measured_and_what_it_delivers_is_stored() -> None:
    figures = {figure.name: figure for figure in module.measure(module.TINY)}

    assert figures.pop("delivered but not stored").median == 0
    assert all(figure.median > 0 for figure in figures.values())
