"""Hears: whatever others call lives here, and whatever they left behind is kept here, in Redis.

Nothing in this package calls a shop, Hogia or a payment provider; it stores a reason to look and wakes a worker.
`app.sandbox`, the simulated other side that ships for `orderbro demo` and the tests, is the one exception.
"""
