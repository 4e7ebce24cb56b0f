"""Benchmarks, run on demand: `python -m tests.bench [ingest|latency|status|worker|calls|all]`. Real processes, loopback only, bounded in count and time.

ingest    the door: latency at a fixed rate, and throughput beside a bare route, in interleaved rounds
latency   from a webhook to the invoice POST arriving at Hogia, on an idle system
status    from Hogia's notification to the order state's POST arriving at the shop, on an idle system
worker    entities a second through one worker process, and the memory of API and worker
calls     calls per order to the shop and to Hogia, and in how many rounds
"""
