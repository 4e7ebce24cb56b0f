"""The doors: verify, record once, raise the mark, wake, answer. Nothing is called and nothing is decided here."""
