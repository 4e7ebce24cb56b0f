"""The simulated other side: small web applications with state and fault switches that speak the real dialects.

They ship for `orderbro demo` and serve the tests. Nothing imports this package but the demo command and tests; it may import an
HTTP client, the rest of `app/` may not (design.md 2).
"""
