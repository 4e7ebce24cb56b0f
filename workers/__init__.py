"""Speaks: whatever calls a shop, Hogia or a payment provider lives here.

A worker claims one entity, gathers a snapshot, lets `mappers` decide, and applies the decision change by change.
It is never imported by `app`; it is started as a process (`python -m workers`).
"""
