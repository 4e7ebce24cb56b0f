"""One client per neighbour. A client speaks HTTP, sorts what goes wrong once, and returns plain values; it never decides."""
