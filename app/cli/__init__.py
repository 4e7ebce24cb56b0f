"""The command line: one file per noun. It talks to Redis, not to the API, and starts workers as processes only."""
