"""What an operator can see and do, once, for the API and the command line: store in, plain values out, every action in the audit stream.

Knows neither HTTP nor a terminal. What cannot be done is raised as one of `mappers.errors` or of `app.operations.refusals`.
"""
