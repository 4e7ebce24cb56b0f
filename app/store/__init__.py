"""Redis, and only Redis: events, marks, leases, links, the effect ledger, what is parked, connections and keys."""
