"""The catalogue's lanes: gather both sides of many items at once, apply what was decided, keep what became of each."""
