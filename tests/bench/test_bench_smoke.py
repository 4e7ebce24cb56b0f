"""The benchmarks run, briefly, and say something; no time is asserted. What an order costs in calls is a fact, and is."""

from __future__ import annotations

import pytest

from tests.bench import calls, catalogue, ingest, latency, status, worker
from tests.bench.figures import Figure, at_least, at_most, quantile, table
from tests.bench.neighbours import Call, rounds

pytestmark = pytest.mark.bench


def test_no_order_costs_more_calls_than_it_may() -> None:
    costs = calls.costs()

    found = {each.case.name: (len(each.shop), each.shop_rounds, len(each.hogia)) for each in costs}
    invoices = {each.case.name: sum(call.is_invoice for call in each.hogia) for each in costs}
    assert invoices == {case.name: case.invoices for case in calls.CASES}
    dear = [
        name for case in calls.CASES for name in [case.name] if any(is_ > may for is_, may in zip(found[name], case.ceiling, strict=True))
    ]
    assert not dear, "\n".join(calls.itemised(each) for each in costs)


def test_the_door_is_measured_and_keeps_what_it_acknowledges() -> None:
    figures = {figure.name: figure for figure in ingest.measure(ingest.TINY)}

    assert figures.pop("acknowledged but not stored").median == 0
    assert all(figure.median > 0 for figure in figures.values())


def test_the_way_to_the_invoice_is_measured() -> None:
    figures = latency.measure(latency.TINY)

    assert all(figure.median > 0 for figure in figures)


def test_the_way_to_the_order_state_is_measured() -> None:
    figures = {figure.name: figure for figure in status.measure(status.TINY)}

    assert figures["notification to order state POST, p95"].median > 0
    assert figures["status change: calls in sum"].median <= 4


def test_the_worker_is_measured() -> None:
    figures = {figure.name: figure for figure in worker.measure(worker.TINY)}

    assert figures["no-op entities, one worker"].median > 0
    assert figures["worker memory after 60 entities"].median > 0


def test_the_catalogue_is_measured() -> None:
    measured = [*catalogue.synchronised(catalogue.TINY), *catalogue.restocked(catalogue.TINY)]
    figures = {figure.name: figure.median for figure in measured}

    assert figures["calls to Hogia per article, feed pages and reference data apart"] <= 1.1
    assert figures["writes per changed article"] <= 1.05


def test_calls_made_together_are_one_round() -> None:
    def call(began: float, ended: float) -> Call:
        return Call(method="GET", path="/", began=began, ended=ended)

    found = rounds([call(3, 4), call(0, 2), call(1, 2.5), call(2.5, 2.9)])

    assert [len(each) for each in found] == [2, 1, 1]


def test_the_table_shows_the_target_beside_the_median() -> None:
    lines = table(
        [
            Figure(name="slow", values=(30.0, 20.0, 40.0), unit="ms", target=at_most(25)),
            Figure(name="fast", values=(700.0,), unit="/s", target=at_least(500)),
        ]
    ).splitlines()

    assert [line.split() for line in lines[2:]] == [
        ["slow", "30", "20–40", "ms", "≤", "25", "MISSED"],
        ["fast", "700", "/s", "≥", "500", "met"],
    ]


def test_a_quantile_is_a_value_that_was_seen() -> None:
    assert (quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.95), quantile([7], 0.99)) == (2, 4, 7)
