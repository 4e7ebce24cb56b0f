"""Prometheus metrics of the web process. What all processes share (parked, due, effects) is read from Redis when it is scraped."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

EVENTS = Counter("orderbro_events_received", "webhooks by source and verdict", ["source", "verdict"], registry=REGISTRY)
RECORD_SECONDS = Histogram(
    "orderbro_record_seconds",
    "time to record an event durably",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    registry=REGISTRY,
)
VERDICTS = ("received", "duplicate", "ignored", "failed", "refused", "too_large", "unknown_shop", "unavailable")
for _source in ("prestashop", "hogia"):
    for _verdict in VERDICTS:
        EVENTS.labels(_source, _verdict)  # zero is visible from the start
